"""A Value beside an array is a Tensor whose gradient flows back to the Value, in every use of the graph."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Program, Stepper, Tensor, Value, draw, zoom
from autograd.engine.sweep import graph_nodes

ARRAY = np.array([0.5, 1.25, 2.0])
OTHERS: dict[str, Callable[[], Any]] = {
    "array": lambda: ARRAY,
    "float32": lambda: ARRAY.astype(np.float32),
    "list": lambda: ARRAY.tolist(),
    "tuple": lambda: tuple(ARRAY.tolist()),
    "matrix": lambda: np.outer(ARRAY, ARRAY),
    "integers": lambda: np.array([1, 2, 3]),
    "constant": lambda: Tensor(ARRAY),
    "tensor": lambda: Tensor(ARRAY, requires_grad=True),
    "tensor of float32": lambda: Tensor(ARRAY.astype(np.float32), requires_grad=True),
    "tensor of integers": lambda: Tensor([1, 2, 3]),
    "tensor of no dimension": lambda: Tensor(1.5, requires_grad=True),
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "maximum": ag.maximum,
    "minimum": ag.minimum,
    "hypot": ag.hypot,
    "atan2": ag.atan2,
    "where": lambda a, b: ag.where(a > b, a, b),
    "np.add": np.add,
    "np.where": lambda a, b: np.where(np.array([True, False, True]), a, b),
}


def scalar(x: Any) -> Tensor:
    """The same number as a Tensor of no dimension, of which the dtype is that of the other operand."""
    return Tensor(1.75, requires_grad=True, dtype=x.dtype if isinstance(x, Tensor) and x.dtype.kind == "f" else None)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("other", OTHERS)
def test_a_value_beside_an_array_is_a_tensor_with_the_gradient_of_a_tensor(name: str, other: str) -> None:
    for f in (BINARY[name], lambda a, b: BINARY[name](b, a)):
        x = OTHERS[other]()
        if isinstance(x, (list, tuple)) and name.startswith("np."):
            x = np.array(x)  # of two lists, NumPy's functions ask no protocol of ours
        v, t = Value(1.75), scalar(x)
        ours, theirs = f(v, x), f(t, np.array(x) if isinstance(x, (list, tuple)) else x)
        assert type(ours) is Tensor
        assert ours.shape == theirs.shape
        float32 = "float32" in other
        assert float32 or ours.dtype == theirs.dtype
        assert ours.numpy() == pytest.approx(theirs.numpy(), rel=1e-6 if float32 else 1e-15)
        ours.sum().backward()
        gradient = x.grad if isinstance(x, Tensor) else None
        if isinstance(x, Tensor):
            x.grad = None
        theirs.sum().backward()
        assert type(v.grad) is float
        assert v.grad == pytest.approx(t.grad, rel=1e-6 if float32 else 1e-15)
        if isinstance(x, Tensor) and x.requires_grad:
            assert gradient == pytest.approx(x.grad, rel=1e-6)


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne])
def test_a_comparison_of_a_value_with_an_array_is_a_mask(compare: Callable[[Any, Any], Any]) -> None:
    found = compare(Value(1.25), ARRAY)
    assert found.dtype == bool
    assert found.tolist() == compare(1.25, ARRAY).tolist()


def test_a_float32_stays_a_float32_beside_a_value() -> None:
    y = Tensor(ARRAY.astype(np.float32)) * Value(0.1)
    assert y.dtype == np.float32


def test_a_value_without_a_gradient_is_a_constant() -> None:
    with ag.no_grad():
        assert not (Value(2.0) * ARRAY).requires_grad
    y = Value(2.0, label="a").detach() * ARRAY
    assert not y.requires_grad


def test_a_value_is_used_many_times_beside_arrays_and_values() -> None:
    v: Any = Value(2.0)
    y = (v * ARRAY).sum() * v + v * v
    y.backward()
    assert y.item() == pytest.approx(4 * ARRAY.sum() + 4)
    assert v.grad == pytest.approx(4 * ARRAY.sum() + 4)


def model(a: Any, b: Any) -> Any:
    return ((a * ag.exp(b * ARRAY) - [1.0, 2.0, 3.0]) ** 2).mean()


def test_graphs_of_both_draw_step_run_as_a_program_and_zoom() -> None:
    a, b = Value(1.5, label="a"), Value(0.5, label="b")
    loss = model(a, b)
    program = Program(loss, [a, b])
    value, gradients = program.value_and_grad(1.5, 0.5)
    assert "a" in draw(loss).svg
    stepper = Stepper(loss)
    stepper.commit()
    assert value == loss.item()
    assert gradients == [a.grad, b.grad]
    zoomed = zoom(loss)
    zoomed.backward()
    found = {v.label: v.grad for v in graph_nodes(zoomed) if v.label in ("a", "b")}
    assert found == pytest.approx({"a": a.grad, "b": b.grad})


def test_curve_fitting_gives_floats() -> None:
    xs, ys = np.array([0.0, 1, 2, 3]), np.array([1.0, 2.7, 7.4, 20.1])

    def loss(a: Any, b: Any) -> Any:
        return ((a * ag.exp(b * xs) - ys) ** 2).mean()

    expected = (-0.1608343, -0.4917655)
    for found in (ag.grad(loss, (0, 1))(1.0, 1.0), ag.grad(lambda p: loss(*p))([1.0, 1.0])):
        assert [type(g) for g in found] == [float, float]
        assert tuple(found) == pytest.approx(expected, abs=1e-7)
    h = 1e-5
    slopes = ag.grad(loss, (0, 1))
    columns = [(slopes(1 + h, 1.0), slopes(1 - h, 1.0)), (slopes(1.0, 1 + h), slopes(1.0, 1 - h))]
    rows = [[(up[j] - down[j]) / (2 * h) for up, down in columns] for j in (0, 1)]
    assert np.array(ag.hessian(lambda p: loss(*p))([1.0, 1.0])) == pytest.approx(np.array(rows), rel=1e-6)
    assert ag.hvp(lambda p: loss(*p))([1.0, 1.0], [1.0, 0.0]) == pytest.approx([r[0] for r in rows], rel=1e-6)
    assert ag.check_gradients(loss, 1.0, 1.0, order=2).ok


@pytest.mark.parametrize(
    "parts",
    [
        lambda v: [v, v * v],
        lambda v: [v, 2.0, v * 3],
        lambda v: [v, Tensor(2.0), 1.0],
        lambda v: [Tensor(2.0), v * v],
    ],
)
def test_stack_takes_values_numbers_and_tensors_of_no_dimension(parts: Callable[[Any], list[Any]]) -> None:
    plain = [float(p.item() if isinstance(p, (Tensor, Value)) else p) for p in parts(2.0)]
    slope = [0.0 if isinstance(p, (float, Tensor)) and not isinstance(p, Value) else 1.0 for p in parts(Value(2.0))]
    jacobian = ag.jacobian(lambda q: ag.stack(parts(q)))(2.0)
    assert ag.stack(parts(Value(2.0))).tolist() == plain
    assert ag.derivative(lambda q: ag.stack(parts(q)))(2.0) == pytest.approx(jacobian)
    assert (jacobian != 0).tolist() == [s != 0 for s in slope]


def test_the_jacobian_of_stacked_values_is_an_array() -> None:
    for f, at, want in [
        (lambda q: ag.stack([q, q * q]), 3.0, [1.0, 6.0]),
        (lambda q: q * ARRAY, 3.0, ARRAY.tolist()),
        (lambda q: ag.stack([q, q]) @ np.ones((2, 3)), 3.0, [2.0, 2.0, 2.0]),
    ]:
        found = ag.jacobian(f)(at)
        assert type(found) is np.ndarray
        assert found.tolist() == want


@pytest.mark.parametrize("outer", [ag.jacobian, ag.derivative])
@pytest.mark.parametrize("inner", [ag.jacobian, ag.derivative])
def test_second_derivatives_of_stacked_values_are_arrays(outer: Any, inner: Any) -> None:
    found = outer(inner(lambda q: ag.stack([q, q**3])))(2.0)
    assert type(found) is np.ndarray
    assert found.tolist() == [0.0, 12.0]


@pytest.mark.parametrize("option", ["retain_graph", "create_graph"])
@pytest.mark.parametrize("make", [lambda: Value(2.0), lambda: Tensor(2.0, requires_grad=True)])
def test_options_of_pytorchs_backward_are_answered_with_what_to_use(make: Callable[[], Any], option: str) -> None:
    x = make()
    with pytest.raises(TypeError, match=rf"backward\(\) has no {option}: .* use grad\(grad\(f\)\)"):
        (x * x).backward(**{option: True})
    assert x.grad is None
    (x * x).backward(**{option: False})
    assert x.grad == 4.0


@pytest.mark.parametrize("make", [lambda: Value(2.0, label="rate"), lambda: Tensor(2.0, label="rate")])
def test_a_program_names_the_input_that_is_not_in_the_graph(make: Callable[[], Any]) -> None:
    x = Value(1.0)
    with pytest.raises(ValueError, match=r"input 1 \(rate\) is not in this root's graph.*leave it out"):
        Program(x * x, [x, make()])
