"""Scene: what there is to see of a graph, in words: boxes, arrows and what is written on them.

It knows no coordinates and no file format; the picture, the DOT text and the player all show the same scene.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..naming import graph
from ..node import Node
from .words import beside_an_arrow, clean, cut, equation, figure, local_derivatives, made

VARIABLE, RESULT, CONSTANT, OP = "variable", "result", "constant", "op"

LEGEND = (
    (VARIABLE, "variable"),
    (RESULT, "result of an op"),
    (CONSTANT, "constant"),
    (OP, "op"),
)
NOTES = ("on an arrow: the local derivative", "grad –: no gradient yet")
NOW, DONE = "now", "done"
STATES = ((NOW, "this step"), (DONE, "its gradient is finished"))

TITLE, HINT = 40, 1000  # letters; what is longer is cut


@dataclass(frozen=True, slots=True)
class Item:
    """A box. `name` is unique, and empty for what is no node; `rows` are (what, value) under the title; `room` is how
    many letters a value may have later on; `state` is "now" or "done" while stepping, else ""."""

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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stepper is: the data it computes with, what has arrived at each node, the nodes it is done with and
    the one it is at, what the present step hands on (by position of the input), and how long the text of each node's
    gradient becomes on the way, so that boxes keep their size from step to step."""

    data: Mapping[Node, float]
    gradients: Mapping[Node, float]
    done: frozenset[Node]
    now: Node | None
    contributions: Mapping[int, str]
    room: Mapping[Node, int]

    def state(self, node: Node) -> str:
        """Where the stepper is with this node."""
        return NOW if node is self.now else DONE if node in self.done else ""


def scene(root: Node, names: Mapping[Node, str], progress: Progress | None = None) -> Scene:
    """The graph of `root` with the gradients it has, or with those of a stepper that is underway."""
    nodes = graph(root)
    data = progress.data if progress else {node: node._data for node in nodes}
    shown = Scene(f"The computation graph of {names[root]}")
    place: dict[Node, int] = {}
    for node in nodes:
        state = progress.state(node) if progress else ""
        if node.op is not None:
            op = len(shown.items)
            shown.items.append(Item(OP, cut(clean(node.op.sign or node.op.name), TITLE), hint=_made(node, names)))
            tails = iter(range(op + 2, op + 2 + len(node.inputs)))
            for position, derivative in enumerate(local_derivatives(node, names, data)):
                i = node.inputs[position]
                tail = place[i] if isinstance(i, Node) else next(tails)
                words: tuple[str, ...] = ()
                hint = ""
                if derivative is not None:
                    words = beside_an_arrow(*derivative)
                    hint = _hint(f"d{names[node]}/d{names[i]} = {equation(*derivative)}")
                    if progress and node is progress.now:
                        words = (*words, progress.contributions[position])
                flows = state if derivative is not None else ""  # nothing flows to a constant
                shown.arrows.append(Arrow(tail, op, f"{names[node]} {position}", words, hint, flows))
            shown.arrows.append(Arrow(op, op + 1, state=state))
        place[node] = len(shown.items)
        gradient = progress.gradients.get(node) if progress else node.grad
        room = progress.room.get(node, 0) if progress else 0
        shown.items.append(_box(node, names, data[node], gradient, state, room))
        for i in node.inputs:
            if not isinstance(i, Node):
                shown.items.append(Item(CONSTANT, figure(i), hint=f"{i!r}: a constant"))
    return shown


def _box(
    node: Node, names: Mapping[Node, str], data: float, gradient: float | None, state: str, room: int
) -> Item:
    title = _title(node, names[node])
    kind = RESULT if node.op is not None else VARIABLE if node.requires_grad else CONSTANT
    full = clean(node.label) if node.label.strip() else title
    if kind == CONSTANT:
        hint = _hint(f"{full}: a constant, data {data!r}; no gradient is wanted")
        return Item(kind, title, names[node], (("data", figure(data)),), hint, state)
    arrived = "no gradient yet" if gradient is None else f"grad {gradient!r}"
    rows = (("data", figure(data)), ("grad", figure(gradient)))
    return Item(kind, title, names[node], rows, _hint(f"{full}: data {data!r}, {arrived}"), state, room)


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
