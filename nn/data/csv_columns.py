"""Columns of a CSV file, of numbers or of categories. They are filled cell by cell: a long file costs little memory."""

from __future__ import annotations

import math
from array import array

import numpy as np

from autograd import shown

MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none"})  # in small letters
LARGEST_EXACT = 2.0**53  # of the integers that a float holds


class Column:
    """The cells of one column: 8 bytes each, and each category once.

    The first cell that is not missing decides if the column holds numbers or categories; all others must agree.
    """

    __slots__ = ("categorical", "categories", "cells", "decided_at", "decimal", "integral", "name")

    def __init__(self, name: str, categorical: bool, decimal: str) -> None:
        self.name = name
        self.categorical = categorical
        self.decimal = decimal
        self.categories: dict[str, int] = {}  # text to its number in order of appearance
        self.cells = array("d")
        self.integral = True
        self.decided_at = 0 if categorical else None  # the line that decided; 0 is the argument `categories`

    def add(self, text: str, line: int) -> bool:
        """Add a cell, and return whether it is missing. Raises ValueError if it is of another kind than the others."""
        if text.lower() in MISSING:
            self.cells.append(math.nan)
            return True
        number = None if self.decided_at == 0 else number_in(text, self.decimal)
        if self.decided_at is None:
            self._refuse_comma(text, line)
            self.decided_at, self.categorical = line, number is None
        if self.categorical:
            if number is not None:
                raise ValueError(self._mixed(text, line, "a number", "not a number"))
            self.cells.append(self.categories.setdefault(text, len(self.categories)))
            return False
        if number is None:
            raise ValueError(self._mixed(text, line, "not a number", "a number"))
        if not math.isfinite(number):
            raise ValueError(f"line {line}, column {self.name!r}: {shown(text)} is not a finite number; correct it")
        self.integral = self.integral and text.lstrip("+-").isdecimal() and abs(number) <= LARGEST_EXACT
        self.cells.append(number)
        return False

    def array(self) -> np.ndarray:
        """Return the cells as floats; a category as its index in `names()`."""
        cells = np.array(self.cells)
        if self.categorical:
            rank = {text: float(k) for k, text in enumerate(self.names())}
            ranks = np.array([rank[text] for text in self.categories])
            present = ~np.isnan(cells)
            cells[present] = ranks[cells[present].astype(np.int64)]
        return cells

    def names(self) -> tuple[str, ...]:
        """Return the categories in alphabetical order."""
        return tuple(sorted(self.categories))

    def _mixed(self, text: str, line: int, kind: str, other: str) -> str:
        self._refuse_comma(text, line)
        return (
            f"line {line}, column {self.name!r}: {shown(text)} is {kind}, but the cell in line {self.decided_at} is "
            f"{other}; correct it, or give categories=[{self.name!r}] if the column holds names"
        )

    def _refuse_comma(self, text: str, line: int) -> None:
        """Refuse a number with a decimal comma: a column of them would become categories."""
        if self.decimal == "." and "," in text and number_in(text, ",") is not None:
            raise ValueError(
                f'line {line}, column {self.name!r}: {shown(text)} has a comma; give decimal="," if it is a decimal '
                f"comma, or categories=[{self.name!r}] if the column holds names"
            )


def number_in(text: str, decimal: str = ".") -> float | None:
    """Return the number that a cell holds, or None if it holds none."""
    if "_" in text or (decimal != "." and "." in text):  # Python would read 1_000 as a number
        return None
    try:
        return float(text.replace(decimal, "."))
    except ValueError:
        return None
