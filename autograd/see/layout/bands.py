"""Decide whether a layered graph is too wide for one row, and where to cut it into rows.

Ranks are cut into *bands*: each band is a run of ranks that fits the page. A cut is good where few lines cross it, and
bad between a label and the box that its line leads to, or between an op and its only result.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from .geometry import Box, Line

LONG_AND_THIN = 2.0
"""A row that is too wide is cut when it is more than so many times as wide as it is high."""

TOO_WIDE = 1.5
"""A row that is less than so many times as wide as the page is not cut: one row, a little smaller, reads better."""

COST_OF_ROW = 4.0
"""How many crossing lines a cut may save by one row more."""

COST_OF_LABEL = 6.0
"""The cost of a cut between a label and the box its line leads to, in crossing lines."""

COST_OF_RESULT = 3.0
"""The cost of a cut between two boxes that have no other line to the right and to the left."""

MOST_RANKS = 200
"""The most ranks in one band, so that time stays in proportion even if boxes have no width."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The sizes of a graph whose boxes have ranks, before it is laid out.

    `width[r]` and `height[r]` are the width of column r and the height of its items, gaps included. `cost[r]` is the
    cost of a cut after column r. `label[r]` and `leaf[r]` are the widths of the labels and of the leaves that such a
    cut moves to the next row, where they stand before column r + 1: the labels of lines into that column, and the
    leaves that are used first in that row.
    """

    width: list[float]
    height: list[float]
    cost: list[float]
    label: list[float]
    leaf: list[float]

    def size(self, rank_gap: float) -> Box:
        """Return the estimated size of the graph as one row."""
        return Box(sum(self.width) + rank_gap * (len(self.width) - 1), max(self.height))


def profile(boxes: Sequence[Box], lines: Sequence[Line], rank: Sequence[int], box_gap: float) -> Profile:
    """Measure the columns, in time that is linear in the number of boxes and lines."""
    ranks = max(rank) + 1
    found = Profile(*([0.0] * ranks for _ in range(5)))
    for size, r in zip(boxes, rank, strict=True):
        found.width[r] = max(found.width[r], size.width)
        found.height[r] += size.height + box_gap

    first, last = first_heads(lines, rank), list(rank)
    out, into = Counter(line.tail for line in lines), Counter(line.head for line in lines)
    for line in lines:
        tail, head = rank[line.tail], rank[line.head]
        last[line.tail] = max(last[line.tail], head)
        if line.label is not None:
            found.width[head - 1] = max(found.width[head - 1], line.label.width)
            found.label[head - 1] = max(found.label[head - 1], line.label.width)
            found.height[head - 1] += line.label.height + box_gap / 2
            found.cost[head - 1] += COST_OF_LABEL
        elif head == tail + 1 and out[line.tail] == into[line.head] == 1:
            found.cost[tail] += COST_OF_RESULT

    # Where a box has lines to later ranks, they cross every cut from its own rank to that of the last head. A leaf
    # moves to the row that uses it first, so its lines cross the cuts after that.
    begins_less_ends = [0] * (ranks + 1)
    for box, own in enumerate(rank):
        begins = own
        if not into[box]:
            begins = first[box]
            for r in range(own, begins):
                found.leaf[r] = max(found.leaf[r], boxes[box].width)
        begins_less_ends[begins] += 1
        begins_less_ends[last[box]] -= 1
    for r, crossing in enumerate(accumulate(begins_less_ends[:-1])):
        found.cost[r] += crossing
        found.height[r] += crossing * box_gap / 2
    return found


def first_heads(lines: Sequence[Line], rank: Sequence[int]) -> list[int]:
    """Return for each box the least rank that one of its lines leads to; its own rank where it has no line."""
    found = [-1] * len(rank)
    for line in lines:
        head = rank[line.head]
        found[line.tail] = head if found[line.tail] < 0 else min(found[line.tail], head)
    return [own if head < 0 else head for own, head in zip(rank, found, strict=True)]


def is_long_and_thin(size: Box, max_width: float) -> bool:
    """Tell whether a row of this size is better cut into several."""
    return size.width > TOO_WIDE * max_width and size.width > LONG_AND_THIN * size.height


def cut(of: Profile, max_width: float, rank_gap: float) -> list[tuple[int, int]]:
    """Return the bands as (first rank, rank after the last), such that each is at most as wide as the page.

    A single column that is wider than the page is a band of its own. Of all ways to cut, the one with the least cost
    is found, by dynamic programming over the ranks.
    """
    ranks = len(of.width)
    least = [0.0] + [float("inf")] * ranks
    start_of = [0] * (ranks + 1)
    for end in range(1, ranks + 1):
        cost = COST_OF_ROW + (of.cost[end - 1] if end < ranks else 0.0)
        width = 0.0
        for start in range(end - 1, max(-1, end - 1 - MOST_RANKS), -1):
            width += of.width[start] + rank_gap
            before = 0.0
            if start:
                before = sum(more + rank_gap for more in (of.label[start - 1], of.leaf[start - 1]) if more)
            if start < end - 1 and width + rank_gap > max_width:
                break
            if start < end - 1 and width + rank_gap + before > max_width:
                continue
            if least[start] + cost < least[end]:
                least[end], start_of[end] = least[start] + cost, start
    bands = []
    end = ranks
    while end:
        bands.append((start_of[end], end))
        end = start_of[end]
    return bands[::-1]
