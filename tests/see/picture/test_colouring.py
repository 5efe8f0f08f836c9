"""Colours by size: the shade, the bar and the words say the same, and the legend has the numbers."""

import math
from typing import Any
from xml.etree import ElementTree

import pytest

import autograd
from autograd import Stepper, Tensor, Value, draw
from autograd.see.picture.colouring import shade
from tests.see.pictures import SVG, elements, neuron, rows, words


def looks(picture: str) -> dict[str, set[str]]:
    """Return the classes of each named box."""
    return {name: set(e.get("class", "").split()) for e in elements(picture, "item") if (name := e.get("data-name"))}


def bars(picture: str) -> dict[str, tuple[str, float]]:
    """Return the class and the length of each named box's bar."""
    found = {}
    for item in elements(picture, "item"):
        for bar in item.iter(f"{SVG}rect"):
            if bar.get("class", "").endswith("-bar"):
                found[item.get("data-name", "")] = (bar.get("class", ""), float(bar.get("width", "")))
    return found


@pytest.mark.parametrize(
    ("x", "greatest", "expected"),
    [(1.0, 1.0, 4), (0.3, 1.0, 4), (0.29, 1.0, 3), (0.03, 1.0, 3), (0.0299, 1.0, 2), (0.003, 1.0, 2), (1e-9, 1.0, 1),
     (-1.0, 1.0, -4), (-0.1, 1.0, -3), (0.0, 1.0, 0), (0.0, 0.0, 0), (5e-324, 5e-324, 4), (1e-320, 1e308, 1)],
)  # fmt: skip
def test_a_shade_is_a_factor_of_ten(x: float, greatest: float, expected: int) -> None:
    assert shade(x, greatest) == expected


def test_a_gradient_shows_its_sign_and_size_by_shade_and_by_bar() -> None:
    o = neuron()
    o.backward()
    picture = draw(o, color="grad").svg
    seen, long = looks(picture), bars(picture)
    assert "negative-4" in seen["x1"]
    assert "positive-4" in seen["o"]
    assert not any(look.startswith(("positive", "negative")) for look in seen["w2"]), "its gradient is 0"
    assert long["x1"][0] == "negative-bar"
    assert "w2" not in long
    assert long["x1"][1] > long["w1"][1] > long["b"][1]


def test_data_is_coloured_by_size() -> None:
    x = Value(-2.0, "x")
    y = x * 100.0
    y.label = "y"
    seen = looks(draw(y, color="data").svg)
    assert "negative-2" in seen["x"]
    assert "negative-4" in seen["y"]


def test_blame_is_the_share_of_the_squared_norm_of_the_parameters_gradients() -> None:
    a, b, c = Value(3.0, "a"), Value(4.0, "b"), Value(1.0, "c")
    y = a * 3.0 + b * 4.0 + c.detach() * 2.0
    y.backward()
    picture = draw(y, color="blame").svg
    found = {}
    for item in elements(picture, "item"):
        text = words(item)
        if "blame" in text:
            found[text[0]] = text[text.index("blame") + 1]
    assert found == {"a": "36 %", "b": "64 %"}


@pytest.mark.parametrize("color", ["grad", "data", "blame"])
def test_the_legend_has_the_numbers(color: Any) -> None:
    o = neuron()
    o.backward()
    text = " ".join("".join(t.itertext()) for t in ElementTree.fromstring(draw(o, color=color).svg).iter(f"{SVG}text"))
    greatest = {"grad": 1.5, "data": 6.8813735870195432, "blame": 100 * 1.5**2 / (1.5**2 + 1 + 0.25 + 0.25)}[color]
    bound = f"{float(f'{0.3 * greatest:.0e}'):.4g}"  # in one digit
    assert f"≥ {bound}" in text or f"≤ -{bound}" in text


def test_a_vanishing_chain_fades() -> None:
    x = Value(1.0, "x")
    y: Value = x
    names = []
    for k in range(6):
        y = (y * 3.0).tanh()
        y.label = f"y{k}"
        names.append(y.label)
    y.backward()
    seen = looks(draw(y, color="grad").svg)
    shades = [int(next(look for look in seen[name] if look.startswith("positive"))[-1]) for name in names]
    assert shades == sorted(shades)
    assert shades[0] == 1
    assert shades[-1] == 4


@pytest.mark.parametrize(
    ("function", "at", "word"),
    [(autograd.tanh, 4.0, "saturated"), (autograd.tanh, 0.4, ""), (autograd.sigmoid, -8.0, "saturated"),
     (autograd.relu, -1.0, "off"), (autograd.relu, 1.0, "")],
)  # fmt: skip
def test_a_saturated_activation_says_so(function: Any, at: float, word: str) -> None:
    y = function(Value(at, "x"))
    y.label = "y"
    (item,) = [e for e in elements(draw(y, color="grad").svg, "item") if e.get("data-name") == "y"]
    assert (word in words(item)) if word else not {"saturated", "off"} & set(words(item))
    legend = " ".join(words(ElementTree.fromstring(draw(y, color="grad").svg)))
    assert [each for each in ("saturated", "off") if f"{each}: " in legend] == ([word] if word else [])


def test_of_an_array_the_share_that_is_saturated_is_given() -> None:
    y = autograd.relu(Tensor([-1.0, -2.0, 3.0, 4.0], requires_grad=True))
    y.label = "y"
    (item,) = [e for e in elements(draw(y, color="data").svg, "item") if e.get("data-name") == "y"]
    assert "50 % off" in words(item)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_are_not_finite_have_no_shade(bad: float) -> None:
    x = Value(bad, "x")
    y = x * 2.0
    assert not any(look.startswith(("positive", "negative")) for look in looks(draw(y, color="data").svg)["x"])


def test_without_gradients_nothing_is_coloured_and_nothing_is_written() -> None:
    o = neuron()
    picture = draw(o, color="grad").svg
    assert not bars(picture)
    assert o.grad is None
    assert rows(picture, "o")["grad"] == ["–"]


def test_a_wrong_colour_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="color is one of None, grad, data, blame, got 'red'"):
        draw(neuron(), color="red")  # type: ignore[arg-type]


def test_a_steppers_picture_has_no_colours() -> None:
    assert "tinted" not in Stepper(neuron()).drawing().svg.partition("</style>")[2]


@pytest.mark.parametrize(("one", "other"), [(3e200, 4e200), (3e-200, 4e-200), (3e-320, 4e-320)])
def test_blame_is_right_where_squares_overflow_or_vanish(one: float, other: float) -> None:
    a, b = Value(1.0, "a"), Value(1.0, "b")
    y = a * one + b * other
    y.backward()
    seen = [word for item in elements(draw(y, color="blame").svg, "item") for word in words(item)]
    shares = [float(word.removesuffix(" %")) for word in seen if word.endswith(" %")]
    assert shares == pytest.approx([36, 64], abs=0.1)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_where_a_gradient_is_not_finite_there_is_no_blame(bad: float) -> None:
    a, b = Value(1.0, "a"), Value(1.0, "b")
    y = a * bad + b
    y.backward()
    seen = [word for item in elements(draw(y, color="blame").svg, "item") for word in words(item)]
    assert [word for word in seen if word.endswith(" %")] == ["nan %", "nan %"]


def test_the_legend_has_a_0_only_where_something_is_0() -> None:
    x = Value(2.0, "x")
    y = x * 3.0
    y.backward()
    _, entries = draw(y, color="blame").scene.colors or ("", ())
    assert [shade for shade, _ in entries] == [4]
