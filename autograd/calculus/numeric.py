"""Derivatives without derivative rules: what `check.py` holds the rules against.

A complex step where every op on the way is analytic: exact to the last digits, since nothing is subtracted. Else,
extrapolated central differences, with the slopes on either side, which tell a kink from a jump. Both go along a
direction: that of one element, or one in which all of them move.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final, final

import numpy as np

from ..engine.mode import no_grad
from ..engine.node import Node
from ..engine.op import Op, Params
from ..operands.array_methods import ArrayMethods
from ..operands.tensor import Tensor
from ..operands.value import Value
from ..rules import elementwise as ops
from ..rules.structural import list_dot, list_sum
from .nesting import innermost
from .trees import Function, leaves, mapped

# Their NumPy functions are the analytic continuations of the real ones; so are those of every linear op.
ANALYTIC: Final = frozenset(
    (
        *(ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pow, ops.identity, ops.square, ops.reciprocal, ops.sqrt),
        *(ops.exp, ops.expm1, ops.log, ops.log1p, ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan),
        *(ops.sinh, ops.cosh, ops.tanh, list_sum, list_dot),
    )
)
LINEAR: Final = ("linear", "multilinear")
STEP: Final = 1e-20
EPSILON: Final = 2.0**-52
TINY: Final = 1e-290  # below it floats lose digits

Found = tuple[float, str, float, "Slopes | None"]  # the number, how, how far rounding may have moved it, slopes
Vector = np.ndarray


def relative_error(a: float, b: float, floor: float = 0.0) -> float:
    """|a - b| over the larger of the two, or over `floor`, below which the comparison has no digits."""
    if a == b or (a != a and b != b):
        return 0.0
    return abs(a - b) / max(abs(a), abs(b), floor, TINY) if math.isfinite(a) and math.isfinite(b) else math.inf


@final
class Probe:
    """A function at a point, both as flat vectors: what it gives, and how that changes along a direction.

    `weights` make one number of all that the function gives: the sum of weights times results. Where it is `analytic`,
    a complex step is tried first.
    """

    __slots__ = ("analytic", "epsilon", "f", "point", "weights")

    def __init__(
        self, f: Function, point: list[Any], weights: Vector | None, epsilon: float, analytic: bool = True
    ) -> None:
        self.analytic: Final = analytic
        self.f: Final = f
        self.point: Final = point
        self.weights: Final = weights
        self.epsilon: Final = epsilon  # the relative precision that the function computes with

    def derivatives(self, v: Vector) -> list[Found]:
        """The derivative of every result along v."""
        return (self._complex_step(v) if self.analytic else None) or self._differences(v)

    def _weighted(self, numbers: Vector) -> Vector:
        return numbers if self.weights is None else np.array([np.dot(self.weights, numbers)])

    def _complex_step(self, v: Vector) -> list[Found] | None:
        """Im f(x + i h v) / h with h = 1e-20; None where some op on the way is not analytic."""
        try:
            with no_grad():
                outs = leaves(self.f(*_moved(self.point, v, _complex)))
        except _NotAnalyticError:
            return None
        numbers = np.concatenate([_complex_number(out) for out in outs])
        for number, real in zip(numbers.real, results(self.f, self.point), strict=True):
            if relative_error(number, real, 1e-9) > 1e-9:
                return None  # a branch cut: the complex function is another one here, as log is left of 0
        return [(float(x), "complex step", 0.0, None) for x in self._weighted(numbers.imag / STEP)]

    def _differences(self, v: Vector) -> list[Found]:
        """Central differences, extrapolated, at the step where two of them agree best; the slopes on either side."""

        def at(h: float) -> Vector:
            return self._weighted(results(self.f, _moved(self.point, h * v, lambda x, step: x + step)))

        def slope(a: float, b: float) -> Vector:
            rise: Vector = at(b) - at(a)
            return rise / (b - a)

        moving = flat(self.point)[v != 0]
        scale = 2.0 ** round(math.log2(max(np.abs(moving).max(initial=1.0), 1.0)))  # a power of two: x + h nearly exact
        # Down to steps at which rounding costs half of the digits: next to a kink and on steep curves only they are
        # right.
        steps = [scale * 2.0**-k for k in (6, 9, 12, 15, 18, 22, 26, 30)]
        here = results(self.f, self.point)
        size = np.abs(here) if self.weights is None else np.array([np.dot(np.abs(self.weights), np.abs(here))])
        with np.errstate(all="ignore"):
            pairs = [(slope(-h, h), slope(-h / 2, h / 2)) for h in steps]
            near, far = ((slope(-h, 0.0), slope(0.0, h)) for h in (scale * 2.0**-24, scale * 2.0**-20))
            found: list[Found] = []
            for k in range(len(size)):
                tries = [
                    (abs(wide[k] - narrow[k]) + self.epsilon * size[k] / h, (4 * narrow[k] - wide[k]) / 3)
                    for h, (wide, narrow) in zip(steps, pairs, strict=True)
                ]
                noise, best = min((t for t in tries if t[0] == t[0]), default=(math.nan, math.nan))
                # A step that shows a kink is lost in the rounding of float32.
                sides = [float(side[k]) for side in (*near, *far)] if self.epsilon == EPSILON else None
                slopes = Slopes.of(*sides) if sides else None
                found.append((float(best), "differences", 8 * float(noise), slopes))
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
class _Complex(ArrayMethods):
    """A complex number or array to take a complex step with."""

    __slots__ = ("number",)
    _precedence: ClassVar[int] = 3

    def __init__(self, number: Any) -> None:
        self.number: Final = number

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        numbers = [arg.number if isinstance(arg, _Complex) else arg for arg in args]
        numbers = [n._data if isinstance(n, Node) else n for n in numbers]  # a node that the function closes over
        if not op.rules:
            return op.forward(tuple(np.real(n) for n in numbers), params)
        # The complex power of a negative number loses the step in its rounding.
        if not (op in ANALYTIC or op.kind in LINEAR) or (op is ops.pow and np.any(np.real(numbers[0]) < 0)):
            raise _NotAnalyticError
        with np.errstate(all="ignore"):
            return _Complex(op.array(*numbers, **params))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the number."""
        return np.shape(self.number)

    def item(self) -> Any:
        # The step would not go on from here, just as a gradient does not: the mistake would not be seen.
        raise _NotAnalyticError

    data = property(item)
    detach = item
    numpy = item
    _array = item


