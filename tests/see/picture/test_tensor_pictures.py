"""Pictures of Tensors: what a box shows of an array, and what an arrow shows of a rule."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Stepper, Tensor, Value, draw, practice, stack
from tests.see.pictures import ENGINES, SVG, arrows, boxes, by_dot, elements, layer, leaf, needs_dot, rows

# What it shows


@pytest.mark.parametrize("engine", ENGINES)
def test_a_box_shows_shape_dtype_and_a_small_array_as_a_matrix(engine: str) -> None:
    loss = layer()
    assert rows(draw(loss, engine=engine).svg, "w") == {
        "shape": ["2×2 float64"],
        "data": ["[ 0.5    -1]", "[   1  0.25]"],
        "grad": ["–"],
    }
    loss.backward()
    picture = draw(loss, engine=engine).svg
    assert rows(picture, "x") == {"shape": ["3×2 float64"], "data": ["[1  2]", "[3  4]", "[5  6]"]}
    assert rows(picture, "b")["grad"] == ["[6  0]"]
    assert rows(draw(layer(dtype=np.float32), engine=engine).svg, "h")["shape"] == ["3×2 float32"]


def test_a_tensor_with_no_dimension_reads_like_a_value() -> None:
    def neuron(kind: Any) -> Any:
        x, w, b = kind(2.0, label="x"), kind(-3.0, label="w"), kind(6.88, label="b")
        for node in (x, w, b) if kind is Tensor else ():
            node.requires_grad_()
        o = (x * w + b).square()  # whose bits NumPy and Python agree on
        o.label = "o"
        o.backward()
        return o

    value, tensor = neuron(Value), neuron(Tensor)
    assert draw(tensor, engine="layered").svg == draw(value, engine="layered").svg
    assert draw(tensor).dot == draw(value).dot
    assert [str(step) for step in Stepper(tensor)] == [str(step) for step in Stepper(value)]
    assert practice(tensor).questions() == practice(value).questions()


@pytest.mark.parametrize("engine", ENGINES)
def test_on_an_arrow_stands_the_derivative_or_the_rule_for_the_gradient(engine: str) -> None:
    picture = draw(layer(), engine=engine).svg
    found = arrows(picture)
    assert found == {
        "v1 0": [],  # x requires no gradient
        "v1 1": ["xᵀ @ g"],
        "v2 0": ["1"],
        "v2 1": ["1", "summed over dim 0"],
        "h 0": ["where(v2 <= 0, 0, 1)"],
        "v3 0": ["h"],
        "v3 1": ["h"],
        "v4 0": ["spread(g, v3.shape)"],
        "L 0": ["0.1667"],
        "L 1": [],
    }
    assert "what becomes of the gradient g" in picture
    assert "what becomes of" not in draw(Value(1) * 2, engine=engine).svg


def test_a_local_derivative_of_one_element_has_its_number() -> None:
    t = leaf([[3.0]], "t")
    assert arrows(draw(t.square()).svg)["v1 0"] == ["2 * t", "= 6"]


def test_a_large_array_is_shape_and_norm_and_statistics_on_request() -> None:
    data = np.arange(-6.0, 14.0).reshape(4, 5)
    t = leaf(data, "t")
    t.sum().backward()
    assert rows(draw(t).svg, "t") == {
        "shape": ["4×5 float64"],
        "data": [f"norm {np.linalg.norm(data):.4g}"],
        "grad": ["norm 4.472"],
    }
    assert rows(draw(t, stats=True).svg, "t") == {
        "shape": ["4×5 float64"],
        "data": ["min -6, max 13", f"mean 3.5, norm {np.linalg.norm(data):.4g}", "1 zeros, 0 not finite"],
        "grad": ["min 1, max 1", "mean 1, norm 4.472", "0 zeros, 0 not finite"],
    }
    small = layer()
    assert draw(small, stats=True).svg == draw(small).svg


@pytest.mark.parametrize("engine", ENGINES)
def test_values_in_a_tensor_are_drawn_with_it(engine: str) -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    t = stack([a * b, b])
    t.label = "t"
    (t * Tensor([1.0, 10.0])).sum().backward()
    picture = draw(t, engine=engine).svg
    assert boxes(picture)["b"] == {"title": "b", "data": "3", "grad": "12"}
    assert arrows(picture) == {"v1 0": ["b", "= 3"], "v1 1": ["a", "= 2"], "t 0": ["g[0]"], "t 1": ["g[1]"]}


@pytest.mark.parametrize("engine", ENGINES)
def test_several_roots_are_one_picture(engine: str) -> None:
    x = leaf([1.0, 2.0], "x")
    a, b = x * 2, x.exp()
    picture = draw([a, b], engine=engine)
    assert set(boxes(picture.svg)) == {"x", "v1", "v2"}
    assert picture.scene.title == "The computation graph of v1 and v2"
    assert draw([a]).dot == draw(a).dot
    with pytest.raises(ValueError, match="draw got no node"):
        draw([])
    with pytest.raises(TypeError, match="several in a list, tuple or dict, got float"):
        draw([a, 1.0])
    with pytest.raises(TypeError, match="several in a list, tuple or dict, got float"):
        draw(np.ones(2))


@needs_dot
def test_dot_accepts_the_text_of_matrices() -> None:
    picture = by_dot(draw(layer()))
    assert "[ 0.5" in picture.replace("&#160;", " ")
    assert "[   1  0.25]" in picture.replace("&#160;", " ")


HARD_LABELS = ["</svg>", "a & b", '"<b>"', "\\N\\l", "学習率", "x" * 500, "w[0]\n", "\u202e"]


@pytest.mark.parametrize("label", HARD_LABELS)
def test_any_label_survives(label: str, tmp_path: Path) -> None:
    loss = (leaf([[1.0, 2.0]], label) @ leaf([[1.0], [3.0]], "w")).sum()
    stepper = Stepper(loss)
    for suffix in ("svg", "html", "json", "txt"):
        assert stepper.save(tmp_path / f"steps.{suffix}").stat().st_size > 300
    assert len([e for e in elements(draw(loss).svg, "item") if e.get("data-name")]) == 4
    if shutil.which("dot") is not None:
        by_dot(draw(loss))


def test_all_text_is_inside_its_box() -> None:
    rng = np.random.default_rng(1)
    for shape in [(1,), (9,), (3, 3), (1, 9), (2, 2, 2), (9, 1), (4, 4), (2, 0)]:
        t = leaf(rng.normal(size=shape) * 1e3, "t")
        t.sum().backward()
        for item in elements(draw(t, engine="layered", stats=True).svg, "item"):
            (box,) = item.iter(f"{SVG}rect")
            x, y, width, height = (float(box.get(key, "")) for key in ("x", "y", "width", "height"))
            for text in item.iter(f"{SVG}text"):
                for line in text.iter():
                    assert y + 8 < float(line.get("y", text.get("y", ""))) < y + height - 3
                for value in text.iter(f"{SVG}tspan"):
                    end = float(value.get("x", ""))
                    name = 0.602 * 12 * len(text.text or "")
                    assert x + 8 + name <= end - 0.602 * 12 * len(value.text or "")
                    assert end < x + width


def test_a_screen_reader_gets_the_text_of_a_box() -> None:
    assert "w of shape 2×2 float64: data [[0.5, -1], [1, 0.25]], no gradient yet" in draw(layer()).svg


def test_the_rule_of_cross_entropy_stands_on_its_arrow_in_full() -> None:
    scores = leaf([[1.0, 2.0, 0.5], [0.0, 1.0, 3.0]], "scores")
    loss = nn.functional.cross_entropy(scores, [0, 2])
    lines = [arrow.words for arrow in draw(loss).scene.arrows if any("softmax" in word for word in arrow.words)]
    assert lines == [("(softmax(scores) - one_hot(v4))", "* spread(g, scores.shape, dim=1)")]
