"""Layers: cut lines that are longer than one rank into segments.

The result is a *proper* layered graph: every segment joins two neighbouring ranks. Where a line passes a rank, it has
an item there: its label, or a dummy, which has no size.

Lines that leave the same box share their dummies. So a weight that is used at fifty time steps becomes one trunk with
fifty branches, and not fifty parallel lines.

A graph with many long lines would have hundreds of dummies for each box. In such a graph the longest stretches of the
trunks have no dummies. They are *bypasses*: `bypasses.py` leads them round the columns that they pass.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from .geometry import Box, Line
from .ranks import ages, assign_ranks

DUMMIES = 2
"""The most dummies of trunks, as a multiple of the boxes and lines; so the memory is in proportion to the graph."""


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
    `trunk[b]` are the dummies that the lines of box b share, at most one in each rank after it. Line k passes the first
    `shared[k]` of them, then its own item `own[k]`, which is its label or a dummy, or None.
    `bypasses` are the pairs of items that follow each other on a trunk but do not stand in neighbouring ranks; no
    segment joins them.
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
    own: list[int | None] = field(default_factory=list)
    bypasses: list[tuple[int, int]] = field(default_factory=list)

    def pieces(self, k: int) -> list[list[int]]:
        """Return the items along line k, from tail to head, cut at its bypasses."""
        line, own = self.lines[k], self.own[k]
        middle = [] if own is None else [own]
        path = [line.tail, *self.trunk[line.tail][: self.shared[k]], *middle, line.head]
        cuts = [i for i in range(1, len(path)) if self.rank[path[i]] > self.rank[path[i - 1]] + 1]
        return [path[start:end] for start, end in pairwise((0, *cuts, len(path)))]

    def end(self, k: int) -> list[int]:
        """Return the last three items along line k; two where there are only two, or two after a bypass."""
        line, shared, own = self.lines[k], self.shared[k], self.own[k]
        last = self.trunk[line.tail][max(0, shared - 2) : shared]
        items = [line.tail, *last, *([] if own is None else [own]), line.head][-3:]
        return items if self.rank[line.head] - self.rank[items[0]] < len(items) else items[1:]


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
    branch = [layers.rank[line.head] - 1 - own for line, own in zip(lines, with_own, strict=True)]
    ranks = _ranks_of_trunks(layers, branch)
    for line, has_own, branches_at in zip(lines, with_own, branch, strict=True):
        trunk, its_ranks = layers.trunk[line.tail], ranks[line.tail]
        shared = bisect_right(its_ranks, branches_at)
        while len(trunk) < shared:
            last = trunk[-1] if trunk else line.tail
            trunk.append(_item_after(layers, last, its_ranks[len(trunk)], ItemKind.DUMMY, no_size))
        last = trunk[shared - 1] if shared else line.tail
        own = None
        if has_own:
            kind = ItemKind.DUMMY if line.label is None else ItemKind.LABEL
            own = last = _item_after(layers, last, branches_at + 1, kind, line.label or no_size)
        layers.after[last].append(line.head)
        layers.before[line.head].append(last)
        layers.shared.append(shared)
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


def _ranks_of_trunks(layers: Layers, branch: Sequence[int]) -> list[list[int]]:
    """Return the ranks in which each trunk has a dummy; line k leaves its trunk at rank `branch[k]`.

    A trunk has a dummy wherever a line leaves it. The stretches between them have dummies from the shortest stretch on,
    as long as there are not more than `DUMMIES` allows.
    """
    stops: list[set[int]] = [{rank} for rank in layers.rank[: len(layers.trunk)]]
    for line, branches_at in zip(layers.lines, branch, strict=True):
        stops[line.tail].add(branches_at)
    trunks = [sorted(its_stops) for its_stops in stops]
    room = DUMMIES * (len(layers.trunk) + len(layers.lines))
    longest = 1
    for stretch in sorted(end - start for trunk in trunks for start, end in pairwise(trunk)):
        room -= stretch
        if room < 0:
            break
        longest = stretch
    return [
        [r for start, end in pairwise(trunk) for r in (range(start + 1, end + 1) if end - start <= longest else (end,))]
        for trunk in trunks
    ]


def _item_after(layers: Layers, item: int, rank: int, kind: ItemKind, size: Box) -> int:
    """Add an item after `item` on a line, and return it. A segment joins them, or a bypass if ranks lie between."""
    new = len(layers.size)
    layers.size.append(size)
    layers.kind.append(kind)
    layers.rank.append(rank)
    layers.age.append(layers.age[item])
    layers.before.append([])
    layers.after.append([])
    if rank == layers.rank[item] + 1:
        layers.after[item].append(new)
        layers.before[new].append(item)
    else:
        layers.bypasses.append((item, new))
    return new
