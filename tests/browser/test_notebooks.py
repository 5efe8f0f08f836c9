"""Player, practice, live page and picture in the cells of a notebook: exported as a page, and in JupyterLab.

The numbers on screen are compared with Python's after every action, as in the tests of each page by itself.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import notebooks
from autograd import Stepper, Value, practice
from autograd.see.picture.number_format import format_number
from tests.browser.lab import Lab
from tests.browser.test_live import EXACT, number
from tests.browser.test_player import Expected
from tests.browser.waiting import wait_until
from tests.see.live.spelled import equal
from tests.see.pictures import neuron

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` installs it")
if any(importlib.util.find_spec(name) is None for name in ("jupyterlab", "nbconvert", "nbclient")):
    pytest.skip("the extra `notebook` installs JupyterLab", allow_module_level=True)

WIDE = {"width": 1300, "height": 1000}
SOURCE = """# %%
from autograd import Stepper, draw, live, practice
from tests.see.pictures import neuron
o = neuron()
# %%
Stepper(o)
# %%
practice(o)
# %%
live(o)
# %%
draw(o)
"""
LINES = ["To play them, trust the notebook", "To answer them, trust the", "To move them, trust the"]
DARK = "getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'"


@pytest.fixture(scope="module")
def executed() -> str:
    """The notebook with its outputs, as text."""
    return notebooks.executed(SOURCE)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")).running() as running:
        yield running


@pytest.fixture
def visited(browser: Any) -> Iterator[Callable[..., Any]]:
    """A function that opens an address. No frame in the page may ask for anything, or complain."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def visit(address: str, home: str, **how: Any) -> Any:
        """Open an address. Only what begins with `home` is fetched; `page.asked` lists what else the page asked for."""
        context = browser.new_context(viewport=WIDE, **how)
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        asked: list[str] = []

        def note(request: Any) -> None:
            if request.frame != page.main_frame and request.url != "about:srcdoc":
                complaints.append(request.url)
            if not request.url.startswith((home, "data:", "blob:", "about:")):
                asked.append(request.url)

        def hear(said: Any) -> None:
            if said.location["url"] == "about:srcdoc":
                complaints.append(said.text)

        page.on("request", note)
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", hear)
        page.route(re.compile(f"^https?://(?!{re.escape(home.partition('//')[2])})"), lambda route: route.abort())
        page.goto(address)
        return page, asked

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def frame_of(page: Any, title: str) -> Any:
    """Return the frame of this title, scrolled into view and loaded."""
    element = page.locator(f"iframe[title='{title}']")
    element.scroll_into_view_if_needed()
    frame = element.element_handle().content_frame()
    frame.wait_for_selector("body.plays, body.asks, body.computes")
    return frame


def play(page: Any) -> None:
    """Work through the player by keyboard and mouse."""
    frame, expected = frame_of(page, "backprop step by step"), Expected(Stepper(neuron()))
    expected.check(frame, 1)
    frame.focus("#next")
    for at in range(2, len(expected) + 1):
        page.keyboard.press("ArrowRight")
        expected.check(frame, at)
    for key, at in (("ArrowLeft", 9), ("Home", 0), ("ArrowRight", 1), ("End", 10)):
        page.keyboard.press(key)
        expected.check(frame, at)
    actions: list[tuple[Callable[[], None], int]] = [
        (lambda: frame.click("#first"), 0), (lambda: frame.click("#next"), 1), (lambda: frame.click("#last"), 10),
        (lambda: frame.click("#back"), 9), (lambda: frame.click("tr[data-step='8'] >> nth=0"), 8),
        (lambda: frame.locator("#picture [data-name=n] .title").click(), 7),
        (lambda: frame.locator("#slider").fill("3"), 3),
    ]  # fmt: skip
    for act, at in actions:
        act()
        expected.check(frame, at)
    frame.select_option("#speed", "4")
    frame.click("#play")
    playwright.expect(frame.locator("#slider")).to_have_value("10", timeout=30_000)
    expected.check(frame, 10)


