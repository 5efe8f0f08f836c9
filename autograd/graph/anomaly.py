"""detect_anomaly: raise an error at the first nan or inf that a computation produces, with its op, inputs and line."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, final

import numpy as np

from ..engine.caller import caller, line_near_caller
from ..engine.forms import Kind
from ..engine.mode import Mode, Switch, Watch
from ..engine.node import Node
from ..engine.op import Op
from ..engine.quiet import quietly
from ..engine.text import listed, printable
from ..rules.elementwise import where
from .module_names import place_among_modules

SMALL: Final = 9  # elements of an array that is shown in full
HARMLESS: Final = "give it a harmless input, as in where(mask, f(where(mask, x, 1.0)), 0.0)"


class AnomalyError(RuntimeError):
    """A computation produced a nan or an inf."""


@final
class _NonFiniteWatch(Watch):
    """Raise an AnomalyError for every nan, and for every inf that an op or a rule computes from finite numbers.

    An inf that the user wrote is intended, such as the -inf of a mask before a softmax. It raises no error, and neither
    do the infs that follow from it. If a nan follows from it, the error names the op that first got the inf.
    """

    __slots__ = ("branches", "infinite", "origins", "sites")

    def __init__(self) -> None:
        self.sites: Final[dict[int, str]] = {}  # creation index -> the user's line; dropped when the mode ends
        # id -> a node that follows from a given inf, and where that was given; the node is kept, so its id stays in use
        self.origins: Final[dict[int, tuple[Node, str]]] = {}
        self.infinite: Final[set[int]] = set()  # creation indices of nodes with an infinite gradient that follows
        # Creation indices of nodes whose gradient came through where(), which makes it 0 in places.
        self.branches: Final[set[int]] = set()

    def forward(self, result: Node, op: Op, args: tuple[Any, ...]) -> None:
        line = caller()
        if result._index >= 0:
            self.sites[result._index] = line
        if finite(result._data):
            return
        origin = self._origin(args, op, line)
        if not origin or np.isnan(result._data).any() or _is_made(op, args, result._data):
            raise AnomalyError(
                f"{op.name} gave {_shown(result._data)}, from {_described(op, args, result)}\n  {line}"
                f"{_module()}{origin or _untaken_branch(result)}"
            )
        self.origins[id(result)] = (result, origin)

    def contribution(self, node: Node, to: Node, upstream: Any, gradient: Any) -> None:
        data = _data(gradient)
        if node.op is where or node._index in self.branches:
            self.branches.add(to._index)
        if finite(data) or node.op is None:
            return
        origin = self._origin((*node.inputs, node), node.op, self._site(node))
        if (origin or node._index in self.infinite) and not np.isnan(data).any():
            self.infinite.add(to._index)
            return
        which = 1 + [i is to for i in node.inputs].index(True)
        raise AnomalyError(
            f"backward through {node.op.name} brought the gradient of its input {which} to "
            f"{_shown(data)}, at {_described(node.op, node.inputs, gradient)}\n"
            f"  {self._site(node)}{_module(node)}{origin}{self._remedy(node, which - 1, _data(upstream))}"
        )

    def _remedy(self, node: Node, position: int, upstream: Any) -> str:
        """Return what to do where a gradient of 0 met an infinite derivative; "" for another cause."""
        if not _is_zero_times_inf(node, position, upstream):
            return ""
        if node._index in self.branches:
            return (
                "\n  where() took its other branch there, but this branch still gets the gradient 0, its derivative is "
                f"not finite, and 0 × inf is nan: {HARMLESS}"
            )
        return (
            "\n  the gradient that arrives there is 0, the derivative is not finite, and 0 × inf is nan: keep the "
            "input away from this point, for example with clip(x, min=1e-12)"
        )

    def _site(self, node: Node) -> str:
        return self.sites.get(node._index, "made before detect_anomaly()")

    def _origin(self, nodes: tuple[Any, ...], op: Op, line: str) -> str:
        """Return a sentence on where the first inf among these nodes was given; empty if they are all finite."""
        for node in nodes:
            if id(node) in self.origins:
                return self.origins[id(node)][1]
            if not finite(_data(node)):
                name = f"{printable(node.label)} = " if isinstance(node, Node) and node.label else ""
                return f"\n  {name}{_shown(_data(node))} was given to {op.name}, {line}"
        return ""


def _is_made(op: Op, args: tuple[Any, ...], data: Any) -> bool:
    """Tell whether an elementwise op computed an inf from finite numbers, beside infs that follow from a given one."""
    if op.kind is not Kind.ELEMENTWISE:
        return False
    finite_inputs = np.logical_and.reduce([np.broadcast_to(np.isfinite(_data(a)), np.shape(data)) for a in args])
    return bool((~np.isfinite(data) & finite_inputs).any())


def _is_zero_times_inf(node: Node, position: int, upstream: Any) -> bool:
    """Tell whether an elementwise rule gave nan where the arriving gradient is 0 and the derivative is inf or nan."""
    if node.op is None or node.op.kind is not Kind.ELEMENTWISE:
        return False
    inputs = [i._data for i in node.inputs]
    given, derivative = (
        node.op.vjp(position, g, node._data, inputs, node.params) for g in (upstream, upstream * 0 + 1.0)
    )
    return bool((np.isnan(given) & (np.asarray(upstream) == 0) & ~np.isfinite(derivative)).any())


def _untaken_branch(result: Node) -> str:
    """Return what to do if a where() near the caller's line may not take this result; "" if there is no where()."""
    op = result.op
    line = None if op is None or op is where or op.kind is not Kind.ELEMENTWISE else line_near_caller(r"\bwhere\(")
    if op is None or line is None:
        return ""
    nothing = np.zeros_like(result._data)[()]
    inputs = [i._data for i in result.inputs]
    gradients = [
        quietly(op.vjp, k, nothing, result._data, inputs, result.params)
        for k, i in enumerate(result.inputs)
        if i.requires_grad
    ]
    effect = (
        "does no harm, but this mode stops at it"
        if all(map(finite, gradients))
        else "still makes the gradient nan, because its derivative is not finite, and 0 times that is nan"
    )
    return f"\n  if the where() in line {line} takes its other branch there, this value {effect}: {HARMLESS}"


