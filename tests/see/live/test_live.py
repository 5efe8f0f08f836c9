"""`live`: its page loads nothing and shows any label safely; what it cannot show is refused with the remedy."""

import json
import math
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest

import autograd
from autograd import Program, Tensor, Value, live
from autograd.see.live.sliders import step_of
from autograd.see.picture.number_format import format_number
from autograd.see.picture.theme import PALETTE
from tests.see.pictures import LABELS, needs_node, neuron
from tests.see.steps.test_player import Reader

ASSETS = files("autograd.see.live")
SCRIPT = ASSETS.joinpath("live.js").read_text(encoding="utf-8")
STYLE = ASSETS.joinpath("live.css").read_text(encoding="utf-8")


def data_of(page: str) -> Any:
    (data,) = [text for text in Reader(page).text["script"] if text.startswith("{")]
    return json.loads(data)


def names_of(page: str) -> list[str]:
    data = data_of(page)
    return [data["names"][slider["node"]] for slider in data["sliders"]]


def test_a_graph_has_a_slider_for_each_leaf_that_wants_a_gradient() -> None:
    assert names_of(live(neuron()).html) == ["x1", "x2", "w1", "w2", "b"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("w1", [("w1", -20.0, 20.0)]),
        (["b", "w1"], [("b", -20.0, 20.0), ("w1", -20.0, 20.0)]),
        ({"x2": (-3, 3)}, [("x2", -3.0, 3.0)]),
        ({"x2": None, "w2": (0, 0.5)}, [("x2", -2.0, 2.0), ("w2", 0.0, 0.5)]),
    ],
)
def test_sliders_are_named_with_or_without_ranges(asked: Any, expected: list[tuple[str, float, float]]) -> None:
    data = data_of(live(neuron(), asked).html)
    assert [(data["names"][s["node"]], s["low"], s["high"]) for s in data["sliders"]] == expected


def test_a_slider_is_named_by_its_node_and_by_labels_too() -> None:
    a, b = Value(1.0), Value(2.0)
    y = a * b
    assert names_of(live(y, [b], {"a": a, "b": b}).html) == ["b"]
    assert names_of(live(y, "a", {"a": a, "b": b}).html) == ["a"]


@pytest.mark.parametrize(
    ("low", "high", "step"), [(-3, 3, 0.02), (0, 1, 0.005), (-20, 20, 0.2), (0, 2e-7, 1e-9), (-1e9, 1e9, 1e7)]
)
def test_a_step_is_a_round_number(low: float, high: float, step: float) -> None:
    assert step_of(low, high) == step


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: live(cast(Any, 3.0)), TypeError, "live shows the graph of a Value, or a function, got float"),
        (lambda: live(neuron(), "q"), ValueError, "'q' is not one leaf of this graph; expected one of x1, x2, w1"),
        (lambda: live(neuron(), "n"), ValueError, "a slider moves a leaf, and n is no leaf"),
        (lambda: live(neuron(), {"b": (3, 3)}), ValueError, r"the range of b is \(low, high\) with low < high"),
        (lambda: live(neuron(), {"b": "wide"}), ValueError, "got 'wide'"),
        (lambda: live(neuron(), 5), TypeError, "sliders takes names or leaves"),
        (lambda: live(neuron(), x1=(0, 1)), TypeError, "of a graph give sliders="),
        (lambda: live(Value(float("inf"), "x") * 2), ValueError, "x is inf, which is no place on a slider"),
        (lambda: live(Tensor([1.0, 2.0], requires_grad=True) * 2), ValueError, r"take one of the Values in zoom\(t\)"),
        (
            lambda: live(Value(2.0, "x") * 2, sliders=[]),
            ValueError,
            "to move: sliders= names none; name leaves",
        ),
        (lambda: live(Tensor([1.0, 2.0]).sum()), ValueError, "this Tensor requires no gradient"),
        (lambda: live(Tensor([], requires_grad=True).sum()), ValueError, "on no number: .* empty"),
        (lambda: live(lambda x: 1.0, x=(0, 1)), TypeError, "returns one Value computed from its arguments, got float"),
        (lambda: live(lambda x, y: x * y, x=(0, 1)), TypeError, "got no range for y; give each argument its range"),
        (lambda: live(lambda x: x, x=(0, 1), y=(0, 1)), TypeError, "got a range for y"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_remedy(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_a_function_with_another_branch_in_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"another way at x=-3 than at its start.*use maximum"):
        live(lambda x: x * x if x > 0 else -x, x=(-3, 3))
    live(lambda x: x * x if x > 0 else -x, x=(1, 3))
    live(autograd.relu, x=(-3, 3))


def test_data_that_was_changed_is_refused() -> None:
    w = Value(2.0, "w")
    y = w * w
    w.data = 3.0
    with pytest.raises(RuntimeError, match="was changed after it was used"):
        live(y)


def test_a_fixed_branch_is_said_on_the_page() -> None:
    x = Value(2.0, "x")
    assert "keeps the branch" in live(autograd.where(x > 0, x, -x)).html
    assert "keeps the branch" not in live(autograd.abs(x)).html


def test_a_tensor_of_one_element_is_shown_as_its_scalars() -> None:
    w = Tensor([3.0, -1.0], requires_grad=True, label="w")
    data = data_of(live((Tensor([1.0, 2.0], label="x") @ w).tanh()).html)
    assert [data["titles"][s["node"]].partition(" ")[0] for s in data["sliders"]] == ["w[0]", "w[1]"]


def test_a_large_graph_has_numbers_without_a_picture() -> None:
    page = live(neuron(), max_nodes=3).html
    assert "<svg" not in page
    assert names_of(page) == ["x1", "x2", "w1", "w2", "b"]


def test_looking_changes_nothing() -> None:
    root = neuron()
    live(root)
    assert root.grad is None


@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_any_label_stays_text(label: str, shown: str) -> None:
    reader = Reader(live(Value(2.0, label).tanh() * 3).html)
    kinds = [attributes.get("type") for tag, attributes in reader.tags if tag == "script"]
    assert kinds == ["application/json", None, None]  # the data, live.js, follow.js
    assert (reader.open, reader.unclosed) == ([], [])
    (title,) = [text for text in reader.text["bdi"] if not text.startswith("What if")]
    assert title[:39] == shown[:39] or title.startswith(shown[:30])
    assert {tag for tag, _ in reader.tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "bdi", "p", "div", "fieldset",
        "legend", "label", "input", "output", "button", "script", "svg", "desc", "defs", "marker", "path", "rect",
        "tspan", "g", "text",
    }  # fmt: skip


def test_the_page_loads_nothing_and_writes_no_color(tmp_path: Path) -> None:
    text = live(neuron()).save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb|hsl", STYLE + SCRIPT.replace("#slider", "").replace("#panel", ""))
    assert set(re.findall(r"var\(--gg-([a-z-]+)\)", STYLE)) <= set(PALETTE)


def test_only_a_page_is_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"saves \.html, got 'page\.txt'"):
        live(neuron()).save(tmp_path / "page.txt")
    x = Value(3.0, "x")
    with pytest.raises(ValueError, match=r"a Program saves \.html, got 'page\.py'"):
        Program(x * x, [x]).save(tmp_path / "page.py")


