"""check_gradients: are the derivatives of this function right, and if not, which, and why.

What this file knows is when a derivative is right: which differences rounding explains, and what a kink, a jump and a
vertical tangent allow. The derivatives to compare with come from `numeric.py`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, Final, final

import numpy as np

from ..engine.mode import no_grad
from ..functions import reductions
from ..operands.tensor import Tensor
from .numeric import EPSILON, Probe, Slopes, Vector, flat, node, plain, relative_error, results
from .report import GradientError as GradientError, Report, Row
from .transforms import grad, jacobian
from .trees import Function, leaves, mapped

FULL: Final = 64  # elements of which every derivative is compared
DIRECTIONS: Final = 8  # compared where there are more


def check_gradients(f: Function, *args: Any, order: int = 1, tolerance: float = 1e-6) -> Report:
    """Compare every first derivative of `f` at `args` with one taken without rules; with order=2 the second ones too.

    `f` returns a number, an array or a list of them; the args are numbers, arrays, Values, Tensors or lists of them
    (arrays of integers are handed on as they are). Up to 64 elements every derivative is compared; of more, derivatives
    along eight random directions, the same in every run, and an element is looked for where one is not as it should be.
    float32 is too coarse for differences: such arguments are taken as float64, and the report says so.

    Raises GradientError where a relative error is above `tolerance`, beyond what rounding explains in the differences.
    At a kink any slope between the one-sided ones is right; at a jump none is; where the slope grows without bound, the
    infinite one is. The report says which element, by how much, and which of these.

    >>> print(check_gradients(lambda x: x * x, 3.0))
    element  analytic  numeric  rel. error  by
    df/dx           6        6     0.0e+00  complex step
    >>> print(check_gradients(lambda x: x[:, 0] * 2.0, np.ones((1, 2))))
    element        analytic  numeric  rel. error  by
    df[0]/dx[0,0]         2        2     0.0e+00  complex step
    df[0]/dx[0,1]         0        0     0.0e+00  complex step
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {order!r}")
    if not args:
        raise ValueError("check_gradients got no arguments to differentiate at; call check_gradients(f, x, ...)")
    point, g, names = _free(f, args)
    if not point:
        raise ValueError("check_gradients got arrays of integers only, which have no gradient; make one of them floats")
    if not np.isfinite(flat(point)).all():
        raise ValueError(f"gradients are checked at finite numbers, got {point}")
    with no_grad():
        outs = leaves(g(*mapped(node, point)))
    if not flat(outs).size:
        raise ValueError("the function returned an empty list: there is nothing to check")
    if not np.array_equal(flat(outs), results(g, point), equal_nan=True):
        raise ValueError(f"the function gives different results at the same point {point}: fix its random numbers")
    notes = []
    if any(_coarse(leaf) for leaf in leaves(list(args))):
        notes.append("float32 is too coarse to check gradients in: the arguments were taken as float64")
    epsilon = EPSILON
    if any(_coarse(out) for out in outs):
        epsilon, tolerance = 2.0**-23, max(tolerance, 1e-2)
        notes.append(f"float32 is too coarse, and the function computes in it: judged to {tolerance:g} only")
    judge = Judge(tolerance, epsilon)
    count = flat(outs).size * len(names) ** order
    check = judge.every if len(names) <= FULL and count <= FULL * FULL else judge.along_directions
    report = Report(check(g, point, names, _outputs(outs), order), notes)
    if not report.ok:
        raise GradientError(report)
    return report


