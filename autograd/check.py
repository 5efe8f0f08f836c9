"""check_gradients: are the derivatives of this function right, and if not, which, and why.

What this file knows is when a derivative is right: which differences rounding explains, and what a kink, a jump and a
vertical tangent allow. The derivatives to compare with come from `numeric.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final, final

from .calculus import jacobian
from .numeric import Slopes, complex_step, differences, plain, relative_error as relative_error, results
from .trees import Function, leaves, mapped


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
    point = mapped(plain, list(args))
    if not all(map(math.isfinite, leaves(point))):
        raise ValueError(f"gradients are checked at finite numbers, got {point}")
    which = tuple(range(len(args)))
    names = _names(point)

    def first(*x: Any) -> list[Any]:
        return leaves(jacobian(f, which)(*x))

    outs = results(f, point)
    if not outs:
        raise ValueError("the function returned an empty list: there is nothing to check")
    if any(a != b and a == a for a, b in zip(outs, results(f, point), strict=True)):
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
    numeric = (complex_step(f, point, j) if order == 1 else None) or differences(f, point, j)
    width = len(leaves(point))
    element = "d{}/d{}" if order == 1 else "d²{}d{}"
    return [
        _judged(element.format(label, name), plain(analytic[k * width + j]), *found, tolerance)
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


def _names(point: list[Any]) -> list[str]:
    """`x`, or `x[0]` and `x[1]`; of several arguments `x0`, `x1`, ..."""

    return [name for k, arg in enumerate(point) for name in _places(f"x{k}" if len(point) > 1 else "x", arg)]


def _places(prefix: str, tree: Any) -> Iterator[str]:
    if isinstance(tree, (list, tuple)):
        for k, branch in enumerate(tree):
            yield from _places(f"{prefix}[{k}]", branch)
    else:
        yield prefix
