"""Networks and data that several tests use."""

from typing import Any

import numpy as np

import nn
from autograd import Tensor, Value


class Scale(nn.Module):
    """A Module that does not call super().__init__()."""

    def __init__(self, size: int = 2) -> None:
        self.weight = nn.Parameter(np.ones(size))

    def forward(self, x: Any) -> Any:
        return x * self.weight


class Net(nn.Module):
    """A Module with parameters in every kind of attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.layers = [Scale(), (Scale(), nn.ReLU())]
        self.heads = {"a": Scale(), "b": nn.Parameter(2.0)}
        self.bias = nn.Parameter([0.0, 1.0])
        self.value = Value(3.0)
        self.constant = Tensor([1.0])
        self.register_buffer("count", Tensor(0))
        self.register_buffer("scratch", Tensor([0.5]), persistent=False)
        self.register_buffer("absent", None)
        self.numbers = [1, 2.0, "text", None]
        self.result = nn.Parameter(1.0) * 2


NAMES = [
    "heads.b",
    "bias",
    "value",
    "first.weight",
    "first.bias",
    "layers.0.weight",
    "layers.1.0.weight",
    "heads.a.weight",
]

XOR = [([0.0, 0.0], 0.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], 0.0)]
