"""The same computation gives the same bytes in every process, whatever order its sets and dicts happen to have."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autograd
from autograd import Program, Value

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 10
OPS: list[Callable[[Value, Value, Value], Value]] = [
    lambda a, b, c: a * b,
    lambda a, b, c: a - b / 3,
    lambda a, b, c: (a * 0.5).tanh(),
    lambda a, b, c: a.sigmoid() + b.sin(),
    lambda a, b, c: autograd.where(a > b, a, b),
    lambda a, b, c: autograd.dot([a, b, c], [c, 0.25, a]),
    lambda a, b, c: autograd.logsumexp([a, b, c]),
]


def transcript() -> str:
    """A bit of everything whose order could depend on hashes: values, gradients, sources, tables, reports."""
    draw = random.Random(0)
    leaves = [Value(draw.uniform(-1, 1), label=label) for label in ("w", "x", "a weight", "", "x", "")]
    nodes = list(leaves)
    for _ in range(120):
        a, b, c = (draw.choice(nodes[-12:]) for _ in range(3))
        nodes.append(draw.choice(OPS)(a, b, c))
    root = autograd.sum([*nodes[-12:], *leaves])
    root.backward()
    program = Program(root, leaves)
    value, gradients = program.value_and_grad(*(leaf.data for leaf in leaves))

    def f(x: list[Any]) -> Any:
        return autograd.tanh(x[0] * x[1]) + autograd.abs(x[0] - x[1]) / autograd.exp(x[1])

    return "\n".join(
        [
            *(f"{bits(node.data)} {bits(node.grad)}" for node in nodes),
            *map(bits, [value, *gradients]),
            program.source,
            autograd.derivative_table(),
            str(autograd.check_gradients(f, [0.5, -0.25], order=2)),
            " ".join(bits(entry) for row in autograd.hessian(f)([0.5, -0.25]) for entry in row),
        ]
    )


def bits(number: float | None) -> str:
    return "none" if number is None else float.hex(number)


def test_ten_fresh_processes_with_different_hash_seeds_give_the_same_bytes() -> None:
    outputs = []
    for seed in range(PROCESSES):
        environ = dict(os.environ, PYTHONHASHSEED=str(seed), PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")
        done = subprocess.run([sys.executable, __file__], env=environ, stdout=subprocess.PIPE, check=True, timeout=120)
        outputs.append(done.stdout)
    assert set(outputs) == {outputs[0]}
    text = outputs[0].decode()
    assert text.splitlines() == transcript().splitlines()
    for part in ("0x1.", "def value_and_grad(", "differences", "df/dx[1]", "tanh(x)"):
        assert part in text


if __name__ == "__main__":
    print(transcript())
