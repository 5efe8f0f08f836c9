"""Lay out one row of columns: set the x coordinates, and turn lines into curves.

A curve bends only between columns. It passes through a column horizontally, at a y of its own, or runs above or below
it, so it meets no box and no label except its own. Two curves cross only where the order of their ends makes them
cross.
"""

from collections.abc import Mapping, Sequence
from math import inf

from .bypasses import bypass_levels
from .coordinates import y_coordinates
from .geometry import Box, Curve, Layout, Line, Point
from .layers import Layers, split_into_layers
from .order import order_columns

STEEPEST = 3.0
"""The greatest mean slope of a line; the gap between two columns becomes wider where a line would be steeper."""

WIDEST = 4.0
"""The widest such gap, as a multiple of `rank_gap`; a line may be steeper rather than the gap wider than this."""


def lay_out_row(
    boxes: Sequence[Box],
    lines: Sequence[Line],
    rank_gap: float,
    box_gap: float,
    *,
    rank: Sequence[int],
    age: Sequence[int],
    room: float = inf,
    rows: int = 1,
) -> Layout:
    """Lay out boxes whose ranks are known in one row of columns, without a margin.

    The row becomes no wider than `room`, unless the boxes and the gaps of `rank_gap` need more. The drawing has so many
    `rows`, which share the time there is.
    """
    graph = split_into_layers(boxes, lines, rank, age)
    columns = order_columns(graph, rows)
    y = y_coordinates(graph, columns, box_gap)
    levels = bypass_levels(graph, y, box_gap / 2)
    half = [size.width / 2 for size in graph.size]

    wide = [max((2 * half[item] for item in column), default=0.0) for column in columns]
    gaps = _gaps(graph, columns, y, rank_gap, room - sum(wide))
    middle: list[float] = []
    right = 0.0
    for width, gap in zip(wide, [*gaps, 0.0], strict=True):
        middle.append(right + width / 2)
        right += width
        right += gap
    x = [middle[r] for r in graph.rank]

    top = min(levels.values(), default=0.0)
    if top < 0:
        y = [center - top for center in y]
        levels = {box: level - top for box, level in levels.items()}
    curves = _curves(graph, x, y, levels, middle, wide)
    centers = tuple(Point(x[i], y[i]) for i in range(len(boxes)))
    lowest = max(y[i] + size.height / 2 for i, size in enumerate(graph.size))
    return Layout(right, max([lowest, *levels.values()]), centers, tuple(curves))


def _gaps(
    layers: Layers, columns: Sequence[Sequence[int]], y: Sequence[float], rank_gap: float, room: float
) -> list[float]:
    """Return the gap after each column but the last, wide enough for the steepest line in it where there is room."""
    gaps = []
    for column in columns[:-1]:
        rise = max((abs(y[i] - y[j]) for i in column for j in layers.after[i]), default=0.0)
        gaps.append(min(max(rank_gap, rise / STEEPEST), rank_gap * WIDEST))
    least = rank_gap * len(gaps)
    more = sum(gaps) - least
    kept = min(1.0, max(0.0, room - least) / more) if more else 1.0
    return gaps if kept == 1.0 else [rank_gap + (gap - rank_gap) * kept for gap in gaps]


def _curves(
    layers: Layers,
    x: Sequence[float],
    y: Sequence[float],
    levels: Mapping[int, float],
    middle: Sequence[float],
    wide: Sequence[float],
) -> list[Curve]:
    """Return the curve of each line, for columns whose middles and widths are given.

    Lines that share a trunk share the beginning of their curves, which is computed once. `levels` are those of the
    bypasses.
    """
    half = [size.width / 2 for size in layers.size]
    left = [center - width / 2 for center, width in zip(middle, wide, strict=True)]
    right = [center + width / 2 for center, width in zip(middle, wide, strict=True)]

    def extend(points: list[Point], tail: int, head: int) -> None:
        start, end = layers.rank[tail], layers.rank[head]
        _straight(points, right[start])
        if end > start + 1:
            _bend(points, left[start + 1], levels[tail])
            _straight(points, right[end - 1])
        _bend(points, left[end], y[head])

    lines_of: dict[int, list[int]] = {}
    for k, line in enumerate(layers.lines):
        lines_of.setdefault(line.tail, []).append(k)
    curves: dict[int, Curve] = {}
    for tail, its_lines in lines_of.items():
        begun = [Point(x[tail] + half[tail], y[tail])]  # the trunk, which becomes longer from line to line
        passed = [tail]
        for k in sorted(its_lines, key=layers.shared.__getitem__):
            for item in layers.trunk[tail][len(passed) - 1 : layers.shared[k]]:
                extend(begun, passed[-1], item)
                passed.append(item)
            points, last = list(begun), passed[-1]
            line, branch, own = layers.lines[k], layers.branch[k], layers.own[k]
            for item in [item for item in (branch, own, line.head) if item is not None]:
                extend(points, last, item)
                last = item
            _straight(points, x[line.head] - half[line.head])
            if len(points) == 1:
                points = points * 4
            label = None if line.label is None or own is None else Point(x[own], y[own])
            curves[k] = Curve(tuple(points), label)
    return [curves[k] for k in range(len(layers.lines))]


def _straight(points: list[Point], x: float) -> None:
    """Extend the path horizontally to x; where its last piece is horizontal already, that piece becomes longer."""
    start = points[-1]
    if x <= start.x:
        return
    if len(points) > 1 and points[-4].y == points[-3].y == start.y:
        del points[-3:]
        start = points[-1]
    third = (x - start.x) / 3
    points += (Point(start.x + third, start.y), Point(x - third, start.y), Point(x, start.y))


def _bend(points: list[Point], x: float, y: float) -> None:
    """Extend the path to (x, y) by a piece that is horizontal at both ends."""
    start = points[-1]
    if abs(y - start.y) < 1e-6:
        _straight(points, x)
        return
    middle = (start.x + x) / 2
    points += (Point(middle, start.y), Point(middle, y), Point(x, y))
