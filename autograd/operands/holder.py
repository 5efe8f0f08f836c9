"""What a Tensor holds: its data and its gradient, who asked for one, and whether they were written into since."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ..engine.dtypes import real_array
from ..engine.mode import mode
from ..engine.node import Node, created
from .array import Array
from .watched_array import Watched, same_memory


class Holder(Array, Node):
    """A node that holds an array, and knows when it was changed. What is computed with it, it does not know."""

    # What a backward pass found for the result of an op. Other nodes may have the same memory: it is copied when
    # someone looks, which is seldom.
    _lent: np.ndarray | None

    __slots__ = ("_lent",)

    @property
    def data(self) -> np.ndarray:
        """The array in it. What is written into it is noticed: a backward pass through what was computed before is
        refused."""
        return Watched.of(self)

    @data.setter
    def data(self, data: Any) -> None:
        if type(data) is Watched and data.owner is self and same_memory(data, self._data):
            return  # the second half of `x.data += 1`, which has been written and noticed already
        if isinstance(data, Holder) and data._index < 0:
            data = data._data
        new = real_array(data, self._data.dtype)
        if new.shape != self._data.shape:
            raise ValueError(
                f"the data of this Tensor has shape {self._data.shape}, got {new.shape}; make a new Tensor"
            )
        self._data = new
        self._changed = next(created)

    @property
    def grad(self) -> np.ndarray | None:
        """The gradient after a backward pass, None before; memory of its own, to be scaled or clipped in place."""
        lent = self._lent
        if lent is not None:
            self.grad = np.array(lent)
        found: np.ndarray | None = self._grad
        return found

    @grad.setter
    def grad(self, grad: np.ndarray | None) -> None:
        self._grad = grad
        self._lent = None

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it; setting it is `requires_grad_`."""
        return self._index >= 0

    @requires_grad.setter
    def requires_grad(self, requires_grad: bool) -> None:
        self.requires_grad_(requires_grad)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for a gradient, or no longer, on a leaf; returns the Tensor."""
        if self.op is not None:
            raise RuntimeError("only a leaf can be asked for a gradient, and this Tensor is the result of an op")
        if requires_grad and self._data.dtype.kind != "f":
            raise TypeError(f"only floats have gradients, got dtype {self._data.dtype}; use dtype=float")
        self._index = (self._index if self._index >= 0 else next(created)) if requires_grad else -1
        return self

    def to_(self, dtype: Any) -> Self:
        """Cast the data of a leaf, and its gradient, to another dtype in place; returns the Tensor."""
        if self.op is not None:
            raise RuntimeError("only a leaf can be cast in place, and this Tensor is the result of an op")
        if self._index >= 0 and np.dtype(dtype).kind != "f":
            raise TypeError(f"only floats have gradients, got dtype {np.dtype(dtype)}")
        self._data = real_array(self._data, dtype)
        self._grad = None if self._grad is None else real_array(self._grad, dtype)
        self._changed = next(created)
        return self

    # fmt: off
    def __iadd__(self, other: object) -> Self: return self._updated(self + other)
    def __isub__(self, other: object) -> Self: return self._updated(self - other)
    def __imul__(self, other: object) -> Self: return self._updated(self * other)
    def __itruediv__(self, other: object) -> Self: return self._updated(self / other)
    # fmt: on

    def _updated(self, new: Self) -> Self:
        """`p -= rate * p.grad` under no_grad() changes the leaf p, as in PyTorch; elsewhere p is a new Tensor."""
        if self._index < 0 or self.op is not None or mode.get().recording:
            return new
        self.data = new._data
        return self

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self.grad = None
