"""Forward functions that neither `math` nor NumPy has, each for floats and for arrays, without loss of digits.

They compute sigmoid(-800) or softplus(1000) without overflow or cancellation. The derivatives are in `elementwise.py`.
"""

from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from .special_forward import normal_cdf
from .where_forward import where_array

# Klambauer et al. 2017, "Self-Normalizing Neural Networks", to double precision.
SELU_ALPHA: Final = 1.6732632423543772
SELU_SCALE: Final = 1.0507009873554805
LOG_2: Final = math.log(2.0)

Array = Any  # an ndarray of any real dtype


def reciprocal(x: float) -> float:
    return 1.0 / x


def square(x: float) -> float:
    return x * x


def power(a: float, b: float) -> float:
    return math.pow(a, b)


def hypot(a: float, b: float) -> float:
    return builtins.abs(complex(a, b))  # this is the C library's hypot; Python's differs from it in the last bit


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def sign_array(x: Array) -> Array:
    return x if np.asarray(x).dtype == bool else np.sign(x)


def maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def clip(x: float, min: float, max: float) -> float:
    return minimum(maximum(x, min), max)


def clip_array(x: Array, min: float, max: float) -> Array:
    if np.asarray(x).dtype.kind == "f":
        return np.minimum(np.maximum(x, min), max)
    return _bounded(np.minimum, _bounded(np.maximum, x, min), max)


def _bounded(choose: Callable[..., Array], x: Array, bound: float) -> Array:
    """Apply a bound to integers. An infinite one, which is the default, would make floats of them."""
    if bound == (-math.inf if choose is np.maximum else math.inf):
        return x
    try:
        return choose(x, bound)
    except OverflowError:  # an int8 that meets 1000
        return choose(x, np.asarray(bound))


def floor(x: float) -> float:
    return math.copysign(math.floor(x), x)  # floor(-0.0) is -0.0


def ceil(x: float) -> float:
    return math.copysign(math.ceil(x), x)


def round(x: float) -> float:
    return math.copysign(builtins.round(x), x)


def exp2(x: float) -> float:
    return math.exp2(x)


def logit(x: float) -> float:
    return 2.0 * math.atanh(2.0 * x - 1.0) if 0.25 <= x <= 0.75 else math.log(x) - math.log1p(-x)


def logit_array(x: Array) -> Array:
    middle = (x >= 0.25) & (x <= 0.75)  # where 2 x - 1 is exact, and log(x) - log(1 - x) would cancel
    return np.where(middle, 2 * np.arctanh(2 * np.where(middle, x, 0.5) - 1), np.log(x) - np.log1p(-x))


def logaddexp(a: float, b: float) -> float:
    if a == b:
        return a + LOG_2  # inf - inf would be nan
    return maximum(a, b) + math.log1p(math.exp(-abs(a - b)))


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
    return where_array(x >= 0, 1 / (1 + e), e / (1 + e))


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
    dtype = np.asarray(x).dtype
    return np.maximum(x, 0.0 if dtype.kind == "f" else dtype.type(0))  # integers and bools keep their dtype


def leaky_relu(x: float, negative_slope: float) -> float:
    return x if x > 0 else x * negative_slope


def leaky_relu_array(x: Array, negative_slope: float) -> Array:
    return where_array(x > 0, x, x * negative_slope)


def elu(x: float, alpha: float) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def elu_array(x: Array, alpha: float) -> Array:
    positive = x > 0
    # Not np.minimum(x, 0), which may make 0.0 of -0.0.
    return where_array(positive, x, alpha * np.expm1(where_array(positive, 0.0, x)))


def selu(x: float) -> float:
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_array(x: Array) -> Array:
    return SELU_SCALE * elu_array(x, SELU_ALPHA)


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


def each(function: Callable[..., float]) -> Callable[..., Array]:
    """A float function on arrays, element by element: NumPy has no erf."""

    def on_array(x: Array, **params: float) -> Array:
        found = np.frompyfunc(functools.partial(function, **params), 1, 1)(x)
        return np.asarray(found, dtype=np.result_type(x, np.float16))

    return on_array


def logsumexp_over(x: Array, axis: Any, keepdims: bool) -> Array:
    top, _, above = _above_the_top(x, axis)
    y = top + above
    return y if keepdims else y.squeeze(axis)


def log_softmax(x: Array, axis: Any) -> Array:
    _, shifted, above = _above_the_top(x, axis)
    return shifted - above


def cross_entropy(x: Array, t: Array, axis: int) -> Array:
    """-log softmax(x)[t], without the logarithms of the other classes."""
    _, shifted, above = _above_the_top(x, axis)
    return above.squeeze(axis) - shifted[_places(t, axis)]


def softmax_minus_one_hot(x: Array, t: Array, axis: int) -> Array:
    """softmax(x) - one_hot(t); at t it is expm1(log p), which keeps the digits of p - 1."""
    log_p, places = log_softmax(x, axis), _places(t, axis)
    found = np.exp(log_p)
    found[places] = np.expm1(log_p[places])
    return found


def _places(t: Array, axis: int) -> tuple[Array, ...]:
    """The index of the elements of the classes t, in an array with the classes along `axis`."""
    others = list(np.ogrid[tuple(map(slice, t.shape))]) if t.ndim > 1 else [np.arange(n) for n in t.shape]
    others.insert(axis % (t.ndim + 1), t)
    return tuple(others)


def _above_the_top(x: Array, axis: Any) -> tuple[Array, Array, Array]:
    """The largest x, all x without it, and by how much logsumexp(x) is above it."""
    x = np.asarray(x)
    x = x if x.dtype.kind in "fO" else x.astype(np.float64)
    top = np.maximum.reduce(x, axis, keepdims=True, initial=-math.inf)
    shifted = x - top
    if x.dtype == object:  # of Values, whose graph is to be seen: as the textbook has it
        return top, shifted, np.log(np.sum(np.exp(shifted), axis, keepdims=True))
    # Each of the largest is exp(0) = 1. One of them is left to log1p: the sum with it would lose the others' digits.
    smaller = x < top
    others = np.add.reduce(np.exp(shifted) * smaller, axis, keepdims=True)
    if np.count_nonzero(smaller) != x.size - top.size:  # somewhere several are the largest
        others += np.add.reduce(~smaller, axis, x.dtype, keepdims=True) - 1
    return top, shifted, np.fmax(np.log1p(others), 0)  # 0 in place of nan: inf and -inf are their own answer


def binary_cross_entropy_with_logits(x: float, t: float) -> float:
    return (1.0 - t) * softplus(x) + t * softplus(-x)


def binary_cross_entropy_with_logits_array(x: Array, t: Array) -> Array:
    return (1 - t) * softplus_array(x) + t * softplus_array(-x)
