"""ComplexNumber: the operand that takes a complex step, with which `check_gradients` finds derivatives without rules.

Of an analytic function f, the imaginary part of f(x + ih) / h is the derivative at x, exact to the last digits, because
nothing is subtracted. An op that is not analytic raises NotAnalyticError.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, final

import numpy as np

from ..engine.node import Node
from ..engine.op import Op, Params
from ..engine.refusals import require_one_element
from ..rules import elementwise as ops
from ..rules.structural import list_dot, list_sum
from .dual import Dual
from .stand_in import StandIn

# The elementwise ops whose NumPy functions, on complex numbers, are the analytic continuations of the real functions.
ANALYTIC: Final = frozenset(
    (
        *(ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pow, ops.identity, ops.square, ops.reciprocal, ops.sqrt),
        *(ops.exp, ops.expm1, ops.log, ops.log1p, ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan),
        *(ops.sinh, ops.cosh, ops.tanh, list_sum, list_dot),
    )
)
LINEAR_KINDS: Final = ("linear", "multilinear")  # every op of these kinds is analytic too


class NotAnalyticError(Exception):
    """An op or method that has no analytic continuation was called on a complex number."""


@final
class ComplexNumber(StandIn):
    """A complex number or an array of them."""

    __slots__ = ("number",)
    _precedence: ClassVar[int] = 4

    def __init__(self, number: Any) -> None:
        self.number: Final = number

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """Apply the op to the complex numbers; a comparison compares their real parts."""
        if any(isinstance(arg, Dual) for arg in args):
            raise NotAnalyticError  # f calls jvp inside: a Dual holds real numbers
        numbers = [arg.number if isinstance(arg, ComplexNumber) else arg for arg in args]
        numbers = [n._data if isinstance(n, Node) else n for n in numbers]  # a node that the function closes over
        if not op.rules:
            return op.forward(tuple(np.real(n) for n in numbers), params)
        if not (op in ANALYTIC or op.kind in LINEAR_KINDS):
            raise NotAnalyticError
        if op is ops.pow and np.any(np.real(numbers[0]) < 0):
            raise NotAnalyticError  # the rounding of a complex power of a negative number is larger than the step
        with np.errstate(all="ignore"):
            return ComplexNumber(op.array(*numbers, **params))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the number."""
        return np.shape(self.number)

    @property
    def dtype(self) -> Any:
        """NumPy's dtype of the real part."""
        return np.asarray(np.real(self.number)).dtype

    def item(self) -> Any:
        """Raise NotAnalyticError.

        The step would be lost in a real number, just as the gradient is: the two would agree on a wrong derivative.
        """
        raise NotAnalyticError

    def __bool__(self) -> bool:
        require_one_element("ComplexNumber", np.size(self.number))
        return bool(np.real(self.number))  # as a comparison does, with the real part alone

    data = property(item)
    detach = item
    numpy = item
    tolist = item
    _array = item
