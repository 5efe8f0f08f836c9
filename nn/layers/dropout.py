"""Dropout: set random elements to zero during training."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from ..checks import probability
from ..module import Module


class Dropout(Module):
    """In training, set each element to 0 with probability p and divide the others by 1 - p.

    In evaluation mode the input is returned. `inplace` exists for compatibility with PyTorch and has no effect.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        self.p = probability(p)
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        return F.dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
