"""Dual: a payload and its tangent, pushed forward through the same derivative rules.

An elementwise op has a diagonal Jacobian, so the rule that takes a gradient back takes a tangent forward.
"""

from __future__ import annotations

import itertools
from typing import Any, ClassVar, Final, final

from .arithmetic import Arithmetic
from .op import Op, Params

levels: Final = itertools.count(1)


@final
class Dual(Arithmetic):
    """`payload + tangent * epsilon`, with epsilon**2 = 0.

    The payload is anything an op takes: a float, a node, another Dual. Nested derivatives each have an epsilon of
    their own, told apart by `level`: without it, d/dx (x * d/dy (x + y)) would come out as 2 and not as 1.

    >>> (Dual(3.0, 1.0, level=1) * 2).tangent
    2.0
    """

    __slots__ = ("level", "payload", "tangent")
    precedence: ClassVar[int] = 1

    def __init__(self, payload: Any, tangent: Any, level: int) -> None:
        self.payload: Final = payload
        self.tangent: Final = tangent
        self.level: Final = level

    def apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """The op on the payloads, and the sum of what each tangent contributes."""
        level = max([arg.level for arg in args if isinstance(arg, Dual)])
        payloads = [arg.payload if isinstance(arg, Dual) and arg.level == level else arg for arg in args]
        y = op(*payloads, **params)
        if not op.rules:
            return y
        tangent: Any = None
        for position, arg in enumerate(args):
            if isinstance(arg, Dual) and arg.level == level and op.rule(position, len(args)) is not None:
                part = op.vjp(position, arg.tangent, y, payloads, params)
                tangent = part if tangent is None else tangent + part
        return y if tangent is None else Dual(y, tangent, level)

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
