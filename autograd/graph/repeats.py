"""Find consecutive equal pieces in a sequence: which period, where it begins, how often it comes.

A period shows itself as the distance between an element and the last one before it that begins with the same few
elements. The distances that occur most are tried, those between the same ops and those between ops that are wired in
the same way: of two alternating updates `mul sub mul sub` only the wiring tells that a round has four ops. Of the
pieces found, the one that hides the most is folded first: a round of a loop in a loop before the rounds inside it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from .wiring import Alike, Wiring

TRIED: Final = 8  # periods for each length of the few elements
MOST_FAILURES: Final = 1000  # candidates that do not fold; the first ones hide the most, so little is lost
LEAST_HIDDEN: Final = 6  # ops; a fold that hides fewer is not worth a box
LEAST_ROUNDS: Final = 3  # of single ops; two equal modules fold


@dataclass(frozen=True, slots=True)
class Repeat:
    """Elements `first` to `first + period * count` are `count` equal pieces."""

    first: int
    period: int
    count: int
    alike: Alike

    @property
    def last(self) -> int:
        """The end: one after the last element."""
        return self.first + self.period * self.count


@dataclass(frozen=True, slots=True)
class Sequence:
    """The elements that are searched: the token of each, where its ops start, and whether it is a module's call.

    wired  a token of each element that says also how long ago its inputs were made or used last
    """

    tokens: np.ndarray
    wired: np.ndarray
    starts: np.ndarray  # one more than there are elements: at the end, where the last one's ops end
    is_call: np.ndarray

    def worth(self, first: int, period: int, count: int) -> bool:
        """Tell whether folding these pieces makes a picture smaller."""
        if count < 2:
            return False
        if self.is_call[first : first + period].all():
            return True
        return count >= LEAST_ROUNDS and self.hidden(first, first + period * count, period) >= LEAST_HIDDEN

    def hidden(self, first: int, last: int, period: int) -> int:
        """Return how many ops a fold of these elements hides, about."""
        return int((self.starts[last] - self.starts[first]) * (1 - period / (last - first)))


def repeats(sequence: Sequence, wiring: Wiring) -> list[Repeat]:
    """Return the pieces to fold, apart from each other, in order."""
    count = len(sequence.tokens)
    found: list[Repeat] = []
    if count < 2:
        return found
    free = np.ones(count, dtype=bool)
    # Runs that repeat by their tokens alone, by what they hide at most, and Repeats, by what they hide.
    waiting: list[tuple[int, int, int, int, Repeat | None]] = []
    for period in sorted({*_periods(sequence.tokens), *_periods(sequence.wired)}):
        for first, last in _periodic(sequence.tokens, period):
            if sequence.worth(first, period, (last - first) // period):
                waiting.append((-sequence.hidden(first, last, period), period, first, last, None))
    heapq.heapify(waiting)
    failures = 0
    while waiting and failures <= MOST_FAILURES:
        *_, period, first, last, repeat = heapq.heappop(waiting)
        if repeat is not None and free[first:last].all():
            found.append(repeat)
            free[first:last] = False
            continue
        before = len(waiting)
        for begin, end in _stretches(free[first:last]):
            for each in _folds(sequence, wiring, first + begin, first + end, period):
                hides = -sequence.hidden(each.first, each.last, period)
                heapq.heappush(waiting, (hides, period, each.first, each.last, each))
        failures += len(waiting) == before
    return sorted(found, key=lambda repeat: repeat.first)


def _folds(sequence: Sequence, wiring: Wiring, first: int, last: int, period: int) -> Iterator[Repeat]:
    """Yield what can be folded of a run with this period."""
    if (last - first) // period < 2:
        return
    first += _phase(sequence, wiring, first, last, period)
    count = (last - first) // period
    start = int(sequence.starts[first])
    length = int(sequence.starts[first + period]) - start
    for skipped, equal in wiring.alike(start, length, count):
        at = first + skipped * period
        if sequence.worth(at, period, equal):
            yield Repeat(at, period, equal, wiring.judged(start + skipped * length, length, equal))


def _phase(sequence: Sequence, wiring: Wiring, first: int, last: int, period: int) -> int:
    """Return where in a period a round begins: where the fewest results are handed on to the next round.

    Of several such places it is the one from which whole rounds reach the end, because a loop often ends with its
    result and its first round may lack ops; where that is none of them, one where no op goes on with the op before it.
    """
    phases = min(period, last - first - 2 * period + 1)
    if phases == 1:
        return 0
    starts = sequence.starts[first : last + 1]
    handed = wiring.handed_on(int(starts[0]), int(starts[-1]), int(starts[period] - starts[0]))[starts - starts[0]]
    rounds = (last - first) // period
    per_phase = handed[: rounds * period].reshape(rounds, period)[1:, :phases].sum(axis=0)
    best = np.flatnonzero(per_phase == per_phase.min()).tolist()
    if (last - first) % period in best:
        return (last - first) % period
    new = (phase for phase in best if not wiring.goes_on(int(starts[period + phase])))
    return next(new, best[0])


def _periods(tokens: np.ndarray) -> list[int]:
    """Return the periods that are worth a try."""
    count = len(tokens)
    if count <= 4 * TRIED:
        return list(range(1, count // 2 + 1))
    found: set[int] = set()
    _, name = np.unique(tokens, return_inverse=True)
    size = 1
    while True:
        # name[k]: a number for the `size` elements from k on.
        order = np.argsort(name, kind="stable")
        same = name[order][1:] == name[order][:-1]
        distances = np.diff(order)[same]
        if not len(distances):
            break
        times = np.bincount(distances)[: count // 2 + 1]
        best = np.argsort(-times, kind="stable")[:TRIED]
        found.update(best[times[best] > 0].tolist())
        if 2 * size > count // 2:
            break
        _, name = np.unique(name[:-size] * np.int64(count) + name[size:], return_inverse=True)
        size *= 2
    return sorted(found)


def _periodic(tokens: np.ndarray, period: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each longest run in which every element equals the one a period later."""
    for begin, end in _stretches(tokens[:-period] == tokens[period:]):
        if end - begin >= period:
            yield begin, end + period


def _stretches(true: np.ndarray) -> list[tuple[int, int]]:
    """Return (begin, end) of each run of True."""
    padded = np.zeros(len(true) + 2, dtype=np.int8)
    padded[1:-1] = true
    edges = np.flatnonzero(np.diff(padded))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
