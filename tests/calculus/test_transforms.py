"""grad, jacobian and the other transforms of functions: shapes, nesting in every mixture of modes, errors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, derivative, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp

Function = Callable[..., Any]


def product(x: Any, y: Any) -> Any:
    return x * x * y


def of_list(x: Any) -> Any:
    return x[0] * x[0] * x[1] + autograd.sin(x[1])


def all_floats(x: Any) -> bool:
    """Tell whether x is a float, or nested lists and tuples of floats."""
    return all(map(all_floats, x)) if isinstance(x, (list, tuple)) else type(x) is float


# Shapes


@pytest.mark.parametrize(
    ("argnums", "want"), [(0, 12.0), (1, 4.0), ((0,), (12.0,)), ((0, 1), (12.0, 4.0)), ((1, 0), (4.0, 12.0))]
)
def test_gradient_has_the_shape_of_argnums(argnums: int | tuple[int, ...], want: Any) -> None:
    got = grad(product, argnums)(2.0, 3.0)
    assert got == want
    assert all_floats(got)
    assert value_and_grad(product, argnums)(2.0, 3.0) == (12.0, want)


@pytest.mark.parametrize(
    ("argument", "f", "want"),
    [
        ([2.0, 3.0], lambda x: x[0] * x[1], [3.0, 2.0]),
        ((2.0, 3.0), lambda x: x[0] * x[1], (3.0, 2.0)),
        ([[1.0, 2.0], [3.0]], lambda x: x[0][0] * x[0][1] * x[1][0], [[6.0, 3.0], [2.0]]),
        ([(1.0, 2.0), 3.0], lambda x: x[0][0] * x[0][1] * x[1], [(6.0, 3.0), 2.0]),
        ([5.0, 7.0], lambda x: x[0] * 2, [2.0, 0.0]),
        ([], lambda x: 3.0, []),
        (2, lambda x: x**3, 12.0),
        (np.float64(2.0), lambda x: x**3, 12.0),
    ],
)
def test_gradient_has_the_shape_of_its_argument(argument: Any, f: Function, want: Any) -> None:
    got = grad(f)(argument)
    assert got == want
    assert type(got) is type(want)
    assert all_floats(got)


def test_keywords_are_passed_on() -> None:
    def f(x: Any, *, power: float) -> Any:
        return x**power

    assert grad(f)(2.0, power=3.0) == 12.0
    assert value_and_grad(f)(2.0, power=3.0) == (8.0, 12.0)
    assert jacobian(f)(2.0, power=3.0) == 12.0


@pytest.mark.parametrize(
    ("f", "x", "want"),
    [
        (lambda x: x**2, 3.0, 6.0),
        (lambda x: x[0] * x[1], [2.0, 3.0], [3.0, 2.0]),
        (lambda x: [x, x * x], 3.0, [1.0, 6.0]),
        (lambda x: (x[0] * x[1], x[0], 5.0), [2.0, 3.0], ([3.0, 2.0], [1.0, 0.0], [0.0, 0.0])),
        (lambda x: [[x[0], x[1]], [x[0] * x[1]]], [2.0, 3.0], [[[1.0, 0.0], [0.0, 1.0]], [[3.0, 2.0]]]),
    ],
)
def test_jacobian_has_the_shapes_of_result_and_argument(f: Function, x: Any, want: Any) -> None:
    got = jacobian(f)(x)
    assert got == want
    assert all_floats(got)


def test_jacobian_of_several_arguments() -> None:
    got = jacobian(lambda x, y: [x * y, x + y], (0, 1))(2.0, 3.0)
    assert got == [(3.0, 2.0), (1.0, 1.0)]


def test_hessian_is_the_jacobian_of_the_gradient() -> None:
    got = hessian(of_list)([2.0, 3.0])
    want = [[6.0, 4.0], [4.0, -math.sin(3.0)]]
    assert got == want
    assert hessian(product, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
    assert hessian(lambda x: x**3)(2.0) == 12.0
    assert hessian(lambda x: x[0] + 3 * x[1])([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]


def test_hvp_is_the_hessian_times_the_vector() -> None:
    point, v = [2.0, 3.0], [0.5, -2.0]
    got = hvp(of_list)(point, v)
    want = [sum(h * k for h, k in zip(row, v, strict=True)) for row in hessian(of_list)(point)]
    assert all_floats(got)
    assert got == pytest.approx(want, rel=1e-15)
    assert hvp(lambda x: x**3)(2.0, 0.5) == 6.0


def test_jvp_and_vjp_multiply_the_jacobian_from_either_side() -> None:
    def f(x: Any) -> list[Any]:
        return [x[0] * x[1], autograd.exp(x[0]), x[1], 4.0]

    point, v, u = [0.5, 3.0], [2.0, -1.0], [1.0, 2.0, 3.0, 4.0]
    rows = jacobian(f)(point)
    value, tangent = jvp(f, point, v)
    assert all_floats(value)
    assert all_floats(tangent)
    assert value == [1.5, math.exp(0.5), 3.0, 4.0]
    assert tangent == pytest.approx([sum(d * k for d, k in zip(row, v, strict=True)) for row in rows], rel=1e-15)
    value, pullback = vjp(f, point)
    assert value == [1.5, math.exp(0.5), 3.0, 4.0]
    assert all_floats(pullback(u))
    want = [sum(k * row[j] for k, row in zip(u, rows, strict=True)) for j in range(2)]
    assert pullback(u) == pytest.approx(want, rel=1e-15)
    assert pullback([2 * k for k in u]) == pytest.approx([2 * w for w in want], rel=1e-15)


# Nesting

# tanh at 2 and its derivatives, from the closed forms: t, s = 1 - t², -2ts, s(4t² - 2s), 8ts(2s - t²)
T, S = math.tanh(2.0), 1 / math.cosh(2.0) ** 2
TANH = [T, S, -2 * T * S, S * (4 * T * T - 2 * S), 8 * T * S * (2 * S - T * T)]
# JAX autodiff cookbook, printed there in float32
COOKBOOK = [0.07065082485316443, -0.13621868742711296, 0.25265406509806265]


@pytest.mark.parametrize(
    "modes",
    [m for n in range(1, 5) for m in itertools.product((grad, derivative), repeat=n)],
    ids=lambda m: "-".join(f.__name__ for f in m),
)
def test_every_mixture_of_forward_and_reverse_to_order_four(modes: tuple[Function, ...]) -> None:
    f: Function = autograd.tanh
    for mode in modes:
        f = mode(f)
    got = f(2.0)
    assert type(got) is float
    assert abs(got - TANH[len(modes)]) <= 1e-13 * abs(TANH[len(modes)])
    if len(modes) <= len(COOKBOOK):
        assert abs(got - COOKBOOK[len(modes) - 1]) <= 1e-12


def test_jacobian_and_hessian_nest_too() -> None:
    assert jacobian(jacobian(jacobian(autograd.tanh)))(2.0) == pytest.approx(TANH[3], rel=1e-13)
    assert hessian(derivative(autograd.tanh))(2.0) == pytest.approx(TANH[3], rel=1e-13)
    assert derivative(hessian(autograd.tanh))(2.0) == pytest.approx(TANH[3], rel=1e-13)
    third = jacobian(hessian(lambda x: x[0] * x[0] * x[1]))([2.0, 3.0])
    assert third == [[[0.0, 2.0], [2.0, 0.0]], [[2.0, 0.0], [0.0, 0.0]]]


def test_every_derivative_of_a_power_at_zero() -> None:
    f: Function = lambda x: x**3  # noqa: E731
    for want in (0.0, 0.0, 6.0, 0.0, 0.0):
        f = grad(f)
        assert f(0.0) == want


# Perturbation confusion: an inner derivative that takes an outer variable for its own


def nested(outer: Function, inner: Function) -> list[tuple[Any, float]]:
    """Derivatives of functions that contain a derivative, each with its right result."""
    return [
        # d/dx x * d/dy (x + y) = d/dx x = 1; mixing up the variables gives 2
        (outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0), 1.0),
        (outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0), 6.0),
        # the inner function uses the outer variable and not its own
        (outer(lambda x: x * inner(lambda y: x)(1.0))(3.0), 0.0),
        # the inner derivative is taken at the outer variable: d/dx (x * 3x²) = 9x²
        (outer(lambda x: x * inner(lambda y: y**3)(x))(2.0), 36.0),
        (outer(lambda x: inner(lambda y: x * y * y)(x))(3.0), 12.0),
        # three levels
        (outer(lambda x: inner(lambda y: y * outer(lambda z: x * y * z)(1.0))(x))(2.0), 8.0),
    ]


@pytest.mark.parametrize(("outer", "inner"), [*itertools.product((grad, derivative), repeat=2)])
def test_perturbations_are_not_confused(outer: Function, inner: Function) -> None:
    for got, want in nested(outer, inner):
        assert got == want
        assert type(got) is float


@pytest.mark.parametrize("inner", [grad, derivative])
def test_backward_through_a_derivative(inner: Function) -> None:
    x = Value(2.0)
    slope = inner(lambda y: y**3)(x)
    assert isinstance(slope, Value)
    (x * slope).backward()
    assert x.grad == 36.0


# Values in, and Values that a function closes over


@pytest.mark.parametrize(
    "inner", [grad, derivative, lambda f: lambda x: jacobian(f)(x), lambda f: lambda x: vjp(f, x)[1](1.0)]
)
def test_a_function_that_closes_over_a_value_gives_a_value_that_is_connected(inner: Function) -> None:
    w = Value(3.0)
    slope = inner(lambda x: w * x * x)(2.0)
    assert isinstance(slope, Value)
    assert slope.data == 12.0
    assert w.grad is None
    slope.backward()
    assert w.grad == 4.0


def test_gradients_of_values_in_a_closure_are_not_written() -> None:
    w = Value(3.0)
    y = w * 2
    assert grad(lambda x: x * x + 0 * y.item())(2.0) == 4.0
    value, slope = value_and_grad(lambda x: x * y)(2.0)
    assert isinstance(value, Value)
    assert isinstance(slope, Value)
    assert (value.data, slope.data) == (12.0, 6.0)
    assert (w.grad, y.grad) == (None, None)
    slope.backward()
    assert w.grad == 2.0


def test_a_value_as_argument_gives_a_value_and_its_own_gradient_is_not_written() -> None:
    x = Value(2.0)
    for result in (
        grad(lambda t: t**3)(x),
        derivative(lambda t: t**3)(x),
        hessian(lambda t: t**3)(x),
        *value_and_grad(lambda t: t**3)(x),
    ):
        assert isinstance(result, Value)
        assert result.requires_grad
        assert x.grad is None
    (three,) = grad(lambda ts: 3 * ts[0])([x])
    assert isinstance(three, Value)
    assert three.data == 3.0


def test_floats_give_floats_if_no_outer_node_is_involved() -> None:
    w = Value(3.0).detach()
    functions: list[tuple[Function, float]] = [
        (lambda x: x * x * x, 12.0),
        (lambda x: x * x * Value(3.0).item(), 12.0),
        (lambda x: x * x * w, 12.0),
    ]
    for f, want in functions:
        for result in (grad(f)(2.0), jacobian(f)(2.0), value_and_grad(f)(2.0)[1], vjp(f, 2.0)[1](1.0)):
            assert result == want
            assert type(result) is float
    for result in (derivative(functions[0][0])(2.0), *jvp(functions[0][0], 2.0, 1.0), hvp(functions[0][0])(2.0, 1.0)):
        assert type(result) is float


# Modes


def test_derivatives_work_under_no_grad_and_record_nothing_outside() -> None:
    w = Value(3.0)
    with no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert derivative(lambda x: x**3)(2.0) == 12.0
        assert hessian(lambda x: x**3)(2.0) == 12.0
        assert hvp(lambda x: x**3)(2.0, 1.0) == 12.0
        slope = grad(lambda x: w * x * x)(2.0)
        assert slope.item() == 12.0
        assert not slope.requires_grad
        value, pullback = vjp(lambda x: x * x, 3.0)
        assert (value, pullback(1.0)) == (9.0, 6.0)
        assert not (w * w).requires_grad
    assert (w * w).requires_grad


def test_no_grad_inside_the_function_cuts_the_graph() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            y = x * x
        return x * y

    assert grad(f)(3.0) == 9.0


def test_an_exception_in_the_function_restores_the_mode() -> None:
    def f(x: Any) -> Any:
        raise KeyError("mine")

    with no_grad():
        for run in (grad(f), derivative(f), jacobian(f)):
            with pytest.raises(KeyError, match="mine"):
                run(1.0)
        assert not (Value(1.0) * 2).requires_grad


# Constants


@pytest.mark.parametrize(
    "constant", [lambda x: 5.0, lambda x: 5, lambda x: np.float64(5.0), lambda x: autograd.sign(x) + 4]
)
def test_a_constant_has_derivatives_zero(constant: Function) -> None:
    assert value_and_grad(constant)(2.0) == (5.0, 0.0)
    assert derivative(constant)(2.0) == 0.0
    assert hessian(constant)(2.0) == 0.0
    assert hvp(constant)(2.0, 1.0) == 0.0
    assert jvp(constant, 2.0, 1.0) == (5.0, 0.0)
    value, pullback = vjp(constant, 2.0)
    assert (value, pullback(1.0)) == (5.0, 0.0)


def test_the_identity_and_a_variable_that_is_returned_twice() -> None:
    assert grad(lambda x: x)(3.0) == 1.0
    assert derivative(lambda x: x)(3.0) == 1.0
    assert jacobian(lambda x: [x, x])(3.0) == [1.0, 1.0]
    assert vjp(lambda x: [x, x], 3.0)[1]([2.0, 5.0]) == 7.0


def test_the_same_value_as_two_arguments_is_two_variables() -> None:
    x = Value(3.0)
    a, b = grad(lambda p, q: p * q * q, (0, 1))(x, x)
    assert (a.data, b.data) == (9.0, 18.0)


# Errors


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda: grad(lambda x: None)(1.0), TypeError, "returned None.*`return` missing"),
        (lambda: derivative(lambda x: None)(1.0), TypeError, "returned None"),
        (lambda: jacobian(lambda x: [x, None])(1.0), TypeError, "returned None"),
        (lambda: grad(lambda x: [x, x])(1.0), ValueError, "returns a list of 2; use jacobian"),
        (lambda: grad(lambda x: (x,))(1.0), ValueError, "returns a tuple of 1"),
        (lambda: hessian(lambda x: [x, x])(1.0), ValueError, "use jacobian"),
        (lambda: grad(lambda x: "a word")(1.0), TypeError, "one real number, got str"),
        (lambda: grad(lambda x: x)("2"), TypeError, "one real number, got str"),
        (lambda: grad(lambda x: x)(None), TypeError, "one real number, got None"),
        (lambda: grad(lambda x: x)(1j), TypeError, "got complex"),
        (lambda: derivative(lambda x: x)("2"), TypeError, "one real number, got str"),
        (lambda: grad(lambda x: x, 1)(1.0), ValueError, "argnums names argument 1, but the function was called with 1"),
        (lambda: grad(lambda x: x, -1)(1.0), ValueError, "argnums names argument -1"),
        (lambda: grad(lambda x: x, (0, 2))(1.0, 2.0), ValueError, "argnums names argument 2"),
        (lambda: grad(lambda x: x)(x=1.0), ValueError, "argnums names argument 0, but the function was called with 0"),
        (
            lambda: jvp(lambda x: x, [1.0, 2.0], [1.0]),
            ValueError,
            "the structure of what .* expected a list of 2, got a list of 1",
        ),
        (lambda: jvp(lambda x: x, [1.0, 2.0], 1.0), ValueError, "expected a list of 2, got 1.0"),
        (lambda: jvp(lambda x: x, 1.0, [1.0]), ValueError, "expected one number, got a list of 1"),
        (lambda: vjp(lambda x: [x, x], 1.0)[1](1.0), ValueError, "expected a list of 2"),
        (lambda: vjp(lambda x: x, 1.0)[1]([1.0, 2.0]), ValueError, "expected one number, got a list of 2"),
        (lambda: vjp(lambda x: [x, x], 1.0)[1]([1.0]), ValueError, "expected a list of 2, got a list of 1"),
        (lambda: hvp(lambda x: x[0])([1.0], [1.0, 2.0]), ValueError, "expected a list of 1, got a list of 2"),
        (lambda: derivative(lambda x: x)([1.0, 2.0]), ValueError, "expected a list of 2, got 1.0"),
    ],
)
def test_errors_say_what_was_got_and_what_was_expected(run: Function, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run()


@pytest.mark.parametrize(
    ("f", "at", "want"),
    [
        (lambda x: x.sort() or x[0] * x[0] * x[1], [3.0, 2.0], [4.0, 12.0]),
        (lambda x: x.__setitem__(0, x[0] * 3) or x[0] * x[1], [1.0, 2.0], [6.0, 3.0]),
        (lambda x: x.pop() * x[0], [1.0, 2.0], [2.0, 1.0]),
        (lambda x: x.append(3) or x[0], [1.0], [1.0]),
    ],
)
def test_a_function_may_change_its_list_and_the_callers_stays_the_same(
    f: Any, at: list[float], want: list[float]
) -> None:
    assert autograd.grad(f)(at) == want
    assert at == [3.0, 2.0] or at[0] == 1.0


@pytest.mark.parametrize("argnums", [(0, 0), (1, 0, 1), ("x",), (1.0,)])
def test_argnums_are_different_numbers(argnums: Any) -> None:
    with pytest.raises(ValueError, match="argnums"):
        autograd.grad(lambda x, y: x * y, argnums=argnums)(2.0, 3.0)


@pytest.mark.parametrize(
    "of",
    [
        lambda f: autograd.grad(f)(3.0),
        lambda f: autograd.derivative(f)(3.0),
        lambda f: autograd.jvp(f, 3.0, 1.0)[1],
        lambda f: autograd.hvp(f)(3.0, 1.0),
        lambda f: autograd.jacobian(f)(3.0),
    ],
)
def test_nothing_is_recorded_outside_under_no_grad(of: Any) -> None:
    w = autograd.Value(2.0)
    with autograd.no_grad():
        result = of(lambda x: x * x * w)
    assert not getattr(result, "requires_grad", False)
    assert getattr(of(lambda x: x * x * w), "requires_grad", False)


@pytest.mark.parametrize(
    "transform",
    [grad, value_and_grad, derivative, jacobian, hessian, hvp, autograd.check_gradients,
     lambda f: jvp(f, 1.0, 1.0), lambda f: vjp(f, 1.0)],
)  # fmt: skip
def test_what_is_not_a_function_is_refused_at_once(transform: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"expected one such as lambda x: .*, got int 3; .* call its backward"):
        transform(3)
