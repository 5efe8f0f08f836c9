"""The player: one HTML page with the picture and the table, which plays the steps forward and back.

It needs nothing from outside, and without scripts it shows the finished picture and the whole table. It knows the
steps as plain data and the picture as SVG text, and how the two belong together: by the `data-name` of a box.
"""

from __future__ import annotations

import html
import json
from typing import Any

from ..picture.scene import DONE, NOW
from ..picture.svg import STATE

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem; color: #1a1a1a; background: #fff }
h1 { font-size: 1.35rem; margin: 0 0 .4rem; overflow-wrap: anywhere }
#picture { overflow: auto; border: 1px solid #ddd; border-radius: 6px; padding: 4px }
body.plays #picture { max-height: 60vh }
nav { position: sticky; top: 0; z-index: 1; background: #fff; padding: .4rem 0; display: flex; gap: .5rem;
  align-items: center; flex-wrap: wrap }
nav i { font-style: normal; border: 3px solid; border-radius: 3px; padding: 0 .4em; white-space: nowrap }
button { font: inherit; padding: .25rem .8rem }
button:focus-visible { outline: 3px solid #c2185b; outline-offset: 1px }
#now, table { font: 13px/1.5 ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace }
#now { min-height: 6em; margin: .6rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
.wide { overflow: auto }
table { border-collapse: collapse }
td, th { padding: .15rem .6rem; text-align: left; border-bottom: 1px solid #eee; white-space: nowrap }
tr.now td { background: #fde7f0 } tr.later td { color: #767676 } body.plays tr { cursor: pointer }
body:not(.plays) nav, body:not(.plays) #now { display: none }
"""

_SCRIPT = """
"use strict";
const data = JSON.parse(document.getElementById("steps").textContent), steps = data.steps;
const items = new Map(), arrows = new Map();
for (const e of document.querySelectorAll("#picture [data-name]")) items.set(e.dataset.name, e);
for (const e of document.querySelectorAll("#picture [data-from]")) arrows.set(e.dataset.from, e);
const rows = [...document.querySelectorAll("tbody tr")];
const picture = document.getElementById("picture"), NOW = "__NOW__", DONE = "__DONE__";
for (const e of document.querySelectorAll("#picture .shape, #picture .line")) {
  e.dataset.stroke = e.getAttribute("stroke"); e.dataset.width = e.getAttribute("stroke-width");
}
let at = 0;
function paint(e, color, width) {
  if (!e) return;
  e.setAttribute("stroke", color || e.dataset.stroke); e.setAttribute("stroke-width", width || e.dataset.width);
}
function bringIntoView(e) {  // within the picture only: the page itself stays where the reader has put it
  if (!e) return;
  const box = e.getBoundingClientRect(), all = picture.getBoundingClientRect();
  const off = (low, high, from, to, aim) =>
    low < from + 20 || high > to - 20 ? (low + high) / 2 - from - aim * (to - from) : 0;
  // To the right of the middle: what the step hands on goes to the left.
  const x = off(box.left, box.right, all.left, all.right, 0.75);
  picture.scrollBy(x, off(box.top, box.bottom, all.top, all.bottom, 0.5));
}
function show(k) {
  at = Math.max(0, Math.min(steps.length, k));
  const arrived = new Map(at ? [[steps[0].node, steps[0].words.gradient]] : []);
  for (const s of steps.slice(0, at)) for (const f of s.flows) arrived.set(f.input, f.words.after);
  for (const [name, e] of items) {
    const lines = (arrived.has(name) ? arrived.get(name) : "\\u2013").split("\\n");
    e.querySelectorAll(".grad").forEach((line, i) => { line.textContent = lines[i] || ""; });
    paint(e.querySelector(".shape"));
  }
  for (const e of arrows.values()) paint(e.querySelector(".line"));
  steps.slice(0, at).forEach((s, i) => {
    const now = i === at - 1;
    paint(items.get(s.node)?.querySelector(".shape"), now ? NOW : DONE, 2.4);
    for (const f of s.flows) {
      paint(arrows.get(s.node + " " + f.position)?.querySelector(".line"), now ? NOW : DONE, now ? 2.2 : 1.4);
    }
  });
  for (const r of rows) {
    const n = Number(r.dataset.step);
    r.className = n === at ? "now" : n > at ? "later" : "";
    [...r.cells].forEach((c, i) => { if (i > 3) c.style.visibility = n > at ? "hidden" : "visible"; });
  }
  const s = steps[at - 1];
  bringIntoView(items.get((s || steps[0]).node));
  document.getElementById("now").textContent = s ? s.words.text
    : "Nothing has flowed back yet: every grad is \\u2013. It begins with " + (steps[0].words.gradient === "1"
      ? "d" + data.root + "/d" + data.root + " = 1."
      : "the gradient of " + data.root + ":\\n" + steps[0].words.gradient);
  document.getElementById("count").textContent = "step " + at + " of " + steps.length;
  document.getElementById("back").disabled = document.getElementById("first").disabled = at === 0;
  document.getElementById("next").disabled = document.getElementById("last").disabled = at === steps.length;
}
const go = { first: () => 0, back: () => at - 1, next: () => at + 1, last: () => steps.length };
for (const id in go) document.getElementById(id).onclick = () => show(go[id]());
for (const r of rows) r.onclick = () => show(Number(r.dataset.step));
addEventListener("keydown", e => {
  const k = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last" }[e.key];
  if (k && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); show(go[k]()); }
});
document.body.classList.add("plays");
show(data.position);
"""


def page(picture: str, steps: dict[str, Any]) -> str:
    """The whole page: `picture` is SVG text, `steps` what Stepper.to_json() gives."""
    root = html.escape(steps["root"])
    # In a script, only "<" could end it or begin a comment; as \\u003c it is the same JSON.
    data = json.dumps(steps, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backprop through {root}, step by step</title>
<style>{_STYLE}</style>
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
<i style="border-color:{STATE[NOW]}">this step</i>
<i style="border-color:{STATE[DONE]}">gradient finished</i>
</nav>
<div id="picture">
{picture}</div>
<div id="now" role="status" aria-live="polite"></div>
<div class="wide">
{_table(steps)}
</div>
<script type="application/json" id="steps">{data}</script>
<script>{_SCRIPT.replace("__NOW__", STATE[NOW]).replace("__DONE__", STATE[DONE])}</script>
</body>
</html>
"""


def _table(steps: dict[str, Any]) -> str:
    body = []
    for step in steps["steps"]:
        for row in step["words"]["rows"]:
            cells = "".join(f"<td>{html.escape(text)}</td>" for text in row)
            body.append(f'<tr data-step="{step["number"]}">{cells}</tr>')
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in steps["columns"])
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(body) + "\n</tbody></table>"


def notebook(whole_page: str, image: str) -> str:
    """The player in a notebook's cell, `image` an <img>. Where scripts are not trusted the frame is stripped, and the
    image stays."""
    return (
        f'<div>{image}<iframe title="backprop step by step" sandbox="allow-scripts" '
        f'style="width:100%;height:640px;border:0" onload="this.previousElementSibling.remove()" '
        f'srcdoc="{html.escape(whole_page)}"></iframe></div>'
    )
