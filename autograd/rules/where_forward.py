"""The forward functions of `where`: on floats, and on arrays by the bits of their elements.

np.where branches at each element. The processor guesses where a branch goes, and a wrong guess takes 5 to 10 ns. With a
mask that has no pattern, such as that of relu, np.where therefore takes ten times as long as the arithmetic around it.
Bits need no branch: (a & mask) | (b & ~mask), where an element of the mask has all bits or none.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy import ndarray

Array = Any  # an ndarray, or a NumPy number

_INTEGERS: Final = {"e": np.int16, "f": np.int32, "d": np.int64}  # those of the size of a float, by its character
_FEW: Final = 4096  # elements, for which the calls of NumPy take longer than the branches


def where(mask: object, a: float, b: float) -> float:
    return a if mask else b


def where_array(mask: Array, a: Array, b: Array) -> Array:
    """Return np.where(mask, a, b), to the bit."""
    dtype = _common_float(mask, a, b)
    if dtype is None:
        return np.where(mask, a, b)
    integers = _INTEGERS[dtype.char]
    all_bits = np.logical_not(mask).view(np.int8)  # 0 or 1, where True in a mask from .view(bool) may be any other byte
    if _is_zero(a):
        np.negative(all_bits, all_bits)
    else:
        np.subtract(all_bits, 1, all_bits)
    bits = all_bits.astype(integers)  # an element has all bits, as -1 has, or none
    if _is_zero(b):
        bits &= a.view(integers)
    elif _is_zero(a):
        bits &= b.view(integers)
    else:
        last = np.asarray(b, dtype).view(integers)
        bits &= np.asarray(a, dtype).view(integers) ^ last
        bits ^= last
    return bits.view(dtype)


def _common_float(mask: Array, a: Array, b: Array) -> Any:
    """Return the dtype of the floats to choose from; None where that is for np.where."""
    if type(mask) is not ndarray or mask.dtype.char != "?" or mask.size < _FEW:
        return None
    arrays = [x for x in (a, b) if type(x) is not float]  # a float takes the dtype of the other one
    if not arrays or any(type(x) is not ndarray or x.shape != mask.shape for x in arrays):
        return None
    dtype = arrays[0].dtype
    fits = dtype.char in _INTEGERS and dtype.isnative and dtype == arrays[-1].dtype
    return dtype if fits else None


def _is_zero(x: Array) -> bool:
    return type(x) is float and x == 0.0 and math.copysign(1.0, x) > 0.0  # the bits of -0.0 are not all zeros
