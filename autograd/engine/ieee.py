"""IEEE arithmetic: inf and nan are answers, so NumPy does not warn and Python's floats do not raise."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context, ContextVar
from typing import Any, Final

import numpy as np

PYTHON_NUMBERS: Final = frozenset((float, int, bool))
ARITHMETIC_ERRORS: Final = (ZeroDivisionError, OverflowError)  # what Python raises where IEEE has an answer
_quiet: Final[ContextVar[bool]] = ContextVar("autograd_quiet", default=False)  # NumPy's warnings are off here


class _QuietContext(threading.local):
    """A context per thread in which NumPy never warns; running in it costs a tenth of `np.errstate`."""

    def __init__(self) -> None:
        context = Context()
        context.run(np.seterr, all="ignore")
        context.run(_quiet.set, True)
        self.run: Final = context.run


_context: Final = _QuietContext()


def runner() -> Callable[..., Any]:
    """Return what calls a function on raw data without NumPy's warnings: `runner()(np.exp, x)`."""
    return operator.call if _quiet.get() else _context.run


def compute(function: Callable[..., Any], *arrays: Any, **params: Any) -> Any:
    """Call `function` on raw data without NumPy's warnings."""
    return runner()(function, *arrays, **params)


@np.errstate(all="ignore")  # as a decorator it costs a fifth of a with statement
def quietly(function: Callable[..., Any], *args: Any, **params: Any) -> Any:
    """Call `function` without NumPy's warnings in the caller's context, for functions that read the modes."""
    return function(*args, **params)


def _as_float64(arg: Any) -> Any:
    if type(arg) not in (float, int):
        return arg
    try:
        return np.float64(arg)
    except OverflowError:
        raise ValueError("got an integer too large for a 64-bit float (1.8e308); write it as a float") from None


def ieee(function: Callable[..., Any], args: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Call `function` with each float as a np.float64, whose arithmetic is IEEE's, and return plain numbers."""
    result = quietly(function, *map(_as_float64, args), **params)
    return result.item() if isinstance(result, (np.generic, np.ndarray)) and result.ndim == 0 else result
