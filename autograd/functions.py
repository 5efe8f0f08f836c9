"""What users call on whole tensors, said with the ops: reductions, softmax, shapes, joining and parting.

No derivative stands here: each function is a few ops, and the rules of those are its rules. The names and arguments are
PyTorch's; `axis` and `keepdims` are accepted as well. Lists of Values are taken where a list makes sense.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from . import elementwise as e, structural as s
from .op import NUMPY, Operand
from .shapes import axis_tuple

Dim = int | tuple[int, ...] | None
Ours = TypeVar("Ours", bound=Callable[..., Any])


def known_to_numpy(*functions: Any) -> Callable[[Ours], Ours]:
    """NumPy's own function, called on a Tensor, goes to the decorated one."""

    def register(ours: Ours) -> Ours:
        NUMPY.update(dict.fromkeys(functions, ours))
        return ours

    return register


def is_list(x: Any) -> bool:
    """Whether this is a list of numbers and not one operand or array."""
    return type(x) is list or (
        not isinstance(x, (Operand, np.ndarray, str, int, float, np.generic)) and isinstance(x, Iterable)
    )


def items(name: str, values: Any, empty: bool = False) -> list[Any]:
    """The list; ValueError for an empty one where it has no meaning."""
    found = list(values)
    if not found and not empty:
        raise ValueError(f"{name} of no values has no meaning; expected at least one")
    return found


def bare(x: Any) -> float:
    """The number in an operand; 0 for a formula, which has none."""
    return float(x.item() if hasattr(x, "item") else 0.0 if isinstance(x, Operand) else x)


def array_like(name: str, x: Any) -> Any:
    """x, where it has a shape; TypeError for a Value or anything else."""
    if not hasattr(x, "shape"):
        hint = "a list of Values" if isinstance(x, Operand) else "a Tensor, an array or a list"
        raise TypeError(f"{name} takes {hint}, got {type(x).__name__}")
    return x


def _axes(name: str, x: Any, dim: Dim, axis: Dim) -> Dim:
    """The dimensions to go over, checked, none of them negative; None for all."""
    if dim is None:
        dim = axis
    elif axis is not None:
        raise TypeError(f"{name} got both dim and axis, which mean the same; give one")
    if dim is None or not isinstance(x.shape, tuple):
        return dim
    ndim = len(x.shape)
    axes = (dim,) if isinstance(dim, (int, np.integer)) else tuple(dim)
    for k in axes:
        if not -ndim <= k < builtins.max(ndim, 1):
            raise IndexError(f"{name} over dim={k}, but the shape {x.shape} has {ndim} dimensions")
    axes = tuple(int(k) % builtins.max(ndim, 1) for k in axes)
    if len(set(axes)) != len(axes):
        raise ValueError(f"{name} over dim={dim} names a dimension twice")
    return axes if ndim else None


