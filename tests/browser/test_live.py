"""Live pages in a browser: what they show after every action is what Python computes."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Program, Value, live
from autograd.see.picture.number_format import format_number
from tests.browser.waiting import wait_until
from tests.see.live.spelled import EXCEPTIONS, equal, formulas, script
from tests.see.pictures import HOSTILE, neuron

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` installs it")
WIDE = {"width": 1000, "height": 900}

# The numbers in every tooltip of the picture, which have all digits.
EXACT = """() => Object.fromEntries([...document.querySelectorAll("#picture [data-name]")].map((box) => {
    const [, data, grad] = /: data (\\S+?)(?:, grad (\\S+))?$/.exec(box.querySelector("title").textContent);
    return [box.dataset.name, [data, grad]];
}))"""


def number(text: str) -> float:
    return float(text.replace("Infinity", "inf").replace("NaN", "nan"))


def test_every_op_and_every_rule_is_pythons_to_twelve_digits(browser: Any) -> None:
    asked = formulas()
    page = browser.new_page()
    answers = json.loads(page.evaluate(script(asked)))
    page.close()
    found = [line for formula, row in zip(asked, answers, strict=True) for line in formula.differences(row)]
    assert [line for line in found if line.split(" at ")[0] not in EXCEPTIONS] == []


def mixed(x: Value, w: Value, b: Value) -> Value:
    """Use many ops, one input several times, and an op of lists."""
    h = (w * x + b).tanh()
    h.label = "h"
    y: Value = autograd.logsumexp([h, x, w * 2]) + autograd.dot([h, b], [x, w]) - autograd.exp(-x * x) / (1 + b**2)
    y.label = "y"
    return y


@pytest.mark.parametrize("width", [390, 700, 1000])
def test_in_a_notebook_the_frame_is_as_high_as_the_page_in_it(width: int, opened: Callable[..., Any]) -> None:
    small = live((Value(0.5, "w") * Value(2.0, "x")).tanh())
    plotted = live(lambda x: x * autograd.sin(x), x=(-3, 3))
    cells = small._repr_html_() + plotted._repr_html_()
    page = opened(f"<!DOCTYPE html><title>x</title>{cells}", viewport={"width": width, "height": 1600})
    for frame in page.frames[1:]:
        wait_until(frame, "innerHeight === Math.ceil(document.body.getBoundingClientRect().height)")
        assert frame.evaluate("document.documentElement.scrollHeight - innerHeight") == 0
        assert 400 < frame.evaluate("innerHeight") < 900


def test_typed_numbers_give_pythons_numbers_forward_and_backward(opened: Callable[..., Any]) -> None:
    start = {"x": 0.5, "w": -1.5, "b": 2.0}
    page = opened(live(mixed(*[Value(start[k], k) for k in "xwb"])).html)
    draw = random.Random(0)
    for _ in range(8):
        now = {k: draw.uniform(-3, 3) for k in "xwb"}
        for k in "xwb":
            page.get_by_label(f"{k} as a number").fill(repr(now[k]))
            page.keyboard.press("Enter")
        inputs = [Value(now[k], k) for k in "xwb"]
        y = mixed(*inputs)
        y.backward()
        seen = page.evaluate(EXACT)
        for node in [*inputs, y]:
            data, grad = map(number, seen[node.label])
            assert equal(data, node.data)
            assert equal(grad, node.grad)
        assert page.inner_text("#result") == f"y = {format_number(y.data)}"
        shown = page.locator("#picture [data-name=y] .data tspan").text_content()
        assert shown == format_number(y.data)
        for node in inputs:
            assert page.get_by_text(f"dy/d{node.label} = {format_number(node.grad)}", exact=True).count() == 1


def test_the_result_is_in_view_when_the_page_opens(opened: Callable[..., Any]) -> None:
    y = Value(0.1, "x")
    for _ in range(12):
        y = y.tanh()
    y.label = "y"
    page = opened(live(y).html)
    box, frame = page.locator("#picture [data-name=y]").bounding_box(), page.locator("#picture").bounding_box()
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]


def test_the_derivatives_on_the_arrows_follow(opened: Callable[..., Any]) -> None:
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = x * w
    y.label = "y"
    page = opened(live(y).html)
    arrow = page.locator('#picture [data-from="y 0"]')
    assert arrow.locator("text").all_text_contents() == ["w", "= 3"]
    page.get_by_label("w as a number").fill("-0.25")
    page.keyboard.press("Tab")
    assert arrow.locator("text").all_text_contents() == ["w", "= -0.25"]
    assert arrow.locator("title").text_content() == "dy/dx = w = -0.25"


def test_sliders_move_by_keyboard_and_go_back_to_the_start(opened: Callable[..., Any]) -> None:
    page = opened(live(neuron(), {"x1": (-3, 3)}).html)
    assert page.inner_text("#result") == "o = 0.7071"
    page.get_by_label("x1", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("x1 as a number").input_value() == "2.02"
    assert page.inner_text("#result") == f"o = {format_number(math.tanh(-3 * 2.02 + 6.8813735870195432))}"
    page.keyboard.press("End")
    assert page.get_by_label("x1 as a number").input_value() == "3"
    page.get_by_role("button", name="Back to the start").press("Enter")
    assert page.get_by_label("x1 as a number").input_value() == "2"
    assert page.inner_text("#result") == "o = 0.7071"


@pytest.mark.parametrize("typed", ["abc", "", "1e999", "0x10", "1,5", "<b>", "NaN", "- 3"])
def test_what_is_no_number_is_kept_out_with_a_message(typed: str, opened: Callable[..., Any]) -> None:
    page = opened(live(neuron()).html)
    field = page.get_by_label("w1 as a number")
    field.fill(typed)
    page.keyboard.press("Enter")
    message = page.get_by_role("alert").filter(has_text="is not a number")
    assert message.text_content() == f'"{typed}" is not a number; type one such as -0.5. w1 stays -3.'
    assert field.get_attribute("aria-invalid") == "true"
    assert page.inner_text("#result") == "o = 0.7071"
    field.fill("\u22121.5e0")
    page.keyboard.press("Enter")
    assert message.count() == 0
    assert field.get_attribute("aria-invalid") == "false"
    assert page.evaluate(EXACT)["w1"][0] == "-1.5"


def test_a_function_is_plotted_along_the_slider_that_was_moved_last(opened: Callable[..., Any]) -> None:
    page = opened(live(lambda x, a: autograd.sin(a * x), x=(-3, 3), a=(0, 2)).html)
    title = page.locator("#plot svg > title")
    assert title.text_content() == "f and df/dx for x from -3 to 3"
    before = page.locator("#plot .dot").first.get_attribute("cx")
    page.get_by_label("x", exact=True).fill("-2")
    assert page.locator("#plot .dot").first.get_attribute("cx") != before
    assert page.locator("#plot path.curve").count() == 2
    page.get_by_label("a", exact=True).fill("1.5")
    assert title.text_content() == "f and df/da for a from 0 to 2"
    assert page.inner_text("#result") == f"f = {format_number(math.sin(-3.0))}"


def test_poles_and_points_without_a_value_leave_gaps(opened: Callable[..., Any]) -> None:
    page = opened(live(autograd.tan, x=(-3, 3)).html)
    curves = [page.locator(f"#plot .curve{k}").get_attribute("d") for k in (1, 2)]
    assert [path.count("M") for path in curves] == [3, 3]
    page = opened(live(autograd.log, x=(-1, 2)).html)
    page.get_by_label("x", exact=True).fill("-0.5")
    assert page.inner_text("#result") == "f = nan"
    assert page.locator("#plot .dot").count() == 0


def test_a_program_opens_as_a_page(opened: Callable[..., Any], tmp_path: Path) -> None:
    x = Value(3.0, "x")
    page = opened(Program(x * x + 1, [x]).save(tmp_path / "program.html").read_text(encoding="utf-8"))
    page.get_by_label("x as a number").fill("5")
    page.keyboard.press("Enter")
    assert page.evaluate(EXACT)["x"] == ["5", "10"]


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_any_label_stays_text(label: str, opened: Callable[..., Any]) -> None:
    page = opened(live(Value(2.0, label).tanh() * 3).html)
    assert page.locator("script").count() == 3
    page.locator("input[type=text]").fill("0.5")
    page.keyboard.press("Enter")
    assert page.inner_text("#result").endswith(f"= {format_number(3 * math.tanh(0.5))}")
    assert page.locator(".row label").inner_text().startswith(" ".join(label.split())[:10].strip())
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_scrolling_to_the_side(scheme: str, opened: Callable[..., Any]) -> None:
    how = {"viewport": {"width": 390, "height": 800}, "color_scheme": scheme}
    page = opened(live(lambda x, a: x * a, x=(-3, 3), a=(-1, 1)).html, **how)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") is (scheme == "light")


def test_without_scripts_there_is_the_picture_and_a_sentence(opened: Callable[..., Any]) -> None:
    page = opened(live(neuron()).html, java_script_enabled=False)
    assert page.locator("#picture svg").is_visible()
    assert page.get_by_text("scripts are off here").is_visible()
    assert not opened(live(neuron()).html).get_by_text("scripts are off here").is_visible()
    assert not page.locator("#sliders").is_visible()


def test_it_computes_in_the_frame_of_a_notebook(opened: Callable[..., Any]) -> None:
    page = opened(f"<!DOCTYPE html><title>cell</title>{live(neuron())._repr_html_()}")
    frame = page.frame_locator("iframe")
    frame.get_by_label("x1 as a number").fill("1")
    frame.get_by_label("x1 as a number").press("Enter")
    assert frame.locator("#result").inner_text() == f"o = {format_number(math.tanh(-3 + 6.8813735870195432))}"
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("sliders", [1, 3])
def test_the_frame_of_a_notebook_is_as_high_as_a_small_page(sliders: int, opened: Callable[..., Any]) -> None:
    leaves = [Value(0.5, label=f"x{k}") for k in range(sliders)]
    shown = live(sum(leaves[1:], leaves[0] * 2.0))
    page = opened(f"<!DOCTYPE html><title>cell</title>{shown._repr_html_()}", viewport=WIDE)
    content = page.frame_locator("iframe").locator("main").evaluate("main => main.scrollHeight")
    frame = page.locator("iframe").bounding_box()["height"]
    assert content <= frame <= content + 80
