"""The page of a saved picture: one HTML file that loads nothing, in which the reader can enlarge and move the picture.

A folded box opens at a click: what it holds is a picture in a template of the page. The style is in `page.css` and the
script in `page.js`, beside this file. Without scripts the page shows the whole picture.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

from .html_page import asset, document, script_data
from .plain_text import printable
from .style import rules
from .theme import Theme


class Opened(NamedTuple):
    """What opens in a page: the picture of what box `item` of the picture `parent` holds; 0 is the page's own."""

    parent: int
    item: int
    title: str
    picture: str


def page(picture: str, title: str, theme: Theme = "auto", opened: Sequence[Opened] = ()) -> str:
    """Return the page of a picture, which is SVG text."""
    title = printable(title)
    trail = templates = ""
    if opened:
        trail = '<nav id="trail" aria-label="opened boxes" hidden></nav>\n'
        places = [[each.parent, each.item, each.title] for each in opened]
        templates = f'<script type="application/json" id="insides">{script_data(places)}</script>\n'
        templates += "".join(f'<template class="inside">{each.picture}</template>\n' for each in opened)
    body = f"""<header>
<h1>{html.escape(title)}</h1>
<span id="scale" role="status"></span>
<button id="smaller" type="button" aria-label="smaller">&#8722;</button>
<button id="larger" type="button" aria-label="larger">+</button>
<button id="whole" type="button">fit</button>
{trail}<p id="word" role="status"></p>
</header>
<main id="picture" tabindex="0" aria-label="the picture; it scrolls">
{picture}</main>
{templates}<script>
{asset(__file__, "page.js")}</script>
"""
    look = f"{rules()}\n{asset(__file__, 'page.css')}" if opened else asset(__file__, "page.css")
    return document(title, look, body, theme)
