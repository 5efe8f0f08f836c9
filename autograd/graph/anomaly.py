"""The search for the first number that is not finite: the op that gave it, its inputs and the user's own line."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, final

import numpy as np

from ..engine.caller import caller
from ..engine.mode import Mode, Switch, Watch
from ..engine.node import Node
from ..engine.op import Op

SMALL: Final = 9  # elements of an array that is shown in full


class AnomalyError(RuntimeError):
    """A number that is not finite."""


@final
class _Detective(Watch):
    __slots__ = ("sites",)

    def __init__(self) -> None:
        self.sites: dict[int, str] = {}  # creation index -> the user's line; gone when the mode ends

    def forward(self, result: Node, op: Op, args: tuple[Any, ...]) -> None:
        line = caller()
        if result._index >= 0:
            self.sites[result._index] = line
        if not finite(result._data):
            raise AnomalyError(f"{op.name} gave {_shown(result._data)}, from {_described(op, args, result)}\n  {line}")

    def contribution(self, node: Node, to: Node, gradient: Any) -> None:
        if not finite(_data(gradient)) and node.op is not None:
            which = 1 + [i is to for i in node.inputs].index(True)
            raise AnomalyError(
                f"backward through {node.op.name} brought the gradient of its input {which} to "
                f"{_shown(_data(gradient))}, at {_described(node.op, node.inputs, gradient)}\n"
                f"  {self._site(node)}"
            )

    def _site(self, node: Node) -> str:
        return self.sites.get(node._index, "made before detect_anomaly()")


@final
class detect_anomaly(Switch):
    """Within it, the first inf or nan raises an AnomalyError that names the op, its inputs and your line.

    Forward, the op that gives it; backward, the rule that gives it; of arrays also the shapes, and the index of the
    first such element. Every op is looked at, so this is for finding a fault, not for training.

    >>> with detect_anomaly():
    ...     Value(-1.0, label="x").log()
    Traceback (most recent call last):
    autograd.graph.anomaly.AnomalyError: log gave nan, from x = -1.0
      ...
    """

    def _entered(self, now: Mode) -> Mode:
        return Mode(now.recording, _Detective(), now)


def finite(data: Any) -> bool:
    """Whether every number in it is."""
    return bool(np.isfinite(data).all())


def _data(i: Any) -> Any:
    return i._data if isinstance(i, Node) else i


def _shown(data: Any) -> str:
    """A number, or the first element of an array that is not finite, with its index and the array's shape."""
    if not np.shape(data):
        return repr(data if isinstance(data, float) else data.item())
    place = _place(data)
    return f"{data[place]} at {list(place)} of shape {data.shape}"


def _place(data: Any) -> tuple[int, ...]:
    """Where the first element that is not finite is."""
    return tuple(int(k) for k in np.argwhere(~np.isfinite(data))[0])


def _described(op: Op, inputs: tuple[Any, ...], of: Any) -> str:
    """The inputs: numbers and small arrays in full, others by shape and, of an op that works element by element, the
    element that went into the one that is not finite in `of`."""
    data = _data(of)
    place = _place(data) if op.kind == "elementwise" and np.shape(data) else None
    words = [_input(i, np.shape(data), place) for i in inputs]
    return ", ".join(words[:8]) + (f" and {len(words) - 8} more" if len(words) > 8 else "")


def _input(i: Node, shape: tuple[int, ...], place: tuple[int, ...] | None) -> str:
    data = _data(i)
    name = f"{i.label or 'a node'} = " if i.label or i.requires_grad or i.op is not None else ""
    if not isinstance(data, np.ndarray) or not data.shape:
        return f"{name}{data.item() if isinstance(data, np.ndarray) else data!r}"
    if data.size <= SMALL:
        return f"{name}{data.tolist()}"
    words = [f"shape {data.shape}"]
    with suppress(ValueError):  # beside the gradient of a smaller input, into which many elements went
        words += [f"{np.broadcast_to(data, shape)[place]} there"] if place is not None else []
    if not finite(data):
        words.append(f"not all finite: {_shown(data)}")
    return f"{name.removesuffix('= ')}with {', '.join(words)}" if name else f"an array with {', '.join(words)}"
