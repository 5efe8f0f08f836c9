"""Derivatives of functions of arrays: both modes, any order, every structural op, and random programs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

F = Callable[[Any], Any]
ROWS = np.array([[0, 2, 2], [1, 0, 1]])
MASK = np.array([[True, False, True], [False, True, True]])
W = np.linspace(-1.0, 1.0, 12).reshape(3, 4)


def random(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def plain(x: Any) -> Any:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


def numeric(f: F, x: Any, v: Any, step: float = 1e-6) -> Any:
    return (plain(f(x + step * v)) - plain(f(x - step * v))) / (2 * step)


# of an array of shape (2, 3); the first part is linear
LINEAR: dict[str, F] = {
    "sum": lambda x: ag.sum(x),
    "sum 0": lambda x: ag.sum(x, 0),
    "sum -1 keep": lambda x: ag.sum(x, -1, keepdim=True),
    "sum both": lambda x: ag.sum(x, (0, 1)),
    "mean": lambda x: ag.mean(x, 1),
    "reshape": lambda x: ag.reshape(x, 3, -1),
    "flatten": lambda x: ag.flatten(x),
    "transpose": lambda x: ag.transpose(x, 0, 1),
    "permute": lambda x: ag.permute(ag.unsqueeze(x, 0), 2, 0, 1),
    "squeeze": lambda x: ag.squeeze(ag.unsqueeze(x, 1)),
    "broadcast_to": lambda x: ag.broadcast_to(x, 4, 2, 3),
    "expand": lambda x: ag.expand(ag.unsqueeze(x, 1), -1, 4, 3),
    "slice": lambda x: x[:, ::2],
    "backward slice": lambda x: x[::-1, 1:],
    "row": lambda x: x[1],
    "element": lambda x: x[1, -1],
    "ellipsis": lambda x: x[..., None, 0],
    "repeats": lambda x: x[np.array([0, 1, 1, 0])],
    "negative repeats": lambda x: x[:, np.array([-1, 2, 0])],
    "pairs": lambda x: x[np.array([0, 1, 1]), np.array([2, 0, 0])],
    "mask": lambda x: x[MASK],
    "row mask": lambda x: x[np.array([False, True])],
    "no row": lambda x: x[:0],
    "gather": lambda x: ag.gather(x, 1, ROWS),
    "cat": lambda x: ag.cat([x, 2.0 * x, x], 1),
    "stack": lambda x: ag.stack([x, x], -1),
    "split": lambda x: ag.split(x, 2, 1)[0],
    "chunk": lambda x: ag.chunk(x, 2, 1)[1],
    "pad": lambda x: ag.pad(x, (1, 2, 0, 1)),
    "flip": lambda x: ag.flip(x),
    "flip 1": lambda x: ag.flip(x, 1),
    "roll": lambda x: ag.roll(x, 1),
    "roll 1": lambda x: ag.roll(x, -4, 1),
    "tril": lambda x: ag.tril(x),
    "triu": lambda x: ag.triu(x, 1),
    "diag": lambda x: ag.diag(x, 1),
    "diag of a vector": lambda x: ag.diag(x[0], -1),
    "cumsum": lambda x: ag.cumsum(x, 1),
    "matmul": lambda x: ag.matmul(x, W),
    "matmul of a vector": lambda x: ag.matmul(x, W[:, 0]),
    "a vector matmul": lambda x: ag.matmul(W.T[:, :2], x),
    "batches": lambda x: ag.matmul(x, np.stack([W, W, -W])),
    "einsum": lambda x: ag.einsum("ij,jk->ki", x, W),
    "einsum lost": lambda x: ag.einsum("ij->i", x),
    "linear": lambda x: ag.linear(x, W.T),
    "where": lambda x: ag.where(MASK, x, -x),
    "masked_fill": lambda x: ag.masked_fill(x, MASK, 0.0),
    "+ array": lambda x: x * np.ones((4, 1, 3)),
}
CURVED: dict[str, F] = {
    "var": lambda x: ag.var(x, 1),
    "std": lambda x: ag.std(x),
    "norm": lambda x: ag.norm(x, dim=0),
    "prod": lambda x: ag.prod(x),
    "prod 1": lambda x: ag.prod(x, 1),
    "amax": lambda x: ag.amax(x, 0),
    "amin": lambda x: ag.amin(x),
    "max": lambda x: ag.max(x, 1)[0],
    "sort": lambda x: ag.sort(x)[0],
    "cumprod": lambda x: ag.cumprod(x, 1),
    "logsumexp": lambda x: ag.logsumexp(x, 1),
    "logsumexp all": lambda x: ag.logsumexp(x),
    "softmax": lambda x: ag.softmax(x, 1),
    "log_softmax": lambda x: ag.log_softmax(x, 0),
    "x @ x.T": lambda x: ag.matmul(x, ag.transpose(x, 0, 1)),
    "outer": lambda x: ag.outer(x[0], x[1]),
    "dot": lambda x: ag.dot(x[0], x[1]),
    "einsum of two": lambda x: ag.einsum("ij,kj->ik", x, x),
    "tanh x + row": lambda x: ag.tanh(x) + x[0] * x,
    "sign": lambda x: ag.sign(x) * x,
}
BOTH = {**LINEAR, **CURVED}


@pytest.mark.parametrize("name", BOTH)
def test_forward_and_reverse_mode_are_each_others_adjoint(name: str) -> None:
    f, x, v = BOTH[name], random(2, 3), random(2, 3, seed=1)
    y, tangent = jvp(f, x, v)
    value, pull = vjp(f, x)
    np.testing.assert_array_equal(y, value)
    np.testing.assert_allclose(y, plain(f(Tensor(x))), rtol=1e-14)
    assert np.shape(tangent) == np.shape(y)
    u = random(*np.shape(y), seed=2)
    back = pull(u)
    assert back.shape == (2, 3)
    np.testing.assert_allclose(np.sum(u * tangent), np.sum(back * v), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(tangent, numeric(lambda a: f(Tensor(a)), x, v), rtol=1e-6, atol=1e-8)
    if name in LINEAR:
        np.testing.assert_allclose(tangent, plain(f(Tensor(v))), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", BOTH)
def test_every_structural_op_can_be_differentiated_again(name: str) -> None:
    f, x, v = BOTH[name], random(2, 3), random(2, 3, seed=1)

    def loss(a: Any) -> Any:
        return ag.sum(ag.sin(f(a)))

    product = hvp(loss)(x, v)
    assert product.shape == (2, 3)
    np.testing.assert_allclose(product, numeric(grad(loss), x, v), rtol=1e-5, atol=1e-7)
    twice = grad(lambda a: ag.sum(grad(loss)(a) * v))(x)
    np.testing.assert_allclose(twice, product, rtol=1e-10, atol=1e-12)


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
def test_jacobian_and_hessian_have_both_shapes(shape: tuple[int, ...]) -> None:
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


def test_nested_derivatives_of_arrays_do_not_meet() -> None:
    x = random(3)
    third = grad(lambda a: ag.sum(grad(lambda b: ag.sum(grad(lambda c: ag.sum(c**4))(b)))(a)))(x)
    np.testing.assert_allclose(third, 24 * x)
    mixed = grad(lambda a: ag.sum(a * grad(lambda b: ag.sum(a + b))(a)))(x)
    np.testing.assert_allclose(mixed, np.ones(3))
    tangent = jvp(lambda a: jvp(lambda b: ag.sum(b**3), a, np.ones(3))[1], x, np.ones(3))[1]
    np.testing.assert_allclose(tangent, np.sum(6 * x))


def test_float32_stays_float32_in_derivatives() -> None:
    x = random(2, 3).astype(np.float32)
    for name, f in BOTH.items():
        if any(word in name for word in ("matmul", "einsum", "linear", "batches", "array", "amax", "amin")):
            continue  # with an array of float64 in it, or a mask made a number

        def loss(a: Any, f: F = f) -> Any:
            return ag.sum(ag.sin(f(a)))

        assert grad(loss)(x).dtype == np.float32, name
        assert hvp(loss)(x, x).dtype == np.float32, name
    assert jacobian(lambda a: ag.sin(a))(x).dtype == np.float32


def test_a_function_of_an_array_has_one_number_for_grad() -> None:
    for empty_or_not in (random(3), random(0)):
        with pytest.raises(ValueError, match=r"one number.*shape \([03],\)"):
            grad(lambda x: x * 2)(empty_or_not)


def test_no_mode_warns_where_ieee_has_an_answer() -> None:
    value, tangent = jvp(lambda x: ag.sum(ag.log(x) + ag.sqrt(x)), np.zeros(2), np.ones(2))
    assert (value, tangent) == (-np.inf, np.inf)
    assert grad(lambda x: ag.sum(ag.log(x)))(np.zeros(2)).tolist() == [np.inf, np.inf]


# random programs

# ruff: noqa: E501
UNARY: list[F] = [
    ag.tanh, ag.sin, lambda x: -x, ag.sigmoid, ag.softplus, lambda x: x * x, lambda x: ag.exp(-x * x), lambda x: 2.0 - x,
    lambda x: x / (1.0 + x * x), lambda x: x[..., None], lambda x: ag.sum(x, -1) if x.shape else x,
    lambda x: ag.mean(x, 0, keepdim=True) if x.shape and x.shape[0] else x, lambda x: ag.flip(x),
    lambda x: ag.reshape(x, -1), lambda x: ag.cumsum(x, 0) if x.shape else x, lambda x: ag.logsumexp(x) + x if x.shape and 0 not in x.shape else x,
    lambda x: ag.softmax(x, -1) if x.shape and x.shape[-1] else x, lambda x: ag.permute(x, *range(len(x.shape))[::-1]),
    lambda x: x[::-1] if x.shape else x, lambda x: x[np.arange(x.shape[0]).repeat(2)] if x.shape else x,
    lambda x: ag.where(x > 0.0, x, 0.5 * x),
]  # fmt: skip
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (2.0 + b * b), ag.maximum, ag.minimum,
    lambda a, b: ag.where(a < b, a, b * 2.0), lambda a, b: ag.atan2(a, b * b + 1.0),
]  # fmt: skip
INPUTS: list[tuple[int, ...]] = [(), (1,), (3,), (2, 1), (2, 3), (1, 3), (0, 3), (4, 1, 1)]


def program(seed: int) -> tuple[Callable[[list[Any]], Any], list[Any]]:
    """A function of a list of arrays that makes the same choices whatever it is called on, and its arrays."""
    rng = np.random.default_rng(seed)
    shapes = [INPUTS[k] for k in rng.integers(len(INPUTS), size=3)]
    arrays = [np.asarray(rng.normal(size=shape)) for shape in shapes]

    def run(xs: list[Any]) -> Any:
        choose = np.random.default_rng((seed, 1))
        found = list(xs)
        for _ in range(6):
            a, b = (found[k] for k in choose.integers(len(found), size=2))
            which = int(choose.integers(100))
            if which % 2:
                y = UNARY[which % len(UNARY)](a)
            else:
                try:
                    size = np.prod(np.broadcast_shapes(a.shape, b.shape))
                except ValueError:
                    continue
                y = BINARY[which % len(BINARY)](a, b) if size < 500 else a
            if len(y.shape) < 5 and np.prod(y.shape) < 500:
                found.append(y)
        total: Any = 0.0
        for x in found:
            total = total + ag.sum(x * 0.5)
        return total

    return run, arrays


def test_random_programs_agree_in_both_modes_and_with_differences() -> None:
    empty = 0
    for seed in range(1000):
        run, arrays = program(seed)
        leaves = [Tensor(a, requires_grad=True) for a in arrays]
        root = run(leaves)
        root.backward()
        directions = [np.asarray(random(*a.shape, seed=seed + k)) for k, a in enumerate(arrays)]
        value, tangent = jvp(run, arrays, directions)
        back = 0.0
        for x, v in zip(leaves, directions, strict=True):
            assert x.grad is not None
            assert x.grad.shape == x.shape
            assert x.grad.dtype == np.float64
            back += float(np.sum(x.grad * v))
            empty += x.size == 0
        np.testing.assert_allclose(value, root.item(), rtol=1e-13, err_msg=f"program {seed}")
        np.testing.assert_allclose(tangent, back, rtol=1e-9, atol=1e-11, err_msg=f"program {seed}")
        if seed % 10 == 0:
            sides = [
                run([Tensor(a + s * 1e-6 * v) for a, v in zip(arrays, directions, strict=True)]).item() for s in (1, -1)
            ]
            np.testing.assert_allclose((sides[0] - sides[1]) / 2e-6, back, rtol=1e-5, atol=1e-6, err_msg=f"{seed}")
    assert empty > 50


def test_a_tensor_of_one_element_is_a_value() -> None:
    for x in (-1.5, 0.25, 2.0):
        v, t = Value(x), Tensor(x, requires_grad=True)
        for node in (v, t):
            (ag.tanh(node * 2) + node / (1 + node * node) - ag.exp(-node)).backward()
        assert t.grad is not None
        assert v.grad == pytest.approx(float(t.grad), rel=1e-14)
