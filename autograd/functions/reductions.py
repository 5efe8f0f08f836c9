"""Sums, means and extremes over dimensions: what users call, said with the ops. Lists of Values are taken too.

No derivative stands here: each function is a few ops, and the rules of those are its rules. The names and arguments are
PyTorch's; `axis` and `keepdims` are accepted as well.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..rules import elementwise as e, structural as s
from ..rules.structural_forward import axis_tuple
from .arguments import (
    Dim,
    Grid,
    Keep,
    array_like,
    axes_of,
    axis_of,
    by_one_name,
    is_list,
    items,
    keeps,
    known_to_numpy,
    one_of,
    raw,
)
from .indexing import gather
from .reshaping import squeeze


@known_to_numpy(np.sum)
def sum(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The sum over all elements or over `dim`; of a list of Values or numbers as one op, 0.0 when it is empty."""
    if isinstance(x, Grid):
        axes = None if dim is axis is None else axes_of("sum", x, dim, axis)
        return x._apply(s.total, (x,), {"axis": axes, "keepdims": keeps("sum", keepdim, keepdims)})
    if is_list(x):
        values = items("sum", x, empty=True)
        return s.list_sum(*values) if values else 0.0
    axes = axes_of("sum", array_like("sum", x), dim, axis)
    return s.total(x, axis=axes, keepdims=keeps("sum", keepdim, keepdims))


def _count(x: Any, axes: Dim) -> int:
    return int(np.prod([x.shape[k] for k in axis_tuple(axes, len(x.shape))], dtype=int))


@known_to_numpy(np.mean)
def mean(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The arithmetic mean over all elements or over `dim`, or of a list of Values or numbers."""
    if is_list(x):
        values = items("mean", x)
        return s.list_sum(*values) / len(values)
    array_like("mean", x)
    axes = axes_of("mean", x, dim, axis)
    return s.total(x, axis=axes, keepdims=keeps("mean", keepdim, keepdims)) / float(_count(x, axes))


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
    """The variance; the sum of squares is divided by n - correction, which is 1 as in PyTorch, and not NumPy's 0."""
    array_like("var", x)
    given = [less for less in (correction, unbiased, ddof) if less is not None]
    if len(given) > 1:
        raise TypeError("var got several of correction, unbiased and ddof, which mean the same; give one")
    less = given[0] if given else 1
    axes = axes_of("var", x, dim, axis)
    centred = x - s.total(x, axis=axes, keepdims=True) / float(_count(x, axes))
    # As in NumPy and PyTorch: over 0 where there are no more elements than that, not over a number below 0.
    freedom = float(builtins.max(_count(x, axes) - less, 0))
    return s.total(e.square(centred), axis=axes, keepdims=keeps("var", keepdim, keepdims)) / freedom


def safe_sqrt(x: Any) -> Any:
    """sqrt with gradient 0 at 0, where the norm and the std of constants have their kink."""
    zero = e.eq(x, 0.0)
    return e.where(zero, 0.0, e.sqrt(e.where(zero, 1.0, x)))


def std(x: Any, dim: Dim = None, correction: int | None = None, keepdim: Keep = None, **other: Any) -> Any:
    """The standard deviation, the root of `var`; its gradient is 0 where all elements are the same."""
    return safe_sqrt(var(x, dim, correction, keepdim, **other))


def norm(x: Any, p: Any = 2, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The p-norm of all elements or over `dim`: the Euclidean one at p = 2; its gradient where it is 0 is 0.

    p is a number above 0, or inf for the largest magnitude.
    """
    array_like("norm", x)
    if p == "fro":  # PyTorch's name for it
        p = 2
    if not isinstance(p, (int, float)) or not p > 0:
        raise ValueError(f"norm takes p above 0, or inf, got {p!r:.60}")
    axes, keep = axes_of("norm", x, dim, axis), keeps("norm", keepdim, keepdims)
    if p == 2:
        return safe_sqrt(s.total(e.square(x), axis=axes, keepdims=keep))
    if p == 1:
        return s.total(e.abs(x), axis=axes, keepdims=keep)
    if p == math.inf:
        return s.amax(e.abs(x), axis=axes, keepdims=keep)
    power = s.total(e.pow(e.abs(x), float(p)), axis=axes, keepdims=keep)
    zero = e.eq(power, 0.0)
    return e.where(zero, 0.0, e.pow(e.where(zero, 1.0, power), 1.0 / p))


@known_to_numpy(np.max, np.amax)
def amax(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The largest element over `dim`; where several are the largest they share the gradient evenly."""
    array_like("amax", x)
    return s.amax(x, axis=axes_of("amax", x, dim, axis), keepdims=keeps("amax", keepdim, keepdims))


@known_to_numpy(np.min, np.amin)
def amin(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The smallest element over `dim`; where several are the smallest they share the gradient evenly."""
    return -amax(-x, dim, keepdim, axis=axis, keepdims=keepdims)


def max(x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None) -> Any:
    """The largest element; with `dim` a pair (values, indices), the gradient going to the element taken."""
    return _extreme("max", x, by_one_name("max", dim, axis), keeps("max", keepdim, keepdims), amax, argmax)


def min(x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None) -> Any:
    """The smallest element; with `dim` a pair (values, indices)."""
    return _extreme("min", x, by_one_name("min", dim, axis), keeps("min", keepdim, keepdims), amin, argmin)


def _extreme(
    name: str, x: Any, dim: int | None, keepdim: bool, of_all: Callable[..., Any], place: Callable[..., Any]
) -> Any:
    array_like(name, x)
    if dim is None:
        return of_all(x)
    dim = axis_of(name, x, dim)
    places = place(x, dim)
    index = np.expand_dims(places, dim)
    values = gather(x, dim, index)
    return (values, index) if keepdim else (squeeze(values, dim), places)


def _one_or_all(name: str, x: Any, dim: int | None, axis: int | None) -> int | None:
    k = by_one_name(name, dim, axis)
    return axis_of(name, x, k) if array_like(name, x).shape and k is not None else None


@known_to_numpy(np.argmax)
def argmax(
    x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None
) -> Any:
    """Where the largest element is, as an array of indices."""
    return np.argmax(raw(x), _one_or_all("argmax", x, dim, axis), keepdims=keeps("argmax", keepdim, keepdims))


@known_to_numpy(np.argmin)
def argmin(
    x: Any, dim: int | None = None, keepdim: Keep = None, *, axis: int | None = None, keepdims: Keep = None
) -> Any:
    """Where the smallest element is, as an array of indices."""
    return np.argmin(raw(x), _one_or_all("argmin", x, dim, axis), keepdims=keeps("argmin", keepdim, keepdims))


@known_to_numpy(np.all)
def all(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """Whether every element is true, as a plain bool or an array of them."""
    return np.all(raw(x), axes_of("all", array_like("all", x), dim, axis), keepdims=keeps("all", keepdim, keepdims))


@known_to_numpy(np.any)
def any(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """Whether some element is true, as a plain bool or an array of them."""
    return np.any(raw(x), axes_of("any", array_like("any", x), dim, axis), keepdims=keeps("any", keepdim, keepdims))


def cumsum(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The running sum along one dim."""
    k = one_of("cumsum", dim, axis)
    return s.cumsum(x, axis=axis_of("cumsum", x, k)) if array_like("cumsum", x).shape else x
