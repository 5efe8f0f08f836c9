"""Scene: what there is to see of a graph, in words: boxes, arrows and what is written on them.

It knows no coordinates and no file format; the picture, the DOT text and the player all show the same scene.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...engine.node import Node
from ...engine.sweep import graph_nodes
from .figures import IN_FULL, dimensions, figure, in_box, in_line, single
from .words import beside_an_arrow, clean, cut, equation, local_derivatives, made, over, spelling

VARIABLE, RESULT, CONSTANT, OP = "variable", "result", "constant", "op"

LEGEND = (
    (VARIABLE, "variable"),
    (RESULT, "result of an op"),
    (CONSTANT, "constant"),
    (OP, "op"),
)
NOTES = ("on an arrow: the local derivative", "grad –: no gradient yet")
RULES = ("on an arrow: the local derivative, or what becomes of the gradient g", NOTES[1])
NOW, DONE = "now", "done"
STATES = ((NOW, "this step"), (DONE, "its gradient is finished"))

TITLE, HINT = 40, 1000  # letters; what is longer is cut


@dataclass(frozen=True, slots=True)
class Item:
    """A box. `name` is unique, and empty for what is no node; `rows` are (what, value) under the title, a value being
    one line or several; `room` is how many letters a line may have later on; `state` is "now" or "done" while
    stepping, else ""."""

    kind: str
    title: str
    name: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    state: str = ""
    room: int = 0


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one item to another, by position in the scene; `words` are the lines written on it. `name` is that of the
    node whose op it leads into and the position of the input, empty for any other arrow."""

    tail: int
    head: int
    name: str = ""
    words: tuple[str, ...] = ()
    hint: str = ""
    state: str = ""


@dataclass(slots=True)
class Scene:
    """All that is shown."""

    title: str
    items: list[Item] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    notes: tuple[str, ...] = NOTES


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stepper is: the data it computes with, what has arrived at each node, the nodes it is done with and
    the one it is at, what the present step hands on (by position of the input), and how long the text of each node's
    gradient becomes on the way, so that boxes keep their size from step to step."""

    data: Mapping[Node, Any]
    gradients: Mapping[Node, Any]
    done: frozenset[Node]
    now: Node | None
    contributions: Mapping[int, str]
    room: Mapping[Node, int]

    def state(self, node: Node) -> str:
        """Where the stepper is with this node."""
        return NOW if node is self.now else DONE if node in self.done else ""


def scene(
    roots: Sequence[Node], names: Mapping[Node, str], progress: Progress | None = None, stats: bool = False
) -> Scene:
    """The graph of the roots with the gradients it has, or with those of a stepper that is underway. `stats` says more
    about arrays that are too large to be shown."""
    nodes = graph_nodes(*roots)
    data = progress.data if progress else {node: node._data for node in nodes}
    shown = Scene(f"The computation graph of {_listed([names[root] for root in roots])}")
    place: dict[Node, int] = {}
    for node in nodes:
        if node not in names:
            continue  # a number has its box beside the first result that it goes into
        state = progress.state(node) if progress else ""
        numbers = [i for i in dict.fromkeys(node.inputs) if i not in names and i not in place]
        if node.op is not None:
            op = len(shown.items)
            shown.items.append(Item(OP, cut(clean(spelling(node.op)), TITLE), hint=_made(node, names)))
            place |= {number: op + 2 + k for k, number in enumerate(numbers)}
            for position, derivative in enumerate(local_derivatives(node, names, data)):
                i = node.inputs[position]
                tail = place[i]
                words: tuple[str, ...] = ()
                hint = ""
                if derivative is not None:
                    words = beside_an_arrow(derivative)
                    what = f"d{names[node]}/d{names[i]} = {equation(derivative.formula, derivative.local)}"
                    if derivative.local is None:
                        shown.notes = RULES
                        what = f"to {names[i]} flows {derivative.rule}, where g is the gradient of {names[node]}"
                    hint = _hint(f"{what}, {over(derivative.summed)}" if derivative.summed else what)
                    if progress and node is progress.now:
                        words = (*words, progress.contributions[position])
                flows = state if derivative is not None else ""  # nothing flows to a constant
                shown.arrows.append(Arrow(tail, op, f"{names[node]} {position}", words, hint, flows))
            shown.arrows.append(Arrow(op, op + 1, state=state))
        place[node] = len(shown.items)
        gradient = progress.gradients.get(node) if progress else node.grad
        room = progress.room.get(node, 0) if progress else 0
        shown.items.append(_box(node, names, data[node], gradient, state, room, stats))
        for i in numbers:
            shown.items.append(Item(CONSTANT, figure(single(data[i])), hint=f"{single(data[i])!r}: a constant"))
    return shown


def _listed(words: list[str]) -> str:
    """`a, b and c`, the middle of many left out."""
    few = words if len(words) <= 4 else [*words[:2], "…", words[-1]]
    return few[0] if len(few) == 1 else f"{', '.join(few[:-1])} and {few[-1]}"


def _box(node: Node, names: Mapping[Node, str], data: Any, gradient: Any, state: str, room: int, stats: bool) -> Item:
    title = _title(node, names[node])
    kind = RESULT if node.op is not None else VARIABLE if node.requires_grad else CONSTANT
    full = clean(node.label) if node.label.strip() else title
    whole = single(data) is None
    rows = [("shape", f"{dimensions(data.shape)} {data.dtype}")] if whole else []
    rows.append(("data", in_box(data, stats)))
    if whole:
        full = f"{full} of shape {rows[0][1]}"
    exact = _exact(data)
    if kind == CONSTANT:
        hint = _hint(f"{full}: a constant, data {exact}; no gradient is wanted")
        return Item(kind, title, names[node], tuple(rows), hint, state)
    arrived = "no gradient yet" if gradient is None else f"grad {_exact(gradient)}"
    rows.append(("grad", in_box(gradient, stats)))
    if room and gradient is None:  # the lines that the gradient will take
        rows[-1] = ("grad", rows[-1][1] + "\n" * in_box(np.zeros_like(data)).count("\n"))
    return Item(kind, title, names[node], tuple(rows), _hint(f"{full}: data {exact}, {arrived}"), state, room)


def _exact(x: Any) -> str:
    """Every digit of a number; an array in four digits, which is what there is room for."""
    number = single(x)
    return in_line(x, IN_FULL) if number is None else repr(number)


def _title(node: Node, name: str) -> str:
    """The label, and where formulas call the node something else (the second of two that are labelled x is x_2), that
    name too."""
    label = cut(clean(node.label), TITLE)
    if not label:
        return cut(name, TITLE)
    return label if node.label == name else f"{label} ({cut(name, TITLE)})"


def _made(node: Node, names: Mapping[Node, str]) -> str:
    return _hint(f"{names[node]} = {made(node, names)}")


def _hint(text: str) -> str:
    return cut(text, HINT)
