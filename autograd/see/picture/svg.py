"""Write a scene as SVG.

This file decides how things look: sizes, colours, type, and the legend that explains them. Kinds and states differ in
shape or line as well as in colour, and every box has a text for screen readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from ...engine.text import display_width
from ..layout.geometry import Box, Curve, Layout, Line, Point
from .plain_text import printable
from .scene import CHANGED, CONSTANT, DONE, KINDS, NOW, OP, RESULT, VARIABLE, Arrow, Item, Scene

LayoutEngine = Callable[[Sequence[Box], Sequence[Line]], Layout]

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
TEXT, SMALL = 12.0, 10.5  # px
ADVANCE = 0.602  # of a monospaced letter, in em

FILL = {VARIABLE: "#e3effa", RESULT: "#ffffff", CONSTANT: "#f4f4f4", OP: "#fff3d6"}
LINE = {VARIABLE: "#1f5f99", RESULT: "#444444", CONSTANT: "#8a8a8a", OP: "#a06a00"}
STATE = {NOW: "#c2185b", DONE: "#2e7d32", CHANGED: "#b3400a"}
DASH = {CONSTANT: "4 3", CHANGED: "2 2"}
INK, QUIET = "#1a1a1a", "#5a5a5a"
HEADS = {"": INK, NOW: STATE[NOW], DONE: STATE[DONE]}
LEAST_LEGEND_WIDTH = 440.0  # px; the legend is broken into rows, but not into rows narrower than this


def svg(scene: Scene, layout_engine: LayoutEngine) -> str:
    """Return the picture as SVG text, the same for the same scene and layout."""
    prefix = "g" + hashlib.sha256(repr((scene.title, scene.items, scene.arrows)).encode()).hexdigest()[:10]
    boxes = [_box(item) for item in scene.items]
    layout = layout_engine(boxes, [Line(a.tail, a.head, _label_box(a)) for a in scene.arrows])
    legend, legend_width, legend_height = _legend(scene, max(layout.width, LEAST_LEGEND_WIDTH))
    width = max(layout.width, legend_width)
    height = layout.height + legend_height + 14
    shift = (width - layout.width) / 2
    heads = "".join(_arrowhead(prefix, state, color) for state, color in HEADS.items())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}" font-size="{TEXT:g}">',
        f'<title id="{prefix}-title">{_text(scene.title)}</title>',
        f'<desc id="{prefix}-desc">{_text(_description(scene))}</desc>',
        f"<defs>{heads}</defs>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<g transform="translate({_n(shift)} 0)">',
    ]
    parts += [_arrow(k, a, c, prefix) for k, (a, c) in enumerate(zip(scene.arrows, layout.curves, strict=True))]
    parts += [
        _item(k, item, box, center, prefix)
        for k, (item, box, center) in enumerate(zip(scene.items, boxes, layout.centers, strict=True))
    ]
    parts += ["</g>", f'<g transform="translate(12 {_n(layout.height + 4)})">', *legend, "</g>", "</svg>"]
    return "\n".join(parts) + "\n"


def _description(scene: Scene) -> str:
    """Return one sentence per box, for screen readers."""
    return ". ".join(item.hint for item in scene.items if item.hint and item.kind != CONSTANT)[:4000]


def _box(item: Item) -> Box:
    if item.kind == OP:
        wide = max(34.0, _width(item.title, TEXT) + 16)
        return Box(wide, 34.0 if wide == 34.0 else 30.0)
    lines = [item.title]
    for what, value in item.rows:
        lines += [f"{what} {line:>{item.room}}" for line in value.split("\n")]
    return Box(max(44.0, max(_width(line, TEXT) for line in lines) + 18), 14 + 17.0 * len(lines))


def _label_box(arrow: Arrow) -> Box | None:
    if not arrow.words:
        return None
    return Box(max(_width(words, SMALL) for words in arrow.words) + 10, 14.0 * len(arrow.words) + 6)


def _item(k: int, item: Item, box: Box, at: Point, prefix: str) -> str:
    x, y = at.x - box.width / 2, at.y - box.height / 2
    line = STATE.get(item.state, LINE[item.kind])
    wide = 2.4 if item.state else {VARIABLE: 1.8, OP: 1.2}.get(item.kind, 1.1)
    dash = _dash(item.state, item.kind)
    rx = box.height / 2 if item.kind == OP else 3 if item.kind != VARIABLE else 9
    size = f'x="{_n(x)}" y="{_n(y)}" width="{_n(box.width)}" height="{_n(box.height)}" rx="{_n(rx)}"'
    shape = f'<rect class="shape" {size} fill="{FILL[item.kind]}" stroke="{line}" stroke-width="{wide}"{dash}/>'
    top = at.y - 17.0 * sum(1 + value.count("\n") for _, value in item.rows) / 2 + 4
    bold = f'text-anchor="middle" font-weight="bold" fill="{INK}"'
    texts = [f'<text x="{_n(at.x)}" y="{_n(top)}" {bold}>{_text(item.title)}</text>']
    y = top
    for what, value in item.rows:
        for j, line in enumerate(value.split("\n")):
            y += 17.0
            if j == 0:
                texts.append(f'<text x="{_n(x + 9)}" y="{_n(y)}" fill="{QUIET}">{_text(what)}</text>')
            kept = ' xml:space="preserve"' if line[:1] in ("[", " ") else ""  # keeps the columns of a matrix aligned
            texts.append(
                f'<text class="{what}" x="{_n(x + box.width - 9)}" y="{_n(y)}" text-anchor="end" '
                f'fill="{INK}"{kept}>{_text(line)}</text>'
            )
    hint = f"<title>{_text(item.hint)}</title>" if item.hint else ""
    name = f" data-name={quoteattr(item.name)}" if item.name else ""
    return f'<g id="{prefix}-item{k}" class="item"{name}>{hint}{shape}{"".join(texts)}</g>'


def _arrow(k: int, arrow: Arrow, curve: Curve, prefix: str) -> str:
    start, *rest = curve.points
    path = f"M{_n(start.x)} {_n(start.y)}" + "".join(
        ("C" if j % 3 == 0 else " ") + f"{_n(p.x)} {_n(p.y)}" for j, p in enumerate(rest)
    )
    now = arrow.state == NOW
    color = HEADS[arrow.state]
    head = f"{prefix}-head{arrow.state}"
    parts = [
        f'<path class="line" d="{path}" fill="none" stroke="{color}" stroke-width="{1.8 if now else 1.1}" '
        f'marker-end="url(#{head})"/>'
    ]
    if curve.label is not None and (box := _label_box(arrow)) is not None:
        x, y = curve.label.x - box.width / 2, curve.label.y - box.height / 2
        if any(
            min(abs(p.x - curve.label.x), abs(p.y - curve.label.y)) < 1 for p in curve.points
        ):  # the line would run through the text
            size = f'width="{_n(box.width)}" height="{_n(box.height)}"'
            parts.append(f'<rect x="{_n(x)}" y="{_n(y)}" {size} fill="#ffffff"/>')
        top = curve.label.y - 7.0 * (len(arrow.words) - 1) + 3.5
        for j, words in enumerate(arrow.words):
            last = now and j == len(arrow.words) - 1
            how = f'font-weight="bold" fill="{color}"' if last else f'fill="{INK if j else QUIET}"'
            at = f'x="{_n(curve.label.x)}" y="{_n(top + 14.0 * j)}" text-anchor="middle" font-size="{SMALL}"'
            parts.append(f"<text {at} {how}>{_text(words)}</text>")
    hint = f"<title>{_text(arrow.hint)}</title>" if arrow.hint else ""
    name = f" data-from={quoteattr(arrow.name)}" if arrow.name else ""
    return f'<g id="{prefix}-arrow{k}" class="arrow"{name}>{hint}{"".join(parts)}</g>'


def _legend(scene: Scene, width: float) -> tuple[list[str], float, float]:
    """Return the legend, in rows no wider than `width` where that is possible, with its own width and height."""
    entries = [*KINDS.items(), *scene.states().items(), *(("", note) for note in scene.notes)]
    parts: list[str] = []
    x = y = widest = 0.0
    for kind, meaning in entries:
        sample = 28.0 if kind else 0.0
        wide = sample + _width(meaning, SMALL)
        if x and x + wide + 24 > width:
            x, y = 0.0, y + 22
        if kind:
            rx = {OP: 8, VARIABLE: 5}.get(kind, 2)
            color = f'stroke="{LINE[kind]}"' if kind in LINE else f'stroke="{STATE[kind]}" stroke-width="2.4"'
            look = f'rx="{rx}" fill="{FILL.get(kind, "#ffffff")}" {color}{_dash(kind)}'
            parts.append(f'<rect x="{_n(x)}" y="{_n(y + 3)}" width="22" height="16" {look}/>')
        at = f'x="{_n(x + sample)}" y="{_n(y + 15)}"'
        parts.append(f'<text {at} font-size="{SMALL}" fill="{QUIET}">{_text(meaning)}</text>')
        widest = max(widest, x + wide + 24)
        x += wide + 20
    return parts, widest, y + 22


def _dash(*looks: str) -> str:
    """Return the dash attribute of the first of these kinds and states that is drawn with a dashed line."""
    return next((f' stroke-dasharray="{DASH[look]}"' for look in looks if look in DASH), "")


def _arrowhead(prefix: str, state: str, color: str) -> str:
    return (
        f'<marker id="{prefix}-head{state}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.8L8 4L0 7.2z" fill="{color}"/></marker>'
    )


def _width(text: str, size: float) -> float:
    return display_width(text) * ADVANCE * size


def _text(text: str) -> str:
    """Escape text for XML. XML cannot hold control characters, not even escaped."""
    return escape(printable(text))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
