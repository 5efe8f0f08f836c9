"""check_gradients: are the derivatives of this function right, and if not, which, and why.

What this file knows is how to differentiate without derivative rules: by a complex step where every op on the way is
analytic (exact to the last digits, since nothing is subtracted), by extrapolated central differences elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final, final

import numpy as np

from . import elementwise as ops
from .arithmetic import Arithmetic
from .calculus import Function, jacobian, leaves, mapped
from .dual import Dual
from .node import Node, no_grad
from .op import Op, Params
from .structural import list_dot, list_sum
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


class GradientError(AssertionError):
    """A gradient that is not what the function does; `.report` has the table."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{len(report.failed)} of {len(report.rows)} derivatives are wrong\n{report}")
        self.report: Final = report


@final
class Row:
    """One derivative: which, what the rules say, what the function does."""

    __slots__ = ("analytic", "element", "error", "method", "note", "numeric", "ok")

    def __init__(
        self, element: str, analytic: float, numeric: float, method: str, note: str, ok: bool, floor: float = 0.0
    ) -> None:
        self.element: Final = element
        self.analytic: Final = analytic
        self.numeric: Final = numeric
        self.method: Final = method
        self.note: Final = note
        self.ok: Final = ok
        self.error: Final = relative_error(analytic, numeric, floor)


@final
class Report:
    """What `check_gradients` found; prints as a table."""

    __slots__ = ("rows",)

    def __init__(self, rows: list[Row]) -> None:
        self.rows: Final = rows

    @property
    def ok(self) -> bool:
        """Whether every derivative is right."""
        return not self.failed

    @property
    def failed(self) -> list[Row]:
        """The rows that are not."""
        return [row for row in self.rows if not row.ok]

    @property
    def worst(self) -> float:
        """The largest relative error."""
        return max((row.error for row in self.rows), default=0.0)

    def __str__(self) -> str:
        header = ("element", "analytic", "numeric", "rel. error", "by", "")
        lines = [header]
        for r in self.rows:
            verdict = ", ".join(word for word in ("" if r.ok else "WRONG", r.note) if word)
            lines.append((r.element, f"{r.analytic:.10g}", f"{r.numeric:.10g}", f"{r.error:.1e}", r.method, verdict))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        form = "  ".join(f"{{:{'<' if k in (0, 4, 5) else '>'}{width}}}" for k, width in enumerate(widths))
        return "\n".join(form.format(*line).rstrip() for line in lines)

    __repr__ = __str__