@final
class Judge:
    """Whether derivatives are right, within a tolerance and the precision that the function computes with."""

    __slots__ = ("epsilon", "tolerance")

    def __init__(self, tolerance: float, epsilon: float) -> None:
        self.tolerance: Final = tolerance
        self.epsilon: Final = epsilon

    def every(self, f: Function, point: list[Any], names: list[str], outputs: list[list[str]], order: int) -> list[Row]:
        """Every derivative of every result by every element."""
        which = tuple(range(len(point)))
        sizes = [np.size(leaf) for leaf in leaves(point)]

        def first(*x: Any) -> list[Any]:
            return leaves(jacobian(f, which)(*x))

        labels = [label for output in outputs for label in output]
        analytic = _matrix(first(*point), [len(output) for output in outputs], sizes)
        rows = self._columns(Probe(f, point, None, self.epsilon), analytic, names, labels, "d{}/d{}")
        if order == 2:
            parts = np.cumsum([0, *sizes])
            blocks = [[names[a:b] for a, b in itertools.pairwise(parts)] for _ in outputs]
            slopes = [
                [f"{label}/d{name}" for label in output for name in block]
                for output, several in zip(outputs, blocks, strict=True)
                for block in several
            ]
            second = _matrix(leaves(jacobian(first, which)(*point)), [len(block) for block in slopes], sizes)
            labels = [slope for block in slopes for slope in block]
            probe = Probe(first, point, None, self.epsilon, analytic=False)
            rows += self._columns(probe, second, names, labels, "d²{}d{}")
        return rows

    def _columns(self, probe: Probe, analytic: Vector, names: list[str], labels: list[str], form: str) -> list[Row]:
        rows = []
        for j, name in enumerate(names):
            numeric = probe.derivatives(np.eye(1, len(names), j)[0])
            for k, (label, found) in enumerate(zip(labels, numeric, strict=True)):
                rows.append(self.row(form.format(label, name), float(analytic[k, j]), *found))
        return rows

    def along_directions(
        self, f: Function, point: list[Any], names: list[str], outputs: list[list[str]], order: int
    ) -> list[Row]:
        """Derivatives along random directions, of the result or of a random sum of the results."""
        which = tuple(range(len(point)))
        count = sum(map(len, outputs))
        random = np.random.default_rng(0)  # the same directions in every run
        first, second = _Search(self, names), _Search(self, names)
        for k in range(1, DIRECTIONS + 1):
            u = np.ones(1) if count == 1 else random.uniform(-1.0, 1.0, count)
            v, w = random.uniform(-1.0, 1.0, (2, len(names)))
            label = "f" if count == 1 else f"(u{k}·f)"
            slope = grad(_summed(f, u), which)
            first.along(v, f"v{k}", label, Probe(f, point, u, self.epsilon), flat(slope(*point)))
            if order == 2:
                pushed = _summed(slope, v)
                probe = Probe(pushed, point, np.ones(1), self.epsilon, analytic=False)
                second.along(w, f"w{k}", f"(v{k}·∇{label})", probe, flat(grad(pushed, which)(*point)))
        return [*first.rows, *second.rows]

    def row(
        self, element: str, analytic: float, numeric: float, method: str, noise: float, slopes: Slopes | None
    ) -> Row:
        """The row of one derivative, judged."""
        if slopes is not None and slopes.bounded:
            low, high = sorted((slopes.left, slopes.right))
            slack = 100 * self.tolerance * max(1.0, abs(low), abs(high))  # one-sided differences are that coarse
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
        floor = noise / self.tolerance
        return Row(
            element, analytic, numeric, method, "", relative_error(analytic, numeric, floor) <= self.tolerance, floor
        )


