"""The player: one HTML page with the picture and the table, which plays the stops of a lesson forward and back.

The page loads nothing, and opens at the first step, or at that in its address, `#step=7`. Where scripts are off, it
shows the finished picture and the whole table. Its style is in `player.css` and its script in `lesson.js` and
`player.js`, beside this file.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from ..picture.html_page import asset, document, framed, script_data
from ..picture.opened import OpenedBoxes
from ..picture.page import TRAIL, opening_script, opening_style
from ..picture.theme import Theme
from .stops import Lesson

STILL: Final = (
    "Scripts are off here, so the steps do not play: above is the {} picture, below are all steps. To play them, "
    "trust the notebook and run the cell again, or open the page that stepper.save('steps.html') writes in a browser."
)
FRAME_HEIGHT: Final = 640  # px, in a notebook
MOST_IN_PAGE: Final = 700_000  # bytes of the lessons of folded boxes, in a page
MOST_IN_CELL: Final = 350_000  # and in a notebook, which may have many
MOST_ROWS: Final = 200  # of the table in a notebook that is not trusted
SAME_AS_ROWS: Final = "  to {5}: d{1}/d{5} = {6}; contribution {7}; sum {8}"  # the columns of the table, from 0
OPENS: Final = 'its ops one by one: Stepper(root, path=(a, b)), focus=node or level="op"'
BUTTONS: Final = (
    ("first", "&#8676;", "first step"),
    ("back", "&#8592;", "one step back"),
    ("play", "&#9654;", "play"),
    ("next", "&#8594;", "next step"),
    ("last", "&#8677;", "last step"),
)


def page(
    picture: str,
    root: str,
    columns: Sequence[str],
    lesson: Lesson,
    theme: Theme,
    opened: OpenedBoxes,
) -> str:
    """Return the whole page.

    `picture` is SVG text without a style, `root` the names of the roots, `columns` those of the table, and `opened` the
    lessons of folded boxes.
    """
    title = f"Backprop through {root}, step by step"
    count = len(lesson.stops)
    buttons = "\n".join(
        f'<button id="{name}" type="button" aria-label="{what}" title="{what}">{sign}</button>'
        for name, sign, what in BUTTONS
    )
    data = script_data({**lesson.plain(), "same": SAME_AS_ROWS, "opens": OPENS})
    body = f"""<main>
<header>
<h1>{html.escape(title)}</h1>
<span class="legend"><i class="now">this step</i> <i class="done">gradient finished</i></span>
<nav aria-label="steps">
{buttons}
<label class="speed">speed <select id="speed">
<option value="0.5">½</option>
<option value="1" selected>1</option>
<option value="2">2</option>
<option value="4">4</option>
</select></label>
<input id="slider" type="range" min="0" max="{count}" value="1" step="1" aria-label="step">
<span id="count"></span>
<button id="whole" type="button" aria-pressed="false" hidden>whole picture</button>
</nav>
{TRAIL if opened else ""}<p id="word" role="status"></p>
</header>
<div id="picture" tabindex="-1" role="group" aria-label="the picture">
{picture}</div>
<p id="still">{STILL.format("finished")}</p>
<div id="now" role="status"></div>
<div id="table" tabindex="0" role="region" aria-label="all steps">
{table(columns, lesson)}
</div>
</main>
<script type="application/json" id="lesson">{data}</script>
{opened.html()}<script>
{opening_script()}
{asset(__file__, "lesson.js")}
{asset(__file__, "player.js")}</script>
"""
    return document(title, f"{opening_style()}{asset(__file__, 'player.css')}", body, theme)


def inner_data(lesson: Lesson) -> dict[str, Any]:
    """Return the data of the lesson of a folded box, with the rows of its table, which is not in the page.

    A number stands for so many empty cells at the beginning of a row; those at its end are left out. Where the words of
    a stop say the same as its rows, one line `SAME_AS_ROWS` for each, these lines are left out.
    """
    found = lesson.plain()
    for stop, data in zip(lesson.stops, found["stops"], strict=True):
        data["rows"] = [_row(row) for row in stop.rows]
        first, *lines = stop.words.split("\n")
        if lines == [SAME_AS_ROWS.format(*stop.rows[0][:5], *row[5:]) for row in stop.rows]:
            data |= {"words": first, "same": True}
    return found


def _row(row: Sequence[str]) -> list[str | int]:
    filled = [k for k, text in enumerate(row) if text]
    return [filled[0], *row[filled[0] : filled[-1] + 1]]


def table(columns: Sequence[str], lesson: Lesson, most: int | None = None) -> str:
    """Return the table of all stops, or of at most so many rows of it."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = []
    rows = ((stop.number, row) for stop in lesson.stops for row in stop.rows)
    for number, row in islice(rows, most):
        last = max(k for k, text in enumerate(row) if text) + 1
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in row[:last])
        if last < len(row):
            cells += f'<td colspan="{len(row) - last}"></td>'
        body.append(f'<tr data-step="{number}">{cells}</tr>')
    left = sum(len(stop.rows) for stop in lesson.stops) - len(body)
    more = f"\n<p>… {left:,} more rows</p>" if left else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(body) + f"\n</tbody></table>{more}"


def notebook(whole_page: str, image: str, rows: str = "", taken: int = 0) -> str:
    """Return HTML for a notebook's cell: the page in a frame; where the notebook is not trusted, image and table.

    The image is the picture after `taken` steps; 0 says that it is the finished one.
    """
    words = STILL.format("finished")
    if taken:
        words = words.replace("the finished picture", f"the picture after {taken} backward steps")
    return framed("backprop step by step", whole_page, image, words, rows, FRAME_HEIGHT)
