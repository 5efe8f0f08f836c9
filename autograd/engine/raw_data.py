"""Ops on raw data that is not Python's own floats: NumPy's numbers and arrays, integers and objects among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ndarray  # one look-up less, in the function that every rule calls

from .quiet import compute, is_quiet
from .text import shown

if TYPE_CHECKING:
    from .op import Op, Params

REAL: Final = "fiub"  # NumPy's kinds of real numbers
_SCALARS: Final = (float, int, np.bool_, np.integer)  # np.float64 is a float


def on_arrays(op: Op, args: Sequence[Any], params: Params) -> Any:
    """Compute an op of which some argument is an array or a NumPy number; TypeError for anything but real numbers."""
    for position, arg in enumerate(args):
        if type(arg) is ndarray:
            if arg.dtype.kind == "f" or is_index(op, position, len(args), arg):
                continue
        elif type(arg) is float:
            continue
        return _on_other_data(op, args, params)
    # Nearly all that a sweep hands to the rules, where NumPy is quiet already.
    return op.array(*args, **params) if is_quiet() else compute(op.array, *args, **params)


def is_index(op: Op, position: int, count: int, array: ndarray) -> bool:
    """Tell whether this input is a mask or an index, which keeps its dtype beside floats: no gradient flows to it."""
    return op.ends and array.dtype.kind in "bi" and op.rule(position, count) is None


def _on_other_data(op: Op, args: Sequence[Any], params: Params) -> Any:
    if any(isinstance(arg, (list, tuple)) for arg in args):
        args = [_as_array(arg) if isinstance(arg, (list, tuple)) else arg for arg in args]
    for arg in args:
        _check_real(op, arg)
    if any(isinstance(arg, ndarray) and arg.dtype == object for arg in args):
        return np.frompyfunc(lambda *each: op(*each, **params), len(args), 1)(*args)
    if all(isinstance(arg, _SCALARS) for arg in args):
        # By the float function, because NumPy's exp differs in the last bit; as np.float64, so that 1 / 0 is inf.
        y = op.forward([arg.item() if isinstance(arg, np.generic) else arg for arg in args], params)
        return y if type(y) is bool and not op.rules else np.float64(y)  # clip(x, max=True) may give a bool too
    return compute(op.array, *_as_floats(op, args), **params)


def _as_array(numbers: Any) -> Any:
    """Return lists of numbers as an array, as NumPy's functions do; TypeError where they hold nodes."""
    from .dtypes import real_array  # here: dtypes.py imports op.py, which imports this file

    return real_array(numbers, None)


def _check_real(op: Op, arg: Any) -> None:
    if isinstance(arg, ndarray):
        if arg.dtype != object and arg.dtype.kind not in REAL:
            raise TypeError(f"{op.name} takes real numbers, got an array of {arg.dtype}{advice(arg)}")
    elif not isinstance(arg, (*_SCALARS, np.floating)):
        raise TypeError(
            f"{op.name} takes Values, real numbers or arrays of them, got {type(arg).__name__}: {shown(arg)}"
            f"{advice(arg)}"
        )


def advice(data: Any) -> str:
    """Return how to make real numbers of this data, as the end of the sentence that refuses it."""
    if isinstance(data, (complex, np.complexfloating)) or (isinstance(data, ndarray) and data.dtype.kind == "c"):
        return "; the functions here are real: give its .real and its .imag"
    if isinstance(data, dict):
        return "; give one of its entries, as in p['w']"
    return ""


def _as_floats(op: Op, args: Sequence[Any]) -> Sequence[Any]:
    """Cast integer arrays to float: integers overflow and cannot hold 1/2. Masks and comparisons stay as they are."""
    if not op.rules or op.kind != "elementwise":
        return args
    floats = [arg.dtype for arg in args if isinstance(arg, ndarray) and arg.dtype.kind == "f"]
    if op.of_integers and not floats and not any(isinstance(arg, float) for arg in args):
        return args
    dtype = np.result_type(*floats) if floats else np.float64
    return [
        arg.astype(dtype)
        if isinstance(arg, ndarray) and arg.dtype.kind != "f" and op.rule(k, len(args)) is not None
        else arg
        for k, arg in enumerate(args)
    ]
