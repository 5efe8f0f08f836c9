"""Backward: one sweep over the graph, newest node first.

    a = 1; b = a + a; c = b + b

Recursing from c into its inputs would be wrong: b is reached twice, and would pass on what has arrived so far, first 1
and then 2, so that a gets 6 in place of 4; with n such steps that is 2**n visits. A node may pass its gradient on only
after all of it has arrived, so it comes after every node that uses it. Creation order, reversed, is such an order.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from .. import native
from .accumulation import add, commit
from .mode import Watch, mode
from .node import Node
from .quiet import compute


def graph_nodes(*roots: Node, wanted: bool = False) -> list[Node]:
    """Return every node of the graph below the roots, oldest first; `wanted`: only those a gradient flows to."""
    found = dict.fromkeys(roots)
    nodes = list(found)
    for node in nodes:  # the list grows while it is walked
        for i in node.inputs:
            # If requires_grad was set after a use, that use contributes nothing.
            if i not in found and (not wanted or 0 <= i._index < node._index):
                found[i] = None
                nodes.append(i)
    return sorted(nodes, key=operator.attrgetter("_index"))


def sweep(
    root: Node,
    seed: Any = 1.0,
    record: bool = False,
    nodes: list[Node] | None = None,
    watch: Watch | None = None,
    also: Mapping[Node, Any] = MappingProxyType({}),
) -> Iterator[tuple[Node, Any]]:
    """Yield `(node, gradient)` for every node below the root, newest first; each gradient is finished when it comes.

    With record=True the rules get nodes instead of the data in them, so that the gradients are nodes with a graph of
    their own, ready for another sweep. The gradients live in this generator only: a sweep that is paused, nested or
    dropped leaves no trace on the graph. `nodes` and `watch` are given where the caller has them already. `also` holds
    the seeds of further roots: the sweep begins at all of them, and a seed comes first in the sum of its node.
    """
    nodes = nodes or graph_nodes(root, *also, wanted=True)[::-1]
    watch = watch or mode.get().watch
    gradients: dict[int, Any] = dict.fromkeys([node._index for node in nodes])
    for start, first in ((root, seed), *also.items()):
        gradients[start._index] = start._fit(first)
    own: set[int] = set()  # sums that were made here, so that the next contribution can be added in place
    for node in nodes:
        g = gradients.pop(node._index)
        yield node, g
        op = node.op
        if op is None:
            continue
        made, inputs, params = node._index, node.inputs, node.params
        if node._changed > made:
            node._refuse_change(None)
        y: Any = node if record else node._data
        xs: Any = inputs if record else [i._data for i in inputs]
        own_op = op.own
        for position, i in enumerate(inputs):
            if i._changed > made:
                i._refuse_change(node)
            index = i._index
            if index not in gradients:  # a constant: its rule is not called. That of 2 in x ** 2 would take log(x)
                continue
            contribution = i._fit(op.vjp(position, g, y, xs, params), own_op)
            before = gradients[index]
            if before is None:  # nothing has arrived yet
                gradients[index] = contribution
            elif type(before) is float:
                gradients[index] = before + contribution
            else:
                gradients[index] = add(before, contribution, index, own, record)
            if watch is not None:
                watch.contribution(node, i, g, gradients[index])


def backward(root: Node, seed: Any = 1.0) -> None:
    """Fill `.grad` on every node below the root; nothing is written before the sweep is over."""
    watch = mode.get().watch  # read here, because within `compute` the modes are the defaults
    if watch is None and native.sweep(root, seed):
        return
    nodes = graph_nodes(root, wanted=True)[::-1]
    compute(_drain, nodes, sweep(root, seed, False, nodes, watch))


def _drain(nodes: list[Node], steps: Iterator[tuple[Node, Any]]) -> None:
    commit(nodes, [g for _, g in steps])
