"""The gallery of activations: curves, derivatives, kinks."""

from __future__ import annotations

from math import exp, tanh
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.plot.gallery import FUNCTIONS

from .canvas import closed_figures as closed_figures, legend, line, plt


def derivative(ax: Any) -> tuple[np.ndarray, np.ndarray]:
    return line(ax, "f′(x)")


def test_every_activation_of_the_library_is_in_the_gallery() -> None:
    panels = nn.plot.activations()
    assert [panel.get_title() for panel in panels] == list(FUNCTIONS)
    assert set(nn.neuron.ACTIVATIONS) <= set(FUNCTIONS)
    assert legend(panels[0]) == ["f(x)", "f′(x)"]
    assert len(panels[0].figure.axes) == len(FUNCTIONS)  # no empty panels
    assert [each.get_linestyle() for each in panels[0].lines if not each.get_label().startswith("_")] == ["-", "--"]


@pytest.mark.parametrize(
    ("name", "f", "slope"),
    [
        ("tanh", tanh, lambda x: 1 - tanh(x) ** 2),
        ("sigmoid", lambda x: 1 / (1 + exp(-x)), lambda x: exp(-x) / (1 + exp(-x)) ** 2),
        ("silu", lambda x: x / (1 + exp(-x)), lambda x: (1 + exp(-x) + x * exp(-x)) / (1 + exp(-x)) ** 2),
        ("relu", lambda x: max(0.0, x), lambda x: float(x > 0)),
    ],
)
def test_the_curves_are_the_function_and_its_derivative(name: str, f: Any, slope: Any) -> None:
    [panel] = nn.plot.activations(name)
    x, y = line(panel, "f(x)")
    assert (x[0], x[-1]) == (-4, 4)
    assert np.allclose(y, [f(number) for number in x], rtol=0, atol=1e-12)
    x, y = derivative(panel)
    drawn = np.isfinite(y)
    assert np.allclose(y[drawn], [slope(number) for number in x[drawn]], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "kinks"),
    [
        ("relu", {0.0: (0.0, 1.0, 0.0)}),
        ("leaky_relu", {0.0: (0.01, 1.0, 0.01)}),
        ("hardtanh", {-1.0: (0.0, 1.0, 0.0), 1.0: (1.0, 0.0, 0.0)}),
        ("tanh", {}),
        ("elu", {}),  # its derivative bends and does not jump
    ],
)
def test_a_kink_is_a_gap_with_both_limits_and_the_value_in_use(
    name: str, kinks: dict[float, tuple[float, float, float]]
) -> None:
    [panel] = nn.plot.activations([name])
    x, y = derivative(panel)
    assert x[np.isnan(y)].tolist() == list(kinks)
    points: dict[str, dict[float, list[float]]] = {"none": {}, "full": {}}
    for each in panel.lines:
        if each.get_marker() == "o":
            points[each.get_fillstyle()][float(each.get_xdata()[0])] = list(each.get_ydata())
    assert points["none"] == {at: pytest.approx(values[:2]) for at, values in kinks.items()}
    assert points["full"] == {at: pytest.approx(values[2:]) for at, values in kinks.items()}


def test_functions_and_modules_stand_beside_names() -> None:
    def cube(x: Any) -> Any:
        return x**3

    leaky = nn.LeakyReLU(0.5)
    panels = nn.plot.activations([cube, leaky, "relu"], ax=plt.subplots(1, 3)[1])
    assert [panel.get_title() for panel in panels] == ["cube", "LeakyReLU(negative_slope=0.5)", "relu"]
    x, y = derivative(panels[0])
    assert np.allclose(y, 3 * x**2)
    assert derivative(panels[1])[1][0] == 0.5


@pytest.mark.parametrize(
    ("names", "ax", "error", "message"),
    [
        ("rleu", None, ValueError, "unknown activation 'rleu'; expected a function, a Module or one of relu"),
        ([], None, ValueError, "got no names"),
        (["relu", "tanh"], [None], ValueError, "ax must hold 2 Axes, one for each panel, got 1"),
        (["relu"], "ax", TypeError, "ax must be matplotlib Axes, as plt.subplots"),
        ([lambda x: Tensor([1.0])], None, ValueError, "expected an elementwise function"),
    ],
)
def test_what_cannot_be_drawn_is_refused(names: Any, ax: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        nn.plot.activations(names, ax)
