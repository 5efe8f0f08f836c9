"""Places: how far down every item of a layered graph stands.

Only this file knows how lines become straight. Order and distances within a rank are kept exactly; each rank
is aligned with its neighbours, sweeping right and left, and the straightest round is kept.

Aligning one rank is a small problem of its own: every item names the height it would like, and the heights
must keep their distances. Measured from the packed column, "keep your distance" becomes "do not decrease":
isotonic regression, which pools neighbours that push each other and gives a pool its weighted median. A
median, unlike a mean, leaves its member exactly where it wanted to be, so lines end up straight and not
nearly straight.

Source: Ayer et al. (1955), pool adjacent violators; the sweeps are the priority method of Sugiyama et al.
(1981).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from .ranks import Kind, Layers

ROUNDS = 8
"""How often all ranks are aligned, there and back; fewer times when there are thousands of items."""

PASSES = 3
"""How often slack is pulled out; what one line frees, another can use."""


def place(layers: Layers, columns: Sequence[Sequence[int]], box_gap: float) -> list[float]:
    """The y of every item's centre; the topmost border is at 0."""
    offsets = [_packed(layers, column, box_gap) for column in columns]
    y = _aligned(layers, columns, offsets)
    _tighten(y, layers, columns, offsets)
    top = min((y_ - size.height / 2 for y_, size in zip(y, layers.size, strict=True)), default=0.0)
    return [y_ - top for y_ in y]


