"""Picking elements: by index, by order, by mask, by triangle: what users call, said with the ops.

No derivative stands here: each function is a few ops, and the rules of those are its rules.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from ..engine.op import Operand
from ..rules import elementwise as e, structural as s
from .arguments import axis_of, by_one_name, raw
from .reshaping import reshape


def index(x: Any, key: Any) -> Any:
    """x[key], with slices, integers, integer arrays (repeats add up), boolean masks, None and Ellipsis."""
    parts = key if isinstance(key, tuple) else (key,)
    # A copy: the user may write into an index of theirs before backward reads it.
    plain = tuple(
        np.array(raw(p), np.intp if isinstance(p, list) and not p else None)  # the empty list, which is no float
        if isinstance(p, (Operand, list, np.ndarray))
        else p
        for p in parts
    )
    for p in plain:
        if isinstance(p, np.ndarray) and p.dtype.kind not in "iub":
            raise IndexError(f"indices are integers or bools, got {p.dtype}")
    return s.take(x, index=plain)


def take(x: Any, index: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The elements at these places, counted in the flattened x; or along `dim`, as NumPy's take does."""
    k = by_one_name("take", dim, axis)
    places = _places("take", index)
    if k is None:
        return s.take(reshape(x, -1), index=(places,))
    return s.take(x, index=(*(slice(None),) * axis_of("take", x, k), places))


def gather(x: Any, dim: int, index: Any) -> Any:
    """For each place the element at that index along `dim`, as in PyTorch; NumPy's take_along_axis.

    >>> gather(Tensor([[1.0, 2.0], [3.0, 4.0]]), 1, [[1], [0]])
    Tensor([[2.],
            [3.]])
    """
    places = _places("gather", index)
    k = axis_of("gather", x, dim)
    ndim = len(x.shape)
    if places.ndim != ndim:
        raise ValueError(f"gather takes an index of as many dimensions as x, got shapes {places.shape} and {x.shape}")
    grid = [np.arange(n).reshape((1,) * j + (-1,) + (1,) * (ndim - j - 1)) for j, n in enumerate(places.shape)]
    grid[k] = places
    return s.take(x, index=tuple(grid))


def _places(name: str, index: Any) -> np.ndarray:
    places = np.array(raw(index))
    if places.dtype.kind not in "iu" and places.size:
        raise IndexError(f"{name} takes integer indices, got {places.dtype}")
    return places.astype(np.intp)


def sort(x: Any, dim: int | None = None, descending: bool = False, *, axis: int | None = None) -> Any:
    """(values, indices) along `dim`, the last one unless named, as in PyTorch; equal elements keep their order."""
    k = by_one_name("sort", dim, axis, -1)
    if not x.shape:
        return x, np.zeros((), np.intp)
    k = axis_of("sort", x, k)
    data = raw(x)
    if descending:
        # From the end and back again, and not by the sign: -x of unsigned integers wraps around, and nan stays last.
        places = data.shape[k] - 1 - np.flip(np.argsort(np.flip(data, k), axis=k, kind="stable"), k)
    else:
        places = np.argsort(data, axis=k, kind="stable")
    return gather(x, k, places), places


def masked_fill(x: Any, mask: Any, value: float) -> Any:
    """`value` where the mask is true, x elsewhere."""
    where = raw(mask)
    if where.dtype != bool:
        raise TypeError(f"masked_fill takes a mask of bools, got {where.dtype}; write mask != 0")
    return e.where(where, value, x)


def tril(x: Any, diagonal: int = 0) -> Any:
    """The lower triangle, zeros above."""
    return e.where(_triangle("tril", x, diagonal), x, 0.0)


def triu(x: Any, diagonal: int = 0) -> Any:
    """The upper triangle, zeros below."""
    return e.where(_triangle("triu", x, diagonal - 1), 0.0, x)


def _triangle(name: str, x: Any, diagonal: int) -> np.ndarray:
    """Where the lower triangle is, up to this diagonal."""
    if len(x.shape) < 2:
        raise ValueError(f"{name} takes a matrix or several, got shape {x.shape}")
    return np.tri(x.shape[-2], x.shape[-1], diagonal, dtype=bool)


def diag(x: Any, diagonal: int = 0) -> Any:
    """The diagonal of a matrix, or the matrix with a vector as its diagonal."""
    if len(x.shape) == 1:
        n = x.shape[0] + builtins.abs(diagonal)
        k = np.arange(x.shape[0])
        return s.put(x, index=(k + builtins.max(-diagonal, 0), k + builtins.max(diagonal, 0)), shape=(n, n))
    if len(x.shape) != 2:
        raise ValueError(f"diag takes a vector or a matrix, got shape {x.shape}")
    rows, columns = x.shape
    k = np.arange(builtins.max(0, builtins.min(rows + builtins.min(diagonal, 0), columns - builtins.max(diagonal, 0))))
    return s.take(x, index=(k + builtins.max(-diagonal, 0), k + builtins.max(diagonal, 0)))
