"""Text in columns: the one formatter of every table that is printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence


def text_table(rows: Iterable[Sequence[str]], right: Collection[int] = (), gap: str = "  ") -> str:
    """Format rows of equal length as lines with aligned columns; the columns numbered in `right` are flush right.

    >>> print(text_table([("name", "size"), ("w", "12"), ("bias", "3")], right=[1]))
    name  size
    w       12
    bias     3
    """
    lines = [tuple(row) for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(gap.join(_padded(row, widths, right)).rstrip() for row in lines)


def _padded(row: tuple[str, ...], widths: list[int], right: Collection[int]) -> list[str]:
    fill = [" " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)]
    return [fill[k] + cell if k in right else cell + fill[k] for k, cell in enumerate(row)]


def display_width(text: str) -> int:
    """Count the columns that text takes in a monospaced font: East Asian wide letters take two, accents take none."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 1
        for c in text
    )
