"""Ops on arrays of Values, for `zoom`: how a tensor op is computed with scalars where NumPy cannot do it on objects."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .elementwise import exp, maximum
from .lists import list_logsumexp, list_sum
from .structural_forward import axis_tuple

Array = Any  # an ndarray of Values, and of floats where no gradient is required


def _along(function: Callable[[list[Any]], Any], x: Array, axis: Any, keepdims: bool) -> Array:
    """A function of a list along the dimensions of an array."""
    axes = axis_tuple(axis, x.ndim)
    kept = [k for k in range(x.ndim) if k not in axes]
    lists = x.transpose(*kept, *axes).reshape(*[x.shape[k] for k in kept], math.prod(x.shape[k] for k in axes))
    found = np.empty(lists.shape[:-1], dtype=object)
    for place in np.ndindex(found.shape):
        found[place] = function(list(lists[place]))
    return np.expand_dims(found, axes) if keepdims else found


def _added(values: list[Any]) -> Any:
    if len(values) == 2:
        return values[0] + values[1]
    return list_sum(*values) if len(values) > 2 else values[0] if values else 0.0


def _largest(values: list[Any]) -> Any:
    numbers = [float(value) if isinstance(value, (int, float)) else value.item() for value in values]
    tied = [value for value, number in zip(values, numbers, strict=True) if number == max(numbers)]
    if len(tied) > 2:
        # A chain of maximum would give three equal ones ¼, ¼ and ½ of the gradient, and amax gives each a third.
        others = [value for value, number in zip(values, numbers, strict=True) if number != max(numbers)]
        values = [_added(tied) / len(tied), *others]
    return functools.reduce(maximum, values)


def total(x: Array, axis: Any, keepdims: bool) -> Array:
    return _along(_added, x, axis, keepdims)


def amax(x: Array, axis: Any, keepdims: bool) -> Array:
    return _along(_largest, x, axis, keepdims)


def matmul(a: Array, b: Array) -> Array:
    return _along(_added, a[..., :, :, None] * b[..., None, :, :], -2, False)


def einsum(*xs: Array, subscripts: str) -> Array:
    inputs, result = subscripts.split("->")
    letters = [*result, *sorted(set(inputs) - {*result, ","})]
    factors = []
    for part, x in zip(inputs.split(","), xs, strict=True):
        order = [part.index(letter) for letter in letters if letter in part]
        lengths = [x.shape[part.index(letter)] if letter in part else 1 for letter in letters]
        factors.append(x.transpose(order).reshape(lengths))
    product = functools.reduce(operator.mul, factors)
    return _along(_added, product, tuple(range(len(result), len(letters))), False)


def put(g: Array, index: Any, shape: tuple[int, ...]) -> Array:
    """Without the zeros that NumPy would add each element to."""
    places = np.arange(math.prod(shape)).reshape(shape)[index]
    lists: list[list[Any]] = [[] for _ in range(math.prod(shape))]
    for place, each in zip(places.ravel(), np.broadcast_to(g, places.shape).ravel(), strict=True):
        lists[place].append(each)
    found = np.empty(len(lists), dtype=object)
    for k, each in enumerate(lists):
        found[k] = _added(each)
    return found.reshape(shape)


def linear(x: Array, weight: Array, bias: Array) -> Array:
    return matmul(x, np.swapaxes(weight, -1, -2)) + bias


def logsumexp(x: Array, axis: Any, keepdims: bool) -> Array:
    return _along(lambda values: list_logsumexp(*values), x, axis, keepdims)


def log_softmax(x: Array, axis: Any) -> Array:
    return x - logsumexp(x, axis, True)


def cross_entropy(x: Array, t: Array, axis: int) -> Array:
    """log(1 + sum(exp(x_j - x_t))) over the other classes j, so that no digits cancel."""
    rows, classes = np.moveaxis(x, axis, -1), t.ravel()
    found = np.empty(t.shape, dtype=object)
    for k, row in enumerate(rows.reshape(-1, rows.shape[-1])):
        right = int(classes[k])
        others = [each - row[right] for j, each in enumerate(row) if j != right]
        found.flat[k] = list_logsumexp(0.0, *others) if others else row[right] * 0.0
    return found


def softmax_minus_one_hot(x: Array, t: Array, axis: int) -> Array:
    p = np.frompyfunc(exp, 1, 1)(log_softmax(x, axis))
    one_hot = np.moveaxis(np.eye(x.shape[axis])[t.astype(int)], -1, axis)
    return np.asarray(p - one_hot, dtype=object)


def same(x: Array, dtype: Any) -> Array:
    """A Value has one precision."""
    return x


def stacked(*xs: Any) -> Array:
    found = np.empty(len(xs), dtype=object)
    for k, x in enumerate(xs):
        found[k] = x[()] if isinstance(x, np.ndarray) else x
    return found
