"""Write a scene as SVG.

This file decides the sizes and the legend; `picture.css` has the look of each kind and state, and `theme.py` the
colours. Kinds and states differ in shape or line as well as in colour, and every box has a text for screen readers.

A picture of 2,000 boxes must stay small. So what stands on a box or an arrow has no more attributes than it needs:
coordinates are whole px, item k and arrow k are the k-th elements of these classes and have no id, and the style finds
lines and words by their element.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from enum import Enum
from xml.sax.saxutils import escape, quoteattr

from ...engine.text import display_width
from ..layout.geometry import Box, Curve, Layout, Line, Point
from .colouring import Paint
from .path_data import path_data, straight, whole as _n
from .plain_text import printable
from .scene import CONSTANT, DONE, FOLDED, KINDS, NEURON, NOW, OP, VARIABLE, Arrow, Item, Scene
from .style import literal_style, style
from .theme import TINTS, Theme

LayoutEngine = Callable[..., Layout]  # of boxes and lines, with gaps by keyword

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
CONVERTED_FONT = "monospace"  # a converter takes the first font of a list, even if there is none of that name
TEXT, SMALL = 12.0, 10.5  # px
ADVANCE = 0.602  # of a monospaced letter, in em

HEADS = ("", DONE, NOW)  # the states that an arrow can have
PAGE_HEADS = "gg"  # the prefix of the ids of the arrowheads that all pictures of a page share
LINE_HEIGHT, TILE_LINE, TILE_WIDTH = 17.0, 13.0, 118.0  # px
TILE_BAR = 5.0  # px, for the bar of a coloured tile
PILE = 4.0  # px between the boxes of a pile, which stands for equal pieces
FAN_GAPS = {"box_gap": 10.0}  # px, where every neuron has a line to every other
THINNEST, THICKEST = 0.4, 4.4  # px, of the line of a weight
LEAST_LEGEND_WIDTH = 440.0  # px; the legend is broken into rows, but not into rows narrower than this


class Look(Enum):
    """Where a picture has its style from.

    OWN      its own style element, which follows the theme of the page
    LITERAL  its own, with the colours written out for converters that know no CSS variables; "auto" is then light
    PAGE     the page that it stands in; the page declares PAGE_HEADS
    INSIDE   as PAGE; it takes the place of a picture of that page, whose script adds what all pictures have
    """

    OWN = "own"
    LITERAL = "literal"
    PAGE = "page"
    INSIDE = "inside"


def svg(scene: Scene, layout_engine: LayoutEngine, theme: Theme = "auto", look: Look = Look.OWN) -> str:
    """Return the picture as SVG text, the same for the same scene, layout and theme."""
    boxes = [_box(item) for item in scene.items]
    lines = [Line(a.tail, a.head, label_box(a.words) if a.words else None) for a in scene.arrows]
    fans = any(item.kind == NEURON for item in scene.items)
    layout = layout_engine(boxes, lines, **(FAN_GAPS if fans else {}))
    legend, legend_width, legend_height = _legend(scene, max(layout.width, LEAST_LEGEND_WIDTH))
    width = max(layout.width, legend_width)
    height = layout.height + legend_height + 14
    shift = (width - layout.width) / 2
    parts = _beginning(scene, theme, look, width, height)
    parts.append(f'<g transform="translate({_n(shift)} 0)">' if _n(shift) != "0" else "<g>")
    parts += [_arrow(a, c) for a, c in zip(scene.arrows, layout.curves, strict=True)]
    parts += [_item(item, box, center) for item, box, center in zip(scene.items, boxes, layout.centers, strict=True)]
    parts.append("</g>")
    parts += [f'<g transform="translate(12 {_n(layout.height + 4)})">', *legend, "</g>", "</svg>"]
    return "\n".join(parts) + "\n"


def _beginning(scene: Scene, theme: Theme, look: Look, width: float, height: float) -> list[str]:
    """Return the lines before the arrows and boxes: the element itself, texts for screen readers, style, arrowheads."""
    seen = f'viewBox="0 0 {width:.0f} {height:.0f}"'
    if look is Look.INSIDE:
        return [f"<svg {seen}>", f"<title>{_text(scene.title)}</title>"]
    prefix = "g" + hashlib.sha256(repr((scene.title, scene.items, scene.arrows)).encode()).hexdigest()[:10]
    heads = PAGE_HEADS if look is Look.PAGE else prefix
    css: list[str] = []
    if look is not Look.PAGE:
        rules = style(theme, prefix) if look is Look.OWN else literal_style("dark" if theme == "dark" else "light")
        css = [f"<style>{rules}{heads_style(heads, f'#{prefix}')}</style>"]
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" class="gg-picture" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" width="{width:.0f}" height="{height:.0f}" '
        f'{seen} font-family="{CONVERTED_FONT if look is Look.LITERAL else FONT}" font-size="{TEXT:g}">',
        f'<title id="{prefix}-title">{_text(scene.title)}</title>',
        f'<desc id="{prefix}-desc">{_text(_description(scene))}</desc>',
        *css,
        f"<defs>{''.join(_arrowhead(heads, state) for state in HEADS)}</defs>",
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
    ]


def _description(scene: Scene) -> str:
    """Return one sentence per box, for screen readers."""
    return ". ".join(item.hint for item in scene.items if item.hint and item.kind != CONSTANT)[:4000]


def _box(item: Item) -> Box:
    if item.kind == OP:
        wide = max(34, _whole(_width(item.title, TEXT) + 16))
        return Box(wide, 34 if wide == 34 else 30)
    size, line_height = (SMALL, TILE_LINE) if item.kind == NEURON else (TEXT, LINE_HEIGHT)
    lines = [item.title]
    for what, value in item.rows:
        lines += [f"{what} {line:>{item.room}}".lstrip() for line in value.split("\n")]
    widest = max(_width(line, size) for line in lines)
    if item.kind == NEURON:
        bar = TILE_BAR if item.paint is not None else 0.0
        return Box(max(TILE_WIDTH, _whole(widest + 12)), _whole(7 + line_height * len(lines) + bar))
    return Box(max(44, _whole(widest + 18)), _whole(14 + line_height * len(lines)))


def label_box(words: Sequence[str]) -> Box:
    """Return the size of the paper under the lines of words on an arrow."""
    return Box(_whole(max(_width(line, SMALL) for line in words) + 10), 14.0 * len(words) + 6)


def _whole(length: float) -> int:
    """Return the next even number of px, whose half is a number of px too."""
    return 2 * math.ceil(length / 2)


def _item(item: Item, box: Box, at: Point) -> str:
    x, y = at.x - box.width / 2, at.y - box.height / 2
    rx = box.height / 2 if item.kind == OP else {VARIABLE: 9, NEURON: 8}.get(item.kind, 3)
    size = f'width="{_n(box.width)}" height="{_n(box.height)}" rx="{_n(rx)}"'
    shape = f'<rect class="shape" x="{_n(x)}" y="{_n(y)}" {size}/>'
    if item.count > 1:  # a pile of boxes
        shape = f'<rect class="shape" x="{_n(x + PILE)}" y="{_n(y - PILE)}" {size}/>{shape}'
    line_height = TILE_LINE if item.kind == NEURON else LINE_HEIGHT
    top = at.y - line_height * sum(1 + value.count("\n") for _, value in item.rows) / 2 + 4
    if item.kind == NEURON and item.paint is not None:
        top -= TILE_BAR / 2
    texts = [f'<text class="title" x="{_n(at.x)}" y="{_n(top)}">{_text(item.title)}</text>']
    line_y = top
    for what, text in item.rows:
        if item.kind == NEURON:  # its rows are in the middle, with their names
            line_y += line_height
            tile = _text(f"{what} {text}".strip())
            texts.append(f'<text class="tile" x="{_n(at.x)}" y="{_n(line_y)}">{tile}</text>')
            continue
        look = f' class="{what}"' if what in ("data", "grad") else ""
        texts.append(f'<text{look} x="{_n(x + 9)}" y="{_n(line_y + line_height)}">{_text(what)}{" " * bool(what)}')
        for j, line in enumerate(text.split("\n")):
            line_y += line_height
            below = f' y="{_n(line_y)}"' if j else ""
            kept = ' xml:space="preserve"' if line[:1] in ("[", " ") else ""  # keeps the columns of a matrix aligned
            texts.append(f'<tspan x="{_n(x + box.width - 9)}"{below}{kept}>{_text(line)}</tspan>')
        texts.append("</text>")
    looks = ["item", item.kind, item.state]
    if item.paint is not None:
        looks += [item.paint.look, "tinted"]
        texts.append(_bar(item.paint, x + 4, y + box.height - 5, box.width - 8))
    hint = f"<title>{_text(item.hint)}</title>" if item.hint else ""
    name = f" data-name={quoteattr(printable(item.name))}" if item.name else ""
    return f'<g class="{" ".join(filter(None, looks))}"{name}>{hint}{shape}{"".join(texts)}</g>'


def _bar(paint: Paint, x: float, y: float, room: float) -> str:
    """Return the bar that shows a size without colour: from the left for a positive number, else from the right."""
    if not paint.shade:
        return ""
    long = max(1.0, room * paint.bar)
    sign, start = ("positive", x) if paint.shade > 0 else ("negative", x + room - long)
    return f'<rect class="{sign}-bar" x="{start:.1f}" y="{_n(y)}" width="{long:.1f}" height="3"/>'


def _arrow(arrow: Arrow, curve: Curve) -> str:
    if arrow.weight is not None:
        look = "negative weight" if arrow.weight < 0 else "positive weight"
        wide = THINNEST + (THICKEST - THINNEST) * abs(arrow.weight)
        # Straight, so that the many lines of a layer are a fan; a tile that one crosses lies above it.
        path = f'd="{straight(curve.points)}" stroke-width="{wide:.2f}"'
        return f'<path class="{look}" {path}><title>{_text(arrow.hint)}</title></path>'
    parts = [f'<path d="{path_data(curve.points)}"/>']
    if curve.label is not None:
        box = label_box(arrow.words)
        x, y = curve.label.x - box.width / 2, curve.label.y - box.height / 2
        if any(
            min(abs(p.x - curve.label.x), abs(p.y - curve.label.y)) < 1 for p in curve.points
        ):  # the line would run through the text
            size = f'width="{_n(box.width)}" height="{_n(box.height)}"'
            parts.append(f'<rect x="{_n(x)}" y="{_n(y)}" {size}/>')
        top = curve.label.y - 7.0 * (len(arrow.words) - 1) + 3.5
        for j, words in enumerate(arrow.words):
            last = arrow.state == NOW and j == len(arrow.words) - 1
            look = ' class="contribution"' if last else ' class="number"' if j else ""
            parts.append(f'<text{look} x="{_n(curve.label.x)}" y="{_n(top + 14.0 * j)}">{_text(words)}</text>')
    hint = f"<title>{_text(arrow.hint)}</title>" if arrow.hint else ""
    name = f" data-from={quoteattr(printable(arrow.name))}" if arrow.name else ""
    state = f" {arrow.state}" if arrow.state else ""
    return f'<g class="arrow{state}"{name}>{hint}{"".join(parts)}</g>'


def _legend(scene: Scene, width: float) -> tuple[list[str], float, float]:
    """Return the legend, in rows no wider than `width` where that is possible, with its own width and height."""
    together = 0.0  # the width of the colours, which stay in one row where there is room
    entries: list[tuple[str, str, Paint | None]] = [(kind, meaning, None) for kind, meaning in scene.kinds().items()]
    entries += [(state, meaning, None) for state, meaning in scene.states().items()]
    entries += [("", note, None) for note in scene.remarks()]
    if scene.colors:
        title, shades = scene.colors
        entries.append(("", title, None))
        entries += [("tinted", meaning, Paint(k, abs(k) / TINTS)) for k, meaning in shades]
        together = _width(title, SMALL) + sum(48.0 + _width(meaning, SMALL) for _, meaning in shades)
    parts: list[str] = []
    x = y = widest = 0.0
    for look, meaning, paint in entries:
        if scene.colors and meaning == scene.colors[0] and x and x + together + 24 > width:
            x, y = 0.0, y + 22
        sample = 28.0 if look else 0.0
        wide = sample + _width(meaning, SMALL)
        if x and x + wide + 24 > width:
            x, y = 0.0, y + 22
        if look:
            rx = {OP: 8, VARIABLE: 5}.get(look, 2)
            shape = f'<rect class="shape" x="{_n(x)}" y="{_n(y + 3)}" width="22" height="16" rx="{rx}"/>'
            of = look if look in KINDS or look in FOLDED else f"result {look} {paint.look if paint else ''}".rstrip()
            bar = _bar(paint, x + 2, y + 15, 18) if paint else ""
            parts.append(f'<g class="{of}">{shape}{bar}</g>')
        parts.append(f'<text class="note" x="{_n(x + sample)}" y="{_n(y + 15)}">{_text(meaning)}</text>')
        widest = max(widest, x + wide + 24)
        x += wide + 20
    return parts, widest, y + 22


def _arrowhead(prefix: str, state: str) -> str:
    return (
        f'<marker id="{prefix}-head{state}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path class="head{" " * bool(state)}{state}" '
        'd="M0 0.8L8 4L0 7.2z"/></marker>'
    )


def heads_style(prefix: str = PAGE_HEADS, within: str = ".gg-picture") -> str:
    """Return the rules that give each line the arrowhead of its state; those of a page hold for all its pictures."""
    return "".join(
        f"{within} {f'.{state}' if state else '.arrow'} path {{ marker-end: url(#{prefix}-head{state}); }}\n"
        for state in HEADS
    )


def _width(text: str, size: float) -> float:
    return display_width(text) * ADVANCE * size


def _text(text: str) -> str:
    """Escape text for XML. XML cannot hold control characters, not even escaped."""
    return escape(printable(text))
