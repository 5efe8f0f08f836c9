"""Order the items of every rank from top to bottom, so that few lines cross.

A segment joins items of two neighbouring ranks. Two segments between the same ranks cross when their ends are in
opposite order, so the crossings of a drawing are the inversions of its segments. To find the order with the fewest
crossings is NP-hard; sorting by barycentres, again and again, comes close to it.

Source: Sugiyama, Tagawa, Toda (1981); the initial order and the transpositions are from Gansner, Koutsofios,
North, Vo (1993), "A technique for drawing directed graphs".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain

import numpy as np

from .layers import Layers

Column = list[int]

FEW_SEGMENTS = 600
"""Below this number of segments there is time for every start and for transpositions in every round."""

MANY_SEGMENTS = 12_000
"""Above this number of segments there is time for one start and two rounds only."""

PATIENCE = 4
"""Rounds without an improvement that end a search: one in each direction, with both orders of ties."""


def crossings(columns: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> int:
    """Count the pairs of segments that cross, in O(E log V).

    `columns[r]` are the items of rank r from top to bottom, `after[i]` the items of the next rank that item i
    is joined to.
    """
    return _crossings(columns, *_ends_of_segments(after))


def _ends_of_segments(after: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the items at the left and those at the right of all segments."""
    tails = np.repeat(np.arange(len(after)), np.fromiter(map(len, after), int, len(after)))
    return tails, np.fromiter(chain.from_iterable(after), int, len(tails))


