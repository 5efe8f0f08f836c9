"""Compute the y coordinate of every item of a layered graph, so that lines are as straight as possible.

The order of the items within a rank and the least distances between them are fixed. Each rank is aligned with its
neighbours, in sweeps to the left and to the right, and the straightest round is kept. `straight_lines.py` then removes
the bends that are left.

To align one rank, each item has a wanted y: the median of its neighbours' y. The items keep their order and their least
distances. Measured from the tightly packed column, this means that the offsets must not decrease; isotonic regression
finds the nearest such offsets. It uses medians, not means, because then at least one item gets exactly the y that it
wants, and its line is exactly straight.

Source: the sweeps are the priority method of Sugiyama et al. (1981).
"""

from collections.abc import Sequence
from itertools import pairwise

from .isotonic import isotonic
from .layers import ItemKind, Layers
from .straight_lines import straighten

ROUNDS = 8
"""Rounds of alignment, each to the left and back; fewer where there are thousands of items."""

MOST_ALIGNED = 30_000
"""The number of items, counted in each round, for which there is time."""


def y_coordinates(layers: Layers, columns: Sequence[Sequence[int]], box_gap: float) -> list[float]:
    """Return the y of every item's centre; the top border of the topmost item is at 0."""
    offsets = [_packed(layers, column, box_gap) for column in columns]
    y = _aligned(layers, columns, offsets)
    straighten(y, layers, columns, offsets)
    top = min((center - size.height / 2 for center, size in zip(y, layers.size, strict=True)), default=0.0)
    return [center - top for center in y]


def _aligned(layers: Layers, columns: Sequence[Sequence[int]], offsets: Sequence[Sequence[float]]) -> list[float]:
    """Return the y coordinates of the straightest of a few rounds of sweeps."""
    items = range(len(layers.size))
    neighbours_left = [_dummies_after(layers, item) or layers.after[item] or layers.before[item] for item in items]
    neighbours_right = [_oldest(layers.before[item], layers.age) or neighbours_left[item] for item in items]
    weight = [_weight(layers, item) for item in items]
    y = [0.0] * len(layers.size)
    for column, offset in zip(columns, offsets, strict=True):
        for item, down in zip(column, offset, strict=True):
            y[item] = down - (offset[0] + offset[-1]) / 2

    def align(r: int, neighbours: list[list[int]]) -> None:
        column, offset = columns[r], offsets[r]
        wanted = []
        for item, down in zip(column, offset, strict=True):
            others = neighbours[item]
            wanted.append((_median(y, others) if others else y[item]) - down)
        bases = isotonic(wanted, [weight[item] for item in column])
        for item, base, down in zip(column, bases, offset, strict=True):
            y[item] = base + down

    best, least = y, float("inf")
    for _ in range(max(1, min(ROUNDS, MOST_ALIGNED // (len(items) + 1)))):
        earlier = list(y)
        for r in reversed(range(len(columns))):
            align(r, neighbours_left)
        for r in range(len(columns)):
            align(r, neighbours_right)
        bent = sum(
            min(weight[tail], weight[head]) * abs(y[tail] - y[head])
            for tail, heads in enumerate(layers.after)
            for head in heads
        )
        if bent < least - 1e-6:
            best, least = list(y), bent
        if y == earlier:
            break
    return best


def _median(y: Sequence[float], items: Sequence[int]) -> float:
    if len(items) == 1:
        return y[items[0]]
    numbers = sorted(y[item] for item in items)
    half = len(numbers) // 2
    return (numbers[half] + numbers[~half]) / 2


def _dummies_after(layers: Layers, item: int) -> list[int]:
    """Return the dummies that a leaf or a dummy leads to: its long line stays level, and the short branches bend."""
    if layers.age[item] and layers.kind[item] is ItemKind.BOX:
        return []
    return [other for other in layers.after[item] if layers.kind[other] is ItemKind.DUMMY]


def _oldest(items: list[int], age: list[int]) -> list[int]:
    """Return the items that the longest chain of boxes leads to.

    An op is aligned with these alone. In `h * w + b` the line through h is straight, and w and b stand beside it. In
    `x1 * w1 + x2 * w2` both products are equally old, and their sum stands in the middle.
    """
    oldest = max((age[item] for item in items), default=0)
    return [item for item in items if age[item] == oldest]


def _weight(layers: Layers, item: int) -> float:
    """Return how strongly an item keeps the y that it wants: a leaf gives way to the result of an op."""
    if layers.kind[item] is ItemKind.DUMMY:
        return 16.0 if layers.age[item] else 4.0
    return 64.0 if layers.age[item] else 1.0


def _packed(layers: Layers, column: Sequence[int], box_gap: float) -> list[float]:
    """Return the centres of a column's items when the column is packed as tightly as the gaps allow."""
    room = {ItemKind.BOX: box_gap, ItemKind.LABEL: box_gap / 2, ItemKind.DUMMY: box_gap / 2}
    offset = [0.0] * len(column)
    for i, (upper, lower) in enumerate(pairwise(column), 1):
        gap = (room[layers.kind[upper]] + room[layers.kind[lower]]) / 2
        offset[i] = offset[i - 1] + (_height(layers, upper) + _height(layers, lower)) / 2 + gap
    return offset


def _height(layers: Layers, item: int) -> float:
    """Return the height reserved for an item; a small op gets the height of its result, so that both can be level."""
    height = layers.size[item].height
    if layers.kind[item] is ItemKind.BOX and len(layers.after[item]) == 1:
        result = layers.after[item][0]
        if layers.kind[result] is ItemKind.BOX and len(layers.before[result]) == 1:
            return max(height, layers.size[result].height)
    return height
