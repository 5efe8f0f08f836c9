"""The data types of a layout: sizes that go into it and coordinates that come out of it.

Units are px. The origin is at the top left and y points down. The drawing flows from left to right or from top to
bottom.
"""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Box:
    """The size of something that is to be placed."""

    width: float
    height: float

    def turned(self) -> "Box":
        """Return the size with width and height exchanged."""
        return Box(self.height, self.width)


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow from one box to another; `tail` and `head` are positions in the list of boxes.

    `label` is the size of the label on the line, or None. Two lines may have the same tail and head (`x * x`).
    """

    tail: int
    head: int
    label: Box | None = None


class Point(NamedTuple):
    """A position in the drawing. It is a tuple because a large drawing has hundreds of thousands of them."""

    x: float
    y: float

    def moved(self, by: "Point") -> "Point":
        """Return the point moved by a vector."""
        return Point(self.x + by.x, self.y + by.y)

    def turned(self) -> "Point":
        """Return the point with x and y exchanged."""
        return Point(self.y, self.x)


@dataclass(frozen=True, slots=True)
class Curve:
    """A cubic Bézier path from the right border of the tail box to the left border of the head box.

    In a drawing from top to bottom it runs from the lower border to the upper one. `points` are 1 + 3k points: a start,
    then two control points and an end for each piece. `label` is the centre of the label, through which the path runs;
    None where the line has no label.
    """

    points: tuple[Point, ...]
    label: Point | None

    def moved(self, by: Point) -> "Curve":
        """Return the curve moved by a vector."""
        points = tuple([Point(p.x + by.x, p.y + by.y) for p in self.points])
        return Curve(points, self.label and self.label.moved(by))

    def turned(self) -> "Curve":
        """Return the curve with x and y exchanged."""
        return Curve(tuple(p.turned() for p in self.points), self.label and self.label.turned())


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished layout: one centre per box and one curve per line, in the order in which they were given."""

    width: float
    height: float
    centers: tuple[Point, ...]
    curves: tuple[Curve, ...]

    def turned(self) -> "Layout":
        """Return the layout with x and y exchanged: from left to right becomes from top to bottom."""
        centers = tuple(center.turned() for center in self.centers)
        return Layout(self.height, self.width, centers, tuple(curve.turned() for curve in self.curves))
