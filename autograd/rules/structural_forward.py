"""Forward functions that change or look across the shape of arrays. No derivatives here: those stand in
`structural.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray
Shape = tuple[int, ...]
Axis = int | tuple[int, ...] | None


def of_array(*args: Any, **params: Any) -> Any:
    """Raise, as `scalar` of an op that works on arrays only: a number is computed by `array`, without dimensions."""
    raise ValueError


def of_one(x: Any) -> Array:
    return np.reshape(x, ())


def reshape(x: Any, shape: Shape) -> Array:
    return np.reshape(x, shape)


def transpose(x: Any, axes: Shape | None) -> Array:
    return np.transpose(x, axes)


def inverse(axes: Shape | None) -> Shape | None:
    return None if axes is None else tuple(int(k) for k in np.argsort(axes))


def broadcast_to(x: Any, shape: Shape) -> Array:
    if type(x) is np.ndarray and x.size == 1 and x.ndim <= len(shape) and x.dtype.kind != "O":
        # One number for all, as after every sum: NumPy's own way to say it takes five times as long.
        spread: Array = np.ndarray(shape, x.dtype, x, 0, (0,) * len(shape))
        spread.setflags(write=False)
        return spread
    return np.broadcast_to(x, shape)


def sum_to(x: Any, shape: Shape) -> Array:
    """The transpose of broadcast_to: what was copied along a dimension is summed along it."""
    x = np.asarray(x)
    if not shape:
        return np.asarray(np.add.reduce(x, None))
    extra = x.ndim - len(shape)
    if extra < 0:  # fewer dimensions than wanted: the rule gave one number for all
        return broadcast_to(x, shape)
    if x.shape[extra:] == shape:  # nearly always: a bias, say, was copied for each row
        return np.add.reduce(x, tuple(range(extra))) if extra else x
    axes = (*range(extra), *[extra + k for k, n in enumerate(shape) if n == 1 and x.shape[extra + k] != 1])
    if axes:
        x = np.add.reduce(x, axes, keepdims=True)
    if extra:
        x = x.reshape(x.shape[extra:])
    return x if x.shape == shape else broadcast_to(x, shape)


def take(x: Any, index: Any) -> Array:
    return np.asarray(x)[index]


def put(g: Any, index: Any, shape: Shape) -> Array:
    """The transpose of take: zeros with `g` at the index, added up where the index names a place twice."""
    g = np.asarray(g)
    full = np.zeros(shape, g.dtype)
    if plain(index):
        full[index] = g
    else:
        np.add.at(full, index, g)
    return full


def plain(index: Any) -> bool:
    """Whether the index has no array in it, so that it names no place twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice)) for part in parts)


def concatenate(*xs: Any, axis: int) -> Array:
    return np.concatenate(xs, axis)


def segment(xs: Sequence[Any], axis: int, position: int) -> tuple[Any, ...]:
    """Where input `position` of a concatenation lies in the result."""
    start = sum(x.shape[axis] for x in xs[:position])
    axis = axis % len(xs[0].shape)
    return (*(slice(None),) * axis, slice(start, start + xs[position].shape[axis]))


def total(x: Any, axis: Axis, keepdims: bool) -> Array:
    summed: Array = np.add.reduce(x, axis, keepdims=keepdims)  # type: ignore[call-overload]  # its stubs want a literal
    return summed


def share(x: Any, y: Any, axis: Axis, keepdims: bool) -> Array:
    """For each element, its part of being the largest, y: 1, or evenly less where several are."""
    tied = np.asarray(x == spread(y, axis, keepdims, np.shape(x)))
    # In the dtype of x: the count is an int64, and an int64 over a float32 would be a float64.
    part: Array = (1 / np.sum(tied, axis, keepdims=True)).astype(np.asarray(x).dtype)
    return tied * part


def amax(x: Any, axis: Axis, keepdims: bool) -> Array:
    return np.max(x, axis, keepdims=keepdims)


def spread(g: Any, axis: Axis, keepdims: bool, shape: Shape) -> Array:
    """The transpose of a sum over `axis`: every element of `shape` gets what its sum gets."""
    if not keepdims and axis is not None:
        axes = axis_tuple(axis, len(shape))
        g = np.asarray(g)[tuple([None if k in axes else slice(None) for k in range(len(shape))])]
    return broadcast_to(g, shape)


def axis_tuple(axis: Axis, ndim: int) -> Shape:
    axes = tuple(range(ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple([k % ndim for k in axes])


def cumsum(x: Any, axis: int, reverse: bool) -> Array:
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis) if reverse else np.cumsum(x, axis)


def cast(x: Any, dtype: Any) -> Array:
    return np.asarray(x).astype(dtype)


def linear(x: Any, weight: Any, bias: Any) -> Array:
    y: Array = x @ weight.T + bias
    return y


def mT(x: Any) -> Array:
    return np.asarray(x).swapaxes(-1, -2)


def einsum(*xs: Any, subscripts: str) -> Array:
    return np.einsum(subscripts, *xs)


def einsum_back(einsum: Any, spread: Any, g: Any, xs: Sequence[Any], subscripts: str, position: int) -> Any:
    """The gradient of an einsum for one input: an einsum of the gradient with the other inputs.

    An index that only this input has was summed away, and is spread again.
    """
    inputs, result = subscripts.split("->")
    parts = inputs.split(",")
    mine = parts[position]
    others = [part for k, part in enumerate(parts) if k != position]
    lost = tuple(k for k, letter in enumerate(mine) if letter not in result and all(letter not in o for o in others))
    kept = "".join(letter for k, letter in enumerate(mine) if k not in lost)
    factors = [g, *(x for k, x in enumerate(xs) if k != position)]
    found = einsum(*factors, subscripts=f"{','.join([result, *others])}->{kept}")
    return spread(found, axis=lost, keepdims=False, shape=xs[position].shape) if lost else found
