"""Assign every box to a rank, which is its column."""

from collections import Counter
from collections.abc import Sequence

from .geometry import Line

ROUNDS = 16
"""Passes over all chains that look for one that can be moved; most graphs are done after two or three."""


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
