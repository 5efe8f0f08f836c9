"""NumPy's functions that take other arguments than ours of the same name, as `np.split(t, 2)` does.

Each function here has NumPy's signature and calls ours. A function of ours that NumPy can call as it is, such as `sum`,
is not here: it is decorated with `implements` where it is defined.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..rules import elementwise as ops, integers
from . import indexing, linear_algebra, products, reductions, reshaping
from .arguments import NUMPY, Dim, array_of, axes_of, implements, integer, require_array


@implements(np.shape)
def _shape(a: Any) -> Any:
    return a.shape


@implements(np.ndim)
def _ndim(a: Any) -> int:
    return len(a.shape)


@implements(np.size)
def _size(a: Any, axis: int | None = None) -> int:
    return int(np.prod(a.shape, dtype=int)) if axis is None else int(a.shape[axis])


@implements(np.reshape)
def _reshape(a: Any, shape: Any) -> Any:
    return reshaping.reshape(a, shape)


@implements(np.ravel)
def _ravel(a: Any) -> Any:
    return reshaping.reshape(a, -1)


@implements(np.transpose)
def _transpose(a: Any, axes: Any = None) -> Any:
    return reshaping.permute(a, tuple(axes) if axes is not None else tuple(reversed(range(len(a.shape)))))


@implements(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    return reshaping.transpose(a, axis1, axis2)


@implements(np.moveaxis)
def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    return reshaping.moveaxis(a, source, destination)


@implements(np.broadcast_to)
def _broadcast_to(array: Any, shape: Any) -> Any:
    return reshaping.broadcast_to(array, shape)


@implements(np.concatenate)
def _concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    if axis is None:
        return reshaping.concatenate([reshaping.reshape(require_array("concatenate", a), -1) for a in arrays])
    return reshaping.concatenate(arrays, axis)


@implements(np.split)
def _split(ary: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    n = ary.shape[axis]
    if isinstance(indices_or_sections, int):
        if n % indices_or_sections:
            raise ValueError(
                f"np.split into {indices_or_sections} equal pieces: shape {ary.shape} has {n} along axis {axis}, "
                "expected a multiple; give the indices to split at"
            )
        return reshaping.split(ary, [n // indices_or_sections] * indices_or_sections, axis)
    ends = [min(int(k), n) for k in (*indices_or_sections, n)]
    starts = [0, *ends[:-1]]
    return [reshaping.narrow(ary, axis, a, max(b - a, 0)) for a, b in zip(starts, ends, strict=True)]


@implements(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return ops.clip(a, a_min if min is None else min, a_max if max is None else max)


@implements(np.roll)
def _roll(a: Any, shift: Any, axis: Dim = None) -> Any:
    return reshaping.roll(a, shift, axis)


@implements(np.tril)
def _tril(m: Any, k: int = 0) -> Any:
    return indexing.tril(m, k)


@implements(np.triu)
def _triu(m: Any, k: int = 0) -> Any:
    return indexing.triu(m, k)


@implements(np.diag)
def _diag(v: Any, k: int = 0) -> Any:
    return indexing.diag(v, k)


@implements(np.sort)
def _sort(a: Any, axis: int | None = -1) -> Any:
    return indexing.sort(reshaping.reshape(a, -1))[0] if axis is None else indexing.sort(a, axis)[0]


@implements(np.argsort)
def _argsort(a: Any, axis: int = -1) -> Any:
    return np.argsort(array_of(a), axis)


@implements(np.take)
def _take(a: Any, indices: Any, axis: int | None = None) -> Any:
    return indexing.take(a, indices, axis)


@implements(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: int = -1) -> Any:
    return indexing.gather(arr, axis, indices)


@implements(np.var)
def _var(a: Any, axis: Dim = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    return reductions.var(a, axis, ddof, keepdims)


@implements(np.std)
def _std(a: Any, axis: Dim = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    return reductions.std(a, axis, ddof, keepdims)


@implements(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Dim = None, keepdims: bool = False) -> Any:
    count = len(x.shape) if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if ord is not None and count != 1 and (ord, count) != ("fro", 2):
        if count != 2 or (axis is not None and axes_of("norm", x, axis) != (len(x.shape) - 2, len(x.shape) - 1)):
            raise TypeError(f"the norm of order {ord} is of one axis, or of a matrix in the last two axes, got {axis}")
        return linear_algebra.matrix_norm(x, ord, keepdims)
    return reductions.norm(x, 2 if ord is None else ord, axis, keepdims)


@implements(np.prod)
def _prod(a: Any, axis: Dim = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    return products.prod(a, axis, keepdims, dtype=dtype)


@implements(np.cumsum)
def _cumsum(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    x = reshaping.reshape(a, -1) if axis is None else a
    return reductions.cumsum(x, axis or 0, dtype=dtype)


@implements(np.cumprod)
def _cumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    x = reshaping.reshape(a, -1) if axis is None else a
    return products.cumprod(x, axis or 0, dtype=dtype)


@implements(np.sum)
def _sum(a: Any, axis: Dim = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    return reductions.sum(a, axis, keepdims, dtype=dtype)


@implements(np.mean)
def _mean(a: Any, axis: Dim = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    return reductions.mean(a, axis, keepdims, dtype=dtype)


@implements(np.dot)
def _dot(a: Any, b: Any) -> Any:
    if not np.shape(array_of(a)) or not np.shape(array_of(b)):
        return a * b
    a, b = require_array("dot", a), require_array("dot", b)
    if len(b.shape) > 2:
        raise ValueError(f"np.dot of shapes {a.shape} and {b.shape} is not implemented; use einsum")
    return products.matmul(a, b)


@implements(np.round, np.around)
def round(a: Any, decimals: int = 0) -> Any:
    """Round to so many decimals, half to even; a negative number of them rounds to tens, hundreds and so on.

    >>> round(1234.567, 2), round(1234.567, -2)
    (1234.57, 1200.0)
    """
    scale = 10.0 ** integer("round", "a number of decimals, an integer", decimals)
    return integers.round(a) if scale == 1.0 else ops.div(integers.round(ops.mul(a, scale)), scale)


# Masks, made of comparisons: a number counts as true where it is not 0.


@implements(np.isnan)
def _isnan(x: Any) -> Any:
    return ops.ne(x, x)


@implements(np.isinf)
def _isinf(x: Any) -> Any:
    return ops.eq(ops.abs(x), math.inf)


@implements(np.isfinite)
def _isfinite(x: Any) -> Any:
    return ops.lt(ops.abs(x), math.inf)


@implements(np.logical_and)
def _logical_and(a: Any, b: Any) -> Any:
    return integers.bitwise_and(ops.ne(a, 0), ops.ne(b, 0))


@implements(np.logical_or)
def _logical_or(a: Any, b: Any) -> Any:
    return integers.bitwise_or(ops.ne(a, 0), ops.ne(b, 0))


@implements(np.logical_xor)
def _logical_xor(a: Any, b: Any) -> Any:
    return integers.bitwise_xor(ops.ne(a, 0), ops.ne(b, 0))


@implements(np.logical_not)
def _logical_not(x: Any) -> Any:
    return ops.eq(x, 0)


NUMPY.update({
    np.where: ops.where, np.bitwise_and: integers.bitwise_and, np.bitwise_or: integers.bitwise_or,
    np.bitwise_xor: integers.bitwise_xor, np.invert: integers.bitwise_not, np.remainder: integers.remainder,
    np.floor_divide: integers.floor_divide, np.sign: ops.sign, np.rint: integers.round,
})  # fmt: skip
