"""The data types of a layout: sizes that go into it and coordinates that come out of it.

Units are px. The origin is at the top left, y points down, and the drawing flows from left to right.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """The size of something that is to be placed."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow from one box to another; `tail` and `head` are positions in the list of boxes.

    `label` is the size of the label on the line, or None. Two lines may have the same tail and head (`x * x`).
    """

    tail: int
    head: int
    label: Box | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A position in the drawing."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A cubic Bézier path from the right border of the tail box to the left border of the head box.

    `points` are 1 + 3k points: a start, then two control points and an end for each piece.
    `label` is the centre of the label, through which the path runs; None where the line has no label.
    """

    points: tuple[Point, ...]
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished layout: one centre per box and one curve per line, in the order in which they were given."""

    width: float
    height: float
    centers: tuple[Point, ...]
    curves: tuple[Curve, ...]
