"""NumPy's functions whose arguments are not those of ours of the same name, so that `np.split(t, 2)` means NumPy's.

The other functions say beside themselves which of NumPy's they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..rules import elementwise as ops
from . import indexing, products, reductions, reshaping
from .arguments import NUMPY, Dim, array_like, axis_of, known_to_numpy, raw


@known_to_numpy(np.shape)
def _shape(a: Any) -> Any:
    return a.shape


@known_to_numpy(np.ndim)
def _ndim(a: Any) -> int:
    return len(a.shape)


@known_to_numpy(np.size)
def _size(a: Any, axis: int | None = None) -> int:
    return int(np.prod(a.shape, dtype=int)) if axis is None else int(a.shape[axis])


@known_to_numpy(np.reshape)
def _reshape(a: Any, shape: Any) -> Any:
    return reshaping.reshape(a, shape)


@known_to_numpy(np.ravel)
def _ravel(a: Any) -> Any:
    return reshaping.reshape(a, -1)


@known_to_numpy(np.transpose)
def _transpose(a: Any, axes: Any = None) -> Any:
    return reshaping.permute(a, tuple(axes) if axes is not None else tuple(reversed(range(len(a.shape)))))


@known_to_numpy(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    return reshaping.transpose(a, axis1, axis2)


@known_to_numpy(np.moveaxis)
def _moveaxis(a: Any, source: int, destination: int) -> Any:
    order = [k for k in range(len(a.shape)) if k != axis_of("moveaxis", a, source)]
    order.insert(axis_of("moveaxis", a, destination), axis_of("moveaxis", a, source))
    return reshaping.permute(a, order)


@known_to_numpy(np.concatenate)
def _concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    if axis is None:
        return reshaping.concatenate([reshaping.reshape(array_like("concatenate", a), -1) for a in arrays])
    return reshaping.concatenate(arrays, axis)


@known_to_numpy(np.split)
def _split(ary: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    n = ary.shape[axis]
    if isinstance(indices_or_sections, int):
        if n % indices_or_sections:
            raise ValueError(
                f"np.split into {indices_or_sections} equal pieces, but shape {ary.shape} has {n} along {axis}"
            )
        return reshaping.split(ary, [n // indices_or_sections] * indices_or_sections, axis)
    ends = [min(int(k), n) for k in (*indices_or_sections, n)]
    return [reshaping.narrow(ary, axis, a, max(b - a, 0)) for a, b in zip([0, *ends], ends, strict=False)]


@known_to_numpy(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return ops.clip(a, a_min if min is None else min, a_max if max is None else max)


@known_to_numpy(np.roll)
def _roll(a: Any, shift: Any, axis: Dim = None) -> Any:
    return reshaping.roll(a, shift, axis)


@known_to_numpy(np.tril)
def _tril(m: Any, k: int = 0) -> Any:
    return indexing.tril(m, k)


@known_to_numpy(np.triu)
def _triu(m: Any, k: int = 0) -> Any:
    return indexing.triu(m, k)


@known_to_numpy(np.diag)
def _diag(v: Any, k: int = 0) -> Any:
    return indexing.diag(v, k)


@known_to_numpy(np.sort)
def _sort(a: Any, axis: int | None = -1) -> Any:
    return indexing.sort(reshaping.reshape(a, -1))[0] if axis is None else indexing.sort(a, axis)[0]


@known_to_numpy(np.argsort)
def _argsort(a: Any, axis: int = -1) -> Any:
    return np.argsort(raw(a), axis)


@known_to_numpy(np.take)
def _take(a: Any, indices: Any, axis: int | None = None) -> Any:
    return indexing.take(a, indices, axis)


@known_to_numpy(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: int = -1) -> Any:
    return indexing.gather(arr, axis, indices)


@known_to_numpy(np.var)
def _var(a: Any, axis: Dim = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    return reductions.var(a, axis, ddof, keepdims)


@known_to_numpy(np.std)
def _std(a: Any, axis: Dim = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    return reductions.std(a, axis, ddof, keepdims)


@known_to_numpy(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Dim = None, keepdims: bool = False) -> Any:
    over = len(x.shape) if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if ord is not None and over != 1 and (ord, over) != ("fro", 2):
        raise TypeError(f"the norm of a matrix of order {ord} is not known; name one axis, or leave the order out")
    return reductions.norm(x, 2 if ord is None else ord, axis, keepdims)


@known_to_numpy(np.prod)
def _prod(a: Any, axis: Dim = None, *, keepdims: bool = False) -> Any:
    return products.prod(a, axis, keepdims)


@known_to_numpy(np.cumsum)
def _cumsum(a: Any, axis: int | None = None) -> Any:
    return reductions.cumsum(reshaping.reshape(a, -1), 0) if axis is None else reductions.cumsum(a, axis)


@known_to_numpy(np.cumprod)
def _cumprod(a: Any, axis: int | None = None) -> Any:
    return products.cumprod(reshaping.reshape(a, -1), 0) if axis is None else products.cumprod(a, axis)


@known_to_numpy(np.dot)
def _dot(a: Any, b: Any) -> Any:
    if not array_like("dot", a).shape or not array_like("dot", b).shape:
        return a * b
    if len(b.shape) > 2:
        raise ValueError(f"np.dot of shapes {a.shape} and {b.shape} is not known; use einsum")
    return products.matmul(a, b)


NUMPY.update({np.where: ops.where, np.bitwise_and: ops.both})
