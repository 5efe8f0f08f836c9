"""Find the first and the last round of a loop that lack ops, before and after the rounds that fold.

    h = 0.0
    for x in xs:
        h = tanh(w * x + u * h + b)

Here the first round has all ops, but `1 - h` of a number h is a number, and no op is recorded. Of the last round, only
what the result depends on is in its graph. Such a round is recognized by its wiring: each of its ops has a counterpart
in a whole round, with inputs that correspond.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .repeats import Repeat
from .wiring import Wiring

LEAST_OPS: Final = 2  # of a partial round; one op needs no box


@dataclass(frozen=True, slots=True)
class Loop:
    """Rounds that fold: `count` runs of `length` ops from `start` on."""

    start: int
    length: int
    count: int

    @property
    def end(self) -> int:
        return self.start + self.length * self.count

    @property
    def last(self) -> int:
        """Where the last round starts."""
        return self.end - self.length


class Fold:
    """Equal pieces that fold, and the partial rounds around them: elements `first` to `last` of what is searched."""

    __slots__ = ("distinct", "first", "last", "repeat")

    def __init__(self, repeat: Repeat, distinct: bool) -> None:
        self.repeat: Final = repeat
        self.distinct: Final = distinct  # whether the pieces are calls of different modules
        self.first = repeat.first
        self.last = repeat.last


def with_partial_rounds(wiring: Wiring, starts: np.ndarray, folds: Sequence[Fold]) -> list[Fold]:
    """Set where the partial rounds of loops begin and end, and return the folds that do not stand in one.

    `folds` are apart from each other and in order, and so is the result. `starts` are those of `Sequence`.
    """
    kept: list[Fold] = []
    for fold in sorted(folds, key=lambda each: each.repeat.first - each.repeat.last):  # the longest first
        repeat = fold.repeat
        at = bisect_right(kept, repeat.first, key=lambda each: each.first)
        low = kept[at - 1].last if at else 0
        high = kept[at].first if at < len(kept) else len(starts) - 1
        if not low <= repeat.first < repeat.last <= high:
            continue
        kept.insert(at, fold)
        if not repeat.alike.chained or fold.distinct:
            continue
        length = int(starts[repeat.first + repeat.period] - starts[repeat.first])
        loop = Loop(int(starts[repeat.first]), length, repeat.count)
        first = int(np.searchsorted(starts, _before(wiring, loop, int(starts[low]))))
        last = int(np.searchsorted(starts, _after(wiring, loop, int(starts[high])), "right")) - 1
        if (cut := _around(first, folds)) is not None:
            first = cut.last
        if (cut := _around(last, folds)) is not None:
            last = cut.first
        if repeat.first - first >= LEAST_OPS:
            fold.first = first
        if last - repeat.last >= LEAST_OPS:
            fold.last = last
    return kept


def _around(place: int, folds: Sequence[Fold]) -> Repeat | None:
    """Return the repeat that begins before this place and ends after it, if there is one."""
    at = bisect_left(folds, place, key=lambda each: each.repeat.first)
    return folds[at - 1].repeat if at and place < folds[at - 1].repeat.last else None


def _after(wiring: Wiring, loop: Loop, limit: int) -> int:
    """Return where the partial round after a loop ends, at most at `limit`; the end of the loop where there is none."""
    limit = min(limit, loop.end + loop.length - 1)
    counterpart: dict[int, int] = {}  # of an op of the last round, in the partial one
    state = {s + loop.length for s in _handed(wiring, loop)}
    at, end, done = loop.last, loop.end, loop.end
    for op in range(loop.end, limit):
        while at < loop.end and not _goes_on(wiring, loop, at, op, counterpart):
            at += 1
        if at == loop.end:
            break
        counterpart[at] = op
        end = op + 1
        if at in state:  # what comes after the last part of the state is no part of the round for sure
            done = end
        at += 1
    return done if done - loop.end >= LEAST_OPS else loop.end


def _handed(wiring: Wiring, loop: Loop) -> set[int]:
    """Return the results of the last round but one that the last round uses."""
    inputs = (s for op in range(loop.last, loop.end) for s in wiring.inputs(op))
    return {s for s in inputs if loop.last - loop.length <= s < loop.last}


def _goes_on(wiring: Wiring, loop: Loop, whole: int, op: int, counterpart: dict[int, int]) -> bool:
    """Tell whether `op` does in the round after the last what the op `whole` does in the last."""
    return _same_op(wiring, loop, whole, op) and all(
        t == (counterpart.get(s) if s >= loop.last else s + loop.length)
        for s, t in zip(wiring.inputs(whole), wiring.inputs(op), strict=True)
        if s >= loop.start
    )


def _before(wiring: Wiring, loop: Loop, limit: int) -> int:
    """Return where the partial round before a loop starts, at least at `limit`; the start of the loop if there is none.

    Going back from the loop, each op must be used by the loop as a result of the round before, or by an op that was
    found already. What a whole round has between that op and this one may be lacking.
    """
    lowest = max(limit, loop.start - loop.length + 1)
    wanted = _wanted(wiring, loop)
    shared = {s for op in range(loop.last, loop.end) for s in wiring.inputs(op)}
    latest: dict[int, int] = {}  # of an op that was found to be used: its latest possible counterpart
    at, op = loop.end, loop.start - 1
    while op >= lowest and op not in shared:
        possible = wanted[op] if op in wanted else range(latest.get(op, loop.last - 1), loop.last - 1, -1)
        at = next((whole for whole in possible if whole < at and _same_op(wiring, loop, whole, op)), -1)
        if at < 0:
            break
        for s, t in zip(wiring.inputs(at), wiring.inputs(op), strict=True):
            if s >= loop.last:
                latest[t] = max(latest.get(t, s), s)
        op -= 1
    return op + 1 if loop.start - op - 1 >= LEAST_OPS else loop.start


def _wanted(wiring: Wiring, loop: Loop) -> dict[int, list[int]]:
    """Return the results before the loop that its first round takes for those of the round before.

    Each with its possible counterparts in the last round. Where a round adds to a sum, the first may have no sum yet,
    only what is added.
    """
    found: dict[int, list[int]] = {}
    for k in range(loop.length):
        for s, t in zip(wiring.inputs(loop.last + k), wiring.inputs(loop.start + k), strict=True):
            if loop.last - loop.length <= s < loop.last and 0 <= t < loop.start:
                made = s + loop.length
                op = wiring.ops[made].op
                summands = wiring.inputs(made) if op is not None and op.name == "add" else []
                found[t] = [made, *(i for i in summands if i >= loop.last)]
    return found


def _same_op(wiring: Wiring, loop: Loop, whole: int, op: int) -> bool:
    """Tell whether two ops are equal, and take the same from outside of the loop: what all rounds share is shared."""
    if wiring.token[whole] != wiring.token[op]:
        return False
    inputs = zip(wiring.inputs(whole), wiring.inputs(whole - loop.length), wiring.inputs(op), strict=True)
    return all((s >= 0) == (t >= 0) and (s == t or s != earlier) for s, earlier, t in inputs if s < loop.start)
