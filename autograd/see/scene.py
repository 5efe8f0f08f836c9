"""Scene: what there is to see of a graph, in words: boxes, arrows and what is written on them.

It knows no coordinates and no file format; the picture, the DOT text and the player all show the same scene.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..naming import graph
from ..node import Node
from .words import figure, local_derivatives

VARIABLE, RESULT, CONSTANT, OP = "variable", "result", "constant", "op"

LEGEND = (
    (VARIABLE, "variable"),
    (RESULT, "result of an op"),
    (CONSTANT, "constant"),
    (OP, "op"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A box. `name` is unique, and empty for what is no node; `rows` are (what, value) under the title; `state` is
    "now" or "done" while stepping, else ""."""

    kind: str
    title: str
    name: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one item to another, by position in the scene; `words` are the lines written on it. `name` is that of the
    node whose op it leads into and the position of the input, empty for any other arrow."""

    tail: int
    head: int
    name: str = ""
    words: tuple[str, ...] = ()
    state: str = ""


@dataclass(slots=True)
class Scene:
    """All that is shown."""

    title: str
    items: list[Item] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stepper is: what has arrived at each node, the nodes it is done with, and the one it is at."""

    gradients: Mapping[Node, float]
    done: frozenset[Node]
    now: Node | None
    contributions: Mapping[int, str]  # by position of the input: what the present step hands on


def size(root: Node) -> int:
    """How many nodes the picture of this graph would show."""
    return len(graph(root))


def scene(root: Node, names: Mapping[Node, str], progress: Progress | None = None) -> Scene:
    """The graph of `root` with the gradients it has, or with those of a stepper that is underway."""
    shown = Scene(f"The computation graph of {names[root]}")
    place: dict[Node, int] = {}
    for node in graph(root):
        gradient = progress.gradients.get(node) if progress else node.grad
        title = node.label or names[node]
        state = ""
        if progress:
            state = "now" if node is progress.now else "done" if node in progress.done else ""
        if node.op is None:
            kind = VARIABLE if node.requires_grad else CONSTANT
            own = len(shown.items)
        else:
            kind = RESULT
            own = len(shown.items) + 1
        if kind == CONSTANT:
            rows: tuple[tuple[str, str], ...] = (("data", figure(node._data)),)
            hint = f"{title}: a constant, no gradient is wanted"
        else:
            rows = (("data", figure(node._data)), ("grad", figure(gradient)))
            arrived = "no gradient yet" if gradient is None else f"grad {gradient!r}"
            hint = f"{title}: data {node._data!r}, {arrived}"
        if node.op is not None:
            shown.items.append(Item(OP, node.op.sign or node.op.name, hint=_described(node, names), state=state))
            for position, derivative in enumerate(local_derivatives(node, dict(names))):
                i = node.inputs[position]
                if isinstance(i, Node):
                    tail = place[i]
                else:
                    tail = own + 1 + sum(not isinstance(j, Node) for j in node.inputs[:position])
                words: tuple[str, ...] = ()
                if derivative is not None:
                    formula, number = derivative
                    words = (formula, f"= {figure(number)}") if formula != figure(number) else (formula,)
                    if progress and node is progress.now:
                        words = (*words, progress.contributions[position])
                shown.arrows.append(Arrow(tail, own - 1, f"{names[node]} {position}", words, state))
            shown.arrows.append(Arrow(own - 1, own, state=state))
        shown.items.append(Item(kind, title, names[node], rows, hint, state))
        for i in node.inputs:
            if not isinstance(i, Node):
                shown.items.append(Item(CONSTANT, figure(i), hint=f"{i!r}: a constant"))
        place[node] = own
    return shown


def _described(node: Node, names: Mapping[Node, str]) -> str:
    assert node.op is not None
    inputs = ", ".join(names[i] if isinstance(i, Node) else figure(i) for i in node.inputs)
    metadata = "".join(f", {key}={value:g}" for key, value in node.params.items())
    return f"{names[node]} = {node.op.name}({inputs}{metadata})"
