"""Random graphs in which all that Python does is mixed with what C does: `python -m tests.native.mixed FIRST LAST`.

Between the random ops of `programs.py` come a user's own ops, some of which raise an error in the middle or use the
engine inside, sweeps that fail, steppers that are left half-way, modes, anomaly detection, derivatives of derivatives,
Tensors, recorded programs, data and gradients that are set, and results that are thrown away. Both builds of the engine
run the same graphs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

import numpy as np

import autograd
from autograd import Op, Program, Stepper, Value, enable_grad, grad, no_grad
from autograd.engine.sweep import graph_nodes

from .programs import INFIX, UNARY, bits, constant, cube, finish, run_all, step


class Broken(Exception):
    """An error of a user's op."""


class Halt(BaseException):
    """An error that is no Exception, as Ctrl-C is none."""


ERRORS: Final = (
    Broken, Halt, TypeError, ValueError, RuntimeError, ArithmeticError, AttributeError, IndexError, NotImplementedError,
)  # fmt: skip


def _breaking(x: float, error: type[BaseException]) -> float:
    if x > 1.5:
        raise error(f"forward at {x!r}")
    return x * 0.5


def _breaking_rule(g: Any, error: type[BaseException]) -> Any:
    if type(g) is float and abs(g) > 3.0:
        raise error(f"rule at {g!r}")
    return g * 0.5


def _inside(x: float) -> float:
    """Use the engine within an op: a graph and a sweep of its own."""
    inner = Value(x)
    (inner.tanh() * inner).backward()
    return float(inner.grad or 0.0)


def _own(name: str, forward: Callable[..., Any], *rules: Any) -> Op:
    return Op(name, forward, forward, *rules)


OWN: Final = [
    cube,
    _own("breaking", lambda x: _breaking(x, Broken), lambda g, y, x: _breaking_rule(g, Broken)),
    _own("halting", lambda x: _breaking(x, Halt), lambda g, y, x: _breaking_rule(g, Halt)),
    _own("inside", _inside, lambda g, y, x: g * _inside(x) if type(x) is float else g),
    _own("whole", lambda x: 3 if x > 0 else np.float64(0.5), lambda g, y, x: 2),  # an int and a float of NumPy
    _own("gated", lambda a, b: a * (b > 0), lambda g, y, a, b: g * (b > 0), None),
    _own("scaled", lambda a, b: a * b + b, lambda g, y, a, b: g * b, lambda g, y, a, b: g * (a + 1.0)),
    _own("worded", lambda x: x, lambda g, y, x: "text"),  # a rule that gives no number
]


