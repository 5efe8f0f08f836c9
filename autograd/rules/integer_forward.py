"""Forward functions that integers have and floats have too, or have not: remainders, and operators on bits."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .elementwise_forward import floor

Array = Any  # an ndarray of any real dtype


def remainder(a: float, b: float) -> float:
    """Return a % b, which has the sign of b; for floats computed as Python computes it, and exact."""
    if isinstance(a, int) and isinstance(b, int):
        return a % b  # of integers that no float holds, too
    rest = math.fmod(a, b)
    if rest == 0.0:
        return math.copysign(0.0, b)
    return rest + b if (b < 0.0) != (rest < 0.0) else rest


def remainder_array(a: Array, b: Array) -> Array:
    return _divided("%", np.remainder, a, b)


def floor_divide(a: float, b: float) -> float:
    """Return a // b; for floats computed as Python computes it.

    It is computed from the exact remainder, because a / b is rounded and may have reached the next integer.
    """
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    if b == 0.0:
        return a / b  # this raises, and the array function has the inf or nan of IEEE 754
    rest = math.fmod(a, b)
    quotient = (a - rest) / b
    if rest != 0.0 and (b < 0.0) != (rest < 0.0):
        quotient -= 1.0
    if quotient == 0.0:
        return math.copysign(0.0, a / b)
    whole = floor(quotient)
    return whole + 1.0 if quotient - whole > 0.5 else whole


def floor_divide_array(a: Array, b: Array) -> Array:
    return _divided("//", np.floor_divide, a, b)


def _divided(sign: str, divide: Callable[..., Array], a: Array, b: Array) -> Array:
    kind = np.result_type(a, b).kind
    if kind in "iub" and np.any(np.equal(b, 0)):
        raise ZeroDivisionError(f"{sign} of integers got the divisor 0; make floats of them, whose {sign} 0 is IEEE's")
    if kind == "b":
        a, b = np.asarray(a, np.int64), np.asarray(b, np.int64)
    return divide(a, b)


def round_array(x: Array) -> Array:
    return x if np.asarray(x).dtype.kind in "iub" else np.rint(x)  # np.rint makes floats of integers


def bitwise(sign: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of masks and integers; TypeError in words for floats."""
    compare = "~(x > 0)" if sign == "~" else f"(x > 0) {sign} (y > 0)"

    def checked(*xs: Any) -> Any:
        for x in xs:
            dtype = np.asarray(x).dtype
            if dtype.kind not in "iub":
                raise TypeError(f"{sign} takes masks or integers, got {dtype}; compare first, as in {compare}")
        return function(*xs)

    return checked


def invert(x: Any) -> Any:
    return (not x) if isinstance(x, bool) else operator.invert(x)
