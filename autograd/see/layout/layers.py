"""Layers: cut lines that are longer than one rank into segments.

The result is a *proper* layered graph: every segment joins two neighbouring ranks. Where a line passes a rank, it has
an item there: its label, or a dummy, which has no size.

Lines that leave the same box share their dummies. So a weight that is used at fifty time steps becomes one trunk with
fifty branches, and not fifty parallel lines.

A graph with many long lines would have hundreds of dummies for each box. In such a graph the longest lines have no
dummies: `bypasses.py` leads them round the columns that they pass.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from .geometry import Box, Line
from .ranks import ages, assign_ranks

DUMMIES = 2
"""The most dummies that all trunks have together, per box and line. So the memory is in proportion to the graph."""

PASSED = 8
"""The most dummies that all lines pass together, per box and line. So the curves are in proportion too."""


class ItemKind(Enum):
    """The kinds of items that have a position in a layered graph."""

    BOX = "box"
    LABEL = "label"
    DUMMY = "dummy"


@dataclass(frozen=True, slots=True)
class Layers:
    """A proper layered graph of items. The first items are the boxes, in their order.

    `before[i]` and `after[i]` are the items that a segment joins to item i, in ranks `rank[i]` - 1 and + 1.
    `age[i]` is the number of boxes on the longest path from a leaf to item i.
    `trunk[b]` are the dummies that the lines of box b share, one in each rank after it. Line k passes the first
    `shared[k]` of them. Or it has a bypass, and leaves it by the dummy `branch[k]`; all bypasses of a box are one line,
    with branches. Then it passes its own item `own[k]`, which is its label or a dummy. Both are None where it has none.
    """

    size: list[Box]
    kind: list[ItemKind]
    rank: list[int]
    age: list[int]
    before: list[list[int]]
    after: list[list[int]]
    lines: Sequence[Line]
    trunk: list[list[int]]
    shared: list[int] = field(default_factory=list)
    branch: list[int | None] = field(default_factory=list)
    own: list[int | None] = field(default_factory=list)

    def path(self, k: int) -> list[int]:
        """Return the items along line k, from tail to head; only those from its bypass on where it has one."""
        line, branch, own = self.lines[k], self.branch[k], self.own[k]
        start = [line.tail, *self.trunk[line.tail][: self.shared[k]]] if branch is None else [branch]
        return [*start, line.head] if own is None else [*start, own, line.head]


def split_into_layers(
    boxes: Sequence[Box], lines: Sequence[Line], rank: Sequence[int] | None = None, age: Sequence[int] | None = None
) -> Layers:
    """Return the proper layered graph of these boxes and lines; ranks and ages are computed where none are given."""
    layers = Layers(
        size=list(boxes),
        kind=[ItemKind.BOX] * len(boxes),
        rank=list(assign_ranks(len(boxes), lines) if rank is None else rank),
        age=list(ages(len(boxes), lines) if age is None else age),
        before=[[] for _ in boxes],
        after=[[] for _ in boxes],
        lines=lines,
        trunk=[[] for _ in boxes],
    )
    no_size = Box(0.0, 0.0)
    with_own = _lines_with_own_item(layers)
    passes = [  # the ranks between a box and the dummy where line k leaves its trunk or its bypass, this one included
        layers.rank[line.head] - layers.rank[line.tail] - 1 - own for line, own in zip(lines, with_own, strict=True)
    ]
    most = _most_without_bypass(layers, passes)
    branches: dict[tuple[int, int], int] = {}
    for line, passed, has_own in zip(lines, passes, with_own, strict=True):
        tail, trunk = line.tail, layers.trunk[line.tail]
        branch = own = None
        if passed > most:
            if (tail, passed) not in branches:
                branches[tail, passed] = _add_item(layers, tail, passed, ItemKind.DUMMY, no_size)
            branch = last = branches[tail, passed]
            passed = 0
        else:
            while len(trunk) < passed:
                trunk.append(_item_after(layers, trunk[-1] if trunk else tail, ItemKind.DUMMY, no_size))
            last = trunk[passed - 1] if passed else tail
        if has_own:
            kind = ItemKind.DUMMY if line.label is None else ItemKind.LABEL
            own = last = _item_after(layers, last, kind, line.label or no_size)
        layers.after[last].append(line.head)
        layers.before[line.head].append(last)
        layers.shared.append(passed)
        layers.branch.append(branch)
        layers.own.append(own)
    return layers


def _lines_with_own_item(layers: Layers) -> list[bool]:
    """Return for each line whether it has an item of its own in the rank before its head.

    Two lines with the same ends must not share their last dummy: x * x would be drawn with one line.
    """
    twins = Counter((line.tail, line.head) for line in layers.lines)
    return [
        layers.rank[line.head] - layers.rank[line.tail] > 1
        and (line.label is not None or twins[line.tail, line.head] > 1)
        for line in layers.lines
    ]


def _most_without_bypass(layers: Layers, passes: Sequence[int]) -> int:
    """Return the most ranks that a line may pass without a bypass.

    It is the greatest number that keeps to `DUMMIES` and `PASSED`; a bypass passes two ranks or more.
    """
    dummies, passed = (most * (len(layers.trunk) + len(layers.lines)) for most in (DUMMIES, PASSED))
    trunk = [0] * len(layers.trunk)
    by_length = sorted(range(len(passes)), key=passes.__getitem__)
    for k in by_length:
        tail, length = layers.lines[k].tail, passes[k]
        dummies -= length - trunk[tail]
        passed -= length
        if dummies < 0 or passed < 0:
            return max(1, length - 1)
        trunk[tail] = length
    return passes[by_length[-1]] if by_length else 0


def _item_after(layers: Layers, item: int, kind: ItemKind, size: Box) -> int:
    """Add an item in the rank after that of `item`, joined to it, and return it."""
    new = _add_item(layers, item, 1, kind, size)
    layers.after[item].append(new)
    layers.before[new].append(item)
    return new


def _add_item(layers: Layers, item: int, ranks: int, kind: ItemKind, size: Box) -> int:
    """Add an item on a line that passes `item`, so many ranks after it, and return it."""
    layers.size.append(size)
    layers.kind.append(kind)
    layers.rank.append(layers.rank[item] + ranks)
    layers.age.append(layers.age[item])
    layers.before.append([])
    layers.after.append([])
    return len(layers.size) - 1
