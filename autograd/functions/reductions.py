"""Sums, means, norms and extremes along dimensions. `sum` and `mean` take lists of Values too.

No derivative is written here: each function is composed of ops, and the derivatives are those of the ops. Names and
arguments are PyTorch's; NumPy's `axis` and `keepdims` are accepted as well.
"""

from __future__ import annotations

import builtins
import math
import numbers
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ..engine.op import NO_PARAMS
from ..engine.text import shown
from ..native import apply, codes
from ..rules import elementwise as e, structural as s
from ..rules.structural_forward import axis_tuple
from .arguments import (
    Dim,
    Grid,
    Keep,
    array_of,
    axes_of,
    axis_of,
    dim_or_axis,
    implements,
    is_list,
    keep_or_keeps,
    nonempty_list,
    reduction,
    require_array,
    required_dim,
)
from .casting import cast
from .indexing import gather
from .reshaping import squeeze

_SUM: Final = codes.get("sum", 0)


def sum(
    x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None, dtype: Any = None
) -> Any:
    """The sum of all elements or of those along `dim`; of a list of Values or numbers, as one op (0.0 if empty)."""
    x = x if dtype is None else cast("sum", x, dtype)
    if isinstance(x, Grid):  # the usual case, in fewer steps
        axes = None if dim is axis is None else axes_of("sum", x, dim_or_axis("sum", dim, axis))
        return x._apply(s.total, (x,), {"axis": axes, "keepdims": keep_or_keeps("sum", keepdim, keepdims)})
    if (found := apply(_SUM, NO_PARAMS, x)) is not None:
        return found
    if is_list(x):
        if type(x) is not list:
            return sum(list(x))  # because the compiled engine takes lists alone
        return s.list_sum(*x) if x else 0.0
    x, axes, keep = reduction("sum", x, dim, axis, keepdim, keepdims)
    return s.total(x, axis=axes, keepdims=keep)


def mean(
    x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None, dtype: Any = None
) -> Any:
    """The arithmetic mean of all elements or of those along `dim`, or of a list of Values or numbers."""
    x = x if dtype is None else cast("mean", x, dtype)
    if is_list(x):
        values = nonempty_list("mean", x)
        return sum(values) / len(values)
    x, axes, keep = reduction("mean", x, dim, axis, keepdim, keepdims)
    return s.total(x, axis=axes, keepdims=keep) / float(_count(x, axes))


def _count(x: Any, axes: Dim) -> int:
    """How many elements of x are reduced to one when it is reduced over these axes."""
    return math.prod([x.shape[k] for k in axis_tuple(axes, len(x.shape))])


def var(
    x: Any,
    dim: Dim = None,
    correction: int | None = None,
    keepdim: Keep = None,
    *,
    unbiased: bool | None = None,
    axis: Dim = None,
    keepdims: Keep = None,
    ddof: int | None = None,
) -> Any:
    """The variance: the sum of squared deviations from the mean, divided by n - correction.

    The correction is 1 by default as in PyTorch, not 0 as in NumPy. `ddof` is NumPy's name for it, `unbiased` an older
    one of PyTorch's.
    """
    corrections = [given for given in (correction, unbiased, ddof) if given is not None]
    if len(corrections) > 1:
        raise TypeError("var got several of correction, unbiased and ddof, which mean the same; give one")
    x, axes, keep = reduction("var", x, dim, axis, keepdim, keepdims)
    count = _count(x, axes)
    centred = x - s.total(x, axis=axes, keepdims=True) / float(count)
    # As in NumPy and PyTorch, a correction above the count divides by 0 and not by a negative number.
    correct = corrections[0] if corrections else 1
    if not isinstance(correct, numbers.Real):
        raise TypeError(f"var takes a number as its correction, got {type(correct).__name__}: {shown(correct)}")
    divisor = float(builtins.max(count - correct, 0))
    return s.total(e.square(centred), axis=axes, keepdims=keep) / divisor


def std(x: Any, dim: Dim = None, correction: int | None = None, keepdim: Keep = None, **other: Any) -> Any:
    """The standard deviation, the square root of `var`; its gradient is 0 where all elements are equal."""
    return _sqrt_flat_at_zero(var(x, dim, correction, keepdim, **other))


def _sqrt_flat_at_zero(x: Any) -> Any:
    """The square root, with gradient 0 at 0, where norm and std have a kink and the rule of sqrt gives inf."""
    zero = e.eq(x, 0.0)
    return e.where(zero, 0.0, e.sqrt(e.where(zero, 1.0, x)))