def practise(page: Any) -> None:
    """Work through the exercise by keyboard, and by mouse for each third question."""
    frame, task = frame_of(page, "Practice: backprop through o"), practice(neuron())
    frame.focus("#answer")
    for k, question in enumerate(task._questions, 1):
        assert frame.locator("#question").text_content() == task.question
        for wrong in ("123.456", "one"):
            page.keyboard.type(wrong)
            page.keyboard.press("Enter")
            assert str(frame.locator("#verdict").text_content()).startswith("not yet" if wrong != "one" else '"one" is')
            if wrong != "one":
                assert frame.locator("#verdict").text_content() == str(task.answer(wrong))
            page.keyboard.press("Control+a")
        if k % 3:
            page.keyboard.type(repr(question.truth))
            page.keyboard.press("Enter")
            said = str(task.answer(repr(question.truth)))
        else:
            frame.get_by_role("button", name="Hint").click()
            assert frame.locator("#verdict").text_content() == f"hint: {task.hint()}"
            frame.get_by_role("button", name="Reveal").click()
            said = task.reveal()
            frame.focus("#answer") if k < len(task) else None
        assert frame.locator("#verdict").text_content() == f"question {k}: {said}"
        assert frame.locator("#score").text_content() == "right at the first try: {} of {}".format(*task.score)
    assert frame.locator("#result").input_value() == task.result()
    for step in task.stepper:
        assert frame.locator(f"#picture [data-name={step.name}] .grad tspan").text_content() == format_number(
            step.gradient
        )


def move(page: Any) -> None:
    """Move the inputs of the live page: by a typed number, by keys, and by dragging."""
    frame = frame_of(page, "What if: o")

    def check() -> None:
        inputs = {k: float(frame.get_by_label(f"{k} as a number").input_value()) for k in ("x1", "x2", "w1", "w2", "b")}
        x1, x2, w1, w2, b = (Value(data, label) for label, data in inputs.items())
        o = (x1 * w1 + x2 * w2 + b).tanh()
        o.backward()
        seen = frame.evaluate(EXACT)
        for name, node in {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b, "o": o}.items():
            data, grad = map(number, seen[name])
            assert equal(data, node.data)
            assert equal(grad, node.grad)
        assert frame.inner_text("#result") == f"o = {format_number(o.data)}"

    check()
    frame.get_by_label("x1 as a number").fill("-0.25")
    page.keyboard.press("Enter")
    check()
    slider = frame.get_by_label("w2", exact=True)
    slider.focus()
    for key in ("ArrowRight", "PageUp", "Home", "ArrowLeft", "End"):
        page.keyboard.press(key)
        check()
    before = frame.get_by_label("b as a number").input_value()
    box = frame.get_by_label("b", exact=True).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    page.mouse.down()
    for part in (0.7, 0.5, 0.45):
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
        check()
    page.mouse.up()
    assert frame.get_by_label("b as a number").input_value() != before
    frame.get_by_role("button", name="Back to the start").click()
    check()
    assert frame.get_by_label("b as a number").input_value() == before


def check_works(page: Any, dark: bool) -> None:
    """Check that all four outputs of the notebook work, in this theme, and that no text about trust is shown."""
    play(page)
    practise(page)
    move(page)
    image = page.locator("img[src^='data:image/svg']")
    playwright.expect(image).to_have_count(1, timeout=60_000)
    image.scroll_into_view_if_needed()
    assert image.evaluate("(image) => [image.complete, image.naturalWidth > 500]") == [True, True]
    assert (image.evaluate("(image) => getComputedStyle(image).colorScheme") == "dark") is dark
    assert page.get_by_text("trust the notebook").count() == 0
    for title in ("backprop step by step", "Practice: backprop through o", "What if: o"):
        assert frame_of(page, title).evaluate(DARK) is dark


def check_still(page: Any) -> None:
    """Check that there are the pictures, and the words around them."""
    images = page.locator("img[src^='data:image/svg']")
    playwright.expect(images).to_have_count(4, timeout=60_000)  # JupyterLab fills cells one after another
    for k in range(4):
        images.nth(k).scroll_into_view_if_needed()
        assert images.nth(k).evaluate("(image) => [image.complete, image.naturalWidth > 500]") == [True, True]
    check_words(page)


