"""Insides: the pictures of what the folded boxes of a picture hold, which a page opens at a click.

They are made together with the picture, because the data of the graph may change later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ...engine.node import Node
from ...graph.outline import Part
from .blocks import Block
from .plain_text import shorten
from .scene import LONGEST_TITLE, NOTE_ON_OPENING, Scene
from .scene_builder import SceneBuilder
from .views import View, view_inside

MOST_BOXES: Final = 1_500  # in all insides of one picture; what is left over is opened in Python
MOST_IN_ONE: Final = 120  # boxes; a picture of more could not be read


@dataclass(frozen=True, slots=True)
class Inside:
    """The inside of a folded box.

    parent  the picture that has the box: 0 for the whole one, k for the inside of place k - 1
    item    the position of the box in the scene of that picture
    title   what is opened
    scene   the picture of it
    outputs, view, nodes  what that picture is of: the arguments of `SceneBuilder`
    """

    parent: int
    item: int
    title: str
    scene: Scene
    outputs: Sequence[Node]
    view: View
    nodes: Sequence[Node]


def insides(builder: SceneBuilder, names: Mapping[Node, str]) -> tuple[Inside, ...]:
    """Return the insides of a finished picture: of its boxes first, then of the boxes in those, and so on.

    There are no more than a page can hold: MOST_BOXES boxes together.
    """
    found: list[Inside] = []
    pictures = [builder]
    room = MOST_BOXES
    for parent, outer in enumerate(pictures):  # the list grows while it is walked
        for item, block in _folded_boxes(outer):
            if room <= 0:
                return tuple(found)
            assert block.part is not None
            name = block.part.name or outer.name_of(block).lstrip("… ")
            outputs = outer.folding.outputs(block) or block.part.nodes[-1:]
            seen, nodes = _contents(block.part)
            inner = SceneBuilder(
                outputs, names, outer.progress, outer.stats, outer.color, seen.blocks, seen.bare, seen.cells, nodes,
                f"Inside {name if block in outer.cells else block.part.name or block.part.title}",
            )  # fmt: skip
            shown = inner.build()
            if len(shown.items) > MOST_IN_ONE:
                continue
            room -= len(shown.items)
            pictures.append(inner)
            found.append(Inside(parent, item, shorten(name, LONGEST_TITLE), shown, outputs, seen, nodes))
    return tuple(found)


def with_note(shown: Scene, opens: bool = True) -> Scene:
    """Return the picture with a note in its legend that boxes open, if some do."""
    return replace(shown, notes=(*shown.notes, NOTE_ON_OPENING)) if opens else shown


def _folded_boxes(outer: SceneBuilder) -> list[tuple[int, Block]]:
    """Return the boxes of a picture that can be opened, with their positions; neurons last, as there are many."""
    found = [(k, what) for k, what in outer.made.items() if isinstance(what, Block) and what.part is not None]
    return sorted(found, key=lambda each: each[1] in outer.cells)


def _contents(part: Part) -> tuple[View, list[Node]]:
    """Return what a picture of a part shows, and its nodes; those that it uses are boxes without their ops."""
    own = (*part.nodes, *part.hidden)
    inside = set(own)
    inputs = dict.fromkeys(i for node in own for i in node.inputs if i not in inside)
    return view_inside(part, list(inputs)), sorted([*inputs, *own], key=lambda node: node._index)
