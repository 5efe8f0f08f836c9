"""Backward: one sweep over the graph, newest node first.

    a = 1; b = a + a; c = b + b

Why not simply recurse from c into its inputs? Because b is reached twice, and would pass on half of its gradient
twice; with n such steps that is 2**n visits, and recursion ends at a thousand. A node may only pass its gradient on
when all of it has arrived, so every node has to come after all nodes that use it. Creation order, backwards, is
such an order.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

import numpy as np

from .node import Node, mode
from .op import ieee

# Two threads that sweep graphs with a shared leaf must not both read its old gradient before either writes.
_accumulating: Final = threading.Lock()
_index: Final = attrgetter("index")


def topology(root: Node) -> list[Node]:
    """Every node that the root's gradient reaches, newest first."""
    nodes = [root]
    found = {root.index}
    for node in nodes:  # the list grows while it is walked
        for i in node.inputs:
            if type(i) is not float:
                index = i.index
                if index not in found and index >= 0:
                    found.add(index)
                    nodes.append(i)
    nodes.sort(key=_index, reverse=True)
    return nodes


def sweep(root: Node, seed: Any = 1.0, record: bool = False) -> Iterator[tuple[Node, Any]]:
    """Yield `(node, gradient)` for every node below the root, newest first; each gradient is finished when it comes.

    record=True hands the rules nodes instead of what is in them, so that the gradients are nodes with a graph of
    their own, ready for another sweep. The gradients live in this generator and nowhere else: a sweep that is
    paused, nested or dropped in the middle leaves no trace on the graph.
    """
    watch = mode.get().watch
    gradients: dict[int, Any] = {root.index: root.fit(seed)}
    for node in topology(root):
        g = gradients.pop(node.index)
        yield node, g
        op = node.op
        if op is None:
            continue
        if watch is not None:
            watch.backward(node)
        inputs = node.inputs
        params = node.params
        y: Any = node if record else node._data
        single = type(g) is float  # a rule may give one float for a whole array: only between floats nothing is to fit
        binary = op.binary
        if binary:
            # Most of any graph has two inputs; without lists to fill and unpack, they take half the time.
            a, b = inputs
            xa = a if record or type(a) is float else a._data
            xb = b if record or type(b) is float else b._data
        else:
            xs = inputs if record else [i if type(i) is float else i._data for i in inputs]
        if op.variadic:
            # Many inputs at once: the same as below, in a loop of its own, which is a quarter faster for each.
            for i, contribution in zip(inputs, op.contributions(g, y, xs, params), strict=True):
                if type(i) is float:
                    continue
                index = i.index
                if index < 0:
                    i.unchanged(node)
                    continue
                if not single or type(contribution) is not float:
                    contribution = i.fit(contribution, node)
                gradients[index] = gradients[index] + contribution if index in gradients else contribution
                if watch is not None:
                    watch.contribution(node, i, gradients[index])
            continue
        for position, i in enumerate(inputs):
            if type(i) is float:
                continue  # a constant. Not only speed: for x ** 2 at x = -3 the exponent's rule would want log(-3)
            index = i.index
            if index < 0:
                i.unchanged(node)  # no gradient is wanted for it, but the other rules read it
                continue
            if binary:
                rule: Any = op.rules[position]
                try:
                    contribution = rule(g, y, xa, xb)
                except (ZeroDivisionError, OverflowError):  # where Python raises, IEEE has an answer
                    contribution = ieee(rule, (g, y, xa, xb))
            else:
                contribution = op.vjp(position, g, y, xs, params)
            if not single or type(contribution) is not float:
                contribution = i.fit(contribution, node)
            gradients[index] = gradients[index] + contribution if index in gradients else contribution
            if watch is not None:
                watch.contribution(node, i, gradients[index])


@np.errstate(all="ignore")
def backward(root: Node, seed: Any = 1.0) -> None:
    """Fill `.grad` on every node below the root.

    All or nothing: no `.grad` is touched before the sweep is over.
    """
    nodes: list[Node] = []
    gradients: list[Any] = []
    for node, g in sweep(root, seed):
        nodes.append(node)
        gradients.append(g)
    commit(nodes, gradients)


def commit(nodes: list[Node], gradients: list[Any]) -> None:
    """Write what a sweep found: leaves add it to the gradient they have, other nodes hold just this one."""
    with _accumulating:
        after = list(gradients)
        held: set[int] = set()  # arrays that are some node's data or gradient already
        for k, node in enumerate(nodes):
            g = after[k]
            if node.op is None and node.grad is not None:
                if isinstance(node.grad, Node):
                    raise TypeError("a .grad holds plain numbers, and this one was set to a node; set it to None")
                if type(g) is not float and np.shape(node.grad) != g.shape:
                    raise ValueError(
                        f"a .grad was set to the shape {np.shape(node.grad)}, expected {g.shape}; set it to None"
                    )
                after[k] = node.grad + g if type(g) is float else np.array(node.grad + g, dtype=g.dtype)
            elif type(g) is not float:
                after[k] = _own(g, held or _arrays(nodes, held))
        # One call that stays in C from the first node to the last, where Ctrl-C cannot come between.
        deque(map(setattr, nodes, repeat("grad"), after), maxlen=0)


def _arrays(nodes: list[Node], held: set[int]) -> set[int]:
    """The arrays in the nodes, by identity."""
    held.update([id(node._data) for node in nodes])
    return held


def _own(g: Any, held: set[int]) -> Any:
    """The gradient as an array that no one else has: two leaves of a sum are handed the same one, or views of it."""
    if type(g) is not np.ndarray or g.base is not None or not g.flags.writeable or id(g) in held:
        g = np.array(g)
    held.add(id(g))
    return g