class Run:
    """A graph that grows, and notes on what happened."""

    def __init__(self, seed: int) -> None:
        self.draw: Final = random.Random(seed)
        self.leaves: Final = [Value(self.number(), label=self.draw.choice(("", f"x{k}"))) for k in range(4)]
        self.pool: Final[list[Value]] = list(self.leaves)
        self.notes: Final[list[str]] = []

    def number(self) -> float:
        return float(self.draw.choice((constant(self.draw), self.draw.gauss(0.0, 1.0))))

    def some(self) -> Value:
        return self.draw.choice(self.pool[-8:])

    def root(self) -> Value:
        """Return one of the last Values that a gradient flows to; any one where there is none."""
        return self.draw.choice([x for x in self.pool[-8:] if x.requires_grad] or self.pool)

    def keep(self, found: Any) -> None:
        """Add a Value to the pool, and note anything else."""
        if isinstance(found, Value):
            self.pool.append(found)
        else:
            self.notes.append(bits(found))

    def note_gradients(self) -> None:
        self.notes.append(" ".join(bits(x.grad) for x in self.leaves))

    # --- what can happen ---

    def plain(self) -> None:
        self.keep(step(self.draw, lambda: constant(self.draw), self.pool))

    def own_op(self) -> None:
        op = self.draw.choice(OWN)
        self.keep(op(*[self.some() if self.draw.random() < 0.8 else self.number() for _ in op.inputs]))

    def sweep(self) -> None:
        try:
            self.root().backward(self.draw.choice((1.0, -0.5, 5.0)))
        finally:
            self.note_gradients()

    def stepper(self) -> None:
        stepper = Stepper(self.root(), by=self.draw.choice(("node", "edge")))
        for _ in range(self.draw.randint(0, len(stepper))):
            self.notes.append(str(stepper.next()))
        if self.draw.random() < 0.5:
            stepper.finish()
            stepper.commit()
        self.note_gradients()

    def unrecorded(self) -> None:
        try:
            with no_grad():
                self.keep(self.some() * self.some())
                with enable_grad():
                    self.own_op()
                self.own_op()
        finally:
            self.notes.append(str((self.leaves[0] * 2.0).requires_grad))

    def detached(self) -> None:
        self.keep(self.some().detach())
        self.keep(Value(self.some().item()))

    def anomalies(self) -> None:
        with autograd.detect_anomaly():
            self.keep(step(self.draw, lambda: constant(self.draw), self.pool))
            self.root().backward()

    def formula(self) -> Callable[[Any], Any]:
        """Return a function of one number, of which a Value from outside may be a part."""
        steps = [(self.draw.choice(UNARY), self.draw.choice(INFIX[:5]), self.number()) for _ in range(2)]
        outside = self.some() if self.draw.random() < 0.5 else 1.25

        def f(x: Any) -> Any:
            for unary, infix, number in steps:
                x = infix(unary(x), number)
            return x * outside

        return f

    def nested(self) -> None:
        f, x = self.formula(), self.some() if self.draw.random() < 0.5 else self.number()
        kind = self.draw.randrange(5)
        if kind == 0:
            self.keep(grad(f)(x))
        elif kind == 1:
            self.keep(grad(grad(f))(x))
        elif kind == 2:
            for found in autograd.value_and_grad(f)(x):
                self.keep(found)
        elif kind == 3:
            self.keep(autograd.jvp(grad(f), self.number(), 1.0)[1])
        else:
            self.notes.append(str(autograd.hessian(lambda p: f(p[0]) * p[1])([self.number(), self.number()])))

    def tensor(self) -> None:
        made = autograd.stack([self.some(), self.some()])
        result = (made.tanh() * self.some()).sum()
        result.backward()
        self.note_gradients()
        self.keep(self.some() + result.item())

    def program(self) -> None:
        root = self.root()
        inputs = [x for x in self.leaves if x in graph_nodes(root)]
        value, gradients = Program(root, inputs).value_and_grad(*[self.number() for _ in inputs])
        self.notes.append(" ".join(map(bits, (value, *gradients))))

    def change(self) -> None:
        node, what = self.some(), self.draw.randrange(4)
        if what == 0:
            self.draw.choice(self.leaves).data = self.number()
        elif what == 1:
            self.draw.choice(self.leaves).grad = self.draw.choice((None, 0, 0.0, 1.5, -0.0))
        elif what == 2:
            node.label = self.draw.choice(("", "named"))
        else:
            del self.pool[4 + len(self.pool) // 2 :]


EVENTS: Final[dict[Callable[[Run], None], int]] = {  # and how often each happens
    Run.plain: 30, Run.own_op: 12, Run.sweep: 6, Run.stepper: 3, Run.unrecorded: 4, Run.detached: 3, Run.anomalies: 4,
    Run.nested: 6, Run.tensor: 2, Run.program: 2, Run.change: 3,
}  # fmt: skip


def run(seed: int) -> str:
    """Return all bits of a random graph, and what happened on the way."""
    found = Run(seed)
    for event in found.draw.choices(list(EVENTS), list(EVENTS.values()), k=found.draw.randint(10, 40)):
        try:
            event(found)
        except ERRORS as error:
            found.notes.append(f"{event.__name__} {type(error).__name__}: {error}")
    root = found.pool[-1] * found.pool[-2] + found.leaves[0]
    try:
        root.backward()
    except ERRORS as error:
        found.notes.append(f"{type(error).__name__}: {error}")
    found.note_gradients()
    return finish(root, found.notes)


if __name__ == "__main__":
    run_all(run)
