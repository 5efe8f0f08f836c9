"""Naive ways to compute gradients, run on a real graph: recursion into the inputs, and `=` in place of `+=`.

    def visit(node):
        for i in node.inputs:
            i.grad += local(node, i) * node.grad  # of node.grad, only the part that has arrived so far
            visit(i)

This is wrong where a node that passes on its gradient is reached along several paths. It also makes one visit for each
path, and there can be exponentially many of them. The code here counts the visits without making them, and makes them
with a stack of its own in place of Python's. The caller silences NumPy's warnings.

Nodes and edges are numbers here, in lists: a list of a million numbers costs the garbage collector nothing, a million
tuples or generators cost it more than all else.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...engine.node import Node

MOST_COUNTED: Final = 10**300  # visits; a larger count would take as many digits as the graph has nodes


class Flow:
    """The edges along which gradients flow, with the right gradients: those of the sweep.

    nodes      newest first, as the sweep takes them; the root is node 0
    gradients  of each node
    begin      the edges from node k into its inputs are begin[k] to begin[k + 1]
    position   of each edge: the position of the input
    to         of each edge: the number of the node it leads to
    """

    __slots__ = ("_contributions", "_largest", "_sorted", "begin", "gradients", "nodes", "position", "to")

    def __init__(self, nodes: Sequence[Node], gradients: Sequence[Any]) -> None:
        self.nodes: Final = nodes
        self.gradients: Final = gradients
        self.begin: Final = [0]
        self.position: Final[list[int]] = []
        self.to: Final[list[int]] = []
        number = {node: k for k, node in enumerate(nodes)}
        for node in nodes:
            for position, i in enumerate(node.inputs):
                if 0 <= i._index < node._index:
                    self.position.append(position)
                    self.to.append(number[i])
            self.begin.append(len(self.to))
        self._contributions: Final[list[Any]] = [None] * len(self.to)
        self._largest: Final[dict[int, float]] = {}
        self._sorted: tuple[np.ndarray, np.ndarray] | None = None  # the edges by the node they lead to, and that node

    def contribution(self, k: int, edge: int, g: Any) -> Any:
        """Return what the gradient `g` of node k contributes along one of its edges.

        What its right gradient contributes is kept: most visits of most graphs pass that on.
        """
        right = type(g) is float and g == self.gradients[k]
        if right and g == 0.0:  # -0.0 contributes zeros of the other sign
            right = math.copysign(1.0, g) == math.copysign(1.0, self.gradients[k])
        if right and self._contributions[edge] is not None:
            return self._contributions[edge]
        node, position = self.nodes[k], self.position[edge]
        assert node.op is not None  # a leaf has no edges
        inputs = node.inputs
        part = inputs[position]._fit(
            node.op.vjp(position, g, node._data, [each._data for each in inputs], node.params), node.op.own
        )
        if right:
            self._contributions[edge] = part
        return part

    def agrees(self, k: int, got: Any) -> bool:
        """Tell whether this is the gradient of node k, up to rounding."""
        right = self.gradients[k]
        if isinstance(right, float) and got == right:
            return True  # of most nodes, and much faster
        if np.allclose(got, right, rtol=1e-6, atol=0.0, equal_nan=True):
            return True
        # Sums of the same contributions in another order, which differ in the last digits of the largest one.
        return bool(np.allclose(got, right, rtol=1e-6, atol=1e-12 * self._largest_contribution(k), equal_nan=True))

    def _largest_contribution(self, k: int) -> float:
        """Return the size of the largest finite contribution to node k."""
        if k not in self._largest:
            parts = []
            for edge in self._edges_into(k):
                user = bisect_right(self.begin, edge) - 1
                parts.append(np.ravel(self.contribution(user, edge, self.gradients[user])))
            sizes = np.abs(np.concatenate(parts or [np.zeros(1)]))
            self._largest[k] = float(sizes[np.isfinite(sizes)].max(initial=0.0))
        return self._largest[k]

    def _edges_into(self, k: int) -> list[int]:
        """Return the edges that lead to node k."""
        if self._sorted is None:
            to = np.array(self.to, dtype=np.int64)
            edges = np.argsort(to, kind="stable")
            self._sorted = edges, to[edges]
        edges, to = self._sorted
        first, last = np.searchsorted(to, (k, k + 1))
        found: list[int] = edges[first:last].tolist()
        return found

    def path_counts(self) -> list[int]:
        """Return the number of paths from the root to each node, at most MOST_COUNTED."""
        begin, to = self.begin, self.to
        counts = [0] * len(self.nodes)
        counts[0] = 1
        for k, count in enumerate(counts):  # the counts change while they are walked: a node comes after its users
            for edge in range(begin[k], begin[k + 1]):
                counts[to[edge]] = min(counts[to[edge]] + count, MOST_COUNTED)
        return counts

    def longest_path(self) -> int:
        """Return the number of nodes on the longest path from the root: so deep does the recursion go."""
        begin, to = self.begin, self.to
        depths = [1] * len(self.nodes)
        for k, depth in enumerate(depths):
            for edge in range(begin[k], begin[k + 1]):
                depths[to[edge]] = max(depths[to[edge]], depth + 1)
        return max(depths)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A visit that passed on a gradient before all of it had arrived."""

    visit: int  # counted from 1
    node: int
    passed_on: Any


@dataclass(frozen=True, slots=True)
class Recursion:
    """The result of the recursion."""

    gathered: Sequence[Any]  # the gradient of each node; None where the recursion ended before it
    complete: bool  # whether it came to its end
    unfinished: Unfinished | None  # the first such visit


def recurse(flow: Flow, to_end: bool) -> Recursion:
    """Run the naive recursion, to its end or to the first visit that passes on an unfinished gradient."""
    begin, to = flow.begin, flow.to
    gathered: list[Any] = [None] * len(flow.nodes)
    gathered[0] = flow.gradients[0]
    unfinished: Unfinished | None = None
    visits = 1
    stack, edges = [0], [0]  # the nodes that are being visited, and the next edge of each
    while stack:
        k, edge = stack[-1], edges[-1]
        if edge + 1 < begin[k + 1]:
            edges[-1] = edge + 1
        else:  # nothing is left to do after this visit
            stack.pop()
            edges.pop()
            if edge == begin[k + 1]:
                continue
        i = to[edge]
        part = flow.contribution(k, edge, gathered[k])
        gathered[i] = part if gathered[i] is None else gathered[i] + part
        visits += 1
        if begin[i] == begin[i + 1]:
            continue
        if unfinished is None and not flow.agrees(i, gathered[i]):
            unfinished = Unfinished(visits, i, gathered[i])
            if not to_end:
                return Recursion(gathered, False, unfinished)
        stack.append(i)
        edges.append(begin[i])
    return Recursion(gathered, True, unfinished)


def assign(flow: Flow) -> list[Any]:
    """Return the gradients of a sweep that writes `=` where it should add with `+=`."""
    assigned: list[Any] = [None] * len(flow.nodes)
    assigned[0] = flow.gradients[0]
    for k, g in enumerate(assigned):  # the list changes while it is walked: a node comes after its users
        for edge in range(flow.begin[k], flow.begin[k + 1]):
            assigned[flow.to[edge]] = flow.contribution(k, edge, g)
    return assigned


def first_wrong(flow: Flow, gradients: Sequence[Any]) -> int | None:
    """Return the newest node whose gradient is not the right one; None where all are right."""
    return next((k for k, g in enumerate(gradients) if not flow.agrees(k, g)), None)
