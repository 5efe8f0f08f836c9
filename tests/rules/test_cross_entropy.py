"""Cross-entropy of classes is one op, with the derivative of the textbook: softmax(x) - one_hot(t)."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import Program, Tensor, check_gradients, draw, hessian, zoom
from autograd.engine.sweep import graph_nodes

SCORES = np.array([[1.0, -2.0, 0.5], [0.1, 0.2, 0.3], [3.0, 3.0, -1.0]])
CLASSES = np.array([0, 2, 1])


def test_it_is_one_node() -> None:
    loss = ag.cross_entropy(Tensor(SCORES, requires_grad=True), CLASSES)
    assert loss.op is not None
    assert loss.op.name == "cross_entropy"
    assert loss.inputs[0].is_leaf


def test_its_derivative_is_softmax_minus_one_hot() -> None:
    x = Tensor(SCORES, requires_grad=True)
    ag.cross_entropy(x, CLASSES).sum().backward()
    softmax = np.exp(SCORES) / np.exp(SCORES).sum(1, keepdims=True)
    assert x.grad is not None
    np.testing.assert_allclose(x.grad, softmax - np.eye(3)[CLASSES], rtol=1e-14)


def test_the_digits_of_a_probability_close_to_one_are_kept() -> None:
    x = Tensor([[40.0, 0.0]], requires_grad=True)
    loss = ag.cross_entropy(x, [0])
    loss.sum().backward()
    assert loss.tolist() == [math.log1p(math.exp(-40.0))]
    assert x.grad is not None
    np.testing.assert_allclose(x.grad, [[-math.exp(-40.0), math.exp(-40.0)]], rtol=1e-14)


def test_its_second_derivative_keeps_them_too() -> None:
    found = hessian(lambda x: ag.cross_entropy(x, 0, 0))(np.array([40.0, 0.0]))
    p = math.exp(-40.0)
    np.testing.assert_allclose(found, [[p, -p], [-p, p]], rtol=1e-13)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("dim", [0, 1])
def test_the_derivatives_are_right(order: int, dim: int) -> None:
    assert check_gradients(lambda x: ag.cross_entropy(x, CLASSES, dim) ** 2, SCORES, order=order)


def test_a_picture_shows_the_derivative_of_the_textbook() -> None:
    x = Tensor(SCORES, requires_grad=True, label="x")
    t = Tensor(CLASSES, label="t")
    words = [arrow.words for arrow in draw(ag.cross_entropy(x, t)).scene.arrows]
    assert any(" ".join(lines).startswith("(softmax(x) - one_hot(t)) * ") for lines in words)


def test_zoom_opens_it() -> None:
    x = Tensor(SCORES[:1], requires_grad=True, label="x")
    loss = ag.cross_entropy(x, [0]).sum()
    value = zoom(loss)
    value.backward()
    loss.backward()
    assert value.data == pytest.approx(loss.item(), rel=1e-14)
    found = {node.label: node.grad for node in graph_nodes(value) if node.is_leaf}
    assert x.grad is not None
    np.testing.assert_allclose([found[f"x[0,{k}]"] for k in range(3)], x.grad[0], rtol=1e-13)


def test_a_program_computes_it() -> None:
    x = Tensor(SCORES, requires_grad=True, label="x")
    loss = ag.cross_entropy(x, CLASSES).sum()
    loss.backward()
    value, (gradient,) = Program(loss, [x]).value_and_grad(SCORES)
    assert value == loss.item()
    assert x.grad is not None
    assert np.array_equal(gradient, x.grad)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_its_gradient_has_the_dtype_of_the_scores(dtype: str) -> None:
    x = Tensor(SCORES, requires_grad=True, dtype=dtype)
    loss = ag.cross_entropy(x, CLASSES)
    loss.sum().backward()
    assert loss.dtype == x.grad.dtype == dtype  # type: ignore[union-attr]
