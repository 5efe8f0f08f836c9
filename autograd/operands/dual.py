"""Dual: a payload and its tangent, the operand of forward-mode differentiation.

An elementwise op has a diagonal Jacobian, so the rule that pulls a gradient back also pushes a tangent forward. The
other ops are linear, linear in each input, or have a `push` rule of their own.
"""

from __future__ import annotations

import functools
import itertools
import operator
from typing import Any, ClassVar, Final, final

import numpy as np

from ..engine.node import Node
from ..engine.op import Op, Operand, Params
from ..engine.refusals import require_one_element
from ..functions.arguments import Grid, array_of, shape_of
from ..rules.structural import broadcast_to
from .constants import checked, common_dtype
from .stand_in import StandIn

levels: Final = itertools.count(1)  # each derivative takes the next level for its duals


@final
class Dual(StandIn):
    """`payload + tangent * epsilon`, with epsilon**2 = 0.

    The payload is anything an op takes: a float, an array, a node, another Dual. Nested derivatives need one epsilon
    each, which `level` tells apart. With one level for both, d/dx (x * d/dy (x + y)) at 1 comes out as 2 and not as 1,
    because the tangent of x is counted as a tangent of y:

    >>> x, y = Dual(1.0, 1.0, level=1), Dual(1.0, 1.0, level=1)
    >>> (x * (x + y).tangent).tangent
    2.0
    >>> x, y = Dual(1.0, 1.0, level=1), Dual(1.0, 1.0, level=2)
    >>> (x * (x + y).tangent).tangent
    1.0
    """

    __slots__ = ("level", "payload", "tangent")
    _precedence: ClassVar[int] = 2

    def __init__(self, payload: Any, tangent: Any, level: int) -> None:
        self.payload: Final = payload
        self.tangent: Final = tangent
        self.level: Final = level

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """Apply the op to the payloads, and push the tangents of the highest level forward.

        Duals of lower levels, which belong to outer derivatives, are payloads here. An operand of higher precedence,
        such as the complex number of a check, applies the op instead.
        """
        for arg in args:
            if isinstance(arg, Operand) and arg._precedence > self._precedence:
                return arg._apply(op, args, params)
        level = max([arg.level for arg in args if isinstance(arg, Dual)])
        payloads = [arg.payload if isinstance(arg, Dual) and arg.level == level else arg for arg in args]
        if any(isinstance(payload, (np.ndarray, list, tuple)) for payload in payloads):
            # The dtypes are those of a Tensor: a float32 stays a float32 if it meets an int64 or a float64 of NumPy's.
            payloads = common_dtype(op, args, [p if isinstance(p, Operand) else checked(op, p) for p in payloads])
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
        return tuple(shape_of(self.payload))

    def _array(self) -> np.ndarray:
        """The payload as an array, without graph and tangent."""
        return array_of(self.payload)  # type: ignore[no-any-return]

    @property
    def dtype(self) -> Any:
        """NumPy's dtype of the payload."""
        return array_of(self.payload).dtype

    @property
    def data(self) -> np.ndarray:
        """The payload as an array, without graph and tangent; a copy."""
        return self.numpy()

    def detach(self) -> Dual:
        """Return the payload without its graph, with a tangent of zero in every derivative: it counts as a constant."""
        payload = self.payload.detach() if isinstance(self.payload, (Dual, Node)) else self.payload
        return Dual(payload, zero_tangent(payload), self.level)

    def item(self) -> float:
        """The payload as a Python number, without graph and tangent."""
        payload = innermost(self)
        return float(payload if isinstance(payload, float) else payload.item())

    def __bool__(self) -> bool:
        require_one_element("Dual", self.size)
        return bool(self.payload)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        return f"Dual({self.payload!r}, tangent={self.tangent!r})"


@np.errstate(all="ignore")  # as in a backward pass, inf and nan are results and no reason for a warning
def _pushed(op: Op, y: Any, args: list[Any], tangents: dict[int, Any], params: Params) -> Any:
    """Return the tangent of y, where `tangents` has those of the inputs that move, by position."""
    if op.push is not None:
        parts = [_broadcast(op.push(t, y, *args, position=k, **params), y) for k, t in tangents.items()]
    elif op.kind == "elementwise":
        parts = [_broadcast(op.vjp(k, t, y, args, params), y) for k, t in tangents.items()]
    elif op.kind == "linear":
        return op(*[tangents.get(k, zero_tangent(arg)) for k, arg in enumerate(args)], **params)
    else:  # linear in each input by itself, as a product is
        parts = [op(*[t if j == k else arg for j, arg in enumerate(args)], **params) for k, t in tangents.items()]
    return functools.reduce(operator.add, parts)


def _broadcast(tangent: Any, y: Any) -> Any:
    """Give the tangent the shape of y: it is smaller if an input was broadcast or the rule gave one number for all."""
    shape = shape_of(y)
    if type(tangent) is float and shape:
        return zero_tangent(y) + tangent
    if not isinstance(shape, tuple) or shape_of(tangent) == shape:
        return tangent
    return broadcast_to(tangent, shape=shape)


def innermost(x: Any) -> Any:
    """Return the payload of x, of the Dual in it and so on, until it is no Dual."""
    while isinstance(x, Dual):
        x = x.payload
    return x


def zero_tangent(x: Any) -> Any:
    """Return the tangent of an x that does not move: zero, in the shape and the float dtype of x."""
    x = innermost(x)
    data = x._data if isinstance(x, Node) else x
    if isinstance(data, np.ndarray):
        return np.zeros(data.shape, data.dtype if data.dtype.kind == "f" else np.float64)
    return np.zeros(data.shape) if isinstance(data, Grid) and data.shape else 0.0
