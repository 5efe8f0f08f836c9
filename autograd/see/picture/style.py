"""The style of one picture: the rules of `picture.css` and the colours of its theme, as the text of a style element."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, Literal

from .theme import Theme, colors, variables

_COLOR: Final = re.compile(r"([\w-]+): var\(--gg-([\w-]+)\);")


@cache
def style(theme: Theme, prefix: str) -> str:
    """Return the CSS of the picture whose element has the id `prefix`.

    Each rule gives its colour twice, in full and as a variable: a program that does not know variables, as some
    editors do not, ignores the second and shows the light theme.
    """
    fallback = colors("dark" if theme == "dark" else "light")
    look = _COLOR.sub(lambda m: f"{m[1]}: {fallback[m[2]]}; {m[0]}", rules())
    return f"{variables(theme, f'#{prefix}')}\n{look}"


@cache
def literal_style(theme: Literal["light", "dark"]) -> str:
    """Return the CSS with the colours of one theme written out, for converters that know no variables."""
    known = colors(theme)
    return _COLOR.sub(lambda m: f"{m[1]}: {known[m[2]]};", rules())


@cache
def rules() -> str:
    """Return the rules of `picture.css`, with the colours as variables that the page declares."""
    text = (Path(__file__).parent / "picture.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)
