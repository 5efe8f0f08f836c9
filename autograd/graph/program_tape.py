"""Recording: a graph of Values on the tape of the compiled engine, which runs it again on other numbers.

The core gives the graph as arrays. Here they become those of the tape: slots in place of nodes, the tape's codes in
place of the core's, and the parameters of an op as constants among its operands.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from .. import native
from ..engine.node import Node
from ..engine.op import BUILT_IN, Op
from ..rules import lists as lists  # imported so that all ops of the tape are in BUILT_IN

Shape = tuple[int, ...]
# The tape's code of each op by name, and by the core's code; 0 is a leaf, and OTHER an op to be looked up by its name.
_BY_NAME: Final[dict[str, int]] = {} if native.tape is None else {n: k for k, n in enumerate(native.tape.names)}
_OTHER: Final = 255


def _code(name: str) -> int:
    op = BUILT_IN.get(name)
    return _BY_NAME[name] if op is None or not op.params else _OTHER


_CODES: Final = np.array([_code(name) for name in (native.core.names if _BY_NAME else ())] + [_OTHER], np.uint8)


class Recording:
    """A graph of Values on a tape.

    nodes, data     the nodes of the graph and the numbers that they held when it was recorded
    masked          whether a `where` is among its ops
    stale, unused   whether data was set after its use, and the inputs that no node uses
    moving          for each root, whether it depends on an input
    """

    __slots__ = ("_many", "_tape", "data", "masked", "moving", "nodes", "stale", "unused")

    def __init__(self, tape: Any, nodes: list[Node], data: np.ndarray, masked: bool, stale: bool, unused: list[int],
                 many: tuple[int, int]) -> None:  # fmt: skip
        self._tape: Final = tape
        self._many: Final = many  # roots and inputs
        self.nodes: Final = nodes
        self.data: Final = data
        self.masked: Final = masked
        self.stale: Final = stale
        self.unused: Final = unused
        self.moving: Final[list[bool]] = tape.moving()

    def numbers(self) -> dict[Node, float]:
        """Return the number of each node when the graph was recorded."""
        return dict(zip(self.nodes, self.data.tolist(), strict=True))

    def run(self, inputs: Sequence[Any], samples: Shape, seeds: Sequence[Any] | None) -> tuple[list[Any], list[Any]]:
        """Return the values of the roots and the gradients of the inputs: floats, or arrays with the samples' shape.

        `inputs` are floats and arrays of float64 that broadcast to the shape of the samples, and so are `seeds`, the
        gradients at the roots. Without seeds there are no gradients.
        """
        roots, count = self._many
        given = [*inputs, *(seeds or [1.0] * roots)]
        size = roots if seeds is None else roots + count
        if not samples:
            result = np.empty(size)
            self._tape.run(1, array("d", given), (), (result,))
            found = result.tolist()
        else:
            columns = tuple([None if np.ndim(x) == 0 else _column(x, samples) for x in given])
            numbers = [0.0 if np.ndim(x) else x for x in given]
            found = list(np.empty((size, *samples)))  # in one piece, because the system is slow to give many
            if math.prod(samples):
                self._tape.run(math.prod(samples), array("d", numbers), columns, tuple(found))
        return found[:roots], found[roots:]


def record(roots: list[Node], inputs: list[Node]) -> Recording | None:
    """Record the graph from the inputs to the roots; None where it is for the Python text.

    That is so without the compiled engine, and in a graph that has a Tensor, a user's own op, or an op that is not
    spelled in C, such as digamma. An input counts as a leaf, so the nodes that it is computed from are left out.
    """
    graph = native.core.graph(roots, inputs) if _BY_NAME else None
    if graph is None:
        return None
    nodes: list[Any] = graph[0]
    stale = bool(graph[-1])
    codes = _CODES[np.frombuffer(graph[1], np.uint8)]
    counts, edges, places = (np.frombuffer(graph[k], np.uint32) for k in (2, 3, 5))
    data = np.frombuffer(graph[4])
    ends = np.cumsum(counts)
    parameters: dict[str, int] = {}  # the place of each behind the nodes, by the text of the number
    extra: list[tuple[int, int]] = []  # the end of the operands of an op, and the place of a parameter
    for k in np.flatnonzero(codes == _OTHER):
        op: Op = nodes[k].op
        if BUILT_IN.get(op.name) is not op or op.name not in _BY_NAME:
            return None
        codes[k] = _BY_NAME[op.name]
        for name in op.params:
            place = parameters.setdefault(float(nodes[k].params[name]).hex(), len(parameters))
            extra.append((int(ends[k]), len(nodes) + place))
    used = np.zeros(len(nodes), bool)
    used[edges] = used[places[len(inputs) :]] = True
    if extra:
        at, place = np.array(extra).T
        edges = np.insert(edges, at, place)
        counts = counts + np.diff(np.searchsorted(at, ends, side="right"), prepend=0)
    is_leaf = codes == 0
    leaves = np.concatenate([np.flatnonzero(is_leaf), len(nodes) + np.arange(len(parameters))])
    results = np.flatnonzero(~is_leaf)
    slot = np.empty(len(nodes) + len(parameters), np.uint32)
    slot[np.concatenate([leaves, results])] = np.arange(len(slot))
    numbers = np.concatenate([data[is_leaf], [float.fromhex(text) for text in parameters]])
    first = np.concatenate([[0], np.cumsum(counts[results])]).astype(np.uint32)
    slots = slot[places]
    tape = native.tape.Tape(codes[results], first, slot[edges], numbers, slots[: len(inputs)], slots[len(inputs) :])
    return Recording(
        tape,
        nodes,
        data,
        bool(np.any(codes == _BY_NAME["where"])),
        stale,
        np.flatnonzero(~used[places[: len(inputs)]]).tolist(),
        (len(roots), len(inputs)),
    )


def _column(x: np.ndarray, samples: Shape) -> np.ndarray:
    """Return the number of each sample, in one piece of memory."""
    return np.require(np.broadcast_to(x, samples), np.float64, ["C", "A"])
