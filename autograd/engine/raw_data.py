"""Ops on raw data that is not Python's own floats: NumPy's numbers and arrays, integers and objects among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .ieee import compute

if TYPE_CHECKING:
    from .op import Op, Params

REAL: Final = "fiub"  # NumPy's kinds of real numbers
_SCALARS: Final = (float, int, np.bool_, np.integer)  # np.float64 is a float


def on_arrays(op: Op, args: Sequence[Any], params: Params) -> Any:
    """Compute an op of which some argument is an array or a NumPy number; TypeError for anything but real numbers."""
    if not all(_is_ready(op, k, arg) for k, arg in enumerate(args)):
        for arg in args:
            _check_real(op, arg)
        if any(isinstance(arg, np.ndarray) and arg.dtype == object for arg in args):
            return np.frompyfunc(lambda *each: op(*each, **params), len(args), 1)(*args)
        if all(isinstance(arg, _SCALARS) for arg in args):
            # With the bits of a float, since NumPy's exp differs in the last place; a np.float64, so that 1 / 0 is inf.
            y = op.forward([arg.item() if isinstance(arg, np.generic) else arg for arg in args], params)
            return y if type(y) is bool else np.float64(y)
        args = _as_floats(op, args)
    return compute(op.array, *args, **params)


def _is_ready(op: Op, position: int, arg: Any) -> bool:
    """Tell whether it is a float array, a float, or a mask where one belongs: nearly all that a sweep passes on."""
    if type(arg) is not np.ndarray:
        return type(arg) is float
    kind = arg.dtype.kind
    return kind == "f" or (kind == "b" and bool(op.rules) and op.rules[0] is None and position == 0)


def _check_real(op: Op, arg: Any) -> None:
    if isinstance(arg, np.ndarray):
        if arg.dtype != object and arg.dtype.kind not in REAL:
            raise TypeError(f"{op.name} takes real numbers, got an array of {arg.dtype}")
    elif not isinstance(arg, (*_SCALARS, np.floating)):
        raise TypeError(
            f"{op.name} takes Values, real numbers or arrays of them, got {type(arg).__name__}: {arg!r:.60}"
        )


def _as_floats(op: Op, args: Sequence[Any]) -> Sequence[Any]:
    """Cast integer arrays to float: they would wrap around and have no 1/2. Masks and comparisons stay as they are."""
    if not op.rules or op.kind != "elementwise":
        return args
    floats = [arg.dtype for arg in args if isinstance(arg, np.ndarray) and arg.dtype.kind == "f"]
    if op.of_integers and not floats and not any(isinstance(arg, float) for arg in args):
        return args
    dtype = np.result_type(*floats) if floats else np.float64
    return [
        arg.astype(dtype)
        if isinstance(arg, np.ndarray) and arg.dtype.kind != "f" and op.rule(k, len(args)) is not None
        else arg
        for k, arg in enumerate(args)
    ]
