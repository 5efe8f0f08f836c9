"""Modes: whether ops record nodes, and who watches them.

One mode holds per thread and per task, so `no_grad()` in one thread leaves the other threads alone.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Callable
from contextlib import ContextDecorator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, final

from ..native import core

if TYPE_CHECKING:
    from .node import Node
    from .op import Op

_Function = TypeVar("_Function", bound=Callable[..., Any])

_RUN_LATER: Final = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)


class Watch:
    """An observer of every op and of every contribution; `graph/anomaly.py` implements it."""

    __slots__ = ()

    @abstractmethod
    def forward(self, result: Node, op: Op, args: tuple[Any, ...]) -> None:
        """Called after an op computed this result."""

    @abstractmethod
    def contribution(self, node: Node, to: Node, upstream: Any, gradient: Any) -> None:
        """Called after a rule added to the gradient of `to`, an input of `node` whose own gradient is `upstream`.

        `gradient` is the sum so far.
        """


@final
class Mode:
    """Whether ops record nodes, and who watches. Modes nest: `outer` is the one to go back to."""

    __slots__ = ("in_c", "outer", "recording", "watch")

    def __init__(self, recording: bool, watch: Watch | None, outer: Mode | None) -> None:
        self.recording: Final = recording
        self.watch: Final = watch
        self.outer: Final = outer
        # What the compiled engine does with an op: record it, compute it without a record, leave it to Python.
        self.in_c: Final = 2 if watch is not None else 0 if recording else 1


USUAL: Final = Mode(True, None, None)
mode: Final[ContextVar[Mode]] = ContextVar("autograd_mode", default=USUAL)


switched: Final = bytearray(1)  # not 0 once a mode was entered: before, the compiled engine need not ask


class Switch(ContextDecorator):
    """Base of the modes: a context manager and a decorator that keeps no state of its own, so one can be shared."""

    def __enter__(self) -> Self:
        switched[0] = 1
        outer = mode.get()
        try:
            return mode.set(self._entered(outer)) and self
        except BaseException:  # Ctrl-C may come when the mode is set: nobody would leave it then
            mode.set(outer)
            raise

    def __exit__(self, *exception: object) -> None:
        outer = mode.get().outer
        if outer is not None:
            mode.set(outer)

    if core is not None:
        __exit__ = core.leave  # the same, in which no Ctrl-C can come

    def _entered(self, now: Mode) -> Mode:
        return now

    def __call__(self, func: _Function) -> _Function:
        if any(runs_later(func) for runs_later in _RUN_LATER):
            raise TypeError(
                f"{type(self).__name__} cannot decorate the generator or coroutine {func.__name__}: its body runs "
                f"after the call; write `with {type(self).__name__}():` inside it"
            )
        return super().__call__(func)


class no_grad(Switch):
    """Within it, ops compute and record nothing: their results require no gradient.

    >>> w = Value(3.0)
    >>> with no_grad():
    ...     y = w * w
    >>> y.requires_grad, y.inputs
    (False, ())
    """

    def _entered(self, now: Mode) -> Mode:
        return Mode(False, now.watch, now)


class enable_grad(Switch):
    """Within it, ops record again, inside a `no_grad()` too."""

    def _entered(self, now: Mode) -> Mode:
        return Mode(True, now.watch, now)
