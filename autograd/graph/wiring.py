"""The ops of a graph as arrays: which op each is, and where its inputs come from.

Pieces of a graph are compared by these arrays: a piece is a contiguous run of ops, and two runs are alike where the ops
and the wiring relative to the start of the run are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ..engine.node import Node

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

    def handed_on(self, low: int, high: int, length: int) -> np.ndarray:
        """Return for each place from `low` to `high` how many results before it an op from there on uses soon.

        Soon is less than `length` ops after it was made: a value that is used long after belongs to no round.
        """
        edges = slice(self.begin[low], self.begin[high])
        user = np.repeat(np.arange(low, high), np.diff(self.begin[low : high + 1]))
        made = self.source[edges]
        soon = (made >= low) & (user - made < length)
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
        first of those found may take other inputs than the rest.
        """
        low, high = self.begin[start], self.begin[start + length * count]
        rows = self.source[low:high].reshape(count, -1)
        starts = (start + length * np.arange(count))[:, None]
        local = rows >= starts
        leaf = rows < 0
        relative = np.where(local, rows - starts, -1)
        kinds = np.where(local, 2, np.where(leaf, 1, 0))
        same_local = (relative[1:] == relative[:-1]).all(axis=1)
        pattern = _pattern(np.where(local, np.iinfo(np.int64).min, rows))
        # The inputs from outside of one run: equal ones are equal in the next run too. The first run of a loop may
        # take one leaf where the others take two results, so it is held to the leaves that are leaves in both.
        strict = same_local & (kinds[1:] == kinds[:-1]).all(axis=1) & (pattern[1:] == pattern[:-1]).all(axis=1)
        loose = same_local & ~(leaf[1:] & ~leaf[:-1]).any(axis=1)
        both = leaf[1:] & leaf[:-1]
        loose &= _same_groups(pattern[:-1], pattern[1:], both)
        outside = ~local & ~leaf
        step = np.diff(rows, axis=0)
        steady = np.ones(count, dtype=bool)
        if count > 2:
            steady[2:] = ((step[1:] == step[:-1]) | ~outside[2:]).all(axis=1)
        return _consecutive(strict, loose, steady)

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
    """Return what makes one op equal to another: op, parameters, shapes, and which of its inputs are the same node."""
    inputs, op = node.inputs, node.op
    twice = tuple(map(inputs.index, inputs)) if len(set(inputs)) < len(inputs) else len(inputs)
    if type(node._data) is float and not node.params:
        return (op, twice)
    shapes = tuple([np.shape(i._data) for i in inputs])
    params = tuple([(key, _hashable(value)) for key, value in node.params.items() if key != PICKED])
    return (op, twice, shapes, np.shape(node._data), str(getattr(node._data, "dtype", "")), params)


def _hashable(value: Any) -> Hashable:
    try:
        hash(value)
    except TypeError:
        return np.shape(value) if isinstance(value, np.ndarray) else repr(value)
    return value  # type: ignore[no-any-return]


def _consecutive(strict: np.ndarray, loose: np.ndarray, steady: np.ndarray) -> list[tuple[int, int]]:
    """Return (first, count) of each longest series of equal runs.

    strict, loose  run k and the next one are wired in the same way; `loose` holds where run k is the first
    steady         the inputs of run k lie as far from those of the run before as those from their predecessors
    """
    found = []
    first, count = 0, len(steady)
    while first < count - 1:
        last = first
        while last < count - 1 and (
            loose[last] if last == first else strict[last] and (last == first + 1 or steady[last + 1])
        ):
            last += 1
        if last > first:
            found.append((first, last - first + 1))
        first = last + 1
    return found


def _pattern(rows: np.ndarray) -> np.ndarray:
    """Return for each element of a row the first column that holds the same: [[7, 9, 7]] gives [[0, 1, 0]]."""
    if not rows.size:
        return rows
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    new = np.ones(rows.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    # The order is stable: the first of a group of equal elements is the one of the lowest column.
    at = np.maximum.accumulate(np.where(new, np.arange(rows.shape[1]), 0), axis=1)
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.take_along_axis(order, at, axis=1), axis=1)
    return found


def _same_groups(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Tell for each row whether the columns in `where` fall into the same groups in both patterns."""
    columns = np.arange(a.shape[1]) if a.ndim == 2 else 0
    a, b = (_pattern(np.where(where, x, -1 - columns)) for x in (a, b))
    return np.asarray((a == b).all(axis=1))
