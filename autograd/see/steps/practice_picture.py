"""The picture of an exercise: the graph, with a question mark for each number that is still to be found."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from ...engine.node import Node
from ..picture.drawing import Drawing
from ..picture.formulas import LocalDerivative, arrow_lines
from ..picture.number_format import HIDDEN, format_block
from ..picture.scene import BLOCK, ELIDED, Arrow, Item, Progress
from ..picture.scene_builder import scene
from ..picture.selection import selected
from ..picture.theme import Theme
from .practice_plan import Ask, Asked, Visibility
from .step import Flow, Step

MARKS: Final = "thick dashes: the question; thick line: found"
ROOM: Final = 9  # characters that a hidden number has room for, so that a box does not tell how long it is


@dataclass(frozen=True, slots=True)
class Showing:
    """Lines that the picture shows after `count` answers: in a row of a box, or on an arrow.

    name  that of the node; of an arrow that of the op's result and the position of the input, `v1 0`
    hint  the tooltip of an arrow as long as its number is hidden
    """

    count: int
    what: Literal["data", "grad", "arrow"]
    name: str
    lines: tuple[str, ...]
    hint: str = ""


def showings(
    seen: Visibility,
    names: Mapping[Node, str],
    steps: Sequence[Step],
    data: Mapping[Node, Any],
    drawn: Collection[str],
) -> list[Showing]:
    """Return what the picture shows later than at the start, of the nodes that are drawn, by name."""
    found = [
        Showing(count, "data", names[node], _lines(data[node]))
        for node, count in seen.data.items()
        if count and names.get(node) in drawn
    ]
    for step in steps:
        if not seen.backward:
            break
        if count := seen.gradients[step.node]:
            found.append(Showing(count, "grad", step.name, _lines(step.gradient)))
        for flow in step.flows:
            if count := seen.flows[step.number, flow.position]:
                hint = f"d{step.name}/d{flow.name} = {flow.formula}" if flow.is_product else flow.derivation()
                found.append(Showing(count, "arrow", f"{step.name} {flow.position}", _words(flow), hint))
    return found


def _lines(x: Any) -> tuple[str, ...]:
    return tuple(format_block(x).split("\n"))


def _words(flow: Flow) -> tuple[str, ...]:
    return arrow_lines(LocalDerivative(flow.formula, flow.local, flow.rule, flow.summed))


def own_box(ask: Ask, names: Mapping[Node, str]) -> tuple[str, str] | None:
    """Return the row of the box in which the answer itself belongs, as (what, name); None where it is a part of it."""
    if ask.place or not ask.whole:
        return None
    return "data" if ask.what is Asked.DATA else "grad", names[ask.about]


def hidden_picture(
    nodes: Sequence[Node],
    names: Mapping[Node, str],
    hidden: Sequence[Showing],
    data: Mapping[Node, Any],
    gradients: Mapping[Node, Any],
    ops: Collection[Node] | None,
    theme: Theme,
) -> str:
    """Return the picture at the start as SVG text.

    nodes      those of the graph, oldest first
    gradients  those at the end of the sweep; empty where the exercise is forward only
    ops        the results whose ops are shown; None: all
    """
    room = {node: max(ROOM, *map(len, (*_lines(data[node]), *_lines(gradients.get(node))))) for node in nodes}
    progress = Progress(data, gradients, frozenset(), None, {}, room)
    root = nodes[-1]
    if ops is None:
        shown = scene([root], names, progress)
    else:
        selection = selected(set(ops), nodes)
        shown = scene([root], names, progress, blocks=selection.blocks, bare=selection.bare)
    rows = {(each.what, each.name): each for each in hidden}
    shown.items = [_masked_item(item, rows) for item in shown.items]
    shown.arrows = [_masked_arrow(arrow, rows.get(("arrow", arrow.name))) for arrow in shown.arrows]
    shown.notes = (*shown.notes, f"{HIDDEN}: to be found", MARKS)
    return Drawing(shown, theme=theme).svg


def _masked_item(item: Item, hidden: Mapping[tuple[Any, str], Showing]) -> Item:
    if item.kind in (BLOCK, ELIDED):  # its numbers come from all of its ops
        return replace(item, rows=(), hint=item.title)
    if not item.name or not any((what, item.name) in hidden for what in ("data", "grad")):
        return item
    rows = tuple((what, _masked(value) if (what, item.name) in hidden else value) for what, value in item.rows)
    words = ", ".join(f"{what} {value.splitlines()[0]}" for what, value in rows)
    return replace(item, rows=rows, hint=f"{item.title}: {words}")


def _masked(value: str) -> str:
    """Return a question mark in as many lines as the value has."""
    return HIDDEN + "\n" * value.count("\n")


def _masked_arrow(arrow: Arrow, hidden: Showing | None) -> Arrow:
    if hidden is None:
        return arrow
    words = tuple(re.sub(r"= \S+$", f"= {HIDDEN}", word).ljust(len(word)) for word in arrow.words)
    return replace(arrow, words=words, hint=hidden.hint)
