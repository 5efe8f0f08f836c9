"""The rules in C: the header is what the table gives, and each function has the bits of the Python that it spells."""

from __future__ import annotations

import operator
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import spell_c
from autograd import Value, native
from autograd.engine.op import BUILT_IN, Op
from autograd.engine.quiet import quietly
from autograd.graph.tape import Tape

from .points import LISTS, SPELLED, Floats, Points, points

FEW, MANY = 1000, 2_000_000  # points for each op
BLOCK = 20_000  # points at a time
HEADER = Path(spell_c.HEADER)
compiled = pytest.mark.skipif(not autograd.__compiled__, reason="this is the pure engine")


@pytest.mark.skipif(not HEADER.exists(), reason="the source of the engine is not beside its tests")
def test_the_header_is_what_the_table_gives() -> None:
    written = HEADER.read_text(encoding="utf-8") == spell_c.header()
    assert written, "a rule has changed: run `python3 tools/spell_c.py`, then build with `python3 tools/test.py`"


def test_every_op_with_a_rule_is_spelled_but_these() -> None:
    without = [op.name for op in BUILT_IN.values() if op.kind == "elementwise" and op.rules and op not in SPELLED]
    assert without == ["lgamma", "digamma", "polygamma", "dot", "logsumexp"], (
        "an op is not spelled for C: add its name to the table C in autograd/operands/spelling.py, or to this list"
    )


@pytest.mark.parametrize(("name", "of_python"), [("remainder", operator.mod), ("floor_divide", operator.floordiv)])
def test_a_division_with_remainder_is_pythons(name: str, of_python: Any) -> None:
    op = BUILT_IN[name]
    at = quietly(points, op, 0, 20_000)
    floats = [(a, b) for a, b in zip(*(column.tolist() for column in at.inputs), strict=True) if b]
    integers = [(a, b) for a in (7, -7, 2**70 + 1, True) for b in (3, -3, 2**53 + 1, -(2**80), True)]
    mixed = [(float(a), b) for a, b in integers] + [(a, float(b)) for a, b in integers]
    for pairs in (floats, integers, mixed):
        assert [repr(op(a, b)) for a, b in pairs] == [repr(of_python(a, b)) for a, b in pairs]


def rows(op: Op, at: Points) -> Iterator[tuple[float, list[Any], dict[str, float]]]:
    """Yield for each point the gradient, the inputs and the parameters, as Python's own numbers."""
    inputs: list[list[Any]] = [column.tolist() for column in at.inputs]
    if op.name == "where":
        inputs[0] = list(map(bool, inputs[0]))
    params = [column.tolist() for column in at.params]
    for k, g in enumerate(at.gradient.tolist()):
        yield g, [column[k] for column in inputs], {name: params[j][k] for j, name in enumerate(op.params)}


def in_python(op: Op, at: Points) -> list[Floats]:
    """Return the values at all points, and for each input what its rule gives; 0 where it has none."""
    count = len(at.inputs)
    ruled = [k for k in range(count) if op.rule(k, count) is not None]
    value, slopes = array("d"), [array("d", bytes(8 * len(at.gradient) * (k not in ruled))) for k in range(count)]
    for g, xs, params in rows(op, at):
        y = op.forward(xs, params)
        value.append(y)
        for k in ruled:
            slopes[k].append(op.vjp(k, g, y, xs, params))
    return [np.array(column) for column in (value, *slopes)]


def by_values(op: Op, at: Points) -> list[Floats]:
    """Return the same from Values in C: the result of the op, and the gradients that a sweep leaves."""
    found: list[list[float]] = [[] for _ in range(1 + len(at.inputs))]
    first = 1 if op.name == "where" else 0  # the mask is no Value
    for g, xs, params in rows(op, at):
        args = [*xs[:first], *map(Value, xs[first:])]
        root = op(*args, **params)
        root.backward(g)
        for column, x in zip(found, (root.data, *[0.0] * first, *(x.grad for x in args[first:])), strict=True):
            column.append(x)
    return [np.array(column, np.float64) for column in found]


def by_tape(op: Op, at: Points) -> list[Floats]:
    """Return the same from a tape of this one op."""
    leaves = np.arange(len(at.inputs) + len(at.params), dtype=np.uint32)
    count, size = len(leaves), len(at.gradient)
    code, inputs, root = native.codes[op.name], leaves[: len(at.inputs)], np.array([count], np.uint32)
    # A parameter is a leaf like an input, and the tape has an array of it too; no gradient flows there.
    tape = Tape(bytes([code]), np.array([0, count], np.uint32), leaves, np.zeros(count), leaves, root)
    results = tape.run_samples([*at.inputs, *at.params, at.gradient], True, size)
    assert not results[1 + len(inputs) :].any()
    return list(results[: 1 + len(inputs)])


def differences(op: Op, count: int) -> list[str]:
    """Return the points where the compiled engine and the Python differ in a bit; one nan is as good as another."""
    found: list[str] = []
    for seed in range(0, count, BLOCK):
        at = points(op, seed, min(BLOCK, count - seed))
        wanted = in_python(op, at)
        for engine in (by_values, by_tape):
            for k, (right, given) in enumerate(zip(wanted, engine(op, at), strict=True)):
                differ = (right.view(np.int64) != given.view(np.int64)) & ~(np.isnan(right) & np.isnan(given))
                what = f"rule {k - 1}" if k else "value"
                found += [
                    f"{what} of {op.name} at {[x[j].item() for x in (*at.inputs, *at.params, at.gradient)]}: "
                    f"{right[j]!r} in Python, {given[j]!r} {engine.__name__}"
                    for j in np.flatnonzero(differ)
                ]
    return found[:10]


@compiled
@pytest.mark.parametrize("op", [*SPELLED, *LISTS], ids=lambda op: op.name)
def test_every_value_and_rule_has_the_bits_of_python(op: Op) -> None:
    assert quietly(differences, op, FEW) == []


@compiled
@pytest.mark.slow
@pytest.mark.parametrize("op", [*SPELLED, *LISTS], ids=lambda op: op.name)
def test_every_value_and_rule_has_the_bits_of_python_at_two_million_points(op: Op) -> None:
    assert quietly(differences, op, MANY) == []
