"""Stepper: the sweep, paused after every node.

What this file knows is how to go through the steps, forward and back, and when the graph's own gradients are filled.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...engine.dtypes import number
from ...engine.ieee import quietly
from ...engine.node import Node
from ...engine.sweep import commit, graph_nodes, sweep
from ...engine.text import text_table
from ...operands.tensor import Tensor
from ..picture.drawing import Drawing
from ..picture.figures import in_box, norm, single
from ..picture.scene import Progress, scene
from ..picture.words import local_derivatives, made, named, summed_dims
from .player import notebook, page
from .step import HEADER, RIGHT, RULES, Flow, Step, rows

EXACT: Final = 1_000  # elements of an array that are written to JSON


class Stepper:
    """Backprop on your own graph, step by step, forward and back.

    The graph's own `.grad` are left alone until the last step is taken; then they are filled, once, with what
    `backward()` would have left, to the bit. `labels` names nodes: {"x": x}, or globals(). A stepper shows the graph
    as it was when the stepper was made: data that is changed later is for the next one. `gradient` is what the sweep
    starts with at the root, as in `backward()`; a Tensor of several elements needs one.

    >>> x = Value(3.0, label="x")
    >>> stepper = Stepper(x * x)
    >>> print(stepper.next())
    step 1: v1 = x * x, data 9, gradient 1
      to x, as input 1: dv1/dx = x = 3; contribution 1 × 3 = 3; sum – → 3
      to x, as input 2: dv1/dx = x = 3; contribution 1 × 3 = 3; sum 3 → 6
    """

    def __init__(
        self,
        root: Node,
        labels: Mapping[str, object] | None = None,
        max_nodes: int = 100_000,
        gradient: Any = None,
    ) -> None:
        if not isinstance(root, Node):
            raise TypeError(f"a Stepper steps through the graph of a Value or a Tensor, got {type(root).__name__}")
        if not root.requires_grad:
            kind = type(root).__name__
            raise RuntimeError(f"this {kind} wants no gradient (made under no_grad() or by detach()): nothing to step")
        seed: Any
        if isinstance(root, Tensor):
            seed = root._seed(gradient)
        else:
            seed = number(1.0 if gradient is None else gradient, "a Stepper starts with")
        self._length: Final = len(graph_nodes(root, wanted=True))
        if self._length > max_nodes:
            raise ValueError(
                f"the graph has {self._length:,} nodes, more than max_nodes={max_nodes:,} to step through; take "
                "a smaller part of it, such as one sample's loss, or raise max_nodes"
            )
        self.root: Final = root
        nodes = graph_nodes(root)
        self.names: Final = named(nodes, labels)
        self.position = 0
        self._steps: list[Step] = []
        # Swept at once, and told slowly. Swept slowly, it would read data that an optimizer has changed in between,
        # and its rows would no longer agree with one another.
        self._data: dict[Node, Any] = {node: node._data for node in nodes}
        self._sweep: Final[list[tuple[Node, Any]]] = quietly(lambda: list(sweep(root, seed)))
        self._sums: dict[Node, Any] = {}
        self._committed = False
        self._arrays: Final = any(isinstance(node, Tensor) for node in nodes)
        self.header: Final = RULES if self._arrays else HEADER
        if self._arrays:
            # An array may be written into later, so all is told now; and of the arrays themselves, not of copies: how
            # an array lies in memory decides the last bit of a sum over it.
            self._steps = quietly(lambda: [self._pull(k) for k in range(self._length)])
            self._data = {node: np.array(x) if isinstance(x, np.ndarray) else x for node, x in self._data.items()}

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, k: int) -> Step:
        """Step k, counted from 0, wherever the stepper stands. IndexError where there is none."""
        place = operator.index(k)
        if not -self._length <= place < self._length:
            raise IndexError(f"there are {self._length} steps: expected 0 to {self._length - 1}, got {place}")
        k = place % self._length
        while len(self._steps) <= k:
            self._steps.append(self._pull(len(self._steps)))
        return self._steps[k]

    def __iter__(self) -> Iterator[Step]:
        """Every step from the first to the last, wherever the stepper stands; it does not move."""
        return (self[k] for k in range(self._length))

    def _pull(self, k: int) -> Step:
        node, g = self._sweep[k]
        data = [self._data[i] for i in node.inputs]
        flows = []
        for position, derivative in enumerate(local_derivatives(node, self.names, self._data)):
            if derivative is None or node.op is None:
                continue
            i = node.inputs[position]
            part = node.op.vjp(position, g, self._data[node], data, node.params)
            summed = summed_dims(np.shape(part), np.shape(i._data)) if self._arrays else ()
            contribution = i._fit(part)
            before = self._sums.get(i)
            self._sums[i] = contribution if before is None else before + contribution
            d, name = derivative, self.names[i]
            flows.append(
                Flow(i, position, name, d.formula, d.local, contribution, before, self._sums[i], d.rule, summed)
            )
        op = node.op.name if node.op is not None else ""
        shown = np.array(self._data[node]) if isinstance(node, Tensor) else self._data[node]
        return Step(k + 1, node, self.names[node], op, shown, g, tuple(flows), made(node, self.names))

    @property
    def step(self) -> Step | None:
        """The step that was taken last; None at the start."""
        return self[self.position - 1] if self.position else None

    def next(self) -> Step:
        """Take a step. IndexError when the last one is taken."""
        if self.position == self._length:
            raise IndexError(f"all {self._length} steps are taken; back() or goto(0) goes back")
        return self._move(self.position + 1)

    def back(self) -> Step | None:
        """Take a step back; the step one then stands at, None at the start. IndexError at the start."""
        if self.position == 0:
            raise IndexError("this is the start: no step to take back")
        self._move(self.position - 1)
        return self.step

    def goto(self, k: int) -> Step | None:
        """Go to where k steps are taken, 0 <= k <= len. IndexError elsewhere."""
        k = operator.index(k)
        if not 0 <= k <= self._length:
            raise IndexError(f"there are {self._length} steps: expected 0 to {self._length}, got {k}")
        if k == 0:
            self.position = 0
            return None
        return self._move(k)

    def until(self, node: Node) -> Step:
        """Go to the step of this node, where its gradient is finished. ValueError when it is not in the graph."""
        for step in self:
            if step.node is node:
                return self._move(step.number)
        raise ValueError(f"{node!r} is not among the nodes that this sweep reaches")

    def finish(self) -> Step:
        """Go to the end."""
        return self._move(self._length)

    def _move(self, k: int) -> Step:
        step = self[k - 1] if k else self[0]
        self.position = k
        if k == self._length and not self._committed:
            self._committed = True
            # Copies: what a graph is given, its owner may write into.
            found = [np.array(g) if isinstance(g, np.ndarray) else g for _, g in self._sweep]
            quietly(commit, [node for node, _ in self._sweep], found)
        return step

    def gradients(self) -> dict[Node, Any]:
        """What has arrived at each node by now; a node that nothing has arrived at is not in it."""
        arrived: dict[Node, Any] = {self.root: self[0].gradient} if self.position else {}
        for step in self._steps[: self.position]:
            arrived.update({flow.input: flow.after for flow in step.flows})
        return arrived

    def __str__(self) -> str:
        return text_table([self.header, *(row for step in self for row in rows(step))], RIGHT)

    def __repr__(self) -> str:
        return f"<Stepper of {self.names[self.root]}, {self.position} of {self._length} steps taken>"

    def to_json(self) -> dict[str, Any]:
        """The steps as plain data."""
        return {
            "format": "glassgrad-steps-1",
            "root": self.names[self.root],
            "position": self.position,
            "columns": list(self.header),
            "steps": [
                {
                    "number": step.number,
                    "node": step.name,
                    "op": step.op,
                    "made": step.made,
                    "data": _exact(step.data),
                    "gradient": _exact(step.gradient),
                    "words": {"gradient": in_box(step.gradient), "text": str(step), "rows": list(rows(step))},
                    "flows": [
                        {
                            "input": flow.name,
                            "position": flow.position,
                            "words": {"after": in_box(flow.after)},
                            "formula": flow.formula,
                            "local": _exact(flow.local),
                            "contribution": _exact(flow.contribution),
                            "before": _exact(flow.before),
                            "after": _exact(flow.after),
                            **({"rule": flow.rule, "summed": list(flow.summed)} if self._arrays else {}),
                        }
                        for flow in step.flows
                    ],
                }
                for step in self
            ],
        }

    def drawing(self, engine: str = "auto") -> Drawing:
        """The picture after the steps taken so far."""
        step = self.step
        contributions = {flow.position: flow.product(step.gradient) for flow in step.flows} if step else {}
        done = frozenset(s.node for s in self._steps[: self.position])
        return self._picture(self.gradients(), done, step.node if step else None, contributions, engine)

    def _final(self) -> Drawing:
        """The picture the player begins with, and shows without scripts: every gradient, and no step."""
        return self._picture(dict(self._sweep), frozenset(), None, {})

    def _picture(
        self,
        gradients: Mapping[Node, Any],
        done: frozenset[Node],
        now: Node | None,
        contributions: Mapping[int, str],
        engine: str = "auto",
    ) -> Drawing:
        room: dict[Node, int] = {}
        for flow in (flow for step in self for flow in step.flows):
            longest = max(map(len, in_box(flow.after).split("\n")))
            room[flow.input] = max(room.get(flow.input, 0), longest)
        if self._arrays:
            room[self.root] = max(map(len, in_box(self[0].gradient).split("\n")))
        progress = Progress(self._data, gradients, done, now, contributions, room)
        return Drawing(scene([self.root], self.names, progress), engine)

    def save(self, path: str | Path) -> Path:
        """Write the steps to a file, by its suffix: .txt the table, .json the data, .svg the picture as it is after
        the steps taken so far, .html the player. ValueError for any other suffix."""
        target = Path(path)
        write = {
            ".txt": lambda: str(self) + "\n",
            ".json": lambda: json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n",
            ".svg": lambda: self.drawing().svg,
            ".html": lambda: page(self._final().svg, self.to_json()),
        }.get(target.suffix.lower())
        if write is None:
            raise ValueError(f"a Stepper saves .txt, .json, .svg or .html, got {target.name!r}")
        target.write_text(write(), encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        return notebook(page(self._final().svg, self.to_json()), self.drawing()._repr_html_())


def _exact(x: Any) -> Any:
    """As JSON has it, which has no inf and no nan; an array as nested lists, a large one as its shape and norm."""
    if isinstance(x, np.ndarray) and x.ndim:
        if x.size > EXACT:
            return {"shape": list(x.shape), "norm": _exact(norm(x))}
        return _exact(x.tolist())
    if isinstance(x, list):
        return [_exact(each) for each in x]
    number = single(x)
    return number if number is None or abs(number) < float("inf") else repr(number)
