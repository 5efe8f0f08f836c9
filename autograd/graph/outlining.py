"""Build an outline: nest the calls of modules, fold equal pieces, elide the middle of what is long.

Work goes from the outside in, and only the first of several equal pieces is entered; so what is folded costs one look.
No function calls itself: modules may be nested as deep as the recursion of the user's own code went.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from ..engine.calls import Call, calls_between
from ..engine.node import Node
from . import repeats as search
from .module_names import Paths, title
from .outline import Part, PartKind
from .partial_rounds import Fold, with_partial_rounds
from .wiring import Wiring

ENDS: Final = 8  # children that stay before and after an elided middle


class _Run:
    """One call of a module, as the run of ops from `low` to `high`."""

    __slots__ = ("call", "high", "inner", "low", "outer")

    def __init__(self, call: Call, outer: Call, low: int, high: int) -> None:
        self.call: Final = call
        self.outer: Final = outer  # the outermost call around it
        self.low: Final = low
        self.high: Final = high
        self.inner: Final[list[_Run]] = []

    def contents(self) -> list[_Run | int]:
        return _with_single_ops(self.inner, self.low, self.high)


class _Draft:
    """A part that is not finished: its children are drafts and the places of ops."""

    __slots__ = ("children", "high", "kind", "low", "name", "repeats", "title", "which")

    def __init__(
        self, kind: PartKind, name: str, title: str, low: int, high: int, repeats: int = 1, which: int = 1
    ) -> None:
        self.kind: Final = kind
        self.name: Final = name
        self.title: Final = title
        self.low: Final = low
        self.high: Final = high
        self.repeats: Final = repeats
        self.which: Final = which
        self.children: list[_Draft | int] = []


class Outliner:
    """Builds one outline; see `outline`."""

    __slots__ = ("longest", "paths", "runs", "titles", "units", "waiting", "wired", "wiring")

    def __init__(self, nodes: Iterable[Node], units: bool, longest: int) -> None:
        self.wiring: Final = Wiring(nodes)
        self.wired: Final = self.wiring.since_last_use()
        self.units: Final = units
        self.longest: Final = max(longest, 2 * ENDS + 1)
        self.titles: Final[dict[int, str]] = {}
        self.waiting: Final[list[tuple[_Draft, list[_Run | int]]]] = []  # those whose contents are not folded yet
        self.paths: Final = Paths()
        self.runs: Final = self._nested_runs()

    def outline(self) -> tuple[Part | Node, ...]:
        top = self._folded(_with_single_ops(self.runs, 0, len(self.wiring.ops)))
        while self.waiting:
            draft, contents = self.waiting.pop()
            draft.children = self._folded(contents)
        inside_out = [entry for entry in top if isinstance(entry, _Draft)]
        for draft in inside_out:  # the list grows while it is walked
            inside_out += [child for child in draft.children if isinstance(child, _Draft)]
        finished: dict[_Draft, Part] = {}
        for draft in reversed(inside_out):
            finished[draft] = self._finished(draft, finished)
        return self._entries(top, finished)

    def _finished(self, draft: _Draft, finished: dict[_Draft, Part]) -> Part:
        ops, length = self.wiring.ops, draft.high - draft.low
        children = draft.children
        if all(isinstance(child, int) for child in children):
            children = []
        return Part(
            draft.kind,
            draft.name,
            draft.title,
            tuple(ops[draft.low : draft.high]),
            self._entries(children, finished),
            draft.repeats,
            draft.which,
            tuple(ops[draft.high : draft.low + length * draft.repeats]),
        )

    def _entries(self, entries: Sequence[_Draft | int], finished: dict[_Draft, Part]) -> tuple[Part | Node, ...]:
        return tuple([self.wiring.ops[entry] if isinstance(entry, int) else finished[entry] for entry in entries])

    # --- the calls ---

    def _nested_runs(self) -> list[_Run]:
        """Return the outermost calls that made ops of this graph, each with its inner ones."""
        ops = self.wiring.ops
        outermost: list[_Run] = []
        if not ops:
            return outermost
        places = [node._index for node in ops]
        around: list[_Run] = []
        for call in calls_between(places[0], places[-1]):
            low, high = bisect_right(places, call.start), bisect_left(places, call.end)
            if low == high:  # none of its results is in this graph
                continue
            while around and around[-1].call.end < call.start:
                around.pop()
            run = _Run(call, around[0].call if around else call, low, high)
            (around[-1].inner if around else outermost).append(run)
            around.append(run)
        return outermost

    # --- folding ---

    def _folded(self, contents: list[_Run | int]) -> list[_Draft | int]:
        entries: list[_Draft | int] = []
        sequence = self._sequence(contents)
        folds = []
        for repeat in search.repeats(sequence, self.wiring):
            exemplar = contents[repeat.first : repeat.first + repeat.period]
            second = contents[repeat.first + repeat.period : repeat.first + 2 * repeat.period]
            distinct = any(map(_differ, exemplar, second))
            if repeat.alike.chained or self.units or not distinct:
                folds.append(Fold(repeat, distinct))
        done = 0
        for fold in with_partial_rounds(self.wiring, sequence.starts, folds):
            repeat = fold.repeat
            entries += [self._entry(each) for each in contents[done : fold.first]]
            folded = self._repeated(fold, contents[repeat.first : repeat.first + repeat.period])
            if fold.first < repeat.first:
                entries.append(self._partial(contents[fold.first : repeat.first], folded.title))
            entries.append(folded)
            if repeat.last < fold.last:
                entries.append(self._partial(contents[repeat.last : fold.last], folded.title))
            done = fold.last
        entries += [self._entry(each) for each in contents[done:]]
        return self._elided(entries)

    def _partial(self, contents: list[_Run | int], title: str) -> _Draft:
        first = contents[0]
        low, high = first if isinstance(first, int) else first.low, _end(contents[-1])
        draft = _Draft(PartKind.PARTIAL, "", f"shorter {title}", low, high)
        self.waiting.append((draft, contents))
        return draft

    def _sequence(self, contents: Sequence[_Run | int]) -> search.Sequence:
        """Return the contents as numbers. Of equal modules in turn, A B A B, each has a number of its own."""
        number, wired_of = self.wiring.number, self.wired
        tokens = [self.wiring.token[each] if isinstance(each, int) else self._token(each) for each in contents]
        wired = [
            wired_of[each] if isinstance(each, int) else number((token, *wired_of[each.low : each.high]))
            for each, token in zip(contents, tokens, strict=True)
        ]
        modules: dict[int, list[int]] = {}
        for each, token in zip(contents, tokens, strict=True):
            if isinstance(each, _Run):
                modules.setdefault(token, []).append(id(each.call.reference))
        mixed = {token for token, ids in modules.items() if 1 < len(set(ids)) < len(ids)}
        for k, each in enumerate(contents):
            if isinstance(each, _Run) and tokens[k] in mixed:
                tokens[k] = self.wiring.number((tokens[k], id(each.call.reference)))
        starts = [each if isinstance(each, int) else each.low for each in contents]
        starts += [_end(contents[-1])] if contents else [0]
        is_call = [isinstance(each, _Run) for each in contents]
        return search.Sequence(
            np.array(tokens, dtype=np.int64), np.array(wired, dtype=np.int64), np.array(starts), np.array(is_call, bool)
        )

    def _token(self, run: _Run) -> int:
        module = run.call.module
        kind = None if module is None else type(module)
        return self.wiring.number((kind, self.wiring.shape_of(run.low, run.high)))

    def _entry(self, each: _Run | int) -> _Draft | int:
        return each if isinstance(each, int) else self._module(each)

    def _module(self, run: _Run, repeats: int = 1) -> _Draft:
        path = self.paths.path(run.outer, run.call)
        draft = _Draft(PartKind.MODULE, path, self._title(run.call), run.low, run.high, repeats)
        self.waiting.append((draft, run.contents()))
        return draft

    def _repeated(self, fold: Fold, exemplar: list[_Run | int]) -> _Draft:
        repeat, distinct = fold.repeat, fold.distinct
        first = exemplar[0]
        if distinct and len(exemplar) == 1 and isinstance(first, _Run):
            return self._module(first, repeat.count)
        kind = PartKind.ROUND if repeat.alike.chained else PartKind.SAMPLE
        low, high = first if isinstance(first, int) else first.low, _end(exemplar[-1])
        title = self._repeated_title(kind, exemplar, repeat, distinct)
        draft = _Draft(kind, "", title, low, high, repeat.count, 1 if fold.first == repeat.first else 2)
        self.waiting.append((draft, exemplar))
        return draft

    def _repeated_title(self, kind: PartKind, exemplar: list[_Run | int], repeat: search.Repeat, distinct: bool) -> str:
        first = exemplar[0]
        if len(exemplar) == 1 and isinstance(first, int):
            op = self.wiring.ops[first].op
            return op.name if op is not None else ""
        if kind is PartKind.ROUND:
            return "block" if distinct else "step"
        if not distinct and any(isinstance(each, _Run) for each in exemplar):
            return "sample"
        return "piece" if repeat.alike.apart else "term"

    def _elided(self, entries: list[_Draft | int]) -> list[_Draft | int]:
        if len(entries) <= self.longest:
            return entries
        middle = entries[ENDS:-ENDS]
        first, last = middle[0], middle[-1]
        low = first if isinstance(first, int) else first.low
        high = last + 1 if isinstance(last, int) else last.low + (last.high - last.low) * last.repeats
        draft = _Draft(PartKind.STRETCH, "", f"{high - low:,} ops", low, high)
        draft.children = middle
        return [*entries[:ENDS], draft, *entries[-ENDS:]]

    def _title(self, call: Call) -> str:
        key = id(call.reference)
        if key not in self.titles:
            module = call.module
            self.titles[key] = call.kind if module is None else title(module)
        return self.titles[key]


def _with_single_ops(runs: Sequence[_Run], low: int, high: int) -> list[_Run | int]:
    """Return the runs and between them the ops that are in none, in order."""
    found: list[_Run | int] = []
    for run in runs:
        found += range(low, run.low)
        found.append(run)
        low = run.high
    return found + list(range(low, high))


def _end(each: _Run | int) -> int:
    return each + 1 if isinstance(each, int) else each.high


def _differ(a: _Run | int, b: _Run | int) -> bool:
    """Tell whether these are calls of two modules."""
    return isinstance(a, _Run) and isinstance(b, _Run) and a.call.reference is not b.call.reference