def test_a_program_is_saved_as_the_same_page(tmp_path: Path) -> None:
    x, a = Value(3.0, "x"), Value(2.0, "a")
    y = x * a + 1
    path = Program(y, [a]).save(tmp_path / "program.html")
    assert path.read_text(encoding="utf-8") == live(y, [a]).html


def test_a_program_is_saved_where_nothing_else_has_made_a_page(tmp_path: Path) -> None:
    code = "import sys, autograd; x = autograd.Value(3.0, 'x'); autograd.Program(x * x, [x]).save(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, tmp_path / "program.html"], check=True, timeout=60)
    assert (tmp_path / "program.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_notebook_gets_the_page_in_a_frame_and_a_picture_where_it_is_not_trusted() -> None:
    shown = live(neuron())
    reader = Reader(shown._repr_html_())
    assert [tag for tag, _ in reader.tags] == ["div", "div", "img", "p", "iframe"]
    assert "trust the notebook" in reader.text["p"][0]
    frame = reader.tags[-1][1]
    assert frame["srcdoc"] == shown.html
    assert frame["sandbox"] == "allow-scripts", "and not the notebook's own origin"


def test_nothing_in_the_files_ends_the_element_they_stand_in() -> None:
    for name in ("functions.js", "live.js", "live.css"):
        text = ASSETS.joinpath(name).read_text(encoding="utf-8")
        assert "</" not in text
        assert "<!--" not in text


@needs_node
def test_the_page_formats_numbers_as_the_picture_does() -> None:
    numbers = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.7071067,
        1e-4,
        9.9999e-5,
        12345.6,
        -999999.0,
        9999.4,
        9999.6,
        1e6,
        1.5e22,
        2e-310,
    ]
    numbers += [float("inf"), float("-inf"), float("nan"), 1 / 3, 100.0, 123.45, 0.00012345, 999999.9, -3e-5]
    function = SCRIPT[SCRIPT.index("function format") : SCRIPT.index("// The number that")]
    code = f"{function}process.stdout.write(JSON.stringify([{json.dumps(numbers)[1:-1]}].map(format)))"
    run = subprocess.run(["node", "-"], input=code, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(run.stdout) == [format_number(x) for x in numbers]


@pytest.mark.parametrize("limits", [(-1e308, 1e308), (0.0, 5e-324), (5.0, 5.0 + 1e-15), (1.0, math.inf)])
def test_a_range_that_a_slider_cannot_have_is_refused(limits: tuple[float, float]) -> None:
    x = Value(2.0, "x")
    with pytest.raises(ValueError, match=r"the range of x is .* got "):
        live(x * x, sliders={"x": limits})


@pytest.mark.parametrize("most", ["a", 2.5, -1, True])
def test_a_wrong_max_nodes_is_refused(most: Any) -> None:
    with pytest.raises(ValueError, match=r"max_nodes is how many nodes .* got "):
        live(Value(2.0, "x") * 2.0, max_nodes=most)


@pytest.mark.parametrize("asked", ["x", 3, ["x"]])
def test_the_sliders_of_a_function_need_ranges(asked: Any) -> None:
    with pytest.raises(TypeError, match=r"sliders of a function map its arguments to ranges, .* got "):
        live(lambda x: x * 2.0, sliders=asked)
