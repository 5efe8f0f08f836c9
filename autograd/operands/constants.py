"""Plain data that meets a Tensor in an op: what is taken, in which dtype, and what to say of what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.dtypes import REAL, default, rounded
from ..engine.op import Op, Operand


def constant(op: Op, arg: Any) -> Any:
    """A number or an array of them, ready for NumPy; TypeError by name for anything else."""
    if isinstance(arg, int):
        try:
            float(arg)
        except OverflowError:
            raise ValueError(f"{op.name} of a Tensor got an integer too large for a 64-bit float (1.8e308)") from None
        return arg
    if isinstance(arg, (float, np.generic)) and not isinstance(arg, (np.character, np.complexfloating)):
        # Without its dtype: a float32 times np.sqrt(2), which is a np.float64, would be a float64.
        number = arg.item() if isinstance(arg, np.generic) else arg
        if isinstance(number, (bool, int, float)):
            return number
    if isinstance(arg, np.ma.MaskedArray):
        raise TypeError(
            f"{op.name}: a Tensor has no masked elements, got a masked array: give .filled(...) or .data of it"
        )
    if isinstance(arg, np.ndarray) and arg.dtype.kind in REAL:
        return arg
    if isinstance(arg, Operand):
        raise TypeError(
            f"{op.name} got a Tensor and a {type(arg).__name__}, which do not mix; make a Tensor of Values "
            "with stack(values)"
        )
    raise TypeError(f"{op.name} of a Tensor takes Tensors, real numbers and arrays of them, got {_kind(arg)}")


def met(op: Op, args: Sequence[Any], arrays: list[Any]) -> list[Any]:
    """The arrays that the args are or hold, in the dtype of the floats among the operands: NumPy makes a float32 times
    an int64 a float64, and an array that no dtype was given for has float64. A mask, which has no derivative, stays
    one."""
    dtypes = [a.dtype for arg, a in zip(args, arrays, strict=True) if _is_float(a) and isinstance(arg, Operand)]
    dtypes = dtypes or [a.dtype for a in arrays if _is_float(a)]
    if not dtypes or not op.rules:
        return arrays
    dtype = np.result_type(*dtypes)
    return [
        rounded(a, dtype)
        if isinstance(a, np.ndarray)
        and not (a.dtype.kind == "f" and isinstance(arg, Operand))
        and op.rule(k, len(arrays)) is not None
        else a
        for k, (arg, a) in enumerate(zip(args, arrays, strict=True))
    ]


def settled(op: Op, y: np.ndarray, arrays: list[Any]) -> np.ndarray:
    """A result in the default dtype where it is the first float: a Tensor of ints divided by one, say."""
    first = y.dtype == np.float64 and op.kind != "linear" and not any(map(_is_float, arrays))  # a cast is linear
    return rounded(y, default.dtype) if first else y


def _kind(x: Any) -> str:
    return f"an array of {x.dtype}" if isinstance(x, np.ndarray) else f"{type(x).__name__} {x!r:.60}"


def owned(who: str, y: Any, dtype: Any) -> np.ndarray:
    """What a user's own function gave, as an array that no one else has: it may be what the function was handed, which
    would then be written into with the result. In this dtype where they are no floats."""
    found = np.array(y)
    if found.dtype.kind not in REAL:
        raise TypeError(f"{who} gave {_kind(y)}, expected real numbers")
    return found if found.dtype.kind == "f" else found.astype(dtype)


def _is_float(a: Any) -> bool:
    return isinstance(a, np.ndarray) and a.dtype.kind == "f"


def misfit(op: Op, arrays: list[Any], error: ValueError) -> ValueError:
    """What NumPy says of shapes that do not fit, in our words."""
    shapes = [np.shape(a) for a in arrays]
    if op.kind != "elementwise":
        return ValueError(f"{op.name} of shapes {_listed(shapes)}: {error}")
    longest = max(map(len, shapes))
    for k in range(1, longest + 1):
        lengths = sorted({shape[-k] for shape in shapes if len(shape) >= k} - {1})
        if len(lengths) > 1:
            return ValueError(
                f"{op.name} got shapes {_listed(shapes)}, which do not broadcast: counted from the right, their "
                f"dimensions {-k} have lengths {_listed(lengths)}, expected the same or 1; see reshape and unsqueeze"
            )
    return error


def _listed(things: list[Any]) -> str:
    return " and ".join(map(str, things))
