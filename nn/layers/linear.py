"""Linear and Identity layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag

from .. import functional as F, init
from ..checks import integer
from ..module import Module, Parameter


class Linear(Module):
    """Compute x Wᵀ + b, with the weight W of shape (out_features, in_features).

    W and b start uniform within ± 1 / √in_features, as in PyTorch. Without a `generator`, the default one draws them.

    >>> Linear(3, 2)(ag.ones(5, 3)).shape
    (5, 2)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        dtype: Any = None,
        *,
        generator: np.random.Generator | None = None,
    ) -> None:
        self.in_features = integer("in_features", in_features, 0)
        self.out_features = integer("out_features", out_features, 0)
        self.weight = Parameter(ag.zeros(self.out_features, self.in_features, dtype=dtype))
        self.bias: Any = Parameter(ag.zeros(self.out_features, dtype=dtype)) if bias else None
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw new random weights."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        # PyTorch says kaiming_uniform_ with a = √5, which is the same bound.
        init.uniform_(self.weight, -bound, bound, generator)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound, generator)

    def forward(self, input: Any) -> Any:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Identity(Module):
    """Return the input. The arguments of the constructor are ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def forward(self, input: Any) -> Any:
        return input
