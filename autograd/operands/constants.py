"""Conversion of plain data that meets a Tensor in an op, or its refusal in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..engine.dtypes import default, real_array, rounded
from ..engine.forms import Kind
from ..engine.op import Op, Operand
from ..engine.quiet import compute
from ..engine.raw_data import REAL, advice
from ..engine.text import shown
from ..rules import elementwise as ops

OF_INTEGERS: Final = (ops.add, ops.sub, ops.mul, ops.neg, ops.pow, ops.square)  # of integers, integers that may wrap


def as_operands(op: Op, args: Sequence[Any], data: Sequence[Any]) -> list[Any]:
    """Return the data of an op's args as arrays, in the dtype that NumPy shall compute in.

    A Python number takes the dtype of the Tensors: a float32 times 0.1 is a float32. So does an array, unless
    it is an input without a derivative (a mask, an index): NumPy would make float64 of a float32 times an int64.
    """
    dtypes = {x.dtype for x in data if isinstance(x, np.ndarray)}
    if len(dtypes) == 1 and (dtype := dtypes.pop()).kind == "f":  # nearly always
        return [x if isinstance(x, np.ndarray) else _as_array(x, dtype) for x in data]
    arrays = common_dtype(op, args, data)
    if (op is ops.neg or op is ops.sub) and all(_is_mask(a) for a in arrays):
        raise TypeError(
            "- of masks is not defined, as in NumPy and PyTorch: ~ inverts a mask, ^ tells where two of them differ, "
            "and .long() makes numbers of one"
        )
    if op.rules and not any(map(_is_float, arrays)) and (any(type(a) is float for a in arrays) or _gives_floats(op)):
        # In the default dtype, as in PyTorch; NumPy would make float16 of an int8, and 0 of the reciprocal of 2.
        arrays = [
            a if not isinstance(a, np.ndarray) or op.rule(k, len(arrays)) is None else rounded(a, default.dtype)
            for k, a in enumerate(arrays)
        ]
    known = [a.dtype for a in arrays if isinstance(a, np.ndarray)]
    return [a if isinstance(a, np.ndarray) else _as_array(a, _dtype_beside(a, known)) for a in arrays]


def _gives_floats(op: Op) -> bool:
    """Tell whether the op makes floats of integers: an elementwise one that is neither +, - nor * and its like."""
    return op.kind is Kind.ELEMENTWISE and not op.of_integers and op not in OF_INTEGERS


def _dtype_beside(number: bool | int | float, known: list[Any]) -> Any:
    """Return the dtype that NumPy gives a Python number beside arrays of these dtypes."""
    floats = [dtype for dtype in known if dtype.kind == "f"]
    return default.dtype if isinstance(number, float) and not floats else np.result_type(*(floats or known), number)


def _as_array(number: bool | int | float, dtype: Any) -> np.ndarray:
    """Return a Python number as an array of no dimension and this dtype, or of its own where it does not fit."""
    try:
        return compute(np.asarray, number, dtype)  # type: ignore[no-any-return]
    except OverflowError:  # an int8 that meets 1000
        return np.asarray(number)


def checked(op: Op, arg: Any) -> Any:
    """Return a number or an array of them, ready for NumPy; TypeError by name for anything else."""
    if type(arg) is float:
        return arg
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
    if isinstance(arg, (list, tuple)):
        return real_array(arg, None)
    raise TypeError(
        f"{op.name} on arrays takes nodes, real numbers and arrays of them, got {_described(arg)}{advice(arg)}"
    )


def common_dtype(op: Op, args: Sequence[Any], arrays: Sequence[Any]) -> list[Any]:
    """Cast the args to one float dtype: that of the Tensors among them, else that of the arrays."""
    dtypes = [a.dtype for arg, a in zip(args, arrays, strict=True) if _is_float(a) and isinstance(arg, Operand)]
    dtypes = dtypes or [a.dtype for a in arrays if _is_float(a)]
    if not dtypes or not op.rules:
        return list(arrays)
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
    """Round a result to the default dtype where it is the first float: a Tensor of ints divided by an int, say."""
    first = y.dtype == np.float64 and op.kind is not Kind.LINEAR and not any(map(_is_float, arrays))  # a cast is linear
    return rounded(y, default.dtype) if first else y


def owned(who: str, y: Any, dtype: Any) -> np.ndarray:
    """Return the result of a user's own function as an array that no one else holds, in floats (else of `dtype`)."""
    found = np.array(y)
    if found.dtype.kind not in REAL:
        raise TypeError(f"{who} gave {_described(y)}, expected real numbers")
    return found if found.dtype.kind == "f" else found.astype(dtype)


def misfit(op: Op, arrays: list[Any], error: ValueError) -> ValueError:
    """Return NumPy's error about shapes that do not fit in our words."""
    if isinstance(error, np.linalg.LinAlgError):
        return error  # of the numbers in a matrix, in our words already
    shapes = [np.shape(a) for a in arrays]
    if op.kind is not Kind.ELEMENTWISE:
        return ValueError(f"{op.name} of shapes {_listed(shapes)}: {error}")
    longest = max(map(len, shapes))
    for k in range(1, longest + 1):
        lengths = sorted({shape[-k] for shape in shapes if len(shape) >= k} - {1})
        if len(lengths) > 1:
            return ValueError(
                f"{op.name} got shapes {_listed(shapes)}, which do not broadcast: counted from the right, their "
                f"dimensions {-k} have lengths {_listed(lengths)}, expected the same or 1; see reshape and unsqueeze"
            )
    return ValueError(f"{op.name} of shapes {_listed(shapes)}: {error}")


def _is_float(a: Any) -> bool:
    return isinstance(a, np.ndarray) and a.dtype.kind == "f"


def _is_mask(a: Any) -> bool:
    return isinstance(a, np.ndarray) and a.dtype.kind == "b"


def _described(x: Any) -> str:
    return f"an array of {x.dtype}" if isinstance(x, np.ndarray) else f"{type(x).__name__} {shown(x)}"


def _listed(things: list[Any]) -> str:
    return " and ".join(map(str, things))
