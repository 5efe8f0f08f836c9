"""Where the two engines are compared, op by op: special values, numbers of every size, both sides of kinks, ties."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

import spell_c
from autograd.engine.forms import Takes
from autograd.engine.op import BUILT_IN, Op

Floats = np.ndarray[Any, np.dtype[np.float64]]

SPELLED: Final = [op for op in BUILT_IN.values() if spell_c.in_c(op)]
LISTS: Final = [op for op in BUILT_IN.values() if op.takes is Takes.LISTS]
SPECIAL: Final = (
    0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e308, -1e308, 710.0, -745.2, 1e-300, 0.5,
    -0.5, 2.0, 3.0, -3.0, 1e16,
)  # fmt: skip
# Where a rule or a forward function takes another branch, overflows, underflows, or rounds half to even.
KINKS: Final = (
    0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 22.0, 26.5, 36.7, 60.0, 709.782712893384, 710.475860073944, 745.1332191019411,
    1022.0, 1e8, 2.0**52, 2.0**53, 1.3407807929942596e154, 2.2250738585072014e-308, 1.7976931348623157e308,
)  # fmt: skip
PER_LIST: Final = 3  # elements in each list of an op of lists


class Points(NamedTuple):
    """Columns of numbers: the gradients at the result, and for each input and each parameter its numbers."""

    gradient: Floats
    inputs: list[Floats]
    params: list[Floats]


def operand_count(op: Op) -> int:
    """Return how many inputs the op has here: as many as it names, or some for each of its lists."""
    return len(op.inputs) * (PER_LIST if op.takes is Takes.LISTS else 1)


def points(op: Op, seed: int, count: int) -> Points:
    """Return so many points for an op, drawn from its name and the seed."""
    draw = np.random.default_rng([seed, *op.name.encode()])
    inputs = [_numbers(draw, count) for _ in range(operand_count(op))]
    if op.name == "where":
        inputs[0] = draw.integers(0, 2, count).astype(np.float64)
    for k in range(1, len(inputs)):
        inputs[k] = _tied(draw, inputs[k], inputs[k - 1])
    params = [np.where(draw.random(count) < 0.3, float(x), _numbers(draw, count)) for x in op.params.values()]
    return Points(_numbers(draw, count), inputs, params)


def _numbers(draw: np.random.Generator, count: int) -> Floats:
    """Return numbers of nine kinds, mixed."""
    whole = draw.integers(-20, 21, count).astype(np.float64)
    sign = draw.choice((-1.0, 1.0), count)
    kinds: list[Floats] = [
        draw.choice(SPECIAL, count),
        draw.normal(0.0, 1.0, count),
        draw.normal(0.0, 30.0, count),
        _quiet(draw.integers(0, 2**64, count, dtype=np.uint64).view(np.float64)),
        sign * draw.integers(0, 2 ** draw.integers(1, 53, count)).view(np.float64),  # subnormal
        sign * 10.0 ** draw.uniform(-320.0, 308.0, count),
        whole,
        whole + 0.5,
        _beside(draw, sign * draw.choice(KINKS, count)),
    ]
    return np.choose(draw.integers(0, len(kinds), count), kinds)


def _quiet(numbers: Floats) -> Floats:
    """Return the numbers without a signalling nan: no arithmetic gives one, and C's pow and hypot treat it apart."""
    return np.where(np.isnan(numbers), np.nan, numbers)


def _beside(draw: np.random.Generator, numbers: Floats) -> Floats:
    """Return each number, or one of its nearest neighbours."""
    return numbers + draw.integers(-3, 4, len(numbers)) * np.spacing(numbers)


def _tied(draw: np.random.Generator, numbers: Floats, others: Floats) -> Floats:
    """Return the numbers, of which some equal another input, its negative or one of its neighbours."""
    return np.choose(draw.integers(0, 10, len(numbers)), [others, -others, _beside(draw, others), *[numbers] * 7])
