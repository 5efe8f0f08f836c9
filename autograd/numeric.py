"""Derivatives without derivative rules: what `check.py` holds the rules against.

A complex step where every op on the way is analytic: exact to the last digits, since nothing is subtracted. Else,
extrapolated central differences, with the slopes on either side, which tell a kink from a jump.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar, Final, final

import numpy as np

from . import elementwise as ops
from .arithmetic import Arithmetic
from .dual import Dual
from .node import Node, no_grad
from .op import Op, Params
from .structural import list_dot, list_sum
from .trees import Function, leaves, mapped
from .value import Value

# Their NumPy functions are the analytic continuations of the real ones.
ANALYTIC: Final = frozenset(
    (
        *(ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pow, ops.identity, ops.square, ops.reciprocal, ops.sqrt),
        *(ops.exp, ops.expm1, ops.log, ops.log1p, ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan),
        *(ops.sinh, ops.cosh, ops.tanh, list_sum, list_dot),
    )
)
STEP: Final = 1e-20
EPSILON: Final = 2.0**-52
TINY: Final = 1e-290  # below it floats lose digits

Found = tuple[float, str, float, "Slopes | None"]  # the number, how, how far rounding may have moved it, slopes


def relative_error(a: float, b: float, floor: float = 0.0) -> float:
    """|a - b| over the larger of the two, or over `floor`, below which the comparison has no digits."""
    if a == b or (a != a and b != b):
        return 0.0
    return abs(a - b) / max(abs(a), abs(b), floor, TINY) if math.isfinite(a) and math.isfinite(b) else math.inf


def complex_step(f: Function, point: list[Any], j: int) -> list[Found] | None:
    """Im f(x + i h) / h with h = 1e-20; None where some op on the way is not analytic."""
    try:
        with no_grad():
            outs = leaves(f(*_moved(mapped(Value, point), j, lambda x: _Complex(complex(plain(x), STEP)))))
    except _NotAnalyticError:
        return None
    found: list[Found] = []
    for out, real in zip(outs, results(f, point), strict=True):
        number = out.payload if isinstance(out, _Complex) else complex(plain(out))
        if relative_error(number.real, real, 1e-9) > 1e-9:
            return None  # a branch cut: the complex function is another one here, as log is left of 0
        found.append((number.imag / STEP, "complex step", 0.0, None))
    return found


def differences(f: Function, point: list[Any], j: int) -> list[Found]:
    """Central differences, extrapolated, at the step where two of them agree best; and the slopes on either side."""

    def at(h: float) -> list[float]:
        return results(f, _moved(point, j, lambda x: x + h))

    def slope(a: float, b: float) -> list[float]:
        return [(right - left) / (b - a) for left, right in zip(at(a), at(b), strict=True)]

    scale = 2.0 ** round(math.log2(max(abs(leaves(point)[j]), 1.0)))  # a power of two, so that x + h is nearly exact
    # Down to steps at which rounding costs half of the digits: next to a kink and on steep curves only they are right.
    steps = [scale * 2.0**-k for k in (6, 9, 12, 15, 18, 22, 26, 30)]
    pairs = [(slope(-h, h), slope(-h / 2, h / 2)) for h in steps]
    here = at(0.0)
    near, far = ((slope(-h, 0.0), slope(0.0, h)) for h in (scale * 2.0**-24, scale * 2.0**-20))
    found: list[Found] = []
    for k in range(len(near[0])):
        tries = [
            (abs(wide[k] - narrow[k]) + EPSILON * abs(here[k]) / h, (4 * narrow[k] - wide[k]) / 3)
            for h, (wide, narrow) in zip(steps, pairs, strict=True)
        ]
        noise, best = min((t for t in tries if t[0] == t[0]), default=(math.nan, math.nan))
        found.append((best, "differences", 8 * noise, Slopes.of(near[0][k], near[1][k], far[0][k], far[1][k])))
    return found


@final
class Slopes:
    """The slopes on either side of a point where they differ."""

    __slots__ = ("bounded", "left", "right")

    def __init__(self, left: float, right: float, bounded: bool) -> None:
        self.left: Final = left
        self.right: Final = right
        self.bounded: Final = bounded

    @staticmethod
    def of(left: float, right: float, far_left: float, far_right: float) -> Slopes | None:
        """From differences over a small step and over one 16 times as large; None where the curve is smooth.

        On a smooth curve the two sides draw together in proportion to the step. At a kink they stay apart; at a jump
        one of them grows 16 times, at a vertical tangent such as the root's 4 times.
        """
        for one, far in ((left, far_left), (right, far_right)):
            if abs(one) > 3 * abs(far) and abs(one) > 1.0:
                return Slopes(left, right, bounded=False)
        gap, wide = abs(right - left), abs(far_right - far_left)
        apart = gap > 1e-4 * max(1.0, abs(left), abs(right)) and gap > 0.5 * wide and math.isfinite(gap)
        return Slopes(left, right, bounded=True) if apart else None


class _NotAnalyticError(Exception):
    pass


@final
class _Complex(Arithmetic):
    """A complex number to take a complex step with."""

    __slots__ = ("payload",)
    precedence: ClassVar[int] = 3

    def __init__(self, payload: complex) -> None:
        self.payload: Final = payload

    def apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        numbers = [arg.payload if isinstance(arg, _Complex) else arg for arg in args]
        numbers = [n.item() if isinstance(n, Node) else n for n in numbers]  # a Value that the function closes over
        if not op.rules:
            return op.forward(tuple(n.real for n in numbers), params)
        if op not in ANALYTIC or (op is ops.pow and numbers[0].real < 0):
            raise _NotAnalyticError  # the complex power of a negative number loses the step in its rounding
        with np.errstate(all="ignore"):
            return _Complex(complex(op.array(*numbers, **params)))

    def item(self) -> float:
        # The step would not go on from here, just as a gradient does not: the mistake would not be seen.
        raise _NotAnalyticError

    data = property(item)
    detach = item


def results(f: Function, point: list[Any]) -> list[float]:
    """What f gives at the point, with Values as its arguments, so that it may call their methods."""
    with no_grad():
        return [plain(out) for out in leaves(f(*mapped(Value, point)))]


def plain(x: Any) -> float:
    return float((x if isinstance(x, (Node, Dual)) else Value(x)).item())


def _moved(point: list[Any], j: int, move: Callable[[float], Any]) -> list[Any]:
    """The point with its number j moved."""
    places = iter(range(len(leaves(point))))
    return list(mapped(lambda x: move(x) if next(places) == j else x, point))
