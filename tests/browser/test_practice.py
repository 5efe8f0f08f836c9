"""Exercises in a browser: the page says what Python says after every answer, by keyboard and by mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Tensor, Value, practice
from autograd.cli.expression import parse
from autograd.see.picture.number_format import format_number
from autograd.see.steps.practice_graph import Practice
from tests.see.pictures import HOSTILE, layer, neuron

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` installs it")
WIDE = {"width": 1000, "height": 900}


def sums() -> Value:
    x, w = Value(3.0, "x"), Value(-0.7, "w")
    x.grad = 2.0
    y: Value = x * w * x + x / w - w
    return y


EXERCISES: dict[str, Callable[[], Practice]] = {
    "neuron": lambda: practice(neuron()),
    "neuron, forward and back": lambda: practice(neuron(), phase="both"),
    "sums and earlier gradients": lambda: practice(sums(), phase="both"),
    "not finite": lambda: practice(parse("x*inf - log(y)", {"x": 2.0, "y": 0.0}).root, phase="both"),
    "tensors": lambda: practice(layer(), phase="backward"),
}


def typed(page: Any, text: str) -> str:
    """Type an answer, press Enter, and return what the page says of it."""
    page.locator("#answer").fill(text)
    page.keyboard.press("Enter")
    return str(page.locator("#verdict").text_content())


@pytest.mark.parametrize("name", EXERCISES)
def test_the_page_says_what_python_says(name: str, opened: Callable[..., Any]) -> None:
    task = EXERCISES[name]()
    page = opened(task._page())
    for k, question in enumerate(task._questions[:12], 1):
        assert page.locator("#question").text_content() == task.question
        assert page.locator("#place").text_content() == f"question {k} of {len(task)}"
        answers = [repr(mistake.value) for mistake in question.mistakes[:4]]
        for text in [*answers, "123.456", "0.1", "x", "1/0"]:
            verdict = task.answer(text)
            said = typed(page, text)
            if verdict:
                assert said == f"question {k}: {verdict}"
                break
            assert said.partition(" is not a number")[2] == str(verdict).partition(" is not a number")[2]
            assert said == str(verdict) or " is not a number" in said
        else:
            page.get_by_role("button", name="Hint").click()
            assert page.locator("#verdict").text_content() == f"hint: {task.hint()}"
            if k % 3:
                verdict = task.answer(repr(question.truth))
                assert typed(page, repr(question.truth)) == f"question {k}: {verdict}"
            else:
                page.get_by_role("button", name="Reveal").click()
                assert page.locator("#verdict").text_content() == f"question {k}: {task.reveal()}"
        assert page.locator("#score").text_content() == "right at the first try: {} of {}".format(*task.score)
        assert page.locator("#result").input_value() == task.result()


def test_an_exercise_is_worked_through_by_keyboard(opened: Callable[..., Any]) -> None:
    task = practice(neuron())
    page = opened(task._page(), permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "answer"
    for k, question in enumerate(task._questions):
        if k == 3:
            page.keyboard.type("77")
            page.keyboard.press("Enter")
            assert "not yet" in page.locator("#verdict").text_content()
        page.keyboard.press("Control+a")
        page.keyboard.type(f"{question.truth:.6g}")
        page.keyboard.press("Enter")
    assert page.locator("#place").text_content() == "All 9 questions are answered."
    assert page.evaluate("document.activeElement.id") == "copy"
    assert page.locator("#score").text_content() == "right at the first try: 8 of 9"
    page.keyboard.press("Enter")
    page.locator("#copied").get_by_text("copied").wait_for()
    result = page.evaluate("navigator.clipboard.readText()")
    assert task.mark(result).score == 8
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#place").text_content() == "question 1 of 9"
    assert page.evaluate("document.activeElement.id") == "answer"
    assert page.locator("#answered li").count() == 0


def test_an_exercise_is_worked_through_by_mouse(opened: Callable[..., Any]) -> None:
    task = practice(neuron(), phase="both")
    page = opened(task._page())
    for question in task._questions:
        page.get_by_role("button", name="Hint").click()
        page.locator("#answer").fill(f"{question.truth:.6g}")
        page.get_by_role("button", name="Check").click()
    assert page.locator("#score").text_content() == "right at the first try: 14 of 14"
    assert page.locator("#answered li").count() == 14
    assert not page.locator("#answer").is_visible()


def test_the_picture_fills_as_answers_come(opened: Callable[..., Any]) -> None:
    task = practice(neuron(), phase="both")
    page = opened(task._page())
    box = page.locator("#picture [data-name=o]")
    steps = {step.name: step for step in task.stepper}
    assert box.locator(".data tspan").text_content() == "?"
    assert page.locator("#picture .item.now").get_attribute("data-name") == "v1"
    for _ in range(5):
        page.get_by_role("button", name="Reveal").click()
    assert box.locator(".data tspan").text_content() == "0.7071"
    assert box.locator(".grad tspan").text_content() == "1"
    assert page.locator("#picture .item.now").get_attribute("data-name") == "o"
    assert page.locator('#picture [data-from="o 0"] text').all_text_contents()[1].strip() == "= ?"
    assert "now" in (page.locator('#picture [data-from="o 0"]').get_attribute("class") or "")
    for _ in range(9):
        page.get_by_role("button", name="Reveal").click()
    assert page.locator('#picture [data-from="o 0"] text').all_text_contents()[1] == "= 0.5"
    for name, step in steps.items():
        assert page.locator(f"#picture [data-name={name}] .data tspan").text_content() == format_number(step.data)
        assert page.locator(f"#picture [data-name={name}] .grad tspan").text_content() == format_number(step.gradient)
    assert "?" not in "".join(page.locator("#picture tspan, #picture .arrow text").all_text_contents())
    page.get_by_role("button", name="Begin again").click()
    assert box.locator(".data tspan").text_content() == "?"


def test_a_matrix_in_the_picture_is_filled_line_by_line(opened: Callable[..., Any]) -> None:
    w = Tensor([[1.0, 2.0], [3.0, -4.0]], label="w", requires_grad=True)
    task = practice((w * w).sum())
    page = opened(task._page())
    for _ in range(len(task)):
        page.get_by_role("button", name="Reveal").click()
    assert page.locator("#picture [data-name=w] .grad tspan").all_text_contents() == ["[ 2   4]", "[ 6  -8]"]


def test_without_solutions_the_page_collects_answers_that_python_marks(opened: Callable[..., Any]) -> None:
    task = practice(neuron())
    page = opened(task._page(solutions=False))
    assert typed(page, "five").startswith('"five" is not a number I can read')
    assert typed(page, "0.4") == "question 1: 0.4"
    assert page.locator("#picture [data-name=n] .grad tspan").text_content() == "0.4"
    page.get_by_role("button", name="Back").click()
    assert page.locator("#place").text_content() == "question 1 of 9"
    assert page.locator("#picture [data-name=n] .grad tspan").text_content() == "?"
    assert page.get_by_role("button", name="Back").is_disabled()
    assert typed(page, "0.5") == "question 1: 0.5"
    assert "the gradient of n is (see your answers)" in page.locator("#question").text_content()
    for _ in range(7):
        typed(page, "0.5")
    page.get_by_role("button", name="Skip").click()
    assert page.locator("#place").text_content() == "All 9 questions are answered."
    assert page.locator("#score").text_content() == ""
    marks = task.mark(page.locator("#result").input_value())
    assert [mark.right for mark in marks.marks] == [True] * 6 + [False] * 3
    assert marks.marks[-1].tries == ("revealed",)


def test_an_exercise_works_in_the_frame_of_a_notebook(opened: Callable[..., Any]) -> None:
    task = practice(neuron())
    page = opened(f"<!DOCTYPE html><title>cell</title>{task._repr_html_()}")
    frame = page.frame_locator("iframe")
    frame.locator("#answer").fill("-0.5")
    frame.locator("#answer").press("Enter")
    assert frame.locator("#verdict").text_content() == f"not yet: {task._questions[0].mistakes[2].says}"
    frame.locator("#answer").fill("0.5")
    frame.locator("#answer").press("Enter")
    assert frame.locator("#verdict").text_content() == "question 1: right: 1 × 0.5 = 0.5"
    frame.get_by_role("button", name="Copy as text").click()
    frame.locator("#copied").get_by_text("cop").wait_for()
    assert page.locator("img").count() == 0


def test_the_frame_without_scripts_shows_the_questions(opened: Callable[..., Any]) -> None:
    task = practice(neuron())
    page = opened(task._page(), java_script_enabled=False)
    assert page.locator("#picture svg").is_visible()
    assert page.locator("#still li").count() == 9
    assert not page.locator("#answer").is_visible()
    assert not opened(task._page()).locator("#still").is_visible()


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("solutions", [True, False])
def test_any_label_stays_text(label: str, solutions: bool, opened: Callable[..., Any]) -> None:
    task = practice(Value(2.0, label).tanh() * 3, phase="both")
    page = opened(task._page(solutions))
    assert page.locator("script").count() == 3
    typed(page, "1")
    page.get_by_role("button", name="Hint").click()
    page.get_by_role("button", name="Reveal" if solutions else "Skip").click()
    wanted = task._questions[1 if solutions else 2]
    assert page.locator("#question").text_content() == (wanted.open if solutions else wanted.blind).text
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]
    assert page.locator("body script, body b, body a").count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("solutions", [True, False])
def test_a_phone_needs_no_scrolling_to_the_side(scheme: str, solutions: bool, opened: Callable[..., Any]) -> None:
    how = {"viewport": {"width": 390, "height": 800}, "color_scheme": scheme}
    page = opened(practice(layer(), phase="both")._page(solutions), **how)
    for _ in range(3):
        typed(page, "0.123456")
        page.get_by_role("button", name="Hint").click()
    page.get_by_role("button", name="Reveal" if solutions else "Skip").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") is (scheme == "light")


def test_the_box_of_the_question_is_in_view(opened: Callable[..., Any]) -> None:
    y = Value(0.1, "x")
    for _ in range(9):
        y = (y.tanh() + 0.3).exp().sin()
    page = opened(practice(y)._page(), viewport={"width": 390, "height": 800})
    for _ in range(20):
        box = page.locator("#picture .item.now").bounding_box()
        frame = page.locator("#picture").bounding_box()
        assert frame["x"] <= box["x"] + 1
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert frame["y"] <= box["y"] + 1
        assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
        page.get_by_role("button", name="Reveal").click()
