"""The player: one HTML page with the picture and the table, which plays the steps forward and back.

The page loads nothing, and opens at the first step. Where scripts are off, it shows the finished picture and the whole
table. It is made of the steps as plain data and of the picture as SVG text; the `data-name` of a box says to which
node it belongs. Its style is in `player.css` and its script in `player.js`, beside this file.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any, Final

from ..picture.theme import variables

FOLDER: Final = Path(__file__).parent


def page(picture: str, steps: dict[str, Any]) -> str:
    """Return the whole page; `picture` is SVG text, `steps` the result of Stepper.to_json()."""
    root = html.escape(steps["root"])
    # Only "<" could end a script element or begin a comment in it; \u003c is the same character in JSON.
    data = json.dumps(steps, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backprop through {root}, step by step</title>
<style>
{variables()}
{_asset("player.css")}</style>
</head>
<body>
<h1>Backprop through {root}, step by step</h1>
<nav aria-label="steps">
<button id="first" type="button">&#8676; Start</button>
<button id="back" type="button">&#8592; Back</button>
<button id="next" type="button">Next &#8594;</button>
<button id="last" type="button">End &#8677;</button>
<span id="count"></span>
<span>(or the arrow keys; or click a row)</span>
<i class="now">this step</i>
<i class="done">gradient finished</i>
</nav>
<div id="picture">
{picture}</div>
<div id="now" role="status" aria-live="polite"></div>
<div class="wide">
{_table(steps)}
</div>
<script type="application/json" id="steps">{data}</script>
<script>
{_asset("player.js")}</script>
</body>
</html>
"""


def _asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _table(steps: dict[str, Any]) -> str:
    body = []
    for step in steps["steps"]:
        for row in step["words"]["rows"]:
            cells = "".join(f"<td>{html.escape(text)}</td>" for text in row)
            body.append(f'<tr data-step="{step["number"]}">{cells}</tr>')
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in steps["columns"])
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(body) + "\n</tbody></table>"


def notebook(whole_page: str, image: str) -> str:
    """Return HTML for a notebook's cell: the page in a frame; where the notebook is not trusted, the image.

    A notebook that is not trusted removes the frame. Where the frame is shown, it removes the image, an <img>. That
    and the size of the frame are attributes, because a notebook removes style and script elements.
    """
    return (
        f'<div>{image}<iframe title="backprop step by step" sandbox="allow-scripts" '
        f'style="width:100%;height:640px;border:0" onload="this.previousElementSibling.remove()" '
        f'srcdoc="{html.escape(whole_page)}"></iframe></div>'
    )
