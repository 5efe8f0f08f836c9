"""A spelling is a table: a language that nobody thought of spells every rule as the rules stand."""

from __future__ import annotations

import operator
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from autograd import Symbol
from autograd.engine.forms import COMPARISON, PRODUCT, SUM, UNARY, Infix, Kind, Takes
from autograd.engine.op import BUILT_IN, OPS
from autograd.operands.spelling import JAVASCRIPT, PEOPLE, PYTHON, Spelling
from autograd.operands.symbol import literal, rule_text, written

COMPILER = shutil.which("cc") or shutil.which("gcc")
SIGNS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}
BINDINGS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
C = Spelling(
    "C",
    infix={
        **{name: Infix(sign, BINDINGS.get(sign, COMPARISON)) for name, sign in SIGNS.items()},
        "neg": Infix("-", UNARY),
        "bitwise_and": Infix("&&", COMPARISON - 1),
    },
    functions={name: f"f_{name}" for name in OPS},
    words={"inf": "INFINITY", "nan": "NAN", "True": "1", "False": "0"},
    choice=COMPARISON - 2,
    keywords=False,
    floats=True,
)
ELEMENTWISE = [op for op in BUILT_IN.values() if op.kind is Kind.ELEMENTWISE and op.takes is Takes.FIXED]


def names(spelling: Spelling, *letters: str) -> list[Symbol]:
    return [Symbol(letter, spelling=spelling) for letter in letters]


@pytest.mark.parametrize(
    ("op", "python", "javascript", "c"),
    [
        ("tanh", "g * square(sech(x))", "g * square(sech(x))", "g * f_square(f_sech(x))"),
        ("exp2", "g * y * 0.6931471805599453", "g * y * 0.6931471805599453", "g * y * 0.6931471805599453"),
        ("square", "g * 2 * x", "g * 2 * x", "g * 2.0 * x"),
        ("relu", "where(x <= 0, 0, g)", "x <= 0 ? 0 : g", "x <= 0.0 ? 0.0 : g"),
        ("elu", "where(x <= 0, g * alpha * exp(clip(x, max=0)), g)",
         "x <= 0 ? g * Math.exp(clip(x, -Infinity, 0)) : g",
         "x <= 0.0 ? g * f_exp(f_clip(x, -INFINITY, 0.0)) : g"),
        ("maximum", "where(a < b, 0, where(a == b, g / 2, g))", "a < b ? 0 : (a === b ? g / 2 : g)",
         "a < b ? 0.0 : (a == b ? g / 2.0 : g)"),
    ],
)  # fmt: skip
def test_one_rule_in_three_languages(op: str, python: str, javascript: str, c: str) -> None:
    found = []
    for spelling in (PYTHON, JAVASCRIPT, C):
        g, y, *inputs = names(spelling, "g", "y", *OPS[op].inputs)
        params: dict[str, Any] = dict(OPS[op].params)
        if spelling is PYTHON:
            params = {key: Symbol(key) for key in params}
        found.append(str(rule_text(OPS[op], 0, g, y, inputs, params)))
    assert found == [python, javascript, c]


@pytest.mark.parametrize(
    ("number", "python", "javascript", "c"),
    [
        (2.0, "2", "2", "2.0"),
        (-0.0, "-0.0", "-0.0", "-0.0"),
        (1e-5, "1e-05", "1e-05", "1e-05"),
        (1e15, "1000000000000000.0", "1000000000000000.0", "1000000000000000.0"),
        (float("inf"), "inf", "Infinity", "INFINITY"),
        (float("-inf"), "-inf", "-Infinity", "-INFINITY"),
        (float("nan"), "nan", "NaN", "NAN"),
        (True, "True", "true", "1"),
    ],
)
def test_numbers_are_written_in_the_words_of_the_language(number: Any, python: str, javascript: str, c: str) -> None:
    assert [str(literal(number, spelling)) for spelling in (PYTHON, JAVASCRIPT, C)] == [python, javascript, c]
    assert str(literal(number, PEOPLE)) == python


def test_a_number_takes_the_spelling_of_what_it_meets() -> None:
    (x,) = names(C, "x")
    assert str(x * literal(2.0) + literal(3.0)) == "x * 2.0 + 3.0"
    assert str(literal(2.0) - x) == "2.0 - x"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (lambda a, b: -(a**b), "-pow(a, b)"),
        (lambda a, b: (-a) ** b, "pow(-a, b)"),
        (lambda a, b: operator.neg(-a), "-(-a)"),  # --a would count a down
        (lambda a, b: a % b, "remainder(a, b)"),
        (lambda a, b: (a < b) & (a == b), "a < b && a === b"),
        (lambda a, b: ((a < b) | (a > b)) & (a != b), "(a < b || a > b) && a !== b"),
        (lambda a, b: ~(a < b), "!(a < b)"),
        (lambda a, b: OPS["where"](a < b, a, b) * 2, "(a < b ? a : b) * 2"),
        (lambda a, b: OPS["where"](OPS["where"](a < b, a, b) < a, a, b), "(a < b ? a : b) < a ? a : b"),
    ],
)
def test_javascript_has_parentheses_where_it_needs_them(formula: Any, text: str) -> None:
    assert str(formula(*names(JAVASCRIPT, "a", "b"))) == text


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler on the PATH to read the text")
def test_every_rule_compiles_as_c(tmp_path: Path) -> None:
    lines = ["#include <math.h>"]
    bodies = []
    for op in ELEMENTWISE:
        letters = [f"x{k}" for k in range(len(op.inputs))]
        g, y, *inputs = names(C, "g", "y", *letters)
        params = dict(op.params)
        texts = [written(op, inputs, params)]
        texts += [str(rule_text(op, k, g, y, inputs, params)) for k, rule in enumerate(op.rules) if rule is not None]
        taken = ", ".join(f"double {letter}" for letter in ["g", "y", *letters])
        bodies += [f"double of_{op.name}_{k}({taken}) {{ return {text}; }}" for k, text in enumerate(texts)]
    called = sorted({name for body in bodies for name in re.findall(r"\bf_\w+", body)})
    lines += [f"double {name}();" for name in called]
    (tmp_path / "rules.c").write_text("\n".join([*lines, *bodies]) + "\n", encoding="utf-8")
    run = subprocess.run(
        [str(COMPILER), "-std=gnu11", "-fsyntax-only", "rules.c"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (run.returncode, run.stderr) == (0, "")
