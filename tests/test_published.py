"""Worked examples published elsewhere: their numbers, and ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import autograd
from autograd import Value, derivative, grad, maximum, mean, sigmoid, tanh


@dataclass(frozen=True)
class Example:
    source: str
    f: Callable[..., Any]
    at: dict[str, float]
    value: float
    gradient: dict[str, float]
    tolerance: float = 0.0


EXAMPLES = [
    Example(
        "CS231n notes, optimization-2: a circuit of a sum and a product",
        lambda x, y, z: (x + y) * z,
        {"x": -2, "y": 5, "z": -4},
        -12,
        {"x": -4, "y": -4, "z": 3},
    ),
    Example(
        "CS231n notes, optimization-2: a sigmoid neuron",
        lambda w0, x0, w1, x1, w2: sigmoid(w0 * x0 + w1 * x1 + w2),
        {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3},
        0.731058578630005,
        {"w0": -0.196611933, "x0": 0.393223866, "w1": -0.393223866, "x1": -0.589835800, "w2": 0.196611933},
        1e-9,
    ),
    Example(
        "CS231n notes, optimization-2: a max gate",
        lambda x, y, z, w: 2 * (x * y + maximum(z, w)),
        {"x": 3, "y": -4, "z": 2, "w": -1},
        -20,
        {"x": -8, "y": 6, "z": 2, "w": 0},
    ),
    Example(
        "Karpathy, nn-zero-to-hero, the micrograd lecture: a neuron",
        lambda x1, x2, w1, w2, b: tanh(x1 * w1 + x2 * w2 + b),
        {"x1": 2, "x2": 0, "w1": -3, "w2": 1, "b": 6.8813735870195432},
        0.7071067811865476,
        {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0},
        1e-12,
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.source)
def test_published_value_and_gradient(example: Example) -> None:
    inputs = {name: Value(number, label=name) for name, number in example.at.items()}
    y = example.f(**inputs)
    y.backward()
    assert abs(y.data - example.value) <= example.tolerance
    for name, want in example.gradient.items():
        got = inputs[name].grad
        assert got is not None
        assert abs(got - want) <= example.tolerance, name
    by_grad = grad(example.f, tuple(range(len(inputs))))(*example.at.values())
    assert by_grad == tuple(x.grad for x in inputs.values())


def test_cs231n_inner_node_has_its_data_and_gradient() -> None:
    x, y, z = Value(-2), Value(5), Value(-4)
    q = x + y
    (q * z).backward()
    assert (q.data, q.grad) == (3, -4)


def test_micrograd_readme() -> None:
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert g.data == pytest.approx(24.70408163265306, rel=1e-15)
    g.backward()
    assert a.grad == pytest.approx(138.8338192419825, rel=1e-15)
    assert b.grad == pytest.approx(645.5772594752186, rel=1e-15)


# Matt Mazur, A Step by Step Backpropagation Example. The published error after the update mixes old and new weights;
# with all weights updated at once it is the one below.
WEIGHTS = {
    "w1": 0.15,
    "w2": 0.20,
    "w3": 0.25,
    "w4": 0.30,
    "w5": 0.40,
    "w6": 0.45,
    "w7": 0.50,
    "w8": 0.55,
    "b1": 0.35,
    "b2": 0.60,
}
FORWARD = {"h1": 0.593269992, "h2": 0.596884378, "o1": 0.75136507, "o2": 0.772928465, "E": 0.298371109}
GRADIENT = {
    "w1": 0.000438568,
    "w5": 0.082167041,
    "w6": 0.082667628,
    "w7": -0.022602540,
    "w8": -0.022740242,
    "b1": 0.018725609,
    "b2": 0.100400325,
}
UPDATED = {
    "w1": 0.149780716,
    "w2": 0.19956143,
    "w3": 0.24975114,
    "w4": 0.29950229,
    "w5": 0.35891648,
    "w6": 0.408666186,
    "w7": 0.511301270,
    "w8": 0.561370121,
}
# The published numbers are rounded to nine digits after the point, some to eight.
ROUNDED = 1e-8


def mazur(w: dict[str, Value]) -> dict[str, Value]:
    h1 = sigmoid(w["w1"] * 0.05 + w["w2"] * 0.10 + w["b1"])
    h2 = sigmoid(w["w3"] * 0.05 + w["w4"] * 0.10 + w["b1"])
    o1 = sigmoid(w["w5"] * h1 + w["w6"] * h2 + w["b2"])
    o2 = sigmoid(w["w7"] * h1 + w["w8"] * h2 + w["b2"])
    error = 0.5 * (0.01 - o1) ** 2 + 0.5 * (0.99 - o2) ** 2
    return {"h1": h1, "h2": h2, "o1": o1, "o2": o2, "E": error}


def test_mazur_forward_backward_and_one_update_of_all_weights_at_once() -> None:
    w = {name: Value(number, label=name) for name, number in WEIGHTS.items()}
    nodes = mazur(w)
    for name, want in FORWARD.items():
        assert abs(nodes[name].data - want) <= ROUNDED, name
    nodes["E"].backward()
    for name, want in GRADIENT.items():
        got = w[name].grad
        assert got is not None
        assert abs(got - want) <= ROUNDED, name
    for name in UPDATED:  # the biases stay
        grad_of = w[name].grad
        assert grad_of is not None
        w[name].data -= 0.5 * grad_of
    for name, want in UPDATED.items():
        assert abs(w[name].data - want) <= ROUNDED, name
    assert abs(mazur(w)["E"].data - 0.29102777369360) <= 1e-13


def test_d2l_autograd() -> None:
    x = [Value(number) for number in (0, 1, 2, 3)]
    y = 2 * autograd.dot(x, x)
    assert y.data == 28
    y.backward()
    assert [i.grad for i in x] == [0, 4, 8, 12]


def test_pytorch_blitz() -> None:
    x = [[Value(1), Value(1)], [Value(1), Value(1)]]
    y = mean(3 * (i + 2) ** 2 for row in x for i in row)
    assert y.data == 27
    y.backward()
    assert [[i.grad for i in row] for row in x] == [[4.5, 4.5], [4.5, 4.5]]


@pytest.mark.parametrize("mode", [grad, derivative])
def test_jax_cookbook(mode: Callable[..., Any]) -> None:
    f: Callable[..., Any] = tanh
    for want in (0.07065082485316443, -0.13621868742711296, 0.25265406509806265):
        f = mode(f)
        assert abs(f(2.0) - want) <= 1e-12