def norm(x: Any, p: Any = 2, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The p-norm of all elements or of those along `dim`, by default the Euclidean norm.

    p is a number above 0, or inf for the largest magnitude. The gradient is 0 where the norm is 0.
    """
    require_array("norm", x)
    if p == "fro":  # PyTorch's name for the Euclidean norm of a matrix
        p = 2
    if not isinstance(p, (int, float)) or not p > 0:
        raise ValueError(f"norm takes p above 0, or inf, got {shown(p)}")
    x, axes, keep = reduction("norm", x, dim, axis, keepdim, keepdims)
    if p == 2:
        return _sqrt_flat_at_zero(s.total(e.square(x), axis=axes, keepdims=keep))
    if p == 1:
        return s.total(e.abs(x), axis=axes, keepdims=keep)
    if p == math.inf:
        return s.amax(e.abs(x), axis=axes, keepdims=keep)
    power = s.total(e.pow(e.abs(x), float(p)), axis=axes, keepdims=keep)
    zero = e.eq(power, 0.0)
    return e.where(zero, 0.0, e.pow(e.where(zero, 1.0, power), 1.0 / p))


# Extremes


@implements(np.max, np.amax)
def amax(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The largest of all elements or of those along `dim`; if several are, they share the gradient evenly."""
    x, axes, keep = reduction("amax", x, dim, axis, keepdim, keepdims)
    return s.amax(x, axis=axes, keepdims=keep)


@implements(np.min, np.amin)
def amin(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The smallest of all elements or of those along `dim`; if several are, they share the gradient evenly."""
    x = require_array("amin", x)
    if isinstance(x.dtype, np.dtype) and x.dtype.kind in "iub":  # -x of unsigned integers would wrap around
        return ~amax(~x, dim, keepdim, axis=axis, keepdims=keepdims)
    return -amax(-x, dim, keepdim, axis=axis, keepdims=keepdims)


def max(x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None) -> Any:
    """The largest element; with `dim` the pair (values, indices).

    With `dim` the gradient goes to the elements at the indices only; otherwise equal elements share it, as in amax.
    """
    return _extreme("max", x, dim_or_axis("max", dim, axis), keep_or_keeps("max", keepdim, keepdims), amax, argmax)


def min(x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None) -> Any:
    """The smallest element; with `dim` the pair (values, indices). The gradient goes to the same elements as in max."""
    return _extreme("min", x, dim_or_axis("min", dim, axis), keep_or_keeps("min", keepdim, keepdims), amin, argmin)


def _extreme(
    name: str, x: Any, dim: int | None, keep: bool, of_all: Callable[..., Any], find: Callable[..., Any]
) -> Any:
    """max or min: `of_all` gives it for the whole array, `find` gives the indices of it along one dimension."""
    x = require_array(name, x)
    if dim is None:
        return of_all(x)
    k = axis_of(name, x, dim)
    indices = find(x, k)
    index = np.expand_dims(indices, k)
    values = gather(x, k, index)
    return (values, index) if keep else (squeeze(values, k), indices)


@implements(np.argmax)
def argmax(
    x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None
) -> Any:
    """The index of the largest element in the flattened x; with `dim` the array of the indices along this dimension."""
    x = require_array("argmax", x)
    k, keep = _one_or_all("argmax", x, dim, axis), keep_or_keeps("argmax", keepdim, keepdims)
    return np.argmax(array_of(x), k, keepdims=keep)


@implements(np.argmin)
def argmin(
    x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None
) -> Any:
    """The index of the smallest element in the flattened x; with `dim` the indices along this dimension."""
    x = require_array("argmin", x)
    k, keep = _one_or_all("argmin", x, dim, axis), keep_or_keeps("argmin", keepdim, keepdims)
    return np.argmin(array_of(x), k, keepdims=keep)


def _one_or_all(name: str, x: Any, dim: int | None, axis: int | None) -> int | None:
    """Return the axis that was named, or None for all of them."""
    found = dim_or_axis(name, dim, axis)
    return axis_of(name, x, found) if x.shape and found is not None else None


@implements(np.all)
def all(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """Tell whether every element is true, of the whole x or along `dim`, as a bool or an array of bools."""
    x, axes, keep = reduction("all", x, dim, axis, keepdim, keepdims)
    return np.all(array_of(x), axes, keepdims=keep)


@implements(np.any)
def any(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """Tell whether some element is true, of the whole x or along `dim`, as a bool or an array of bools."""
    x, axes, keep = reduction("any", x, dim, axis, keepdim, keepdims)
    return np.any(array_of(x), axes, keepdims=keep)


def cumsum(x: Any, dim: int | None = None, *, axis: int | None = None, dtype: Any = None) -> Any:
    """The running sum along one dimension."""
    along = required_dim("cumsum", dim, axis)
    x = require_array("cumsum", x) if dtype is None else cast("cumsum", x, dtype)
    return s.cumsum(x, axis=axis_of("cumsum", x, along)) if x.shape else x
