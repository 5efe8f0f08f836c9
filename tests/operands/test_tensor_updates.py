"""Leaves that change: in place under no_grad(), by .data, and by being asked for a gradient late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, no_grad

UPDATES: dict[str, tuple[Callable[[Any, Any], Any], list[float]]] = {
    "+=": (lambda p, x: p.__iadd__(x), [3.0, 6.0]),
    "-=": (lambda p, x: p.__isub__(x), [1.0, 2.0]),
    "*=": (lambda p, x: p.__imul__(x), [2.0, 8.0]),
    "/=": (lambda p, x: p.__itruediv__(x), [2.0, 2.0]),
}
STEP = np.array([1.0, 2.0])


@pytest.mark.parametrize("sign", UPDATES)
def test_under_no_grad_a_leaf_is_updated_in_place(sign: str) -> None:
    update, want = UPDATES[sign]
    p = Tensor([2.0, 4.0], requires_grad=True)
    with no_grad():
        q = update(p, STEP)
    assert q is p
    assert p.tolist() == want
    assert p.requires_grad


@pytest.mark.parametrize("sign", UPDATES)
def test_elsewhere_the_name_is_bound_to_a_new_tensor_with_its_graph(sign: str) -> None:
    update, want = UPDATES[sign]
    p = Tensor([2.0, 4.0], requires_grad=True)
    q = update(p, STEP)
    assert q is not p
    assert (p.tolist(), q.tolist()) == ([2.0, 4.0], want)
    q.sum().backward()
    assert p.grad is not None
    constant = Tensor([2.0, 4.0])
    with no_grad():
        assert update(constant, STEP) is not constant


def test_the_training_loop_of_the_tutorials_trains() -> None:
    w = Tensor(0.0, requires_grad=True)
    for _ in range(50):
        loss = (w - 3.0) ** 2
        loss.backward()
        assert w.grad is not None
        with no_grad():
            w -= 0.2 * w.grad
        w.grad = None
    assert abs(w.item() - 3.0) < 1e-9


def test_an_update_between_forward_and_backward_is_refused() -> None:
    p = Tensor([2.0], requires_grad=True)
    y = (p * p).sum()
    with no_grad():
        p -= 1.0
    with pytest.raises(RuntimeError, match="changed after it was used"):
        y.backward()


def test_an_update_of_another_shape_is_refused_and_changes_nothing() -> None:
    p = Tensor([2.0], requires_grad=True)
    with no_grad(), pytest.raises(ValueError, match="shape"):
        p += np.ones((3, 2))
    assert p.tolist() == [2.0]


def test_data_may_be_that_of_a_tensor_that_wants_no_gradient() -> None:
    p = Tensor([2.0], requires_grad=True)
    new = Tensor([5.0])
    p.data = new
    new.data[0] = 7.0
    assert p.tolist() == [5.0]
    with pytest.raises(TypeError, match="detach"):
        p.data = Tensor([1.0], requires_grad=True)


VIEWS: dict[str, Callable[[Tensor], Any]] = {
    "T": lambda c: c.T,
    "reshape": lambda c: c.reshape(-1),
    "slice": lambda c: c[0],
    "broadcast": lambda c: c.expand(2, 2, 2),
}


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_made_of_a_constant_has_its_own_memory(view: str) -> None:
    """With no inputs it could not notice a write into theirs, and the gradient would be of the new numbers."""
    c = Tensor([[1.0, 2.0], [3.0, 4.0]])
    t = VIEWS[view](c)
    before = t.tolist()
    x = Tensor(np.ones(t.shape), requires_grad=True)
    y = (x * t).sum()
    c.data[...] = 9.0
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == t.tolist() == before


def test_what_is_made_under_no_grad_has_its_own_memory() -> None:
    w = Tensor([[1.0, 2.0]], requires_grad=True)
    with no_grad():
        t = w.T
        w -= 1.0
    assert t.tolist() == [[1.0], [2.0]]


def test_a_leaf_asked_for_a_gradient_after_its_use_gets_none_from_that_use() -> None:
    x, c = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0])
    y = (x * c).sum()
    c.requires_grad_()
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3.0, 4.0]
    assert c.grad is None
    (x * c).sum().backward()
    assert c.grad is not None
    assert c.grad.tolist() == [1.0, 2.0]


def test_the_names_of_dtypes_are_pytorchs() -> None:
    assert Tensor([1.0], dtype=ag.float32).dtype == np.float32
    assert Tensor([1], dtype=ag.long).dtype == Tensor([1], dtype=ag.int64).dtype == np.int64


def test_integers_beside_narrow_floats_are_as_narrow() -> None:
    narrow, whole = np.ones(2, np.float32), np.arange(2)
    assert ag.maximum(narrow, whole).dtype == np.float32
    assert ag.maximum(whole, whole).dtype == whole.dtype
