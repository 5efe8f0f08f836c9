"""DOT and Graphviz: the scene as DOT text, and `dot` as a layout engine where it is installed.

This is the only file that knows Graphviz. Its text is escaped for DOT here and for nothing else.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..layout.geometry import Box, Curve, Layout, Line, Point
from .scene import CONSTANT, OP, VARIABLE, Item, Scene
from .words import clean

if TYPE_CHECKING:
    import graphviz

POINTS_PER_INCH = 72.0
MARGIN = 12.0
_LOOK = {
    CONSTANT: {"style": "dashed"},
    VARIABLE: {"style": "rounded,bold"},
}
_LEGEND = ("rounded bold box: variable", "box: result of an op", "dashed: constant", "circle: op")


def installed() -> bool:
    """Whether the program `dot` is on the PATH."""
    return shutil.which("dot") is not None


def digraph(scene: Scene) -> graphviz.Digraph:
    """The scene as a `graphviz.Digraph`, for those who go on with it themselves."""
    import graphviz

    made = graphviz.Digraph(
        comment=scene.title,
        graph_attr={
            "rankdir": "LR",
            "bgcolor": "white",
            "label": _escaped("; ".join((*_LEGEND, *scene.notes))),
            "fontname": "monospace",
            "fontsize": "10",
        },
        node_attr={"fontname": "monospace", "fontsize": "11", "shape": "box"},
        edge_attr={"fontname": "monospace", "fontsize": "10"},
    )
    for k, item in enumerate(scene.items):
        lines = [item.title, *(line for what, value in item.rows for line in _written(what, value))]
        made.node(f"n{k}", _escaped(*lines), tooltip=_escaped(item.hint), **_look(item))
    for arrow in scene.arrows:
        hint = {"tooltip": _escaped(arrow.hint), "labeltooltip": _escaped(arrow.hint)} if arrow.hint else {}
        made.edge(f"n{arrow.tail}", f"n{arrow.head}", _escaped(*arrow.words), **hint)
    return made


def _written(what: str, value: str) -> list[str]:
    """A row in lines; a matrix stands under what it is."""
    first, *more = value.split("\n")
    return [what, first, *more] if more else [f"{what} {first}"]


def _look(item: Item) -> dict[str, str]:
    if item.kind == OP:
        return {"shape": "circle" if len(item.title) < 4 else "ellipse"}
    return _LOOK.get(item.kind, {})


def _escaped(*lines: str) -> str:
    """Text that DOT shows as it is: a backslash would begin an escape, & an entity, and <...> an HTML label."""
    import graphviz

    text = "\\n".join(clean(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    escaped: str = graphviz.nohtml(text)
    return escaped


def place(boxes: Sequence[Box], lines: Sequence[Line]) -> Layout:
    """Coordinates by `dot`, which sees sizes only: what is written in the boxes never goes through it.

    RuntimeError when `dot` fails.
    """
    import graphviz

    inch = POINTS_PER_INCH
    rows = [
        "digraph { rankdir=LR; nodesep=0.25; ranksep=0.35",
        'node [shape=box fixedsize=true label=""]; edge [arrowhead=none]',
    ]
    rows += [f"n{k} [width={box.width / inch:.4f} height={box.height / inch:.4f}]" for k, box in enumerate(boxes)]
    for k, line in enumerate(lines):
        label = ""
        if line.label is not None:
            cell = f'FIXEDSIZE="TRUE" WIDTH="{line.label.width:.0f}" HEIGHT="{line.label.height:.0f}"'
            bare = 'BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0"'
            label = f"label=<<TABLE {bare}><TR><TD {cell}></TD></TR></TABLE>>"
        rows.append(f"n{line.tail} -> n{line.head} [id={k} {label}]")
    try:
        drawn = json.loads(graphviz.Source("\n".join([*rows, "}"])).pipe(format="json", quiet=True))
        return _moved(_read(drawn, len(boxes), len(lines)), MARGIN)
    except (OSError, graphviz.ExecutableNotFound, graphviz.CalledProcessError) as error:
        raise RuntimeError(f"dot did not draw the graph: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RuntimeError(f"dot did not draw the graph: its answer is not a layout ({error!r})") from error


def _read(drawn: Any, boxes: int, lines: int) -> Layout:
    """What `dot` has answered, with y pointing down."""
    width, height = (float(n) for n in drawn["bb"].split(",")[2:])

    def point(text: str) -> Point:
        x, y = text.split(",")
        return Point(round(float(x), 2), round(height - float(y), 2))

    centers = {int(o["name"][1:]): point(o["pos"]) for o in drawn.get("objects", [])}
    curves = {
        int(e["id"]): Curve(tuple(point(p) for p in e["pos"].split()), point(e["lp"]) if "lp" in e else None)
        for e in drawn.get("edges", [])
    }
    return Layout(width, height, tuple(centers[k] for k in range(boxes)), tuple(curves[k] for k in range(lines)))


def _moved(layout: Layout, by: float) -> Layout:
    def move(p: Point) -> Point:
        return Point(p.x + by, p.y + by)

    curves = tuple(Curve(tuple(map(move, c.points)), move(c.label) if c.label else None) for c in layout.curves)
    return Layout(layout.width + 2 * by, layout.height + 2 * by, tuple(map(move, layout.centers)), curves)
