"""Decide what a picture of a graph shows: a scene of boxes and arrows, with all of their text.

A scene has no coordinates and no file format. SVG, DOT and the player show the same scene.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from ...engine.changes import changed_edges
from ...engine.node import Node
from ...engine.sweep import graph_nodes
<<<<<<< HEAD
from .colouring import Color, Paint, colouring
=======
from ...graph.naming import is_named_after
>>>>>>> x-outline
from .formulas import (
    LocalDerivative,
    arrow_lines,
    equation,
    has_derivative,
    local_derivatives,
    op_formula,
    op_symbol,
    summed_over,
)
from .number_format import MOST_IN_BOX, as_number, format_block, format_line, format_number, format_shape
from .plain_text import printable, shorten

Kind = Literal["variable", "result", "constant", "op"]
State = Literal["", "now", "done", "changed"]

VARIABLE: Final = "variable"
RESULT: Final = "result"
CONSTANT: Final = "constant"
OP: Final = "op"
NOW: Final = "now"
DONE: Final = "done"
CHANGED: Final = "changed"

KINDS: Final[Mapping[Kind, str]] = {
    VARIABLE: "variable",
    RESULT: "result of an op",
    CONSTANT: "constant",
    OP: "op",
}
STATES: Final[Mapping[State, str]] = {
    NOW: "this step",
    DONE: "its gradient is finished",
    CHANGED: "changed since: its data was set after the graph was computed from it",
}
NOTES: Final = ("on an arrow: the local derivative", "grad –: no gradient yet")
NOTES_ON_RULES: Final = ("on an arrow: the local derivative, or what becomes of the gradient g", NOTES[1])

LONGEST_TITLE: Final = 40  # characters
LONGEST_HINT: Final = 1000  # characters


@dataclass(frozen=True, slots=True)
class Item:
    """A box.

    name   the unique name of its node; empty for an op and for a plain constant
    rows   (what, value) under the title; a value has one line or several
    hint   the tooltip, which is also what a screen reader reads
    state  what has happened to it: a step of a Stepper, or a change of its data
    room   the number of characters to reserve for a line of a value that is still to come
    paint  its colour by size, where the picture is coloured
    """

    kind: Kind
    title: str
    name: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    state: State = ""
    room: int = 0
    paint: Paint | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from one item to another; `tail` and `head` are positions in the scene, `words` the lines on it.

    An arrow into an op has a name: the name of the op's result and the position of the input, `v1 0`.
    """

    tail: int
    head: int
    name: str = ""
    words: tuple[str, ...] = ()
    hint: str = ""
    state: State = ""


