"""The live page as HTML: the picture, the sliders, and the script that computes. It loads nothing.

Where scripts are off it shows the picture and a sentence. Its style is in `live.css`, its script in `live.js`, and the
functions that JavaScript's Math does not have are in `functions.js`, beside this file.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Final

from ...engine.node import Node
from ..picture.html_page import FRAME_HEIGHT, asset, document, least_width, script_data, size_of
from .model import Model
from .sliders import Slider

STILL: Final = (
    "Scripts are off here, so no input can be moved. To move them, trust the notebook and run the cell again, or open "
    "the page that live(...).save('page.html') writes in a browser."
)
FIXED: Final = (
    "The graph has a where(…), which keeps the branch that it took when the graph was recorded: "
    "the numbers are right for as long as its condition would have come out the same."
)
UNDRAWN: Final = (
    '<p class="note">The graph has more nodes than max_nodes allows, so it is not drawn; its numbers are '
    "computed all the same.</p>"
)


def page(
    title: str,
    picture: str,
    model: Model,
    sliders: Sequence[Slider],
    names: Mapping[Node, str],
    titles: Mapping[Node, str],
    root: Node,
    plotted: bool,
    fixed: bool,
) -> str:
    """Return the whole page; `plotted` adds the curves of a function, `fixed` a note on a branch that is fixed."""
    data = {
        "root": model.place[root],
        "names": [names.get(node, "") for node in model.nodes],
        "titles": [titles.get(node, "") for node in model.nodes],
        "reached": model.reached,
        "edges": model.edges,
        "sliders": [{"node": model.place[s.node], "low": s.low, "high": s.high, "step": s.step} for s in sliders],
        "plotted": plotted,
    }
    rows = "".join(_row(k, slider, titles) for k, slider in enumerate(sliders))
    shown = html.escape(title)
    body = f"""<main class="column">
<h1><bdi>{shown}</bdi></h1>
<p class="note" id="still">This page computes with a script, and scripts are off here: it shows the graph as it was
recorded. Open the saved page in a browser to move its inputs.</p>
<p id="result" role="status"></p>
{f'<p class="note">{html.escape(FIXED)}</p>' if fixed else ""}
<div id="plot"{"" if plotted else " hidden"}></div>
<fieldset id="sliders">
<legend>Drag, or type a number</legend>
{rows}<button id="reset" type="button">Back to the start</button>
</fieldset>
<div id="picture" tabindex="0" role="region" aria-label="the graph" style="--least:{least_width(picture)}px">
{picture or UNDRAWN}
</div>
</main>
<script type="application/json" id="data">{script_data(data)}</script>
<script>
{{
{asset(__file__, "functions.js")}
{model.source()}
{asset(__file__, "live.js")}
}}
</script>
"""
    return document(title, asset(__file__, "live.css"), body)


def _row(k: int, slider: Slider, titles: Mapping[Node, str]) -> str:
    name, value = html.escape(titles[slider.node]), f"{slider.node.item()!r}"
    limits = f'min="{slider.low!r}" max="{slider.high!r}" step="{slider.step!r}"'
    return f"""<div class="row">
<label for="slider{k}"><bdi>{name}</bdi></label>
<input type="range" id="slider{k}" {limits} value="{value}">
<input type="text" id="number{k}" aria-label="{name} as a number" aria-describedby="wrong{k}" value="{value}"
 autocomplete="off" spellcheck="false">
<output id="gradient{k}" for="slider{k}" aria-live="off"></output>
<p class="wrong" id="wrong{k}" role="alert"></p>
</div>
"""


def frame_height(picture: str, sliders: int, plotted: bool) -> int:
    """Return the height in px that the page needs in a notebook's cell, at most FRAME_HEIGHT."""
    if plotted:
        return FRAME_HEIGHT
    return min(FRAME_HEIGHT, 290 + 42 * sliders + (size_of(picture)[1] or 40))
