"""Data that was set after it was used is refused or marked wherever a graph is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Program, Stepper, Tensor, Value, draw, practice, zoom

READERS: dict[str, Callable[[Any, Any], Any]] = {
    "backward": lambda y, x: y.backward(),
    "Stepper": lambda y, x: Stepper(y),
    "practice": lambda y, x: practice(y),
    "Program": lambda y, x: Program(y, [x]),
}


def values() -> tuple[Any, Any, Any, Any]:
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = x * w
    return x, w, y, y + 1.0


def tensors() -> tuple[Any, Any, Any, Any]:
    x, w = Tensor([2.0, 1.0], requires_grad=True, label="x"), Tensor([3.0, 1.0], requires_grad=True, label="w")
    y = x * w
    return x, w, y, y.sum()


@pytest.mark.parametrize("reader", [*READERS])
@pytest.mark.parametrize("made", [values, tensors])
@pytest.mark.parametrize("which", [1, 2])
def test_a_graph_of_changed_data_is_refused_and_the_cure_is_named(reader: str, made: Any, which: int) -> None:
    graph = made()
    graph[which].data = graph[which].data * 2.0
    with pytest.raises(RuntimeError, match=r"was changed after it was used.*optimizer"):
        READERS[reader](graph[3], graph[0])


def test_changed_data_is_refused_where_a_label_is_no_text() -> None:
    x, _, _, z = values()
    x.data, x.label = 4.0, 3
    with pytest.raises(RuntimeError, match=r"the data of an input of mul \(3\) was changed after it was used"):
        z.backward()


def test_zoom_refuses_changed_data_and_draw_marks_it() -> None:
    x, w, _, z = tensors()
    w.data = w.data * 2.0
    with pytest.raises(RuntimeError, match="was changed after it was used"):
        zoom(z)
    assert "changed since" in draw(z).svg
    assert x.grad is None


def test_a_leaf_that_wants_a_gradient_after_its_use_gets_none_from_that_use_in_the_steps_either() -> None:
    x, w = Tensor([1.0, 2.0], label="x"), Tensor([1.0, 1.0], requires_grad=True, label="w")
    a = w * x
    x.requires_grad_()
    y = (a * x).sum()
    stepper = Stepper(y)
    stepper.finish()
    found = stepper.gradients()[x]
    y.backward()
    assert x.grad is not None
    assert np.array_equal(found, x.grad)
    assert draw(y).svg


@pytest.mark.parametrize("number", [np.float32(0.1), np.float64(0.1), np.float16(0.1)])
def test_a_numpy_number_as_a_parameter_is_a_plain_number(number: Any) -> None:
    x = Tensor(np.array([-0.7], np.float32), requires_grad=True)
    assert autograd.leaky_relu(x, number).dtype == np.float32
    v = Value(-5.0)
    (autograd.leaky_relu(v, number) + v * 1e-9 + v).backward()
    assert v.grad == 1.0 + 1e-9 + float(number)


@pytest.mark.parametrize("f", [lambda x: x * 1e300, lambda x: autograd.maximum(x, -1e300), lambda x: 1e300 - x])
def test_a_number_too_large_for_float32_is_inf_without_a_warning(f: Any) -> None:
    x = Tensor(np.array([1.0], np.float32), requires_grad=True)
    assert f(x).dtype == f(x.detach()).dtype == np.float32
