"""Compare consecutive runs of the same ops by their wiring: which of them are rounds of one loop, or equal pieces.

The first rounds of a loop start from other inputs than the rest: the first one from the initial state, and where a
round uses the results of the last two, as a filter does, the second one too.
"""

from __future__ import annotations

from typing import Final

import numpy as np

LEAST_SURE: Final = 3  # equal rounds that are never given up for another series


class Rounds:
    """Runs of equal ops, each a row: the places of all inputs, negative for leaves.

    strict  run k and the next one are wired in the same way
    steady  the inputs of run k + 1 lie as far from those of run k as those from their predecessors
    loose   run k has the same wiring as the next one inside, and may start from other inputs
    """

    __slots__ = (
        "_leaf",
        "_length",
        "_local",
        "_outside",
        "_pattern",
        "_rows",
        "_starts",
        "_steps",
        "loose",
        "steady",
        "strict",
    )

    def __init__(self, rows: np.ndarray, start: int, length: int) -> None:
        self._rows: Final = rows
        self._length: Final = length
        self._starts: Final = start + length * np.arange(len(rows))
        starts = self._starts[:, None]
        self._local: Final = rows >= starts
        self._leaf: Final = rows < 0
        # The inputs from outside of one run: equal ones are equal in the next run too.
        self._pattern: Final = _pattern(np.where(self._local, np.iinfo(np.int64).min, rows))
        self._steps: Final = np.diff(rows, axis=0)
        local, leaf, pattern = self._local, self._leaf, self._pattern
        relative = np.where(local, rows - starts, -1)
        kinds = np.where(local, 2, np.where(leaf, 1, 0))
        same_local = (relative[1:] == relative[:-1]).all(axis=1)
        same_kinds = (kinds[1:] == kinds[:-1]).all(axis=1)
        self.strict: Final = same_local & same_kinds & (pattern[1:] == pattern[:-1]).all(axis=1)
        # A run may take one leaf where the later ones take two results, so it is held to the leaves of both.
        same_groups = _same_groups(pattern[:-1], pattern[1:], leaf[1:] & leaf[:-1])
        self.loose: Final = same_local & same_groups & ~(leaf[1:] & ~leaf[:-1]).any(axis=1)
        self._outside: Final = ~local & ~leaf
        self.steady: Final = np.ones(max(len(rows) - 1, 0), dtype=bool)
        self.steady[1:] = ((self._steps[1:] == self._steps[:-1]) | ~self._outside[2:]).all(axis=1)

    def alike(self) -> list[tuple[int, int]]:
        """Return (first, count) of each longest series of equal runs."""
        found: list[tuple[int, int]] = []
        begin, count = 0, len(self._rows)
        while begin < count:
            end, free = self._series(begin)
            done = sum(found[-1]) if found else 0
            if end > begin + 1:
                first = self._initial(begin, end, free)
                while found and first < sum(found[-1]):
                    before, equal = found[-1]
                    if before < first and equal >= LEAST_SURE:
                        first = before + equal
                    else:
                        found.pop()
                found.append((first, end - first))
            elif begin > done and self.loose[begin - 1]:
                found.append((begin - 1, 2))
            begin = end
        return found

    def _series(self, begin: int) -> tuple[int, np.ndarray]:
        """Return the end of the longest series of equal runs from this one on, and which inputs differ in any way.

        An input from outside is as far from that of the run before as this one from its predecessor, or it never comes
        from a run of the series.
        """
        rows, start = self._rows, self._starts[begin]
        free = np.zeros(rows.shape[1], dtype=bool)
        end = begin + 1
        while end < len(rows) and self.strict[end - 1]:
            if end > begin + 1 and not self.steady[end - 1]:
                free |= self._outside[end] & (self._steps[end - 1] != self._steps[end - 2])
            if free.any() and (rows[begin : end + 1, free] >= start).any():
                free = free & (rows[begin:end] < start).all(axis=0)
                break
            end += 1
        return end, free

    def _initial(self, begin: int, end: int, free: np.ndarray) -> int:
        """Return the first round of a loop of which those from `begin` to `end` are wired in the same way.

        A round before them belongs to it where it differs only in inputs that would come from before the loop.
        """
        rows, step = self._rows, self._steps[end - 2]
        free = free | ((step != 0) & (rows[begin:end] < self._starts[begin]).all(axis=0))
        # The latest result that comes from before the loop, or would: the loop begins after it.
        latest = int(rows[begin:end, free].max(initial=-1))
        first = begin
        while first and self.loose[first - 1]:
            k = first - 1
            expected = rows[begin] - (begin - k) * step
            other = self._outside[begin] & (rows[k] != expected)
            latest = max(latest, int(np.where(free, rows[k], expected)[other].max(initial=-1)))
            if latest >= self._starts[k] or (step[other & ~free] != self._length).any():
                break
            first = k
        return first


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
