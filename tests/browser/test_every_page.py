"""Every kind of page in both themes, on a phone and at 200 %: axe finds no violation, and all of it can be reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Stepper, draw, live, practice
from tests.browser.test_player import networks
from tests.see.pictures import layer, neuron

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` installs it")
WIDE = {"width": 1000, "height": 640}
VIEWS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True},
    "zoomed to 200 %": {"viewport": {"width": 500, "height": 320}, "device_scale_factor": 2},
}


def type_wrong(page: Any) -> None:
    page.locator("input[type=text]").first.fill("x")
    page.keyboard.press("Enter")


def ask_for_a_hint(page: Any) -> None:
    page.locator("#answer").fill("77")
    page.keyboard.press("Enter")
    page.click("#hint")


def answer_all(page: Any) -> None:
    while page.locator("#reveal").is_visible():
        page.click("#reveal")


def step_to(number: int) -> Callable[[Any], None]:
    return lambda page: page.evaluate(f"goTo({number})")


# For each page what makes its text, and what is done in it, after each of which it is checked.
PAGES: dict[str, tuple[Callable[[], str], list[Callable[[Any], None]]]] = {
    "player": (lambda: Stepper(neuron())._page(), [step_to(0), step_to(7), step_to(10)]),
    "player of a network": (lambda: Stepper(networks()["sample"])._page(), [step_to(40)]),
    "player of tensors": (lambda: Stepper(layer())._page(), [step_to(6)]),
    "practice": (lambda: practice(neuron(), phase="both")._page(), [type_wrong, ask_for_a_hint, answer_all]),
    "practice without solutions": (lambda: practice(neuron())._page(solutions=False), [type_wrong, answer_all]),
    "live graph": (lambda: live(neuron()).html, [type_wrong]),
    "live function": (lambda: live(lambda x, a: autograd.sin(a * x), x=(-3, 3), a=(0, 2)).html, [type_wrong]),
    "picture": (lambda: str(draw(neuron())._content(".html")), [lambda page: page.click("#whole")]),
    "picture of a network": (
        lambda: str(draw(networks()["sample"], color="grad")._content(".html")),
        [lambda page: page.click("#larger")],
    ),
}
# The focused element as a sentence, where it does not stand in the window, and nothing where it does.
OUTSIDE = """() => {
    const e = document.activeElement, box = e.getBoundingClientRect();
    const [x, y] = [Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight)];
    const seen = x - Math.max(box.left, 0) > 8 && y - Math.max(box.top, 0) > 8;
    return seen ? "" : `${e.tagName} ${e.id} at ${JSON.stringify(box)}`;
}"""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation_and_nothing_leaves_the_window(
    name: str, theme: str, view: str, opened: Callable[..., Any], violations: Callable[[Any], list[Any]]
) -> None:
    make, actions = PAGES[name]
    page = opened(make(), color_scheme=theme, **VIEWS[view])
    for act in (lambda _: None, *actions):
        act(page)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= VIEWS[view]["viewport"]["width"]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", PAGES)
def test_each_control_is_reached_by_the_tab_key_and_is_then_in_the_window(
    name: str, view: str, opened: Callable[..., Any]
) -> None:
    page = opened(PAGES[name][0](), **VIEWS[view])
    controls = page.evaluate("""() => [...document.querySelectorAll("button, input, select, [tabindex='0']")]
        .filter((e) => e.checkVisibility() && !e.disabled).map((e) => e.id)""")
    reached = set()
    for _ in range(len(controls) + 2):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
        assert page.evaluate(OUTSIDE) == ""
    assert set(controls) <= reached
