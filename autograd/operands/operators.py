"""The dunders and methods that every operand shares: `a + b`, `a < b`, `a.tanh()`, and NumPy's ufuncs called on one.

What this file knows is Python's and NumPy's spelling of the ops; it decides nothing and computes nothing.
"""

from __future__ import annotations

import difflib
import numbers
from typing import Any, Final, NoReturn, Self

import numpy as np

from ..engine.op import NO_PARAMS, NUMPY, OPS, Operand
from ..functions import numpy_api as numpy_api  # enters the functions of NumPy in NUMPY
from ..rules import elementwise as ops


class Arithmetic(Operand):
    """An operand that can be written in formulas."""

    __slots__ = ()

    # fmt: off
    def __add__(self, other: object) -> Self: return self._apply(ops.add, (self, other), NO_PARAMS)
    def __radd__(self, other: object) -> Self: return self._apply(ops.add, (other, self), NO_PARAMS)
    def __sub__(self, other: object) -> Self: return self._apply(ops.sub, (self, other), NO_PARAMS)
    def __rsub__(self, other: object) -> Self: return self._apply(ops.sub, (other, self), NO_PARAMS)
    def __mul__(self, other: object) -> Self: return self._apply(ops.mul, (self, other), NO_PARAMS)
    def __rmul__(self, other: object) -> Self: return self._apply(ops.mul, (other, self), NO_PARAMS)
    def __truediv__(self, other: object) -> Self: return self._apply(ops.div, (self, other), NO_PARAMS)
    def __rtruediv__(self, other: object) -> Self: return self._apply(ops.div, (other, self), NO_PARAMS)
    def __pow__(self, other: object) -> Self: return self._apply(ops.pow, (self, other), NO_PARAMS)
    def __rpow__(self, other: object) -> Self: return self._apply(ops.pow, (other, self), NO_PARAMS)
    def __neg__(self) -> Self: return self._apply(ops.neg, (self,), NO_PARAMS)
    def __pos__(self) -> Self: return self
    def __abs__(self) -> Self: return self._apply(ops.abs, (self,), NO_PARAMS)

    def __lt__(self, other: object) -> Any: return self._apply(ops.lt, (self, other), NO_PARAMS)
    def __le__(self, other: object) -> Any: return self._apply(ops.le, (self, other), NO_PARAMS)
    def __gt__(self, other: object) -> Any: return self._apply(ops.gt, (self, other), NO_PARAMS)
    def __ge__(self, other: object) -> Any: return self._apply(ops.ge, (self, other), NO_PARAMS)
    # `v == None` and `v in words` are questions with the answer no; only an order with a word has no meaning.
    def __eq__(self, other: object) -> Any: return ops.eq(self, other) if comparable(other) else NotImplemented
    def __ne__(self, other: object) -> Any: return ops.ne(self, other) if comparable(other) else NotImplemented
    __hash__ = object.__hash__

    def exp(self) -> Self: return self._apply(ops.exp, (self,), NO_PARAMS)
    def log(self) -> Self: return self._apply(ops.log, (self,), NO_PARAMS)
    def log1p(self) -> Self: return self._apply(ops.log1p, (self,), NO_PARAMS)
    def expm1(self) -> Self: return self._apply(ops.expm1, (self,), NO_PARAMS)
    def sqrt(self) -> Self: return self._apply(ops.sqrt, (self,), NO_PARAMS)
    def square(self) -> Self: return self._apply(ops.square, (self,), NO_PARAMS)
    def reciprocal(self) -> Self: return self._apply(ops.reciprocal, (self,), NO_PARAMS)
    def sin(self) -> Self: return self._apply(ops.sin, (self,), NO_PARAMS)
    def cos(self) -> Self: return self._apply(ops.cos, (self,), NO_PARAMS)
    def tan(self) -> Self: return self._apply(ops.tan, (self,), NO_PARAMS)
    def sinh(self) -> Self: return self._apply(ops.sinh, (self,), NO_PARAMS)
    def cosh(self) -> Self: return self._apply(ops.cosh, (self,), NO_PARAMS)
    def tanh(self) -> Self: return self._apply(ops.tanh, (self,), NO_PARAMS)
    def sigmoid(self) -> Self: return self._apply(ops.sigmoid, (self,), NO_PARAMS)
    def softplus(self) -> Self: return self._apply(ops.softplus, (self,), NO_PARAMS)
    def relu(self) -> Self: return self._apply(ops.relu, (self,), NO_PARAMS)
    def leaky_relu(self, negative_slope: float = 0.01) -> Self: return ops.leaky_relu(self, negative_slope)
    def gelu(self) -> Self: return self._apply(ops.gelu, (self,), NO_PARAMS)
    def silu(self) -> Self: return self._apply(ops.silu, (self,), NO_PARAMS)
    def erf(self) -> Self: return self._apply(ops.erf, (self,), NO_PARAMS)
    def abs(self) -> Self: return self._apply(ops.abs, (self,), NO_PARAMS)
    def sign(self) -> Self: return self._apply(ops.sign, (self,), NO_PARAMS)
    def pow(self, exponent: object) -> Self: return ops.pow(self, exponent)
    def maximum(self, other: object) -> Self: return self._apply(ops.maximum, (self, other), NO_PARAMS)
    def minimum(self, other: object) -> Self: return self._apply(ops.minimum, (self, other), NO_PARAMS)
    def clip(self, min: float | None = None, max: float | None = None) -> Self: return ops.clip(self, min, max)
    # fmt: on

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """`np.exp(v)` and `np.float64(2) * v` are ours: the op whose array function this ufunc is."""
        ours = NUMPY.get(ufunc)
        if ours is not None and method == "__call__" and not kwargs:
            return ours(*inputs)  # np.matmul is a ufunc, and takes vectors, which the op does not
        for op in OPS.values():
            if op.array is ufunc:
                if method != "__call__" or kwargs:
                    call = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "")
                    given = f" with {', '.join(kwargs)}=" if kwargs else ""
                    raise TypeError(f"{call}{given} is not known on a {type(self).__name__}; use {op.name}(...)")
                return op(*inputs)
        raise TypeError(
            f"np.{ufunc.__name__} has no derivative here, so it cannot take a {type(self).__name__}{_nearest(ufunc)}. "
            "For the bare numbers, without a gradient, use .data or .item()"
        )

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """`np.where(mask, v, 0.0)` and `np.clip(v, 0, 1)` are ours too; any other NumPy function is refused."""
        ours = NUMPY.get(function)
        name = getattr(function, "__name__", "?")
        if ours is not None:
            try:
                return ours(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"np.{name} of a {type(self).__name__}: {error}") from error
        raise TypeError(
            f"np.{name} cannot take a {type(self).__name__}: it would cut the graph{_nearest(function)}. For the bare "
            "numbers, without a gradient, use .data or .item()"
        )

    def __array__(self, dtype: object = None, copy: object = None) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} does not turn into an array: the graph would be cut. For the bare numbers of a "
            "Tensor use t.numpy(), of Values np.array([v.item() for v in values])"
        )

    @property
    def _mask(self) -> NoReturn:
        # A masked array on the left asks no protocol: it takes the `_data` of what it meets, and then its `_mask`.
        raise TypeError(
            f"a masked array does not mix with a {type(self).__name__}: the graph would be cut. Give .filled(...) of it"
        )

    def __float__(self) -> NoReturn:
        raise TypeError(
            f"float({type(self).__name__}) would cut the graph. Use .item() for the bare number, f'{{v:.3f}}' to "
            "format it, and autograd.exp instead of math.exp"
        )

    def __round__(self, digits: int | None = None) -> NoReturn:
        raise TypeError(f"round({type(self).__name__}) has no derivative; use round(v.item()) or f'{{v:.3f}}'")

    def __int__(self) -> NoReturn:
        raise TypeError(f"int({type(self).__name__}) would cut the graph; use int(v.item())")


