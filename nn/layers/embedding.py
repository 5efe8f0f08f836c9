"""Embedding: a table of weights, looked up by integer index."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

import autograd as ag
from autograd import Tensor

from .. import functional as F, init
from ..checks import integer
from ..module import Module, Parameter


class Embedding(Module):
    """Look up a row of weights for each integer from 0 to num_embeddings - 1.

    The weights start standard normal. The row at `padding_idx` starts as zeros and gets no gradient.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        dtype: Any = None,
        *,
        generator: np.random.Generator | None = None,
    ) -> None:
        self.num_embeddings = integer("num_embeddings", num_embeddings, 0)
        self.embedding_dim = integer("embedding_dim", embedding_dim, 0)
        if padding_idx is not None and integer("padding_idx", padding_idx, -self.num_embeddings) >= self.num_embeddings:
            raise ValueError(f"padding_idx must be one of the {num_embeddings} rows, got {padding_idx}")
        self.padding_idx = None if padding_idx is None else padding_idx % self.num_embeddings
        self.weight = Parameter(ag.zeros(self.num_embeddings, self.embedding_dim, dtype=dtype))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw new random weights."""
        init.normal_(self.weight, generator=generator)
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx] = 0.0

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, padding_idx: int | None = None) -> Self:
        """Return an Embedding with these rows, a Tensor or array with two dimensions. They are frozen if `freeze`."""
        rows = np.asarray(embeddings.data if isinstance(embeddings, Tensor) else embeddings)
        if rows.ndim != 2:
            raise ValueError(f"from_pretrained takes an array with two dimensions, got shape {rows.shape}")
        table = cls(rows.shape[0], rows.shape[1], padding_idx, rows.dtype, generator=np.random.default_rng(0))
        table.load_state_dict({"weight": rows})
        return table.requires_grad_(not freeze)

    def forward(self, input: Any) -> Any:
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
