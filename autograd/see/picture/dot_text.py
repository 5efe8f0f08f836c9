"""Write a scene as DOT text, Graphviz's language, for readers who want to go on with it in Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .plain_text import printable
from .scene import CHANGED, CONSTANT, OP, STATES, VARIABLE, Item, Scene

if TYPE_CHECKING:
    import graphviz

STYLE: Final = {CONSTANT: "dashed", VARIABLE: "rounded,bold"}
CHANGED_STYLE: Final = {CONSTANT: "dotted", VARIABLE: "rounded,dotted"}
LEGEND: Final = ("rounded bold box: variable", "box: result of an op", "dashed: constant", "circle: op")


def digraph(scene: Scene, direction: str = "auto") -> graphviz.Digraph:
    """Return the scene as a `graphviz.Digraph`, which can be changed and rendered further."""
    import graphviz

    changed = (f"dotted: {STATES[CHANGED]}",) if CHANGED in scene.states() else ()
    found = graphviz.Digraph(
        comment=scene.title,
        graph_attr={
            "rankdir": "TB" if direction == "TB" else "LR",
            "bgcolor": "white",
            "label": _escaped("; ".join((*LEGEND, *changed, *scene.remarks()))),
            "fontname": "monospace",
            "fontsize": "10",
        },
        node_attr={"fontname": "monospace", "fontsize": "11", "shape": "box"},
        edge_attr={"fontname": "monospace", "fontsize": "10"},
    )
    for k, item in enumerate(scene.items):
        lines = [item.title, *(line for what, value in item.rows for line in _row_lines(what, value))]
        found.node(f"n{k}", _escaped(*lines), tooltip=_escaped(item.hint), **_look(item))
    for arrow in scene.arrows:
        hint = {"tooltip": _escaped(arrow.hint), "labeltooltip": _escaped(arrow.hint)} if arrow.hint else {}
        found.edge(f"n{arrow.tail}", f"n{arrow.head}", _escaped(*arrow.words), **hint)
    return found


def _row_lines(what: str, value: str) -> list[str]:
    """Return a row in lines; a matrix stands below the word that says what it is."""
    first, *more = value.split("\n")
    return [what, first, *more] if more else [f"{what} {first}"]


def _look(item: Item) -> dict[str, str]:
    if item.kind == OP:
        return {"shape": "circle" if len(item.title) < 4 else "ellipse"}
    style = CHANGED_STYLE.get(item.kind, "dotted") if item.state == CHANGED else STYLE.get(item.kind, "")
    return {"style": style} if style else {}


def _escaped(*lines: str) -> str:
    """Escape text so that DOT shows it as it is.

    Unescaped, a backslash begins an escape sequence, & an entity, and <...> an HTML label.
    """
    import graphviz

    text = "\\n".join(printable(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    escaped: str = graphviz.nohtml(text)
    return escaped
