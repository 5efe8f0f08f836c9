"""Derivatives of functions of arrays: shapes, types, several arguments, nesting to any order, and what they refuse."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Stepper, Tensor, Value, derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

F = Callable[[Any], Any]


def random(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def numbers_of(x: Any) -> Any:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


def numeric(f: F, x: Any, v: Any, step: float = 1e-6) -> Any:
    return (numbers_of(f(x + step * v)) - numbers_of(f(x - step * v))) / (2 * step)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (0, 3)])
def test_gradients_have_the_shape_of_the_argument(shape: tuple[int, ...]) -> None:
    def f(x: Any) -> Any:
        return ag.sum(x * x * x)

    x = random(*shape)
    value, gradient = value_and_grad(f)(np.asarray(x))
    assert type(value) is float
    assert np.shape(gradient) == shape
    assert type(gradient) is (np.ndarray if shape else float)
    np.testing.assert_allclose(gradient, 3 * x**2)
    t = value_and_grad(f)(Tensor(x))
    assert (type(t[0]), type(t[1]), t[1].shape) == (Tensor, Tensor, shape)
    np.testing.assert_allclose(jvp(f, np.asarray(x), np.ones(shape))[1], np.sum(3 * x**2))
    np.testing.assert_allclose(hvp(f)(np.asarray(x), np.ones(shape)), 6 * x)


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_jacobian_and_hessian_have_the_shapes_of_result_and_argument(shape: tuple[int, ...]) -> None:
    x = random(*shape)
    n = x.size
    full = jacobian(lambda a: ag.sin(a))(x)
    assert full.shape == shape + shape
    np.testing.assert_allclose(full.reshape(n, n), np.diag(np.cos(x).ravel()), atol=1e-15)
    second = hessian(lambda a: ag.sum(ag.sin(a)))(x)
    np.testing.assert_allclose(second.reshape(n, n), np.diag(-np.sin(x).ravel()), atol=1e-15)
    np.testing.assert_allclose(jacobian(lambda a: ag.sum(a * a))(x), 2 * x)


def test_several_arguments_lists_and_closures() -> None:
    a, b = random(2, 3), random(3, seed=1)

    def f(a: Any, b: Any) -> Any:
        return ag.sum(ag.tanh(ag.matmul(a, b)))

    da, db = grad(f, argnums=(0, 1))(a, b)
    slope = 1 - np.tanh(a @ b) ** 2
    np.testing.assert_allclose(da, np.outer(slope, b))
    np.testing.assert_allclose(db, slope @ a)
    listed = grad(lambda p: f(p[0], p[1]))([a, b])
    assert type(listed) is list
    np.testing.assert_array_equal(listed[0], da)
    np.testing.assert_array_equal(listed[1], db)
    w = Tensor(b, requires_grad=True)
    inner = grad(lambda a: f(a, w))(a)
    assert isinstance(inner, Tensor)
    ag.sum(inner * inner).backward()
    assert w.grad is not None
    np.testing.assert_allclose(
        np.sum(w.grad * b), numeric(lambda c: ag.sum(grad(lambda a: f(a, c))(a) ** 2), b, b), rtol=1e-6
    )
    assert type(grad(lambda a: f(a, Tensor(b)))(a)) is np.ndarray
    assert type(value_and_grad(lambda a: f(a, b))(a)[0]) is float


TRANSFORMS: dict[str, Callable[[F, Any], Any]] = {
    "grad": lambda f, x: grad(f)(x),
    "value": lambda f, x: value_and_grad(f)(x)[0],
    "jacobian": lambda f, x: jacobian(f)(x),
    "hessian": lambda f, x: hessian(f)(x),
    "jvp": lambda f, x: jvp(f, x, x)[1],
    "jvp's value": lambda f, x: jvp(f, x, x)[0],
    "vjp": lambda f, x: vjp(f, x)[1](1.0),
    "hvp": lambda f, x: hvp(f)(x, x),
    "derivative": lambda f, x: derivative(f)(x),
}


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nodes_give_nodes_and_plain_numbers_give_plain_numbers(name: str, dtype: Any) -> None:
    take = TRANSFORMS[name]
    number, array = np.array(0.5, dtype), np.array([0.5, 2.0], dtype)
    functions: list[F] = [lambda x: ag.sum(x * x), lambda x: ag.sum(x) * 0.0 + 3.0, lambda x: ag.sum(x).item()]
    for f in functions:
        assert type(take(f, number)) is float
        assert type(take(f, Tensor(number))) is Tensor
        got, node = take(f, array), take(f, Tensor(array))
        assert type(got) is (np.ndarray if np.shape(got) else float)
        assert type(node) is Tensor
        np.testing.assert_array_equal(node.numpy(), got)
    assert type(take(lambda x: x * x, 0.5)) is float
    assert type(take(lambda x: x * x, Value(0.5))) is Value


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 2, 0)])
def test_an_empty_jacobian_has_the_shapes_of_result_and_argument(shape: tuple[int, ...]) -> None:
    for x in (random(3), np.float32(random(2, 3))):
        for f in (lambda a: ag.sum(a) * np.zeros(shape), lambda a: np.zeros(shape)):
            found = jacobian(f)(x)
            assert (type(found), found.shape) == (np.ndarray, shape + x.shape)
    wide, other = jacobian(lambda a, b: a[:0] * b, (0, 1))(random(3), 2.0)
    assert (wide.shape, other.shape) == ((0, 3), (0,))
    assert isinstance(jacobian(lambda a: a[:0])(Tensor(random(3))), Tensor)
    assert jacobian(lambda a: a * 2.0)(np.zeros((2, 0))).shape == (2, 0, 2, 0)


def test_the_tangent_of_a_constant_array_is_zeros_of_its_shape() -> None:
    value, tangent = jvp(lambda x: np.ones((2, 3)), random(3), random(3))
    assert value.tolist() == np.ones((2, 3)).tolist()
    assert tangent.tolist() == np.zeros((2, 3)).tolist()


@pytest.mark.parametrize(
    "run",
    [
        lambda x: jvp(ag.sin, x, np.ones(1)),
        lambda x: jvp(ag.sin, x, 1.0),
        lambda x: jvp(ag.sin, [x, 1.0], [x, x]),
        lambda x: hvp(lambda a: ag.sum(a * a))(x, np.ones((1, 3))),
        lambda x: vjp(ag.sin, x)[1](1.0),
        lambda x: vjp(lambda a: ag.sum(a), x)[1](np.ones(3)),
    ],
)
def test_tangents_and_gradients_of_another_shape_are_refused(run: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match=r"the shape of what they belong to: expected \(.*\), got \("):
        run(random(3))


def test_derivative_of_an_elementwise_function_at_an_array() -> None:
    x = random(2, 3)
    np.testing.assert_allclose(derivative(derivative(ag.sin))(x), -np.sin(x), rtol=1e-15)
    assert isinstance(derivative(ag.sin)(Tensor(x)), Tensor)


def composite(a: Any, b: Any) -> Any:
    return ag.logsumexp(ag.matmul(ag.softmax(ag.matmul(a, b), 1), b.T) * a) * ag.sum(b * b)


def test_the_second_derivatives_of_a_composite_are_the_differences_of_the_first() -> None:
    a, b = random(2, 3), random(3, 2, seed=1)
    blocks = hessian(composite, (0, 1))(a, b)
    first = grad(composite, (0, 1))
    for j, x in enumerate((a, b)):
        for place in np.ndindex(x.shape):
            v = np.zeros(x.shape)
            v[place] = 1e-5
            sides = [first(*(y + s * v if k == j else y for k, y in enumerate((a, b)))) for s in (1, -1)]
            for k in (0, 1):
                want = (sides[0][k] - sides[1][k]) / 2e-5
                np.testing.assert_allclose(blocks[k][j][(..., *place)], want, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(blocks[0][1], np.transpose(blocks[1][0], (2, 3, 0, 1)), rtol=1e-12, atol=1e-13)
    v = random(2, 3, seed=3)
    np.testing.assert_allclose(
        hvp(lambda x: composite(x, b))(a, v), np.tensordot(blocks[0][0], v, 2), rtol=1e-11, atol=1e-13
    )


OUTER: list[tuple[Callable[[F, Any], Any], Callable[[Any, Any], Any]]] = [
    (lambda f, x: jacobian(f)(x), lambda full, x: full),
    (lambda f, x: jvp(f, x, x)[1], lambda full, x: full @ x),
    (lambda f, x: vjp(f, x)[1](x), lambda full, x: x @ full),
]


@pytest.mark.parametrize("inner", [jacobian, grad, lambda f: lambda x: ag.sin(x) * jvp(f, x, x)[1]])
@pytest.mark.parametrize(("outer", "part"), OUTER)
def test_third_derivatives_in_every_mixture_of_modes(
    inner: Callable[[F], F], outer: Callable[[F, Any], Any], part: Callable[[Any, Any], Any]
) -> None:
    x = random(3)

    def slope(a: Any) -> Any:
        return inner(lambda b: ag.sum(grad(lambda c: ag.sum(ag.sin(c) * c[0]))(b) * b))(a) * a

    differences = [
        (numbers_of(slope(Tensor(x + h))) - numbers_of(slope(Tensor(x - h)))) / 2e-5 for h in 1e-5 * np.eye(3)
    ]
    np.testing.assert_allclose(outer(slope, x), part(np.stack(differences, 1), x), rtol=1e-6, atol=1e-8)


def test_nested_derivatives_of_arrays_are_not_confused() -> None:
    x = random(3)
    third = grad(lambda a: ag.sum(grad(lambda b: ag.sum(grad(lambda c: ag.sum(c**4))(b)))(a)))(x)
    np.testing.assert_allclose(third, 24 * x)
    mixed = grad(lambda a: ag.sum(a * grad(lambda b: ag.sum(a + b))(a)))(x)
    np.testing.assert_allclose(mixed, np.ones(3))
    tangent = jvp(lambda a: jvp(lambda b: ag.sum(b**3), a, np.ones(3))[1], x, np.ones(3))[1]
    np.testing.assert_allclose(tangent, np.sum(6 * x))


def test_grad_refuses_a_function_that_returns_an_array() -> None:
    for empty_or_not in (random(3), random(0)):
        with pytest.raises(ValueError, match=r"one number.*shape \([03],\)"):
            grad(lambda x: x * 2)(empty_or_not)


def test_jvp_of_a_power_whose_exponent_is_a_tensor() -> None:
    value, tangent = jvp(lambda x: x ** Tensor([2.0, 0.0]), np.array([3.0, 0.0]), np.ones(2))
    assert (numbers_of(value).tolist(), numbers_of(tangent).tolist()) == ([9.0, 1.0], [6.0, 0.0])
    mask: Any = np.array([True, True]) & (Tensor([1.0, 2.0]) > 1.0)
    assert mask.tolist() == [False, True]


def test_no_mode_warns_where_the_result_is_infinite() -> None:
    value, tangent = jvp(lambda x: ag.sum(ag.log(x) + ag.sqrt(x)), np.zeros(2), np.ones(2))
    assert (value, tangent) == (-np.inf, np.inf)
    assert grad(lambda x: ag.sum(ag.log(x)))(np.zeros(2)).tolist() == [np.inf, np.inf]
    assert vjp(ag.square, np.array([1e10, 2.0]))[1](np.array([1e308, 1.0])).tolist() == [np.inf, 4.0]


def test_a_tensor_without_dimensions_has_the_gradient_of_a_value() -> None:
    for x in (-1.5, 0.25, 2.0):
        v, t = Value(x), Tensor(x, requires_grad=True)
        for node in (v, t):
            (ag.tanh(node * 2) + node / (1 + node * node) - ag.exp(-node)).backward()
        assert t.grad is not None
        assert v.grad == pytest.approx(float(t.grad), rel=1e-14)


def test_derivatives_of_any_order_flow_through_stacked_values() -> None:
    def f(a: Any) -> Any:
        return (ag.stack([a, ag.sin(a)]) ** 3).sum()

    def slope(a: float) -> float:
        return 3 * a**2 + 3 * math.sin(a) ** 2 * math.cos(a)

    def bend(a: float) -> float:
        return 6 * a + 6 * math.sin(a) * math.cos(a) ** 2 - 3 * math.sin(a) ** 3

    def third(a: float) -> float:
        return 6 + 6 * math.cos(a) ** 3 - 21 * math.sin(a) ** 2 * math.cos(a)

    orders = [grad(f), grad(grad(f)), grad(grad(grad(f)))]
    for found, want in zip(orders, (slope, bend, third), strict=True):
        assert type(found(2.0)) is float
        assert found(2.0) == pytest.approx(want(2.0), rel=1e-14)
    assert hessian(lambda p: (ag.stack(p) ** 3).sum())([1.0, 2.0]) == [[6.0, 0.0], [0.0, 12.0]]
    # The gradient is a Value too: it can be used in a formula, and gradients flow through it.
    v = Value(2.0)
    first = grad(f)(v)
    (first * v).backward()
    assert v.grad == pytest.approx(2.0 * bend(2.0) + slope(2.0), rel=1e-14)
    stepped = Value(2.0)
    Stepper(grad(f)(stepped) * stepped).commit()
    assert stepped.grad == v.grad
