"""Scale features by numbers that come from the training data: Standardize and Normalize.

Both are Modules whose numbers are buffers: as the first layer of a network they are saved with its weights, and new
data are scaled as the training data were.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, Self

import numpy as np

import autograd as ag
from autograd import Tensor

from ..atomic import set_attributes
from ..checks import input_shape, integer
from ..module import Module


class Scaling(Module):
    """Base class: compute (x - offset) / scale, with an offset and a scale of the shape of a sample.

    A subclass defines `statistics`. `num_samples`, also a buffer, is the number of samples that `fit` has seen.
    """

    offset: Tensor
    scale: Tensor
    num_samples: Tensor

    def __init__(self, num_features: int | Iterable[int] = ()) -> None:
        sizes = num_features if isinstance(num_features, Iterable) else [num_features]
        self.shape = tuple(integer("num_features", size, 1) for size in sizes)
        self.register_buffer("offset", ag.zeros(self.shape))
        self.register_buffer("scale", ag.ones(self.shape))
        self.register_buffer("num_samples", Tensor(0))

    @staticmethod
    @abstractmethod
    def statistics(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the offset and the scale of data whose first dimension is the samples."""

    def fit(self, X: Any) -> Self:
        """Compute offset and scale from data: the training data only. Returns self. All or nothing.

        Raises ValueError if the data are of another shape, or hold nan or inf.
        """
        data = np.asarray(X.numpy() if isinstance(X, Tensor) else X)
        self._check_shape(data.shape)
        if data.dtype.kind not in "fiub":
            raise TypeError(f"{self!r} takes numbers, got an array of {data.dtype}")
        rows = data.astype(np.float64).reshape(-1, *self.shape)
        if len(rows) == 0:
            raise ValueError(f"{self!r} needs at least one sample to fit, got shape {data.shape}")
        if not np.isfinite(rows).all():
            place = tuple(np.argwhere(~np.isfinite(data))[0].tolist())
            raise ValueError(f"{self!r} fits finite numbers, got {data[place]} at {place}; remove or replace it")
        offset, scale = self.statistics(rows)
        constant = rows.max(axis=0) == rows.min(axis=0)  # its scale is 0, or what rounding leaves of it
        offset, scale = np.where(constant, rows[0], offset), np.where(constant, 1.0, scale)
        set_attributes(
            [(self.offset, "data", offset), (self.scale, "data", scale), (self.num_samples, "data", len(rows))]
        )
        return self

    def forward(self, input: Any) -> Any:
        return (self._checked(input) - self.offset) / self.scale

    def inverse(self, input: Any) -> Any:
        """Undo the scaling: return input · scale + offset."""
        return self._checked(input) * self.scale + self.offset

    def _checked(self, input: Any) -> Any:
        if self.num_samples.item() == 0:
            raise RuntimeError(f"{self!r} has no numbers yet; call fit with the training data, or load a state")
        x = Tensor(input) if isinstance(input, (list, tuple, np.ndarray)) else input
        self._check_shape(input_shape(type(self).__name__, x))
        return x

    def _check_shape(self, shape: tuple[int, ...]) -> None:
        if shape[len(shape) - len(self.shape) :] != self.shape:
            expected = ", ".join(["N", *map(str, self.shape)])
            raise ValueError(f"{self!r} takes samples of shape {self.shape}, as in ({expected}), got shape {shape}")

    def extra_repr(self) -> str:
        return str(self.shape[0] if len(self.shape) == 1 else self.shape)


class Standardize(Scaling):
    """Shift and scale each feature to mean 0 and standard deviation 1, those of the training data.

    `num_features` is the number of features or the shape of a sample; `()`, the default, takes one mean and one
    deviation over all numbers. A constant feature becomes 0.

    >>> standardize = Standardize(2).fit([[1.0, 10.0], [3.0, 30.0]])
    >>> standardize([[2.0, 40.0]])
    Tensor([[0., 2.]])
    >>> standardize.inverse([[0.0, 2.0]])
    Tensor([[ 2., 40.]])
    """

    @staticmethod
    def statistics(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return rows.mean(axis=0), rows.std(axis=0)


class Normalize(Scaling):
    """Shift and scale each feature to the range from 0 to 1, that of the training data.

    `num_features` is the number of features or the shape of a sample; `()`, the default, takes one range over all
    numbers. A constant feature becomes 0. New data may lie outside the range.

    >>> Normalize(2).fit([[1.0, 10.0], [3.0, 30.0]])([[2.0, 40.0]])
    Tensor([[0.5, 1.5]])
    """

    @staticmethod
    def statistics(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low = rows.min(axis=0)
        return low, rows.max(axis=0) - low
