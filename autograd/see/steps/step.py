"""Step: what the sweep does at one node, in numbers and in words.

When the gradient of a node is finished, the node contributes to the gradient of each of its inputs: upstream gradient
times local derivative, or for arrays whatever the op's rule computes from the upstream gradient. The input adds the
contribution to the sum it has so far.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ...engine.node import Node
from ..picture.formulas import equation, summed_over
from ..picture.number_format import (
    MOST_IN_BOX,
    MOST_IN_LINE,
    NO_GRADIENT,
    as_number,
    format_line,
    format_number,
    format_shape,
)
from ..picture.plain_text import shorten


@dataclass(frozen=True, slots=True)
class Flow:
    """The contribution of one step to one input.

    input, position, name  the input, its position among the inputs, and its name
    formula, local         the local derivative as text and as a number or array; `local` is None where there is only
                           the rule
    contribution           upstream × local derivative, or the result of the rule
    before, after          the input's sum before and after this contribution; `before` is None for the first
                           contribution, except that a leaf begins with the gradient that earlier sweeps left there
    rule                   the op's rule as text, with the upstream gradient as g
    summed                 the dimensions along which broadcasting copied the input; the contribution is summed over
                           them
    shared                 whether the op uses this input at another position too
    """

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
    shared: bool = False

    @property
    def is_product(self) -> bool:
        """Whether the contribution is the product of two numbers."""
        return type(self.local) is float and as_number(self.contribution) is not None and not self.summed

    @property
    def as_input(self) -> str:
        """`, as input 1` where the op uses this input more than once, else an empty string.

        In x * x, the derivative with respect to each x by itself is x; both contributions together give 2 * x.
        """
        return f", as input {self.position + 1}" if self.shared else ""

    def product(self, upstream: Any, most: int = MOST_IN_LINE) -> str:
        """Return `0.5 × -3 = -1.5`, upstream × local = contribution; for arrays the contribution alone."""
        if not self.is_product:
            return format_line(self.contribution, most)
        return f"{format_line(upstream)} × {format_number(self.local)} = {format_line(self.contribution)}"

    def derivation(self) -> str:
        """Return the local derivative, `w = -3`, or the rule, `g @ wᵀ, summed over dim 0`."""
        if self.is_product:
            return equation(self.formula, self.local)
        return f"{self.rule}, {summed_over(self.summed)}" if self.summed else self.rule

    def sum(self, most: int = MOST_IN_LINE) -> str:
        """Return the input's sum before and after this contribution, `3 → 6`."""
        return f"{format_line(self.before, most)} → {format_line(self.after, most)}"


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the sweep.

    number, node, name  the number of the step, from 1; its node and the name of the node
    op, made            the op and the formula that computed the node, `x1 * w1`; empty for a leaf
    data                the data of the node when the sweep was recorded
    gradient            its finished gradient; a leaf's includes what earlier sweeps left there, as `.grad` does
    flows               the contributions to its inputs; empty for a leaf
    """

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
        if as_number(self.data) is None:
            whole = f"{whole}, shape {format_shape(self.data.shape)}"
        data, gradient = (format_line(x, MOST_IN_BOX) for x in (self.data, self.gradient))
        called = "gradient" if all(flow.is_product for flow in self.flows) else "gradient g ="
        lines = [f"step {self.number}: {whole}, data {data}, {called} {gradient}"]
        for flow in self.flows:
            how = f"d{self.name}/d{flow.name} = {flow.derivation()}" if flow.is_product else flow.derivation()
            first = flow.before is None and not flow.is_product
            total = f"{NO_GRADIENT} → the same" if first else flow.sum(MOST_IN_BOX)
            product = flow.product(self.gradient, MOST_IN_BOX)
            lines.append(f"  to {flow.name}{flow.as_input}: {how}; contribution {product}; sum {total}")
        return "\n".join(lines if self.flows else [*lines, "  a leaf: it has no inputs to contribute to"])

    def __call__(self) -> NoReturn:
        """Refuse `stepper.step()`, which looks like the way to take a step."""
        raise TypeError("a Step cannot be called: .step, without brackets, is the step taken last; next() takes one")


HEADER: Final = (
    "step", "node", "computed as", "data", "gradient", "input", "local derivative", "contribution", "sum so far",
)  # fmt: skip
ARRAY_HEADER: Final = tuple(
    "derivative, or rule for g" if column == "local derivative" else column for column in HEADER
)
NUMBER_COLUMNS: Final = (0, 3, 4)  # set flush right
LONGEST_FORMULA: Final = 40  # characters of "computed as" in a table


def table_rows(step: Step) -> Iterator[tuple[str, ...]]:
    """Yield the step as rows of a table with the columns of `HEADER`: one row per flow, or one for a leaf."""
    how = shorten(step.made, LONGEST_FORMULA) or "leaf"
    begin = (str(step.number), step.name, how, format_line(step.data), format_line(step.gradient))
    for flow in step.flows:
        yield (*begin, flow.name, flow.derivation(), flow.product(step.gradient), flow.sum())
        begin = ("",) * 5
    if not step.flows:
        yield (*begin, "", "", "", "")
