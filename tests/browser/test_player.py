"""The player in a browser: what it shows after every action is what the stepper has."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Stepper, Tensor, Value
from autograd.engine.sweep import graph_nodes
from autograd.see.picture.number_format import format_block
from tests.see.pictures import HOSTILE, layer, neuron
from tests.see.steps.test_stepper import computation

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` installs it")
WIDE = {"width": 1000, "height": 640}
PHONE = {"width": 390, "height": 844}
ZOOMED = {"width": 500, "height": 320}  # 1000 × 640 at 200 %

LOOK = """() => ({
    at: Number(document.getElementById("slider").value),
    count: document.getElementById("count").textContent,
    words: document.getElementById("now").textContent,
    boxes: Object.fromEntries([...document.querySelectorAll("#picture [data-name]")].map((box) => [
        box.dataset.name,
        ["data", "grad"].map((what) => [...box.querySelectorAll(`.${what} tspan`)].map((e) => e.textContent)),
    ])),
    arrows: [...document.querySelectorAll("#picture .arrow")].map((e) => e.textContent),
    looks: [...document.querySelectorAll("#picture .item, #picture .arrow")].map((e) => e.getAttribute("class")),
    lit: [...new Set([...document.querySelectorAll("tr.now")].map((row) => Number(row.dataset.step)))],
    off: [...document.querySelectorAll("button[aria-disabled=true]")].map((b) => b.id),
})"""
IN_VIEW = """() => {
    const inside = (e, pane) => {
        const [a, b] = [e.getBoundingClientRect(), pane.getBoundingClientRect()];
        return a.top >= b.top - 1 && a.left >= b.left - 1 && a.right <= b.right + 1 && a.bottom <= b.bottom + 1;
    };
    const boxes = [...document.querySelectorAll("#picture .item.now")];
    const row = document.querySelector("tr.now td");
    return [inside(boxes.at(-1), document.getElementById("picture")), inside(row, document.getElementById("table"))];
}"""


class Expected:
    """The numbers that a page has to show at each of its stops, computed from the stepper alone."""

    def __init__(self, stepper: Stepper) -> None:
        self.stepper = stepper
        nodes = graph_nodes(*stepper.roots)
        self.ops = [node for node in nodes if node.op is not None]
        self.named = {name: node for node, name in stepper.names.items()}
        self.positions = [k for k, step in enumerate(stepper, 1) if step.flows]

    def __len__(self) -> int:
        return len(self.ops) + len(self.positions)

    def boxes(self, at: int) -> dict[str, Any]:
        """Return data and gradient of every box, as lines."""
        back = at - len(self.ops)
        self.stepper.goto(self.positions[back - 1] if back > 0 else 0)
        gradients = self.stepper.gradients()
        hidden = set(self.ops[max(at, 0) :])
        found = {}
        for name, node in self.named.items():
            data: Any = node._data
            lines = format_block(data).split("\n")
            shown = ["?", *[""] * (len(lines) - 1)] if node in hidden else lines
            grad = format_block(gradients.get(node)).split("\n")
            if isinstance(data, np.ndarray):
                grad += [""] * (len(format_block(np.zeros_like(data)).split("\n")) - len(grad))
            found[name] = [shown, grad if node.requires_grad else []]
        return found

    def check(self, page: Any, at: int) -> Any:
        """Compare all that the page shows with what it has to show at this stop, and return it."""
        seen = page.evaluate(LOOK)
        phase = "start" if at == 0 else "forward" if at <= len(self.ops) else "backward"
        assert seen["at"] == at
        assert seen["count"] == f"step {at} of {len(self)}, {phase}"
        assert seen["boxes"] == self.boxes(at)
        assert seen["lit"] == ([at] if at else [])
        assert seen["off"] == (["first", "back"] if at == 0 else ["next", "last"] if at == len(self) else [])
        if phase == "backward":
            step = self.stepper.step
            assert step is not None
            assert seen["words"] == str(step).replace(f"step {step.number}:", f"step {at}:", 1)
            for flow in step.flows:
                assert any(flow.product(step.gradient) in arrow for arrow in seen["arrows"])
        elif phase == "forward":
            node = self.ops[at - 1]
            assert seen["words"].startswith(f"step {at}, forward: {self.stepper.names[node]} = ")
        return seen


GRAPHS: dict[str, Callable[[], Any]] = {
    "neuron": neuron, "random 3": lambda: computation(3), "random 7": lambda: computation(7), "tensors": layer,
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_every_stop_shows_the_steppers_numbers_forward_and_back_again(name: str, opened: Callable[..., Any]) -> None:
    stepper = Stepper(GRAPHS[name]())
    page, expected = opened(stepper._page()), Expected(stepper)
    seen = {1: expected.check(page, 1)}
    for at in range(2, len(expected) + 1):
        page.keyboard.press("ArrowRight")
        seen[at] = expected.check(page, at)
        assert all(page.evaluate(IN_VIEW))
    for at in range(len(expected) - 1, 0, -1):
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(LOOK) == seen[at]


ROOMS = """() => [...document.querySelectorAll("#picture .arrow rect")].map((rect) => [
    rect.width.baseVal.value,
    Math.max(...[...rect.parentNode.querySelectorAll("text")].map((word) => word.getComputedTextLength())),
])"""


def test_the_line_of_an_arrow_is_hidden_only_under_the_words_that_are_shown(opened: Callable[..., Any]) -> None:
    page = opened(Stepper(neuron())._page())
    for at in (0, 1, 7, 10):
        page.evaluate(f"goTo({at})")
        rooms = page.evaluate(ROOMS)
        assert len(rooms) == 9
        assert [wide for wide, text in rooms if not (wide <= text + 10.1 and wide >= text)] == []


def test_buttons_keys_slider_boxes_and_rows_go_where_they_say(opened: Callable[..., Any]) -> None:
    stepper = Stepper(neuron())
    page, expected = opened(stepper._page()), Expected(stepper)
    assert len(expected) == 10

    def box(name: str) -> Callable[[], None]:
        return lambda: page.locator(f"#picture [data-name={name}] .title").click()

    def button(name: str) -> Callable[[], None]:
        return lambda: page.click(f"#{name}", force=True)  # those that have nothing to do stay in the tab order

    def key(name: str) -> Callable[[], None]:
        return lambda: page.keyboard.press(name)

    actions: list[tuple[Callable[[], Any], int]] = [
        (button("next"), 2), (button("last"), 10), (button("next"), 10), (button("back"), 9), (button("first"), 0),
        (button("back"), 0),
        (key("End"), 10), (key("ArrowRight"), 10), (key("Home"), 0), (key("ArrowLeft"), 0), (key("ArrowRight"), 1),
        (key("a"), 1), (box("n"), 4), (box("n"), 7), (box("o"), 6), (box("o"), 5), (box("x1"), 10),
        (lambda: page.click("tr[data-step='8'] >> nth=0"), 8), (lambda: page.locator("#slider").fill("3"), 3),
        (lambda: page.locator("#slider").press("ArrowRight"), 4), (lambda: page.locator("#slider").press("End"), 10),
    ]  # fmt: skip
    for act, at in actions:
        act()
        expected.check(page, at)
        assert page.evaluate("location.hash") in (f"#step={at}", "")
    assert page.evaluate("location.hash") == "#step=10"


def test_it_plays_at_the_chosen_speed_and_pauses(opened: Callable[..., Any]) -> None:
    stepper = Stepper(neuron())
    page, expected = opened(stepper._page()), Expected(stepper)
    page.select_option("#speed", "4")
    page.click("#play")
    assert page.get_attribute("#play", "aria-label") == "pause"
    playwright.expect(page.locator("#slider")).to_have_value("3", timeout=20_000)
    page.click("#play")
    at = int(page.input_value("#slider"))  # 3, or a stop more where the machine is busy
    page.wait_for_timeout(900)
    expected.check(page, at)
    assert page.get_attribute("#play", "aria-label") == "play"
    page.locator("h1").click()
    page.keyboard.press(" ")
    playwright.expect(page.locator("#slider")).to_have_value("10", timeout=20_000)
    expected.check(page, 10)
    assert page.get_attribute("#play", "aria-label") == "play", "it stops at the end"
    page.click("#play")
    expected.check(page, 0)


def test_the_address_chooses_the_step(opened: Callable[..., Any]) -> None:
    stepper = Stepper(neuron())
    page, expected = opened(stepper._page(), "#step=7"), Expected(stepper)
    expected.check(page, 7)
    page.evaluate("location.hash = '#step=2'")
    playwright.expect(page.locator("#slider")).to_have_value("2", timeout=20_000)
    expected.check(page, 2)
    page.evaluate("location.hash = '#step=99'")
    playwright.expect(page.locator("#slider")).to_have_value("10", timeout=20_000)
    expected.check(opened(stepper._page(), "#step=x"), 1)


def test_nothing_is_given_away_before_it_is_reached(opened: Callable[..., Any]) -> None:
    page = opened(Stepper(neuron())._page())
    page.click("#first")
    shown = page.evaluate("""() => {
        const hidden = (e) => getComputedStyle(e).visibility === "hidden";
        const told = [...document.querySelectorAll("#picture text, #picture title, #picture desc, #now, td, output")];
        return told.filter((e) => !hidden(e)).map((e) => e.textContent).join(" | ");
    }""")
    assert "data 6.881" in shown, "the inputs are known"
    for later in ("0.7071", "0.8814", "0.5", "-1.5", "-6"):
        assert later not in re.findall(r"-?\d+(?:\.\d+)?", shown), later


def test_by_edge_each_stop_is_one_product_and_one_sum(opened: Callable[..., Any]) -> None:
    x = Value(3.0, "x")
    x.grad = 10.0
    stepper = Stepper(x * x + x, by="edge")
    page = opened(stepper._page())
    page.click("#next")
    for at, step in enumerate(stepper, 3):
        page.keyboard.press("ArrowRight")
        stepper.goto(step.number)
        seen = page.evaluate(LOOK)
        (flow,) = step.flows
        assert seen["at"] == at
        assert seen["boxes"]["x"][1] == [format_block(stepper.gradients().get(x))]
        assert flow.product(step.gradient) in seen["words"]
        assert flow.sum() in seen["words"]
        marked = [n for n, look in enumerate(seen["looks"]) if look in ("arrow now", "now arrow")]
        assert sum(flow.product(step.gradient) in text for text in seen["arrows"]) >= 1
        assert len(marked) == 2, "the edge, and the line from the op to its result"
    assert seen["at"] == 6
    assert seen["boxes"]["x"][1] == ["17"]


def networks() -> dict[str, Any]:
    random.seed(0)
    model = nn.MLP(2, [16, 16, 1])
    points = np.random.default_rng(0).normal(size=(100, 2))
    loss = autograd.sum([(1 - model([float(a), float(b)])).relu() for a, b in points]) / 100
    return {"sample": model([1.0, -2.0]), "loss": loss}


@pytest.mark.parametrize("name", ["sample", "loss"])
def test_a_folded_graph_ends_with_the_gradients_of_the_sweep(name: str, opened: Callable[..., Any]) -> None:
    root = networks()[name]
    stepper = Stepper(root)
    page = opened(stepper._page())
    drawn = page.evaluate("[...finished.values()]")
    assert "?" in page.text_content("#picture svg")
    page.click("#last")
    assert page.evaluate("[...finished.keys()].map((line) => line.textContent)") == drawn
    assert all(page.evaluate(IN_VIEW))
    root.backward()
    tiles = page.evaluate("[...document.querySelectorAll('#picture .neuron .tile')].map((e) => e.textContent)")
    assert len(tiles) == 33
    assert any(format_block(node.grad) in tile for tile in tiles for node in graph_nodes(root) if node.op)
    count = page.evaluate("stops.length")
    assert count < 100
    assert len(stepper) > 400
    page.click("#first")
    for _ in range(count):
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#now")
    assert page.evaluate("[...finished.keys()].map((line) => line.textContent)") == drawn


def logistic_map(rounds: int) -> list[Value]:
    states, r = [Value(0.3, "x")], Value(3.7, "r")
    for _ in range(rounds):
        states.append(r * states[-1] * (1 - states[-1]))
    return states


TRAIL = """() => [...document.querySelectorAll("#trail > *")].map((e) => e.textContent)"""


def assert_it_shows_the_steps(page: Any, stepper: Stepper) -> None:
    """Step through the lesson of a part, and compare it with a Stepper of this part: data, gradients and words."""
    ops = [step.node for step in reversed(list(stepper))]
    named = {name: node for node, name in stepper.names.items()}
    for at in range(1, 2 * len(ops) + 1):
        seen = page.evaluate(LOOK)
        back = at - len(ops)
        step = stepper.goto(max(back, 0))
        gradients = stepper.gradients() if back > 0 else {}
        assert (seen["at"], seen["lit"]) == (at, [at])
        if step is None:
            assert seen["words"].startswith(f"step {at}, forward: {stepper.names[ops[at - 1]]} = ")
        else:
            assert seen["words"] == str(step).replace(f"step {step.number}:", f"step {at}:", 1)
        for name, (data, grad) in seen["boxes"].items():
            known = named[name] not in set(ops[at:])
            assert data == [format_block(named[name]._data) if known else "?"], name
            assert grad in ([format_block(gradients.get(named[name]))], []), name
        page.keyboard.press("ArrowRight")
    assert page.evaluate(LOOK)["at"] == 2 * len(ops), "there are no more"


def test_a_folded_block_opens_to_its_own_steps_with_the_numbers_of_the_whole_sweep(opened: Callable[..., Any]) -> None:
    states = logistic_map(400)
    page = opened(Stepper(states[-1])._page())
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    left = page.evaluate(LOOK)
    page.locator("#picture .elided .title").click()
    assert page.evaluate(TRAIL) == ["the whole graph", "399 more steps like the first"]
    assert page.inner_text("#count") == "step 4 of 6, backward", "it opens in the phase of the whole"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert_it_shows_the_steps(page, Stepper(states[-1], path=(states[-2], states[-1])))
    assert page.evaluate("location.hash") == f"#step={left['at']}", "the address counts the steps of the whole graph"
    page.keyboard.press("Escape")
    assert page.evaluate(TRAIL) == []
    assert page.evaluate(LOOK) == left
    page.keyboard.press("Enter")
    assert page.evaluate(LOOK)["at"] == 6, "where it was left"
    page.evaluate("location.hash = '#step=1'")
    playwright.expect(page.locator("#count")).to_have_text(re.compile("step 1 of .*, forward"), timeout=20_000)
    assert page.evaluate(TRAIL) == []


def test_the_neurons_of_a_network_open_one_after_the_other(opened: Callable[..., Any]) -> None:
    random.seed(0)
    root = nn.MLP(3, [4, 4, 1])([1.0, 2.0, -1.0])
    stepper = Stepper(root)
    page = opened(stepper._page())
    tiles = page.locator("#picture .neuron.opens")
    found = set()
    for k in range(tiles.count()):
        tiles.nth(k).focus()
        page.keyboard.press("Enter")
        names = page.evaluate("[...document.querySelectorAll('#picture .op + .result')].map((e) => e.dataset.name)")
        found |= {*names}
        first, last = (next(n for n, name in stepper.names.items() if name == at) for at in (names[0], names[-1]))
        assert_it_shows_the_steps(page, Stepper(root, path=(first.inputs[0], last)))
        assert page.evaluate(TRAIL) == ["the whole graph", f"neuron {names[-1]}"]
        page.click("#trail button")
        assert page.evaluate("document.activeElement.classList.contains('opens')")
    assert tiles.count() >= 5
    assert len(found) >= 2 * tiles.count()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_opened_block_is_accessible_and_fits_its_window(
    theme: str, opened: Callable[..., Any], violations: Callable[[Any], list[Any]]
) -> None:
    page = opened(Stepper(logistic_map(400)[-1])._page(), viewport=PHONE, color_scheme=theme)
    assert violations(page) == []
    page.locator("#picture .opens").focus()
    page.keyboard.press("Enter")
    assert page.inner_text("#word") == "Opened: 399 more steps like the first. Escape leads back."
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert all(page.evaluate(IN_VIEW))


def test_a_block_whose_lesson_the_page_does_not_hold_says_how_to_enter_it(opened: Callable[..., Any]) -> None:
    page = opened(Stepper(logistic_map(400)[-1])._page(most=0))
    page.locator("#picture .elided .title").first.click()
    assert "path=(a, b)" in page.inner_text("#now")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", [WIDE, PHONE, ZOOMED], ids=["wide", "phone", "zoomed"])
def test_the_page_fits_its_window_and_can_be_worked_by_keyboard_alone(
    theme: str, view: dict[str, int], opened: Callable[..., Any]
) -> None:
    page = opened(Stepper(neuron())._page(), viewport=view, color_scheme=theme)
    wide, high = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert wide <= view["width"]
    assert high <= max(view["height"], 520)
    if view is not ZOOMED:
        scrolls = page.evaluate("""() => [...document.querySelectorAll("*")].filter((e) =>
            ["auto", "scroll"].includes(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight + 1
        ).map((e) => e.id)""")
        assert scrolls in ([], ["table"]), "one scroll area"
    for _ in range(9):
        page.keyboard.press("ArrowRight")
        assert all(page.evaluate(IN_VIEW))
    page.click("#first")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert {"back", "play", "next", "last", "speed", "slider", "table"} <= set(reached)
    page.focus("#next")
    page.keyboard.press("Enter")
    page.keyboard.press(" ")
    assert page.evaluate(LOOK)["at"] == 2
    ink, paper = page.evaluate("['color', 'backgroundColor'].map((k) => getComputedStyle(document.body)[k])")
    assert (sum(map(int, re.findall(r"\d+", ink))) > sum(map(int, re.findall(r"\d+", paper)))) == (theme == "dark")


def test_without_scripts_there_are_picture_table_and_a_line(opened: Callable[..., Any]) -> None:
    page = opened(Stepper(neuron())._page(), java_script_enabled=False)
    assert page.is_visible("#picture svg")
    assert page.is_visible("#table")
    assert "To play them" in page.inner_text("#still")
    assert not page.is_visible("nav")
    assert not page.is_visible("#now")
    assert "0.5 × -3 = -1.5" in page.inner_text("#table")


def test_a_cell_plays_where_it_is_trusted_and_has_picture_and_table_where_not(opened: Callable[..., Any]) -> None:
    cell = Stepper(neuron())._repr_html_()
    page = opened(f"<!DOCTYPE html><title>x</title>{cell}")
    frame = page.frame_locator("iframe")
    frame.locator("#next").click()
    assert frame.locator("#count").inner_text() == "step 2 of 10, forward"
    assert page.locator("img").count() == 0
    untrusted = re.sub(r"<iframe.*?</iframe>", "", cell, flags=re.DOTALL)
    page = opened(f"<!DOCTYPE html><title>x</title>{untrusted}")
    assert page.locator("img").is_visible()
    assert "trust the notebook" in page.inner_text("p")
    assert page.locator("tr").count() == 15


def test_no_line_runs_through_words_in_a_cell_that_is_shown_after_its_script_has_run(
    opened: Callable[..., Any],
) -> None:
    page = opened(f"<!DOCTYPE html><title>x</title><div hidden>{Stepper(neuron())._repr_html_()}</div>")
    page.evaluate("document.querySelector('iframe').loading = 'eager'")
    page.frame_locator("iframe").locator("body.plays").wait_for(state="attached")
    page.evaluate("document.querySelector('div').hidden = false")
    page.frame_locator("iframe").locator("#next").wait_for()
    page.wait_for_timeout(300)
    rooms = page.frames[-1].evaluate(ROOMS)
    assert len(rooms) == 9
    assert [wide for wide, text in rooms if wide < text or text == 0] == []


@pytest.mark.parametrize("label", HOSTILE)
def test_any_label_plays(label: str, opened: Callable[..., Any]) -> None:
    x = Value(2, HOSTILE[label])
    page = opened(Stepper(x.tanh() * x)._page())
    page.click("#last")
    assert page.evaluate(LOOK)["at"] == 4
    assert page.locator("script").count() == 3


def test_the_moving_picture_plays_in_an_image(opened: Callable[..., Any], tmp_path: Path) -> None:
    stepper = Stepper(neuron())
    path = stepper.save(tmp_path / "moving.svg")
    picture = path.read_text(encoding="utf-8")
    expected = Expected(stepper)
    shown = """(at) => {
        for (const each of document.getAnimations()) {
            each.pause();
            if (at >= 0) each.currentTime = each.effect.getTiming().duration * (at + 0.5) / STOPS;
        }
        const seen = (e) => getComputedStyle(e).visibility === "visible";
        return Object.fromEntries([...document.querySelectorAll("[data-name]")].map((box) => [
            box.dataset.name,
            ["data", "grad"].map((what) => (
                [...box.querySelectorAll(`.${what} tspan`)].filter(seen).map((e) => e.textContent)
            )),
        ]));
    }""".replace("STOPS", str(len(expected) + 4))
    page = opened(picture, suffix=".svg")
    for at in range(len(expected) + 2):
        assert page.evaluate(shown, at) == expected.boxes(min(at, len(expected))), at
    still = opened(picture, suffix=".svg", reduced_motion="reduce")
    assert still.evaluate("document.getAnimations().length") == 0
    assert still.evaluate(shown, -1) == expected.boxes(len(expected))
    data = base64.b64encode(picture.encode()).decode()
    inside = opened(f'<!DOCTYPE html><title>x</title><img alt="x" src="data:image/svg+xml;base64,{data}">').locator(
        "img"
    )
    assert inside.evaluate("(image) => image.naturalWidth") > 500
    moments = set()
    for _ in range(5):
        moments.add(inside.screenshot())
        inside.page.wait_for_timeout(900)
    assert len(moments) > 2, "it moves"


def test_in_the_moving_picture_a_line_is_hidden_only_under_the_words_that_are_seen(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    stepper = Stepper(neuron())
    page = opened(stepper.save(tmp_path / "moving.svg").read_text(encoding="utf-8"), suffix=".svg")
    papers = """(at) => {
        for (const each of document.getAnimations()) {
            each.pause();
            each.currentTime = each.effect.getTiming().duration * at;
        }
        const seen = (e) => getComputedStyle(e).visibility === "visible";
        return [...document.querySelectorAll(".arrow")].flatMap((arrow) => {
            const words = [...arrow.querySelectorAll("text")].filter(seen).map((e) => e.getComputedTextLength());
            const wide = [...arrow.querySelectorAll("rect")].filter(seen).map((e) => e.width.baseVal.value);
            return wide.length ? [[wide.sort((a, b) => a - b), words.sort((a, b) => a - b)]] : [];
        });
    }"""
    for at in (0.01, 0.2, 0.5, 0.7, 0.99):
        found = page.evaluate(papers, at)
        assert len(found) == 9
        for wide, long in found:
            assert len(wide) == len(long)
            assert all(0 <= each - text - 10 < 3 for each, text in zip(wide, long, strict=True))


SIZES: dict[str, tuple[Callable[[], Any], int]] = {
    "neuron": (neuron, 50_000),
    "MLP(3, [4, 4, 1])": (lambda: nn.MLP(3, [4, 4, 1])([1.0, 2.0, -1.0]), 150_000),
    "MLP(2, [16, 16, 1])": (lambda: networks()["sample"], 500_000),
    "loss over 100 points": (lambda: networks()["loss"], 1_000_000),
}


@pytest.mark.parametrize("name", SIZES)
def test_pages_are_small_and_every_folded_box_of_them_opens(name: str) -> None:
    make, most = SIZES[name]
    stepper = Stepper(make())
    text = stepper._page()
    assert len(text.encode()) <= most
    assert text.count('class="inside"') == len(stepper._lesson.insides)


def test_an_array_with_one_step_plays(opened: Callable[..., Any]) -> None:
    t = Tensor([1.0, 2.0], label="t").requires_grad_()
    page = opened(Stepper(t.sum())._page())
    page.click("#last")
    assert page.evaluate(LOOK)["boxes"]["t"][1] == ["[1  1]"]
