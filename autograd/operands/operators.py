"""The operators and methods that every operand shares: `a + b`, `a < b`, `a.tanh()`. Each applies one op."""

from __future__ import annotations

import numbers
from typing import Any, Self

import numpy as np

from ..engine.op import NO_PARAMS, Operand
from ..rules import elementwise as ops
from .numpy_protocol import NumpyProtocol


class Operators(NumpyProtocol):
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
    def __mod__(self, other: object) -> Self: return self._apply(ops.remainder, (self, other), NO_PARAMS)
    def __rmod__(self, other: object) -> Self: return self._apply(ops.remainder, (other, self), NO_PARAMS)
    def __floordiv__(self, other: object) -> Self: return self._apply(ops.floor_divide, (self, other), NO_PARAMS)
    def __rfloordiv__(self, other: object) -> Self: return self._apply(ops.floor_divide, (other, self), NO_PARAMS)
    def __neg__(self) -> Self: return self._apply(ops.neg, (self,), NO_PARAMS)
    def __pos__(self) -> Self: return self
    def __abs__(self) -> Self: return self._apply(ops.abs, (self,), NO_PARAMS)

    def __lt__(self, other: object) -> Any: return self._apply(ops.lt, (self, other), NO_PARAMS)
    def __le__(self, other: object) -> Any: return self._apply(ops.le, (self, other), NO_PARAMS)
    def __gt__(self, other: object) -> Any: return self._apply(ops.gt, (self, other), NO_PARAMS)
    def __ge__(self, other: object) -> Any: return self._apply(ops.ge, (self, other), NO_PARAMS)
    def __and__(self, other: object) -> Any: return self._apply(ops.bitwise_and, (self, other), NO_PARAMS)
    def __rand__(self, other: object) -> Any: return self._apply(ops.bitwise_and, (other, self), NO_PARAMS)
    def __or__(self, other: object) -> Any: return self._apply(ops.bitwise_or, (self, other), NO_PARAMS)
    def __ror__(self, other: object) -> Any: return self._apply(ops.bitwise_or, (other, self), NO_PARAMS)
    def __xor__(self, other: object) -> Any: return self._apply(ops.bitwise_xor, (self, other), NO_PARAMS)
    def __rxor__(self, other: object) -> Any: return self._apply(ops.bitwise_xor, (other, self), NO_PARAMS)
    def __invert__(self) -> Any: return self._apply(ops.bitwise_not, (self,), NO_PARAMS)
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
    def erfc(self) -> Self: return self._apply(ops.erfc, (self,), NO_PARAMS)
    def lgamma(self) -> Self: return self._apply(ops.lgamma, (self,), NO_PARAMS)
    def digamma(self) -> Self: return self._apply(ops.digamma, (self,), NO_PARAMS)
    def log2(self) -> Self: return self._apply(ops.log2, (self,), NO_PARAMS)
    def log10(self) -> Self: return self._apply(ops.log10, (self,), NO_PARAMS)
    def exp2(self) -> Self: return self._apply(ops.exp2, (self,), NO_PARAMS)
    def asinh(self) -> Self: return self._apply(ops.asinh, (self,), NO_PARAMS)
    def acosh(self) -> Self: return self._apply(ops.acosh, (self,), NO_PARAMS)
    def atanh(self) -> Self: return self._apply(ops.atanh, (self,), NO_PARAMS)
    def floor(self) -> Self: return self._apply(ops.floor, (self,), NO_PARAMS)
    def ceil(self) -> Self: return self._apply(ops.ceil, (self,), NO_PARAMS)
    def round(self) -> Self: return self._apply(ops.round, (self,), NO_PARAMS)
    def logit(self) -> Self: return self._apply(ops.logit, (self,), NO_PARAMS)
    def logaddexp(self, other: object) -> Self: return self._apply(ops.logaddexp, (self, other), NO_PARAMS)
    def abs(self) -> Self: return self._apply(ops.abs, (self,), NO_PARAMS)
    def sign(self) -> Self: return self._apply(ops.sign, (self,), NO_PARAMS)
    def pow(self, exponent: object) -> Self: return ops.pow(self, exponent)
    def maximum(self, other: object) -> Self: return self._apply(ops.maximum, (self, other), NO_PARAMS)
    def minimum(self, other: object) -> Self: return self._apply(ops.minimum, (self, other), NO_PARAMS)
    def clip(self, min: float | None = None, max: float | None = None) -> Self: return ops.clip(self, min, max)
    # fmt: on


def comparable(other: object) -> bool:
    """Whether `==` with this means comparing data."""
    return isinstance(other, (Operand, numbers.Real, np.ndarray, np.bool_))