def _crossings(columns: Sequence[Sequence[int]], tails: np.ndarray, heads: np.ndarray) -> int:
    lengths = np.fromiter(map(len, columns), int, len(columns))
    items = np.fromiter(chain.from_iterable(columns), int, int(lengths.sum()))
    if not len(tails):
        return 0
    place, row = np.empty(len(items), int), np.empty(len(items), int)
    place[items] = np.arange(len(items))
    row[items] = np.arange(len(items)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    rank = np.repeat(np.arange(len(columns)), lengths)[place[tails]]
    # Segments that leave the same item do not cross, so they are taken from top to bottom.
    order = np.argsort(place[tails] * int(lengths.max()) + row[heads])
    return _inversions(rank[order], row[heads][order])


def _inversions(group: np.ndarray, number: np.ndarray) -> int:
    """Count the pairs within a group whose numbers, 0 or more, are in decreasing order; groups are in ascending order.

    The numbers are sorted by one bit after the other, from the highest one on. Numbers that are equal in the higher
    bits form a block. In each block the zeros move before the ones, and every one that a zero passes is an inversion.
    """
    count = 0
    place = np.arange(len(number))
    start = np.searchsorted(group, group)  # the place where the block of each number starts
    for bit in reversed(range(int(number.max()).bit_length())):
        one = (number >> bit) & 1
        ones_before = np.cumsum(one) - one
        ones_before -= ones_before[start]
        is_zero = one == 0
        count += int(ones_before[is_zero].sum())
        first_one = start + np.bincount(start[is_zero], minlength=len(number))[start]
        target = np.where(is_zero, place - ones_before, first_one + ones_before)
        number[target], start[target] = number.copy(), np.where(is_zero, start, first_one)
    return count


def order_columns(layers: Layers, rows: int = 1) -> list[Column]:
    """Return the columns, each from top to bottom, in the order with the fewest crossings that was found.

    Of several such orders the first one found is kept. The search starts depth first from the outputs, with inputs in
    the order in which they were given: so a tree has no crossings, and `a * b` shows a above b. Where a drawing has
    more `rows` than this one, the search is shorter in each.
    """
    segments = rows * sum(map(len, layers.after))
    few = segments < FEW_SEGMENTS
    many = segments > MANY_SEGMENTS
    rounds = 2 if many else max(4, min(16, 16_000 // (segments + 1)))
    ends = _ends_of_segments(layers.after)
    best: list[Column] = []
    fewest = -1

    def count_and_keep(columns: list[Column]) -> int:
        """Count the crossings, and keep this order if it is the best so far."""
        nonlocal best, fewest
        count = _crossings(columns, *ends)
        if fewest < 0 or count < fewest:
            best, fewest = [list(column) for column in columns], count
        return count

    starts = [(True, False), (False, False), (True, True), (False, True)]
    for from_outputs, mirrored in starts[: 4 if few else 1 if many else 2]:
        columns = _depth_first(layers, from_outputs, mirrored)
        here, stuck = count_and_keep(columns), 0
        for attempt in range(rounds):
            if fewest == 0:
                return best
            if stuck == PATIENCE:
                break
            _sort_by_barycentres(columns, layers, rightwards=attempt % 2 == 0, flip_ties=attempt % 4 >= 2)
            if few:
                _transpose(columns, layers, passes=4)
            count = count_and_keep(columns)
            here, stuck = (count, 0) if count < here else (here, stuck + 1)
    columns = [list(column) for column in best]
    _transpose(columns, layers, passes=4 if few else 1 if many else 2)
    if many:
        return columns  # a transposition never adds a crossing, so there is no need to count them again
    count_and_keep(columns)
    return best


def _depth_first(layers: Layers, from_outputs: bool, mirrored: bool) -> list[Column]:
    onward, starts_at = (layers.before, layers.after) if from_outputs else (layers.after, layers.before)
    columns: list[Column] = [[] for _ in range(max(layers.rank, default=-1) + 1)]
    seen = [False] * len(layers.rank)
    stack = [item for item in range(len(layers.rank)) if not starts_at[item]]
    if not mirrored:
        stack.reverse()
    while stack:
        item = stack.pop()
        if not seen[item]:
            seen[item] = True
            columns[layers.rank[item]].append(item)
            stack.extend(onward[item] if mirrored else reversed(onward[item]))
    return columns


def _sort_by_barycentres(columns: list[Column], layers: Layers, *, rightwards: bool, flip_ties: bool) -> None:
    """Sort each column by the mean position of its items' neighbours in the column before it."""
    towards = layers.before if rightwards else layers.after
    position = [0] * len(layers.rank)
    walk = range(len(columns)) if rightwards else reversed(range(len(columns)))
    for r in walk:
        column = columns[r]
        if len(column) == 1:
            continue
        centre: dict[int, float] = {}
        for item in column:
            others = towards[item]
            if len(others) == 1:
                centre[item] = position[others[0]]
            elif others:
                centre[item] = sum([position[other] for other in others]) / len(others)
        # An item without neighbours on that side keeps its position; the others are sorted around it.
        movable = [item for item in column if item in centre]
        if flip_ties:
            movable.reverse()
        movable.sort(key=centre.__getitem__)
        following = iter(movable)
        column[:] = [next(following) if item in centre else item for item in column]
        for i, item in enumerate(column):
            position[item] = i


def _transpose(columns: list[Column], layers: Layers, passes: int) -> None:
    """Swap neighbours in a column as long as that removes crossings."""
    position = [0] * len(layers.rank)
    for column in columns:
        for i, item in enumerate(column):
            position[item] = i
    for _ in range(passes):
        swapped = False
        for column in columns:
            for i in range(len(column) - 1):
                upper, lower = column[i], column[i + 1]
                if _removed_by_swapping(upper, lower, layers, position) > 0:
                    column[i], column[i + 1] = lower, upper
                    position[upper], position[lower] = i + 1, i
                    swapped = True
        if not swapped:
            return


def _removed_by_swapping(upper: int, lower: int, layers: Layers, position: Sequence[int]) -> int:
    """Return how many crossings fewer there are when two neighbours in a column change places."""
    fewer = 0
    for side in (layers.before, layers.after):
        above, below = side[upper], side[lower]
        if len(above) == len(below) == 1:  # as most items have
            fewer += (position[above[0]] > position[below[0]]) - (position[above[0]] < position[below[0]])
        elif above and below:
            above_at = sorted([position[item] for item in above])
            for item in below:
                at = position[item]
                fewer += len(above_at) - bisect_right(above_at, at) - bisect_left(above_at, at)
    return fewer
