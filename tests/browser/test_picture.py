"""The page of a saved picture in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import autograd
import nn
from autograd import Value, draw
from tests.see.pictures import neuron

WIDE = {"width": 1000, "height": 800}


def test_on_a_phone_a_picture_opens_in_readable_type_and_fits_on_request(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    path = draw(neuron()).save(tmp_path / "neuron.html")
    page = opened(path.read_text(encoding="utf-8"), viewport={"width": 390, "height": 800})
    assert page.text_content("#scale") == "60 %"
    page.click("#whole")
    fits = "() => document.querySelector('#picture svg').getBoundingClientRect().width <= 390"
    assert page.evaluate(fits)


def test_on_a_phone_a_picture_with_an_empty_corner_opens_at_a_box(opened: Callable[..., Any]) -> None:
    model = nn.MLP(2, [16, 16, 1])
    one = model([1.0, 2.0])
    drawing = draw(one, path=(model.layers[0].neurons[3].w[0], one))
    page = opened(drawing._page(0), viewport={"width": 390, "height": 800})
    in_view = """() => {
      const view = document.querySelector('#picture').getBoundingClientRect();
      return [...document.querySelectorAll('#picture .item')].map((box) => box.getBoundingClientRect()).some((box) =>
        box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom);
    }"""
    assert page.evaluate(in_view)


def mean_square() -> tuple[Value, nn.MLP]:
    autograd.manual_seed(0)
    model = nn.MLP(2, [16, 16, 1])
    loss = sum((model([float(k % 7), 1.0]) - 1.0) ** 2 for k in range(100)) / 100
    loss.backward()
    return loss, model


def sums_of_loops() -> tuple[Value, None]:
    """Build a loop of loops: its rounds hold rounds, so that a box that was opened has boxes that open."""
    x, w = Value(0.5, "x"), Value(0.9, "w")
    for _ in range(20):
        for _ in range(20):
            x = (x * w).tanh() * 1.5
        x = x.sin() + w
    return x, None


def loop_from_a_number() -> Value:
    """Build a loop that starts from a plain number, so that its first round is a narrow box, "shorter step"."""
    c, k = Value(0.1, "c"), Value(9.81, "k")
    angle: Any = 1.0
    speed: Any = 0.0
    for _ in range(30):
        angle, speed = angle + 0.1 * speed, speed - 0.1 * (c * speed + k * autograd.sin(angle))
    return angle  # type: ignore[no-any-return]


SEEN = """() => ({
    title: document.querySelector("#picture svg title").textContent,
    boxes: [...document.querySelectorAll("#picture .item .title")].map((e) => e.textContent),
    trail: [...document.querySelectorAll("#trail > *")].map((e) => e.textContent),
    buttons: [...document.querySelectorAll("#picture [role=button]")].map((e) => e.getAttribute("aria-label")),
    word: document.getElementById("word").textContent,
})"""
OPENABLE = "#picture .opens"


def test_a_click_opens_a_box_and_the_trail_closes_it(opened: Callable[..., Any]) -> None:
    loss, model = mean_square()
    drawing = draw(loss)
    page = opened(drawing._page(800_000))
    whole = page.evaluate(SEEN)
    assert whole["trail"] == []
    assert whole["word"] == "A click on a box with + shows what it holds; Escape leads back."
    page.locator(".neuron.opens").first.click()
    inside = page.evaluate(SEEN)
    assert inside["title"] == "Inside layers.0.neurons.0"
    assert {"dot", "relu", "+"} <= set(inside["boxes"])
    assert inside["trail"] == ["the whole graph", "layers.0.neurons.0"]
    assert inside["word"] == "Opened: layers.0.neurons.0. Escape leads back."
    page.click("#trail button")
    assert page.evaluate(SEEN) | {"word": whole["word"]} == whole
    assert page.evaluate("document.activeElement.dataset.inside") is not None, "the box that was opened has the focus"
    others = page.locator(OPENABLE, has_text="99 more samples")
    others.click()
    assert page.evaluate(SEEN)["title"] == "Inside the last of 99 more samples like the first"
    assert model is not None


SIGNS_ON_TITLES = """() => [...document.querySelectorAll("#picture .opens")].filter((box) => {
  const [sign, title] = [".sign", "text"].map((part) => box.querySelector(part));
  const [mark, words] = [sign.getBBox(), title.getBBox()];
  const top = Number(title.getAttribute("y")) - 0.76 * parseFloat(getComputedStyle(title).fontSize);  // of an h
  const line = parseFloat(getComputedStyle(sign).strokeWidth) / 2;
  return mark.y + mark.height + line > top && mark.x + mark.width > words.x && mark.x < words.x + words.width;
}).length"""


@pytest.mark.parametrize("make", [mean_square, sums_of_loops, lambda: (loop_from_a_number(), None)])
def test_the_sign_of_a_box_that_opens_does_not_lie_on_its_title(make: Any, opened: Callable[..., Any]) -> None:
    root, _model = make()  # the model is kept, because the boxes are its modules
    page = opened(draw(root)._page(800_000))
    assert page.locator(OPENABLE).count() > 0
    assert page.evaluate(SIGNS_ON_TITLES) == 0


def test_a_page_that_holds_no_insides_does_not_say_that_a_box_opens(opened: Callable[..., Any]) -> None:
    assert opened(draw(mean_square()[0])._page(0)).evaluate(SEEN)["word"] == ""


def test_boxes_open_by_keyboard_alone_as_deep_as_they_nest(opened: Callable[..., Any]) -> None:
    page = opened(draw(sums_of_loops()[0])._page(800_000))
    pictures = [page.evaluate(SEEN)["boxes"]]
    for key in ("Enter", " "):
        page.locator(OPENABLE).last.focus()
        page.keyboard.press(key)
        pictures.append(page.evaluate(SEEN)["boxes"])
    assert pictures[0] != pictures[1] != pictures[2]
    for boxes in reversed(pictures[:-1]):
        page.keyboard.press("Escape")
        assert page.evaluate(SEEN)["boxes"] == boxes
    page.keyboard.press("Escape")
    assert page.evaluate(SEEN)["boxes"] == pictures[0], "there is nothing to close"


def test_a_drag_moves_the_picture_and_opens_nothing(opened: Callable[..., Any]) -> None:
    loss, _ = mean_square()
    page = opened(draw(loss)._page(800_000), viewport={"width": 500, "height": 400})
    box = page.locator(".neuron.opens").nth(2).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] - 20, steps=4)
    page.mouse.up()
    assert page.evaluate(SEEN)["trail"] == []


def test_a_box_that_the_page_does_not_hold_says_how_to_open_it(opened: Callable[..., Any]) -> None:
    loss, _ = mean_square()
    page = opened(draw(loss)._page(50_000))
    assert 0 < page.locator(OPENABLE).count() < 20
    closed = page.locator(".neuron:not(.opens)").first
    assert "in Python, focus=node" in closed.locator("title").text_content()
    assert closed.evaluate("(box) => getComputedStyle(box).cursor") == "grab", "as on the paper around it"
    page.locator(".neuron:not(.opens)").first.click()
    seen = page.evaluate(SEEN)
    assert seen["trail"] == []
    assert "in Python, focus=node, path=(a, b)" in seen["word"]


def test_without_scripts_the_page_shows_the_picture(opened: Callable[..., Any]) -> None:
    loss, _ = mean_square()
    page = opened(draw(loss)._page(800_000), java_script_enabled=False)
    assert page.locator("#picture svg").count() == 1
    assert page.locator("svg").count() == 1
    assert page.locator("button:visible").count() == 0


def test_in_a_notebook_a_folded_picture_opens_in_a_frame_and_without_trust_is_an_image(
    opened: Callable[..., Any],
) -> None:
    loss, _ = mean_square()
    cell = draw(loss)._repr_html_()
    page = opened(f"<!DOCTYPE html><title>x</title>{cell}")
    frame = page.frame_locator("iframe")
    frame.locator(OPENABLE).first.click()
    assert frame.locator("#trail b").text_content()
    assert page.locator("img").count() == 0
    bare = re.sub(r"<iframe.*?</iframe>", "", cell, flags=re.DOTALL)
    assert opened(f"<!DOCTYPE html><title>x</title>{bare}").locator("img").count() == 1
    assert "<iframe" not in draw(neuron())._repr_html_()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_a_picture_and_inside_a_box(
    theme: str, opened: Callable[..., Any], violations: Callable[[Any], list[Any]]
) -> None:
    page = opened(draw(mean_square()[0])._page(800_000), color_scheme=theme)
    assert violations(page) == []
    page.locator(OPENABLE).first.click()
    assert violations(page) == []
