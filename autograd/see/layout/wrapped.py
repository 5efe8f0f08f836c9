"""Lay out a long thin graph in rows, like the lines of a text.

Each band of ranks is a row, laid out by itself. A line to a later row leaves its row at the right, returns to the left
in the gap below that row, and goes down beside the rows to the one where it enters. Lines that leave the same box go
together as far as they can. In the margins every line has a track of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .bands import Profile, cut, first_heads
from .geometry import Box, Curve, Layout, Line, Point
from .row import lay_out_row
from .tracks import tracks

TRACK = 9.0
"""px between two lines that run side by side in the margins."""

RADIUS = 7.0
"""px; the greatest radius of the corner where a line turns."""


ATTEMPTS = 4
"""How often the graph is cut: where it is cut decides the width of the margins, which decides where it is cut."""


@dataclass(slots=True)
class _Row:
    """One row: its boxes and lines, by their positions in the whole graph, and its layout.

    `enter` and `leave` give, for each box of the whole graph whose lines enter or leave the row, the position of the
    port in this row: a box without size at the left or at the right end.
    """

    boxes: list[int] = field(default_factory=list)
    enter: dict[int, int] = field(default_factory=dict)
    leave: dict[int, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    curve_of: dict[int, int] = field(default_factory=dict)
    layout: Layout = field(default=Layout(0.0, 0.0, (), ()))
    corner: Point = field(default=Point(0.0, 0.0))

    def center(self, position: int) -> Point:
        """Return the centre of a box or a port in the whole drawing."""
        return self.layout.centers[position].moved(self.corner)


def lay_out_rows(
    boxes: Sequence[Box],
    lines: Sequence[Line],
    rank_gap: float,
    box_gap: float,
    *,
    rank: Sequence[int],
    age: Sequence[int],
    columns: Profile,
    max_width: float,
) -> Layout:
    """Cut the graph into rows no wider than `max_width`, and join the rows by lines.

    Raise no error where that is impossible: at least half of the width is for the columns, and the margins where lines
    run may take more than the other half.
    """
    for_margins = 0.0
    for _ in range(ATTEMPTS):
        bands = cut(columns, max(max_width - for_margins, max_width / 2), rank_gap)
        band = _band_of_boxes(lines, rank, bands)
        used = sorted(set(band))  # a band whose boxes are all leaves of later bands has nothing left
        number = {b: i for i, b in enumerate(used)}
        bands = [bands[b] for b in used]
        band = [number[b] for b in band]
        margins = _Margins(lines, band, len(bands))
        needed = max(margins.width(b) for b in range(len(bands)))
        if needed <= for_margins:
            break
        for_margins = needed
    rows = _split(lines, rank, band, bands)
    for b, row in enumerate(rows):
        _lay_out(row, bands[b], boxes, lines, rank, age, (rank_gap, box_gap, max_width - margins.width(b)), len(rows))

    y = width = 0.0
    for b, row in enumerate(rows):
        row.corner = Point(margins.left, y)
        width = max(width, margins.left + row.layout.width + margins.right(b))
        y += row.layout.height + (margins.below(b) + box_gap if b + 1 < len(rows) else 0.0)

    centers = [Point(0.0, 0.0)] * len(boxes)
    for row in rows:
        for position, box in enumerate(row.boxes):
            centers[box] = row.center(position)
    curves = _joined(lines, band, rows, margins, box_gap)
    return Layout(width, y, tuple(centers), tuple(curves))


def _band_of_boxes(lines: Sequence[Line], rank: Sequence[int], bands: Sequence[tuple[int, int]]) -> list[int]:
    """Return the number of the band of each box; a leaf is in the band that uses it first."""
    of_rank = [b for b, (start, end) in enumerate(bands) for _ in range(start, end)]
    inner = {line.head for line in lines}
    first = first_heads(lines, rank)
    return [of_rank[r if box in inner else first[box]] for box, r in enumerate(rank)]


def _split(
    lines: Sequence[Line], rank: Sequence[int], band: Sequence[int], bands: Sequence[tuple[int, int]]
) -> list[_Row]:
    """Give every row its boxes, its ports and its lines. A line to a later row is a line in both, to or from a port."""
    rows = [_Row() for _ in bands]
    position = [0] * len(rank)
    for box, b in enumerate(band):
        position[box] = len(rows[b].boxes)
        rows[b].boxes.append(box)
    count = [len(row.boxes) for row in rows]

    def port(of: dict[int, int], b: int, tail: int) -> tuple[int, bool]:
        """Return the port of a box in row b, and whether it is new."""
        if tail in of:
            return of[tail], False
        of[tail] = count[b]
        count[b] += 1
        return of[tail], True

    for k, line in enumerate(lines):
        first, last = rows[band[line.tail]], rows[band[line.head]]
        start = position[line.tail]
        if first is not last:
            end, new = port(first.leave, band[line.tail], line.tail)
            if new:
                first.lines.append(Line(start, end))
            start, _ = port(last.enter, band[line.head], line.tail)
        last.curve_of[k] = len(last.lines)
        last.lines.append(Line(start, position[line.head], line.label))
    return rows


def _lay_out(
    row: _Row,
    band: tuple[int, int],
    boxes: Sequence[Box],
    lines: Sequence[Line],
    rank: Sequence[int],
    age: Sequence[int],
    gaps_and_room: tuple[float, float, float],
    rows: int,
) -> None:
    """Lay out one of so many rows; its ports stand in columns of their own."""
    ports = len(row.enter) + len(row.leave)
    size = [boxes[box] for box in row.boxes] + [Box(0.0, 0.0)] * ports
    start, end = band
    # Leaves that are used in the first column stand before it.
    lead = max(0, max(start - rank[box] for box in row.boxes))
    if row.enter:
        # A label, or two lines with the same ends, need one more column before the first box.
        entering = [k for k in row.curve_of if rank[lines[k].tail] < start and rank[lines[k].head] == start]
        twins = len({(lines[k].tail, lines[k].head) for k in entering}) < len(entering)
        lead = max(lead + 1, 2 if twins or any(lines[k].label is not None for k in entering) else 1)
    own_rank = [rank[box] - start + lead for box in row.boxes] + [0] * ports
    own_age = [age[box] for box in row.boxes] + [0] * ports
    for side, its_rank in ((row.enter, 0), (row.leave, end - start + lead)):
        for box, position in side.items():
            own_rank[position], own_age[position] = its_rank, age[box]
    rank_gap, box_gap, room = gaps_and_room
    row.layout = lay_out_row(size, row.lines, rank_gap, box_gap, rank=own_rank, age=own_age, room=room, rows=rows)


class _Margins:
    """The tracks beside and between the rows.

    A line to the next row only has the inner tracks at the left; a line that goes further down has an outer one, for
    all the rows that it passes. `last[t]` is the last row that a line of box t enters.
    """

    def __init__(self, lines: Sequence[Line], band: Sequence[int], rows: int) -> None:
        self.last: dict[int, int] = {}
        for line in lines:
            if band[line.head] > band[line.tail]:
                self.last[line.tail] = max(self.last.get(line.tail, 0), band[line.head])
        self.leaving: list[list[int]] = [[] for _ in range(rows)]
        for tail in self.last:
            self.leaving[band[tail]].append(tail)
        near = [sum(self.last[tail] == b + 1 for tail in tails) for b, tails in enumerate(self.leaving)]
        self.inner = max(near, default=0)

        # A track is free again below the last row that its line enters.
        far = [tail for b, tails in enumerate(self.leaving) for tail in tails if self.last[tail] > b + 1]
        its_tracks = tracks([(band[tail], self.last[tail]) for tail in far])
        self.outer = dict(zip(far, its_tracks, strict=True))
        self.left = TRACK * (self.inner + max(its_tracks, default=-1) + 2)

    def right(self, b: int) -> float:
        """Return the width of the margin at the right of row b."""
        return TRACK * (len(self.leaving[b]) + 0.5) if self.leaving[b] else 0.0

    def below(self, b: int) -> float:
        """Return the height of the tracks below row b."""
        return TRACK * (len(self.leaving[b]) + 1)

    def width(self, b: int) -> float:
        """Return the width of both margins of row b."""
        return self.left + self.right(b)


def _joined(
    lines: Sequence[Line], band: Sequence[int], rows: Sequence[_Row], margins: _Margins, box_gap: float
) -> list[Curve]:
    """Return the curve of each line in the whole drawing."""
    returns: dict[int, tuple[list[Point], float]] = {}
    for b, row in enumerate(rows):
        returns.update(_returns(b, row, margins, box_gap))
    leaves = {
        tail: list(row.layout.curves[k].moved(row.corner).points) for row in rows for tail, k in _leaving_curves(row)
    }
    beginnings: dict[tuple[int, int], list[Point]] = {}
    curves = []
    for k, line in enumerate(lines):
        b = band[line.head]
        row = rows[b]
        curve = row.layout.curves[row.curve_of[k]].moved(row.corner)
        if band[line.tail] < b:
            if (line.tail, b) not in beginnings:
                way, x = returns[line.tail]
                port = row.center(row.enter[line.tail])
                turned = _rounded([*way, Point(x, port.y), port])
                beginnings[line.tail, b] = leaves[line.tail] + turned[1:]
            curve = Curve((*beginnings[line.tail, b], *curve.points[1:]), curve.label)
        curves.append(curve)
    return curves


def _leaving_curves(row: _Row) -> Iterable[tuple[int, int]]:
    """Return (box, position of the row's curve from the box to its port)."""
    tail_of = {position: tail for tail, position in row.leave.items()}
    return [(tail_of[line.head], k) for k, line in enumerate(row.lines) if line.head in tail_of]


def _returns(b: int, row: _Row, margins: _Margins, box_gap: float) -> dict[int, tuple[list[Point], float]]:
    """Return for each box whose lines leave row b the corners of the way to the left margin, and the x of its track.

    The lines are nested, so that they do not cross: the topmost line takes the outermost track at the right, the
    lowest one in the gap and the innermost one at the left.
    """
    found = {}
    tails = sorted(margins.leaving[b], key=lambda tail: row.center(row.leave[tail]).y)
    inner = 0
    for i, tail in enumerate(tails):
        port = row.center(row.leave[tail])
        x = port.x + TRACK * (len(tails) - i)
        y = row.corner.y + row.layout.height + box_gap / 2 + TRACK * (len(tails) - i)
        if tail in margins.outer:
            track = margins.inner + margins.outer[tail]
        else:
            track, inner = inner, inner + 1
        left = margins.left - TRACK * (track + 1)
        found[tail] = ([port, Point(x, port.y), Point(x, y), Point(left, y)], left)
    return found


def _rounded(corners: Sequence[Point]) -> list[Point]:
    """Return a path of horizontal and vertical lines through these corners, which are rounded."""
    points = [corners[0]]
    for before, at, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(RADIUS, _distance(before, at) / 2, _distance(at, after) / 2)
        start, end = _towards(at, before, radius), _towards(at, after, radius)
        points += [*_thirds(points[-1], start), start]
        points += [_towards(at, start, radius * 0.45), _towards(at, end, radius * 0.45), end]
    return [*points, *_thirds(points[-1], corners[-1]), corners[-1]]


def _thirds(a: Point, b: Point) -> list[Point]:
    """Return the two control points of a straight piece."""
    return [Point(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part) for part in (1 / 3, 2 / 3)]


def _distance(a: Point, b: Point) -> float:
    return abs(a.x - b.x) + abs(a.y - b.y)


def _towards(a: Point, b: Point, by: float) -> Point:
    """Return the point at the distance `by` from a, on the horizontal or vertical line to b."""
    far = _distance(a, b)
    return a if not far else Point(a.x + (b.x - a.x) * by / far, a.y + (b.y - a.y) * by / far)
