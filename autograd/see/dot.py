"""DOT and Graphviz: the scene as DOT text, and `dot` as a layout engine where it is installed.

This is the only file that knows Graphviz. Its text is escaped for DOT here and for nothing else.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .geometry import Box, Curve, Layout, Line, Point
from .scene import CONSTANT, OP, VARIABLE, Scene

if TYPE_CHECKING:
    import graphviz

POINTS_PER_INCH = 72.0
_LOOK = {
    OP: {"shape": "circle"},
    CONSTANT: {"style": "dashed"},
    VARIABLE: {"style": "rounded,bold"},
}
_LEGEND = "rounded bold: variable; box: result of an op; dashed: constant; circle: op"


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
            "label": _escaped(f"{_LEGEND}; on an arrow: the local derivative; grad –: no gradient yet"),
            "fontname": "monospace",
            "fontsize": "10",
        },
        node_attr={"fontname": "monospace", "fontsize": "11", "shape": "box"},
        edge_attr={"fontname": "monospace", "fontsize": "10"},
    )
    for k, item in enumerate(scene.items):
        lines = [item.title, *(f"{what} {value}" for what, value in item.rows)]
        made.node(f"n{k}", "\\n".join(map(_escaped, lines)), tooltip=_escaped(item.hint), **_LOOK.get(item.kind, {}))
    for arrow in scene.arrows:
        made.edge(f"n{arrow.tail}", f"n{arrow.head}", "\\n".join(map(_escaped, arrow.words)))
    return made


def _escaped(text: str) -> str:
    """Text that DOT shows as it is: a backslash would begin an escape, and <...> an HTML label."""
    import graphviz

    escaped: str = graphviz.escape(" ".join(text.split()))
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
    except (OSError, graphviz.ExecutableNotFound, graphviz.CalledProcessError, ValueError) as error:
        raise RuntimeError(f"dot did not draw the graph: {error}") from error
    width, height = (float(n) for n in drawn["bb"].split(",")[2:])

    def point(text: str) -> Point:
        x, y = text.split(",")
        return Point(round(float(x), 2), round(height - float(y), 2))

    centers = {int(o["name"][1:]): point(o["pos"]) for o in drawn.get("objects", [])}
    curves = {
        int(e["id"]): Curve(tuple(point(p) for p in e["pos"].split()), point(e["lp"]) if "lp" in e else None)
        for e in drawn.get("edges", [])
    }
    margin = 12.0
    return _moved(
        Layout(
            width + 2 * margin,
            height + 2 * margin,
            tuple(centers[k] for k in range(len(boxes))),
            tuple(curves[k] for k in range(len(lines))),
        ),
        margin,
    )


def _moved(layout: Layout, by: float) -> Layout:
    def move(p: Point) -> Point:
        return Point(p.x + by, p.y + by)

    curves = tuple(Curve(tuple(map(move, c.points)), move(c.label) if c.label else None) for c in layout.curves)
    return Layout(layout.width, layout.height, tuple(map(move, layout.centers)), curves)
