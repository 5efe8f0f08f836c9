"""What a Tensor says of the array it holds: its shape, its numbers, and what Python asks of a sequence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from .array_methods import Shaped


class Array(Shaped):
    """An operand with an ndarray in it. What the array is computed from, it does not know."""

    __slots__ = ()

    _data: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each dimension."""
        shape: tuple[int, ...] = self._data.shape
        return shape

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        ndim: int = self._data.ndim
        return ndim

    @property
    def dtype(self) -> Any:
        """NumPy's dtype of the elements."""
        return self._data.dtype

    def _array(self) -> np.ndarray:
        """The array in it, without the graph; not a copy, so not to be written into."""
        array: np.ndarray = self._data
        return array

    def dim(self) -> int:
        """The number of dimensions."""
        return self.ndim

    @property
    def size(self) -> int:
        """The number of elements, as in NumPy; `shape[k]` is the length of a dimension."""
        return int(self._data.size)

    def numel(self) -> int:
        """The number of elements."""
        return int(self._data.size)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a Tensor with no dimension has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        return (self[k] for k in range(len(self)))

    def item(self) -> Any:
        """The bare number, where there is one element."""
        if self._data.size != 1:
            raise ValueError(f"item() is for one element, this Tensor has shape {self.shape}; use numpy() or tolist()")
        return self._data.item()

    def numpy(self) -> np.ndarray:
        """A copy of the data as an array, without the graph."""
        return np.array(self._data)

    def tolist(self) -> Any:
        """The data as nested lists."""
        return self._data.tolist()

    def __bool__(self) -> bool:
        if self._data.size != 1:
            raise ValueError("a Tensor of several elements is neither true nor false; use (a == b).all()")
        return bool(self._data.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)