# What says the same here, where the names are not alike.
INSTEAD: Final = {
    "append": "concatenate", "array_split": "split or chunk", "average": "mean", "cbrt": "pow", "column_stack": "stack",
    "copy": "t.detach()", "diagonal": "diag", "diff": "t[1:] - t[:-1]", "divmod": "div", "exp2": "2.0 ** t",
    "fabs": "abs", "float_power": "pow", "fliplr": "flip", "flipud": "flip", "hstack": "concatenate with dim=1",
    "inner": "einsum", "kron": "einsum", "log10": "log", "log2": "log", "logaddexp": "logsumexp", "median": "mean",
    "pad": "autograd.pad", "ptp": "amax and amin", "repeat": "take", "rot90": "flip and transpose",
    "tensordot": "einsum", "tile": "concatenate", "trace": "diag and sum", "vdot": "dot", "vecdot": "einsum",
    "vstack": "stack, concatenate",
}  # fmt: skip


def _nearest(function: Any) -> str:
    """What of ours says the same, or the functions we have whose names are most like it."""
    name = getattr(function, "__name__", "")
    known = [op.name for op in OPS.values() if op.kind == "elementwise"] + [theirs.__name__ for theirs in NUMPY]
    found = INSTEAD.get(name) or ", ".join(difflib.get_close_matches(name, dict.fromkeys(known), 2, 0.7))
    return f"; nearest to it: {found}" if found else ""


def comparable(other: object) -> bool:
    """Whether `==` with this means comparing data."""
    return isinstance(other, (Operand, numbers.Real, np.ndarray, np.bool_))
