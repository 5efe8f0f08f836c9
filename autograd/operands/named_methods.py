"""The methods that every operand shares: `x.exp()`, `x.tanh()`. Each applies the op of its name."""

from __future__ import annotations

from typing import Self

from ..engine.op import NO_PARAMS
from ..functions import numpy_api
from ..rules import activations, elementwise as ops, integers, special_functions
from .numpy_protocol import NumpyProtocol


class NamedMethods(NumpyProtocol):
    """An operand with the methods that PyTorch's Tensor has too; the other functions are called as `mish(x)`."""

    __slots__ = ()

    # fmt: off
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
    def sigmoid(self) -> Self: return self._apply(activations.sigmoid, (self,), NO_PARAMS)
    def softplus(self) -> Self: return self._apply(activations.softplus, (self,), NO_PARAMS)
    def relu(self) -> Self: return self._apply(activations.relu, (self,), NO_PARAMS)
    def leaky_relu(self, negative_slope: float = 0.01) -> Self: return activations.leaky_relu(self, negative_slope)
    def gelu(self) -> Self: return self._apply(activations.gelu, (self,), NO_PARAMS)
    def silu(self) -> Self: return self._apply(activations.silu, (self,), NO_PARAMS)
    def erf(self) -> Self: return self._apply(special_functions.erf, (self,), NO_PARAMS)
    def erfc(self) -> Self: return self._apply(special_functions.erfc, (self,), NO_PARAMS)
    def lgamma(self) -> Self: return self._apply(special_functions.lgamma, (self,), NO_PARAMS)
    def digamma(self) -> Self: return self._apply(special_functions.digamma, (self,), NO_PARAMS)
    def log2(self) -> Self: return self._apply(ops.log2, (self,), NO_PARAMS)
    def log10(self) -> Self: return self._apply(ops.log10, (self,), NO_PARAMS)
    def exp2(self) -> Self: return self._apply(ops.exp2, (self,), NO_PARAMS)
    def asinh(self) -> Self: return self._apply(ops.asinh, (self,), NO_PARAMS)
    def acosh(self) -> Self: return self._apply(ops.acosh, (self,), NO_PARAMS)
    def atanh(self) -> Self: return self._apply(ops.atanh, (self,), NO_PARAMS)
    def floor(self) -> Self: return self._apply(integers.floor, (self,), NO_PARAMS)
    def ceil(self) -> Self: return self._apply(integers.ceil, (self,), NO_PARAMS)
    def round(self, decimals: int = 0) -> Self: return numpy_api.round(self, decimals)
    def logit(self) -> Self: return self._apply(activations.logit, (self,), NO_PARAMS)
    def logaddexp(self, other: object) -> Self: return self._apply(activations.logaddexp, (self, other), NO_PARAMS)
    def abs(self) -> Self: return self._apply(ops.abs, (self,), NO_PARAMS)
    def sign(self) -> Self: return self._apply(ops.sign, (self,), NO_PARAMS)
    def pow(self, exponent: object) -> Self: return ops.pow(self, exponent)
    def maximum(self, other: object) -> Self: return self._apply(ops.maximum, (self, other), NO_PARAMS)
    def minimum(self, other: object) -> Self: return self._apply(ops.minimum, (self, other), NO_PARAMS)
    def clip(self, min: float | None = None, max: float | None = None) -> Self: return ops.clip(self, min, max)
    # fmt: on
