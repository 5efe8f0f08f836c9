"""Choose a piece of a graph to draw: the surroundings of a node, or what lies between two nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...engine.node import Node
from .blocks import Block, elided


@dataclass(frozen=True, slots=True)
class Selection:
    """A piece of a graph: the ops outside of it in blocks, and the results whose own op is outside."""

    blocks: tuple[Block, ...]
    bare: frozenset[Node]


def around(focus: Node, depth: int, nodes: Sequence[Node], most: int) -> Selection:
    """Select the nodes at most `depth` ops before or after a node of the graph; no more than `most`, nearest first."""
    users = _users(nodes)
    near = {focus}
    for neighbours in (lambda node: node.inputs, lambda node: users.get(node, ())):
        edge: list[Node] = [focus]
        for _ in range(depth):
            edge = [other for node in edge for other in neighbours(node) if other not in near][: most - len(near)]
            near.update(edge)
    return selected(near, nodes)


def between(start: Node, end: Node, nodes: Sequence[Node]) -> Selection:
    """Select the nodes through which `end` depends on `start`. Raise ValueError where it does not."""
    found = on_path(start, end, nodes)
    if not found:
        raise ValueError(
            "path=(a, b) shows what lies between two nodes, and b does not depend on a; swap or change them"
        )
    return selected(found - {start}, nodes)


def on_path(start: Node, end: Node, nodes: Sequence[Node]) -> set[Node]:
    """Return the nodes on the ways from `start` to `end`, both included; none where `end` does not depend on it."""
    users = _users(nodes)
    after = _reached(start, lambda node: users.get(node, ()))
    return after & _reached(end, lambda node: node.inputs) if end in after else set()


def _users(nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = {}
    for node in nodes:
        for i in dict.fromkeys(node.inputs):
            found.setdefault(i, []).append(node)
    return found


def _reached(start: Node, neighbours: Callable[[Node], Iterable[Node]]) -> set[Node]:
    found = {start: None}
    walk = [start]
    for node in walk:
        for other in neighbours(node):
            if other not in found:
                found[other] = None
                walk.append(other)
    return set(found)


def selected(chosen: set[Node], nodes: Sequence[Node]) -> Selection:
    """Select these nodes and the inputs of their ops.

    The ops outside stand in blocks: all that lie before, all that lie after, and those in between in one block for each
    run of them in creation order, so that no arrow leads back.
    """
    ops = {node for node in chosen if node.op is not None}
    # An op with an input that is not chosen needs the box of that input, which has no op of its own in the picture.
    bare = {i for node in ops for i in node.inputs if i.op is not None and i not in ops}
    outside = [node for node in nodes if node.op is not None and node not in ops and node not in bare]
    shown = ops | bare
    before: set[Node] = set()
    after: set[Node] = set()
    for node in nodes:  # oldest first
        if any(i in shown or i in after for i in node.inputs):
            after.add(node)
    for node in reversed(nodes):
        if node in shown or node in before:
            before.update(node.inputs)
    blocks = []
    for where, inside in (("before", before - after), ("after", after - before)):
        if run := [node for node in outside if node in inside]:
            blocks.append(elided(run, where))
    blocks += [elided(run, "in between") for run in _runs(outside, before & after, nodes)]
    if aside := [node for node in outside if node not in before and node not in after]:
        blocks.append(elided(aside, "aside"))
    return Selection(tuple(blocks), frozenset(bare))


def _runs(outside: Sequence[Node], inside: set[Node], nodes: Sequence[Node]) -> list[list[Node]]:
    """Return the runs of these nodes that no other op interrupts in creation order."""
    hidden = {node for node in outside if node in inside}
    runs: list[list[Node]] = [[]]
    for node in nodes:
        if node in hidden:
            runs[-1].append(node)
        elif node.op is not None and runs[-1]:
            runs.append([])
    return [run for run in runs if run]
