"""Naive ways to compute gradients, run on a real graph: recursion into the inputs, and `=` in place of `+=`.

    def visit(node):
        for i in node.inputs:
            i.grad += local(node, i) * node.grad  # of node.grad, only the part that has arrived so far
            visit(i)

This is wrong where a node that passes on its gradient is reached along several paths. It also makes one visit for each
path, and there can be exponentially many of them. The code here counts the visits without making them, and makes them
with a stack of its own in place of Python's. The caller silences NumPy's warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...engine.node import Node

MOST_COUNTED: Final = 10**300  # visits; a larger count would take as many digits as the graph has nodes
Edge = tuple[int, Node]  # the position of an input, and the input


def edges(node: Node) -> Iterator[Edge]:
    """Yield the inputs that the gradient of a node flows to, with their positions, as the sweep takes them."""
    return ((k, i) for k, i in enumerate(node.inputs) if 0 <= i._index < node._index)


def contribution(node: Node, g: Any, edge: Edge) -> Any:
    """Return what the gradient `g` of a node contributes to one of its inputs."""
    position, i = edge
    assert node.op is not None  # a leaf has no edges
    return i._fit(node.op.vjp(position, g, node._data, [each._data for each in node.inputs], node.params), node)


def path_counts(nodes: Sequence[Node]) -> dict[Node, int]:
    """Return the number of paths from the root to each node, at most MOST_COUNTED; `nodes` newest first."""
    counts = dict.fromkeys(nodes, 0)
    counts[nodes[0]] = 1
    for node in nodes:
        for _, i in edges(node):
            counts[i] = min(counts[i] + counts[node], MOST_COUNTED)
    return counts


def longest_path(nodes: Sequence[Node]) -> int:
    """Return the number of nodes on the longest path from the root: so deep does the recursion go."""
    depths = dict.fromkeys(nodes, 1)
    for node in nodes:
        for _, i in edges(node):
            depths[i] = max(depths[i], depths[node] + 1)
    return max(depths.values())


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A visit that passed on a gradient before all of it had arrived."""

    visit: int  # counted from 1
    node: Node
    passed_on: Any


@dataclass(frozen=True, slots=True)
class Recursion:
    """What the recursion did."""

    gathered: Mapping[Node, Any]
    complete: bool  # whether it came to its end
    unfinished: Unfinished | None  # the first such visit


class Exact:
    """The gradients of the sweep, and whether another number agrees with one of them up to rounding."""

    __slots__ = ("gradients", "users")

    def __init__(self, gradients: Mapping[Node, Any]) -> None:
        self.gradients: Final = gradients
        self.users: Final[dict[Node, list[tuple[Node, Edge]]]] = {}  # filled when the first number disagrees

    def agrees(self, node: Node, got: Any) -> bool:
        """Tell whether this is the gradient of the node."""
        right = self.gradients[node]
        if isinstance(right, float) and got == right:
            return True  # of most nodes, and much faster
        if np.allclose(got, right, rtol=1e-6, atol=0.0, equal_nan=True):
            return True
        # Sums of the same contributions in another order, which differ in the last digits of the largest one.
        return bool(np.allclose(got, right, rtol=1e-6, atol=1e-12 * self._largest(node), equal_nan=True))

    def _largest(self, node: Node) -> float:
        """Return the size of the largest finite contribution to a node."""
        if not self.users:
            for user in self.gradients:
                for edge in edges(user):
                    self.users.setdefault(edge[1], []).append((user, edge))
        parts = [contribution(user, self.gradients[user], edge) for user, edge in self.users.get(node, ())]
        sizes = np.abs(np.concatenate([np.ravel(part) for part in parts] or [np.zeros(1)]))
        return float(sizes[np.isfinite(sizes)].max(initial=0.0))


def recurse(root: Node, seed: Any, exact: Exact, to_end: bool) -> Recursion:
    """Run the naive recursion, to its end or to the first visit that passes on an unfinished gradient."""
    gathered: dict[Node, Any] = {root: seed}
    unfinished: Unfinished | None = None
    visits = 1
    stack = [(root, edges(root))]
    while stack:
        node, rest = stack[-1]
        edge = next(rest, None)
        if edge is None:
            stack.pop()
            continue
        i = edge[1]
        part = contribution(node, gathered[node], edge)
        gathered[i] = gathered[i] + part if i in gathered else part
        visits += 1
        if unfinished is None and i.op is not None and not exact.agrees(i, gathered[i]):
            unfinished = Unfinished(visits, i, gathered[i])
            if not to_end:
                return Recursion(gathered, False, unfinished)
        stack.append((i, edges(i)))
    return Recursion(gathered, True, unfinished)


def assign(nodes: Sequence[Node], seed: Any) -> dict[Node, Any]:
    """Return the gradients of a sweep that writes `=` where it should add with `+=`; `nodes` newest first."""
    assigned = {nodes[0]: seed}
    for node in nodes:
        for edge in edges(node):
            assigned[edge[1]] = contribution(node, assigned[node], edge)
    return assigned


def first_wrong(nodes: Sequence[Node], gradients: Mapping[Node, Any], exact: Exact) -> Node | None:
    """Return the newest node whose gradient is not the right one; None where all are right."""
    return next((node for node in nodes if not exact.agrees(node, gradients[node])), None)
