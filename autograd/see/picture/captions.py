"""Words on a picture: titles, tooltips, exact numbers."""

from __future__ import annotations

from typing import Any

from ...engine.node import Node
from ...engine.text import shown
from ...graph.naming import is_named_after
from .number_format import MOST_IN_BOX, as_number, format_line
from .plain_text import printable, shorten
from .scene import LONGEST_HINT, LONGEST_TITLE, NOTE_ON_NORMS, NOTE_ON_WEIGHTS, Scene


def listed(words: list[str]) -> str:
    """Join words as in `a, b and c`; of more than four words, those in the middle are left out."""
    few = words if len(words) <= 4 else [*words[:2], "…", words[-1]]
    return few[0] if len(few) == 1 else f"{', '.join(few[:-1])} and {few[-1]}"


def exact(x: Any) -> str:
    """Format a number with every digit, and an array in four digits, because a tooltip has little room."""
    number = as_number(x)
    return format_line(x, MOST_IN_BOX) if number is None else shown(number)


def title_of(node: Node, name: str) -> str:
    """Return the label; where formulas use another name (the second node with the label x is x_2), that name too."""
    label = shorten(printable(node.label), LONGEST_TITLE)
    if not label or not is_named_after(name, node.label):  # labels= and modules give other names
        return shorten(name, LONGEST_TITLE)
    return label if node.label == name else f"{label} ({shorten(name, LONGEST_TITLE)})"


def hint_text(text: str) -> str:
    return shorten(text, LONGEST_HINT)


def notes_of_folded(found: Scene) -> tuple[str, ...]:
    """Return the notes of a folded picture: on what is in it."""
    on_arrows, *others = found.notes
    has_arrow = on_arrows == NOTE_ON_WEIGHTS or any(arrow.name and arrow.words for arrow in found.arrows)
    has_norm = any(what == "|params|" for item in found.items for what, _ in item.rows)
    return (*([on_arrows] if has_arrow else []), *([NOTE_ON_NORMS] if has_norm else []), *others)