def check_gradients(f: Function, *args: Any, order: int = 1, tolerance: float = 1e-6) -> Report:
    """Compare every first derivative of `f` at `args` with one taken without rules; with order=2 the second ones too.

    `f` returns a number or a list of them; the args are numbers, Values or lists of them. Raises GradientError where
    a relative error is above `tolerance`, beyond what rounding explains in the differences. At a kink any slope between
    the one-sided ones is right; at a jump none is; where the slope grows without bound, the infinite one is. The report
    says which element, by how much, and which of these.

    >>> print(check_gradients(lambda x: x * x, 3.0))
    element  analytic  numeric  rel. error  by
    df/dx           6        6     0.0e+00  complex step
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {order!r}")
    if not args:
        raise ValueError("check_gradients got no arguments to differentiate at; call check_gradients(f, x, ...)")
    point = mapped(_plain, list(args))
    if not all(map(math.isfinite, leaves(point))):
        raise ValueError(f"gradients are checked at finite numbers, got {point}")
    which = tuple(range(len(args)))
    names = _names(point)

    def first(*x: Any) -> list[Any]:
        return leaves(jacobian(f, which)(*x))

    outs = _outs(f, point)
    if not outs:
        raise ValueError("the function returned an empty list: there is nothing to check")
    if any(a != b and a == a for a, b in zip(outs, _outs(f, point), strict=True)):
        raise ValueError(f"the function gives different results at the same point {point}: fix its random numbers")
    labels = [f"f[{k}]" for k in range(len(outs))] if len(outs) > 1 else ["f"]
    analytic = first(*point)
    rows = [row for j, name in enumerate(names) for row in _column(f, analytic, point, j, name, labels, tolerance)]
    if order == 2:
        slopes = [f"{label}/d{name}" for label in labels for name in names]
        second = leaves(jacobian(first, which)(*point))
        for j, name in enumerate(names):
            rows += _column(first, second, point, j, name, slopes, tolerance, order=2)
    report = Report(rows)
    if not report.ok:
        raise GradientError(report)
    return report


def relative_error(a: float, b: float, floor: float = 0.0) -> float:
    """|a - b| over the larger of the two, or over `floor`, below which the comparison has no digits."""
    if a == b or (a != a and b != b):
        return 0.0
    return abs(a - b) / max(abs(a), abs(b), floor, TINY) if math.isfinite(a) and math.isfinite(b) else math.inf


def _column(
    f: Function,
    analytic: list[Any],
    point: list[Any],
    j: int,
    name: str,
    labels: list[str],
    tolerance: float,
    order: int = 1,
) -> list[Row]:
    """The rows of the derivatives with respect to number j of the point."""
    numeric = (_complex_step(f, point, j) if order == 1 else None) or _differences(f, point, j)
    width = len(leaves(point))
    element = "d{}/d{}" if order == 1 else "d²{}d{}"
    return [
        _judged(element.format(label, name), _plain(analytic[k * width + j]), *found, tolerance)
        for k, (label, found) in enumerate(zip(labels, numeric, strict=True))
    ]


def _judged(
    element: str, analytic: float, numeric: float, method: str, noise: float, slopes: Slopes | None, tolerance: float
) -> Row:
    if slopes is not None and slopes.bounded:
        low, high = sorted((slopes.left, slopes.right))
        slack = 100 * tolerance * max(1.0, abs(low), abs(high))  # one-sided differences are that coarse
        note = f"kink: the one-sided slopes differ ({low:.6g} and {high:.6g})"
        return Row(element, analytic, numeric, method, note, low - slack <= analytic <= high + slack)
    if slopes is not None:
        steep = [slope for slope in (slopes.left, slopes.right) if slope == slope]
        note = "not smooth: the slope grows without bound as the step shrinks (a jump, or a vertical tangent)"
        same = math.isinf(analytic) and all(slope * analytic > 0 for slope in steep)
        return Row(element, analytic, numeric, method, note, same)
    if not (math.isfinite(analytic) and math.isfinite(numeric)):
        same = analytic == numeric or (math.isnan(analytic) and math.isnan(numeric))
        return Row(element, analytic, numeric, method, "not finite", same)
    floor = noise / tolerance
    return Row(element, analytic, numeric, method, "", relative_error(analytic, numeric, floor) <= tolerance, floor)


def _complex_step(f: Function, point: list[Any], j: int) -> list[Found] | None:
    """Im f(x + i h) / h with h = 1e-20; None where some op on the way is not analytic."""
    try:
        with no_grad():
            outs = leaves(f(*_moved(mapped(Value, point), j, lambda x: _Complex(complex(_plain(x), STEP)))))
    except _NotAnalyticError:
        return None
    found: list[Found] = []
    for out, real in zip(outs, _outs(f, point), strict=True):
        number = out.payload if isinstance(out, _Complex) else complex(_plain(out))
        if relative_error(number.real, real, 1e-9) > 1e-9:
            return None  # a branch cut: the complex function is another one here, as log is left of 0
        found.append((number.imag / STEP, "complex step", 0.0, None))
    return found


def _differences(f: Function, point: list[Any], j: int) -> list[Found]:
    """Central differences, extrapolated, at the step where two of them agree best; and the slopes on either side."""

    def at(h: float) -> list[float]:
        return _outs(f, _moved(point, j, lambda x: x + h))

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


def _outs(f: Function, point: list[Any]) -> list[float]:
    """What f gives at the point, with Values as its arguments, so that it may call their methods."""
    with no_grad():
        return [_plain(out) for out in leaves(f(*mapped(Value, point)))]


def _plain(x: Any) -> float:
    return float((x if isinstance(x, (Node, Dual)) else Value(x)).item())


def _moved(point: list[Any], j: int, move: Callable[[float], Any]) -> list[Any]:
    """The point with its number j moved."""
    places = iter(range(len(leaves(point))))
    return list(mapped(lambda x: move(x) if next(places) == j else x, point))


def _names(point: list[Any]) -> list[str]:
    """`x`, or `x[0]` and `x[1]`; of several arguments `x0`, `x1`, ..."""

    return [name for k, arg in enumerate(point) for name in _places(f"x{k}" if len(point) > 1 else "x", arg)]


def _places(prefix: str, tree: Any) -> Iterator[str]:
    if isinstance(tree, (list, tuple)):
        for k, branch in enumerate(tree):
            yield from _places(f"{prefix}[{k}]", branch)
    else:
        yield prefix
