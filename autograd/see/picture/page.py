"""The page of a saved picture: one HTML file that loads nothing, in which the reader can enlarge and move the picture.

A folded box opens at a click: what it holds is a picture in a template of the page. The style is in `page.css` and the
script in `page.js`, beside this file; what the player's page shares with them is in `opening.css` and `opening.js`.
Without scripts the page shows the whole picture.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final, NamedTuple

from .html_page import asset, document, script_data
from .plain_text import printable
from .style import rules
from .theme import Theme

TRAIL: Final = '<nav id="trail" aria-label="opened boxes" hidden></nav>\n'


class Opened(NamedTuple):
    """What opens in a page: HTML with the picture of what box `item` of the picture `parent` holds.

    Picture 0 is the page's own, and k that of place k - 1.
    """

    parent: int
    item: int
    title: str
    content: str


def page(picture: str, title: str, theme: Theme = "auto", opened: Sequence[Opened] = ()) -> str:
    """Return the page of a picture, which is SVG text."""
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
{templates(opened)}<script>
{opening_script()}
{asset(__file__, "page.js")}</script>
"""
    return document(title, f"{opening_style() if opened else ''}{asset(__file__, 'page.css')}", body, theme)


def templates(opened: Sequence[Opened]) -> str:
    """Return the HTML of what opens in a page, as `opening.js` reads it."""
    if not opened:
        return ""
    places = [[each.parent, each.item, each.title] for each in opened]
    contents = "".join(f'<template class="inside">{each.content}</template>\n' for each in opened)
    return f'<script type="application/json" id="insides">{script_data(places)}</script>\n{contents}'


def opening_style() -> str:
    """Return the style of pictures that have none of their own, and of boxes that open."""
    return f"{rules()}\n{asset(__file__, 'opening.css')}\n"


def opening_script() -> str:
    """Return the script that opens and closes boxes; the script of the page follows it."""
    return asset(__file__, "opening.js")
