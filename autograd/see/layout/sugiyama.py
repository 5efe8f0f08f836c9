"""The built-in layout, `layered`: it places boxes and lines without the program `dot`.

This is the method of Sugiyama: ranks (`ranks.py`), order within a rank (`order.py`), y coordinates (`coordinates.py`).
This file checks the arguments, lays out each connected component by itself, sets the x coordinates and turns lines
into curves.

A curve bends only between columns. It passes through a column horizontally, at a y of its own, so it meets no box and
no label except its own. Two curves cross only where the order of their ends makes them cross.
"""

from collections.abc import Sequence
from math import inf, sqrt

from .coordinates import y_coordinates
from .geometry import Box, Curve, Layout, Line, Point
from .order import order_columns
from .ranks import Layers, split_into_layers, topological_order

STEEPEST = 3.0
"""The greatest mean slope of a line; the gap between two columns becomes wider where a line would be steeper."""

WIDEST = 4.0
"""The widest such gap, as a multiple of `rank_gap`; a line may be steeper rather than the gap wider than this."""


def layered(
    boxes: Sequence[Box],
    lines: Sequence[Line],
    *,
    rank_gap: float = 32.0,
    box_gap: float = 20.0,
    margin: float = 12.0,
) -> Layout:
    """Place boxes and lines from left to right.

    `rank_gap` is the least distance between columns, `box_gap` the least distance between boxes in a column, `margin`
    the empty border, all in px. The same input gives the same layout in every process. Raise ValueError for a line
    whose ends are not boxes, for a cycle, and for a size that is negative or not finite.

    >>> layered([Box(40, 20), Box(40, 20)], [Line(0, 1)], margin=0).centers
    (Point(x=20.0, y=10.0), Point(x=92.0, y=10.0))
    """
    _check(boxes, lines, rank_gap=rank_gap, box_gap=box_gap, margin=margin)
    parts = _components(len(boxes), lines)
    drawn = []
    for box_ids, line_ids in parts:
        own_lines = _renumbered(box_ids, [lines[k] for k in line_ids])
        drawn.append(_component([boxes[i] for i in box_ids], own_lines, rank_gap, box_gap))
    corners, width, height = _shelves(drawn, box_gap)

    centers = [Point(0.0, 0.0)] * len(boxes)
    curves = [Curve((), None)] * len(lines)
    for (box_ids, line_ids), drawing, corner in zip(parts, drawn, corners, strict=True):
        by = Point(corner.x + margin, corner.y + margin)
        for i, center in zip(box_ids, drawing.centers, strict=True):
            centers[i] = _moved(center, by)
        for k, curve in zip(line_ids, drawing.curves, strict=True):
            label = _moved(curve.label, by) if curve.label else None
            curves[k] = Curve(tuple(_moved(point, by) for point in curve.points), label)
    return Layout(width + 2 * margin, height + 2 * margin, tuple(centers), tuple(curves))


def _check(boxes: Sequence[Box], lines: Sequence[Line], **gaps: float) -> None:
    for name, gap in gaps.items():
        if not 0 <= gap < inf:
            raise ValueError(f"{name} is {gap}; expected a finite number of px, 0 or more")
    for i, box in enumerate(boxes):
        _check_size(f"box {i}", box)
    for k, line in enumerate(lines):
        for end, box_id in (("tail", line.tail), ("head", line.head)):
            if not 0 <= box_id < len(boxes):
                expected = f"a box from 0 to {len(boxes) - 1}" if boxes else "no lines, as there are no boxes"
                raise ValueError(f"line {k} has {end} {box_id}; expected {expected}")
        if line.label is not None:
            _check_size(f"the label of line {k}", line.label)
    topological_order(len(boxes), lines)


def _check_size(what: str, size: Box) -> None:
    if not (0 <= size.width < inf and 0 <= size.height < inf):
        raise ValueError(f"{what} is {size.width} x {size.height} px; expected finite sizes, 0 or more")


def _components(count: int, lines: Sequence[Line]) -> list[tuple[list[int], list[int]]]:
    """Return the boxes and the lines of each connected component, by position, in the order of their first boxes."""
    beside: list[list[int]] = [[] for _ in range(count)]
    for line in lines:
        beside[line.tail].append(line.head)
        beside[line.head].append(line.tail)
    part = [-1] * count
    found = 0
    for start in range(count):
        if part[start] < 0:
            part[start] = found
            reached = [start]
            for box in reached:
                for other in beside[box]:
                    if part[other] < 0:
                        part[other] = found
                        reached.append(other)
            found += 1
    parts: list[tuple[list[int], list[int]]] = [([], []) for _ in range(found)]
    for box in range(count):
        parts[part[box]][0].append(box)
    for k, line in enumerate(lines):
        parts[part[line.tail]][1].append(k)
    return parts


def _renumbered(box_ids: Sequence[int], lines: Sequence[Line]) -> list[Line]:
    number = {box: i for i, box in enumerate(box_ids)}
    return [Line(number[line.tail], number[line.head], line.label) for line in lines]


def _shelves(drawn: Sequence[Layout], gap: float) -> tuple[list[Point], float, float]:
    """Return the top left corners of the components, set in rows, and the width and height of all together.

    A row is at least as wide as the widest component, and wide enough for many small ones to fill a landscape page.
    """
    area = sum((part.width + gap) * (part.height + gap) for part in drawn)
    page = max([sqrt(1.6 * area), *(part.width for part in drawn)])
    corners: list[Point] = []
    x = y = row = width = 0.0
    for part in drawn:
        if x and x + part.width > page:
            x, y, row = 0.0, y + row + gap, 0.0
        corners.append(Point(x, y))
        x, row = x + part.width + gap, max(row, part.height)
        width = max(width, x - gap)
    return corners, width, y + row


def _component(boxes: Sequence[Box], lines: Sequence[Line], rank_gap: float, box_gap: float) -> Layout:
    """Lay out one connected component, without a margin."""
    graph = split_into_layers(boxes, lines)
    columns = order_columns(graph)
    y = y_coordinates(graph, columns, box_gap)
    half = [size.width / 2 for size in graph.size]

    # A column is as wide as its widest item. The gap after it is wide enough for the steepest line in it.
    middle = [0.0] * len(columns)
    wide = [2 * max(half[item] for item in column) for column in columns]
    right = 0.0
    for r, column in enumerate(columns):
        middle[r] = right + wide[r] / 2
        rise = max((abs(y[i] - y[j]) for i in column for j in graph.after[i]), default=0.0)
        right += wide[r]
        if r + 1 < len(columns):
            right += min(max(rank_gap, rise / STEEPEST), rank_gap * WIDEST)
    x = [middle[r] for r in graph.rank]

    curves = _curves(graph, x, y, middle, wide)
    centers = tuple(Point(x[i], y[i]) for i in range(len(boxes)))
    height = max(y[i] + size.height / 2 for i, size in enumerate(graph.size))
    return Layout(right, height, centers, tuple(curves))


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


def _moved(point: Point, by: Point) -> Point:
    return Point(point.x + by.x, point.y + by.y)
