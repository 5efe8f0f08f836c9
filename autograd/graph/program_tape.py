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
_WHERE: Final = native.codes.get("where", 0)
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
    """Record the graph from the inputs, each given once, to the roots; None if the Python text has to run it.

    This is so without the compiled engine, and for a graph that has a Tensor, a user's own op, or an op that is not
    spelled in C, such as digamma. An input counts as a leaf, so the nodes that it is computed from are left out.
    """
    ends = {node: k for k, node in enumerate(dict.fromkeys([*inputs, *roots]))}  # the first nodes of the graph
    graph = None if native.interpreter is None else native.core.graph([*ends], len(inputs))
    if graph is None:
        return None
    nodes, rows, places = graph
    row = np.frombuffer(rows, ROW)
    read = np.frombuffer(places, np.uint32) - 1  # the nodes that each node reads, one node after the other
    given, asked = [ends[node] for node in inputs], [ends[node] for node in roots]
    in_order = _in_slots(row)
    slot = np.empty(len(row), np.uint32)
    slot[in_order] = np.arange(len(row))
    tape = _tape(row, read, in_order, slot, given, asked)
    moving = tape.moving[slot]
    return Recording(
        tape,
        nodes,
        row["data"],
        moving[asked].tolist(),
        _is_masked(row, read, moving),
        _is_stale(row, read),
        _unused(row, read, given, asked),
    )


def _in_slots(row: np.ndarray) -> np.ndarray:
    """Return the nodes in the order of their slots: first the leaves, then the results as they were made."""
    leaves, results = np.flatnonzero(row["code"] == 0), np.flatnonzero(row["code"])
    return np.append(leaves, results[np.argsort(row["index"][results])])


def _tape(
    row: np.ndarray, read: np.ndarray, in_order: np.ndarray, slot: np.ndarray, given: list[int], asked: list[int]
) -> Tape:
    """Return the tape of the nodes; `in_order` are the nodes by their slots, and `slot` has the slot of each node."""
    leaves, results = np.split(in_order, [np.count_nonzero(row["code"] == 0)])
    counts = row["inputs"]
    return Tape(
        row["code"][results].astype(np.uint8),
        np.append(0, np.cumsum(counts[results])).astype(np.uint32),
        slot[read[_in_order(counts, results)]],
        row["data"][leaves],
        slot[given],
        slot[asked],
    )


def _in_order(counts: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return where the elements of some groups are, group by group in this order; each has as many as `counts` says.

    >>> _in_order(np.array([2, 0, 3]), np.array([2, 0]))
    array([2, 3, 4, 0, 1])
    """
    sizes = counts[order]
    begin, begin_in_order = np.cumsum(counts) - counts, np.cumsum(sizes) - sizes
    return np.repeat(begin[order] - begin_in_order, sizes) + np.arange(sizes.sum())


def _is_masked(row: np.ndarray, read: np.ndarray, moving: np.ndarray) -> bool:
    """Tell whether a `where` reads a node that depends on an input."""
    begin = np.cumsum(row["inputs"]) - row["inputs"]  # where in `read` the inputs of each node begin
    of_where = begin[row["code"] == _WHERE]
    return bool(moving[read[of_where[:, None] + range(3)]].any())


def _is_stale(row: np.ndarray, read: np.ndarray) -> bool:
    """Tell whether the data of a result was set after an op computed it, or that of a node after its use."""
    changed, index = row["changed"], row["index"]
    of_result = (changed > index) & (row["code"] != 0)
    return bool(of_result.any() or (changed[read] > np.repeat(index, row["inputs"])).any())


def _unused(row: np.ndarray, read: np.ndarray, given: list[int], asked: list[int]) -> list[int]:
    """Return which inputs, counted from 0, are neither read by a node nor a root."""
    used = np.zeros(len(row), bool)
    used[read] = used[asked] = True
    return np.flatnonzero(~used[given]).tolist()


def _column(x: Any, samples: Shape) -> Any:
    """Return an array as one with an element for each sample, in a row; a number as it is."""
    return np.broadcast_to(x, samples).reshape(-1) if isinstance(x, np.ndarray) else x
