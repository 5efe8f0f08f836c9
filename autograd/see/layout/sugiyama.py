"""The built-in layout, `layered`: it places boxes and lines without the program `dot`.

This is the method of Sugiyama: ranks (`ranks.py`), dummies on long lines (`layers.py`), order within a rank
(`order.py`), y coordinates (`coordinates.py`), levels of very long lines (`bypasses.py`), x coordinates and curves
(`row.py`). This file checks the arguments and lays out each connected component by itself: in one row, or in several
(`bands.py`, `wrapped.py`), from left to right or from top to bottom.
"""

from collections.abc import Sequence
from math import ceil, inf, sqrt
from typing import Final, Literal, get_args

from ...engine.text import shown
from .bands import is_long_and_thin, profile
from .geometry import Box, Curve, Layout, Line, Point
from .ranks import ages, assign_ranks, topological_order
from .row import lay_out_row
from .wrapped import lay_out_rows

Direction = Literal["LR", "TB", "auto"]

DIRECTIONS: Final = get_args(Direction)

PAGE: Final = Box(1000.0, 2000.0)
"""A picture that is larger than this has to be shrunk or scrolled; it is about the width and two screens of a page."""

MUCH_BETTER: Final = 2.0
"""`"auto"` turns the drawing where that makes it so many times less too large for the page."""


def layered(
    boxes: Sequence[Box],
    lines: Sequence[Line],
    *,
    rank_gap: float = 32.0,
    box_gap: float = 20.0,
    margin: float = 12.0,
    direction: Direction = "LR",
    max_width: float | None = None,
) -> Layout:
    """Place boxes and lines from left to right, or from top to bottom.

    rank_gap   the least distance between columns
    box_gap    the least distance between boxes in a column
    margin     the empty border
    direction  "LR" from left to right, "TB" from top to bottom, "auto" from left to right unless the picture would fit
               a page much worse than from top to bottom
    max_width  the width of the page: a drawing from left to right that is much wider than the page and much wider than
               high is cut into rows of this width, like the lines of a text; None: never

    All distances are in px. The same input gives the same layout in every process. Raise ValueError for a line whose
    ends are not boxes, for a cycle, and for a size that is negative or not finite.

    >>> layered([Box(40, 20), Box(40, 20)], [Line(0, 1)], margin=0).centers
    (Point(x=20.0, y=10.0), Point(x=92.0, y=10.0))
    >>> layered([Box(40, 20), Box(40, 20)], [Line(0, 1)], margin=0, direction="TB").centers
    (Point(x=20.0, y=10.0), Point(x=20.0, y=62.0))
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"direction is one of {', '.join(DIRECTIONS)}, got {shown(direction)}")
    limit = {} if max_width is None else {"max_width": max_width}
    _check(boxes, lines, rank_gap=rank_gap, box_gap=box_gap, margin=margin, **limit)
    room = inf if max_width is None else max(0.0, max_width - 2 * margin)
    parts = [
        _Component(box_ids, line_ids, boxes, lines, (rank_gap, box_gap))
        for box_ids, line_ids in _components(len(boxes), lines)
    ]
    turned = direction == "TB" or (direction == "auto" and _fits_better_turned(parts, room))
    drawn = [part.turned_layout() if turned else part.layout(room) for part in parts]
    corners, width, height = _shelves(drawn, box_gap, room)

    centers = [Point(0.0, 0.0)] * len(boxes)
    curves = [Curve((), None)] * len(lines)
    for part, drawing, corner in zip(parts, drawn, corners, strict=True):
        by = Point(corner.x + margin, corner.y + margin)
        for i, center in zip(part.box_ids, drawing.centers, strict=True):
            centers[i] = center.moved(by)
        for k, curve in zip(part.line_ids, drawing.curves, strict=True):
            curves[k] = curve.moved(by)
    return Layout(width + 2 * margin, height + 2 * margin, tuple(centers), tuple(curves))


class _Component:
    """A connected component: its boxes and lines, by their positions in the graph, and their ranks."""

    def __init__(
        self,
        box_ids: list[int],
        line_ids: list[int],
        boxes: Sequence[Box],
        lines: Sequence[Line],
        gaps: tuple[float, float],
    ) -> None:
        self.box_ids = box_ids
        self.line_ids = line_ids
        number = {box: i for i, box in enumerate(box_ids)}
        self.boxes = [boxes[i] for i in box_ids]
        self.lines = [Line(number[lines[k].tail], number[lines[k].head], lines[k].label) for k in line_ids]
        self.rank_gap, self.box_gap = gaps
        self.rank = assign_ranks(len(box_ids), self.lines)
        self.age = ages(len(box_ids), self.lines)

    def layout(self, room: float) -> Layout:
        """Lay out the component from left to right, in rows if it is long, thin and wider than `room`."""
        columns = profile(self.boxes, self.lines, self.rank, self.box_gap)
        if room < inf and is_long_and_thin(columns.size(self.rank_gap), room):
            return lay_out_rows(
                self.boxes,
                self.lines,
                self.rank_gap,
                self.box_gap,
                rank=self.rank,
                age=self.age,
                columns=columns,
                max_width=room,
            )
        return lay_out_row(self.boxes, self.lines, self.rank_gap, self.box_gap, rank=self.rank, age=self.age)

    def turned_layout(self) -> Layout:
        """Lay out the component from top to bottom."""
        boxes, lines = self._turned()
        return lay_out_row(boxes, lines, self.rank_gap, self.box_gap, rank=self.rank, age=self.age).turned()

    def estimated_size(self, room: float) -> Box:
        """Return about the size of `layout(room)`."""
        size = profile(self.boxes, self.lines, self.rank, self.box_gap).size(self.rank_gap)
        if room < inf and is_long_and_thin(size, room):
            return Box(room, size.height * ceil(size.width / max(room, 1.0)))
        return size

    def estimated_turned_size(self) -> Box:
        """Return about the size of `turned_layout()`."""
        return profile(*self._turned(), self.rank, self.box_gap).size(self.rank_gap).turned()

    def _turned(self) -> tuple[list[Box], list[Line]]:
        lines = [Line(line.tail, line.head, line.label and line.label.turned()) for line in self.lines]
        return [box.turned() for box in self.boxes], lines


def _fits_better_turned(parts: Sequence[_Component], room: float) -> bool:
    """Tell whether a page would show the drawing from top to bottom much better than from left to right."""
    as_it_is = max((_too_large(part.estimated_size(room)) for part in parts), default=1.0)
    turned = max((_too_large(part.estimated_turned_size()) for part in parts), default=1.0)
    return as_it_is >= MUCH_BETTER * turned


def _too_large(size: Box) -> float:
    """Return how many times a picture is larger than the page."""
    return max(1.0, size.width / PAGE.width, size.height / PAGE.height)


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


def _shelves(drawn: Sequence[Layout], gap: float, room: float) -> tuple[list[Point], float, float]:
    """Return the top left corners of the components, set in rows, and the width and height of all together.

    A row is at least as wide as the widest component, and wide enough for many small ones to fill a landscape page, but
    no wider than `room`.
    """
    area = sum((part.width + gap) * (part.height + gap) for part in drawn)
    page = max([min(sqrt(1.6 * area), room), *(part.width for part in drawn)])
    corners: list[Point] = []
    x = y = row = width = 0.0
    for part in drawn:
        if x and x + part.width > page:
            x, y, row = 0.0, y + row + gap, 0.0
        corners.append(Point(x, y))
        x, row = x + part.width + gap, max(row, part.height)
        width = max(width, x - gap)
    return corners, width, y + row
