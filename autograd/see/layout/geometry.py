"""The vocabulary of a placed drawing: sizes that go into a layout, places that come out of it.

Units are px. The origin is at the top left, y points down, and the drawing flows from left to right.
Nothing here knows what a node is, or how it is painted.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """The size of a thing to place."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow from one box to another, each by its position in the list of boxes.

    `label` is the size of the label that sits on the line, if there is one. Two lines may have the same
    tail and head (`x * x`).
    """

    tail: int
    head: int
    label: Box | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the drawing."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A cubic Bézier path from the right border of the tail box to the left border of the head box.

    `points` are 1 + 3k: a start, then two control points and an end for each piece.
    `label` is the centre of the label's own place, through which the path runs; None without a label.
    """

    points: tuple[Point, ...]
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A placed drawing: one centre per box and one curve per line, in the order they were given."""

    width: float
    height: float
    centers: tuple[Point, ...]
    curves: tuple[Curve, ...]