@dataclass(slots=True)
class Scene:
    """All that a picture shows; `colors` are the title and the entries of the legend of its colours."""

    title: str
    items: list[Item] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    notes: tuple[str, ...] = NOTES
    colors: tuple[str, tuple[tuple[int, str], ...]] | None = None

    def states(self) -> dict[State, str]:
        """Return the states that the legend has to explain: of a Stepper both of them, else those that occur."""
        found = {item.state for item in self.items}
        if found & {NOW, DONE}:
            found |= {NOW, DONE}
        return {state: meaning for state, meaning in STATES.items() if state in found}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a Stepper has come.

    data           the data of each node when the Stepper was made
    gradients      the gradient that has arrived at each node
    done           the nodes whose steps are taken
    now            the node of the present step
    contributions  the contribution of the present step to each input, as text by position
    room           the longest line that each node's gradient will have, so that boxes keep their size
    """

    data: Mapping[Node, Any]
    gradients: Mapping[Node, Any]
    done: frozenset[Node]
    now: Node | None
    contributions: Mapping[int, str]
    room: Mapping[Node, int]

    def state(self, node: Node) -> State:
        """Return whether this node is the present step, is done, or neither."""
        return NOW if node is self.now else DONE if node in self.done else ""


def scene(
    roots: Sequence[Node],
    names: Mapping[Node, str],
    progress: Progress | None = None,
    stats: bool = False,
    color: Color | None = None,
) -> Scene:
    """Return the scene of the roots' graph, with its own gradients or with those of a Stepper's progress.

    `stats` shows all statistics of arrays that are too large to be shown in full; `color` is that of `draw`.
    """
    return _Builder(roots, names, progress, stats, color).build()


class _Builder:
    """Builds one scene, node by node from the oldest on."""

    def __init__(
        self,
        roots: Sequence[Node],
        names: Mapping[Node, str],
        progress: Progress | None,
        stats: bool,
        color: Color | None,
    ) -> None:
        self.names = names
        self.progress = progress
        self.stats = stats
        nodes = graph_nodes(*roots)
        # A leaf that came to want a gradient after its use is younger than its user.
        late = dict.fromkeys(i for node in nodes for i in node.inputs if i._index > node._index)
        self.nodes = [node for node in (*late, *(n for n in nodes if n not in late)) if node in names]
        self.data = progress.data if progress else {node: node._data for node in nodes}
        changed = [] if progress else list(changed_edges(nodes))
        self.changed = {node for _, node in changed}
        self.stale = {user for user, _ in changed}  # computed from data that is no longer known
        self.shown = Scene(f"The computation graph of {listed([names[root] for root in roots])}")
        self.place: dict[Node, int] = {}
        self.paints: Mapping[Node, Paint] = {}
        if color is not None:
            gradients = progress.gradients if progress else {node: node.grad for node in self.nodes}
            found = colouring(self.nodes, color, self.data, gradients)
            self.paints, self.shown.colors = found.paints, (found.title, found.legend)

    def build(self) -> Scene:
        items = self.shown.items
        for node in self.nodes:
            numbers = [i for i in dict.fromkeys(node.inputs) if i not in self.names and i not in self.place]
            if node.op is not None:
                self.place |= {number: len(items) + 2 + k for k, number in enumerate(numbers)}
                self.add_op(node)
            self.place[node] = len(items)
            items.append(self.box(node))
            items += [self.number_box(number) for number in numbers]
        return self.shown

    def number_box(self, node: Node) -> Item:
        """Return the box of a constant without a name, which stands beside the first result that it goes into."""
        number, state = as_number(self.data[node]), self.state(node)
        title, hint = format_number(number), f"{number!r}: a constant"
        if state == CHANGED:
            title, hint = f"{title}: changed since", f"{hint}; it was set after the graph was computed from it"
        return Item(CONSTANT, title, hint=hint, state=state)

    def add_op(self, node: Node) -> None:
        """Add the circle of the op, the arrows into it, and the arrow to the box of its result, which comes next."""
        assert node.op is not None
        state = self.state(node) if self.progress else ""
        op = len(self.shown.items)
        formula = _hint(f"{self.names[node]} = {op_formula(node, self.names, self.data)}")
        self.shown.items.append(Item(OP, shorten(printable(op_symbol(node.op)), LONGEST_TITLE), hint=formula))
        derivatives = local_derivatives(node, self.names, self.data, node in self.stale)
        for position, (i, derivative) in enumerate(zip(node.inputs, derivatives, strict=True)):
            tail = self.place[i]
            name = f"{self.names[node]} {position}"
            if derivative is None:  # no gradient flows to a constant
                self.shown.arrows.append(Arrow(tail, op, name))
                continue
            words = arrow_lines(derivative)
            if self.progress and node is self.progress.now:
                words = (*words, self.progress.contributions[position])
            self.shown.arrows.append(Arrow(tail, op, name, words, self.arrow_hint(node, i, derivative), state))
        self.shown.arrows.append(Arrow(op, op + 1, state=state))

    def arrow_hint(self, node: Node, i: Node, derivative: LocalDerivative) -> str:
        y, x = self.names[node], self.names[i]
        if derivative.local is not None:
            text = f"d{y}/d{x} = {equation(derivative.formula, derivative.local)}"
        elif node in self.stale and has_derivative(node):
            text = f"d{y}/d{x} = {derivative.formula}, whose value is not known: data was changed since"
        else:
            self.shown.notes = NOTES_ON_RULES
            text = f"to {x} flows {derivative.rule}, where g is the gradient of {y}"
        return _hint(f"{text}, {summed_over(derivative.summed)}" if derivative.summed else text)

    def state(self, node: Node) -> State:
        if self.progress:
            return self.progress.state(node)
        return CHANGED if node in self.changed else ""

    def box(self, node: Node) -> Item:
        """Return the box of a node."""
        title = _title(node, self.names[node])
        named = node.label.strip() and is_named_after(self.names[node], node.label)
        full = printable(node.label) if named else title
        data, state = self.data[node], self.state(node)
        whole = as_number(data) is None
        rows = [("shape", f"{format_shape(data.shape)} {data.dtype}")] if whole else []
        rows.append(("data", format_block(data, self.stats)))
        if whole:
            full = f"{full} of shape {rows[0][1]}"
        since = ""
        if state == CHANGED:
            title, since = f"{title}: changed since", "; this data was set after the graph was computed from it"
        exact = _exact(data)
        if node.op is None and not node.requires_grad:
            hint = _hint(f"{full}: a constant, data {exact}; no gradient is wanted{since}")
            return Item(CONSTANT, title, self.names[node], tuple(rows), hint, state, paint=self.paints.get(node))
        gradient = self.progress.gradients.get(node) if self.progress else node.grad
        room = self.progress.room.get(node, 0) if self.progress else 0
        arrived = "no gradient yet" if gradient is None else f"grad {_exact(gradient)}"
        rows.append(("grad", format_block(gradient, self.stats)))
        if room and gradient is None:  # reserve the lines that the gradient will have
            rows[-1] = ("grad", rows[-1][1] + "\n" * format_block(np.zeros_like(data)).count("\n"))
        kind: Kind = RESULT if node.op is not None else VARIABLE
        paint = self.paints.get(node)
        rows += paint.rows if paint else ()
        hint = _hint(f"{full}: data {exact}, {arrived}{since}")
        return Item(kind, title, self.names[node], tuple(rows), hint, state, room, paint)


def listed(words: list[str]) -> str:
    """Join words as in `a, b and c`; of more than four words, those in the middle are left out."""
    few = words if len(words) <= 4 else [*words[:2], "…", words[-1]]
    return few[0] if len(few) == 1 else f"{', '.join(few[:-1])} and {few[-1]}"


def _exact(x: Any) -> str:
    """Format a number with every digit, and an array in four digits, because a tooltip has little room."""
    number = as_number(x)
    return format_line(x, MOST_IN_BOX) if number is None else repr(number)


def _title(node: Node, name: str) -> str:
    """Return the label; where formulas use another name (the second node with the label x is x_2), that name too."""
    label = shorten(printable(node.label), LONGEST_TITLE)
    if not label or not is_named_after(name, node.label):  # labels= and modules give other names
        return shorten(name, LONGEST_TITLE)
    return label if node.label == name else f"{label} ({shorten(name, LONGEST_TITLE)})"


def _hint(text: str) -> str:
    return shorten(text, LONGEST_HINT)
