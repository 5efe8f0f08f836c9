"""The page of a saved picture: one HTML file that loads nothing, in which the reader can enlarge and move the picture.

Its style is in `page.css` and its script in `page.js`, beside this file. Without scripts it shows the whole picture.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

from .plain_text import printable
from .theme import Theme, variables

FOLDER: Final = Path(__file__).parent


def page(picture: str, title: str, theme: Theme = "auto") -> str:
    """Return the page of a picture, which is SVG text."""
    title = html.escape(printable(title))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{variables(theme)}
{asset("page.css")}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<span id="scale" role="status"></span>
<button id="smaller" type="button" aria-label="smaller">&#8722;</button>
<button id="larger" type="button" aria-label="larger">+</button>
<button id="whole" type="button">fit</button>
</header>
<main id="picture" tabindex="0" aria-label="the picture; it scrolls">
{picture}</main>
<script>
{asset("page.js")}</script>
</body>
</html>
"""


def asset(name: str) -> str:
    """Return the text of a style or script file of this folder."""
    return (FOLDER / name).read_text(encoding="utf-8")
