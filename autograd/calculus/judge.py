"""Judge: decides whether the derivatives of a function agree with its numeric ones.

This file decides which differences are rounding errors, and which slopes are right at a kink, a jump and a vertical
tangent. The numeric derivatives come from `numeric.py`.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, Final, final

import numpy as np

from ..functions import reductions
from .numeric import Estimate, Probe, Slopes, Vector, as_float64, numbers_in, relative_error, with_rounding
from .report import Row
from .transforms import grad, jacobian
from .trees import Function, leaves

DIRECTIONS: Final = 8  # how many random directions are judged


@final
class Judge:
    """Judges derivatives, within a tolerance and the relative precision (`epsilon`) in which the function computes."""

    __slots__ = ("epsilon", "tolerance")

    def __init__(self, tolerance: float, epsilon: float) -> None:
        self.tolerance: Final = tolerance
        self.epsilon: Final = epsilon

    def every(self, f: Function, point: list[Any], names: list[str], outputs: list[list[str]], order: int) -> list[Row]:
        """Judge every derivative of every result with respect to every element."""
        all_arguments = tuple(range(len(point)))
        sizes = [np.size(leaf) for leaf in leaves(point)]

        def first(*x: Any) -> list[Any]:
            return leaves(jacobian(f, all_arguments)(*x))

        labels = [label for output in outputs for label in output]
        heights = [len(output) for output in outputs]
        analytic = with_rounding(lambda x: _matrix(first(*x), heights, sizes), point, self.epsilon)
        rows = self._columns(Probe(f, point, None, self.epsilon), analytic, names, labels, "d{}/d{}")
        if order == 2:
            ends = np.cumsum([0, *sizes])
            blocks = [names[a:b] for a, b in itertools.pairwise(ends)]
            # One list for each array of first derivatives: those of one result with respect to one argument.
            slopes = [
                [f"{label}/d{name}" for label in output for name in block] for output in outputs for block in blocks
            ]
            heights = [len(several) for several in slopes]
            second = with_rounding(
                lambda x: _matrix(leaves(jacobian(first, all_arguments)(*x)), heights, sizes), point, self.epsilon
            )
            probe = Probe(first, point, None, self.epsilon, analytic=False)
            rows += self._columns(probe, second, names, [slope for several in slopes for slope in several], "d²{}d{}")
        return rows

    def _columns(
        self, probe: Probe, derivatives: tuple[Vector, Vector], names: list[str], labels: list[str], form: str
    ) -> list[Row]:
        """Judge the matrix of derivatives column by column, which is one direction for each element."""
        analytic, rounding = derivatives
        rows = []
        for j, name in enumerate(names):
            estimates = probe.derivatives(np.eye(1, len(names), j)[0])
            for k, (label, estimate) in enumerate(zip(labels, estimates, strict=True)):
                rows.append(self.row(form.format(label, name), float(analytic[k, j]), estimate, float(rounding[k, j])))
        return rows

    def along_directions(
        self, f: Function, point: list[Any], names: list[str], outputs: list[list[str]], order: int
    ) -> list[Row]:
        """Judge derivatives along random directions, of the result or of a random weighted sum of the results."""
        all_arguments = tuple(range(len(point)))
        count = sum(map(len, outputs))
        random = np.random.default_rng(0)  # the same directions in every run
        first, second = _Search(self, names), _Search(self, names)
        for k in range(1, DIRECTIONS + 1):
            u = np.ones(1) if count == 1 else random.uniform(-1.0, 1.0, count)
            v, w = random.uniform(-1.0, 1.0, (2, len(names)))
            label = "f" if count == 1 else f"(u{k}·f)"
            gradient = grad(_weighted_sum(f, u), all_arguments)
            first.along(v, f"v{k}", label, Probe(f, point, u, self.epsilon), gradient)
            if order == 2:
                slope = _weighted_sum(gradient, v)
                probe = Probe(slope, point, np.ones(1), self.epsilon, analytic=False)
                second.along(w, f"w{k}", f"(v{k}·∇{label})", probe, grad(slope, all_arguments))
        return [*first.rows, *second.rows]

    def row(self, element: str, analytic: float, estimate: Estimate, rounding: float) -> Row:
        """Judge one derivative, which has this rounding error of its own."""
        numeric, method = estimate.number, estimate.method
        if estimate.slopes is not None:
            note, ok = self._at_kink(analytic, estimate.slopes)
            return Row(element, analytic, numeric, method, note, ok)
        if not (math.isfinite(analytic) and math.isfinite(numeric)):
            same = analytic == numeric or (math.isnan(analytic) and math.isnan(numeric))
            return Row(element, analytic, numeric, method, "not finite", same)
        floor = (estimate.noise + rounding) / self.tolerance
        if relative_error(analytic, numeric, floor) > self.tolerance:
            floor += estimate.cancelled() / self.tolerance
        ok = relative_error(analytic, numeric, floor) <= self.tolerance
        return Row(element, analytic, numeric, method, "", ok, floor)

    def _at_kink(self, analytic: float, slopes: Slopes) -> tuple[str, bool]:
        """Return a note on a point where the slopes on either side differ, and whether the derivative is right."""
        if slopes.bounded:
            low, high = sorted((slopes.left, slopes.right))
            slack = 100 * self.tolerance * max(1.0, abs(low), abs(high))  # one-sided differences are that inexact
            note = f"kink: the one-sided slopes differ ({low:.6g} and {high:.6g})"
            return note, low - slack <= analytic <= high + slack
        note = "not smooth: the slope grows without bound as the step shrinks (a jump, or a vertical tangent)"
        known = [slope for slope in (slopes.left, slopes.right) if not math.isnan(slope)]
        return note, math.isinf(analytic) and all(slope * analytic > 0 for slope in known)


@final
class _Search:
    """Judges directions. Where one is wrong or has a note, it halves the elements until one with that result is left.

    At a kink any slope between two is right, and the error of another element could hide between them. So an element at
    a kink is kept still, and the direction is judged again with the other elements.
    """

    __slots__ = ("judge", "moving", "names", "rows")

    def __init__(self, judge: Judge, names: list[str]) -> None:
        self.judge: Final = judge
        self.names: Final = names
        self.rows: Final[list[Row]] = []
        self.moving: Final = np.ones(len(names), bool)  # False for the elements that are kept still

    def along(self, v: Vector, direction: str, label: str, probe: Probe, slope: Function) -> None:
        """Add the rows of the elements that were found, then the row of the direction v; `slope` is the gradient."""
        gradient, rounding = with_rounding(lambda x: numbers_in(slope(*x)), probe.point, probe.epsilon)

        def row(elements: Vector, weights: Vector, element: str) -> Row:
            part = np.zeros(len(self.names))
            part[elements] = weights[elements]
            (estimate,) = probe.derivatives(part)
            error = float(np.dot(rounding + probe.epsilon * np.abs(gradient), np.abs(part)))
            return self.judge.row(element, float(np.dot(gradient, part)), estimate, error)

        for _ in range(DIRECTIONS):
            elements = np.flatnonzero(self.moving)
            whole = row(elements, v, f"d{label} along {direction}")
            if (whole.ok and not whole.note) or not all(r.ok for r in self.rows):
                break  # right, or a wrong element is known already: one is enough
            while len(elements) > 1:  # continue with the half that has the same finding
                halves = [(half, row(half, v, "")) for half in np.array_split(elements, 2)]
                same = [half for half, r in halves if r.ok is whole.ok and bool(r.note) is bool(whole.note)]
                elements = same[0] if same else elements[:0]
            if not len(elements):
                break  # only several elements together have the finding
            self.rows.append(row(elements, np.ones(len(self.names)), f"d{label}/d{self.names[elements[0]]}"))
            if not whole.ok:
                break
            self.moving[elements] = False
        self.rows.append(whole)


def _matrix(blocks: list[Any], heights: list[int], widths: list[int]) -> Vector:
    """Join blocks, the derivatives of one result with respect to one argument each, to one matrix."""
    block = iter(blocks)
    rows = [[np.reshape(as_float64(next(block)), (height, width)) for width in widths] for height in heights]
    return np.block(rows) if widths else np.zeros((sum(heights), 0))


def _weighted_sum(f: Function, weights: Vector) -> Function:
    """Return a function that computes the sum of weights times all elements of the results of `f`."""

    def total(*x: Any) -> Any:
        rest, sum_ = weights, 0.0
        for out in leaves(f(*x)):
            shape = np.shape(as_float64(out))
            own, rest = rest[: math.prod(shape)], rest[math.prod(shape) :]
            part = reductions.sum(out * own.reshape(shape)) if shape else out * float(own[0])
            sum_ = part + sum_
        return sum_

    return total
