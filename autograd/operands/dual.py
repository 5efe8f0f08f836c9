"""Dual: a payload and its tangent, pushed forward through the same derivative rules.

An elementwise op has a diagonal Jacobian, so the rule that takes a gradient back takes a tangent forward.
"""

from __future__ import annotations

import functools
import itertools
import operator
from typing import Any, ClassVar, Final, final

import numpy as np

from ..engine.op import Op, Operand, Params
from ..functions.arguments import array_of
from ..rules.structural import broadcast_to
from .array_methods import Shaped
from .constants import constant, met

levels: Final = itertools.count(1)


@final
class Dual(Shaped):
    """`payload + tangent * epsilon`, with epsilon**2 = 0.

    The payload is anything an op takes: a float, a node, another Dual. Nested derivatives each have an epsilon of
    their own, told apart by `level`: without it, d/dx (x * d/dy (x + y)) would come out as 2 and not as 1.

    >>> (Dual(3.0, 1.0, level=1) * 2).tangent
    2.0
    """

    __slots__ = ("level", "payload", "tangent")
    _precedence: ClassVar[int] = 1

    def __init__(self, payload: Any, tangent: Any, level: int) -> None:
        self.payload: Final = payload
        self.tangent: Final = tangent
        self.level: Final = level

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """The op on the payloads, and the sum of what each tangent contributes."""
        level = max([arg.level for arg in args if isinstance(arg, Dual)])
        payloads = [arg.payload if isinstance(arg, Dual) and arg.level == level else arg for arg in args]
        if any(type(payload) is np.ndarray for payload in payloads):
            # As a Tensor takes them: a float32 that meets an int64 or a float64 from NumPy stays one.
            payloads = met(op, args, [p if isinstance(p, Operand) else constant(op, p) for p in payloads])
        y = op(*payloads, **params)
        if not op.rules:
            return y
        moving = [k for k, arg in enumerate(args) if isinstance(arg, Dual) and arg.level == level]
        tangents = {k: args[k].tangent for k in moving if op.rule(k, len(args)) is not None}
        if not tangents:
            return y
        return Dual(y, _pushed(op, y, payloads, tangents, params), level)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the payload."""
        return tuple(getattr(self.payload, "shape", ()))

    def _array(self) -> np.ndarray:
        """The array in it, without the tangent."""
        return array_of(self.payload)  # type: ignore[no-any-return]

    def item(self) -> float:
        """The bare number, without the tangent."""
        payload = self.payload
        while isinstance(payload, Dual):
            payload = payload.payload
        return float(payload if isinstance(payload, float) else payload.item())

    def __bool__(self) -> bool:
        return bool(self.payload)

    def __repr__(self) -> str:
        return f"Dual({self.payload!r}, tangent={self.tangent!r})"


@np.errstate(all="ignore")  # as in a backward pass: inf and nan are answers
def _pushed(op: Op, y: Any, args: list[Any], tangents: dict[int, Any], params: Params) -> Any:
    """How y moves when the args at these positions move along their tangents."""
    if op.push is not None:
        parts = [_as_wide(op.push(t, y, *args, position=k, **params), y) for k, t in tangents.items()]
    elif op.kind == "elementwise":
        parts = [_as_wide(op.vjp(k, t, y, args, params), y) for k, t in tangents.items()]
    elif op.kind == "linear":
        return op(*[tangents.get(k, zero(arg)) for k, arg in enumerate(args)], **params)
    else:  # linear in each input by itself, as a product is
        parts = [op(*[t if j == k else arg for j, arg in enumerate(args)], **params) for k, t in tangents.items()]
    return functools.reduce(operator.add, parts)


def _as_wide(tangent: Any, y: Any) -> Any:
    """The tangent in the shape of y: broadcasting made y larger than an input, or the rule gave one number for all."""
    shape = getattr(y, "shape", ())
    if type(tangent) is float and shape:
        return zero(y) + tangent
    if not isinstance(shape, tuple) or getattr(tangent, "shape", ()) == shape:
        return tangent
    return broadcast_to(tangent, shape=shape)


def zero(x: Any) -> Any:
    """The tangent of what does not move."""
    while isinstance(x, Dual):
        x = x.payload
    x = getattr(x, "_data", x)  # float32 stays float32
    if isinstance(x, np.ndarray):
        return np.zeros(x.shape, x.dtype if x.dtype.kind == "f" else np.float64)
    return np.zeros(x.shape) if getattr(x, "shape", ()) else 0.0
