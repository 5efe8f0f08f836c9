"""Backward: one sweep over the graph, newest node first.

    a = 1; b = a + a; c = b + b

Why not simply recurse from c into its inputs? Because b is reached twice, and would pass on half of its gradient
twice; with n such steps that is 2**n visits, and recursion ends at a thousand. A node may only pass its gradient on
when all of it has arrived, so every node has to come after all nodes that use it. Creation order, backwards, is
such an order.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy import ndarray

from .ieee import compute, ieee
from .mode import Watch, mode
from .node import Node

# Two threads that sweep graphs with a shared leaf must not both read its old gradient before either writes.
_accumulating: Final = threading.Lock()


def topology(root: Node) -> list[Node]:
    """Every node that the root's gradient reaches, newest first."""
    nodes = [root]
    found = {root._index: root}
    for node in nodes:  # the list grows while it is walked
        for i in node.inputs:
            if type(i) is not float:
                index = i._index
                if index not in found and 0 <= index < node._index:  # not where it was first wanted later
                    found[index] = i
                    nodes.append(i)
    return [found[index] for index in sorted(found, reverse=True)]


def sweep(
    root: Node, seed: Any = 1.0, record: bool = False, nodes: list[Node] | None = None
) -> Iterator[tuple[Node, Any]]:
    """Yield `(node, gradient)` for every node below the root, newest first; each gradient is finished when it comes.

    record=True hands the rules nodes instead of what is in them, so that the gradients are nodes with a graph of
    their own, ready for another sweep. The gradients live in this generator and nowhere else: a sweep that is
    paused, nested or dropped in the middle leaves no trace on the graph. `nodes` is the root's topology, where the
    caller has it already.
    """
    watch = mode.get().watch
    first = root._fit(seed)
    nodes = nodes or topology(root)
    if type(first) is not float or watch is not None or record or len(set(map(type, nodes))) > 1:
        return _sweep(nodes, first, record, watch)  # a Value, too, may have come from a Tensor
    return _sweep_floats(nodes, first)


def _sweep(nodes: list[Node], first: Any, record: bool, watch: Watch | None) -> Iterator[tuple[Node, Any]]:
    # None: nothing has arrived yet. What is not in here wants no gradient, or came to want it after it was used.
    gradients: dict[int, Any] = dict.fromkeys([node._index for node in nodes])
    gradients[nodes[0]._index] = first
    sums: set[int] = set()  # whose gradient is an array made here by adding, and may be added to in its place
    for node in nodes:
        g = gradients.pop(node._index)
        yield node, g
        op = node.op
        if op is None:
            continue
        inputs = node.inputs
        params = node.params
        y: Any = node if record else node._data
        unary = op.unary
        binary = op.binary
        xs: Any
        # Each kind of op is looked at and called in its own way, because one way for all takes a tenth longer.
        if record:
            xs = inputs
        elif binary:
            a, b = inputs
            xs = (a if type(a) is float else a._data, b if type(b) is float else b._data)
        elif unary:
            xs = (inputs[0]._data,)
        else:
            xs = [i if type(i) is float else i._data for i in inputs]
        for position, i in enumerate(inputs):
            if type(i) is float:
                continue  # a constant. Not only speed: for x ** 2 at x = -3 the exponent's rule would want log(-3)
            index = i._index
            if i._changed > node._index or node._changed > node._index:
                i._unchanged(node)
                node._unchanged(None)
            if index not in gradients:
                continue
            x = xs[position]
            try:
                if binary:
                    rule: Any = op.rules[position]
                    contribution = rule(g, y, xs[0], xs[1])
                elif unary:
                    rule = op.rules[0]
                    contribution = rule(g, y, x, **params) if params else rule(g, y, x)
                else:
                    contribution = op.vjp(position, g, y, xs, params)
            except (ZeroDivisionError, OverflowError):  # where Python raises, IEEE has an answer
                contribution = op.vjp(position, g, y, xs, params)
            if (  # not as it should be already, as most are
                type(contribution) is not ndarray
                or type(x) is not ndarray
                or contribution.shape != x.shape
                or contribution.dtype is not x.dtype
                or i._changed
                or op.foreign
            ):
                contribution = i._fit(contribution, node)
            before = gradients[index]
            if before is None:
                gradients[index] = contribution
            elif index in sums:
                before += contribution
            elif type(contribution) is not ndarray or record:
                gradients[index] = before + contribution
            else:
                total = gradients[index] = np.asarray(before + contribution)
                if total.size > 1:  # one number is faster to add anew
                    sums.add(index)
            if watch is not None:
                watch.contribution(node, i, gradients[index])


