"""Inner lessons: those of what the folded boxes of a lesson hold, which a page opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...engine.node import Node
from ..picture.blocks import Block
from ..picture.drawing import Drawing
from ..picture.insides import with_note
from ..picture.number_format import format_block
from ..picture.opened import OpenedBoxes
from ..picture.scene import Scene
from .lesson import lesson
from .places import Place
from .player import inner_data
from .recording import Recording
from .stops import Lesson


def opened_lessons(
    recording: Recording, whole: Lesson, places: Sequence[Place], draw: Callable[[Scene], Drawing], most: int
) -> OpenedBoxes:
    """Return the lessons of what folded boxes hold, for a page, as far as they fit into so many bytes.

    They are parts of the same sweep: their numbers are those of the whole, with the upstream gradient that arrives. A
    box without a step has no lesson.
    """
    order = recording.order
    steps: dict[Node, list[Place]] = {}
    for place in places:
        steps.setdefault(order[place[0]], []).append(place)
    opened = OpenedBoxes(most)
    parents = {inside.parent for inside in whole.insides}
    numbers = {0: 0}  # of the lessons that opened
    for k, inside in enumerate(whole.insides, 1):
        view = inside.view
        ops = (node for node in reversed(inside.nodes) if node.op is not None and node not in view.bare)
        own = [place for node in ops for place in steps.get(node, ())]
        if not own or inside.parent not in numbers:
            continue
        hidden = {node: block for block in view.blocks for node in block.nodes}
        room = rooms(recording, hidden, inside.nodes)
        made = lesson(recording, inside.outputs, view, own, room, inside.nodes, inside.scene.title)
        picture = draw(with_note(made.scene, k in parents)).svg_inside
        if not opened.add(numbers[inside.parent], inside.item, inside.title, picture, inner_data(made)):
            break
        numbers[k] = len(opened)
    return opened


def rooms(recording: Recording, hidden: Mapping[Node, Block], nodes: Sequence[Node]) -> dict[Node, int]:
    """Return the longest line that the gradient of each of these nodes will have, which its box keeps room for."""
    room: dict[Node, int] = {}
    found = [*recording.earlier.items()]
    if recording.arrays:
        found += recording.begun().items()
    for _, _, each in recording.arriving(node for node in nodes if node not in hidden):
        found.append((each.input, recording.with_earlier(each.input, each.after)))
    for node, x in found:
        room[node] = max(room.get(node, 0), *map(len, format_block(x).split("\n")))
    return room
