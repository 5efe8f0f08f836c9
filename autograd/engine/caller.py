"""The line of the user's own code that is running, for messages."""

from __future__ import annotations

import linecache
import re
import sys
from types import FrameType
from typing import Final

OURS: Final = ("autograd", "nn", "glassgrad", "numpy", "contextlib")


def caller() -> str:
    """`file.py:12: y = x.log()`, of the innermost frame that is the user's; in a notebook `In [23], line 1: …`."""
    frame = _frame()
    path, line = frame.f_code.co_filename, frame.f_lineno
    cell = _cell(path)
    place = f"{cell}, line {line}" if cell else f"{path}:{line}"
    return f"{place}: {linecache.getline(path, line).strip()}".rstrip(": ")


def line_near_caller(pattern: str) -> int | None:
    """Return the number of the line that matches, in the innermost function of the user.

    It is the first one from the running line on, or else the last one before, where a statement of several lines began.
    """
    frame = _frame()
    numbers = sorted({number for *_, number in frame.f_code.co_lines() if number})
    found = [n for n in numbers if re.search(pattern, linecache.getline(frame.f_code.co_filename, n))]
    return next((n for n in found if n >= frame.f_lineno), found[-1] if found else None)


def _frame() -> FrameType:
    """Return the innermost frame that is the user's."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] in OURS:
        frame = frame.f_back
    return frame


def _cell(path: str) -> str:
    """Return `In [23]` for the file name under which a notebook compiled its cell 23; empty for any other name.

    IPython knows the numbers of its cells by file name. An old one does not tell, but has the number in the name.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()  # nothing is imported for this
    label = getattr(getattr(shell, "compile", None), "format_code_name", lambda name: None)(path)
    number = re.search(r"In ?\[(\d+)\]$", label[1]) if label else re.search(r"\bipython-input-(\d+)-", path)
    return f"In [{number[1]}]" if number else ""
