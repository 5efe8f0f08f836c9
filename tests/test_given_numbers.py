"""Numbers, arrays and containers meet as people expect: for each kind, several members with their right values."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, check_gradients, derivative, grad, hvp, jacobian, jvp, stack
from nn import functional as F

XS, YS = np.array([0.0, 1, 2, 3]), np.array([1.0, 2.7, 7.4, 20.1])
INF = np.inf
Pair = namedtuple("Pair", "a b")


def loss(p: Any) -> Any:
    return p["a"] ** 2 + p["b"]


Row = tuple[Callable[[], Any], Any]

KINDS: dict[str, list[Row]] = {
    "a number beside an array": [
        (lambda: grad(lambda a, b: ((a * ag.exp(b * XS) - YS) ** 2).mean(), (0, 1))(1.0, 1.0), (-0.1608343, -0.4917655)),
        (lambda: grad(lambda a: (a * XS).sum())(2.0), 6.0),
        (lambda: grad(lambda a: ((XS - a) ** 2).mean())(1.0), -1.0),
        (lambda: grad(lambda p: ((p[0] * XS + p[1] - YS) ** 2).sum())([0.0, 0.0]), [-155.6, -62.4]),
        (lambda: grad(lambda a: (a * Tensor(XS)).sum())(2.0), 6.0),
        (lambda: grad(lambda a: ag.maximum(XS, a).sum())(1.5), 2.0),
    ],
    "plain in, plain out": [
        (lambda: grad(grad(lambda x, y: x * y * y, 1), 0)(2.0, 3.0), 6.0),
        (lambda: grad(grad(lambda x, y: x * x * y, 0), 1)(2.0, 3.0), 4.0),
        (lambda: derivative(lambda x: grad(lambda y: x * y * y)(3.0))(2.0), 6.0),
        (lambda: hvp(lambda x: x**3)(2.0, 1.0), 12.0),
        (lambda: grad(lambda x: jvp(lambda y: y * y * x, 3.0, 1.0)[1])(2.0), 6.0),
    ],
    "jacobian of a stack": [
        (lambda: jacobian(lambda q: stack([q, q * q]))(3.0), np.array([1.0, 6.0])),
        (lambda: jacobian(lambda q: stack([q, 2.0]))(3.0), np.array([1.0, 0.0])),
        (lambda: jacobian(lambda q: stack([stack([q, q]), stack([q * q, 1.0])]))(3.0), np.array([[1.0, 1], [6, 0]])),
        (lambda: jacobian(lambda p: stack([p[0] * p[1], p[0]]))([2.0, 3.0])[0], np.array([3.0, 1.0])),
    ],
    "containers": [
        (lambda: grad(loss)({"a": 3.0, "b": 1.0}), {"a": 6.0, "b": 1.0}),
        (lambda: grad(loss)(OrderedDict(a=3.0, b=1.0)), OrderedDict(a=6.0, b=1.0)),
        (lambda: grad(lambda p: p.a**2 + p.b)(Pair(3.0, 1.0)), Pair(6.0, 1.0)),
        (lambda: grad(lambda p: p["w"][0] * p["w"][1].a)({"w": (2.0, Pair(3.0, 1.0))}), {"w": (3.0, Pair(2.0, 0.0))}),
        (lambda: grad(lambda p: p["a"] * 2.0)({"a": 1.0, "none": []}), {"a": 2.0, "none": []}),
        (lambda: grad(lambda p: grad(loss)(p)["a"])({"a": 3.0, "b": 1.0}), {"a": 2.0, "b": 0.0}),
    ],
    "logsumexp of nothing but -inf": [
        (lambda: grad(lambda x: ag.logsumexp([ag.logsumexp([x - INF, x - INF]), x]))(1.0), 1.0),
        (lambda: derivative(lambda x: ag.logsumexp([ag.logsumexp([x - INF, x - INF]), x]))(1.0), 1.0),
        (lambda: grad(ag.logsumexp)(np.array([-INF, -INF])), np.zeros(2)),
        (lambda: hvp(ag.logsumexp)(np.array([-INF, -INF]), np.ones(2)), np.zeros(2)),
        (lambda: grad(ag.logsumexp)(np.array([-INF, 0.0, 0.0])), np.array([0.0, 0.5, 0.5])),
    ],
    "masks of -inf": [
        (lambda: grad(lambda x: ag.softmax(x, -1)[0])(np.array([0.0, -INF, 0.0])), np.array([0.25, 0.0, -0.25])),
        (lambda: jvp(lambda x: ag.softmax(x, -1)[0], np.array([0.0, -INF, 0.0]), np.array([1.0, 1, 0]))[1], 0.25),
        (lambda: grad(lambda x: ag.log_softmax(x, -1)[0])(np.array([0.0, -INF, 0.0])), np.array([0.5, 0.0, -0.5])),
        (lambda: grad(lambda x: ag.cross_entropy(x, 0))(np.array([0.0, -INF, 0.0])), np.array([-0.5, 0.0, 0.5])),
        (lambda: hvp(lambda x: ag.cross_entropy(x, 0))(np.array([0.0, -INF, 0]), np.array([1.0, 0, 0])), np.array([0.25, 0, -0.25])),
    ],
    "products of narrow integers": [
        (lambda: Tensor(np.array([100, 100], np.uint8)).prod().item(), 10000),
        (lambda: Tensor(np.array([100, 100], np.int8)).prod().item(), 10000),
        (lambda: Tensor(np.array([300, 300], np.int16)).prod().item(), 90000),
        (lambda: Tensor(np.array([100, 100], np.uint8)).cumprod(0).numpy(), np.array([100, 10000])),
        (lambda: Tensor(np.array([True, True])).prod().item(), 1),
    ],
    "bits": [
        (lambda: (Tensor([6, 3]) & Tensor([4, 1])).numpy(), np.array([4, 1])),
        (lambda: (Tensor([6, 3]) | Tensor([4, 4])).numpy(), np.array([6, 7])),
        (lambda: (Tensor([6, 3]) ^ Tensor([4, 1])).numpy(), np.array([2, 2])),
        (lambda: (~Tensor([6, -1])).numpy(), np.array([-7, 0])),
        (lambda: (Tensor([-7, 7]) % 4).numpy(), np.array([1, 3])),
        (lambda: (Tensor([-7, 7]) // 4).numpy(), np.array([-2, 1])),
        (lambda: grad(lambda a, b: a % b, (0, 1))(7.5, 2.0), (1.0, -3.0)),
    ],
    "detach in both modes": [
        (lambda: derivative(lambda x: x * (x * x).detach())(2.0), 4.0),
        (lambda: grad(lambda x: x * (x * x).detach())(2.0), 4.0),
        (lambda: jvp(lambda x: x.detach() * x, np.array([2.0]), np.array([1.0]))[1], np.array([2.0])),
        (lambda: hvp(lambda x: x * x * x.detach())(2.0, 1.0), 4.0),
    ],
    "atan2 at the origin": [
        (lambda: grad(ag.atan2, (0, 1))(0.0, 0.0), (0.0, 0.0)),
        (lambda: jvp(lambda p: ag.atan2(p[0], p[1]), [0.0, 0.0], [1.0, 1.0])[1], 0.0),
        (lambda: grad(lambda x: ag.atan2(x, x).sum())(np.zeros(2)), np.zeros(2)),
        (lambda: grad(lambda x: ag.atan2(x, 0.0 * x))(0.0), 0.0),
    ],
    "targets of kl_div": [
        (lambda: F.kl_div(Tensor([0.0]), [-0.5]).item(), np.nan),
        (lambda: F.kl_div(Tensor([0.0, 0.0]), [-0.5, 1.0], reduction="sum").item(), np.nan),
        (lambda: F.kl_div(Tensor([-1.0]), [0.0]).item(), 0.0),
        (lambda: F.kl_div(Tensor([-1.0]), [1.0]).item(), 1.0),
    ],
    "NumPy's forms": [
        (lambda: np.moveaxis(Tensor(np.zeros((2, 3, 4))), (0, 1), (1, 2)).shape, (4, 2, 3)),  # type: ignore[type-var]
        (lambda: np.broadcast_to(Tensor(XS), shape=(2, 4)).shape, (2, 4)),
        (lambda: np.roll(Tensor([[1.0, 2.0], [3.0, 4.0]]), (1, 1)).numpy(), np.array([[3.0, 4.0], [1.0, 2.0]])),  # type: ignore[attr-defined]
        (lambda: np.dot(Tensor(XS), 2.0).numpy(), 2.0 * XS),
        (lambda: np.isnan(Tensor([1.0, np.nan])), np.array([False, True])),
        (lambda: np.logical_or(Tensor([True, False]), Tensor([False, False])), np.array([True, False])),
    ],
    "polygamma at minus infinity": [
        (lambda: ag.polygamma(-INF, 1), np.nan),
        (lambda: ag.polygamma(-INF, 2), np.nan),
        (lambda: ag.polygamma(np.array([-INF]), 3), np.array([np.nan])),
        (lambda: ag.digamma(-INF), np.nan),
    ],
}  # fmt: skip
# ruff: noqa: E501


def same(found: Any, right: Any) -> None:
    """Assert equal numbers in the same containers; plain numbers and arrays, no nodes."""
    if isinstance(right, (list, tuple, dict)):
        assert type(found) is type(right)
        assert len(found) == len(right)
        for key in right if isinstance(right, dict) else range(len(right)):
            same(found[key], right[key])
        return
    if isinstance(right, float):
        assert type(found) is float
    found = found.numpy() if isinstance(found, Tensor) else found
    np.testing.assert_allclose(found, right, rtol=1e-6, atol=1e-12)
    assert np.shape(found) == np.shape(right)


@pytest.mark.parametrize(("kind", "k"), [(kind, k) for kind, rows in KINDS.items() for k in range(len(rows))])
def test_the_number_is_right(kind: str, k: int) -> None:
    compute, right = KINDS[kind][k]
    same(compute(), right)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Value(10**400),
        lambda: Tensor([10**400]),
        lambda: ag.exp(10**400),
        lambda: grad(lambda x: x * 2)(10**400),
        lambda: Value(1.0) * 10**400,
        lambda: Tensor([1.0]) * 10**400,
    ],
)
def test_an_integer_above_every_float_is_refused_in_words(call: Callable[[], Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=r"too large|64-bit|at most 64 bits|outside"):
        call()


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan"), -0.0])
def test_a_tolerance_that_is_not_above_zero_is_refused(tolerance: float) -> None:
    with pytest.raises(ValueError, match="tolerance is a number above 0"):
        check_gradients(lambda x: x, 1.0, tolerance=tolerance)
