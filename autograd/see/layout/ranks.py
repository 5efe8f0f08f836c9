"""Columns: how far right every box stands, and what a line passes on its way.

Only this file knows how ranks are chosen, and that a line longer than one rank is cut into pieces by
dummies. What it hands on is a *proper* layered graph: every segment joins two neighbouring ranks.

Lines that leave the same box share their dummies: a weight used at fifty time steps becomes one trunk
with fifty branches instead of fifty parallel tracks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from .geometry import Box, Line


class Kind(Enum):
    BOX = "box"
    LABEL = "label"
    DUMMY = "dummy"


@dataclass(frozen=True, slots=True)
class Layers:
    """A proper layered graph of items. The first items are the boxes, in their order.

    `before[i]` and `after[i]` are the items that a segment joins to item i, in ranks `rank[i]` - 1 and + 1.
    `age[i]` is the number of boxes on the longest way from a leaf to item i.
    `paths[k]` are the items along line k, from tail to head; `label_of[k]` is the one that is its label.
    """

    size: list[Box]
    kind: list[Kind]
    rank: list[int]
    age: list[int]
    before: list[list[int]]
    after: list[list[int]]
    paths: list[list[int]]
    label_of: list[int | None]


def topological_order(count: int, lines: Sequence[Line]) -> list[int]:
    """The boxes, tails before heads; ValueError when the lines form a cycle."""
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
    """The fewest ranks each line must bridge: two when something has to stand between its ends."""
    twins = Counter((line.tail, line.head) for line in lines)
    return [2 if line.label is not None or twins[line.tail, line.head] > 1 else 1 for line in lines]


def assign_ranks(count: int, lines: Sequence[Line]) -> list[int]:
    """The rank of every box, from 0 at the left, such that the lines are short.

    Longest paths are measured from the right, so that a leaf stands next to the op that uses it and not in
    the first column. That is already shortest for a tree. Shared inputs and several outputs leave slack;
    then whole chains are moved to the side on which more lines pull.
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

    # A chain moves as one: an op alone has nothing to gain by leaving the value it feeds.
    chain_of = list(range(count))
    for box in order:
        if len(incoming[box]) == 1 and len(outgoing[lines[incoming[box][0]].tail]) == 1:
            chain_of[box] = chain_of[lines[incoming[box][0]].tail]
    chains: dict[int, list[int]] = {}
    for box in order:
        chains.setdefault(chain_of[box], []).append(box)

    def slack(k: int) -> int:
        return rank[lines[k].head] - rank[lines[k].tail] - spans[k]

    for _ in range(16):
        moved = False
        for chain in chains.values():
            ins, outs = incoming[chain[0]], outgoing[chain[-1]]
            if len(ins) == len(outs):
                continue
            step = -min(map(slack, ins)) if len(ins) > len(outs) else min(map(slack, outs))
            if step:
                moved = True
                for box in chain:
                    rank[box] += step
        if not moved:
            break
    leftmost = min(rank, default=0)
    return [r - leftmost for r in rank]


def layers(boxes: Sequence[Box], lines: Sequence[Line]) -> Layers:
    """The proper layered graph of these boxes and lines."""
    size = list(boxes)
    kind = [Kind.BOX] * len(boxes)
    rank = assign_ranks(len(boxes), lines)
    age = [0] * len(boxes)
    for box, line in _lines_by_head(len(boxes), lines):
        age[box] = max(age[box], age[line.tail] + 1)

    def item(what: Kind, its_size: Box, its_rank: int, its_age: int) -> int:
        size.append(its_size)
        kind.append(what)
        rank.append(its_rank)
        age.append(its_age)
        return len(size) - 1

    nothing = Box(0.0, 0.0)
    twins = Counter((line.tail, line.head) for line in lines)
    trunk: dict[tuple[int, int], int] = {}
    paths: list[list[int]] = []
    label_of: list[int | None] = []
    for line in lines:
        path, label = [line.tail], None
        last = rank[line.head] - 1
        for r in range(rank[line.tail] + 1, rank[line.head]):
            if r == last and line.label is not None:
                label = item(Kind.LABEL, line.label, r, age[line.tail])
                path.append(label)
            elif r == last and twins[line.tail, line.head] > 1:
                # Twins must not share their last dummy: x * x would be drawn as one line.
                path.append(item(Kind.DUMMY, nothing, r, age[line.tail]))
            else:
                if (line.tail, r) not in trunk:
                    trunk[line.tail, r] = item(Kind.DUMMY, nothing, r, age[line.tail])
                path.append(trunk[line.tail, r])
        paths.append([*path, line.head])
        label_of.append(label)

    before: list[list[int]] = [[] for _ in size]
    after: list[list[int]] = [[] for _ in size]
    segments = dict.fromkeys(segment for path in paths for segment in pairwise(path))
    for tail, head in segments:
        after[tail].append(head)
        before[head].append(tail)
    return Layers(size, kind, rank, age, before, after, paths, label_of)


def _lines_by_head(count: int, lines: Sequence[Line]) -> list[tuple[int, Line]]:
    """Every (head, line), heads in topological order."""
    incoming: list[list[Line]] = [[] for _ in range(count)]
    for line in lines:
        incoming[line.head].append(line)
    return [(box, line) for box in topological_order(count, lines) for line in incoming[box]]
