"""Raise KeyboardInterrupt at a chosen line of a function, or call another function there as a signal handler."""

from __future__ import annotations

import linecache
import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from types import CodeType, FrameType
from typing import Any

import pytest

Place = tuple[CodeType, int]  # a line of the source

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot copy a running process")
needs_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")


def interrupted_at(line: int, function: Callable[[], Any]) -> bool:
    """Call the function and raise KeyboardInterrupt before the given executed line. Return False if there are fewer."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    try:
        return called_at(line, function, interrupt)
    except KeyboardInterrupt:
        return True


def called_at(line: int, function: Callable[[], Any], handler: Callable[[], Any]) -> bool:
    """Call the function, and the handler before the given executed line. Return False if there are fewer lines."""
    count = 0

    def at_line(place: Place) -> None:
        nonlocal count
        count += 1
        if count == line:
            handler()

    _traced(function, at_line)
    return count >= line


def executed_lines(function: Callable[[], Any]) -> list[Place]:
    """Call the function and return the lines of the engine and of the networks that it executes, in order."""
    places: list[Place] = []
    _traced(function, places.append)
    return places


def first_and_last(places: list[Place]) -> list[int]:
    """Return the numbers, from 1 on, of the first and the last execution of every line."""
    first: dict[Place, int] = {}
    last: dict[Place, int] = {}
    for number, place in enumerate(places, 1):
        first.setdefault(place, number)
        last[place] = number
    return sorted({*first.values(), *last.values()})


def illegal_lines(
    function: Callable[[], Any], is_legal: Callable[[], bool], chosen: set[int] | None = None
) -> list[int]:
    """Interrupt the function at every executed line, or at the chosen ones, and return those that leave a wrong state.

    At each line a forked copy of this process raises KeyboardInterrupt, and asks `is_legal` when it has left the
    function. So the function is called once, and each of its tens of thousands of lines takes milliseconds.
    """
    wrong: list[int] = []
    count = 0
    in_copy = False

    def at_line(place: Place) -> None:
        nonlocal count, in_copy
        count += 1
        if chosen is not None and count not in chosen:
            return
        copy = os.fork()
        if copy == 0:
            in_copy = True
            raise KeyboardInterrupt
        if os.waitpid(copy, 0)[1]:
            wrong.append(count)

    try:
        _traced(function, at_line)
    except KeyboardInterrupt:
        if not in_copy:
            raise
    finally:
        if in_copy:  # leave without the rest of the test, also where something else was raised
            legal = False
            try:
                legal = is_legal()
            finally:
                os._exit(0 if legal else 1)
    return wrong


def _traced(function: Callable[[], Any], at_line: Callable[[Place], Any]) -> None:
    """Call the function, and `at_line` before each line that it executes."""
    entered: set[tuple[int, int]] = set()

    def line_of(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            code, number = frame.f_code, frame.f_lineno
            if _opens_with(code.co_filename, number):
                if (id(frame), number) in entered:
                    return line_of  # the end of a with block, where Python handles no Ctrl-C before the block is left
                entered.add((id(frame), number))
            at_line((code, number))
        return line_of

    def call_of(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_globals["__name__"].partition(".")[0] not in ("nn", "autograd"):
            return None  # for example a hook of the garbage collector, which ignores exceptions
        return line_of

    before = sys.gettrace()
    sys.settrace(call_of)
    try:
        function()
    finally:
        sys.settrace(before)


@cache
def _opens_with(file: str, line: int) -> bool:
    """Tell whether the line is a `with` statement."""
    return linecache.getline(file, line).lstrip().startswith("with ")
