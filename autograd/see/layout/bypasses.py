"""Lead bypasses, the middles of very long lines, round the columns that they pass: above or below all items there.

A bypass leaves its column in the gap after it, runs level beside the columns, and returns in the gap before its end.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from .layers import Layers
from .tracks import tracks

Bypass = tuple[int, int]


def bypass_levels(layers: Layers, y: Sequence[float], gap: float) -> dict[int, float]:
    """Return the y at which each bypass runs, by the item at its end.

    `y` are the centres of the items, `gap` is the distance of a bypass from other bypasses and from boxes. A bypass
    runs on that side of the columns that is nearer to its ends. Of several at one place, those that begin earlier run
    further outside, so that nested ones do not cross.
    """
    rank = layers.rank
    ranks = max(rank, default=-1) + 1
    half = np.array([size.height for size in layers.size]) / 2
    top, bottom = np.full(ranks, np.inf), np.full(ranks, -np.inf)
    np.minimum.at(top, rank, np.asarray(y) - half)
    np.maximum.at(bottom, rank, np.asarray(y) + half)

    above: list[Bypass] = []
    below: list[Bypass] = []
    for start, end in sorted(layers.bypasses, key=lambda ends: (rank[ends[0]], -rank[ends[1]])):
        passed = slice(rank[start], rank[end] + 1)
        nearer_to_top = y[start] + y[end] < top[passed].min() + bottom[passed].max()
        (above if nearer_to_top else below).append((start, end))

    levels = {}
    for side, outwards, border in ((above, -1.0, -top), (below, 1.0, bottom)):
        for group in _side_by_side(side, rank):
            spans = [(rank[start], rank[end] + 1) for start, end in group]
            nearest = float(border[spans[0][0] : max(end for _, end in spans)].max())
            its_tracks = tracks(spans)
            count = max(its_tracks) + 1
            for (_, end), track in zip(group, its_tracks, strict=True):
                levels[end] = outwards * (nearest + gap * (count - track))
    return levels


def _side_by_side(bypasses: Iterable[Bypass], rank: Sequence[int]) -> list[list[Bypass]]:
    """Return the bypasses, which are sorted by their starts, in groups that have no rank in common."""
    groups: list[list[Bypass]] = []
    free_from = -1
    for start, end in bypasses:
        if rank[start] > free_from:
            groups.append([])
        groups[-1].append((start, end))
        free_from = max(free_from, rank[end])
    return groups