def _aligned(layers: Layers, columns: Sequence[Sequence[int]], offsets: Sequence[Sequence[float]]) -> list[float]:
    """The heights after the straightest of a few rounds of sweeps."""
    items = range(len(layers.size))
    wish_left = [_trunk(layers, item) or layers.after[item] or layers.before[item] for item in items]
    wish_right = [_oldest(layers.before[item], layers.age) or wish_left[item] for item in items]
    weight = [_weight(layers, item) for item in items]
    y = [0.0] * len(layers.size)
    for column, offset in zip(columns, offsets, strict=True):
        for item, down in zip(column, offset, strict=True):
            y[item] = down - (offset[0] + offset[-1]) / 2

    def align(r: int, wish: list[list[int]]) -> None:
        column, offset = columns[r], offsets[r]
        wanted = []
        for item, down in zip(column, offset, strict=True):
            others = wish[item]
            wanted.append((_median(y, others) if others else y[item]) - down)
        bases = isotonic(wanted, [weight[item] for item in column])
        for item, base, down in zip(column, bases, offset, strict=True):
            y[item] = base + down

    best, least = y, float("inf")
    for _ in range(max(3, min(ROUNDS, 10_000 // (len(items) + 1)))):
        for r in reversed(range(len(columns))):
            align(r, wish_left)
        for r in range(len(columns)):
            align(r, wish_right)
        bent = sum(
            min(weight[tail], weight[head]) * abs(y[tail] - y[head])
            for tail, heads in enumerate(layers.after)
            for head in heads
        )
        if bent < least - 1e-6:
            best, least = list(y), bent
    return best


def _tighten(
    y: list[float], layers: Layers, columns: Sequence[Sequence[int]], offsets: Sequence[Sequence[float]]
) -> None:
    """Pull the slack out of long lines, and leaves towards what uses them, as far as there is room.

    The room of a line is an interval in each rank it passes. It is cut into as few level runs as possible:
    from its head backwards, a run goes on for as long as the intervals have a height in common.
    """
    spot = {item: (r, i) for r, column in enumerate(columns) for i, item in enumerate(column)}

    def room(item: int) -> tuple[float, float]:
        r, i = spot[item]
        column, offset = columns[r], offsets[r]
        above = y[column[i - 1]] + offset[i] - offset[i - 1] if i else -inf
        below = y[column[i + 1]] - offset[i + 1] + offset[i] if i + 1 < len(column) else inf
        return above, below

    def common(run: Sequence[int]) -> tuple[float, float]:
        rooms = [room(item) for item in run]
        return max(low for low, _ in rooms), min(high for _, high in rooms)

    longest: dict[int, list[int]] = {}
    for path in layers.paths:
        if len(path) > len(longest.get(path[0], ())):
            longest[path[0]] = path
    for _ in range(PASSES):
        for path in reversed(longest.values()):
            if len(path) > 3 or len(layers.after[path[0]]) == 1:
                free = path[1:-1] if layers.before[path[0]] else path[:-1]
                aim = y[path[-1]]
                while free:
                    start = len(free) - 1
                    low, high = common(free[start:])
                    while start:
                        above, below = room(free[start - 1])
                        if max(low, above) > min(high, below):
                            break
                        low, high, start = max(low, above), min(high, below), start - 1
                    if start == 0 and layers.before[path[0]]:
                        aim = y[path[0]]
                    aim = min(max(aim, low), high)
                    for item in free[start:]:
                        y[item] = aim
                    free = free[:start]
        for path in layers.paths:
            tail, *between, head = path[-3:]
            if not between and len(layers.after[tail]) == len(layers.before[head]) == 1:
                # An op and its value: level, if they can be.
                low, high = common([tail, head])
                if low <= high:
                    y[tail] = y[head] = min(max(y[head], low), high)
            elif between and len(layers.after[between[0]]) == 1:
                # A label on its way from one height to another: two bends become one.
                low, high = room(between[0])
                for level in (y[tail], y[head]):
                    if low <= level <= high:
                        y[between[0]] = level
                        break


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing numbers nearest to the wanted ones, by weighted absolute distance.

    >>> isotonic([0.0, 5.0, 3.0], [1.0, 1.0, 1.0])
    [0.0, 4.0, 4.0]
    """
    pools: list[tuple[float, list[tuple[float, float]]]] = []
    for want, weight in zip(wanted, weights, strict=True):
        value, members = want, [(want, weight)]
        while pools and pools[-1][0] > value:
            members = sorted(pools.pop()[1] + members)
            value = _weighted_median(members)
        pools.append((value, members))
    return [value for value, members in pools for _ in members]


def _weighted_median(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of sorted (number, weight); the middle of the interval when it is one."""
    half = sum(weight for _, weight in pairs) / 2
    below = 0.0
    for i, (number, weight) in enumerate(pairs):
        below += weight
        if below > half or i + 1 == len(pairs):
            return number
        if below == half:
            return (number + pairs[i + 1][0]) / 2
    raise ValueError("expected at least one number, got none")


def _median(y: Sequence[float], items: Sequence[int]) -> float:
    if len(items) == 1:
        return y[items[0]]
    numbers = sorted(y[item] for item in items)
    half = len(numbers) // 2
    return (numbers[half] + numbers[~half]) / 2


def _trunk(layers: Layers, item: int) -> list[int]:
    """What keeps a leaf or a dummy level: the dummies it goes on to. Branches may bend, the long line not."""
    if layers.age[item] and layers.kind[item] is Kind.BOX:
        return []
    return [other for other in layers.after[item] if layers.kind[other] is Kind.DUMMY]


def _oldest(items: list[int], age: list[int]) -> list[int]:
    """The items with the longest history.

    An op is aligned with these alone: in `h * w + b` the line through h runs straight on and w and b hang off
    it, while the products of `x1 * w1 + x2 * w2` are equally old and their sum stands in the middle.
    """
    oldest = max((age[item] for item in items), default=0)
    return [item for item in items if age[item] == oldest]


def _weight(layers: Layers, item: int) -> float:
    """How firmly an item stands where it wants to: leaves give way to what was computed."""
    if layers.kind[item] is Kind.DUMMY:
        return 16.0 if layers.age[item] else 4.0
    return 64.0 if layers.age[item] else 1.0


def _packed(layers: Layers, column: Sequence[int], box_gap: float) -> list[float]:
    """Where the centres of a column are when it is packed as tightly as the gaps allow."""
    room = {Kind.BOX: box_gap, Kind.LABEL: box_gap / 2, Kind.DUMMY: box_gap / 2}
    offset = [0.0] * len(column)
    for i, (upper, lower) in enumerate(pairwise(column), 1):
        gap = (room[layers.kind[upper]] + room[layers.kind[lower]]) / 2
        offset[i] = offset[i - 1] + (_tall(layers, upper) + _tall(layers, lower)) / 2 + gap
    return offset


def _tall(layers: Layers, item: int) -> float:
    """The height an item takes up: a small op takes as much as the value it feeds, so that both fit level."""
    height = layers.size[item].height
    if layers.kind[item] is Kind.BOX and len(layers.after[item]) == 1:
        value = layers.after[item][0]
        if layers.kind[value] is Kind.BOX and len(layers.before[value]) == 1:
            return max(height, layers.size[value].height)
    return height
