"""Lay out one row of columns: set the x coordinates, and turn lines into curves.

A curve bends only between columns. It passes through a column horizontally, at a y of its own, so it meets no box and
no label except its own. Two curves cross only where the order of their ends makes them cross.
"""

from collections.abc import Sequence
from math import inf

from .coordinates import y_coordinates
from .geometry import Box, Curve, Layout, Line, Point
from .order import order_columns
from .ranks import Layers, split_into_layers

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
) -> Layout:
    """Lay out boxes whose ranks are known in one row of columns, without a margin.

    The row becomes no wider than `room`, unless the boxes and the gaps of `rank_gap` need more.
    """
    graph = split_into_layers(boxes, lines, rank, age)
    columns = order_columns(graph)
    y = y_coordinates(graph, columns, box_gap)
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

    curves = _curves(graph, x, y, middle, wide)
    centers = tuple(Point(x[i], y[i]) for i in range(len(boxes)))
    height = max(y[i] + size.height / 2 for i, size in enumerate(graph.size))
    return Layout(right, height, centers, tuple(curves))


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
    layers: Layers, x: Sequence[float], y: Sequence[float], middle: Sequence[float], wide: Sequence[float]
) -> list[Curve]:
    """Return the curve of each line, for columns whose middles and widths are given.

    Lines that share a trunk share the beginning of their curves, which is computed once.
    """
    half = [size.width / 2 for size in layers.size]

    def extended(points: list[Point], tail: int, head: int) -> list[Point]:
        left, end = (middle[layers.rank[item]] for item in (tail, head))
        left += wide[layers.rank[tail]] / 2
        end -= wide[layers.rank[head]] / 2
        return _bend(_straight(points, left), end, y[head])

    curves: list[Curve] = []
    beginnings: dict[int, list[list[Point]]] = {}
    for k, line in enumerate(layers.lines):
        trunk, shared, own = layers.trunk[line.tail], layers.shared[k], layers.own[k]
        start = Point(x[line.tail] + half[line.tail], y[line.tail])
        begun = beginnings.setdefault(line.tail, [[start]])
        while len(begun) <= shared:
            i = len(begun) - 1
            begun.append(extended(begun[i], trunk[i - 1] if i else line.tail, trunk[i]))
        points, last = begun[shared], trunk[shared - 1] if shared else line.tail
        for item in (line.head,) if own is None else (own, line.head):
            points = extended(points, last, item)
            last = item
        points = _straight(points, x[line.head] - half[line.head])
        if len(points) == 1:
            points = points * 4
        label = None if line.label is None or own is None else Point(x[own], y[own])
        curves.append(Curve(tuple(points), label))
    return curves


def _straight(points: list[Point], x: float) -> list[Point]:
    """Extend the path horizontally to x; where its last piece is horizontal already, that piece becomes longer."""
    start = points[-1]
    if x <= start.x:
        return points
    if len(points) > 1 and points[-4].y == points[-3].y == start.y:
        points = points[:-3]
        start = points[-1]
    third = (x - start.x) / 3
    return [*points, Point(start.x + third, start.y), Point(x - third, start.y), Point(x, start.y)]


def _bend(points: list[Point], x: float, y: float) -> list[Point]:
    """Extend the path to (x, y) by a piece that is horizontal at both ends."""
    start = points[-1]
    if abs(y - start.y) < 1e-6:
        return _straight(points, x)
    middle = (start.x + x) / 2
    return [*points, Point(middle, start.y), Point(middle, y), Point(x, y)]
