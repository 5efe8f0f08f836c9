"""Lead bypasses, the middles of very long lines, round the columns that they pass: above or below all items there.

A bypass leaves its box in the gap after the box, runs level beside the columns, and has a branch in the gap before each
rank where a line leaves it.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .layers import Layers
from .tracks import tracks


def bypass_levels(layers: Layers, y: Sequence[float], gap: float) -> dict[int, float]:
    """Return the y at which the bypass of each box runs that has one.

    `y` are the centres of the items, `gap` is the distance of a bypass from other bypasses and from boxes. A bypass
    runs on that side of the columns that is nearer to its ends. Of several at one place, those that begin earlier run
    further outside, so that nested ones do not cross. Where one that began earlier has ended, its level is used again;
    there nested ones may cross, because otherwise the picture would grow with each bypass.
    """
    rank = layers.rank
    branches: dict[int, dict[int, None]] = {}
    for line, branch in zip(layers.lines, layers.branch, strict=True):
        if branch is not None:
            branches.setdefault(line.tail, {})[branch] = None
    if not branches:
        return {}
    span = {
        box: (rank[box], max(rank[branch] for branch in its_branches) + 1) for box, its_branches in branches.items()
    }

    ranks = max(rank, default=-1) + 1
    half = np.array([size.height for size in layers.size]) / 2
    top, bottom = np.full(ranks, np.inf), np.full(ranks, -np.inf)
    np.minimum.at(top, rank, np.asarray(y) - half)
    np.maximum.at(bottom, rank, np.asarray(y) + half)

    above: list[int] = []
    below: list[int] = []
    for box in sorted(span, key=lambda box: (span[box][0], -span[box][1])):
        passed = slice(*span[box])
        middle = (top[passed].min() + bottom[passed].max()) / 2
        ends = [y[end] for end in (box, *branches[box])]
        (above if sum(ends) < middle * len(ends) else below).append(box)

    levels = {}
    for side, outwards, border in ((above, -1.0, -top), (below, 1.0, bottom)):
        for group in _side_by_side(side, span):
            spans = [span[box] for box in group]
            nearest = float(border[spans[0][0] : max(end for _, end in spans)].max())
            its_tracks = tracks(spans)
            count = max(its_tracks) + 1
            for box, track in zip(group, its_tracks, strict=True):
                levels[box] = outwards * (nearest + gap * (count - track))
    return levels


def _side_by_side(boxes: Iterable[int], span: Mapping[int, tuple[int, int]]) -> list[list[int]]:
    """Return the boxes, whose spans are sorted by their starts, in groups whose spans have no rank in common."""
    groups: list[list[int]] = []
    free_from = 0
    for box in boxes:
        start, end = span[box]
        if not groups or start >= free_from:
            groups.append([])
        groups[-1].append(box)
        free_from = max(free_from, end)
    return groups
