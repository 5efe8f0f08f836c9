"""The methods of whatever has a shape: PyTorch's spelling of the functions, shared by Tensor, Dual and Symbol."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NoReturn, Self

from ..engine.refusals import near_names
from ..functions import casting, indexing, linear_algebra, probabilities, products, reductions, reshaping
from ..functions.arguments import Grid
from ..rules import elementwise as ops, structural as s
from .operators import Operators


class ArrayMethods(Operators, Grid):
    """An operand with dimensions."""

    __slots__ = ()

    # fmt: off
    # ruff: noqa: E501
    def sum(self, dim: Any = None, keepdim: Any = None, *, axis: Any = None, keepdims: Any = None, dtype: Any = None) -> Self: return reductions.sum(self, dim, keepdim, axis=axis, keepdims=keepdims, dtype=dtype)
    def mean(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Self: return reductions.mean(self, dim, keepdim, **k)
    def var(self, dim: Any = None, correction: Any = None, keepdim: Any = None, **k: Any) -> Self: return reductions.var(self, dim, correction, keepdim, **k)
    def std(self, dim: Any = None, correction: Any = None, keepdim: Any = None, **k: Any) -> Self: return reductions.std(self, dim, correction, keepdim, **k)
    def prod(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Self: return products.prod(self, dim, keepdim, **k)
    def norm(self, p: Any = 2, dim: Any = None, keepdim: Any = None, **k: Any) -> Self: return reductions.norm(self, p, dim, keepdim, **k)
    def amax(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Self: return reductions.amax(self, dim, keepdim, **k)
    def amin(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Self: return reductions.amin(self, dim, keepdim, **k)
    def max(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Any: return reductions.max(self, dim, keepdim, **k)
    def min(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Any: return reductions.min(self, dim, keepdim, **k)
    def argmax(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Any: return reductions.argmax(self, dim, keepdim, **k)
    def argmin(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Any: return reductions.argmin(self, dim, keepdim, **k)
    def all(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Any: return reductions.all(self, dim, keepdim, **k)
    def any(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Any: return reductions.any(self, dim, keepdim, **k)
    def cumsum(self, dim: Any = None, **k: Any) -> Self: return reductions.cumsum(self, dim, **k)
    def cumprod(self, dim: Any = None, **k: Any) -> Self: return products.cumprod(self, dim, **k)
    def logsumexp(self, dim: Any = None, keepdim: Any = None, **k: Any) -> Self: return probabilities.logsumexp(self, dim, keepdim, **k)
    def softmax(self, dim: Any = None, **k: Any) -> Self: return probabilities.softmax(self, dim, **k)
    def log_softmax(self, dim: Any = None, **k: Any) -> Self: return probabilities.log_softmax(self, dim, **k)
    def sort(self, dim: Any = None, descending: bool = False, **k: Any) -> tuple[Self, Any]: return indexing.sort(self, dim, descending, **k)

    def __matmul__(self, other: Any) -> Self: return products.matmul(self, other)
    def __rmatmul__(self, other: Any) -> Self: return products.matmul(other, self)
    def matmul(self, other: Any) -> Self: return products.matmul(self, other)
    def dot(self, other: Any) -> Self: return products.dot(self, other)
    def outer(self, other: Any) -> Self: return products.outer(self, other)
    def det(self) -> Self: return linear_algebra.det(self)
    def inverse(self) -> Self: return linear_algebra.inv(self)
    def trace(self, *, offset: int = 0) -> Self: return linear_algebra.trace(self, offset=offset)

    def reshape(self, *shape: Any) -> Self: return reshaping.reshape(self, *shape)
    def view(self, *shape: Any) -> Self: return reshaping.reshape(self, *shape)
    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Self: return reshaping.flatten(self, start_dim, end_dim)
    def squeeze(self, dim: Any = None, **k: Any) -> Self: return reshaping.squeeze(self, dim, **k)
    def unsqueeze(self, dim: Any = None, **k: Any) -> Self: return reshaping.unsqueeze(self, dim, **k)
    def permute(self, *dims: Any) -> Self: return reshaping.permute(self, *dims)
    def transpose(self, dim0: int, dim1: int) -> Self: return reshaping.transpose(self, dim0, dim1)
    def expand(self, *shape: Any) -> Self: return reshaping.broadcast_to(self, *shape)
    def broadcast_to(self, *shape: Any) -> Self: return reshaping.broadcast_to(self, *shape)
    def split(self, split_size: Any, dim: Any = None, **k: Any) -> list[Self]: return reshaping.split(self, split_size, dim, **k)
    def chunk(self, chunks: int, dim: Any = None, **k: Any) -> list[Self]: return reshaping.chunk(self, chunks, dim, **k)
    def flip(self, *dims: Any, **k: Any) -> Self: return reshaping.flip(self, *((dims[0] if len(dims) == 1 else dims,) if dims else ()), **k)
    def roll(self, shifts: Any, dims: Any = None, **k: Any) -> Self: return reshaping.roll(self, shifts, dims, **k)
    def tril(self, diagonal: int = 0) -> Self: return indexing.tril(self, diagonal)
    def triu(self, diagonal: int = 0) -> Self: return indexing.triu(self, diagonal)
    def diag(self, diagonal: int = 0) -> Self: return indexing.diag(self, diagonal)
    def take(self, index: Any, dim: Any = None, **k: Any) -> Self: return indexing.take(self, index, dim, **k)
    def gather(self, dim: int, index: Any) -> Self: return indexing.gather(self, dim, index)
    def where(self, condition: Any, other: Any) -> Self: return ops.where(condition, self, other)
    def masked_fill(self, mask: Any, value: Any) -> Self: return indexing.masked_fill(self, mask, value)
    def __getitem__(self, key: Any) -> Self: return indexing.index(self, key)

    def to(self, dtype: Any) -> Self: return self if dtype == "cpu" else casting.to(self, dtype)
    def clone(self) -> Self: return ops.identity(self)
    def clamp(self, min: Any = None, max: Any = None) -> Self: return ops.clip(self, min, max)
    def ravel(self) -> Self: return reshaping.reshape(self, -1)
    def repeat(self, *counts: Any) -> Self: return reshaping.tile(self, *counts)
    def moveaxis(self, source: Any, destination: Any) -> Self: return reshaping.moveaxis(self, source, destination)
    def astype(self, dtype: Any) -> Self: return casting.to(self, dtype)
    def double(self) -> Self: return casting.to(self, "float64")
    def float(self) -> Self: return casting.to(self, "float32")
    def half(self) -> Self: return casting.to(self, "float16")
    def long(self) -> Self: return casting.to(self, "int64")

    @property
    def T(self) -> Self: return s.transpose(self, axes=None)
    @property
    def mT(self) -> Self: return s.mT(self)
    # fmt: on

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def dim(self) -> int:
        """Return the number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements, as in NumPy; `shape[k]` is the length of a dimension."""
        return math.prod(self.shape)

    def numel(self) -> int:
        """Return the number of elements."""
        return math.prod(self.shape)

    def __getattr__(self, name: str) -> NoReturn:
        near = near_names(type(self), name)  # type: ignore[arg-type]  # a class has a hash, whatever its instances have
        raise AttributeError(f"a {type(self).__name__} has no {name!r}" + (f"; did you mean {near}?" if near else ""))

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            f"the elements of a {type(self).__name__} are not written one by one, because what was computed from them "
            "would be wrong: where(mask, value, x) and masked_fill(x, mask, value) give a new one, and x.data[...] = "
            "changes the numbers of a leaf"
        )

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"a {type(self).__name__} with no dimension has no length")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Self]:
        return (self[k] for k in range(len(self)))
