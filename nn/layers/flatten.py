"""Flatten: merge dimensions into one."""

from __future__ import annotations

from typing import Any

import autograd as ag

from ..checks import input_shape, integer
from ..module import Module


class Flatten(Module):
    """Merge the dimensions from start_dim to end_dim into one. By default dimension 0, the samples, is kept."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = integer("start_dim", start_dim)
        self.end_dim = integer("end_dim", end_dim)

    def forward(self, input: Any) -> Any:
        input_shape("Flatten", input)
        return ag.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