@final
class _Search:
    """Rows of directions, and of single elements that show what is to be said about a direction.

    An element at a kink allows any slope between two, under which a wrong one elsewhere could hide; so it is set aside,
    and the others move without it.
    """

    __slots__ = ("judge", "names", "rows", "smooth")

    def __init__(self, judge: Judge, names: list[str]) -> None:
        self.judge: Final = judge
        self.names: Final = names
        self.rows: Final[list[Row]] = []
        self.smooth: Final = np.ones(len(names), bool)

    def along(self, v: Vector, called: str, label: str, probe: Probe, gradient: Vector) -> None:
        """Add the row of the direction v, after those of elements that were found on the way."""

        def row(places: Vector, weights: Vector, element: str) -> Row:
            direction = np.zeros(len(self.names))
            direction[places] = weights[places]
            (found,) = probe.derivatives(direction)
            return self.judge.row(element, float(np.dot(gradient, direction)), *found)

        for _ in range(DIRECTIONS):
            places = np.flatnonzero(self.smooth)
            whole = row(places, v, f"d{label} along {called}")
            if (whole.ok and not whole.note) or not all(r.ok for r in self.rows):
                break  # one wrong element is enough
            while len(places) > 1:  # halve those that move, as long as one half alone shows it
                halves = [(half, row(half, v, "")) for half in np.array_split(places, 2)]
                telling = [half for half, r in halves if r.ok is whole.ok and bool(r.note) is bool(whole.note)]
                places = telling[0] if telling else places[:0]
            if not len(places):
                break  # it takes several elements together
            self.rows.append(row(places, np.ones(len(self.names)), f"d{label}/d{self.names[places[0]]}"))
            if not whole.ok:
                break
            self.smooth[places] = False
        self.rows.append(whole)


def _free(f: Function, args: tuple[Any, ...]) -> tuple[list[Any], Function, list[str]]:
    """The arguments that can move, as numbers and arrays; `f` as a function of these; the names of their elements."""
    moves = [not all(_whole(leaf) for leaf in leaves(arg)) or not leaves(arg) for arg in args]
    point = [mapped(plain, arg) for arg, free in zip(args, moves, strict=True) if free]
    names = [
        name
        for k, (arg, free) in enumerate(zip(args, moves, strict=True))
        if free
        for name in _places(f"x{k}" if len(args) > 1 else "x", arg)
    ]

    def moving(*x: Any) -> Any:
        free = iter(x)
        return f(*[next(free) if moved else arg for arg, moved in zip(args, moves, strict=True)])

    return point, moving, names


def _whole(x: Any) -> bool:
    """Whether it is an array of integers: labels or indices, with no gradient."""
    return isinstance(x, (np.ndarray, Tensor)) and x.dtype.kind in "iub"


def _coarse(x: Any) -> bool:
    return isinstance(x, (np.ndarray, np.floating, Tensor)) and x.dtype.kind == "f" and x.dtype.itemsize < 8


def _places(prefix: str, tree: Any) -> Iterator[str]:
    """`x`, or `x[0]` and `x[1]` of a list, or `x[0,0]`, ... of an array."""
    if isinstance(tree, (list, tuple)):
        for k, branch in enumerate(tree):
            yield from _places(f"{prefix}[{k}]", branch)
    elif shape := np.shape(plain(tree)):
        yield from (f"{prefix}[{','.join(map(str, place))}]" for place in np.ndindex(shape))
    else:
        yield prefix


def _outputs(outs: list[Any]) -> list[list[str]]:
    """The names of the elements of each result."""
    return [list(_places(f"f[{k}]" if len(outs) > 1 else "f", out)) for k, out in enumerate(outs)]


def _matrix(blocks: list[Any], heights: list[int], widths: list[int]) -> Vector:
    """One matrix of the derivatives of each result by each argument."""
    cells = iter(blocks)
    rows = [[np.reshape(plain(next(cells)), (height, width)) for width in widths] for height in heights]
    return np.block(rows) if widths else np.zeros((sum(heights), 0))


def _summed(f: Function, weights: Vector) -> Function:
    """The sum of weights times everything that `f` gives."""

    def total(*x: Any) -> Any:
        rest, sum_ = weights, 0.0
        for out in leaves(f(*x)):
            shape = np.shape(plain(out))
            mine, rest = rest[: math.prod(shape)], rest[math.prod(shape) :]
            part = reductions.sum(out * mine.reshape(shape)) if shape else out * float(mine[0])
            sum_ = part + sum_
        return sum_

    return total
