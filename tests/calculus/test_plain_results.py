"""Plain in, plain out: floats for floats and arrays for arrays, in every nesting of the derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

Function = Callable[..., Any]


def of_jvp(f: Function) -> Function:
    return lambda x, y: jvp(lambda y: f(x, y), y, 1.0)[1]


def of_vjp(f: Function) -> Function:
    return lambda x, y: vjp(lambda y: f(x, y), y)[1](1.0)


# Each takes f(x, y) of two numbers to its derivative with respect to y, as a function of x and y.
INNER: dict[str, Callable[[Function], Function]] = {
    "grad": lambda f: grad(f, 1),
    "value_and_grad": lambda f: lambda x, y: value_and_grad(f, 1)(x, y)[1],
    "jacobian": lambda f: jacobian(f, 1),
    "derivative": lambda f: lambda x, y: derivative(lambda y: f(x, y))(y),
    "jvp": of_jvp,
    "vjp": of_vjp,
}
# And with respect to x.
OUTER: dict[str, Callable[[Function], Function]] = {
    "grad": lambda f: grad(f, 0),
    "value_and_grad": lambda f: lambda x, y: value_and_grad(f)(x, y)[1],
    "jacobian": lambda f: jacobian(f, 0),
    "derivative": lambda f: lambda x, y: derivative(lambda x: f(x, y))(x),
    "jvp": lambda f: lambda x, y: jvp(lambda x: f(x, y), x, 1.0)[1],
    "vjp": lambda f: lambda x, y: vjp(lambda x: f(x, y), x)[1](1.0),
    "hessian": lambda f: lambda x, y: hessian(f, 0)(x, y),
    "hvp": lambda f: lambda x, y: hvp(lambda x: f(x, y))(x, 1.0),
}


def product(x: Any, y: Any) -> Any:
    return x * x * y * y


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("outer", OUTER)
def test_mixed_derivatives_of_floats_are_floats(inner: str, outer: str) -> None:
    found = OUTER[outer](INNER[inner](product))(2.0, 3.0)
    assert type(found) is float
    assert found == (12.0 if outer in ("hessian", "hvp") else 24.0)


@pytest.mark.parametrize("outer", ["grad", "value_and_grad", "vjp"])
@pytest.mark.parametrize("inner", ["grad", "value_and_grad", "vjp"])
def test_mixed_derivatives_of_arrays_are_arrays(inner: str, outer: str) -> None:
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    mixed = OUTER[outer](lambda x, y: INNER[inner](lambda x, y: product(x, y).sum())(x, y).sum())(x, y)
    assert type(mixed) is np.ndarray
    assert mixed.tolist() == (4 * x * y).tolist()


def test_third_derivatives_in_three_arguments_are_floats() -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        return x * y * y * z * z * z

    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        a, b, c = order
        found = grad(grad(grad(f, a), b), c)(2.0, 3.0, 5.0)
        assert type(found) is float
        assert found == 2 * 3.0 * 3 * 5.0**2


def test_a_value_from_outside_still_gives_a_node() -> None:
    v = Value(2.0)
    for found in (grad(grad(lambda x, y: v * x * y, 1), 0)(2.0, 3.0), grad(lambda x: v * x)(1.0)):
        assert type(found) is Value
        found.backward()
        assert v.grad == 1.0
        v.zero_grad()


def test_a_pullback_of_a_node_gives_a_node() -> None:
    _, pullback = vjp(lambda x: x * x, 3.0)
    assert type(pullback(1.0)) is float
    u = Value(2.0)
    found = pullback(u)
    found.backward()
    assert (found.item(), u.grad) == (12.0, 6.0)
    assert grad(lambda u: pullback(u) * u)(2.0) == 24.0
