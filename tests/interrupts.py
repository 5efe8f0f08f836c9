"""Raise KeyboardInterrupt at a chosen line of a function, or call another function there as a signal handler."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


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
    entered: set[tuple[int, int]] = set()

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if frame.f_globals["__name__"].partition(".")[0] not in ("nn", "autograd"):
            return None  # for example a hook of the garbage collector, which ignores exceptions
        if event == "line" and linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip().startswith("with "):
            if (id(frame), frame.f_lineno) in entered:
                return trace  # the end of a with block, where Python handles no Ctrl-C before the block is left
            entered.add((id(frame), frame.f_lineno))
        count += event == "line"
        if event == "line" and count == line:
            handler()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count >= line
