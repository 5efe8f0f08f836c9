"""IEEE arithmetic on Python's floats: inf and nan are answers where Python raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from .quiet import quietly

PYTHON_NUMBERS: Final = frozenset((float, int, bool))
ARITHMETIC_ERRORS: Final = (ZeroDivisionError, OverflowError)  # what Python raises where IEEE has an answer


def ieee(function: Callable[..., Any], args: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Call `function` with each float as a np.float64, whose arithmetic is IEEE's, and return plain numbers."""
    result = quietly(function, *map(_as_float64, args), **params)
    return result.item() if isinstance(result, (np.generic, np.ndarray)) and result.ndim == 0 else result


def _as_float64(arg: Any) -> Any:
    if type(arg) not in (float, int):
        return arg
    try:
        return np.float64(arg)
    except OverflowError:
        raise ValueError("got an integer too large for a 64-bit float (1.8e308); write it as a float") from None
