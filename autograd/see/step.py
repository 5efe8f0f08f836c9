"""Step: what happens when the sweep is done with one node, in numbers and in words.

A node whose gradient is finished hands each of its inputs upstream gradient times local derivative, and the input adds
that to what it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..node import Node
from .words import cut, equation, figure


@dataclass(frozen=True, slots=True)
class Flow:
    """What one step hands to one input: contribution = upstream × local derivative."""

    input: Node
    position: int
    name: str
    formula: str
    local: float
    contribution: float
    before: float | None
    after: float

    def product(self, upstream: float) -> str:
        """`0.5 × -3 = -1.5`: upstream × local = contribution."""
        return f"{figure(upstream)} × {figure(self.local)} = {figure(self.contribution)}"

    def sum(self) -> str:
        """What the input had, and what it has now."""
        return f"{figure(self.before)} → {figure(self.after)}"


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the sweep: its finished gradient, and what it hands on. `made` is what it was computed as,
    `x1 * w1`; empty, like `op`, for a leaf."""

    number: int
    node: Node
    name: str
    op: str
    data: float
    gradient: float
    flows: tuple[Flow, ...]
    made: str = ""

    def __str__(self) -> str:
        whole = f"{self.name} = {self.made}" if self.op else self.name
        lines = [f"step {self.number}: {whole}, data {figure(self.data)}, gradient {figure(self.gradient)}"]
        lines += [
            f"  to {self._place(flow)}: d{self.name}/d{flow.name} = {equation(flow.formula, flow.local)}; "
            f"contribution {flow.product(self.gradient)}; sum {flow.sum()}"
            for flow in self.flows
        ]
        return "\n".join(lines if self.flows else [*lines, "  a leaf: nothing to hand on"])

    def _place(self, flow: Flow) -> str:
        """In x * x, each x by itself has the derivative x: what it is to the whole is the sum of the two."""
        twice = sum(other.input is flow.input for other in self.flows) > 1
        return f"{flow.name}, as input {flow.position + 1}" if twice else flow.name


HEADER = ("step", "node", "computed as", "data", "gradient", "input", "local derivative", "contribution", "sum so far")
RIGHT = (0, 3, 4)  # columns of bare numbers
WIDEST = 40  # letters of what a node was made as, in a table


def rows(step: Step) -> Iterator[tuple[str, ...]]:
    """The step in the columns of `HEADER`: a row for each input, or one for a leaf."""
    how = cut(step.made, WIDEST) or "leaf"
    begin = (str(step.number), step.name, how, figure(step.data), figure(step.gradient))
    for flow in step.flows:
        derivative = equation(flow.formula, flow.local)
        yield (*begin, flow.name, derivative, flow.product(step.gradient), flow.sum())
        begin = ("",) * 5
    if not step.flows:
        yield (*begin, "", "", "", "")
