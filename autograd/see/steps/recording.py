"""Recording: one backward sweep, from one root or several, with the data it used, from which the steps are made.

The whole sweep runs when the recording is made. If it ran step by step, it would read data that an optimizer has
changed in between, and its steps would not agree with one another.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ...engine.accumulation import commit
from ...engine.changes import refuse_changed
from ...engine.node import Node
from ...engine.quiet import quietly
from ...engine.sweep import sweep
from ...operands.tensor import Tensor
from ..picture.formulas import input_data, local_derivatives, op_formula, summed_dims
from .step import Flow, Step


class Contribution(NamedTuple):
    """The contribution of a node to one input, and the sum of the input before and after it, in this sweep alone.

    `shape` is that of what the op's rule gave for arrays, before broadcasting was undone.
    """

    input: Node
    position: int
    amount: Any
    before: Any
    after: Any
    shape: tuple[int, ...]


class Arrival(NamedTuple):
    """Contribution number `position` of step number `step`, both counted from 0."""

    step: int
    position: int
    contribution: Contribution


class Recording:
    """The sweep from the roots, recorded. It writes nothing on the graph until `commit()` is called.

    Raise RuntimeError where the data of a node was set after the graph was computed from it.

    seeds    the gradient that the sweep begins with at each root
    data     the data of each node of the graph
    order    the nodes in the order of the sweep, newest first; step k is that of `order[k]`
    earlier  the gradients that earlier sweeps left on leaves
    arrays   whether the graph has a Tensor
    """

    def __init__(self, nodes: list[Node], names: Mapping[Node, str], seeds: Mapping[Node, Any]) -> None:
        refuse_changed(nodes)
        self.names: Final = names
        self.data: dict[Node, Any] = {node: node._data for node in nodes}
        leaves = [node for node in nodes if node.op is None and node.requires_grad]
        self.earlier: Final = {leaf: _earlier(leaf, names[leaf]) for leaf in leaves if leaf.grad is not None}
        self.arrays: Final = any(isinstance(node, Tensor) for node in nodes)
        self.seeds: Final = {root: root._fit(seed) for root, seed in seeds.items()}
        (root, seed), *further = self.seeds.items()
        self._sweep: Final[list[tuple[Node, Any]]] = quietly(lambda: list(sweep(root, seed, also=dict(further))))
        self.order: Final = [node for node, _ in self._sweep]
        self._sums: dict[Node, Any] = dict(self.seeds)  # of this sweep alone
        self._contributions: list[list[Contribution]] = []  # by number of the step
        self._arrivals: dict[Node, list[Arrival]] | None = None
        self._steps: dict[int, Step] = {}
        self._committed = False
        if self.arrays:
            # An array may be written into later, so all steps are made now. They are made of the arrays themselves,
            # because the memory layout of an array decides the last bit of a sum over it.
            for k in range(len(self._sweep)):
                quietly(self.step, k)
            self.data = {node: _copied(data) for node, data in self.data.items()}

    def __len__(self) -> int:
        return len(self._sweep)

    def contributions(self, k: int) -> list[Contribution]:
        """Return what step k, counted from 0, contributes to each input that a gradient flows to."""
        while len(self._contributions) <= k:
            node, g = self._sweep[len(self._contributions)]
            self._contributions.append(self._contribute(node, g))
        return self._contributions[k]

    def arriving(self, at: Iterable[Node]) -> list[Arrival]:
        """Return the contributions to these nodes, in order."""
        if self._arrivals is None:
            self._arrivals = {}
            for k in range(len(self)):
                for j, each in enumerate(self.contributions(k)):
                    self._arrivals.setdefault(each.input, []).append(Arrival(k, j, each))
        found = [each for node in at for each in self._arrivals.get(node, ())]
        return sorted(found, key=lambda each: each[:2])

    def _contribute(self, node: Node, g: Any) -> list[Contribution]:
        found: list[Contribution] = []
        if node.op is None:
            return found
        data = input_data(node, self.data)
        for position, i in enumerate(node.inputs):
            if 0 <= i._index < node._index:  # else a constant, or a leaf that came to want a gradient after this use
                part = node.op.vjp(position, g, self.data[node], data, node.params)
                amount = i._fit(part, node.op.own)
                before = self._sums.get(i)
                self._sums[i] = amount if before is None else before + amount
                shape = np.shape(part) if self.arrays else ()
                found.append(Contribution(i, position, amount, before, self._sums[i], shape))
        return found

    def step(self, k: int) -> Step:
        """Return step k, counted from 0; the steps of Values are made when they are first asked for."""
        if k not in self._steps:
            self._steps[k] = self._make_step(k)
        return self._steps[k]

    def _make_step(self, k: int) -> Step:
        node, g = self._sweep[k]
        found = self.contributions(k)
        derivatives = local_derivatives(node, self.names, self.data)
        times = Counter(node.inputs)
        flows = []
        for i, position, amount, before, after, shape in found:
            derivative = derivatives[position]
            assert derivative is not None
            summed = summed_dims(shape, np.shape(i._data)) if self.arrays else ()
            flows.append(
                Flow(
                    i, position, self.names[i], derivative.formula, derivative.local, amount,
                    self.with_earlier(i, before), self.with_earlier(i, after), derivative.rule, summed,
                    times[i] > 1,
                )
            )  # fmt: skip
        op = node.op.name if node.op is not None else ""
        gradient = self.with_earlier(node, g)
        made = op_formula(node, self.names, self.data)
        return Step(k + 1, node, self.names[node], op, _copied(self.data[node]), gradient, tuple(flows), made)

    def begun(self) -> dict[Node, Any]:
        """Return the gradient of each root before any contribution to it."""
        return {root: self.with_earlier(root, seed) for root, seed in self.seeds.items()}

    def with_earlier(self, node: Node, gradient: Any) -> Any:
        """Return what a leaf's `.grad` holds when this sweep has found `gradient` for it, to the bit."""
        earlier = self.earlier.get(node)
        if earlier is None or gradient is None:
            return gradient if earlier is None else earlier
        total = quietly(operator.add, earlier, gradient)
        return np.asarray(total, gradient.dtype) if isinstance(gradient, np.ndarray) else total

    def commit(self, also: Sequence[tuple[object, str, Any]] = ()) -> None:
        """Write the gradients of this sweep on the graph, all or none, as `backward()` does.

        `also` is set with them: attributes of other objects, as (owner, name, value). Raise RuntimeError the second
        time, and where data was changed since.
        """
        if self._committed:
            raise RuntimeError(
                "this Stepper has committed its gradients already, and a second time would add them to the leaves "
                "again; make a new Stepper, or call backward()"
            )
        refuse_changed(self.data)
        # Set in the same call: after a Ctrl-C in between, a second commit would add the gradients again.
        also = [*also, (self, "_committed", True)]
        quietly(commit, self.order, [_copied(g) for _, g in self._sweep], also)


def _earlier(leaf: Node, name: str) -> Any:
    """Return the gradient that earlier sweeps left on a leaf."""
    grad = leaf.grad
    if isinstance(grad, Node):
        raise TypeError(f"the .grad of {name} was set to a node, expected plain numbers; set it to None")
    if np.shape(grad) != np.shape(leaf._data):
        shapes = f"{np.shape(grad)}, expected {np.shape(leaf._data)}"
        raise ValueError(f"the .grad of {name} was set to the shape {shapes}; set it to None")
    return _copied(grad)


def _copied(x: Any) -> Any:
    return np.array(x) if isinstance(x, np.ndarray) else x
