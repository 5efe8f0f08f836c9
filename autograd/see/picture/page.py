"""The page of a saved picture: one HTML file that loads nothing, in which the reader can enlarge and move the picture.

Its style is in `page.css` and its script in `page.js`, beside this file. Without scripts it shows the whole picture.
"""

from __future__ import annotations

import html

from .html_page import asset, document
from .plain_text import printable
from .theme import Theme


def page(picture: str, title: str, theme: Theme = "auto") -> str:
    """Return the page of a picture, which is SVG text."""
    title = printable(title)
    body = f"""<header>
<h1>{html.escape(title)}</h1>
<span id="scale" role="status"></span>
<button id="smaller" type="button" aria-label="smaller">&#8722;</button>
<button id="larger" type="button" aria-label="larger">+</button>
<button id="whole" type="button">fit</button>
</header>
<main id="picture" tabindex="0" aria-label="the picture; it scrolls">
{picture}</main>
<script>
{asset(__file__, "page.js")}</script>
"""
    return document(title, asset(__file__, "page.css"), body, theme)
