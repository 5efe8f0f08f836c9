"""Note which module made which nodes, at a cost per call of a module and nothing per op.

A call of a module takes a place in creation order before its forward and another one after it. A node whose place is
between the two was made by this call, so membership is a look-up of an interval. Nested calls are nested intervals.

The notes are kept per thread, because creation order runs through all threads: while one thread is in a call, another
one may make nodes. They hold a weak reference to the module, the name of its class and two numbers, no node. Only the
last `MOST_CALLS` calls of a thread are kept; a graph whose calls are forgotten has no modules, and is otherwise the
same.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol
from weakref import ref

from .mode import mode
from .node import created

MOST_CALLS: Final = 65_536  # of a thread; about 100 bytes each


class CalledModule(Protocol):
    """The method of a module that pictures use; nn.Module has it."""

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Any]]:
        """Yield (path, module) for the module itself, whose path is `prefix`, and for all inner ones."""

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Yield (path, parameter) for all parameters."""

    def named_buffers(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Yield (path, buffer) for all buffers."""


class Call:
    """One finished call of a module: it made the nodes whose place in creation order is between `start` and `end`.

    Calls of one module have the same `reference`. `kind` is the name of its class, which is known after the module is
    gone: a loss is often called as `nn.MSELoss()(scores, y)`.
    """

    __slots__ = ("end", "kind", "reference", "start")

    def __init__(self, start: int, end: int, reference: ref[Any], kind: str) -> None:
        self.start: Final = start
        self.end: Final = end
        self.reference: Final = reference
        self.kind: Final = kind

    @property
    def module(self) -> CalledModule | None:
        """The module; None where it is garbage by now."""
        found: CalledModule | None = self.reference()
        return found


class _Notes(threading.local):
    """The calls of one thread, as start, end, reference, kind, start, ...: flat, so that no tuple is kept for each."""

    def __init__(self) -> None:
        self.flat: Final[deque[Any]] = deque(maxlen=4 * MOST_CALLS)


_notes: Final = _Notes()


def noted_call(module: Any, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return `forward(*args, **kwargs)`, and note that this module made the nodes that it recorded.

    `nn.Module` calls its forward through this function, so that pictures can show modules and name nodes after them.
    Under `no_grad()` nothing is recorded and nothing is noted. Where forward raises, its call is not noted.
    """
    if not mode.get().recording:
        return forward(*args, **kwargs)
    start = next(created)
    result = forward(*args, **kwargs)
    _notes.flat.extend((start, next(created), ref(module), type(module).__name__))
    return result


def running_modules() -> list[Any]:
    """Return the modules whose forward is running, the outermost first."""
    found = []
    frame = sys._getframe(1)
    while frame.f_back is not None:
        if frame.f_code is noted_call.__code__:
            found.append(frame.f_locals["module"])
        frame = frame.f_back
    return found[::-1]


def calls_between(first: int, last: int) -> list[Call]:
    """Return this thread's calls that overlap these places in creation order, by start: an outer call before its inner.

    Calls of one thread are nested or apart. One that overlaps another otherwise, as two greenlets might have it, is
    left out.
    """
    flat = list(_notes.flat)
    found = [
        (start, -end, reference, kind)
        for start, end, reference, kind in zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True)
        if start < last and end > first
    ]
    found.sort(key=lambda call: call[:2])
    calls: list[Call] = []
    around: list[int] = []  # the ends of the calls that are open
    for start, minus_end, reference, kind in found:
        while around and around[-1] < start:
            around.pop()
        if not around or -minus_end < around[-1]:
            around.append(-minus_end)
            calls.append(Call(start, -minus_end, reference, kind))
    return calls
