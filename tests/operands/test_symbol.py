"""Symbol: the text of a formula evaluates to what the formula computes, with no parenthesis too many."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Symbol, Value
from autograd.engine.op import OPS
from autograd.graph.rule_table import scalar_ops, structural_ops
from autograd.operands.spelling import PEOPLE
from autograd.operands.symbol import literal

a, b, c = Symbol("a"), Symbol("b"), Symbol("c")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a + b, "a + b"),
        (a - b - c, "a - b - c"),
        (a - (b - c), "a - (b - c)"),
        (a - (b + c), "a - (b + c)"),
        (a + (b + c), "a + (b + c)"),  # not a + b + c, whose last bit may differ
        (a * b * c, "a * b * c"),
        (a * (b * c), "a * (b * c)"),
        (a * (b / c), "a * (b / c)"),
        (a / b / c, "a / b / c"),
        (a / (b * c), "a / (b * c)"),
        ((a + b) * c, "(a + b) * c"),
        (a * b + c, "a * b + c"),
        (a * (b + c), "a * (b + c)"),
        (a**b**c, "a ** b ** c"),
        ((a**b) ** c, "(a ** b) ** c"),
        (a ** (b * c), "a ** (b * c)"),
        (-(a**b), "-a ** b"),
        ((-a) ** b, "(-a) ** b"),
        (a**-b, "a ** -b"),
        (-a * b, "-a * b"),
        (-(a * b), "-(a * b)"),
        (operator.neg(-a), "--a"),
        (a - -b, "a - -b"),
        (-(a + b), "-(a + b)"),
        (2 * a, "2 * a"),
        (a - 0.5, "a - 0.5"),
        (a ** (-2), "a ** -2"),
        (Symbol.__pow__(literal(-2.0), a), "(-2) ** a"),
        (a * -2, "a * -2"),
        (autograd.tanh(a + b) * c, "tanh(a + b) * c"),
        (autograd.maximum(a, b - c), "maximum(a, b - c)"),
        (autograd.leaky_relu(a), "leaky_relu(a)"),
        (autograd.leaky_relu(a, 0.2), "leaky_relu(a, negative_slope=0.2)"),
        (autograd.clip(a, max=1), "clip(a, max=1)"),
        (autograd.where(a < b, a, 0), "where(a < b, a, 0)"),
        (autograd.where((a < b) & (b <= c), a, 0), "where((a < b) & (b <= c), a, 0)"),
        (autograd.sum([a, b * c, 2]), "sum([a, b * c, 2])"),
        (autograd.dot([a, b], [c, 2]), "dot([a, b], [c, 2])"),
        (autograd.mean([a, b]), "sum([a, b]) / 2"),
    ],
    ids=str,
)
def test_precedence_and_parentheses(formula: Symbol, text: str) -> None:
    assert str(formula) == text
    assert repr(formula) == f"Symbol({text!r})"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a * 1, "a"),
        (1.0 * a, "a"),
        (a * -1, "-a"),
        (-1 * (a + b), "-(a + b)"),
        (a / 1, "a"),
        (a**1, "a"),
        (autograd.where(literal(True), a, b), "a"),
        (autograd.where(literal(False), a, b), "b"),
        ((a < b) & literal(True), "a < b"),
        ((a < b) & literal(False), "False"),
        (literal(3.0) - 1, "2"),
        (a ** (literal(3.0) - 1), "a ** 2"),
        (autograd.log(literal(2.0)), "log(2)"),
        # Not shortened: these would change a bit, or hide an inf or a nan.
        (a + 0, "a + 0"),  # -0.0 + 0 is 0.0
        (a * 0, "a * 0"),  # inf * 0 is nan
        (0 / a, "0 / a"),
        (a - a, "a - a"),
        (1 / a, "1 / a"),
        (a**0, "a ** 0"),
    ],
    ids=str,
)
def test_only_what_changes_no_bit_is_left_out(formula: Symbol, text: str) -> None:
    assert str(formula) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (-3, "-3"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (1e15, "1000000000000000.0"),
        (2.0**53, "9007199254740992.0"),
        (5e-324, "5e-324"),
        (0.0, "0"),
        (-0.0, "-0.0"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (True, "True"),
    ],
)
def test_a_number_is_text_that_evaluates_to_it_to_the_bit(number: float, text: str) -> None:
    assert str(literal(number)) == text
    back = float(eval(text, {"inf": math.inf, "nan": math.nan}))
    assert np.float64(back).tobytes() == np.float64(number).tobytes()


LEAVES = ("a", "b", "c")
CONSTANTS = (0.0, 0.5, 1.0, 2.0, -1.5, -3.0, math.inf)
# Rules in three formulas and a number. Nothing is computed from numbers alone: on Python's own floats, which is what
# a literal is, (-3) ** 0.5 is complex and 1 / 0 raises.
GROW: list[Callable[..., Any]] = [
    lambda x, y, z, n: x + y,
    lambda x, y, z, n: x - y,
    lambda x, y, z, n: x * y,
    lambda x, y, z, n: x / y,
    lambda x, y, z, n: x**y,
    lambda x, y, z, n: -x,
    lambda x, y, z, n: x - n,
    lambda x, y, z, n: n - x,
    lambda x, y, z, n: x * n,
    lambda x, y, z, n: x / n,
    lambda x, y, z, n: x**n,
    lambda x, y, z, n: n**x,
    lambda x, y, z, n: autograd.tanh(x),
    lambda x, y, z, n: autograd.leaky_relu(x, 0.2),
    lambda x, y, z, n: autograd.where((x < y) & (y >= z), x, n),
    lambda x, y, z, n: autograd.where(x != n, z, -x),
    lambda x, y, z, n: autograd.maximum(x, y),
    lambda x, y, z, n: autograd.sum([x, y, n]),
    lambda x, y, z, n: autograd.dot([x, y], [n, z]),
]


def tree(rng: random.Random, leaves: dict[str, Any], depth: int) -> Any:
    """A random formula; the same one for the same random numbers, whatever its leaves are."""
    if depth == 0 or rng.random() < 0.1:
        return leaves[rng.choice(LEAVES)]
    rule, number = rng.choice(GROW), rng.choice(CONSTANTS)
    return rule(*(tree(rng, leaves, depth - 1) for _ in range(3)), number)


def test_text_of_random_formulas_evaluates_to_their_value_to_the_bit() -> None:
    namespace: dict[str, Any] = dict(OPS) | {"inf": math.inf, "nan": math.nan}
    namespace |= {"sum": autograd.sum, "dot": autograd.dot}
    finite = 0
    for seed in range(1500):
        point = {name: np.float64(random.Random(f"{seed}{name}").uniform(-3, 3)) for name in LEAVES}
        symbol = tree(random.Random(seed), {name: Symbol(name) for name in LEAVES}, 3)
        with np.errstate(all="ignore"):
            want = tree(random.Random(seed), point, 3)
            got = eval(str(symbol), namespace | point)
        assert got == want or (got != got and want != want), (seed, str(symbol))
        finite += bool(np.isfinite(want))
    assert finite > 750


def test_a_formula_is_of_names_and_numbers_only() -> None:
    with pytest.raises(TypeError, match="a formula takes names and numbers, got a Value"):
        a + Value(1.0)


def test_rules_write_themselves_down() -> None:
    g, y = Symbol("g"), Symbol("y")
    assert [str(OPS["mul"].vjp(k, g, y, (a, b))) for k in (0, 1)] == ["g * b", "g * a"]
    assert str(OPS["mul"].vjp(0, literal(1.0), y, (a, b))) == "b"
    assert str(OPS["pow"].vjp(0, literal(1.0), y, (a, literal(2.0)))) == "2 * a"
    assert str(OPS["pow"].vjp(1, literal(1.0), y, (literal(2.0), a))) == "y * log(2)"
    assert str(OPS["div"].vjp(0, literal(1.0), y, (a, literal(0.0)))) == "inf"
    assert str(OPS["div"].vjp(0, g, y, (a, literal(-0.0)))) == "g * -inf"  # g / -0.0, where Python's own 1.0 / 0 raises


x, m = (Symbol(name, dims=(2, 3), spelling=PEOPLE) for name in ("x", "m"))


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (OPS["matmul"](x, m.mT), "x @ mᵀ"),
        (x.T, "xᵀ"),
        ((x + m).mT, "(x + m)ᵀ"),
        (x.transpose(0, 1), "xᵀ"),
        (Symbol("x", dims=(2, 3, 4), spelling=PEOPLE).transpose(0, 1), "transpose(x, dims=(1, 0, 2))"),
        (x[0, 1:], "x[0, 1:]"),
        (x[..., None, ::-1], "x[..., None, ::-1]"),
        (x[[0, 0]], "x[[0, 0]]"),
        ((x * m)[np.zeros(20, int)], "(x * m)[20 indices]"),
        (x[np.ones((4, 5), bool)], "x[4×5 mask]"),
        (x.sum(), "sum(x)"),
        (x.sum(1), "sum(x, dim=1)"),
        (x.sum((0, 1), keepdim=True), "sum(x, dim=(0, 1), keepdim=True)"),
        (autograd.reshape(x, 6), "reshape(x, (6,))"),
        (autograd.cumsum(x, 0), "cumsum(x, dim=0)"),
        (autograd.concatenate([x, m], 1), "concatenate([x, m], dim=1)"),
        (autograd.einsum("ij,kj->ik", x, m), 'einsum("ij,kj->ik", x, m)'),
        (autograd.tanh(x) * 2, "tanh(x) * 2"),
    ],
    ids=str,
)
def test_what_changes_shapes_is_spelled_for_people(formula: Symbol, text: str) -> None:
    assert str(formula) == text


def test_a_program_is_spelled_for_python() -> None:
    w = Symbol("w", dims=(2, 3))
    assert str(OPS["matmul"].vjp(0, Symbol("g"), Symbol("y"), (Symbol("x"), w))) == "g @ mT(w)"
    assert str(OPS["reshape"].vjp(0, Symbol("g"), Symbol("y"), (w,), {"shape": (6,)})) == "reshape(g, shape=w.shape)"


def test_a_known_shape_is_computed_with() -> None:
    parts = [Symbol("a", dims=(2, 3)), Symbol("b", dims=(2, 4))]
    people = [Symbol(part.text, dims=part.dims, spelling=PEOPLE) for part in parts]
    g = Symbol("g", spelling=PEOPLE)
    texts = [str(OPS["concatenate"].vjp(k, g, Symbol("y"), people, {"axis": 1})) for k in (0, 1)]
    assert texts == ["g[:, 0:3]", "g[:, 3:7]"]


def test_the_derivative_table_has_every_op_that_has_derivatives() -> None:
    lines = autograd.derivative_table().splitlines()
    assert lines[0].split() == ["y", "derivatives"]
    assert len(lines) == 1 + len(scalar_ops()) + len(structural_ops())
    assert {*scalar_ops(), *structural_ops()} == {op for op in OPS.values() if any(op.rules)}
    assert {op.name for op in scalar_ops()} >= {op.name for op in OPS.values() if op.rules and op.kind == "elementwise"}
    table = {line.split("  ")[0]: line for line in lines}
    assert table["a @ b"].endswith("to a: g @ bᵀ,  to b: aᵀ @ g")
    assert table["x[index]"].endswith("to x: put(g, [index], x.shape)")
    assert table["a * b"].endswith("d/da = b,  d/db = a")
    assert table["tanh(x)"].endswith("d/dx = square(sech(x))")
    assert table["where(mask, a, b)"].endswith("d/da = where(mask, 1, 0),  d/db = where(mask, 0, 1)")
    markdown = autograd.derivative_table("markdown").splitlines()
    assert markdown[1] == "|---|---|"
    assert "| `a * b` | `d/da = b,  d/db = a` |" in markdown
    assert len(markdown) == len(lines) + 1
    with pytest.raises(ValueError, match="got 'html'"):
        autograd.derivative_table("html")
