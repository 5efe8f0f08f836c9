"""Recording: a graph of Values on the tape of the compiled engine, which runs it again on other numbers.

The core gives the nodes in the order in which it finds them, and the parameters of an op as constants among its inputs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from .. import native
from ..engine.node import Node
from .tape import Tape

Shape = tuple[int, ...]
_WHERE: Final = native.names.index("where") if native.names else 0
# What the core tells of a node; `inputs` counts its inputs and parameters, and `code` is 0 in a leaf.
ROW: Final = np.dtype([("data", "f8"), ("index", "i8"), ("changed", "i8"), ("code", "u4"), ("inputs", "i4")])


class Recording:
    """A graph of Values on a tape.

    nodes, data     the nodes of the graph and the numbers that they held when it was recorded
    masked          whether an input decides about a `where`, or about what it chooses from
    stale, unused   whether data was set after its use, and the inputs that no node uses
    moving          for each root, whether it depends on an input
    """

    __slots__ = ("_tape", "data", "masked", "moving", "nodes", "stale", "unused")

    def __init__(
        self,
        tape: Tape,
        nodes: list[Node],
        data: np.ndarray,
        moving: list[bool],
        masked: bool,
        stale: bool,
        unused: list[int],
    ) -> None:
        self._tape: Final = tape
        self.nodes: Final = nodes
        self.data: Final = data
        self.masked: Final = masked
        self.stale: Final = stale
        self.unused: Final = unused
        self.moving: Final = moving

    def numbers(self) -> dict[Node, float]:
        """Return the number of each node when the graph was recorded."""
        return dict(zip(self.nodes, self.data.tolist(), strict=True))

    def run(self, inputs: Sequence[Any], samples: Shape, seeds: Sequence[Any] | None) -> tuple[list[Any], list[Any]]:
        """Return the values of the roots and the gradients of the inputs: floats, or arrays with the samples' shape.

        `inputs` are floats and arrays of float64 that broadcast to the shape of the samples, and so are `seeds`, the
        gradients at the roots. Without seeds there are no gradients.
        """
        roots, gradients = len(self.moving), seeds is not None
        given = [*inputs, *(seeds or ())]
        if not samples:
            found: list[Any] = self._tape.run(given, gradients)
        else:
            rows = self._tape.run_samples([_column(x, samples) for x in given], gradients, math.prod(samples))
            found = list(rows.reshape(len(rows), *samples))
        return found[:roots], found[roots:]


def record(roots: list[Node], inputs: list[Node]) -> Recording | None:
    """Record the graph from the inputs to the roots; None where it is for the Python text.

    That is so without the compiled engine, and in a graph that has a Tensor, a user's own op, or an op that is not
    spelled in C, such as digamma. An input counts as a leaf, so the nodes that it is computed from are left out.
    """
    ends = {node: k for k, node in enumerate(dict.fromkeys([*inputs, *roots]))}
    graph = None if native.interpreter is None else native.core.graph([*ends], len(dict.fromkeys(inputs)))
    if graph is None:
        return None
    nodes, rows, places = graph
    row, place = np.frombuffer(rows, ROW), np.frombuffer(places, np.uint32) - 1
    data, index, changed, count = row["data"], row["index"], row["changed"], row["inputs"]
    # The slots of a tape: the leaves in any order, and the results in the order in which they were computed.
    leaves, results = np.flatnonzero(row["code"] == 0), np.flatnonzero(row["code"])
    results = results[np.argsort(index[results])]
    slot = np.empty(len(nodes), np.uint32)
    slot[np.append(leaves, results)] = np.arange(len(nodes))
    first = np.append(0, np.cumsum(count[results]))
    begin = np.cumsum(count) - count  # where the inputs of each node begin in `place`
    read = slot[place[np.repeat(begin[results] - first[:-1], count[results]) + np.arange(len(place))]]
    given, roots_at = slot[[ends[node] for node in inputs]], slot[[ends[node] for node in roots]]
    used = np.zeros(len(nodes), bool)
    used[read] = used[roots_at] = True
    codes = row["code"][results].astype(np.uint8)
    tape = Tape(codes, first.astype(np.uint32), read, data[leaves], given, roots_at)
    masks = first[:-1][codes == _WHERE]  # where the operands of each `where` begin: the mask, and two to choose from
    return Recording(
        tape,
        nodes,
        data,
        tape.moving[roots_at].tolist(),
        bool(tape.moving[read[masks[:, None] + range(3)]].any()),
        bool((changed > index)[results].any() or (changed[place] > np.repeat(index, count)).any()),
        np.flatnonzero(~used[given]).tolist(),
    )


def _column(x: Any, samples: Shape) -> Any:
    """Return an array as one with an element for each sample, in a row; a number as it is."""
    return np.broadcast_to(x, samples).reshape(-1) if isinstance(x, np.ndarray) else x
