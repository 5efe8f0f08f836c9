"""Remove bends: level the long lines of a layered graph, and move leaves towards the ops that use them.

Every item may move only within its room, the interval between its neighbours in its own column. So the order and the
distances of the columns stay as they are.
"""

from collections.abc import Sequence
from math import inf

from .layers import Layers

PASSES = 3
"""How often all lines are levelled: the room that one line frees can be used by another. Once for many items."""

MANY_ITEMS = 30_000


def straighten(
    y: list[float], layers: Layers, columns: Sequence[Sequence[int]], offsets: Sequence[Sequence[float]]
) -> None:
    """Change `y` in place so that lines have fewer bends; `offsets` are the tightly packed centres of each column."""
    rooms = _Rooms(y, columns, offsets)
    longest: dict[int, int] = {}
    for k, line in enumerate(layers.lines):
        branch = layers.branch[k]
        start = line.tail if branch is None else branch
        known = longest.setdefault(start, k)
        if layers.rank[line.head] > layers.rank[layers.lines[known].head]:
            longest[start] = k
    long_paths = [layers.path(k) for k in reversed(longest.values())]
    ends = [layers.path(k)[-3:] for k in range(len(layers.lines))]
    for _ in range(PASSES if len(y) < MANY_ITEMS else 1):
        for path in long_paths:
            if len(path) > 3 or len(layers.after[path[0]]) == 1:
                _level_long_line(y, rooms, path, starts_free=not layers.before[path[0]])
        for end in ends:
            _level_end(y, rooms, layers, end)


class _Rooms:
    """The interval within which each item may move while the other items of its column stay where they are."""

    def __init__(self, y: list[float], columns: Sequence[Sequence[int]], offsets: Sequence[Sequence[float]]) -> None:
        self.y = y
        self.columns = columns
        self.offsets = offsets
        self.position = [(0, 0)] * len(y)
        for r, column in enumerate(columns):
            for i, item in enumerate(column):
                self.position[item] = (r, i)

    def of(self, item: int) -> tuple[float, float]:
        """Return the least and the greatest y that the item may have."""
        r, i = self.position[item]
        column, offset = self.columns[r], self.offsets[r]
        least = self.y[column[i - 1]] + offset[i] - offset[i - 1] if i else -inf
        greatest = self.y[column[i + 1]] - offset[i + 1] + offset[i] if i + 1 < len(column) else inf
        return least, greatest


def _level_long_line(y: list[float], rooms: _Rooms, path: list[int], starts_free: bool) -> None:
    """Cut a line into as few level runs as possible.

    From the head backwards, a run goes on as long as the rooms of its items have a y in common. The box at the start
    moves with the line if it is a leaf (`starts_free`).
    """
    movable = path[:-1] if starts_free else path[1:-1]
    aim = y[path[-1]]
    while movable:
        start = len(movable) - 1
        least, greatest = rooms.of(movable[start])
        while start:
            above, below = rooms.of(movable[start - 1])
            if max(least, above) > min(greatest, below):
                break
            least, greatest, start = max(least, above), min(greatest, below), start - 1
        if start == 0 and not starts_free:
            aim = y[path[0]]
        aim = min(max(aim, least), greatest)
        for item in movable[start:]:
            y[item] = aim
        movable = movable[:start]


def _level_end(y: list[float], rooms: _Rooms, layers: Layers, end: list[int]) -> None:
    """Level an op with its result; or give the label of a line the y of one of its ends, so that two bends are one.

    `end` are the last three items along a line, or both where there are only two.
    """
    tail, *between, head = end
    if not between and len(layers.after[tail]) == len(layers.before[head]) == 1:
        (above, below), (least, greatest) = rooms.of(tail), rooms.of(head)
        least, greatest = max(above, least), min(below, greatest)
        if least <= greatest:
            y[tail] = y[head] = min(max(y[head], least), greatest)
    elif between and len(layers.after[between[0]]) == 1:
        least, greatest = rooms.of(between[0])
        for level in (y[tail], y[head]):
            if least <= level <= greatest:
                y[between[0]] = level
                break
