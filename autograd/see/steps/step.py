"""Step: what happens when the sweep is done with one node, in numbers and in words.

A node whose gradient is finished hands each of its inputs upstream gradient times local derivative, or with arrays what
the op's rule makes of the gradient, and the input adds that to what it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...engine.node import Node
from ..picture.figures import IN_FULL, IN_PASSING, NO_GRADIENT, dimensions, figure, in_line, single
from ..picture.words import cut, equation, over


@dataclass(frozen=True, slots=True)
class Flow:
    """What one step hands to one input: contribution = upstream × local derivative, or `rule` with the upstream
    gradient as g. `local` is None where there is only the rule; `summed` are the dimensions of the contribution that
    are summed up because broadcasting had copied the input along them."""

    input: Node
    position: int
    name: str
    formula: str
    local: Any
    contribution: Any
    before: Any
    after: Any
    rule: str = ""
    summed: tuple[int, ...] = ()

    @property
    def is_product(self) -> bool:
        """Whether it is one number times another."""
        return type(self.local) is float and single(self.contribution) is not None and not self.summed

    def product(self, upstream: Any, most: int = IN_PASSING) -> str:
        """`0.5 × -3 = -1.5`: upstream × local = contribution; of arrays the contribution alone."""
        if not self.is_product:
            return in_line(self.contribution, most)
        return f"{in_line(upstream)} × {figure(self.local)} = {in_line(self.contribution)}"

    def derivation(self) -> str:
        """Where the contribution comes from: `w = -3`, or `g @ wᵀ, summed over dim 0`."""
        if self.is_product:
            return equation(self.formula, self.local)
        return f"{self.rule}, {over(self.summed)}" if self.summed else self.rule

    def sum(self, most: int = IN_PASSING) -> str:
        """What the input had, and what it has now."""
        return f"{in_line(self.before, most)} → {in_line(self.after, most)}"


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the sweep: its finished gradient, and what it hands on. `made` is what it was computed as,
    `x1 * w1`; empty, like `op`, for a leaf."""

    number: int
    node: Node
    name: str
    op: str
    data: Any
    gradient: Any
    flows: tuple[Flow, ...]
    made: str = ""

    def __str__(self) -> str:
        whole = f"{self.name} = {self.made}" if self.op else self.name
        if single(self.data) is None:
            whole = f"{whole}, shape {dimensions(self.data.shape)}"
        data, gradient = (in_line(x, IN_FULL) for x in (self.data, self.gradient))
        called = "gradient" if all(flow.is_product for flow in self.flows) else "gradient g ="
        lines = [f"step {self.number}: {whole}, data {data}, {called} {gradient}"]
        for flow in self.flows:
            how = f"d{self.name}/d{flow.name} = {flow.derivation()}" if flow.is_product else flow.derivation()
            first = flow.before is None and not flow.is_product
            total = f"{NO_GRADIENT} → the same" if first else flow.sum(IN_FULL)
            lines.append(
                f"  to {self._place(flow)}: {how}; contribution {flow.product(self.gradient, IN_FULL)}; sum {total}"
            )
        return "\n".join(lines if self.flows else [*lines, "  a leaf: nothing to hand on"])

    def _place(self, flow: Flow) -> str:
        """In x * x, each x by itself has the derivative x: what it is to the whole is the sum of the two."""
        twice = sum(other.input is flow.input for other in self.flows) > 1
        return f"{flow.name}, as input {flow.position + 1}" if twice else flow.name


HEADER = ("step", "node", "computed as", "data", "gradient", "input", "local derivative", "contribution", "sum so far")
RULES = tuple("derivative, or rule for g" if column == "local derivative" else column for column in HEADER)
RIGHT = (0, 3, 4)  # columns of bare numbers
WIDEST = 40  # letters of what a node was made as, in a table


def rows(step: Step) -> Iterator[tuple[str, ...]]:
    """The step in the columns of `HEADER`: a row for each input, or one for a leaf."""
    how = cut(step.made, WIDEST) or "leaf"
    begin = (str(step.number), step.name, how, in_line(step.data), in_line(step.gradient))
    for flow in step.flows:
        yield (*begin, flow.name, flow.derivation(), flow.product(step.gradient), flow.sum())
        begin = ("",) * 5
    if not step.flows:
        yield (*begin, "", "", "", "")
