"""The rules in C: the header is what the table gives, and each function has the bits of the Python that it spells."""

from __future__ import annotations

import ctypes
import math
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import spell_c
from autograd import Op
from autograd.engine.op import BUILT_IN
from autograd.engine.quiet import quietly

POINTS = 2_100_000  # of all rules together
COMPILER = shutil.which("cc") or shutil.which("gcc")
SPECIAL = (
    0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e308, -1e308, 710.0, -745.2, 1e-300, 0.5,
    -0.5, 2.0, 3.0, -3.0, 1e16,
)  # fmt: skip
SPELLED = [op for op in BUILT_IN.values() if spell_c.in_c(op)]
CODES = {op: code for code, op in enumerate(SPELLED, 1)}
# `static` and `inline` are nothing, so that a library has every function.
SOURCE = '#include <math.h>\n#define static\n#define inline\n#define INLINE\n#include "rules.h"\n'


def test_the_header_is_what_the_table_gives() -> None:
    text = Path(spell_c.HEADER).read_text(encoding="utf-8")
    assert text == spell_c.header(), "the table has changed: run `python3 tools/spell_c.py`"


def test_every_op_with_a_rule_is_spelled_but_these() -> None:
    without = [op.name for op in BUILT_IN.values() if op.kind == "elementwise" and op.rules and op not in SPELLED]
    assert without == ["lgamma", "digamma", "polygamma", "dot", "logsumexp"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """All functions of the header in a library of their own."""
    if COMPILER is None:
        pytest.skip("there is no C compiler on the PATH, and the header is C")
    folder = tmp_path_factory.mktemp("rules")
    (folder / "all.c").write_text(SOURCE, encoding="utf-8")
    flags = ["-O3", "-ffp-contract=off", "-shared", "-fPIC", f"-I{Path(spell_c.HEADER).parent}"]
    command = [COMPILER, *flags, str(folder / "all.c"), "-o", str(folder / "all.so"), "-lm"]
    subprocess.run(command, check=True, timeout=120)
    return ctypes.CDLL(str(folder / "all.so"))


def points(op: Op, count: int) -> Iterator[tuple[float, list[float], dict[str, float]]]:
    """Yield gradients, inputs and parameters: special values, numbers of every size, and numbers around 0."""
    draw = random.Random(op.name)

    def number() -> float:
        kind = draw.random()
        if kind < 0.25:
            return draw.choice(SPECIAL)
        if kind < 0.9:
            return draw.gauss(0.0, draw.choice((1.0, 1.0, 30.0)))
        return draw.choice((-1.0, 1.0)) * math.pow(10.0, draw.uniform(-320.0, 308.0))

    for _ in range(count):
        xs = [number() for _ in op.inputs]
        if op.name == "where":
            xs[0] = float(draw.random() < 0.5)
        yield number(), xs, {name: default if draw.random() < 0.3 else number() for name, default in op.params.items()}


def bits(x: Any) -> bytes:
    return b"nan" if x != x else struct.pack("<d", x)


def named(library: ctypes.CDLL, name: str, count: int) -> Any:
    found = getattr(library, name)
    found.restype, found.argtypes = ctypes.c_double, [ctypes.c_double] * count
    return found


def differences(op: Op, library: ctypes.CDLL, count: int) -> list[str]:
    """Return the points where C and Python differ."""
    given = len(op.inputs) + len(op.params)
    library.forward.restype, numbers = ctypes.c_double, ctypes.c_double * given
    rules = [
        (position, named(library, spell_c.rule_name(op, name), given + 2))
        for position, (name, rule) in enumerate(zip(op.inputs, op.rules, strict=True))
        if rule is not None
    ]
    found = []
    for g, xs, params in points(op, count):
        inputs = [bool(xs[0]), *xs[1:]] if op.name == "where" else xs
        y = float(op.forward(inputs, params))
        c = library.forward(CODES[op], numbers(*xs, *params.values()))
        if bits(c) != bits(y):
            found.append(f"{op.name}{xs} {params}: {y!r} in Python, {c!r} in C")
        for position, rule in rules:
            python, c = float(op.vjp(position, g, y, inputs, params)), rule(g, y, *xs, *params.values())
            if bits(python) != bits(c):
                found.append(f"rule {position} of {op.name}{xs} {params} at g={g!r}, y={y!r}: {python!r}, in C {c!r}")
    return found


@pytest.mark.parametrize("op", SPELLED, ids=lambda op: op.name)
def test_c_gives_the_bits_of_python(op: Op, library: ctypes.CDLL) -> None:
    assert quietly(differences, op, library, 500) == []


@pytest.mark.slow
@pytest.mark.parametrize("op", SPELLED, ids=lambda op: op.name)
def test_c_gives_the_bits_of_python_at_many_points(op: Op, library: ctypes.CDLL) -> None:
    assert quietly(differences, op, library, POINTS // len(SPELLED)) == []
