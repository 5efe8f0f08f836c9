"""Make any text safe to show: without characters that a picture, a page or a terminal cannot hold, and short enough."""

from __future__ import annotations

import unicodedata
from typing import Final

# These characters change the direction of the text after them, and a label need not contain the one that ends that.
_DIRECTION_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """Return the text with spaces for white space of any kind, and U+FFFD for each character that cannot be shown.

    Such characters are control characters, unpaired surrogates, non-characters and direction controls.
    """
    return "".join(" " if c.isspace() else c if _is_printable(c) else "\ufffd" for c in text)


def _is_printable(c: str) -> bool:
    return not (unicodedata.category(c) in ("Cc", "Cs") or ord(c) & 0xFFFE == 0xFFFE or c in _DIRECTION_CONTROLS)


def shorten(text: str, longest: int) -> str:
    """Return the text on one line; where it has more than `longest` characters it is cut and ends in `…`."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
