"""The ops of a graph as arrays: which op each is, and where its inputs come from.

Pieces of a graph are compared by these arrays: a piece is a contiguous run of ops, and two runs are alike where the ops
and the wiring relative to the start of the run are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ..engine.forms import Kind
from ..engine.node import Node
from .rounds import Rounds

PICKED: Final = "index"  # the parameter that says which element is taken: step 3 of a loop may take x[3]


@dataclass(frozen=True, slots=True)
class Alike:
    """How consecutive equal runs use each other.

    chained  a run uses results of those before it, and not only to add to a running sum
    apart    no run uses results of another one
    """

    chained: bool
    apart: bool


class Wiring:
    """The results of ops, oldest first, and for each of their inputs its place among them; negative for a leaf.

    token   equal numbers for equal ops with equal parameters and shapes
    source  the places of the inputs of all ops in one array; those of op k are source[begin[k]:begin[k + 1]]
    """

    __slots__ = ("_tokens", "begin", "ops", "source", "sources", "token")

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.ops: Final = sorted((node for node in nodes if node.op is not None), key=lambda node: node._index)
        self._tokens: Final[dict[Hashable, int]] = {}
        place = {node: k for k, node in enumerate(self.ops)}
        leaves: dict[Node, int] = {}
        self.sources: Final[list[int]] = []
        begin = [0]
        for node in self.ops:
            for i in node.inputs:
                at = place.get(i)
                self.sources.append(~leaves.setdefault(i, len(leaves)) if at is None else at)
            begin.append(len(self.sources))
        self.token: Final = [self.number(_ingredients(node)) for node in self.ops]
        self.begin: Final = np.array(begin)
        self.source: Final = np.array(self.sources, dtype=np.int64)

    def number(self, what: Hashable) -> int:
        """Return a number for something hashable: the same for equal things."""
        return self._tokens.setdefault(what, len(self._tokens))

    def since_last_use(self) -> list[int]:
        """Return a number for each op: the same where the ops are equal and have equal distances to their inputs.

        The distance is that to the op that made the input or used it last: so it is the same in each round of a loop,
        for results of the round before and for what all rounds share.
        """
        last: dict[int, int] = {}
        found: list[int] = []
        for k, token in enumerate(self.token):
            sources = self.inputs(k)
            found.append(self.number((token, *[k - last[s] if s in last else -1 for s in sources])))
            last.update(dict.fromkeys(sources, k))
            last[k] = k
        return found

    def inputs(self, k: int) -> list[int]:
        """Return the places of the inputs of op k."""
        return self.sources[self.begin[k] : self.begin[k + 1]]

    def goes_on(self, k: int) -> bool:
        """Tell whether op k uses the result of the op before it."""
        return k - 1 in self.inputs(k)

    def handed_on(self, low: int, high: int, length: int) -> np.ndarray:
        """Return for each place from `low` to `high` how many results before it an op from there on uses soon.

        Soon is at most twice `length` ops after it was made: a value that is used long after belongs to no round.
        """
        edges = slice(self.begin[low], self.begin[high])
        user = np.repeat(np.arange(low, high), np.diff(self.begin[low : high + 1]))
        made = self.source[edges]
        soon = (made >= low) & (user - made <= 2 * length)
        last = np.arange(low, high)
        np.maximum.at(last, made[soon] - low, user[soon])
        change = np.zeros(high - low + 2, dtype=np.int64)
        change[1:-1] += 1  # a result is there after its op, and no more after its last use
        np.add.at(change, last - low + 1, -1)
        return np.cumsum(change)[:-1]

    def shape_of(self, low: int, high: int) -> Hashable:
        """Return what the run from `low` to `high` computes, in numbers that do not depend on where it stands."""
        outside: dict[int, int] = {}
        sources = self.sources[self.begin[low] : self.begin[high]]
        wires = [s - low if s >= low else ~outside.setdefault(s, len(outside)) for s in sources]
        return (*self.token[low:high], -1, *wires)

    def alike(self, start: int, length: int, count: int) -> list[tuple[int, int]]:
        """Return which of `count` consecutive runs of `length` ops from `start` on are wired in the same way.

        The result are pairs: so many from the run of this number on. All of the runs have the same tokens already. The
        first ones of those found may start from other inputs than results of the runs before them.
        """
        low, high = self.begin[start], self.begin[start + length * count]
        return Rounds(self.source[low:high].reshape(count, -1), start, length).alike()

    def judged(self, start: int, length: int, count: int) -> Alike:
        """Say how `count` equal runs from `start` on use each other, by the inputs of the last one."""
        at = start + length * (count - 1)
        row = self.source[self.begin[at] : self.begin[at + length]]
        columns = np.flatnonzero((row >= start) & (row < at))
        users = np.searchsorted(self.begin, self.begin[at] + columns, side="right") - 1 - at
        inner = row[row >= at] - at
        chained = False
        for user, column in zip(users.tolist(), columns.tolist(), strict=True):
            op = self.ops[at + user].op
            sums = op is not None and op.name == "add" and row[column] == at - length + user
            chained = chained or not sums or bool((inner == user).any())
        only_sums = length == len(set(users.tolist()))
        return Alike(chained or only_sums, not len(columns))


def _ingredients(node: Node) -> Hashable:
    """Return what makes one op equal to another: op, parameters, shapes, and how many inputs it has."""
    inputs, op = node.inputs, node.op
    if type(node._data) is float and not node.params:
        return (op, len(inputs))
    shapes = [np.shape(i._data) for i in inputs]
    if op is not None and op.kind is Kind.ELEMENTWISE:
        # The first round of a loop may take a plain number where the later ones take an array.
        number = [i.op is None and i._index < 0 and shape == () for i, shape in zip(inputs, shapes, strict=True)]
        shapes = [np.shape(node._data) if fits else shape for fits, shape in zip(number, shapes, strict=True)]
    params = tuple([(key, _hashable(value)) for key, value in node.params.items() if key != PICKED])
    return (op, tuple(shapes), np.shape(node._data), str(getattr(node._data, "dtype", "")), params)


def _hashable(value: Any) -> Hashable:
    try:
        hash(value)
    except TypeError:
        return np.shape(value) if isinstance(value, np.ndarray) else repr(value)
    return value  # type: ignore[no-any-return]
