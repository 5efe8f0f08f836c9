"""Shapes, dtypes, joining and parting: what users call, said with the ops.

No derivative stands here: each function is a few ops, and the rules of those are its rules. The names and arguments are
PyTorch's; `axis` and `keepdims` are accepted as well.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..engine.dtypes import real_dtype
from ..rules import elementwise as e, structural as s
from ..rules.structural_forward import axis_tuple
from .arguments import Dim, array_like, axes_of, axis_of, by_one_name, items, known_to_numpy, raw

GROUP: Final = 64  # of so many inputs at most is one concatenation

# shapes


def reshape(x: Any, *shape: Any) -> Any:
    """The same elements in another shape; -1 is what is left over."""
    wanted = _lengths("reshape", shape)
    size = int(np.prod(x.shape, dtype=int))
    if builtins.min(wanted, default=0) < -1:
        raise ValueError(f"reshape of shape {x.shape} to {wanted}: a length is 0 or more, or -1 for what is left over")
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


def _lengths(name: str, given: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape, given as one argument or as several; TypeError where a length is no integer."""
    lengths = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list, np.ndarray)) else given
    for n in lengths:
        if not isinstance(n, (int, np.integer)) or isinstance(n, bool):
            raise TypeError(f"{name} takes the lengths of dimensions, integers, got {type(n).__name__}: {n!r:.60}")
    return tuple(int(n) for n in lengths)


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """The dimensions from start_dim to end_dim made one."""
    ndim = len(x.shape)
    if ndim == 0:
        return reshape(x, 1)
    start, end = axis_of("flatten", x, start_dim), axis_of("flatten", x, end_dim)
    if start > end:
        raise ValueError(f"flatten from dim {start_dim} to {end_dim} of shape {x.shape}; expected the first one first")
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
    k = by_one_name("unsqueeze", dim, axis)
    if not isinstance(k, (int, np.integer)):
        raise TypeError(f"unsqueeze takes the place of a new dimension, an integer, got {type(k).__name__}: {k!r:.60}")
    if not -len(x.shape) - 1 <= k <= len(x.shape):
        raise IndexError(f"unsqueeze at dim={k} of shape {x.shape}")
    k %= len(x.shape) + 1
    return s.reshape(x, shape=(*x.shape[:k], 1, *x.shape[k:]))


def permute(x: Any, *dims: Any) -> Any:
    """The dimensions in another order."""
    axes = dims[0] if len(dims) == 1 and not isinstance(dims[0], (int, np.integer)) else dims
    order = axes_of("permute", x, tuple(axes), None)
    if len(order or ()) != len(x.shape):  # type: ignore[arg-type]
        raise ValueError(
            f"permute of shape {x.shape} takes each of its {len(x.shape)} dimensions once, got {tuple(axes)}"
        )
    return s.transpose(x, axes=order)


def transpose(x: Any, dim0: int, dim1: int) -> Any:
    """With two dimensions exchanged."""
    axes = list(range(len(x.shape)))
    first, second = axis_of("transpose", x, dim0), axis_of("transpose", x, dim1)
    axes[first], axes[second] = second, first
    return s.transpose(x, axes=tuple(axes))


@known_to_numpy(np.broadcast_to)
def broadcast_to(x: Any, *shape: Any) -> Any:
    """Repeated along dimensions of length 1 to a larger shape; -1 keeps a length."""
    wanted = _lengths("broadcast_to", shape)
    own = (1,) * (len(wanted) - len(x.shape)) + tuple(x.shape)
    wanted = tuple(own[k] if n == -1 else n for k, n in enumerate(wanted))
    if len(own) != len(wanted) or any(a not in (1, b) for a, b in zip(own, wanted, strict=True)):
        raise ValueError(f"shape {x.shape} does not broadcast to {wanted}")
    return s.broadcast_to(x, shape=wanted)


expand = broadcast_to


def to(x: Any, dtype: Any) -> Any:
    """The same numbers in another dtype; a gradient comes back in the one they had. No gradient flows to integers."""
    wanted = real_dtype(dtype)
    if raw(array_like("to", x)).dtype == wanted:
        return x
    return (s.cast if wanted.kind == "f" else s.as_integers)(x, dtype=wanted.name)


