"""Random programs of Values, each run to a text with all bits of it: `python -m tests.native.programs FIRST LAST`.

Both builds of the engine run the same programs. In their graphs are ops of every kind, a user's own op, plain numbers
and NumPy's, labels, sums and products of lists, results of `no_grad` and `detach`, steppers, data that is set, errors.
"""

from __future__ import annotations

import random
import struct
import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np

import autograd
from autograd import Stepper, Value, no_grad
from autograd.engine.op import BUILT_IN, Op
from autograd.engine.sweep import graph_nodes

NUMBERS: Final = (0.0, -0.0, 1.0, -1.0, 2, 3, -3, 0.5, 1e-3, 40.0, True, np.float64(1.5), np.float32(0.25), 1e308)
ELEMENTWISE: Final = [
    op for op in BUILT_IN.values() if op.kind == "elementwise" and op.rules and op.name not in ("dot", "logsumexp")
]
UNARY: Final = [op for op in ELEMENTWISE if len(op.inputs) == 1 and not op.params]
cube: Final = Op("cube", lambda x: x * x * x, lambda x: x * x * x, lambda g, y, x: g * 3.0 * x * x)


def bits(x: Any) -> str:
    """Return a number to the bit, and the type of anything else."""
    if type(x) is float:
        return "nan" if x != x else struct.pack(">d", x).hex()
    return f"{type(x).__name__}:{x}"


def constant(draw: random.Random) -> Any:
    """Return a number of any of the types that an op takes."""
    return draw.choice((*NUMBERS, draw.gauss(0.0, 1.0), draw.gauss(0.0, 20.0)))


def run(seed: int) -> str:
    """Return the data, gradients and edges of a random program."""
    draw = random.Random(seed)
    number: Callable[[], Any] = lambda: constant(draw)  # noqa: E731
    pool: list[Value] = [Value(float(number()), label=draw.choice(("", f"x{k}"))) for k in range(4)]
    leaves = list(pool)
    notes: list[str] = []
    for _ in range(draw.randint(5, 40)):
        try:
            pool.append(step(draw, number, pool))
        except (TypeError, ValueError, RuntimeError, OverflowError) as error:
            notes.append(f"{type(error).__name__}: {error}")
    root = pool[-1] * pool[-2] + pool[-3] + leaves[0]
    if draw.random() < 0.2:
        leaves[1].grad = draw.choice((0, 0.0, 1.5))
    if draw.random() < 0.1:
        root.label = "root"
    if draw.random() < 0.1:
        leaves[-1].data = 7.0
    if draw.random() < 0.1:
        notes += [str(step) for step in Stepper(root)] if leaves[-1]._changed == 0 else []
    for seed_gradient in (1.0, draw.choice((2, -0.5))):
        try:
            root.backward(seed_gradient)
        except RuntimeError as error:
            notes.append(f"{error}".split("\n")[0])
    return finish(root, notes)


def finish(root: Value, notes: list[str]) -> str:
    """Return a line with the data, gradients and edges below the root, and the notes."""
    nodes = graph_nodes(root)
    first = min(node._index for node in nodes if node._index >= 0)
    place: Callable[[Any], str] = lambda node: str(node._index - first) if node._index >= 0 else ""  # noqa: E731
    lines = [
        f"{place(node)} {node.label} {node.op} {bits(node._data)} {bits(node.grad)} "
        + " ".join(bits(i._data) if i._index < 0 else place(i) for i in node.inputs)
        for node in sorted(nodes, key=lambda node: (node._index, node._data))
    ]
    return "; ".join([*lines, *notes]).replace("\n", " | ")


def step(draw: random.Random, number: Callable[[], Any], pool: list[Value]) -> Any:
    """Return the result of a random op on what there is."""
    kind = draw.random()
    some = draw.choice(pool)
    if kind < 0.45:
        a, b = draw.choice(((some, draw.choice(pool)), (some, number()), (number(), some)))
        return draw.choice(INFIX)(a, b)
    if kind < 0.8:
        op = draw.choice(ELEMENTWISE)
        args = [draw.choice(pool) if draw.random() < 0.8 else number() for _ in op.inputs]
        if op.name == "where":
            args[0] = bool(draw.random() < 0.5)
        found = op(*args)
        return found if isinstance(found, Value) else some
    if kind < 0.88:
        few = [draw.choice(pool) for _ in range(draw.randint(1, 5))]
        if draw.random() < 0.2:
            few[draw.randrange(len(few))] = number()
        found = draw.choice((autograd.sum, autograd.logsumexp, lambda xs: autograd.dot(xs, xs[::-1])))(few)
        return found if isinstance(found, Value) else some
    if kind < 0.92:
        with no_grad():
            return some * draw.choice(pool) + 1.0
    if kind < 0.95:
        return some.detach()
    if kind < 0.98:
        low, high = draw.choice(((-1, 1), (-0.5, 2.0), (None, 2**60), (0, None), (True, 3.0)))
        return draw.choice((cube(some), some.leaky_relu(0.2), -some, abs(some), some.clip(low, high)))
    return some + draw.choice(("text", None, 10**400, 1j))


INFIX: Final[list[Callable[[Any, Any], Any]]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: a**b,
    lambda a, b: a % b,
    lambda a, b: a // b,
]


def run_all(run: Callable[[int], str]) -> None:
    """Print whether the engine is compiled, and a line for each of the seeds that the command names."""
    print(autograd.__compiled__)
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        print(run(seed))


if __name__ == "__main__":
    run_all(run)
