"""IEEE arithmetic: inf and nan are answers, so NumPy is kept from warning, and Python's floats from raising."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Mapping
from contextvars import Context, ContextVar
from typing import Any, Final

import numpy as np

# Whether NumPy's warnings are off already: in a backward pass, and in an array function that calls ops itself.
quiet: Final[ContextVar[bool]] = ContextVar("autograd_quiet", default=False)


class _Quiet(threading.local):
    """For each thread a context in which NumPy never warns: to run in it takes a tenth of the time of np.errstate."""

    def __init__(self) -> None:
        context = Context()
        context.run(np.seterr, all="ignore")
        context.run(quiet.set, True)
        self.run: Final = context.run


_quiet: Final = _Quiet()


def runner() -> Callable[..., Any]:
    """What runs a function of raw data without NumPy's warnings: `runner()(np.exp, x)`."""
    return operator.call if quiet.get() else _quiet.run


def compute(function: Callable[..., Any], *arrays: Any, **params: Any) -> Any:
    """`function` of raw data, without NumPy's warnings: inf and nan are answers."""
    return runner()(function, *arrays, **params)


@np.errstate(all="ignore")  # as a decorator it costs a fifth of what it costs in a with statement
def quietly(function: Callable[..., Any], *args: Any, **params: Any) -> Any:
    """The same for what needs the context it is called in, such as the modes."""
    return function(*args, **params)


def ieee(function: Callable[..., Any], args: tuple[Any, ...], params: Mapping[str, Any] | None = None) -> Any:
    """`function` with every float among its args as a np.float64, whose arithmetic is IEEE's; plain numbers out."""
    result = quietly(function, *(np.float64(a) if type(a) in (float, int) else a for a in args), **(params or {}))
    return result.item() if isinstance(result, (np.generic, np.ndarray)) and result.ndim == 0 else result
