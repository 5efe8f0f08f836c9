"""Order: what stands above what in each rank.

Only this file knows about crossings. Two segments between the same two ranks cross when their ends are
in opposite order, so a drawing's crossings are the inversions of its segments: finding the order with the
fewest is NP-hard, and sweeping over barycentres comes close.

Source: Sugiyama, Tagawa, Toda (1981); the initial order and the transpositions are from Gansner, Koutsofios,
North, Vo (1993), "A technique for drawing directed graphs".
"""

from collections.abc import Sequence
from itertools import pairwise

from .ranks import Layers

Column = list[int]

SMALL = 600
"""Up to this many segments there is time to try everything in every round."""

PATIENCE = 4
"""So many rounds without an improvement end a search: one in each direction, with ties either way."""


def crossings(columns: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> int:
    """How many pairs of segments cross, counted in O(E log V).

    `columns[r]` are the items of rank r from top to bottom, `after[i]` the items of the next rank that item i
    is joined to.
    """
    return sum(_crossings_between(left, right, after) for left, right in pairwise(columns))


def _crossings_between(left: Sequence[int], right: Sequence[int], after: Sequence[Sequence[int]]) -> int:
    # A Fenwick tree over the right-hand places: how many segments so far end at or above a place.
    place = {item: i for i, item in enumerate(right, 1)}
    tree = [0] * (len(right) + 1)
    seen = crossed = 0
    for item in left:
        ends = [place[end] for end in after[item]]
        for end in ends:
            above = 0
            while end:
                above += tree[end]
                end &= end - 1
            crossed += seen - above
        for end in ends:
            while end < len(tree):
                tree[end] += 1
                end += end & -end
        seen += len(ends)
    return crossed


def arrange(layers: Layers) -> list[Column]:
    """The columns, each from top to bottom, in the order with the fewest crossings that was found.

    Among equals the earliest wins. The first order tried is depth first from the outputs, inputs in the order
    they were given: a tree has no crossings in it, and `a * b` shows a above b.
    """
    segments = sum(map(len, layers.after))
    small = segments < SMALL
    rounds = max(4, min(16, 16_000 // (segments + 1)))
    best: list[Column] = []
    fewest = -1

    def judge(columns: list[Column]) -> int:
        """Count the crossings, and keep this order if it is the best so far."""
        nonlocal best, fewest
        count = crossings(columns, layers.after)
        if fewest < 0 or count < fewest:
            best, fewest = [list(column) for column in columns], count
        return count

    starts = [(True, False), (False, False), (True, True), (False, True)]
    for from_outputs, mirrored in starts if small else starts[:2]:
        columns = _depth_first(layers, from_outputs, mirrored)
        here, stuck = judge(columns), 0
        for attempt in range(rounds):
            if fewest == 0:
                return best
            if stuck == PATIENCE:
                break
            _sweep(columns, layers, rightwards=attempt % 2 == 0, flip_ties=attempt % 4 >= 2)
            if small:
                _transpose(columns, layers, passes=4)
            count = judge(columns)
            here, stuck = (count, 0) if count < here else (here, stuck + 1)
    columns = [list(column) for column in best]
    _transpose(columns, layers, passes=4 if small else 2)
    judge(columns)
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


def _sweep(columns: list[Column], layers: Layers, *, rightwards: bool, flip_ties: bool) -> None:
    """Sort each column by the barycentres of its items' neighbours in the column just passed."""
    towards = layers.before if rightwards else layers.after
    place = [0] * len(layers.rank)
    walk = range(len(columns)) if rightwards else reversed(range(len(columns)))
    for r in walk:
        column = columns[r]
        centre = {
            item: sum(place[other] for other in towards[item]) / len(towards[item]) for item in column if towards[item]
        }
        # An item without neighbours on that side keeps its place; the others are sorted around it.
        movable = [item for item in column if item in centre]
        if flip_ties:
            movable.reverse()
        movable.sort(key=centre.__getitem__)
        following = iter(movable)
        column[:] = [next(following) if item in centre else item for item in column]
        for i, item in enumerate(column):
            place[item] = i


def _transpose(columns: list[Column], layers: Layers, passes: int) -> None:
    """Swap neighbours in a column as long as that removes crossings."""
    place = [0] * len(layers.rank)
    for column in columns:
        for i, item in enumerate(column):
            place[item] = i

    def gain(upper: int, lower: int) -> int:
        """How many crossings fewer there are when the two neighbours change places."""
        fewer = 0
        for side in (layers.before, layers.after):
            above, below = side[upper], side[lower]
            if above and below:
                below_at = [place[b] for b in below]
                for a in above:
                    at = place[a]
                    for b in below_at:
                        fewer += (at > b) - (at < b)
        return fewer

    for _ in range(passes):
        swapped = False
        for column in columns:
            for i in range(len(column) - 1):
                upper, lower = column[i], column[i + 1]
                if gain(upper, lower) > 0:
                    column[i], column[i + 1] = lower, upper
                    place[upper], place[lower] = i + 1, i
                    swapped = True
        if not swapped:
            return
