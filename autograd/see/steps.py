"""Stepper: the sweep, paused after every node.

What this file knows is how to go through the steps, forward and back, and when the graph's own gradients are filled.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ..naming import graph, names
from ..node import Node
from ..sweep import commit, sweep, topology
from ..value import Value
from .draw import Drawing
from .player import notebook, page
from .scene import Progress, scene
from .step import HEADER, RIGHT, Flow, Step, rows
from .words import figure, local_derivatives, made, table


class Stepper:
    """Backprop on your own graph, step by step, forward and back.

    The graph's own `.grad` are left alone until the last step is taken; then they are filled, once, with what
    `backward()` would have left, to the bit. `labels` names nodes: {"x": x}, or globals(). A stepper shows the graph
    as it was when the stepper was made: data that is changed later is for the next one.

    >>> x = Value(3.0, label="x")
    >>> stepper = Stepper(x * x)
    >>> print(stepper.next())
    step 1: v1 = x * x, data 9, gradient 1
      to x, as input 1: dv1/dx = x = 3; contribution 1 × 3 = 3; sum – → 3
      to x, as input 2: dv1/dx = x = 3; contribution 1 × 3 = 3; sum 3 → 6
    """

    def __init__(self, root: Node, labels: Mapping[str, object] | None = None, max_nodes: int = 100_000) -> None:
        if not isinstance(root, Value):
            raise TypeError(f"a Stepper steps through the graph of a Value, got {type(root).__name__}")
        if not root.requires_grad:
            raise RuntimeError("this Value wants no gradient (made under no_grad() or by detach()): nothing to step")
        self._length: Final = len(topology(root))
        if self._length > max_nodes:
            raise ValueError(
                f"the graph has {self._length:,} nodes, more than max_nodes={max_nodes:,} to step through; take "
                "a smaller part of it, such as one sample's loss, or raise max_nodes"
            )
        self.root: Final = root
        nodes = graph(root)
        self.names: Final = names(nodes, labels)
        self.position = 0
        self._steps: list[Step] = []
        # Swept at once, and told slowly. Swept slowly, it would read data that an optimizer has changed in between,
        # and its rows would no longer agree with one another.
        self._data: Final[dict[Node, float]] = {node: node._data for node in nodes}
        self._sweep: Final[list[tuple[Node, float]]] = list(sweep(root))
        self._sums: dict[Node, float] = {}
        self._committed = False

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, k: int) -> Step:
        """Step k, counted from 0, wherever the stepper stands. IndexError where there is none."""
        place = operator.index(k)
        if not -self._length <= place < self._length:
            raise IndexError(f"there are {self._length} steps: expected 0 to {self._length - 1}, got {place}")
        k = place % self._length
        while len(self._steps) <= k:
            self._steps.append(self._pull())
        return self._steps[k]

    def __iter__(self) -> Iterator[Step]:
        """Every step from the first to the last, wherever the stepper stands; it does not move."""
        return (self[k] for k in range(self._length))

    def _pull(self) -> Step:
        node, g = self._sweep[len(self._steps)]
        data = [self._data[i] if isinstance(i, Node) else i for i in node.inputs]
        flows = []
        for position, derivative in enumerate(local_derivatives(node, self.names, self._data)):
            if derivative is None or node.op is None:
                continue
            i = node.inputs[position]
            contribution = i.fit(node.op.vjp(position, g, self._data[node], data, node.params))
            before = self._sums.get(i)
            self._sums[i] = contribution if before is None else before + contribution
            flows.append(Flow(i, position, self.names[i], *derivative, contribution, before, self._sums[i]))
        op = node.op.name if node.op is not None else ""
        how = made(node, self.names)
        return Step(len(self._steps) + 1, node, self.names[node], op, self._data[node], g, tuple(flows), how)

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
            commit([node for node, _ in self._sweep], [g for _, g in self._sweep])
        return step

    def gradients(self) -> dict[Node, float]:
        """What has arrived at each node by now; a node that nothing has arrived at is not in it."""
        arrived: dict[Node, float] = {self.root: self[0].gradient} if self.position else {}
        for step in self._steps[: self.position]:
            arrived.update({flow.input: flow.after for flow in step.flows})
        return arrived

    def __str__(self) -> str:
        return table([HEADER, *(row for step in self for row in rows(step))], RIGHT)

    def __repr__(self) -> str:
        return f"<Stepper of {self.names[self.root]}, {self.position} of {self._length} steps taken>"

    def to_json(self) -> dict[str, Any]:
        """The steps as plain data."""
        return {
            "format": "glassgrad-steps-1",
            "root": self.names[self.root],
            "position": self.position,
            "columns": list(HEADER),
            "steps": [
                {
                    "number": step.number,
                    "node": step.name,
                    "op": step.op,
                    "made": step.made,
                    "data": _exact(step.data),
                    "gradient": _exact(step.gradient),
                    "words": {"gradient": figure(step.gradient), "text": str(step), "rows": list(rows(step))},
                    "flows": [
                        {
                            "input": flow.name,
                            "position": flow.position,
                            "words": {"after": figure(flow.after)},
                            "formula": flow.formula,
                            "local": _exact(flow.local),
                            "contribution": _exact(flow.contribution),
                            "before": _exact(flow.before),
                            "after": _exact(flow.after),
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
        gradients: Mapping[Node, float],
        done: frozenset[Node],
        now: Node | None,
        contributions: Mapping[int, str],
        engine: str = "auto",
    ) -> Drawing:
        room: dict[Node, int] = {}
        for flow in (flow for step in self for flow in step.flows):
            room[flow.input] = max(room.get(flow.input, 0), len(figure(flow.after)))
        progress = Progress(self._data, gradients, done, now, contributions, room)
        return Drawing(scene(self.root, self.names, progress), engine)

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


def _exact(number: float | None) -> float | str | None:
    """JSON has no inf and no nan."""
    return number if number is None or abs(number) < float("inf") else repr(number)
