"""The stops of a lesson, as the page of the player and the moving picture show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..picture.insides import Inside
from ..picture.scene import Scene

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
    opens     how to see its ops in Python, where it has several in one box
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
    opens: str = ""
    rows: list[tuple[str, ...]] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return what the script of the page needs, as plain data; the rows stand in the table of the page."""
        return {
            "forward": self.forward, "items": self.items, "arrows": self.arrows, "gets": self.gets, "done": self.done,
            "words": self.words, "opens": self.opens,
            "changes": [[*where, text] for where, text in self.changes.items()],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lesson:
    """A picture, the texts that it has before the first stop where they differ, and the stops.

    insides  what its folded boxes hold, each of which can have a lesson of its own
    """

    scene: Scene
    start: Changes
    stops: list[Stop]
    insides: Sequence[Inside] = ()
