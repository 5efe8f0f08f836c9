"""Change shapes, join arrays and split them.

No derivative is written here: each function is composed of ops, and the derivatives are those of the ops. Names and
arguments are PyTorch's; NumPy's `axis` is accepted as well.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..engine.text import shown
from ..rules import elementwise as e, structural as s
from ..rules.structural_forward import axis_tuple
from .arguments import (
    Dim,
    axes_of,
    axis_of,
    dim_or_axis,
    implements,
    integer,
    lengths,
    nonempty_list,
    require_array,
)

MAX_JOINED: Final = 64  # inputs of one concatenate op


def reshape(x: Any, *shape: Any) -> Any:
    """The same elements in another shape; a length of -1 is computed from the others."""
    x = require_array("reshape", x)
    wanted = lengths("reshape", shape)
    size = math.prod(x.shape)
    if builtins.min(wanted, default=0) < -1:
        raise ValueError(
            f"reshape of shape {x.shape} to {wanted}: a length is 0 or more, or -1 where it follows from the others"
        )
    if -1 in wanted:
        others = -math.prod(wanted)
        if wanted.count(-1) > 1 or others <= 0 or size % others:
            raise ValueError(
                f"shape {x.shape} does not go into {wanted}: no length in place of -1 gives {size} elements"
            )
        wanted = tuple(size // others if n == -1 else n for n in wanted)
    count = math.prod(wanted)
    if count != size:
        raise ValueError(f"shape {x.shape} does not go into {wanted}: {size} elements and {count}")
    return s.reshape(x, shape=wanted)


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Join the dimensions from start_dim to end_dim, both included, into one."""
    x = require_array("flatten", x)
    ndim = len(x.shape)
    if ndim == 0:
        return reshape(x, 1)
    start, end = axis_of("flatten", x, start_dim), axis_of("flatten", x, end_dim)
    if start > end:
        raise ValueError(f"flatten from dim {start_dim} to {end_dim} of shape {x.shape}: exchange the two dims")
    middle = math.prod(x.shape[start : end + 1])  # not -1: with a length of 0 elsewhere it would be ambiguous
    return reshape(x, (*x.shape[:start], middle, *x.shape[end + 1 :]))


@implements(np.squeeze)
def squeeze(x: Any, dim: Dim = None, *, axis: Dim = None) -> Any:
    """Remove the dimensions of length 1, or those of them that `dim` names."""
    x = require_array("squeeze", x)
    axes = axis_tuple(axes_of("squeeze", x, dim_or_axis("squeeze", dim, axis)), len(x.shape))
    return s.reshape(x, shape=tuple(n for k, n in enumerate(x.shape) if not (k in axes and n == 1)))


