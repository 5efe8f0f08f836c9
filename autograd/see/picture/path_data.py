"""Write curves as the path data of SVG, in whole px and relative to the point before, because that is short."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..layout.geometry import Point


def path_data(points: Sequence[Point]) -> str:
    """Return a Bézier path of 1 + 3k points, as `Curve` has them; straight pieces along an axis are lines.

    >>> path_data([Point(10, 5), Point(20, 5), Point(30, 5), Point(40, 5)])
    'M10 5h30'
    """
    (x, y), *rest = [(_rounded(p.x), _rounded(p.y)) for p in points]
    written = f"M{x} {y}"
    for k in range(0, len(rest), 3):
        piece = rest[k : k + 3]
        end = piece[-1]
        if all(each[1] == y for each in piece):
            written += f"h{end[0] - x}" if end[0] != x else ""
        elif all(each[0] == x for each in piece):
            written += f"v{end[1] - y}"
        else:
            written += "c" + " ".join(f"{a - x} {b - y}" for a, b in piece).replace(" -", "-")
        x, y = end
    return written


def straight(points: Sequence[Point]) -> str:
    """Return the straight line from the first of these points to the last."""
    start, end = points[0], points[-1]
    return f"M{whole(start.x)} {whole(start.y)}L{whole(end.x)} {whole(end.y)}"


def whole(length: float) -> str:
    """Return a length in whole px; a half is rounded up, so that what is moved by whole px is rounded alike."""
    return str(_rounded(length))


def _rounded(length: float) -> int:
    return math.floor(length + 0.5)
