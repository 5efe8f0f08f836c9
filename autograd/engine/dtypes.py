"""The data that nodes hold: real numbers, arrays of them, and the default dtype of Python floats."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from .op import Operand
from .raw_data import REAL, advice
from .text import shown

# PyTorch's names of the dtypes, for `tensor(labels, dtype=autograd.long)`.
float16: Final = np.float16
float32: Final = np.float32
float64: Final = np.float64
int32: Final = np.int32
int64: Final = np.int64
long: Final = np.int64
MAX_DEPTH: Final = 64  # the dimensions of NumPy's arrays


class default:
    """The dtype of floats that come without one; `set_default_dtype` sets it."""

    dtype: Any = np.dtype(np.float64)


def set_default_dtype(dtype: Any) -> None:
    """The dtype that Python floats and lists of them get: float64 at first. TypeError for what is not a float dtype."""
    default.dtype = float_dtype(dtype)


def real_array(data: Any, dtype: Any) -> np.ndarray:
    """A copy of the data as an array of real numbers; TypeError by name for anything else."""
    if isinstance(data, Operand):
        raise TypeError(
            f"a Tensor holds numbers, got a {type(data).__name__}: use stack(values) to make a Tensor of them, "
            ".detach() or .item() for the numbers without the graph"
        )
    if isinstance(data, (list, tuple)) and any(isinstance(x, Operand) for x in elements(data)):
        raise TypeError("a Tensor holds numbers, got a list of nodes, which would be cut off: use stack(values)")
    if isinstance(data, np.ma.MaskedArray):
        raise TypeError("a Tensor has no masked elements, got a masked array: give .filled(...) or .data of it")
    try:
        found = np.array(data)
    except ValueError:
        raise ValueError("the lists have different lengths: expected a full grid of numbers") from None
    if found.dtype.kind == "O" and not isinstance(data, np.ndarray) and {type(x) for x in found.flat} == {int}:
        fits = all(abs(x) < 2**1023 for x in found.flat)
        fix = "write it as a float" if fits else "no float is as large either (1.8e308); take its logarithm"
        raise TypeError(f"a Tensor holds numbers of at most 64 bits, got a larger integer; {fix}")
    if found.dtype.kind not in REAL:
        what = {"U": "text", "S": "bytes", "c": "complex numbers", "O": "objects"}.get(
            found.dtype.kind, str(found.dtype)
        )
        raise TypeError(f"a Tensor holds real numbers, got {what} ({found.dtype}){advice(data) or advice(found)}")
    if found.dtype.itemsize > 8:
        raise TypeError(f"a Tensor holds numbers of at most 64 bits, got {found.dtype}; give dtype=float")
    if not found.dtype.isnative:
        found = found.astype(found.dtype.newbyteorder("="))
    if dtype is None:
        own = isinstance(data, (np.ndarray, np.generic))
        return found if own or found.dtype.kind != "f" else rounded(found, default.dtype)
    return rounded(found, real_dtype(dtype))


def rounded(x: np.ndarray, dtype: Any) -> np.ndarray:
    """Return x cast to dtype. Overflow gives inf without a warning; NumPy still warns when nan becomes an integer."""
    if x.dtype == dtype:
        return x
    with np.errstate(over="ignore", under="ignore"):
        return x.astype(dtype)


def elements(data: Any) -> Iterator[Any]:
    """Yield what is in nested lists; ValueError for lists nested deeper than an array has dimensions."""
    level = [data]
    for _ in range(MAX_DEPTH):
        inner = []
        for each in level:
            for x in each:
                if isinstance(x, (list, tuple)):
                    inner.append(x)
                else:
                    yield x
        if not inner:
            return
        level = inner
    raise ValueError(f"lists are nested more than {MAX_DEPTH} deep, and an array has at most as many dimensions")


def real_dtype(dtype: Any) -> Any:
    """NumPy's dtype of this name; TypeError for what is not real or longer than 64 bits."""
    return _dtype_of(dtype, REAL, "float16, float32, float64, an integer type or bool")


def float_dtype(dtype: Any) -> Any:
    """NumPy's float dtype of this name; TypeError for another."""
    return _dtype_of(dtype, "f", "float16, float32 or float64")


def _dtype_of(dtype: Any, kinds: str, expected: str) -> Any:
    try:
        found = np.dtype(dtype)
    except Exception:  # of any class: NumPy parses text such as "f4,i4", and walks through nested lists
        found = None
    if found is None or found.kind not in kinds or found.itemsize > 8:
        got = shown(dtype) if found is None else found
        raise TypeError(f"dtype {got} is not known here; use {expected}")
    return found


def number(data: object, what: str) -> float:
    """`data` as a float, where it is one real number; `what` begins the sentence that refuses all else."""
    if isinstance(data, float):  # of a subclass the number that it is, not what its __float__ makes of that
        return float.__float__(data)
    if isinstance(data, (numbers.Real, np.bool_)) or (
        isinstance(data, np.ndarray) and data.ndim == 0 and data.dtype.kind in "fiub"
    ):
        try:
            return float(data)
        except OverflowError:
            raise ValueError(f"{what} a 64-bit float, got an integer too large for one (1.8e308)") from None
        except TypeError:
            pass  # np.timedelta64 counts as an integer in NumPy's eyes
    raise TypeError(f"{what} one real number, got {_name(data)}{_advice(data)}")


def _name(data: object) -> str:
    if data is None:
        return "None"
    if isinstance(data, np.ndarray):
        return f"an array of {data.dtype} with shape {data.shape}"
    return f"{type(data).__name__} {shown(data)}"


def _advice(data: object) -> str:
    if isinstance(data, Operand):
        return ", which is a node already; for a new leaf with the same number use v.item()"
    if isinstance(data, str):
        return "; convert it first, with float(...)"
    if found := advice(data):
        return found
    if isinstance(data, (list, tuple)) or (isinstance(data, np.ndarray) and data.ndim):
        return "; make one Value per element, [Value(x) for x in ...]"
    return ""
