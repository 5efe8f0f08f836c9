"""Derivatives without derivative rules, with which `check.py` compares those of the rules.

A complex step is used if every op on the way is analytic: it is exact to the last digits, since nothing is subtracted.
But it takes the same branches as the point itself, so it misses a change that comes from another branch, as in a root
found by bisection: a real difference must confirm it. Otherwise central differences are extrapolated, and the slopes on
either side are estimated, which tell a kink from a jump. Both are taken along a direction, which moves one element or
all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, Final, final

import numpy as np

from ..engine.mode import no_grad
from ..engine.node import Node
from ..operands.complex_number import ComplexNumber, NotAnalyticError
from ..operands.dual import innermost
from ..operands.tensor import Tensor
from ..operands.value import Value
from .trees import Function, leaves, mapped

COMPLEX_STEP: Final = 1e-20
EPSILON: Final = 2.0**-52  # the relative precision of float64
TINY: Final = 1e-290  # numbers below have fewer digits
# Step sizes of differences, times the size of the argument. The smallest costs half of the digits by rounding: next to
# a kink and on steep curves only small steps give the right slope.
STEPS: Final = tuple(2.0**-k for k in (6, 9, 12, 15, 18, 22, 26, 30))
# Step sizes of the differences that confirm a complex step. On the smallest, sin(1e6 * x) is smooth enough; smaller
# ones would not leave the plateaus of a bisection that stops at 1e-8.
CONFIRMING_STEPS: Final = tuple(2.0**-k for k in (14, 18, 22))
CONFIRMED: Final = 1e-3  # the relative error of such a difference
JITTER: Final = (1.0, 2.0, 3.0, 5.0, 8.0)  # changes of the point by its last digits, which show rounding
ROUNDING: Final = 8.0  # rounding errors are at most so many times what such changes show
SIDE_STEPS: Final = (2.0**-24, 2.0**-20)  # of the slopes on either side, near and far

Vector = np.ndarray


def relative_error(a: float, b: float, floor: float = 0.0) -> float:
    """Return |a - b| divided by the larger of the two, or by `floor` if both are smaller.

    Differences below the floor are rounding errors. The error is 0 if a and b are equal or both nan. It is inf if only
    one of them is finite.
    """
    if a == b or (a != a and b != b):
        return 0.0
    return abs(a - b) / max(abs(a), abs(b), floor, TINY) if math.isfinite(a) and math.isfinite(b) else math.inf


@final
class Slopes:
    """The slopes on the left and right of a point, where they differ."""

    __slots__ = ("bounded", "left", "right")

    def __init__(self, left: float, right: float, bounded: bool) -> None:
        self.left: Final = left
        self.right: Final = right
        self.bounded: Final = bounded  # False: a slope grows without bound as the step shrinks

    @staticmethod
    def of(left: float, right: float, far_left: float, far_right: float, noise: float) -> Slopes | None:
        """Judge from differences over a small step and over one 16 times as large; None if the curve is smooth.

        On a smooth curve the two sides approach each other in proportion to the step. At a kink they stay apart. At a
        jump one of them grows 16 times, at a vertical tangent such as that of the square root 4 times. `noise` is the
        possible rounding error of a slope over the small step.
        """
        for near, far in ((left, far_left), (right, far_right)):
            if abs(near) - noise > 3 * abs(far) and abs(near) - noise > 1.0:
                return Slopes(left, right, bounded=False)
        gap, far_gap = abs(right - left), abs(far_right - far_left)
        apart = gap > 1e-4 * max(1.0, abs(left), abs(right)) + noise and gap > 0.5 * far_gap and math.isfinite(gap)
        return Slopes(left, right, bounded=True) if apart else None


@final
class Estimate:
    """A numeric derivative: the number, the method, the possible rounding error, and the slopes if they differ.

    `cancelled` returns the rounding error of a complex step, which is large where larger terms cancel. It takes time,
    so it is asked for only where the derivative looks wrong.
    """

    __slots__ = ("cancelled", "method", "noise", "number", "slopes")

    def __init__(self, number: float, method: str, noise: float = 0.0, slopes: Slopes | None = None,
                 cancelled: Callable[[], float] = float) -> None:  # fmt: skip
        self.number: Final = number
        self.method: Final = method
        self.noise: Final = noise
        self.slopes: Final = slopes
        self.cancelled: Final = cancelled


@final
class Probe:
    """A function at a point, whose numeric derivatives are taken along directions.

    The point is a list of arguments. A direction is a vector with one number for each element of the point. Results are
    a vector too; with `weights` they are one number, the sum of weights times results. If `analytic`, a complex step is
    tried before differences. `epsilon` is the relative precision in which the function computes.
    """

    __slots__ = ("analytic", "epsilon", "f", "point", "weights")

    def __init__(
        self, f: Function, point: list[Any], weights: Vector | None, epsilon: float, analytic: bool = True
    ) -> None:
        self.analytic: Final = analytic
        self.f: Final = f
        self.point: Final = point
        self.weights: Final = weights
        self.epsilon: Final = epsilon

    def derivatives(self, v: Vector) -> list[Estimate]:
        """Return the derivative of every result along v."""
        return (self._complex_step(v) if self.analytic else None) or self._differences(v)

    def _weighted(self, numbers: Vector) -> Vector:
        return numbers if self.weights is None else np.array([np.dot(self.weights, numbers)])

    def _complex_step(self, v: Vector) -> list[Estimate] | None:
        """Return Im f(x + ihv) / h with h = 1e-20; None if some op on the way is not analytic."""
        try:
            numbers = self._with_complex_step(self.point, v)
        except NotAnalyticError:
            return None
        for number, real in zip(numbers.real, results_at(self.f, self.point), strict=True):
            if relative_error(number, real, 1e-9) > 1e-9:
                return None  # the complex function differs from the real one here, as log does for negative numbers
        slopes = self._weighted(numbers.imag / COMPLEX_STEP)
        if not self._confirmed(v, slopes):
            return None

        @cache
        def cancelled() -> Vector:
            return with_rounding(
                lambda x: self._weighted(self._with_complex_step(x, v).imag / COMPLEX_STEP), self.point, self.epsilon
            )[1]

        found = enumerate(slopes)
        return [Estimate(float(x), "complex step", 0.0, None, lambda k=k: float(cancelled()[k])) for k, x in found]  # type: ignore[misc]

    def _with_complex_step(self, point: list[Any], v: Vector) -> Vector:
        """Return every result of f at x + ihv; NotAnalyticError if some op on the way is not analytic."""
        with no_grad():
            outs = leaves(self.f(*moved(point, v, _with_imaginary_part)))
        return np.concatenate([_complex_vector(out) for out in outs])

    def _confirmed(self, v: Vector, slopes: Vector) -> bool:
        """Tell whether real differences along v agree with these slopes, each at some step."""
        scale, rounding = self._scale(v), self._rounding(v)
        left = np.ones(len(slopes), bool)
        with np.errstate(all="ignore"):
            for step in CONFIRMING_STEPS:
                h = scale * step
                found = (4 * self._slope(v, -h / 2, h / 2) - self._slope(v, -h, h)) / 3
                largest = np.maximum(np.abs(found), np.abs(slopes))
                left &= ~(np.abs(found - slopes) <= CONFIRMED * largest + 16 * rounding / h)
                if not left.any():
                    return True
        return False

    def _scale(self, v: Vector) -> float:
        """Return the size of the elements that move along v, as a power of two, so that x + h is almost exact."""
        elements = numbers_in(self.point)[v != 0]
        return float(2.0 ** round(math.log2(max(np.abs(elements).max(initial=1.0), 1.0))))

    def _rounding(self, v: Vector) -> Vector:
        """Return the possible rounding error of each result.

        It is larger than the last digit of the result where larger numbers cancel on the way, so the point is moved by
        its own last digits and the results are compared.
        """
        results = results_at(self.f, self.point)
        sizes = np.abs(results) if self.weights is None else np.array([np.dot(np.abs(self.weights), np.abs(results))])
        digit = self.epsilon * self._scale(v)
        errors: Vector = np.fmax(self.epsilon * sizes, _spread(lambda k: self._at(k * digit * v)))
        return errors

    def _differences(self, v: Vector) -> list[Estimate]:
        """Return extrapolated central differences along v, and the slopes on either side."""
        scale, errors = self._scale(v), self._rounding(v)
        with np.errstate(all="ignore"):
            steps = [scale * step for step in STEPS]
            pairs = [(self._slope(v, -h, h), self._slope(v, -h / 2, h / 2)) for h in steps]
            sides = [
                side for h in SIDE_STEPS for side in (self._slope(v, -scale * h, 0.0), self._slope(v, 0.0, scale * h))
            ]
            # On the smallest steps a smooth curve is a line, so what two slopes differ by is rounding too.
            residues = np.median(
                [np.abs(wide - narrow) * h for (wide, narrow), h in zip(pairs, steps, strict=False)][-3:], axis=0
            )
            found = []
            for k, error in enumerate(errors):
                rounding = [float(np.fmax(error, residues[k])) / h for h in steps]
                number, noise = _extrapolated([(float(wide[k]), float(narrow[k])) for wide, narrow in pairs], rounding)
                # In float32 the small steps that show a kink are lost in rounding.
                noisy = ROUNDING * float(error) / (scale * SIDE_STEPS[0])
                left, right, far_left, far_right = (float(side[k]) for side in sides)
                kink = Slopes.of(left, right, far_left, far_right, noisy)
                slopes = kink if self.epsilon == EPSILON else None
                found.append(Estimate(number, "differences", noise, slopes))
        return found

    def _slope(self, v: Vector, a: float, b: float) -> Vector:
        """Return the slope of each result between the point moved by a times v and the point moved by b times v."""
        rise: Vector = self._at(b * v) - self._at(a * v)
        return rise / (b - a)

    def _at(self, step: Vector) -> Vector:
        return self._weighted(results_at(self.f, moved(self.point, step, lambda x, part: x + part)))


def _extrapolated(pairs: list[tuple[float, float]], rounding: list[float]) -> tuple[float, float]:
    """Return the best derivative and its possible error.

    Each pair has the slopes over a step and over half of it, and `rounding` their rounding errors. The best step is the
    one where the two slopes agree best. Richardson's extrapolation removes the error in proportion to the step squared.
    """
    tries = [
        (abs(wide - narrow) + error, (4 * narrow - wide) / 3)
        for (wide, narrow), error in zip(pairs, rounding, strict=True)
    ]
    noise, number = min((each for each in tries if not math.isnan(each[0])), default=(math.nan, math.nan))
    return float(number), ROUNDING * float(noise)


def _spread(at: Callable[[float], Vector]) -> Vector:
    """Return by how much results differ among themselves where the point moves by k of its last digits, `at(k)`.

    Each side is taken by itself, without the point, because there may be a jump at the point.
    """
    with np.errstate(all="ignore"):
        sides = [[at(side * k) for k in JITTER] for side in (-1.0, 1.0)]
        spread: Vector = np.fmax.reduce([np.fmax.reduce(side) - np.fmin.reduce(side) for side in sides])
    return spread


def with_rounding(f: Callable[[list[Any]], Vector], point: list[Any], epsilon: float) -> tuple[Vector, Vector]:
    """Return f(point) and the possible rounding error of each of its numbers.

    Where large numbers cancel on the way, the result is a rounding error or has few right digits, whatever its size. So
    the elements of the point are multiplied by 1 and a few last digits, which keeps zeros and ties, and the results
    are compared.
    """
    spread = _spread(lambda k: f(mapped(lambda x: x * (1.0 + k * epsilon), point)))
    return f(point), np.nan_to_num(ROUNDING * spread, posinf=0.0)


# Points and results as vectors


def as_node(x: Any) -> Node:
    """Return a Tensor of an array, a Value of a number."""
    return Tensor(x) if isinstance(x, np.ndarray) else Value(x)


def as_float64(x: Any) -> Any:
    """Return a number as a float; an array or a Tensor as an array of float64; both without graph and tangent."""
    x = innermost(x)
    x = x._data if isinstance(x, Node) else x
    return np.asarray(x, np.float64) if isinstance(x, np.ndarray) and x.dtype.kind in "fiub" else Value(x).item()


def numbers_in(tree: Any) -> Vector:
    """Return every element of a tree of numbers and arrays, as one vector."""
    return np.concatenate([np.zeros(0), *(np.ravel(as_float64(leaf)) for leaf in leaves(tree))])


def results_at(f: Function, point: list[Any]) -> Vector:
    """Return every element of f at the point. Its arguments are nodes, so that it may call their methods."""
    with no_grad():
        return numbers_in(f(*mapped(as_node, point)))


def moved(point: list[Any], v: Vector, move: Function) -> list[Any]:
    """Return the point with `move(x, part)` in place of every number or array x, where part is the part of v for x."""
    rest = v

    def one(x: Any) -> Any:
        nonlocal rest
        part, rest = rest[: np.size(x)], rest[np.size(x) :]
        return move(x, part.reshape(np.shape(x)) if np.shape(x) else float(part[0]))

    return list(mapped(one, point))


def _with_imaginary_part(x: Any, part: Any) -> Any:
    return ComplexNumber(x + 1j * COMPLEX_STEP * part) if np.any(part) else as_node(x)


def _complex_vector(out: Any) -> Vector:
    return np.ravel(out.number if isinstance(out, ComplexNumber) else as_float64(out)).astype(complex)
