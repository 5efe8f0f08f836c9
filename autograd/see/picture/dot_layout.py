"""Lay out a picture with Graphviz's program `dot`, where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any, Final

from ..layout.geometry import Box, Curve, Layout, Line, Point

POINTS_PER_INCH: Final = 72.0
MARGIN: Final = 12.0  # px
TIME_LIMIT: Final = 10.0  # seconds; some graphs of 60 boxes take dot minutes


def dot_installed() -> bool:
    """Tell whether the program `dot` is on the PATH."""
    return shutil.which("dot") is not None


def dot_layout(
    boxes: Sequence[Box],
    lines: Sequence[Line],
    *,
    rank_gap: float = 25.0,
    box_gap: float = 18.0,
    direction: str = "auto",
) -> Layout:
    """Place boxes and lines by `dot`, with these least distances in px.

    Raise RuntimeError when `dot` fails, TimeoutError when it takes too long.

    `dot` is given sizes only. No text of a graph is passed to it.
    """
    inch = POINTS_PER_INCH
    turned = "TB" if direction == "TB" else "LR"
    rows = [
        f"digraph {{ rankdir={turned}; nodesep={box_gap / inch:.2f}; ranksep={rank_gap / inch:.2f}",
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
        source = "\n".join([*rows, "}"]).encode()
        run = subprocess.run(["dot", "-Tjson"], input=source, capture_output=True, check=True, timeout=TIME_LIMIT)
        drawn = json.loads(run.stdout)
        return _with_margin(_read_layout(drawn, len(boxes), len(lines)), MARGIN)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"dot did not lay out {len(boxes)} boxes within {TIME_LIMIT:g} seconds") from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(f"dot did not draw the graph: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RuntimeError(f"dot did not draw the graph: its output is not a layout ({error!r})") from error


def _read_layout(drawn: Any, boxes: int, lines: int) -> Layout:
    """Read the JSON that `dot` has written; y points down in a Layout, and up in `dot`."""
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


def _with_margin(layout: Layout, by: float) -> Layout:
    def move(p: Point) -> Point:
        return Point(p.x + by, p.y + by)

    curves = tuple(Curve(tuple(map(move, c.points)), move(c.label) if c.label else None) for c in layout.curves)
    return Layout(layout.width + 2 * by, layout.height + 2 * by, tuple(map(move, layout.centers)), curves)
