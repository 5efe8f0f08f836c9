"""The neuron level: a network of Values as people draw it, one tile per neuron and one line per weight.

A neuron is a module's call that computes activation(sum of weight * input + bias), in any order of its ops: the weights
and the bias are leaves, the inputs come from outside. What is not a neuron, such as a loss, is drawn op by op.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...engine.node import Node
from ...graph.outline import Part, PartKind
from .blocks import Block
from .formulas import op_symbol
from .number_format import format_number
from .plain_text import printable, shorten
from .scene import LONGEST_HINT, LONGEST_TITLE, NEURON, Arrow, Item

SUMS: Final = frozenset({"add", "dot", "mul", "sum_over"})


@dataclass(frozen=True, slots=True)
class Neuron:
    """One neuron: the weights with their inputs, in the order of the inputs."""

    name: str
    output: Node
    weights: tuple[tuple[Node, Node], ...]  # (input, weight)
    bias: Node | None
    activation: str


def neuron(part: Part) -> Neuron | None:
    """Read a part of a graph as a neuron; None where it is none."""
    if part.kind is not PartKind.MODULE or any(isinstance(child, Part) for child in part.children):
        return None
    inside = set(part.nodes)
    *ops, last = part.nodes
    activation = "linear"
    assert last.op is not None
    if last.op.name not in SUMS and len(last.inputs) == 1:
        activation = op_symbol(last.op)
    else:
        ops = list(part.nodes)
    weights: list[tuple[Node, Node]] = []
    biases: list[Node] = []
    for node in ops:
        if type(node._data) is not float or node.op is None or node.op.name not in SUMS:
            return None
        if node.op.name == "add":
            biases += [i for i in node.inputs if i not in inside]
            continue
        half = len(node.inputs) // 2
        pairs = list(zip(node.inputs[:half], node.inputs[half:], strict=True)) if half else []
        if node.op.name == "sum_over" or not pairs:
            return None
        for one, other in pairs:
            if _is_weight(one, inside):
                weights.append((other, one))
            elif _is_weight(other, inside):
                weights.append((one, other))
            else:
                return None
    if not weights or len(biases) > 1 or not all(_is_weight(b, inside) for b in biases):
        return None
    return Neuron(part.name, last, tuple(weights), biases[0] if biases else None, activation)


def _is_weight(node: Node, inside: set[Node]) -> bool:
    return node.op is None and node.requires_grad and node not in inside


def neurons(shown: Sequence[Part | Node | Block]) -> dict[Part, Neuron]:
    """Return the neurons among the parts of a picture; empty where a module is none, as a layer of Tensors."""
    found: dict[Part, Neuron] = {}
    for unit in shown:
        if isinstance(unit, Part) and unit.kind is PartKind.MODULE:
            cell = neuron(unit)
            if cell is None:
                return {}
            found[unit] = cell
    return found


class Cells:
    """The tiles of a picture's neurons, and the lines of their weights."""

    def __init__(
        self,
        cells: Mapping[Block, Neuron],
        names: Mapping[Node, str],
        data: Mapping[Node, Any],
        gradients: Mapping[Node, Any],
        by_gradient: bool,
    ) -> None:
        self._cells: Final = cells
        self._names: Final = names
        self._data: Final = data
        self._gradients: Final = gradients
        self._by_gradient: Final = by_gradient
        self._numbers: dict[tuple[int, str], int] = {}  # position among the inputs and number -> item
        sizes = [abs(self._size(weight)) for cell in cells.values() for _, weight in cell.weights]
        self._greatest: Final = max(filter(math.isfinite, sizes), default=0.0)

    def __contains__(self, block: Block) -> bool:
        return block in self._cells

    def _size(self, weight: Node) -> float:
        size: float = (self._gradients.get(weight) or 0.0) if self._by_gradient else self._data[weight]
        return size

    def new_sources(self, block: Block, place: dict[Node, int], item: int) -> list[Node]:
        """Return the numbers that need a box of their own, from position `item` on, and enter them in `place`.

        A network that is called on plain numbers makes constants of them in each neuron. Equal numbers in the same
        position among the inputs are one box.
        """
        new: list[Node] = []
        for k, (source, _) in enumerate(self._cells[block].weights if block in self._cells else ()):
            if source not in place:
                key = (k, repr(self._data[source]))
                if key not in self._numbers:
                    self._numbers[key] = item + len(new)
                    new.append(source)
                place[source] = self._numbers[key]
        return new

    def tile(self, block: Block) -> Item:
        """Return the tile of a neuron: its activation and bias, its output and the gradient of that."""
        cell = self._cells[block]
        output, gradient = (format_number(known.get(cell.output)) for known in (self._data, self._gradients))
        bias = to_bias = ""
        if cell.bias is not None:
            number = self._data[cell.bias]
            bias = f", b {format_number(number)}"
            to_bias = f", bias {number!r} with grad {format_number(self._gradients.get(cell.bias))}"
        name = printable(cell.name) or "neuron"
        hint = f"{name}: {cell.activation} of {len(cell.weights)} weighted inputs{to_bias}"
        hint = f"{hint}; output {output}, grad {gradient}"
        return Item(
            NEURON,
            shorten(f"{cell.activation}{bias}", LONGEST_TITLE),
            cell.name,
            (("", f"{output}, grad {gradient}"),),
            shorten(hint, LONGEST_HINT),
        )

    def lines(self, block: Block, head: int, place: Mapping[Node, int]) -> list[Arrow]:
        """Return one line for each weight of a neuron, with its size beside the greatest one in the picture."""
        lines = []
        for source, weight in self._cells[block].weights:
            name, gradient = self._names.get(weight, "a weight"), format_number(self._gradients.get(weight))
            hint = shorten(printable(f"{name} = {self._data[weight]!r}, grad {gradient}"), LONGEST_HINT)
            lines.append(Arrow(place[source], head, hint=hint, weight=self._share(self._size(weight))))
        return lines

    def _share(self, size: float) -> float:
        """Return a size beside the greatest one: 1 or -1 for one that is infinite, 0 for nan."""
        if not math.isfinite(size):
            return 0.0 if math.isnan(size) else math.copysign(1.0, size)
        return size / self._greatest if self._greatest else 0.0
