"""Assign every box to a rank (its column), and cut lines that are longer than one rank into segments.

The result is a *proper* layered graph: every segment joins two neighbouring ranks. Where a line passes a rank, it has
an item there: its label, or a dummy, which has no size.

Lines that leave the same box share their dummies. So a weight that is used at fifty time steps becomes one trunk with
fifty branches, and not fifty parallel lines.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .geometry import Box, Line

ROUNDS = 16
"""Passes over all chains that look for one that can be moved; most graphs are done after two or three."""


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
    `shared[k]` of them, then its own item `own[k]`, which is its label or a dummy, or None.
    """

    size: list[Box]
    kind: list[ItemKind]
    rank: list[int]
    age: list[int]
    before: list[list[int]]
    after: list[list[int]]
    lines: Sequence[Line]
    trunk: list[list[int]]
    shared: list[int]
    own: list[int | None]

    def path(self, k: int) -> list[int]:
        """Return the items along line k, from tail to head."""
        line, own = self.lines[k], self.own[k]
        middle = [] if own is None else [own]
        return [line.tail, *self.trunk[line.tail][: self.shared[k]], *middle, line.head]

    def end(self, k: int) -> list[int]:
        """Return the last three items along line k, or both where there are only two."""
        line, shared, own = self.lines[k], self.shared[k], self.own[k]
        last = self.trunk[line.tail][max(0, shared - 2) : shared]
        return [line.tail, *last, *([] if own is None else [own]), line.head][-3:]


def topological_order(count: int, lines: Sequence[Line]) -> list[int]:
    """Return the boxes, tails before heads. Raise ValueError when the lines form a cycle."""
    waiting = [0] * count
    heads: list[list[int]] = [[] for _ in range(count)]
    for line in lines:
        waiting[line.head] += 1
        heads[line.tail].append(line.head)
    order = [box for box in range(count) if not waiting[box]]
    for box in order:
        for head in heads[box]:
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    if len(order) < count:
        stuck = next(box for box in range(count) if waiting[box])
        raise ValueError(f"the lines form a cycle that holds up box {stuck}; expected a graph without cycles")
    return order


def shortest_spans(lines: Sequence[Line]) -> list[int]:
    """Return the least number of ranks each line must bridge: 2 where an item stands between its ends, else 1."""
    twins = Counter((line.tail, line.head) for line in lines)
    return [2 if line.label is not None or twins[line.tail, line.head] > 1 else 1 for line in lines]


def assign_ranks(count: int, lines: Sequence[Line]) -> list[int]:
    """Return the rank of every box, from 0 at the left, such that the lines are short.

    First every box gets the rank that the longest path to an output gives it. So a leaf stands next to the op that
    uses it, and not in the first column. For a tree these ranks are already the best. Shared inputs and several
    outputs leave slack; then whole chains are moved to the side on which more lines pull.
    """
    order = topological_order(count, lines)
    spans = shortest_spans(lines)
    incoming: list[list[int]] = [[] for _ in range(count)]
    outgoing: list[list[int]] = [[] for _ in range(count)]
    for k, line in enumerate(lines):
        incoming[line.head].append(k)
        outgoing[line.tail].append(k)

    rank = [0] * count
    for box in reversed(order):
        rank[box] = min((rank[lines[k].head] - spans[k] for k in outgoing[box]), default=0)

    chains = _chains(order, lines, incoming, outgoing)
    slack_of = [(line.head, line.tail, span) for line, span in zip(lines, spans, strict=True)]

    def least_slack(line_ids: list[int]) -> int:
        return min(rank[head] - rank[tail] - span for head, tail, span in (slack_of[k] for k in line_ids))

    for _ in range(ROUNDS):
        moved = False
        for chain in chains:
            ins, outs = incoming[chain[0]], outgoing[chain[-1]]
            if len(ins) == len(outs):
                continue
            step = -least_slack(ins) if len(ins) > len(outs) else least_slack(outs)
            if step:
                moved = True
                for box in chain:
                    rank[box] += step
        if not moved:
            break
    leftmost = min(rank, default=0)
    return [r - leftmost for r in rank]


def _chains(
    order: Sequence[int], lines: Sequence[Line], incoming: list[list[int]], outgoing: list[list[int]]
) -> list[list[int]]:
    """Return the boxes in chains, such as an op and its result, that move together or not at all.

    If an op moved alone, away from its only result, one line would become longer by as much as another became shorter.
    """
    chain_of: dict[int, int] = {}
    chains: dict[int, list[int]] = {}
    for box in order:
        chain_of[box] = box
        if len(incoming[box]) == 1 and len(outgoing[lines[incoming[box][0]].tail]) == 1:
            chain_of[box] = chain_of[lines[incoming[box][0]].tail]
        chains.setdefault(chain_of[box], []).append(box)
    return list(chains.values())


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
        shared=[],
        own=[],
    )
    no_size = Box(0.0, 0.0)
    twins = Counter((line.tail, line.head) for line in lines)
    for line in lines:
        between = layers.rank[line.head] - layers.rank[line.tail] - 1
        # Two lines with the same ends must not share their last dummy: x * x would be drawn with one line.
        has_own = between > 0 and (line.label is not None or twins[line.tail, line.head] > 1)
        shared = between - has_own
        trunk = layers.trunk[line.tail]
        while len(trunk) < shared:
            trunk.append(_item_after(layers, trunk[-1] if trunk else line.tail, ItemKind.DUMMY, no_size))
        last = trunk[shared - 1] if shared else line.tail
        own = None
        if has_own:
            kind = ItemKind.DUMMY if line.label is None else ItemKind.LABEL
            own = last = _item_after(layers, last, kind, line.label or no_size)
        layers.after[last].append(line.head)
        layers.before[line.head].append(last)
        layers.shared.append(shared)
        layers.own.append(own)
    return layers


def _item_after(layers: Layers, item: int, kind: ItemKind, size: Box) -> int:
    """Add an item in the rank after that of `item`, joined to it, and return it."""
    new = len(layers.size)
    layers.size.append(size)
    layers.kind.append(kind)
    layers.rank.append(layers.rank[item] + 1)
    layers.age.append(layers.age[item])
    layers.after[item].append(new)
    layers.before.append([item])
    layers.after.append([])
    return new


def ages(count: int, lines: Sequence[Line]) -> list[int]:
    """Return for each box the number of boxes before it on the longest path that leads to it."""
    age = [0] * count
    heads: list[list[int]] = [[] for _ in range(count)]
    for line in lines:
        heads[line.tail].append(line.head)
    for box in topological_order(count, lines):
        for head in heads[box]:
            age[head] = max(age[head], age[box] + 1)
    return age