@known_to_numpy(np.sum)
def sum(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The sum over all elements or over `dim`; of a list of Values or numbers as one op, 0.0 when it is empty."""
    if is_list(x):
        values = items("sum", x, empty=True)
        return s.list_sum(*values) if values else 0.0
    array_like("sum", x)
    return s.total(x, axis=_axes("sum", x, dim, axis), keepdims=keepdim or keepdims)


def _count(x: Any, axes: Dim) -> int:
    return int(np.prod([x.shape[k] for k in axis_tuple(axes, len(x.shape))], dtype=int))


@known_to_numpy(np.mean)
def mean(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The arithmetic mean over all elements or over `dim`, or of a list of Values or numbers."""
    if is_list(x):
        values = items("mean", x)
        return s.list_sum(*values) / len(values)
    array_like("mean", x)
    axes = _axes("mean", x, dim, axis)
    return s.total(x, axis=axes, keepdims=keepdim or keepdims) / float(_count(x, axes))


def var(x: Any, dim: Dim = None, correction: int = 1, keepdim: bool = False, *, unbiased: bool | None = None,
        axis: Dim = None, keepdims: bool = False, ddof: int | None = None) -> Any:
    """The variance; the sum of squares is divided by n - correction. PyTorch's default of 1, where NumPy's is 0."""
    array_like("var", x)
    if unbiased is not None:
        correction = int(unbiased)
    if ddof is not None:
        correction = ddof
    axes = _axes("var", x, dim, axis)
    centred = x - s.total(x, axis=axes, keepdims=True) / float(_count(x, axes))
    return s.total(e.square(centred), axis=axes, keepdims=keepdim or keepdims) / float(_count(x, axes) - correction)


@known_to_numpy(np.var)
def _numpy_var(x: Any, axis: Dim = None, ddof: int = 0, keepdims: bool = False) -> Any:
    return var(x, axis, ddof, keepdims)


@known_to_numpy(np.std)
def _numpy_std(x: Any, axis: Dim = None, ddof: int = 0, keepdims: bool = False) -> Any:
    return std(x, axis, ddof, keepdims)


def safe_sqrt(x: Any) -> Any:
    """sqrt with gradient 0 at 0, where the norm and the std of constants have their kink."""
    zero = e.eq(x, 0.0)
    return e.where(zero, 0.0, e.sqrt(e.where(zero, 1.0, x)))


def std(x: Any, dim: Dim = None, correction: int = 1, keepdim: bool = False, **other: Any) -> Any:
    """The standard deviation, the root of `var`; its gradient is 0 where all elements are the same."""
    return safe_sqrt(var(x, dim, correction, keepdim, **other))


@known_to_numpy(np.linalg.norm)
def norm(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The Euclidean norm; its gradient at 0 is 0."""
    array_like("norm", x)
    axes = _axes("norm", x, dim, axis)
    return safe_sqrt(s.total(e.square(x), axis=axes, keepdims=keepdim or keepdims))


@known_to_numpy(np.max, np.amax)
def amax(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The largest element over `dim`; where several are the largest they share the gradient evenly."""
    array_like("amax", x)
    return s.amax(x, axis=_axes("amax", x, dim, axis), keepdims=keepdim or keepdims)


@known_to_numpy(np.min, np.amin)
def amin(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The smallest element over `dim`; where several are the smallest they share the gradient evenly."""
    return -amax(-x, dim, keepdim, axis=axis, keepdims=keepdims)


def max(x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The largest element; with `dim` a pair (values, indices) as in PyTorch, the gradient going to the element taken."""
    array_like("max", x)
    dim = axis if dim is None else dim
    if dim is None:
        return amax(x)
    return _picked(x, np.argmax(raw(x), dim), dim, keepdim or keepdims)


def min(x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The smallest element; with `dim` a pair (values, indices)."""
    array_like("min", x)
    dim = axis if dim is None else dim
    if dim is None:
        return amin(x)
    return _picked(x, np.argmin(raw(x), dim), dim, keepdim or keepdims)


def raw(x: Any) -> Any:
    """The array in it, without the graph."""
    while isinstance(x, Operand):
        x = x.data if hasattr(x, "data") else x.payload  # type: ignore[attr-defined]
    return np.asarray(x)


def _picked(x: Any, places: Any, dim: int, keepdim: bool) -> tuple[Any, Any]:
    index = np.expand_dims(places, dim)
    values = gather(x, dim, index)
    return (values, index) if keepdim else (squeeze(values, dim), places)


@known_to_numpy(np.argmax)
def argmax(x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None) -> Any:
    """Where the largest element is, as an array of indices."""
    return np.argmax(raw(x), axis if dim is None else dim, keepdims=keepdim)


@known_to_numpy(np.argmin)
def argmin(x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None) -> Any:
    """Where the smallest element is, as an array of indices."""
    return np.argmin(raw(x), axis if dim is None else dim, keepdims=keepdim)


@known_to_numpy(np.prod)
def prod(x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The product over all elements or one dim; halves are multiplied with halves, so zeros need no special rule."""
    array_like("prod", x)
    dim = axis if dim is None else dim
    keep = keepdim or keepdims
    shape = x.shape
    if dim is None:
        result = reshape(prod(reshape(x, -1), 0), (1,) * len(shape) if keep else ())
        return result
    (k,) = _axes("prod", x, dim, None)  # type: ignore[misc]
    while x.shape[k] > 1:
        n = x.shape[k]
        half = n // 2
        product = narrow(x, k, 0, half) * narrow(x, k, half, half)
        x = product if n % 2 == 0 else cat([product, narrow(x, k, n - 1, 1)], k)
    if x.shape[k] == 0:
        x = s.total(x, axis=(k,), keepdims=True) + 1.0  # of no numbers: 1, in the dtype and the graph of x
    return x if keep else squeeze(x, k)


@known_to_numpy(np.cumsum)
def cumsum(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The running sum along one dim."""
    (k,) = _axes("cumsum", array_like("cumsum", x), _one("cumsum", dim, axis), None)  # type: ignore[misc]
    return s.cumsum(x, axis=k)


@known_to_numpy(np.cumprod)
def cumprod(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The running product along one dim, in log2(n) multiplications; exact with zeros."""
    (k,) = _axes("cumprod", array_like("cumprod", x), _one("cumprod", dim, axis), None)  # type: ignore[misc]
    n, step = x.shape[k], 1
    while step < n:
        x = cat([narrow(x, k, 0, step), narrow(x, k, step, n - step) * narrow(x, k, 0, n - step)], k)
        step *= 2
    return x


def logsumexp(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over `dim` or a list, without overflow: logsumexp([1000.0, 1000.0]) is 1000.69."""
    if is_list(x):
        return s.list_logsumexp(*items("logsumexp", x))
    axes = _axes("logsumexp", array_like("logsumexp", x), dim, axis)
    top = _top(x, axes)
    # top is a plain array: as far as derivatives go a constant, and its own derivative would cancel out
    result = e.log(s.total(e.exp(x - top), axis=axes, keepdims=True)) + top
    return result if keepdim or keepdims else squeeze(result, axis_tuple(axes, len(x.shape)))


def _top(x: Any, axes: Dim) -> Any:
    top = np.max(raw(x), axes, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(top), top, 0).astype(top.dtype)


def log_softmax(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """log(softmax(x)), finite where softmax itself underflows."""
    if is_list(x):
        values = items("log_softmax", x)
        # Softmax does not change when all inputs move by one number; at 1e17 the digits of x - logsumexp are gone.
        top = builtins.max([bare(value) for value in values])
        shifted = [value - top for value in values] if math.isfinite(top) else values
        total = s.list_logsumexp(*shifted)
        return [value - total for value in shifted]
    axes = _axes("log_softmax", array_like("log_softmax", x), _one("log_softmax", dim, axis), None)
    shifted = x - _top(x, axes)
    return shifted - e.log(s.total(e.exp(shifted), axis=axes, keepdims=True))


def softmax(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """exp(x) / sum(exp(x)) along `dim`, or of a list; the results are positive and add up to 1."""
    if is_list(x):
        return [e.exp(value) for value in log_softmax(x)]
    axes = _axes("softmax", array_like("softmax", x), _one("softmax", dim, axis), None)
    powers = e.exp(x - _top(x, axes))
    return powers / s.total(powers, axis=axes, keepdims=True)


def _one(name: str, dim: int | None, axis: int | None) -> int:
    if (dim is None) == (axis is None):
        raise TypeError(f"{name} of a Tensor needs to know along which dimension: {name}(x, dim=-1)")
    found = axis if dim is None else dim
    assert found is not None
    return found


# products


@known_to_numpy(np.matmul)
def matmul(a: Any, b: Any) -> Any:
    """The matrix product, with vectors and batches as in NumPy."""
    for x in (a, b):
        if not array_like("matmul", x).shape:
            raise ValueError("matmul takes vectors and matrices, got a number; use * for it")
    left, right = len(a.shape) == 1, len(b.shape) == 1
    if a.shape[-1] != b.shape[0 if right else -2]:
        raise ValueError(f"matmul of shapes {a.shape} and {b.shape}: {a.shape[-1]} and {b.shape[0 if right else -2]} differ")
    y = s.matmul(unsqueeze(a, 0) if left else a, unsqueeze(b, 1) if right else b)
    if left and right:
        return reshape(y, ())
    return squeeze(y, -2) if left else squeeze(y, -1) if right else y


@known_to_numpy(np.dot)
def dot(a: Any, b: Any) -> Any:
    """The sum of the products of two vectors, or of two lists of Values as one op; ValueError when lengths differ."""
    if is_list(a) and is_list(b):
        left, right = items("dot", a, empty=True), items("dot", b, empty=True)
        if len(left) != len(right):
            raise ValueError(f"dot got lists of {len(left)} and {len(right)} values, expected equal lengths")
        return s.list_dot(*left, *right) if left else 0.0
    for x in (a, b):
        if len(array_like("dot", x).shape) != 1:
            raise ValueError(f"dot takes two vectors, got shapes {a.shape} and {b.shape}; use matmul")
    return matmul(a, b)


@known_to_numpy(np.outer)
def outer(a: Any, b: Any) -> Any:
    """Every product of an element of one vector with one of another."""
    for x in (a, b):
        if len(array_like("outer", x).shape) != 1:
            raise ValueError(f"outer takes two vectors, got shapes {a.shape} and {b.shape}")
    return unsqueeze(a, 1) * unsqueeze(b, 0)


@known_to_numpy(np.einsum)
def einsum(subscripts: str, *xs: Any) -> Any:
    """Einstein's sum: einsum("ij,jk->ik", a, b). Ellipsis and repeated letters in one input are not known."""
    text = subscripts.replace(" ", "")
    inputs, arrow, result = text.partition("->")
    if "." in text:
        raise ValueError("einsum with ... is not known; name every dimension")
    if not arrow:
        letters = inputs.replace(",", "")
        result = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    parts = inputs.split(",")
    if len(parts) != len(xs):
        raise ValueError(f"einsum {subscripts!r} names {len(parts)} inputs, got {len(xs)}")
    for part, x in zip(parts, xs, strict=True):
        if len(part) != len(x.shape):
            raise ValueError(f"einsum {subscripts!r}: {part!r} names {len(part)} dimensions, the input has shape {x.shape}")
        if len(set(part)) != len(part):
            raise ValueError(f"einsum {subscripts!r}: {part!r} repeats a letter (a diagonal); use diag first")
    return s.einsum(*xs, subscripts=f"{inputs}->{result}")


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
        raise ValueError(f"shape {x.shape} does not go into {wanted}: {size} elements and {int(np.prod(wanted, dtype=int))}")
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
    axes = axis_tuple(_axes("squeeze", x, dim, axis), len(x.shape))
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
    return s.transpose(x, axes=_axes("permute", x, tuple(axes), None))


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
            raise ValueError(f"np.split into {indices_or_sections} equal pieces, but shape {x.shape} has {n} along {axis}")
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
    pairs = [(0, 0)] * (len(x.shape) - len(widths) // 2) + [(widths[k], widths[k + 1]) for k in range(len(widths) - 2, -1, -2)]
    index = tuple(slice(a, a + n) for (a, _), n in zip(pairs, x.shape, strict=True))
    return s.put(x, index=index, shape=tuple(a + n + b for (a, b), n in zip(pairs, x.shape, strict=True)))


@known_to_numpy(np.flip)
def flip(x: Any, dims: Dim = None, *, axis: Dim = None) -> Any:
    """Reversed along the dimensions."""
    axes = axis_tuple(_axes("flip", x, dims, axis), len(x.shape))
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


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x Wᵀ + b, with W of shape (out, in)."""
    if x.shape[-1] != weight.shape[-1]:
        raise ValueError(f"linear: x has {x.shape[-1]} features, the weight of shape {weight.shape} wants {weight.shape[-1]}")
    y = matmul(x, s.mT(weight))
    return y if bias is None else y + bias