def _complex(x: Any, step: Any) -> Any:
    return _Complex(x + 1j * STEP * step) if np.any(step) else node(x)


def _complex_number(out: Any) -> Vector:
    return np.ravel(out.number if isinstance(out, _Complex) else plain(out)).astype(complex)


def results(f: Function, point: list[Any]) -> Vector:
    """All that f gives at the point, with nodes as its arguments, so that it may call their methods."""
    with no_grad():
        return flat(f(*mapped(node, point)))


def flat(tree: Any) -> Vector:
    """Every number of a tree of numbers and arrays, in a row."""
    return np.concatenate([np.zeros(0), *(np.ravel(plain(leaf)) for leaf in leaves(tree))])


def node(x: Any) -> Node:
    """A Tensor of an array, a Value of a number."""
    return Tensor(x) if isinstance(x, np.ndarray) else Value(x)


def plain(x: Any) -> Any:
    """A number as a float, an array or a Tensor as an array of float64."""
    x = innermost(x)
    x = x._data if isinstance(x, Node) else x
    return np.asarray(x, np.float64) if isinstance(x, np.ndarray) and x.dtype.kind in "fiub" else Value(x).item()


def _moved(point: list[Any], v: Vector, move: Function) -> list[Any]:
    """The point with every number and array moved by its part of v."""
    rest = v

    def one(x: Any) -> Any:
        nonlocal rest
        mine, rest = rest[: np.size(x)], rest[np.size(x) :]
        return move(x, mine.reshape(np.shape(x)) if np.shape(x) else float(mine[0]))

    return list(mapped(one, point))
