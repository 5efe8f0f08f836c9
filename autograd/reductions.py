"""Sums, means, extremes, softmax and products: what users call, said with the ops. Lists of Values are taken too.

No derivative stands here: each function is a few ops, and the rules of those are its rules. The names and arguments are
PyTorch's; `axis` and `keepdims` are accepted as well.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from . import elementwise as e, structural as s
from .arguments import Dim, array_like, axes_of, bare, is_list, items, known_to_numpy, raw
from .shapes import axis_tuple
from .shaping import cat, gather, narrow, reshape, squeeze, unsqueeze


@known_to_numpy(np.sum)
def sum(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The sum over all elements or over `dim`; of a list of Values or numbers as one op, 0.0 when it is empty."""
    if is_list(x):
        values = items("sum", x, empty=True)
        return s.list_sum(*values) if values else 0.0
    array_like("sum", x)
    return s.total(x, axis=axes_of("sum", x, dim, axis), keepdims=keepdim or keepdims)


def _count(x: Any, axes: Dim) -> int:
    return int(np.prod([x.shape[k] for k in axis_tuple(axes, len(x.shape))], dtype=int))


@known_to_numpy(np.mean)
def mean(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The arithmetic mean over all elements or over `dim`, or of a list of Values or numbers."""
    if is_list(x):
        values = items("mean", x)
        return s.list_sum(*values) / len(values)
    array_like("mean", x)
    axes = axes_of("mean", x, dim, axis)
    return s.total(x, axis=axes, keepdims=keepdim or keepdims) / float(_count(x, axes))


def var(
    x: Any,
    dim: Dim = None,
    correction: int = 1,
    keepdim: bool = False,
    *,
    unbiased: bool | None = None,
    axis: Dim = None,
    keepdims: bool = False,
    ddof: int | None = None,
) -> Any:
    """The variance; the sum of squares is divided by n - correction. PyTorch's default of 1, where NumPy's is 0."""
    array_like("var", x)
    if unbiased is not None:
        correction = int(unbiased)
    if ddof is not None:
        correction = ddof
    axes = axes_of("var", x, dim, axis)
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
    axes = axes_of("norm", x, dim, axis)
    return safe_sqrt(s.total(e.square(x), axis=axes, keepdims=keepdim or keepdims))


@known_to_numpy(np.max, np.amax)
def amax(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The largest element over `dim`; where several are the largest they share the gradient evenly."""
    array_like("amax", x)
    return s.amax(x, axis=axes_of("amax", x, dim, axis), keepdims=keepdim or keepdims)


@known_to_numpy(np.min, np.amin)
def amin(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """The smallest element over `dim`; where several are the smallest they share the gradient evenly."""
    return -amax(-x, dim, keepdim, axis=axis, keepdims=keepdims)


def max(
    x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool = False
) -> Any:
    """The largest element; with `dim` a pair (values, indices), the gradient going to the element taken."""
    array_like("max", x)
    dim = axis if dim is None else dim
    if dim is None:
        return amax(x)
    return _picked(x, np.argmax(raw(x), dim), dim, keepdim or keepdims)


def min(
    x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool = False
) -> Any:
    """The smallest element; with `dim` a pair (values, indices)."""
    array_like("min", x)
    dim = axis if dim is None else dim
    if dim is None:
        return amin(x)
    return _picked(x, np.argmin(raw(x), dim), dim, keepdim or keepdims)


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
def prod(
    x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool = False
) -> Any:
    """The product over all elements or one dim; halves are multiplied with halves, so zeros need no special rule."""
    array_like("prod", x)
    dim = axis if dim is None else dim
    keep = keepdim or keepdims
    shape = x.shape
    if dim is None:
        result = reshape(prod(reshape(x, -1), 0), (1,) * len(shape) if keep else ())
        return result
    (k,) = axes_of("prod", x, dim, None)  # type: ignore[misc]
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
    (k,) = axes_of("cumsum", array_like("cumsum", x), _one("cumsum", dim, axis), None)  # type: ignore[misc]
    return s.cumsum(x, axis=k)


@known_to_numpy(np.cumprod)
def cumprod(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The running product along one dim, in log2(n) multiplications; exact with zeros."""
    (k,) = axes_of("cumprod", array_like("cumprod", x), _one("cumprod", dim, axis), None)  # type: ignore[misc]
    n, step = x.shape[k], 1
    while step < n:
        x = cat([narrow(x, k, 0, step), narrow(x, k, step, n - step) * narrow(x, k, 0, n - step)], k)
        step *= 2
    return x


def logsumexp(x: Any, dim: Dim = None, keepdim: bool = False, *, axis: Dim = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over `dim` or a list, without overflow: logsumexp([1000.0, 1000.0]) is 1000.69."""
    if is_list(x):
        return s.list_logsumexp(*items("logsumexp", x))
    axes = axes_of("logsumexp", array_like("logsumexp", x), dim, axis)
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
    axes = axes_of("log_softmax", array_like("log_softmax", x), _one("log_softmax", dim, axis), None)
    shifted = x - _top(x, axes)
    return shifted - e.log(s.total(e.exp(shifted), axis=axes, keepdims=True))


def softmax(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """exp(x) / sum(exp(x)) along `dim`, or of a list; the results are positive and add up to 1."""
    if is_list(x):
        return [e.exp(value) for value in log_softmax(x)]
    axes = axes_of("softmax", array_like("softmax", x), _one("softmax", dim, axis), None)
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
        raise ValueError(
            f"matmul of shapes {a.shape} and {b.shape}: {a.shape[-1]} and {b.shape[0 if right else -2]} differ"
        )
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
            raise ValueError(
                f"einsum {subscripts!r}: {part!r} names {len(part)} dimensions, the input has shape {x.shape}"
            )
        if len(set(part)) != len(part):
            raise ValueError(f"einsum {subscripts!r}: {part!r} repeats a letter (a diagonal); use diag first")
    return s.einsum(*xs, subscripts=f"{inputs}->{result}")


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x Wᵀ + b, with W of shape (out, in)."""
    if x.shape[-1] != weight.shape[-1]:
        raise ValueError(
            f"linear: x has {x.shape[-1]} features, the weight of shape {weight.shape} wants {weight.shape[-1]}"
        )
    y = matmul(x, s.mT(weight))
    return y if bias is None else y + bias
