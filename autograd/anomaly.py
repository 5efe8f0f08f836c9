"""Where did the nan come from? The first non-finite number, with the op, its inputs and the user's own line."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from .node import Mode, Node, Switch, Watch
from .op import Op
from .site import site


class AnomalyError(RuntimeError):
    """A number that is not finite, or data that changed between forward and backward."""


@final
class _Detective(Watch):
    __slots__ = ("sites",)

    def __init__(self) -> None:
        self.sites: dict[int, str] = {}  # creation index -> the user's line; gone when the mode ends

    def forward(self, result: Node, op: Op, args: tuple[Any, ...]) -> None:
        line = site()
        if result.index >= 0:
            self.sites[result.index] = line
        if not finite(result._data):
            raise AnomalyError(f"{op.name} gave {result._data!r}, from {_described(args)}\n  {line}")

    def backward(self, node: Node) -> None:
        if node.op is None:
            return
        again = node.op.forward(tuple([_data(i) for i in node.inputs]), node.params)
        if not np.array_equal(again, node._data, equal_nan=True):
            raise AnomalyError(
                f"the data of an input of {node.op.name} was changed between forward and backward: it gave "
                f"{node._data!r} then and gives {again!r} now, so its derivative would be taken at the wrong place; "
                f"call backward() before changing .data\n  {self.sites.get(node.index, 'made before detect_anomaly()')}"
            )

    def contribution(self, node: Node, to: Node, gradient: Any) -> None:
        if not finite(_data(gradient)) and node.op is not None:
            which = 1 + [i is to for i in node.inputs].index(True)
            raise AnomalyError(
                f"backward through {node.op.name} brought the gradient of its input {which} to "
                f"{_data(gradient)!r}, at {_described(node.inputs)}\n"
                f"  {self.sites.get(node.index, 'made before detect_anomaly()')}"
            )


@final
class detect_anomaly(Switch):
    """Within it, the first inf or nan raises an AnomalyError that names the op, its inputs and your line.

    Forward, the op that gives it; backward, the rule that gives it. Data changed between the two is found as well.
    Every op is looked at, so this is for finding a fault, not for training.

    >>> with detect_anomaly():
    ...     Value(-1.0, label="x").log()
    Traceback (most recent call last):
    autograd.anomaly.AnomalyError: log gave nan, from x = -1.0
      ...
    """

    def _changed(self, now: Mode) -> Mode:
        return Mode(now.recording, _Detective(), now)


def finite(data: Any) -> bool:
    """Whether every number in it is."""
    return bool(np.isfinite(data).all())


def _data(i: Any) -> Any:
    return i._data if isinstance(i, Node) else i


def _described(inputs: tuple[Any, ...]) -> str:
    words = [f"{i.label or 'a node'} = {i._data!r}" if isinstance(i, Node) else repr(i) for i in inputs]
    return ", ".join(words[:8]) + (f" and {len(words) - 8} more" if len(words) > 8 else "")
