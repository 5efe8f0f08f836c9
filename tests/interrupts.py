"""Raise KeyboardInterrupt at a chosen line of a function, or call another function there as a signal handler."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from functools import cache
from types import CodeType, FrameType
from typing import Any

Place = tuple[CodeType, int]  # a line of the source


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
