"""Shapes, joining and parting, picking: what users call, said with the ops.

No derivative stands here: each function is a few ops, and the rules of those are its rules. The names and arguments are
PyTorch's; `axis` and `keepdims` are accepted as well.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import elementwise as e, structural as s
from .arguments import Dim, array_like, axes_of, items, known_to_numpy, raw
from .op import Operand
from .shapes import axis_tuple

# shapes


@known_to_numpy(np.reshape)
def reshape(x: Any, *shape: Any) -> Any:
    """The same elements in another shape; -1 is what is left over."""
    wanted = shape[0] if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)) else shape
    wanted = tuple(int(n) for n in wanted)
    size = int(np.prod(x.shape, dtype=int))
    if -1 in wanted:
        rest = -int(np.prod(wanted, dtype=int))
        if wanted.count(-1) > 1 or rest <= 0 or size % rest:
            raise ValueError(f"shape {x.shape} does not go into {wanted}: {size} elements")
        wanted = tuple(size // rest if n == -1 else n for n in wanted)
    if int(np.prod(wanted, dtype=int)) != size:
        raise ValueError(
            f"shape {x.shape} does not go into {wanted}: {size} elements and {int(np.prod(wanted, dtype=int))}"
        )
    return s.reshape(x, shape=wanted)


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """The dimensions from start_dim to end_dim made one."""
    ndim = len(x.shape)
    if ndim == 0:
        return reshape(x, 1)
    start, end = start_dim % ndim, end_dim % ndim
    middle = int(np.prod(x.shape[start : end + 1], dtype=int))  # not -1, which is any length where another is 0
    return reshape(x, (*x.shape[:start], middle, *x.shape[end + 1 :]))


@known_to_numpy(np.squeeze)
def squeeze(x: Any, dim: Dim = None, *, axis: Dim = None) -> Any:
    """Without the dimensions of length 1, or those of them named by `dim`."""
    axes = axis_tuple(axes_of("squeeze", x, dim, axis), len(x.shape))
    return s.reshape(x, shape=tuple(n for k, n in enumerate(x.shape) if not (k in axes and n == 1)))


@known_to_numpy(np.expand_dims)
def unsqueeze(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """With a new dimension of length 1 at `dim`."""
    k = axis if dim is None else dim
    if k is None or not -len(x.shape) - 1 <= k <= len(x.shape):
        raise IndexError(f"unsqueeze at dim={k} of shape {x.shape}")
    k %= len(x.shape) + 1
    return s.reshape(x, shape=(*x.shape[:k], 1, *x.shape[k:]))


def permute(x: Any, *dims: Any) -> Any:
    """The dimensions in another order."""
    axes = dims[0] if len(dims) == 1 and not isinstance(dims[0], (int, np.integer)) else dims
    return s.transpose(x, axes=axes_of("permute", x, tuple(axes), None))


def transpose(x: Any, dim0: int, dim1: int) -> Any:
    """With two dimensions exchanged."""
    axes = list(range(len(x.shape)))
    axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return s.transpose(x, axes=tuple(axes))


@known_to_numpy(np.transpose)
def _numpy_transpose(x: Any, axes: Any = None) -> Any:
    return permute(x, tuple(axes) if axes is not None else tuple(reversed(range(len(x.shape)))))


@known_to_numpy(np.broadcast_to)
def broadcast_to(x: Any, *shape: Any) -> Any:
    """Repeated along dimensions of length 1 to a larger shape; -1 keeps a length."""
    wanted = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)) else shape
    own = (1,) * (len(wanted) - len(x.shape)) + tuple(x.shape)
    wanted = tuple(own[k] if n == -1 else int(n) for k, n in enumerate(wanted))
    if len(own) != len(wanted) or any(a not in (1, b) for a, b in zip(own, wanted, strict=True)):
        raise ValueError(f"shape {x.shape} does not broadcast to {wanted}")
    return s.broadcast_to(x, shape=wanted)


expand = broadcast_to


# joining and parting


@known_to_numpy(np.concatenate)
def concatenate(tensors: Sequence[Any], dim: int = 0, *, axis: int | None = None) -> Any:
    """Tensors one after another along a dimension that they have."""
    parts = items("concatenate", tensors)
    k = dim if axis is None else axis
    shapes = [array_like("concatenate", p).shape for p in parts]
    if any(len(a) != len(shapes[0]) or not a for a in shapes):
        raise ValueError(f"concatenate takes tensors of as many dimensions, one or more, got shapes {shapes}")
    k %= len(shapes[0])
    for a in shapes:
        if a[:k] + a[k + 1 :] != shapes[0][:k] + shapes[0][k + 1 :]:
            raise ValueError(f"concatenate along dim={k}: shapes {shapes[0]} and {a} differ elsewhere")
    return s.concatenate(*parts, axis=k)


cat = concatenate


@known_to_numpy(np.stack)
def stack(tensors: Sequence[Any], dim: int = 0, *, axis: int | None = None) -> Any:
    """Tensors of one shape along a new dimension."""
    parts = items("stack", tensors)
    k = dim if axis is None else axis
    if any(array_like("stack", p).shape != parts[0].shape for p in parts):
        raise ValueError(f"stack takes tensors of one shape, got {[p.shape for p in parts]}")
    return concatenate([unsqueeze(p, k) for p in parts], k)


def narrow(x: Any, dim: int, start: int, length: int) -> Any:
    """A stretch of one dimension."""
    return s.take(x, index=(*(slice(None),) * (dim % len(x.shape)), slice(start, start + length)))


@known_to_numpy(np.split)
def _numpy_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """NumPy counts pieces, or names where they start; PyTorch's `split` below gives their sizes."""
    n = x.shape[axis]
    if isinstance(indices_or_sections, int):
        if n % indices_or_sections:
            raise ValueError(
                f"np.split into {indices_or_sections} equal pieces, but shape {x.shape} has {n} along {axis}"
            )
        return split(x, n // indices_or_sections, axis)
    ends = [builtins.min(int(k), n) for k in (*indices_or_sections, n)]
    return [narrow(x, axis, a, builtins.max(b - a, 0)) for a, b in zip([0, *ends], ends, strict=False)]


def split(x: Any, size: int | Sequence[int], dim: int = 0, *, axis: int | None = None) -> list[Any]:
    """Pieces of `size` along a dimension (the last may be smaller), or of the sizes listed."""
    k = dim if axis is None else axis
    n = x.shape[k]
    sizes = [builtins.min(size, n - a) for a in range(0, n or 1, size)] if isinstance(size, int) else list(size)
    if builtins.sum(sizes) != n:
        raise ValueError(f"split into {sizes}, which is {builtins.sum(sizes)} and not the {n} of shape {x.shape}")
    starts = np.cumsum([0, *sizes[:-1]])
    return [narrow(x, k, int(a), b) for a, b in zip(starts, sizes, strict=True)]


def chunk(x: Any, chunks: int, dim: int = 0) -> list[Any]:
    """About `chunks` pieces of equal size along a dimension."""
    n = x.shape[dim]
    return split(x, -(-n // chunks) if n else [0] * chunks, dim)


def pad(x: Any, widths: Sequence[int]) -> Any:
    """Zeros around: (left, right) of the last dimension, then of the one before, as in PyTorch."""
    if len(widths) % 2 or len(widths) // 2 > len(x.shape) or builtins.min(widths, default=0) < 0:
        raise ValueError(f"pad takes pairs of widths from the last dimension on, none negative, got {tuple(widths)}")
    pairs = [(0, 0)] * (len(x.shape) - len(widths) // 2) + [
        (widths[k], widths[k + 1]) for k in range(len(widths) - 2, -1, -2)
    ]
    index = tuple(slice(a, a + n) for (a, _), n in zip(pairs, x.shape, strict=True))
    return s.put(x, index=index, shape=tuple(a + n + b for (a, b), n in zip(pairs, x.shape, strict=True)))


@known_to_numpy(np.flip)
def flip(x: Any, dims: Dim = None, *, axis: Dim = None) -> Any:
    """Reversed along the dimensions."""
    axes = axis_tuple(axes_of("flip", x, dims, axis), len(x.shape))
    return s.take(x, index=tuple(slice(None, None, -1 if k in axes else 1) for k in range(len(x.shape))))


@known_to_numpy(np.roll)
def roll(x: Any, shifts: int | tuple[int, ...], dims: Dim = None, *, axis: Dim = None) -> Any:
    """Shifted along one dimension or several, what falls off coming in at the other side."""
    k = axis if dims is None else dims
    if isinstance(k, (tuple, list)):
        each = shifts if isinstance(shifts, (tuple, list)) else (shifts,) * len(k)
        if len(each) != len(k):
            raise ValueError(f"roll takes a shift for each dimension, got shifts {each} and dims {k}")
        for shift, dim in zip(each, k, strict=True):
            x = roll(x, shift, dim)
        return x
    if isinstance(shifts, (tuple, list)):
        raise TypeError(f"roll got the shifts {shifts} for dims={k}; name as many dimensions")
    if k is None:
        return reshape(roll(reshape(x, -1), shifts, 0), x.shape)
    n = x.shape[k]
    cut = -shifts % n if n else 0
    return cat([narrow(x, k, cut, n - cut), narrow(x, k, 0, cut)], k) if cut else x


@known_to_numpy(np.tril)
def tril(x: Any, diagonal: int = 0) -> Any:
    """The lower triangle, zeros above."""
    return e.where(np.tri(x.shape[-2], x.shape[-1], diagonal, dtype=bool), x, 0.0)


@known_to_numpy(np.triu)
def triu(x: Any, diagonal: int = 0) -> Any:
    """The upper triangle, zeros below."""
    return e.where(np.tri(x.shape[-2], x.shape[-1], diagonal - 1, dtype=bool), 0.0, x)


@known_to_numpy(np.diag)
def diag(x: Any, diagonal: int = 0) -> Any:
    """The diagonal of a matrix, or the matrix with a vector as its diagonal."""
    if len(x.shape) == 1:
        n = x.shape[0] + builtins.abs(diagonal)
        k = np.arange(x.shape[0])
        return s.put(x, index=(k + builtins.max(-diagonal, 0), k + builtins.max(diagonal, 0)), shape=(n, n))
    rows, columns = x.shape
    k = np.arange(builtins.max(0, builtins.min(rows + builtins.min(diagonal, 0), columns - builtins.max(diagonal, 0))))
    return s.take(x, index=(k + builtins.max(-diagonal, 0), k + builtins.max(diagonal, 0)))


# picking


def index(x: Any, key: Any) -> Any:
    """x[key], with slices, integers, integer arrays (repeats add up), boolean masks, None and Ellipsis."""
    parts = key if isinstance(key, tuple) else (key,)
    # A copy: the user may write into an index of theirs before backward reads it.
    plain = tuple(np.array(raw(p)) if isinstance(p, (Operand, list, np.ndarray)) else p for p in parts)
    for p in plain:
        if isinstance(p, np.ndarray) and p.dtype.kind not in "iub":
            raise IndexError(f"indices are integers or bools, got {p.dtype}")
    return s.take(x, index=plain)


def gather(x: Any, dim: int, places: Any) -> Any:
    """For each place the element at that index along `dim`, as in PyTorch; NumPy's take_along_axis."""
    places = raw(places)
    if places.dtype.kind not in "iu":
        raise IndexError(f"gather takes integer indices, got {places.dtype}")
    k = dim % len(x.shape)
    grid = [np.arange(n).reshape((1,) * j + (-1,) + (1,) * (len(x.shape) - j - 1)) for j, n in enumerate(places.shape)]
    grid[k] = places
    return s.take(x, index=tuple(grid))


@known_to_numpy(np.sort)
def _numpy_sort(x: Any, axis: int = -1) -> Any:
    return sort(x, axis)[0]


def sort(x: Any, dim: int = -1, descending: bool = False, *, axis: int | None = None) -> Any:
    """(values, indices) along `dim`, as in PyTorch; equal elements keep their order."""
    k = dim if axis is None else axis
    data = raw(x)
    if descending:
        # From the end and back again, and not by the sign: -x of unsigned integers wraps around, and nan stays last.
        places = data.shape[k] - 1 - np.flip(np.argsort(np.flip(data, k), axis=k, kind="stable"), k)
    else:
        places = np.argsort(data, axis=k, kind="stable")
    return gather(x, k, places), places


def one_hot(labels: Any, num_classes: int | None = None) -> Any:
    """Integer labels as rows with a single 1, an array of ints."""
    found = raw(labels)
    if found.dtype.kind not in "iu":
        raise TypeError(f"one_hot takes integer labels, got {found.dtype}")
    n = num_classes if num_classes is not None else int(found.max(initial=-1)) + 1
    if found.size and not 0 <= found.min() <= found.max() < n:
        raise ValueError(f"one_hot of labels from {found.min()} to {found.max()}, expected 0 to {n - 1}")
    return np.eye(n, dtype=np.int64)[found]


def masked_fill(x: Any, mask: Any, value: float) -> Any:
    """`value` where the mask is true, x elsewhere."""
    return e.where(raw(mask).astype(bool), value, x)
