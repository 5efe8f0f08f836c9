"""A scene: the boxes and arrows of a picture, with all of their text.

A scene has no coordinates and no file format. SVG, DOT and the player show the same scene. `scene_builder.py` makes the
scene of a graph, `neurons.py` that of a network of neurons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ...engine.node import Node
from .colouring import Paint

Kind = Literal["variable", "result", "constant", "op", "block", "elided", "neuron"]
State = Literal["", "now", "done", "changed"]

VARIABLE: Final = "variable"
RESULT: Final = "result"
CONSTANT: Final = "constant"
OP: Final = "op"
BLOCK: Final = "block"
ELIDED: Final = "elided"
NEURON: Final = "neuron"
NOW: Final = "now"
DONE: Final = "done"
CHANGED: Final = "changed"

KINDS: Final[Mapping[Kind, str]] = {
    VARIABLE: "variable",
    RESULT: "result of an op",
    CONSTANT: "constant",
    OP: "op",
}
FOLDED: Final[Mapping[Kind, str]] = {  # explained where they occur
    NEURON: "neuron: activation, bias b, output and its gradient",
    BLOCK: "a part of the graph in one box",
    ELIDED: "ops that are left out",
}
STATES: Final[Mapping[State, str]] = {
    NOW: "this step",
    DONE: "its gradient is finished",
    CHANGED: "changed since: its data was set after the graph was computed from it",
}
NOTES: Final = ("on an arrow: the local derivative", "grad –: no gradient yet")
NOTE_ON_NORMS: Final = "|params|, |grad|: norm of the parameters in a box, and of their gradients"
NOTE_ON_WEIGHTS: Final = "a line is a weight, as wide as its size; dashed: negative"
NOTE_ON_OPENING: Final = "+ opens a box"
NOTES_ON_FLAT: Final = {  # by the word in a box, see `colouring.saturation`
    "saturated": "saturated: flat there, passes on next to no gradient",
    "off": "off: 0 there, passes on no gradient",
}
NOTES_ON_RULES: Final = ("on an arrow: the local derivative, or what becomes of the gradient g", NOTES[1])

LONGEST_TITLE: Final = 40  # characters of a title
LONGEST_HINT: Final = 1000  # characters of a tooltip


@dataclass(frozen=True, slots=True)
class Item:
    """A box.

    name   the unique name of its node; empty for an op and for a plain constant
    rows   (what, value) under the title; a value has one line or several
    hint   the tooltip, which is also what a screen reader reads
    state  what has happened to it: a step of a Stepper, or a change of its data
    room   the number of characters to reserve for a line of a value that is still to come
    paint  its colour by size, where the picture is coloured
    count  how many equal pieces of the graph it stands for
    """

    kind: Kind
    title: str
    name: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    state: State = ""
    room: int = 0
    paint: Paint | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from one item to another; `tail` and `head` are positions in the scene, `words` the lines on it.

    An arrow into an op has a name: the name of the op's result and the position of the input, `v1 0`. The line of a
    neuron's weight has a `weight`: its sign, and its size from 0 to 1.
    """

    tail: int
    head: int
    name: str = ""
    words: tuple[str, ...] = ()
    hint: str = ""
    state: State = ""
    weight: float | None = None


@dataclass(slots=True)
class Scene:
    """All that a picture shows; `colors` are the title and the entries of the legend of its colours."""

    title: str
    items: list[Item] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    notes: tuple[str, ...] = NOTES
    colors: tuple[str, tuple[tuple[int, str], ...]] | None = None

    def kinds(self) -> dict[Kind, str]:
        """Return the kinds that the legend has to explain: all of a plain picture; of a folded one those in it."""
        found = {item.kind for item in self.items}
        if not found & FOLDED.keys():
            return dict(KINDS)
        return {kind: meaning for kind, meaning in {**KINDS, **FOLDED}.items() if kind in found}

    def states(self) -> dict[State, str]:
        """Return the states that the legend has to explain: of a Stepper both of them, else those that occur."""
        found = {item.state for item in self.items}
        if found & {NOW, DONE}:
            found |= {NOW, DONE}
        return {state: meaning for state, meaning in STATES.items() if state in found}

    def remarks(self) -> tuple[str, ...]:
        """Return the sentences of the legend: the notes, and those on words that occur in boxes."""
        words = {value.split()[-1] for item in self.items for what, value in item.rows if not what and value}
        return (*self.notes, *(note for word, note in NOTES_ON_FLAT.items() if word in words))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a Stepper has come.

    data           the data of each node when the Stepper was made
    gradients      the gradient that has arrived at each node
    done           the nodes whose steps are taken
    now            the node of the present step
    contributions  the contributions of the present step, as text by the position of the input
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

    def edge_state(self, node: Node, position: int) -> State:
        """Return the state of the arrow from an input; where a step is one edge, those before it are done."""
        if node is not self.now or position in self.contributions:
            return self.state(node)
        return DONE if position < min(self.contributions, default=0) else ""
