"""Backward: one sweep over the graph, newest node first.

    a = 1; b = a + a; c = b + b

Recursing from c into its inputs would be wrong: b is reached twice, and would pass on half of its gradient twice; with
n such steps that is 2**n visits. A node may pass its gradient on only after all of it has arrived, so it comes after
every node that uses it. Creation order, reversed, is such an order.
"""

from __future__ import annotations

import operator
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import chain, repeat, starmap
from typing import Any, Final

import numpy as np

from .ieee import compute
from .mode import Watch, mode
from .node import Node
from .short_ways import is_of_floats, sweep_floats

_accumulating: Final = threading.Lock()  # two threads that share a leaf must not both read its old gradient


def graph_nodes(*roots: Node, wanted: bool = False) -> list[Node]:
    """Return every node of the graph below the roots, oldest first; `wanted`: only those a gradient flows to."""
    found = dict.fromkeys(roots)
    nodes = list(found)
    for node in nodes:  # the list grows while it is walked
        for i in node.inputs:
            # A leaf that came to want a gradient after its use gets none from that use.
            if i not in found and (not wanted or 0 <= i._index < node._index):
                found[i] = None
                nodes.append(i)
    return sorted(nodes, key=operator.attrgetter("_index"))


def sweep(
    root: Node, seed: Any = 1.0, record: bool = False, nodes: list[Node] | None = None
) -> Iterator[tuple[Node, Any]]:
    """Yield `(node, gradient)` for every node below the root, newest first; each gradient is finished when it comes.

    With record=True the rules get nodes instead of the data in them, so that the gradients are nodes with a graph of
    their own, ready for another sweep. The gradients live in this generator only: a sweep that is paused, nested or
    dropped leaves no trace on the graph. `nodes` is what the sweep goes over, where the caller has it already.
    """
    nodes = nodes or graph_nodes(root, wanted=True)[::-1]
    first, watch = root._fit(seed), mode.get().watch  # now: the generator may run under another mode
    if is_of_floats(nodes, first) and not record and watch is None:
        return sweep_floats(nodes, first)
    return _sweep(nodes, first, record, watch)


def _sweep(nodes: list[Node], first: Any, record: bool, watch: Watch | None) -> Iterator[tuple[Node, Any]]:
    gradients: dict[int, Any] = {node._index: None for node in nodes}  # None: nothing has arrived yet
    gradients[nodes[0]._index] = first
    own: set[int] = set()  # sums that were made here, so that the next contribution can be added in place
    for node in nodes:
        g = gradients.pop(node._index)
        yield node, g
        if node.op is None:
            continue
        node._refuse_change(None)
        y: Any = node if record else node._data
        xs: Any = node.inputs if record else [i._data for i in node.inputs]
        for position, i in enumerate(node.inputs):
            if i._changed > node._index:
                i._refuse_change(node)
            if i._index not in gradients:  # a constant. For x ** 2 at x = -3 the exponent's rule would want log(-3)
                continue
            contribution = i._fit(node.op.vjp(position, g, y, xs, node.params), node)
            gradients[i._index] = _sum(gradients[i._index], contribution, i._index, own, record)
            if watch is not None:
                watch.contribution(node, i, gradients[i._index])


def _sum(before: Any, contribution: Any, index: int, own: set[int], record: bool) -> Any:
    """Add a contribution to what has arrived; a large array that is a sum of this sweep is added to in place."""
    if before is None:
        return contribution
    if index in own:
        before += contribution
        return before
    if type(contribution) is not np.ndarray or record:
        return before + contribution
    if before.size > 1:  # a single number is faster to add anew
        own.add(index)
    return np.asarray(before + contribution)


def backward(root: Node, seed: Any = 1.0) -> None:
    """Fill `.grad` on every node below the root; nothing is written before the sweep is over."""
    nodes = graph_nodes(root, wanted=True)[::-1]
    compute(_drain, nodes, sweep(root, seed, nodes=nodes))


def _drain(nodes: list[Node], steps: Iterator[tuple[Node, Any]]) -> None:
    commit(nodes, [g for _, g in steps])


def commit(nodes: Sequence[Node], gradients: Sequence[Any], also: Sequence[tuple[object, str, Any]] = ()) -> None:
    """Write the gradients of a sweep, all or none: leaves add to the gradient they have, other nodes hold this one.

    `also` is set with them: attributes of other objects, as (owner, name, value).
    """
    handed = Counter(map(id, gradients))  # the rules of a sum hand the same array to both inputs
    with _accumulating:
        after = [node._accumulated(g, handed[id(g)] > 1) for node, g in zip(nodes, gradients, strict=True)]
        # One call that stays in C from the first node to the last, where Ctrl-C cannot come between.
        writes = zip(nodes, repeat("_grad"), after)
        deque(starmap(setattr, chain(writes, also)), maxlen=0)
