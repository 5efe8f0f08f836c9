"""Make any text safe to show: without characters that a picture, a page or a terminal cannot hold, and short enough."""

from __future__ import annotations

from ...engine.text import printable as printable


def shorten(text: str, longest: int) -> str:
    """Return the text on one line; where it has more than `longest` characters it is cut and ends in `…`."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