# joining and parting


def concatenate(tensors: Sequence[Any], dim: int | None = None, *, axis: int | None = None) -> Any:
    """Tensors one after another along a dimension that they have, the first unless named."""
    parts = items("concatenate", tensors)
    k = by_one_name("concatenate", dim, axis, 0)
    shapes = [array_like("concatenate", p).shape for p in parts]
    if any(len(a) != len(shapes[0]) or not a for a in shapes):
        raise ValueError(f"concatenate takes tensors of as many dimensions, one or more, got shapes {shapes}")
    k = axis_of("concatenate", parts[0], k)
    for a in shapes:
        if a[:k] + a[k + 1 :] != shapes[0][:k] + shapes[0][k + 1 :]:
            raise ValueError(f"concatenate along dim={k}: shapes {shapes[0]} and {a} differ elsewhere")
    # In groups where there are many: the rule adds up the lengths before each input, so 10,000 at once are 50 million.
    while len(parts) > GROUP:
        parts = [s.concatenate(*parts[a : a + GROUP], axis=k) for a in range(0, len(parts), GROUP)]
    return s.concatenate(*parts, axis=k)


cat = concatenate


@known_to_numpy(np.stack)
def stack(tensors: Sequence[Any], dim: int | None = None, *, axis: int | None = None) -> Any:
    """Tensors of one shape along a new dimension, which is the first unless named."""
    parts = items("stack", tensors)
    k = by_one_name("stack", dim, axis, 0)
    if any(array_like("stack", p).shape != parts[0].shape for p in parts):
        raise ValueError(f"stack takes tensors of one shape, got {[p.shape for p in parts]}")
    return concatenate([unsqueeze(p, k) for p in parts], k)


def narrow(x: Any, dim: int, start: int, length: int) -> Any:
    """A stretch of one dimension."""
    return s.take(x, index=(*(slice(None),) * (dim % len(x.shape)), slice(start, start + length)))


def split(
    x: Any, split_size_or_sections: int | Sequence[int], dim: int | None = None, *, axis: int | None = None
) -> list[Any]:
    """Pieces of one size (the last may be smaller) or of the sizes listed, along `dim`, the first unless named."""
    k = axis_of("split", x, by_one_name("split", dim, axis, 0))
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
    """About `chunks` pieces of equal size along a dimension, the first unless named."""
    k = axis_of("chunk", x, by_one_name("chunk", dim, axis, 0))
    n = x.shape[k]
    if chunks < 1:
        raise ValueError(f"chunk into {chunks} pieces, expected 1 or more")
    return split(x, -(-n // chunks) if n else [0] * chunks, k)


def pad(x: Any, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Any:
    """`value` around x: (left, right) of the last dimension, then of the one before, as in PyTorch."""
    widths = [int(n) for n in pad]
    if mode != "constant":
        raise ValueError(f'pad knows the mode "constant" only, got {mode!r}')
    if len(widths) % 2 or len(widths) // 2 > len(x.shape) or builtins.min(widths, default=0) < 0:
        raise ValueError(f"pad takes pairs of widths from the last dimension on, none negative, got {tuple(pad)}")
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


@known_to_numpy(np.flip)
def flip(x: Any, dims: Dim = None, *, axis: Dim = None) -> Any:
    """Reversed along the dimensions."""
    axes = axis_tuple(axes_of("flip", x, dims, axis), len(x.shape))
    return s.take(x, index=tuple(slice(None, None, -1 if k in axes else 1) for k in range(len(x.shape))))


def roll(x: Any, shifts: int | tuple[int, ...], dims: Dim = None, *, axis: Dim = None) -> Any:
    """Shifted along one dimension or several, what falls off coming in at the other side."""
    k = by_one_name("roll", dims, axis)
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
    k = axis_of("roll", x, k)
    n = x.shape[k]
    cut = -shifts % n if n else 0
    return cat([narrow(x, k, cut, n - cut), narrow(x, k, 0, cut)], k) if cut else x
