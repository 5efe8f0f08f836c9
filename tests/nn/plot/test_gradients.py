"""Gradient norms per layer, and their plot."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor

from .canvas import closed_figures as closed_figures, legend, line


def test_the_norms_are_those_of_each_layer_and_nothing_is_changed() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    (model(Tensor([[1.0, -2.0, 3.0]])) ** 2).sum().backward()
    before = [p.grad.tolist() for p in model.parameters()]
    norms = nn.plot.gradient_norms(model)
    for name in ("0", "2"):
        layer: Any = model[int(name)]
        whole = np.concatenate([layer.weight.grad.ravel(), layer.bias.grad.ravel()])
        assert norms[name] == pytest.approx(np.linalg.norm(whole), rel=1e-14)
    assert list(norms) == ["0", "2"]
    assert [p.grad.tolist() for p in model.parameters()] == before


def test_a_layer_of_values_has_the_norm_of_the_same_layer_of_tensors() -> None:
    mlp = nn.MLP(2, [3, 1], activation="tanh", generator=np.random.default_rng(0))
    model = mlp.to_tensor()
    mlp([0.5, -1.0]).backward()
    model(Tensor([[0.5, -1.0]])).sum().backward()
    assert list(nn.plot.gradient_norms(mlp)) == ["layers.0", "layers.1"]
    got, expected = (list(nn.plot.gradient_norms(each).values()) for each in (mlp, model))
    assert got == pytest.approx(expected, rel=1e-12)


def test_no_gradient_is_none_and_huge_ones_do_not_overflow() -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    with pytest.raises(ValueError, match="no parameter of the model has a gradient; call gradient_norms"):
        nn.plot.gradient_norms(model)
    model[0].weight.grad = np.array([[1e300]])
    model[0].bias.grad = np.array([1e300])
    assert nn.plot.gradient_norms(model) == {"0": pytest.approx(math.sqrt(2) * 1e300), "1": None}
    with pytest.raises(TypeError, match="takes a Module, got list"):
        nn.plot.gradient_norms(list(model.parameters()))  # type: ignore[arg-type]


STEPS: list[dict[str, float | None]] = [
    {"a": 1.0, "b": 1e-8},
    {"a": 0.0, "b": None},
    {"a": 2.0, "b": math.inf},
    {"a": 3.0, "b": math.nan},
]


@pytest.mark.parametrize("norms", [STEPS, {name: [step[name] for step in STEPS] for name in "ab"}])
def test_norms_are_drawn_on_a_log_axis_and_nothing_vanishes_from_it(norms: Any) -> None:
    ax = nn.plot.gradient_flow(norms)
    assert ax.get_yscale() == "log"
    assert legend(ax) == ["a", "b", "0", "inf or nan"]
    assert line(ax, "a")[0].tolist() == [1, 2, 3, 4]
    assert np.nan_to_num(line(ax, "a")[1], nan=-1).tolist() == [1, -1, 2, 3]
    assert np.nan_to_num(line(ax, "b")[1], nan=-1).tolist() == [1e-8, -1, -1, -1]
    marks = {each.get_marker(): list(each.get_xdata()) for each in ax.lines if each.get_label() == "_"}
    assert marks == {"v": [2], "x": [3, 4]}
    assert len({(each.get_color(), each.get_linestyle()) for each in ax.lines[:2]}) == 2
    ax.figure.canvas.draw()


def test_a_network_without_any_gradient_left_is_drawn_too() -> None:
    ax = nn.plot.gradient_flow({"a": [0.0, 0.0]})
    ax.figure.canvas.draw()
    assert legend(ax) == ["a", "0"]


@pytest.mark.parametrize(
    ("norms", "error", "message"),
    [
        ({}, ValueError, "got no norms"),
        ([], ValueError, "got no norms"),
        ({"a": [1.0, -2.0]}, ValueError, "a norm is >= 0, and the layer 'a' has -2"),
        ([1.0], TypeError, "a list of results of gradient_norms\\(model\\), got float: 1.0"),
        (3, TypeError, "got int: 3"),
        ({"a": 1.0}, TypeError, "'a' must be a list of numbers, got float"),
    ],
)
def test_what_is_no_record_of_norms_is_refused(norms: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        nn.plot.gradient_flow(norms)
