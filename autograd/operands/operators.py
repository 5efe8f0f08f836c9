"""Python's operators on every operand: `a + b`, `a < b`. Each applies one op."""

from __future__ import annotations

import numbers
from typing import Any, NoReturn, Self

import numpy as np

from ..engine.op import NO_PARAMS, Operand
from ..rules import elementwise as ops, integers
from .named_methods import NamedMethods


class Operators(NamedMethods):
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
    def __pow__(self, other: object, modulus: object = None) -> Self:
        return self._apply(ops.pow, (self, other), NO_PARAMS) if modulus is None else _refuse_modulus()

    def __rpow__(self, other: object) -> Self: return self._apply(ops.pow, (other, self), NO_PARAMS)
    def __mod__(self, other: object) -> Self: return self._apply(integers.remainder, (self, other), NO_PARAMS)
    def __rmod__(self, other: object) -> Self: return self._apply(integers.remainder, (other, self), NO_PARAMS)
    def __floordiv__(self, other: object) -> Self: return self._apply(integers.floor_divide, (self, other), NO_PARAMS)
    def __rfloordiv__(self, other: object) -> Self: return self._apply(integers.floor_divide, (other, self), NO_PARAMS)
    def __divmod__(self, other: object) -> tuple[Self, Self]: return self // other, self % other
    def __rdivmod__(self, other: object) -> tuple[Self, Self]: return other // self, other % self
    def __neg__(self) -> Self: return self._apply(ops.neg, (self,), NO_PARAMS)
    def __pos__(self) -> Self: return self
    def __abs__(self) -> Self: return self._apply(ops.abs, (self,), NO_PARAMS)

    def __lt__(self, other: object) -> Any: return self._apply(ops.lt, (self, other), NO_PARAMS)
    def __le__(self, other: object) -> Any: return self._apply(ops.le, (self, other), NO_PARAMS)
    def __gt__(self, other: object) -> Any: return self._apply(ops.gt, (self, other), NO_PARAMS)
    def __ge__(self, other: object) -> Any: return self._apply(ops.ge, (self, other), NO_PARAMS)
    def __and__(self, other: object) -> Any: return self._apply(integers.bitwise_and, (self, other), NO_PARAMS)
    def __rand__(self, other: object) -> Any: return self._apply(integers.bitwise_and, (other, self), NO_PARAMS)
    def __or__(self, other: object) -> Any: return self._apply(integers.bitwise_or, (self, other), NO_PARAMS)
    def __ror__(self, other: object) -> Any: return self._apply(integers.bitwise_or, (other, self), NO_PARAMS)
    def __xor__(self, other: object) -> Any: return self._apply(integers.bitwise_xor, (self, other), NO_PARAMS)
    def __rxor__(self, other: object) -> Any: return self._apply(integers.bitwise_xor, (other, self), NO_PARAMS)
    def __invert__(self) -> Any: return self._apply(integers.bitwise_not, (self,), NO_PARAMS)
    # `v == None` is False; `v < "word"` is a TypeError.
    def __eq__(self, other: object) -> Any: return ops.eq(self, other) if comparable(other) else NotImplemented
    def __ne__(self, other: object) -> Any: return ops.ne(self, other) if comparable(other) else NotImplemented
    __hash__ = object.__hash__
    # fmt: on

    def _refuse_shift(self, *_: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not shifted by bits: for << n write x * 2**n, for >> n x // 2**n")

    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _refuse_shift


def _refuse_modulus() -> NoReturn:
    raise TypeError("pow of an operand takes two numbers, got a modulus as the third; write x**n % modulus")


def comparable(other: object) -> bool:
    """Whether `==` with this means comparing data."""
    return isinstance(other, (Operand, numbers.Real, np.ndarray, np.bool_))
