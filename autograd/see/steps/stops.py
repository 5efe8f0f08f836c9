"""The stops of a lesson, as the page of the player and the moving picture show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..picture.insides import Inside
from ..picture.number_format import HIDDEN, NO_GRADIENT
from ..picture.scene import NEURON, Item, Scene

Changes = dict[tuple[str, int], str]  # the id of a box or arrow in the picture, and the line of it: the text


@dataclass(slots=True)
class Stop:
    """One stop of a lesson.

    number    from 1
    forward   whether it is of the forward phase
    items     the boxes that it is about, by position in the scene; the last is that of the node
    arrows    the arrows that it is about
    gets      the boxes that get a contribution
    done      the boxes whose gradient is finished with it
    words     what happens, in words
    rows      the same as rows of the table
    changes   the texts of the picture that change
    """

    number: int
    forward: bool
    items: tuple[int, ...]
    arrows: tuple[int, ...] = ()
    gets: tuple[int, ...] = ()
    done: tuple[int, ...] = ()
    words: str = ""
    rows: list[tuple[str, ...]] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)

    def plain(self, end: Changes) -> dict[str, Any]:
        """Return what the script of the page needs, as plain data; the rows stand in the table of the page.

        What is empty or False is left out, as is the text of a change to what the picture shows at the end.
        """
        found = {
            "forward": self.forward, "items": self.items, "arrows": self.arrows, "gets": self.gets, "done": self.done,
            "words": self.words,
            "changes": [
                [*where] if end.get(where) == text else [*where, text] for where, text in self.changes.items()
            ],
        }  # fmt: skip
        return {what: value for what, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A picture, the texts that it has before the first stop where they differ, and the stops.

    insides  what its folded boxes hold, each of which can have a lesson of its own
    """

    scene: Scene
    start: Changes
    stops: list[Stop]
    insides: Sequence[Inside] = ()

    def plain(self) -> dict[str, Any]:
        """Return what the script of the page needs, as plain data."""
        lines = {f"item{k}": item_lines(item, True) for k, item in enumerate(self.scene.items)}
        lines |= {f"arrow{k}": [*arrow.words] for k, arrow in enumerate(self.scene.arrows)}
        end = {(part, j): text for part, texts in lines.items() for j, text in enumerate(texts)}
        return {
            "start": [[*where, text] for where, text in self.start.items()],
            "stops": [stop.plain(end) for stop in self.stops],
        }


def item_lines(item: Item, known: bool) -> list[str]:
    """Return the lines of a box that can change, as the picture has them; data that is not known yet is hidden."""
    found: list[str] = []
    for what, value in item.rows:
        if item.kind == NEURON:
            found.append(f"{what} {value}".strip() if known else f"{HIDDEN}, grad {NO_GRADIENT}")
            continue
        lines = value.split("\n")
        if what == "data" and not known:
            lines = [HIDDEN, *[""] * (len(lines) - 1)]
        found += lines
    return found
