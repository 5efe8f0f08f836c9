"""Gradients are clipped by norm and by value, also at the limits of the number range."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from autograd import Tensor, Value
from nn.utils import clip_grad_norm_, clip_grad_value_


def with_gradients(*gradients: Any, dtype: Any = np.float64) -> list[Any]:
    """Return a Value for each number and a Tensor for each list, with that gradient."""
    nodes: list[Any] = []
    for g in gradients:
        node: Any = Value(1.0) if isinstance(g, float) else Tensor(np.ones_like(g, dtype), requires_grad=True)
        node.grad = g if isinstance(g, float) else np.array(g, dtype)
        nodes.append(node)
    return nodes


@pytest.mark.parametrize(
    ("gradients", "norm_type", "norm"),
    [
        ([3.0, [4.0]], 2, 5.0),
        ([[3.0, -4.0], [[12.0]]], 2, 13.0),
        ([3.0, [-4.0]], 1, 7.0),
        ([3.0, [-4.0]], math.inf, 4.0),
        ([[1.0, 2.0, 2.0]], 3, 17 ** (1 / 3)),
        ([[0.0, 0.0], 0.0], 2, 0.0),
        ([[3e200, 4e200]], 2, 5e200),
        ([[3e-200, 4e-200]], 2, 5e-200),
        ([[]], 2, 0.0),
        ([], 2, 0.0),
    ],
)
def test_the_old_norm_is_returned_and_the_new_norm_is_the_limit(
    gradients: list[Any], norm_type: float, norm: float
) -> None:
    nodes = with_gradients(*gradients)
    assert clip_grad_norm_(nodes, 0.5, norm_type) == pytest.approx(norm, rel=1e-14)
    after = clip_grad_norm_(nodes, math.inf, norm_type)
    assert after == pytest.approx(min(0.5, norm), rel=3e-6)
    if norm <= 0.5:
        assert [np.asarray(node.grad).tolist() for node in nodes] == gradients


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=6), st.floats(1e-3, 1e3))
@settings(max_examples=100, deadline=None)
def test_clipping_keeps_the_direction_and_limits_the_norm_for_any_gradient(g: list[float], limit: float) -> None:
    (w,) = with_gradients(g)
    norm = clip_grad_norm_(w, limit)
    factor = min(1.0, limit / (norm + 1e-6))
    assert w.grad == pytest.approx([x * factor for x in g], rel=1e-12)
    assert np.linalg.norm(w.grad) <= limit * (1 + 1e-12)


def test_float32_gradients_whose_squares_overflow_are_clipped_and_stay_float32() -> None:
    (w,) = with_gradients([1e20, -1e20], dtype=np.float32)
    assert clip_grad_norm_([w], 1.0) == pytest.approx(math.sqrt(2) * 1e20, rel=1e-6)
    assert w.grad.dtype == np.float32
    assert w.grad.tolist() == pytest.approx([math.sqrt(0.5), -math.sqrt(0.5)])


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("norm_type", [2.0, 1.0, math.inf])
def test_an_infinite_or_nan_norm_is_returned_and_leaves_the_gradients_unchanged(bad: float, norm_type: float) -> None:
    a, b = with_gradients(3.0, [bad, 1.0])
    norm = clip_grad_norm_([a, b], 1.0, norm_type)
    assert repr(norm) == repr(abs(bad))
    assert (a.grad, repr(b.grad.tolist())) == (3.0, repr([bad, 1.0]))
    with pytest.raises(RuntimeError, match=f"norm of the gradients is {abs(bad)}"):
        clip_grad_norm_([a, b], 1.0, norm_type, error_if_nonfinite=True)
    assert (a.grad, repr(b.grad.tolist())) == (3.0, repr([bad, 1.0]))


def test_values_are_clipped_at_both_ends_and_nan_stays_nan() -> None:
    a, b = with_gradients(-3.0, [[0.5, math.inf, -math.inf, math.nan]])
    clip_grad_value_([a, b], 1.0)
    assert (a.grad, repr(b.grad.tolist())) == (-1.0, "[[0.5, 1.0, -1.0, nan]]")
    assert type(a.grad) is float
    (single,) = with_gradients([3.0], dtype=np.float32)
    clip_grad_value_(single, 0.5)
    assert (single.grad.dtype, single.grad.tolist()) == (np.float32, [0.5])


def test_nodes_without_gradient_are_skipped_and_the_users_array_is_not_changed() -> None:
    g = np.array([3.0, 4.0])
    a, (b,) = Value(1.0), with_gradients([0.0, 0.0])
    b.grad = g
    clip_grad_norm_([a, b], 1.0)
    clip_grad_value_([a, b], 0.1)
    assert a.grad is None
    assert g.tolist() == [3.0, 4.0]
    assert b.grad.tolist() == [0.1, 0.1]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([3.0], 1.0), TypeError, "got float at position 0"),
        (({Value(1.0)}, 1.0), TypeError, "a set"),
        ((iter([]), 1.0), ValueError, "used-up generator"),
        (([], -1.0), ValueError, "max_norm must be a number >= 0"),
        (([], math.nan), ValueError, "max_norm must be a number >= 0"),
        (([], "1"), TypeError, "max_norm must be a number >= 0, got str"),
        (([], 1.0, 0), ValueError, "norm_type must be a number > 0"),
    ],
)
def test_invalid_arguments_of_clipping_are_refused(
    arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        clip_grad_norm_(*arguments)


def test_the_norm_type_may_be_the_string_inf() -> None:
    x = Value(1.0)
    x.grad = 4.0
    assert clip_grad_norm_([x], 1.0, norm_type="inf") == 4.0
    assert x.grad == pytest.approx(1.0)
