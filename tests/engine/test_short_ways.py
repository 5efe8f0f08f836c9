"""The short ways of `engine/short_ways.py` give the bits of the general way: data, gradients and graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value
from autograd.engine import sweep as sweep_module
from autograd.engine.node import Node
from autograd.engine.sweep import graph_nodes

from .test_random_graphs import program

PROGRAMS = range(0, 2_000, 3)


@pytest.fixture
def general(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Switch the short ways off for the rest of a test."""

    def switch_off() -> None:
        monkeypatch.setattr(Value, "_apply", Node._apply)
        monkeypatch.setattr(Tensor, "_apply", Node._apply)
        monkeypatch.setattr(sweep_module, "is_of_floats", lambda nodes, first: False)

    return switch_off


def recorded(root: Value) -> list[Any]:
    """Everything about a graph and its gradients that does not depend on when it was made."""
    nodes = graph_nodes(root)
    number = {node: k for k, node in enumerate(sorted(nodes, key=lambda node: node._index))}
    made = [(n.op, [i.item() if i._index < 0 else number[i] for i in n.inputs], repr(n._data)) for n in nodes]
    constants = sum(node._index < 0 for node in nodes)
    root.backward()
    return [made[constants:], [repr(node.grad) for node in nodes[constants:]]]


@pytest.mark.skipif(
    autograd.__compiled__,
    reason="here the compiled engine is the short way, and tests/native/ compares it",
)
def test_a_random_program_of_values_is_the_same_to_the_bit(general: Callable[[], None]) -> None:
    short = [recorded(program(seed)[1]) for seed in PROGRAMS]
    general()
    assert [recorded(program(seed)[1]) for seed in PROGRAMS] == short


TENSORS: list[Callable[[Tensor], Tensor]] = [
    lambda x: (x * 2.0 + 1.0).sum(),
    lambda x: (1.0 - x / 3.0).tanh().mean(),
    lambda x: (x @ x.mT).relu().sum(),
    lambda x: (x * np.full((2, 2), 0.1, x.dtype)).exp().sum(),
    lambda x: (x.reshape(4)[1:] ** 2.0).sum(),
    lambda x: (x * x.detach() - x).softmax(-1).max(),
    lambda x: (2 * x / (x + 3)).sum(),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("f", TENSORS)
def test_a_program_of_tensors_is_the_same_to_the_bit(f: Any, dtype: Any, general: Callable[[], None]) -> None:
    def found() -> list[Any]:
        x = Tensor(np.array([[0.3, -1.1], [2.0, 0.7]], dtype), requires_grad=True)
        y = f(x)
        y.backward()
        assert x.grad is not None
        return [str(y.dtype), y.numpy().tobytes(), str(x.grad.dtype), x.grad.tobytes(), len(graph_nodes(y))]

    short = found()
    general()
    assert found() == short
