"""Pick elements: by index, by mask, by order, by triangle or diagonal.

No derivative is written here: each function is composed of ops, and the derivatives are those of the ops.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from ..rules import elementwise as e, structural as s
from .arguments import array_of, axis_of, dim_or_axis, index_of, integer_indices, require_array
from .reshaping import reshape


def index(x: Any, key: Any) -> Any:
    """x[key], where the key has slices, integers, arrays of integers, masks of bools, None and Ellipsis.

    If an array names an element twice, the gradients of both uses are added up.
    """
    index = index_of(key)
    if x.shape == () and any(k is not None and k is not Ellipsis for k in index):
        raise IndexError(f"x[...] of a {type(x).__name__} that has no dimension: it is one number, so use it as it is")
    try:
        return s.take(x, index=index)
    except (IndexError, TypeError, ValueError) as error:
        raise IndexError(f"x[...] of the shape {x.shape}: {_explained(index, x.shape, error)}") from error


def _explained(index: tuple[Any, ...], shape: tuple[int, ...], error: Exception) -> str:
    """Return what is wrong with an index into this shape."""
    used = builtins.sum(k.ndim if isinstance(k, np.ndarray) and k.dtype == bool else 1 for k in index if k is not None)
    used -= builtins.sum(k is Ellipsis for k in index)
    if used > len(shape):
        return f"{used} indices are more than its {len(shape)} dimensions; give at most one for each"
    return f"{error}; expected indices that fit the shape"


def take(x: Any, index: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The elements at these indices: of the flattened x, or along `dim` as NumPy's take does."""
    x = require_array("take", x)
    along = dim_or_axis("take", dim, axis)
    indices = integer_indices("take", index)
    if along is None:
        return s.take(reshape(x, -1), index=(indices,))
    return s.take(x, index=(*(slice(None),) * axis_of("take", x, along), indices))


def gather(x: Any, dim: int, index: Any) -> Any:
    """For each place of `index` the element of x at that place, but at that index along `dim`; as in PyTorch.

    NumPy calls it take_along_axis.

    >>> gather(Tensor([[1.0, 2.0], [3.0, 4.0]]), 1, [[1], [0]])
    Tensor([[2.],
            [3.]])
    """
    x = require_array("gather", x)
    indices = integer_indices("gather", index)
    k = axis_of("gather", x, dim)
    ndim = len(x.shape)
    if indices.ndim != ndim:
        raise ValueError(f"gather takes an index of as many dimensions as x, got shapes {indices.shape} and {x.shape}")
    grid = [np.arange(n).reshape((1,) * j + (-1,) + (1,) * (ndim - j - 1)) for j, n in enumerate(indices.shape)]
    grid[k] = indices
    return s.take(x, index=tuple(grid))


def sort(x: Any, dim: int | None = None, descending: bool = False, *, axis: int | None = None) -> Any:
    """The pair (sorted values, indices) along `dim`, by default the last dimension, as in PyTorch.

    Equal elements keep their order.
    """
    x = require_array("sort", x)
    along = dim_or_axis("sort", dim, axis, -1)
    if not x.shape:
        return x, np.zeros((), np.intp)
    k = axis_of("sort", x, along)
    data = array_of(x)
    if descending:
        # Sort the reversed data and reverse the result. Sorting -x would be wrong for unsigned integers, which wrap
        # around.
        indices = data.shape[k] - 1 - np.flip(np.argsort(np.flip(data, k), axis=k, kind="stable"), k)
    else:
        indices = np.argsort(data, axis=k, kind="stable")
    return gather(x, k, indices), indices


def masked_fill(x: Any, mask: Any, value: float) -> Any:
    """`value` where the mask is true, the element of x elsewhere."""
    x = require_array("masked_fill", x)
    condition = array_of(mask)
    if condition.dtype != bool:
        raise TypeError(f"masked_fill takes a mask of bools, got {condition.dtype}; write mask != 0")
    return e.where(condition, value, x)


def tril(x: Any, diagonal: int = 0) -> Any:
    """The lower triangle up to and including this diagonal, and zeros above it."""
    x = require_array("tril", x)
    return e.where(_triangle("tril", x, diagonal), x, False)  # False is a 0 of every dtype


def triu(x: Any, diagonal: int = 0) -> Any:
    """The upper triangle from this diagonal on, and zeros below it."""
    x = require_array("triu", x)
    return e.where(_triangle("triu", x, diagonal - 1), False, x)


def _triangle(name: str, x: Any, diagonal: int) -> np.ndarray:
    """A mask of the lower triangle of x up to and including this diagonal."""
    if len(x.shape) < 2:
        raise ValueError(f"{name} takes a matrix or several, got shape {x.shape}")
    return np.tri(x.shape[-2], x.shape[-1], diagonal, dtype=bool)


def diag(x: Any, diagonal: int = 0) -> Any:
    """The diagonal of a matrix; or, of a vector, the matrix that has it as its diagonal and zeros elsewhere."""
    x = require_array("diag", x)
    if len(x.shape) not in (1, 2):
        raise ValueError(f"diag takes a vector or a matrix, got shape {x.shape}")
    first_row, first_column = builtins.max(-diagonal, 0), builtins.max(diagonal, 0)
    if len(x.shape) == 1:
        n = x.shape[0] + builtins.abs(diagonal)
        k = np.arange(x.shape[0])
        return s.put(x, index=(k + first_row, k + first_column), shape=(n, n))
    rows, columns = x.shape
    k = np.arange(builtins.max(builtins.min(rows - first_row, columns - first_column), 0))
    return s.take(x, index=(k + first_row, k + first_column))
