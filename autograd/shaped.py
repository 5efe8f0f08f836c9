"""The methods of whatever has a shape: PyTorch's spelling of `functions.py`, shared by Tensor, Dual and Symbol."""

from __future__ import annotations

from typing import Any, Self

from . import elementwise as ops, functions as fn, structural as s
from .arithmetic import Arithmetic


class Shaped(Arithmetic):
    """An operand with dimensions."""

    __slots__ = ()

    # fmt: off
    # ruff: noqa: E501
    def sum(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Self: return fn.sum(self, dim, keepdim, **k)
    def mean(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Self: return fn.mean(self, dim, keepdim, **k)
    def var(self, dim: Any = None, correction: int = 1, keepdim: bool = False, **k: Any) -> Self: return fn.var(self, dim, correction, keepdim, **k)
    def std(self, dim: Any = None, correction: int = 1, keepdim: bool = False, **k: Any) -> Self: return fn.std(self, dim, correction, keepdim, **k)
    def prod(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Self: return fn.prod(self, dim, keepdim, **k)
    def norm(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Self: return fn.norm(self, dim, keepdim, **k)
    def amax(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Self: return fn.amax(self, dim, keepdim, **k)
    def amin(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Self: return fn.amin(self, dim, keepdim, **k)
    def max(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Any: return fn.max(self, dim, keepdim, **k)
    def min(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Any: return fn.min(self, dim, keepdim, **k)
    def argmax(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Any: return fn.argmax(self, dim, keepdim, **k)
    def argmin(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Any: return fn.argmin(self, dim, keepdim, **k)
    def cumsum(self, dim: Any = None, **k: Any) -> Self: return fn.cumsum(self, dim, **k)
    def cumprod(self, dim: Any = None, **k: Any) -> Self: return fn.cumprod(self, dim, **k)
    def logsumexp(self, dim: Any = None, keepdim: bool = False, **k: Any) -> Self: return fn.logsumexp(self, dim, keepdim, **k)
    def softmax(self, dim: Any = None, **k: Any) -> Self: return fn.softmax(self, dim, **k)
    def log_softmax(self, dim: Any = None, **k: Any) -> Self: return fn.log_softmax(self, dim, **k)
    def sort(self, dim: int = -1, descending: bool = False) -> tuple[Self, Any]: return fn.sort(self, dim, descending)

    def __and__(self, other: Any) -> Self: return ops.both(self, other)
    def __rand__(self, other: Any) -> Self: return ops.both(other, self)

    def __matmul__(self, other: Any) -> Self: return fn.matmul(self, other)
    def __rmatmul__(self, other: Any) -> Self: return fn.matmul(other, self)
    def matmul(self, other: Any) -> Self: return fn.matmul(self, other)
    def dot(self, other: Any) -> Self: return fn.dot(self, other)
    def outer(self, other: Any) -> Self: return fn.outer(self, other)

    def reshape(self, *shape: Any) -> Self: return fn.reshape(self, *shape)
    def view(self, *shape: Any) -> Self: return fn.reshape(self, *shape)
    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Self: return fn.flatten(self, start_dim, end_dim)
    def squeeze(self, dim: Any = None) -> Self: return fn.squeeze(self, dim)
    def unsqueeze(self, dim: int) -> Self: return fn.unsqueeze(self, dim)
    def permute(self, *dims: Any) -> Self: return fn.permute(self, *dims)
    def transpose(self, dim0: int, dim1: int) -> Self: return fn.transpose(self, dim0, dim1)
    def expand(self, *shape: Any) -> Self: return fn.broadcast_to(self, *shape)
    def broadcast_to(self, *shape: Any) -> Self: return fn.broadcast_to(self, *shape)
    def split(self, size: Any, dim: int = 0) -> list[Self]: return fn.split(self, size, dim)
    def chunk(self, chunks: int, dim: int = 0) -> list[Self]: return fn.chunk(self, chunks, dim)
    def flip(self, *dims: Any) -> Self: return fn.flip(self, dims[0] if len(dims) == 1 else dims or None)
    def roll(self, shifts: Any, dims: Any = None) -> Self: return fn.roll(self, shifts, dims)
    def tril(self, diagonal: int = 0) -> Self: return fn.tril(self, diagonal)
    def triu(self, diagonal: int = 0) -> Self: return fn.triu(self, diagonal)
    def diag(self, diagonal: int = 0) -> Self: return fn.diag(self, diagonal)
    def gather(self, dim: int, index: Any) -> Self: return fn.gather(self, dim, index)
    def masked_fill(self, mask: Any, value: float) -> Self: return fn.masked_fill(self, mask, value)
    def __getitem__(self, key: Any) -> Self: return fn.index(self, key)

    @property
    def T(self) -> Self: return s.transpose(self, axes=None)
    @property
    def mT(self) -> Self: return s.mT(self)
    # fmt: on