def _sweep_floats(nodes: list[Node], first: float) -> Iterator[tuple[Node, float]]:
    """The same, where all gradients are floats and no one watches; most sweeps of Values, in three quarters of the
    time."""
    # Every sum begins with -0.0, which adds nothing; 0.0 would turn a gradient of -0.0 into 0.0.
    gradients = dict.fromkeys([node._index for node in nodes], -0.0)
    gradients[nodes[0]._index] = first
    gradients[-1] = -0.0  # what flows to inputs that want no gradient ends here
    for node in nodes:
        g = gradients[node._index]
        if type(g) is not float:  # a rule may give an int, or NumPy's float
            g = float(g)
        yield node, g
        op = node.op
        if op is None:
            continue
        inputs = node.inputs
        rules: Any = op.rules
        y = node._data
        if node._changed > node._index:
            node._unchanged(None)
        for i in inputs:
            if type(i) is not float and i._changed > node._index:
                i._unchanged(node)
        try:
            if op.binary:
                to_a, to_b = rules
                a, b = inputs
                if type(a) is float:
                    gradients[b._index] += to_b(g, y, a, b._data)
                    continue
                if type(b) is float:
                    gradients[a._index] += to_a(g, y, a._data, b)
                    continue
                to, and_to = a._index, b._index
                if to >= 0 and and_to >= 0:
                    xa, xb = a._data, b._data
                    ga, gb = to_a(g, y, xa, xb), to_b(g, y, xa, xb)
                    gradients[to] += ga
                    gradients[and_to] += gb
                    continue
            elif op.unary and op.smooth:
                (x,) = inputs
                gradients[x._index] += rules[0](g, y, x._data)
                continue
        except (ZeroDivisionError, OverflowError):
            pass  # where Python raises, IEEE has an answer: the general way below finds it
        if op.pairs and float not in map(type, inputs):
            xs = [i._data for i in inputs]
            to_a, to_b = rules
            half = len(xs) // 2
            rules = [to_a] * half + [to_b] * half
            for i, rule, xa, xb in zip(inputs, rules, xs[:half] * 2, xs[half:] * 2, strict=True):
                try:
                    contribution = rule(g, y, xa, xb)
                except (ZeroDivisionError, OverflowError):
                    contribution = ieee(rule, (g, y, xa, xb))
                gradients[i._index] += contribution
            continue
        xs = [i if type(i) is float else i._data for i in inputs]
        for position, i in enumerate(inputs):
            if type(i) is not float and i._index >= 0:
                gradients[i._index] += op.vjp(position, g, y, xs, node.params)


def backward(root: Node, seed: Any = 1.0) -> None:
    """Fill `.grad` on every node below the root.

    All or nothing: no `.grad` is touched before the sweep is over.
    """
    nodes = topology(root)
    # In a context where NumPy is quiet already, and which is left whatever happens, Ctrl-C too.
    compute(_drain, nodes, sweep(root, seed, nodes=nodes))


def _drain(nodes: list[Node], steps: Iterator[tuple[Node, Any]]) -> None:
    commit(nodes, [g for _, g in steps])


def commit(nodes: list[Node], gradients: list[Any]) -> None:
    """Write what a sweep found: leaves add it to the gradient they have, other nodes hold just this one."""
    with _accumulating:
        after = list(gradients)
        # How often an array stands among the gradients. A leaf's is its own, where the rules of a sum hand the same
        # array, or views of one, to both of its inputs.
        handed: Counter[int] | None = None
        for k, node in enumerate(nodes):
            if node.op is not None:
                continue
            g = after[k]
            before = node._grad
            if isinstance(before, Node):
                raise TypeError("a .grad holds plain numbers, and this one was set to a node; set it to None")
            if type(g) is float:
                after[k] = g if before is None else before + g
                continue
            if before is not None:
                if np.shape(before) != g.shape:
                    raise ValueError(
                        f"a .grad was set to the shape {np.shape(before)}, expected {g.shape}; set it to None"
                    )
                after[k] = np.asarray(before + g, dtype=g.dtype)
                continue
            if handed is None:
                handed = Counter(map(id, gradients))
            if type(g) is not np.ndarray or g.base is not None or handed[id(g)] > 1:
                after[k] = np.array(g)
        slots: Iterable[str] = repeat("_grad")
        if type(after[0]) is not float:  # Tensors, and Values that were stacked
            pairs = zip(nodes, after, strict=True)
            slots = ["_grad" if node.op is None or type(g) is float else "_lent" for node, g in pairs]
        # One call that stays in C from the first node to the last, where Ctrl-C cannot come between.
        deque(map(setattr, nodes, slots, after), maxlen=0)
