"""Every elementwise op and every rule, spelled in JavaScript at many points, with Python's answers beside it."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from autograd import Symbol
from autograd.engine.forms import Kind, Takes
from autograd.engine.op import BUILT_IN, Op
from autograd.operands.spelling import JAVASCRIPT
from autograd.operands.symbol import literal, rule_text, written
from tests.rules.cases import CASES, Point

FUNCTIONS: Final = files("autograd.see.live").joinpath("functions.js").read_text(encoding="utf-8")
OPS: Final = [op for op in BUILT_IN.values() if op.kind is Kind.ELEMENTWISE or op.takes is Takes.LISTS]
SPECIAL: Final = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-310, -1e-310, 1e308, -1e308, math.inf, -math.inf, math.nan)
TOLERANCE: Final = 1e-12  # relative
# What differs by more than TOLERANCE, or in the sign of a zero, and why.
EXCEPTIONS: Final[dict[str, str]] = {}


@dataclass(frozen=True)
class Formula:
    """The JavaScript of an op or of a rule, the points to compute it at, and what Python computes there."""

    name: str
    arguments: list[str]
    text: str
    points: list[list[Any]]
    expected: list[float]

    def differences(self, found: list[str]) -> Iterator[str]:
        for point, expected, text in zip(self.points, self.expected, found, strict=True):
            number = {"true": 1.0, "false": 0.0}.get(text)
            number = float(text) if number is None else number
            if not equal(number, float(expected)):
                yield f"{self.name} at {point}: {number!r} in JavaScript, {float(expected)!r} in Python ({self.text})"


def equal(a: float, b: float) -> bool:
    if a != a or b != b or math.isinf(a) or math.isinf(b) or a == 0 or b == 0:
        return repr(a) == repr(b)
    # A subnormal number has fewer digits than a relative error can count.
    return abs(a - b) <= max(TOLERANCE * abs(b), 5e-324)


def formulas() -> list[Formula]:
    """Return every op, and each of its rules with a gradient that is a name and one that is the number 1."""
    return [formula for op in OPS for formula in _of(op)]


def _of(op: Op) -> Iterator[Formula]:
    case = CASES[op.name]
    params = {**op.params, **case.params}
    points = list(_points(op))
    for count in sorted({len(point) for point in points}):
        own = [point for point in points if len(point) == count]
        letters = [f"x{k}" for k in range(count)]
        symbols = [Symbol(letter, spelling=JAVASCRIPT) for letter in letters]
        g, y = Symbol("g", spelling=JAVASCRIPT), Symbol("y", spelling=JAVASCRIPT)
        results = [op.forward(point, params) for point in own]
        forward = written(op, symbols, params)
        yield Formula(op.name, letters, forward, [list(p) for p in own], results)
        for k in range(count):
            if not op.rules or op.rule(k, count) is None:
                continue
            for upstream, number in ((g, -1.7), (literal(1.0, JAVASCRIPT), 1.0)):
                text = str(rule_text(op, k, upstream, y, symbols, params))
                rows = [[number, result, *point] for point, result in zip(own, results, strict=True)]
                expected = [op.vjp(k, number, y, p, params) for p, y in zip(own, results, strict=True)]
                yield Formula(f"rule {k} of {op.name}", ["g", "y", *letters], text, rows, expected)


def _points(op: Op) -> Iterator[Point]:
    case = CASES[op.name]
    yield from case.everywhere
    if not op.rules or op.name == "where":  # masks and bits
        return
    count = len(case.points[0])
    draw = random.Random(f"points of {op.name}")
    for _ in range(60):
        yield tuple(draw.choice((draw.uniform(-3, 3), draw.gauss(0, 30))) for _ in range(count))
    for _ in range(40 if count > 1 else 0):
        yield tuple(draw.choice(SPECIAL) for _ in range(count))
    if count == 1:
        yield from ((x,) for x in SPECIAL)


def script(asked: list[Formula]) -> str:
    """Return JavaScript that evaluates to the results of all formulas, as text that tells 0 from -0."""
    rows = [
        f"[(({', '.join(formula.arguments)}) => {formula.text}), {json.dumps(formula.points)}]" for formula in asked
    ]
    body = ",\n".join(rows)
    show = (
        'JSON.stringify(all.map(([f, points]) => points.map((p) => Object.is(f(...p), -0) ? "-0" : String(f(...p)))))'
    )
    return f"(() => {{\n{FUNCTIONS}\nconst all = [\n{body}\n];\nreturn {show};\n}})()"
