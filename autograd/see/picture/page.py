"""The page of a saved picture: one HTML file that loads nothing, in which the reader can enlarge and move the picture.

A folded box opens at a click: `opened.py` has what it holds. The style is in `page.css` and the script in `page.js`,
beside this file; what the player's page shares with them is in `opening.css` and `opening.js`.
Without scripts the page shows the whole picture.
"""

from __future__ import annotations

import html
from typing import Final

from .html_page import asset, document
from .opened import OpenedBoxes
from .plain_text import printable
from .style import rules
from .svg import heads_style
from .theme import Theme

TRAIL: Final = '<nav id="trail" aria-label="opened boxes" hidden></nav>\n'


def page(picture: str, title: str, theme: Theme, opened: OpenedBoxes) -> str:
    """Return the page of a picture, which is SVG text without a style."""
    title = printable(title)
    body = f"""<header>
<h1>{html.escape(title)}</h1>
<span id="scale" role="status"></span>
<button id="smaller" type="button" aria-label="smaller">&#8722;</button>
<button id="larger" type="button" aria-label="larger">+</button>
<button id="whole" type="button">fit</button>
{TRAIL if opened else ""}<p id="word" role="status"></p>
</header>
<main id="picture" tabindex="0" aria-label="the picture; it scrolls">
{picture}</main>
{opened.html()}<script>
{opening_script()}
{asset(__file__, "page.js")}</script>
"""
    return document(title, f"{opening_style()}{asset(__file__, 'page.css')}", body, theme)


def opening_style() -> str:
    """Return the style of pictures that have none of their own, and of boxes that open."""
    return f"{rules()}\n{heads_style()}\n{asset(__file__, 'opening.css')}\n"


def opening_script() -> str:
    """Return the script that opens and closes boxes; the script of the page follows it."""
    return asset(__file__, "opening.js")