@implements(np.expand_dims)
def unsqueeze(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """Insert a new dimension of length 1, whose number is `dim`."""
    x = require_array("unsqueeze", x)
    ndim = len(x.shape)
    k = integer("unsqueeze", "the number of a new dimension, an integer", dim_or_axis("unsqueeze", dim, axis))
    if not -ndim - 1 <= k <= ndim:
        raise IndexError(f"unsqueeze at dim={k} of shape {x.shape}: expected {-ndim - 1} to {ndim}")
    k %= ndim + 1
    return s.reshape(x, shape=(*x.shape[:k], 1, *x.shape[k:]))


def permute(x: Any, *dims: Any) -> Any:
    """Put the dimensions into another order, given as several arguments or as one sequence."""
    x = require_array("permute", x)
    given = tuple(dims[0] if len(dims) == 1 and not isinstance(dims[0], (int, np.integer)) else dims)
    order = axes_of("permute", x, given)
    if len(order or ()) != len(x.shape):  # type: ignore[arg-type]
        raise ValueError(f"permute of shape {x.shape} takes each of its {len(x.shape)} dimensions once, got {given}")
    return s.transpose(x, axes=order)


def transpose(x: Any, dim0: int, dim1: int) -> Any:
    """Exchange two dimensions."""
    x = require_array("transpose", x)
    axes = list(range(len(x.shape)))
    first, second = axis_of("transpose", x, dim0), axis_of("transpose", x, dim1)
    axes[first], axes[second] = second, first
    return s.transpose(x, axes=tuple(axes))


def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Move dimensions, one or several, to other places; the others keep their order."""
    x = require_array("moveaxis", x)
    ndim = len(x.shape)
    sources, places = (axis_tuple(axes_of("moveaxis", x, dim), ndim) for dim in (source, destination))
    if len(sources) != len(places):
        raise ValueError(f"moveaxis takes as many sources as destinations, got {source} and {destination}")
    order = [k for k in range(ndim) if k not in sources]
    for place, k in sorted(zip(places, sources, strict=True)):
        order.insert(place, k)
    return permute(x, order)


def broadcast_to(x: Any, *shape: Any) -> Any:
    """Repeat dimensions of length 1 so that x has this shape; -1 keeps the length of a dimension."""
    x = require_array("broadcast_to", x)
    wanted = lengths("broadcast_to", shape)
    own = (1,) * (len(wanted) - len(x.shape)) + tuple(x.shape)
    wanted = tuple(own[k] if n == -1 else n for k, n in enumerate(wanted))
    if len(own) != len(wanted) or any(a not in (1, b) for a, b in zip(own, wanted, strict=True)):
        raise ValueError(
            f"shape {x.shape} does not broadcast to {wanted}: counted from the right, its lengths are the same or 1"
        )
    return s.broadcast_to(x, shape=wanted)


expand = broadcast_to


def tile(x: Any, *counts: Any) -> Any:
    """Copies of x side by side, so many along each dimension; `Tensor.repeat`, as in PyTorch."""
    wanted = lengths("repeat", counts)
    if len(wanted) < len(x.shape) or builtins.min(wanted, default=0) < 0:
        raise ValueError(f"repeat of shape {x.shape} takes a count, 0 or more, for each dimension, got {wanted}")
    own = (1,) * (len(wanted) - len(x.shape)) + tuple(x.shape)
    pairs = [n for pair in zip(wanted, own, strict=True) for n in pair]
    ones = [n for length in own for n in (1, length)]
    return reshape(broadcast_to(reshape(x, ones), pairs), [a * b for a, b in zip(wanted, own, strict=True)])


def concatenate(tensors: Sequence[Any], dim: int | None = None, *, axis: int | None = None) -> Any:
    """Join tensors along a dimension that they have, by default the first."""
    parts = nonempty_list("concatenate", tensors)
    k = dim_or_axis("concatenate", dim, axis, 0)
    parts = [require_array("concatenate", p) for p in parts]
    shapes = [p.shape for p in parts]
    if any(len(a) != len(shapes[0]) or not a for a in shapes):
        raise ValueError(f"concatenate takes tensors with equally many dimensions, one or more, got shapes {shapes}")
    k = axis_of("concatenate", parts[0], k)
    for a in shapes:
        if a[:k] + a[k + 1 :] != shapes[0][:k] + shapes[0][k + 1 :]:
            raise ValueError(f"concatenate along dim={k}: shapes {shapes[0]} and {a} differ in another dimension")
    # Many parts are joined in groups: the rule sums the lengths of all inputs before its own, so the sweep through one
    # op of 10,000 inputs would take 50 million additions.
    while len(parts) > MAX_JOINED:
        parts = [s.concatenate(*parts[a : a + MAX_JOINED], axis=k) for a in range(0, len(parts), MAX_JOINED)]
    return s.concatenate(*parts, axis=k)


cat = concatenate


@implements(np.stack)
def stack(tensors: Sequence[Any], dim: int | None = None, *, axis: int | None = None) -> Any:
    """Join tensors of one shape along a new dimension, by default the first."""
    parts = nonempty_list("stack", tensors)
    k = dim_or_axis("stack", dim, axis, 0)
    parts = [require_array("stack", p) for p in parts]
    if any(p.shape != parts[0].shape for p in parts):
        raise ValueError(f"stack takes tensors of one shape, got {[p.shape for p in parts]}")
    return concatenate([unsqueeze(p, k) for p in parts], k)


def narrow(x: Any, dim: int, start: int, length: int) -> Any:
    """`length` elements along one dimension, from `start` on."""
    return s.take(x, index=(*(slice(None),) * (dim % len(x.shape)), slice(start, start + length)))


def split(
    x: Any, split_size_or_sections: int | Sequence[int], dim: int | None = None, *, axis: int | None = None
) -> list[Any]:
    """Split along `dim`, by default the first, into pieces of one size (the last may be smaller) or of these sizes."""
    x = require_array("split", x)
    k = axis_of("split", x, dim_or_axis("split", dim, axis, 0))
    n, size = x.shape[k], split_size_or_sections
    if isinstance(size, (int, np.integer)):
        if size < 1:
            raise ValueError(f"split into pieces of size {size}, expected 1 or more")
        sizes = [builtins.min(int(size), n - a) for a in range(0, n or 1, int(size))]
    else:
        sizes = list(size)
    if builtins.sum(sizes) != n or any(n < 0 for n in sizes):
        raise ValueError(
            f"split into {sizes} of shape {x.shape}: expected sizes, none negative, that add up to {n}, and they add "
            f"up to {builtins.sum(sizes)}"
        )
    starts = np.cumsum([0, *sizes[:-1]])
    return [narrow(x, k, int(a), b) for a, b in zip(starts, sizes, strict=True)]


def chunk(x: Any, chunks: int, dim: int | None = None, *, axis: int | None = None) -> list[Any]:
    """Split along `dim`, by default the first, into at most `chunks` pieces of equal size (the last may be smaller)."""
    x = require_array("chunk", x)
    k = axis_of("chunk", x, dim_or_axis("chunk", dim, axis, 0))
    n = x.shape[k]
    if chunks < 1:
        raise ValueError(f"chunk into {chunks} pieces, expected 1 or more")
    return split(x, -(-n // chunks) if n else [0] * chunks, k)


def pad(x: Any, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Any:
    """Add elements with this value around x.

    `pad` has the widths before and after x along the last dimension, then along the one before it, as in PyTorch.

    >>> pad(Tensor([1.0, 2.0]), (2, 1))
    Tensor([0., 0., 1., 2., 0.])
    """
    x = require_array("pad", x)
    widths = [int(n) for n in pad]
    if mode != "constant":
        raise ValueError(f'pad has the mode "constant" only, got {shown(mode)}')
    if len(widths) % 2 or len(widths) // 2 > len(x.shape) or builtins.min(widths, default=0) < 0:
        raise ValueError(
            f"pad of shape {x.shape} takes pairs of widths, one for each dimension from the last on, none negative, "
            f"got {tuple(pad)}"
        )
    pairs = [(0, 0)] * (len(x.shape) - len(widths) // 2) + [
        (widths[k], widths[k + 1]) for k in range(len(widths) - 2, -1, -2)
    ]
    index = tuple(slice(a, a + n) for (a, _), n in zip(pairs, x.shape, strict=True))
    shape = tuple(a + n + b for (a, b), n in zip(pairs, x.shape, strict=True))
    y = s.put(x, index=index, shape=shape)
    if not value:
        return y
    around = np.ones(shape, bool)
    around[index] = False
    return e.where(around, value, y)


@implements(np.flip)
def flip(x: Any, dims: Dim = None, *, axis: Dim = None) -> Any:
    """Reverse the order of the elements along these dimensions, by default all."""
    x = require_array("flip", x)
    axes = axis_tuple(axes_of("flip", x, dim_or_axis("flip", dims, axis)), len(x.shape))
    return s.take(x, index=tuple(slice(None, None, -1 if k in axes else 1) for k in range(len(x.shape))))


def roll(x: Any, shifts: int | tuple[int, ...], dims: Dim = None, *, axis: Dim = None) -> Any:
    """Shift elements along one or several dimensions; those that leave at the end come in at the start.

    Without dims, the elements of the flattened x are shifted.
    """
    x = require_array("roll", x)
    along = dim_or_axis("roll", dims, axis)
    if isinstance(along, (tuple, list)):
        each = shifts if isinstance(shifts, (tuple, list)) else (shifts,) * len(along)
        if len(each) != len(along):
            raise ValueError(f"roll takes one shift for each dimension, got shifts {each} and dims {along}")
        for shift, dim in zip(each, along, strict=True):
            x = _roll_along(x, shift, axis_of("roll", x, dim))
        return x
    if isinstance(shifts, (tuple, list)):
        if along is not None:
            raise TypeError(f"roll got the shifts {shifts} for dims={along}; name one dimension for each shift")
        shifts = builtins.sum(shifts)  # of the flattened x, one after the other
    if along is None:
        return reshape(_roll_along(reshape(x, -1), shifts, 0), x.shape)
    return _roll_along(x, shifts, axis_of("roll", x, along))


def _roll_along(x: Any, shift: int, k: int) -> Any:
    n = x.shape[k]
    cut = -shift % n if n else 0
    return cat([narrow(x, k, cut, n - cut), narrow(x, k, 0, cut)], k) if cut else x
