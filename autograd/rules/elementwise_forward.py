"""Forward functions that neither `math` nor NumPy has, each for floats and for arrays, in a form that keeps its digits.

What this file knows: how to compute sigmoid(-800) or softplus(1000) without overflow or cancellation. The derivatives
stand in `elementwise.py`; nothing here has one.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from typing import Any, Final

import numpy as np

SQRT_2: Final = math.sqrt(2.0)
SQRT_2_PI: Final = math.sqrt(2.0 * math.pi)
# Klambauer et al. 2017, "Self-Normalizing Neural Networks", to double precision.
SELU_ALPHA: Final = 1.6732632423543772
SELU_SCALE: Final = 1.0507009873554805

Array = Any  # an ndarray of any real dtype


def reciprocal(x: float) -> float:
    return 1.0 / x


def square(x: float) -> float:
    return x * x


def power(a: float, b: float) -> float:
    return math.pow(a, b)


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def clip(x: float, min: float, max: float) -> float:
    return minimum(maximum(x, min), max)


def clip_array(x: Array, min: float, max: float) -> Array:
    return np.minimum(np.maximum(x, min), max)


def where(mask: object, a: float, b: float) -> float:
    return a if mask else b


def sech(x: float) -> float:
    return 1.0 / math.cosh(x)


def sech_array(x: Array) -> Array:
    return np.reciprocal(np.cosh(x))  # half the time of 1 / …: NumPy is slow to read a number of Python's


def sigmoid(x: float) -> float:
    # exp of a negative number cannot overflow, and the small side keeps its digits: sigmoid(-40) = 4.248e-18.
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def sigmoid_array(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def softplus(x: float) -> float:
    return maximum(x, 0.0) + math.log1p(math.exp(-abs(x)))


def softplus_array(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def log_sigmoid(x: float) -> float:
    return -softplus(-x)


def log_sigmoid_array(x: Array) -> Array:
    return -softplus_array(-x)


def relu(x: float) -> float:
    return 0.0 if x <= 0 else x  # this way round, so that nan comes out as nan


def relu_array(x: Array) -> Array:
    return np.maximum(x, 0.0)


def leaky_relu(x: float, negative_slope: float) -> float:
    return x if x > 0 else x * negative_slope


def leaky_relu_array(x: Array, negative_slope: float) -> Array:
    return np.where(x > 0, x, x * negative_slope)


def elu(x: float, alpha: float) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def elu_array(x: Array, alpha: float) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def selu(x: float) -> float:
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_array(x: Array) -> Array:
    return SELU_SCALE * elu_array(x, SELU_ALPHA)


def normal_pdf(x: float) -> float:
    return math.exp(-0.5 * x * x) / SQRT_2_PI


def normal_pdf_array(x: Array) -> Array:
    return np.exp(-0.5 * x * x) / SQRT_2_PI


def normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / SQRT_2)  # (1 + erf) / 2 has no digits left at -10


def gelu(x: float) -> float:
    return x * normal_cdf(x)


def silu(x: float) -> float:
    return x * sigmoid(x)


def silu_array(x: Array) -> Array:
    return x * sigmoid_array(x)


def mish(x: float) -> float:
    return x * math.tanh(softplus(x))


def mish_array(x: Array) -> Array:
    return x * np.tanh(softplus_array(x))


def each(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """A float function on arrays, element by element: NumPy has no erf."""
    vectorized = np.frompyfunc(function, 1, 1)

    def on_array(x: Array) -> Array:
        return np.asarray(vectorized(x), dtype=np.result_type(x, np.float16))

    return on_array


def add_all(*values: float) -> float:
    # In order and without compensation (Python's own sum compensates from 3.12 on), to give a + b + c to the bit.
    return functools.reduce(operator.add, values)


def dot(*values: Any) -> Any:
    half = len(values) // 2
    return functools.reduce(operator.add, map(operator.mul, values[:half], values[half:]))


def logsumexp(*values: float) -> float:
    top = max(values)
    if any(value != value for value in values):
        return math.nan
    if math.isinf(top):
        return top
    # The largest term is exp(0): left to log1p, so that the digits of the others are kept, as in logsumexp([0, -40]).
    k = values.index(top)
    return top + math.log1p(math.fsum(math.exp(value - top) for value in (*values[:k], *values[k + 1 :])))


def logsumexp_array(*values: Array) -> Array:
    return logsumexp_over(np.stack(np.broadcast_arrays(*values)), 0, False)


def logsumexp_over(x: Array, axis: Any, keepdims: bool) -> Array:
    top, _, above = _above_the_top(x, axis)
    y = top + above
    return y if keepdims else np.squeeze(y, axis)


def log_softmax(x: Array, axis: Any) -> Array:
    _, shifted, above = _above_the_top(x, axis)
    return shifted - above


def _above_the_top(x: Array, axis: Any) -> tuple[Array, Array, Array]:
    """The largest x, all x without it, and by how much logsumexp(x) is above it."""
    x = np.asarray(x)
    x = x if x.dtype.kind in "fO" else x.astype(np.float64)
    top = np.max(x, axis, keepdims=True, initial=-math.inf)
    shifted = x - top
    if x.dtype == object:  # of Values, whose graph is to be seen: as the textbook has it
        return top, shifted, np.log(np.sum(np.exp(shifted), axis, keepdims=True))
    largest = shifted == 0
    # Each of the largest is exp(0) = 1. One of them is left to log1p: the sum with it would lose the others' digits.
    others = np.sum(np.exp(shifted) - largest, axis, keepdims=True)
    ties = np.sum(largest, axis, keepdims=True, dtype=x.dtype) - 1
    return top, shifted, np.where(np.isfinite(top), np.log1p(others + ties), 0)  # inf and -inf are their own answer


def binary_cross_entropy_with_logits(x: float, t: float) -> float:
    return (1.0 - t) * softplus(x) + t * softplus(-x)


def binary_cross_entropy_with_logits_array(x: Array, t: Array) -> Array:
    return (1 - t) * softplus_array(x) + t * softplus_array(-x)