def check_words(page: Any) -> None:
    """Check that there are the table, the questions, and for each a line that says how to make it play."""
    for line in LINES:
        page.get_by_text(line).first.wait_for(state="visible")
    cells = page.locator("td:visible").all_text_contents()
    stepper = Stepper(neuron())
    for step in stepper:
        assert [cells.count(flow.product(step.gradient)) > 0 for flow in step.flows] == [True] * len(step.flows)
    questions = [question.blind.text for question in practice(neuron())._questions]
    assert [text for text in page.locator("li").all_text_contents() if text in questions] == questions


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_exported_notebook_works(theme: str, executed: str, tmp_path: Path, visited: Callable[..., Any]) -> None:
    asked = {}
    home = Lab(tmp_path)
    for name, text in {"full": executed, "empty": json.dumps({**json.loads(executed), "cells": []})}.items():
        path = home.notebooks / f"{name}.ipynb"
        path.write_text(text, encoding="utf-8")
        home.call("nbconvert", "--to=html", f"--theme={theme}", str(path))
        page, asked[name] = visited(path.with_suffix(".html").as_uri(), "file://")
        if name == "full":
            check_works(page, theme == "dark")
    assert asked["full"] == asked["empty"], "only what the template of nbconvert asks for, such as MathJax"


def test_an_exported_notebook_without_scripts_shows_picture_and_table(
    executed: str, tmp_path: Path, visited: Callable[..., Any]
) -> None:
    home = Lab(tmp_path)
    path = home.notebooks / "clean.ipynb"
    path.write_text(executed, encoding="utf-8")
    home.call("nbconvert", "--to=html", str(path))
    page, _ = visited(path.with_suffix(".html").as_uri(), "file://", java_script_enabled=False)
    check_still(page)
    home.call("nbconvert", "--to=html", "--HTMLExporter.sanitize_html=True", str(path))
    page, _ = visited(path.with_suffix(".html").as_uri(), "file://")
    assert page.locator("iframe, [onload]").count() == 0
    check_words(page)


def test_in_jupyterlab_a_notebook_works_that_is_run_there(lab: Lab, executed: str, visited: Callable[..., Any]) -> None:
    lab.set_theme("JupyterLab Light")
    bare = json.loads(executed)
    for cell in bare["cells"]:
        cell.update(outputs=[], execution_count=None)
    page, asked = visited(lab.write("run.ipynb", json.dumps(bare)), lab.address)
    page.locator(".jp-CodeCell").first.wait_for(state="visible")
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator("iframe").nth(2).wait_for()
    check_works(page, dark=False)
    assert asked == []


def test_in_jupyterlab_a_trusted_notebook_works_and_follows_the_dark_theme(
    lab: Lab, executed: str, visited: Callable[..., Any]
) -> None:
    lab.set_theme("JupyterLab Dark")
    page, asked = visited(lab.write("trusted.ipynb", executed, trusted=True), lab.address, color_scheme="light")
    page.locator("iframe").nth(2).wait_for()
    check_works(page, dark=True)
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    playwright.expect(page.locator("img[src^='data:image/svg']")).to_have_css("color-scheme", "light")
    wait_until(frame_of(page, "What if: o"), f"!({DARK})")
    assert asked == []


def test_in_jupyterlab_an_untrusted_notebook_shows_pictures_table_and_how_to_make_it_play(
    lab: Lab, executed: str, visited: Callable[..., Any]
) -> None:
    lab.set_theme("JupyterLab Light")
    text = executed.replace("o = neuron()", "o = neuron()  # not the notebook that the other test has signed")
    page, asked = visited(lab.write("untrusted.ipynb", text), lab.address)
    page.locator(".jp-OutputArea img").first.wait_for(state="visible")
    assert page.locator("iframe, .jp-OutputArea [onload]").count() == 0
    check_still(page)
    assert asked == []
