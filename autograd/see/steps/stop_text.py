"""Words, rows of the table and lines on arrows for the stops of a lesson."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ...engine.node import Node
from ..picture.blocks import Block, total_norm
from ..picture.formulas import LocalDerivative, op_formula
from ..picture.number_format import (
    MOST_IN_BOX,
    NO_GRADIENT,
    as_number,
    format_line,
    format_number,
    format_shape,
)
from ..picture.plain_text import printable, shorten
from ..picture.scene import Item
from .recording import Contribution, Recording
from .step import LONGEST_FORMULA, Flow, Step, table_rows
from .stops import Stop

MOST_FLOWS: Final = 40  # contributions of one op that are told one by one
MOST_INPUTS: Final = 4  # inputs and parameters of a block that are told one by one
LONGEST_TOLD: Final = 1_000  # characters of a formula in words
LONGEST_SUM: Final = 60  # characters of a formula with its numbers
WHOLE_ARGUMENT: Final = re.compile(r"(?:(?<=\()|(?<=, ))\((-[^()]+)\)(?=[,)])")  # as in sin((-2)), which needs one pair
Told = tuple[str, list[tuple[str, ...]]]


def forward_text(number: int, node: Node, recording: Recording) -> Told:
    """Tell that a node is computed: `step 1, forward: v1 = x1 * w1 = 2 * (-3) = -6`."""
    name, data = recording.names[node], recording.data[node]
    made = shorten(op_formula(node, recording.names, recording.data), LONGEST_TOLD)
    value = format_line(data, MOST_IN_BOX)
    if as_number(data) is None:
        whole = f"{name} = {made}, shape {format_shape(data.shape)}, data {value}"
    else:
        whole = " = ".join(filter(None, (name, made, _with_numbers(node, recording), value)))
    row = (str(number), name, shorten(made, LONGEST_FORMULA), format_line(data), "", "", "", "", "")
    return f"step {number}, forward: {whole}", [row]


def _with_numbers(node: Node, recording: Recording) -> str:
    """Return the formula with numbers in place of names, or nothing where it would be long or the same."""
    if any(as_number(recording.data[i]) is None for i in node.inputs):
        return ""
    numbers = {i: format_number(recording.data[i]) for i in node.inputs}
    bracketed = {i: f"({text})" if text.startswith("-") else text for i, text in numbers.items()}
    formula = WHOLE_ARGUMENT.sub(r"\1", op_formula(node, bracketed, recording.data))
    return formula if len(formula) <= LONGEST_SUM else ""


def backward_text(step: Step) -> Told:
    """Tell what a node contributes to its inputs; to many of them, the first ones."""
    if len(step.flows) <= MOST_FLOWS:
        return str(step), list(table_rows(step))
    more = f"{len(step.flows) - MOST_FLOWS:,} more inputs"
    told = replace(step, flows=step.flows[:MOST_FLOWS], made=shorten(step.made, LONGEST_TOLD))
    return f"{told}\n  to {more}", [*table_rows(told), ("",) * 5 + (more, "", "", "")]


def edge_lines(
    lines: tuple[str, ...], derivative: LocalDerivative, flow: Flow, upstream: Any
) -> tuple[list[str], list[str], list[str]]:
    """Return the lines on an arrow before the forward step of its op, after it, and after its backward step.

    Each has as many lines. Before its op is computed an arrow has no number but one that does not depend on data.
    """
    product = flow.product(upstream)
    if derivative.local is None or not flow.is_product:
        shown = [*lines, ""]
        return shown, shown, [*lines, product]
    if lines[0].startswith("… = "):
        return ["…"], [lines[0]], [product]
    if len(lines) > 1:
        return [lines[0], ""], list(lines), [lines[0], product]
    return list(lines), list(lines), [product]


def block_text(
    stop: Stop,
    block: Block,
    title: str,
    item: Item,
    recording: Recording,
    parameters: Sequence[Node],
    before: Mapping[Node, Any] | None,
    after: Mapping[Node, Any],
    got: Sequence[Contribution],
) -> Told:
    """Tell what happens in a block, whose ops are one stop: forward where `before` is None, else backward.

    got  the contributions to its inputs and parameters
    """
    title, count = printable(title), len(block.nodes)
    ops = f"{count:,} op{'s as one' if count > 1 else ''}"
    values = dict(item.rows)
    data, gradient = values.get("data", ""), values.get("grad", "")
    if "" in values:  # a neuron: its output, and its gradient
        data, _, gradient = values[""].partition(", grad ")
    if before is None:
        row = (str(stop.number), title, ops, data, "", "", "", "", "")
        return f"step {stop.number}, forward: {title}, {ops}: data {data or 'of several outputs'}", [row]
    lines = [f"step {stop.number}: {title}, {ops}, data {data or '…'}, gradient {gradient or '…'}"]
    rows: list[tuple[str, ...]] = []
    begin = (str(stop.number), title, ops, data, gradient)
    times = Counter(each.input for each in got)
    amounts = {each.input: format_line(each.amount) for each in got}
    own = set(parameters)  # a set, because `in` on a list would compare nodes, and that records an op
    inputs = [node for node in times if node not in own]
    told = [*inputs[:MOST_INPUTS], *(p for p in times if p in own and len(parameters) <= MOST_INPUTS)]
    for node in told:
        name = recording.names.get(node, "a number")
        total = f"{format_line(before.get(node))} → {format_line(after[node])}"
        many = f"{times[node]:,} contributions" if times[node] > 1 else ""
        lines.append(f"  to {name}: {many or f'contribution {amounts[node]}'}; sum {total}")
        rows.append((*begin, name, "", many or amounts[node], total))
        begin = ("",) * 5
    if len(inputs) > MOST_INPUTS:
        more = f"{len(inputs) - MOST_INPUTS:,} more inputs"
        lines.append(f"  to {more}")
        rows.append((*begin, more, "", "", ""))
        begin = ("",) * 5
    if len(parameters) > MOST_INPUTS:
        name = f"{len(parameters):,} parameters"
        known = [before[p] for p in parameters if before.get(p) is not None]
        earlier = format_number(total_norm(known)) if known else NO_GRADIENT
        total = f"{earlier} → {format_number(total_norm([after[p] for p in parameters if after.get(p) is not None]))}"
        lines.append(f"  to {name}: norm of the gradient {total}")
        rows.append((*begin, name, "", "", f"norm {total}"))
        begin = ("",) * 5
    if not rows:
        rows.append((*begin, "", "", "", ""))
    return "\n".join(lines), rows
