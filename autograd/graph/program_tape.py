"""Recording: a graph of Values on the tape of the compiled engine, which runs it again on other numbers.

The core gives the graph as the arrays of a tape, in which the parameters of an op are constants among its operands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from .. import native
from ..engine.node import Node
from ..engine.op import OPS
from .tape import Tape

Shape = tuple[int, ...]
_WHERE: Final = native.names.index("where") if native.names else 0
_WITH_PARAMS: Final = np.array([bool(name and OPS[name].params) for name in native.names])  # by code


class Recording:
    """A graph of Values on a tape.

    nodes, data     the nodes of the graph and the numbers that they held when it was recorded
    masked          whether a `where` is among its ops
    stale, unused   whether data was set after its use, and the inputs that no node uses
    moving          for each root, whether it depends on an input
    """

    __slots__ = ("_tape", "data", "masked", "moving", "nodes", "stale", "unused")

    def __init__(
        self, tape: Tape, nodes: list[Node], data: np.ndarray, masked: bool, stale: bool, unused: list[int]
    ) -> None:
        self._tape: Final = tape
        self.nodes: Final = nodes
        self.data: Final = data
        self.masked: Final = masked
        self.stale: Final = stale
        self.unused: Final = unused
        self.moving: Final[list[bool]] = tape.moving

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
    graph = None if native.interpreter is None else native.core.graph([*inputs, *roots], len(inputs))
    if graph is None:
        return None
    nodes, codes, first, operands, data, places, stale = graph
    code, ends = np.frombuffer(codes, np.uint8), np.frombuffer(first, np.uint32)
    numbers, slots = np.frombuffer(data), np.frombuffer(places, np.uint32)
    read = np.frombuffer(operands, np.uint32)
    leaves, results = np.split(numbers, [len(nodes) - len(codes)])
    if _WITH_PARAMS[code].any():
        leaves, ends, read, slots = _with_params(nodes[len(leaves) :], leaves, ends, read, slots)
    given, roots_at = np.split(slots, [len(inputs)])
    used = np.zeros(len(leaves) + len(results), bool)
    used[read] = used[roots_at] = True
    return Recording(
        Tape(codes, ends, read, leaves, given, roots_at),
        nodes,
        numbers,
        _WHERE in codes,
        bool(stale),
        np.flatnonzero(~used[given]).tolist(),
    )


def _with_params(
    results: list[Node], leaves: np.ndarray, ends: np.ndarray, read: np.ndarray, slots: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Return these arrays of a tape with the parameters of ops as further leaves, and as operands behind the inputs."""
    found = [(k, float(node.params[name])) for k, node in enumerate(results) if node.op for name in node.op.params]
    after = np.array([k + 1 for k, _ in found])
    read, slots = (np.where(a < len(leaves), a, a + len(found)).astype(np.uint32) for a in (read, slots))
    new = np.arange(len(leaves), len(leaves) + len(found), dtype=np.uint32)
    read = np.insert(read, ends.astype(int)[after], new)
    shift = np.cumsum(np.bincount(after, minlength=len(ends)))
    return np.append(leaves, [value for _, value in found]), (ends + shift).astype(np.uint32), read, slots


def _column(x: Any, samples: Shape) -> Any:
    """Return an array as one with an element for each sample, in a row; a number as it is."""
    return np.broadcast_to(x, samples).reshape(-1) if isinstance(x, np.ndarray) else x
