"""Layers that are maps: linear, embedding, and those that only change the shape or nothing."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

import autograd as ag
from autograd import Tensor

from .. import functional as F, init
from ..given import whole
from ..module import Module, Parameter


class Linear(Module):
    """x Wᵀ + b, with the weight W of shape (out_features, in_features).

    Both start uniform within ± 1 / √in_features, as in PyTorch; `generator` draws them where one is given.

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
        self.in_features = whole("in_features", in_features, 0)
        self.out_features = whole("out_features", out_features, 0)
        self.weight = Parameter(ag.zeros(self.out_features, self.in_features, dtype=dtype))
        self.bias: Any = Parameter(ag.zeros(self.out_features, dtype=dtype)) if bias else None
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the weights anew."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        # √3 gain of the kaiming form with a = √5 is exactly this bound
        init.uniform_(self.weight, -bound, bound, generator)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound, generator)

    def forward(self, input: Any) -> Any:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Embedding(Module):
    """A row of weights for each integer from 0 to num_embeddings - 1: a table to look up in, normal at first.

    The row at `padding_idx` starts as zeros and gets no gradient.
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
        self.num_embeddings = whole("num_embeddings", num_embeddings, 0)
        self.embedding_dim = whole("embedding_dim", embedding_dim, 0)
        if padding_idx is not None and whole("padding_idx", padding_idx, -self.num_embeddings) >= self.num_embeddings:
            raise ValueError(f"padding_idx is one of the {num_embeddings} rows, got {padding_idx}")
        self.padding_idx = None if padding_idx is None else padding_idx % self.num_embeddings
        self.weight = Parameter(ag.zeros(self.num_embeddings, self.embedding_dim, dtype=dtype))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the weights anew."""
        init.normal_(self.weight, generator=generator)
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx] = 0.0

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, padding_idx: int | None = None) -> Self:
        """A table with these rows, a Tensor or array of two dimensions; unless `freeze` is False they do not learn."""
        rows = np.asarray(embeddings.data if isinstance(embeddings, Tensor) else embeddings)
        if rows.ndim != 2:
            raise ValueError(f"from_pretrained takes rows of numbers, two dimensions, got shape {rows.shape}")
        made = cls(rows.shape[0], rows.shape[1], padding_idx, rows.dtype, generator=np.random.default_rng(0))
        made.load_state_dict({"weight": rows})
        return made.requires_grad_(not freeze)

    def forward(self, input: Any) -> Any:
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


class Flatten(Module):
    """The dimensions from start_dim to end_dim made one; the first, of the samples, stays."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Any) -> Any:
        F.shape_given("Flatten", input)
        return ag.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Identity(Module):
    """What it is given; takes and ignores any arguments when made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def forward(self, input: Any) -> Any:
        return input
