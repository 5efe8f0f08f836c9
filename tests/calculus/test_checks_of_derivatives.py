"""check_gradients of functions that call grad, jvp and the other derivatives inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import check_gradients, derivative, grad, hessian, hvp, jacobian, jvp, stack, value_and_grad, vjp

Function = Callable[..., Any]

X = np.array([0.5, 1.5])
V = np.array([1.0, 2.0])


def f(x: Any) -> Any:
    return ag.sum(x * x * x)


def cube(x: Any) -> Any:
    return x * x * x


# A derivative inside a function, at the variable, along it, or of a function that closes over it.
TABLE: dict[str, tuple[Function, Any]] = {
    "jvp": (lambda x: jvp(f, x, V)[1], X),
    "value of jvp": (lambda x: jvp(f, x, V)[0], X),
    "jvp along the variable": (lambda x: jvp(f, V, x)[1], X),
    "jvp at and along the variable": (lambda x: jvp(f, x, x)[1], X),
    "jvp of a closure": (lambda x: jvp(lambda z: ag.sum(z * z * x), V, V)[1], X),
    "jvp of lists": (lambda p: jvp(lambda p: p[0] * p[1], p, [1.0, 2.0])[1], [2.0, 3.0]),
    "jvp of tanh": (lambda x: jvp(ag.tanh, x, V)[1], X),
    "hvp": (lambda x: hvp(f)(x, V), X),
    "hvp along the variable": (lambda x: hvp(f)(V, x), X),
    "hvp of a closure": (lambda x: hvp(lambda z: ag.sum(z * z * z * x))(V, V), X),
    "grad": (grad(f), X),
    "grad of a closure": (lambda x: grad(lambda z: ag.sum(z * z * x))(V), X),
    "grad beside a keyword": (lambda x: grad(lambda z, a: ag.sum(z * z * a))(V, a=x), X),
    "grad beside an argument": (lambda x: grad(lambda z, a: ag.sum(z * z * a))(V, x), X),
    "grad of a sum of grad": (grad(lambda z: ag.sum(grad(f)(z))), X),
    "grad of logsumexp": (grad(ag.logsumexp), X),
    "grad of a number": (grad(cube), 2.0),
    "grad of a closure over a number": (lambda x: grad(lambda y: x * y * y)(3.0), 2.0),
    "grad of x * y at y = x": (lambda x: x * grad(lambda y: x * y)(x), 2.0),
    "grad of a dict": (lambda p: grad(lambda p: p["a"] ** 3 + p["b"])(p)["a"], {"a": 2.0, "b": 1.0}),
    "grad of a list": (grad(lambda p: p[0] ** 3 * p[1]), [2.0, 1.0]),
    "value_and_grad": (lambda x: value_and_grad(f)(x)[1], X),
    "jacobian": (jacobian(cube), X),
    "jacobian of stack": (jacobian(lambda q: stack([q, q * q])), 3.0),
    "hessian": (hessian(f), X),
    "hessian of a number": (hessian(lambda x: x**4), 1.5),
    "vjp": (lambda x: vjp(cube, x)[1](V), X),
    "vjp of the variable": (lambda x: vjp(cube, V)[1](x), X),
    "derivative": (derivative(cube), X),
    "derivative of derivative": (derivative(derivative(cube)), 2.0),
    "derivative of exp": (derivative(ag.exp), 2.0),
    "derivative of a closure": (lambda x: derivative(lambda y: x * y * y)(3.0), 2.0),
    "derivative of x * y at y = x": (lambda x: x * derivative(lambda y: x * y)(x), 2.0),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_derivative_inside_a_function_is_checked(name: str) -> None:
    g, x = TABLE[name]
    assert check_gradients(g, x).ok
    if name not in ("hessian", "hessian of a number"):  # the fourth derivative, by differences of the third
        assert check_gradients(g, x, order=2).ok


@pytest.mark.parametrize("name", TABLE)
def test_a_wrong_derivative_beside_it_is_found(name: str) -> None:
    g, x = TABLE[name]
    total: Function = ag.sum if isinstance(x, np.ndarray) else lambda y: y

    def wrong(x: Any) -> Any:
        out = g(x)
        first = out[0] if isinstance(out, list) else out
        cut = x["a"] if isinstance(x, dict) else x[0] if isinstance(x, list) else x
        return first + total(cut.detach() * cut)

    with pytest.raises(ag.GradientError):
        check_gradients(wrong, x)