def _module(node: Node | None = None) -> str:
    """Return a line that names the module that made the node, or the one that is running."""
    place = place_among_modules(node)
    return f"\n  in the module {place}" if place else ""


@final
class detect_anomaly(Switch):
    """A mode that raises an AnomalyError at the first nan, or the first inf that is computed from finite numbers.

    The error names the op in the forward pass, the rule in the backward pass, the inputs, your line and the module. For
    arrays it gives the shapes and the index of the first such element. Where 0 times inf gave a nan in the backward
    pass, it says what to do. An inf that you wrote raises no error, such as the -inf of a mask; if a nan follows from
    it, the error names it. The mode checks every op and is slow: use it to find a fault, not to train.

    >>> with detect_anomaly():
    ...     Value(-1.0, label="x").log()
    Traceback (most recent call last):
    autograd.graph.anomaly.AnomalyError: log gave nan, from x = -1.0
      ...
    """

    def _entered(self, now: Mode) -> Mode:
        return Mode(now.recording, _NonFiniteWatch(), now)


def finite(data: Any) -> bool:
    """Tell whether every number is finite."""
    return bool(np.isfinite(data).all())


def _data(i: Any) -> Any:
    return i._data if isinstance(i, Node) else i


def _shown(data: Any) -> str:
    """Return the text of a number; of an array, its first element that is not finite, with its index and the shape."""
    if not np.shape(data):
        return repr(data if isinstance(data, float) else data.item())
    place = _place(data)
    return f"{data[place]} at {list(place)} of shape {data.shape}"


def _place(data: Any) -> tuple[int, ...]:
    """Return the index of the first element that is not finite."""
    return tuple(int(k) for k in np.argwhere(~np.isfinite(data))[0])


def _described(op: Op, inputs: tuple[Any, ...], of: Any) -> str:
    """Return the text of the inputs.

    Numbers and small arrays are written in full, others by shape. For an elementwise op, the element of an array that
    belongs to the first element of `of` that is not finite is added.
    """
    data = _data(of)
    place = _place(data) if op.kind == "elementwise" and np.shape(data) else None
    return listed([_input(i, np.shape(data), place) for i in inputs])


def _input(i: Node, shape: tuple[int, ...], place: tuple[int, ...] | None) -> str:
    data = _data(i)
    name = f"{printable(i.label) or 'a node'} = " if i.label or i.requires_grad or i.op is not None else ""
    if not isinstance(data, np.ndarray) or not data.shape:
        return f"{name}{data.item() if isinstance(data, np.ndarray) else data!r}"
    if data.size <= SMALL:
        return f"{name}{data.tolist()}"
    words = [f"shape {data.shape}"]
    # The gradient of a smaller input is a sum over many elements, so no element belongs to it.
    with suppress(ValueError):
        words += [f"{np.broadcast_to(data, shape)[place]} there"] if place is not None else []
    if not finite(data):
        words.append(f"not all finite: {_shown(data)}")
    return f"{name.removesuffix('= ')}with {', '.join(words)}" if name else f"an array with {', '.join(words)}"
