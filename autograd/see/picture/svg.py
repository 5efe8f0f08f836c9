"""Write a scene as SVG.

This file decides the sizes and the legend; `picture.css` has the look of each kind and state, and `theme.py` the
colours. Kinds and states differ in shape or line as well as in colour, and every box has a text for screen readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import Enum
from xml.sax.saxutils import escape, quoteattr

from ...engine.text import display_width
from ..layout.geometry import Box, Curve, Layout, Line, Point
from .colouring import Paint
from .plain_text import printable
from .scene import CONSTANT, DONE, FOLDED, KINDS, NEURON, NOW, OP, VARIABLE, Arrow, Item, Scene
from .style import literal_style, style
from .theme import TINTS, Theme

LayoutEngine = Callable[..., Layout]  # of boxes and lines, with gaps by keyword

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
TEXT, SMALL = 12.0, 10.5  # px
ADVANCE = 0.602  # of a monospaced letter, in em

HEADS = ("", DONE, NOW)  # the states that an arrow can have
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
    PAGE     the page that it stands in
    """

    OWN = "own"
    LITERAL = "literal"
    PAGE = "page"


def svg(scene: Scene, layout_engine: LayoutEngine, theme: Theme = "auto", look: Look = Look.OWN) -> str:
    """Return the picture as SVG text, the same for the same scene, layout and theme."""
    prefix = "g" + hashlib.sha256(repr((scene.title, scene.items, scene.arrows)).encode()).hexdigest()[:10]
    boxes = [_box(item) for item in scene.items]
    lines = [Line(a.tail, a.head, _label_box(a)) for a in scene.arrows]
    fans = any(item.kind == NEURON for item in scene.items)
    layout = layout_engine(boxes, lines, **(FAN_GAPS if fans else {}))
    legend, legend_width, legend_height = _legend(scene, max(layout.width, LEAST_LEGEND_WIDTH))
    width = max(layout.width, legend_width)
    height = layout.height + legend_height + 14
    shift = (width - layout.width) / 2
    css = ""
    if look is Look.OWN:
        css = style(theme, prefix)
    elif look is Look.LITERAL:
        css = literal_style("dark" if theme == "dark" else "light")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" class="gg-picture" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}" font-size="{TEXT:g}">',
        f'<title id="{prefix}-title">{_text(scene.title)}</title>',
        f'<desc id="{prefix}-desc">{_text(_description(scene))}</desc>',
        f"<style>{css}{_heads_style(prefix)}</style>",
        f"<defs>{''.join(_arrowhead(prefix, state) for state in HEADS)}</defs>",
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
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
    size, line_height = (SMALL, TILE_LINE) if item.kind == NEURON else (TEXT, LINE_HEIGHT)
    lines = [item.title]
    for what, value in item.rows:
        lines += [
            f"{what} {line:>{item.room}}".lstrip() if not what else f"{what} {line:>{item.room}}"
            for line in value.split("\n")
        ]
    widest = max(_width(line, size) for line in lines)
    if item.kind == NEURON:
        bar = TILE_BAR if item.paint is not None else 0.0
        return Box(max(TILE_WIDTH, widest + 12), 7 + line_height * len(lines) + bar)
    return Box(max(44.0, widest + 18), 14 + line_height * len(lines))


def _label_box(arrow: Arrow) -> Box | None:
    if not arrow.words:
        return None
    return Box(max(_width(words, SMALL) for words in arrow.words) + 10, 14.0 * len(arrow.words) + 6)


def _item(k: int, item: Item, box: Box, at: Point, prefix: str) -> str:
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
        value = f"value {what}" if what in ("data", "grad") else "value"
        for j, line in enumerate(text.split("\n")):
            line_y += line_height
            if item.kind == NEURON:  # its rows are in the middle, with their names
                texts.append(
                    f'<text class="tile" x="{_n(at.x)}" y="{_n(line_y)}">{_text(f"{what} {line}".strip())}</text>'
                )
                continue
            if j == 0 and what:
                texts.append(f'<text class="what" x="{_n(x + 9)}" y="{_n(line_y)}">{_text(what)}</text>')
            kept = ' xml:space="preserve"' if line[:1] in ("[", " ") else ""  # keeps the columns of a matrix aligned
            texts.append(
                f'<text class="{value}" x="{_n(x + box.width - 9)}" y="{_n(line_y)}"{kept}>{_text(line)}</text>'
            )
    looks = ["item", item.kind, item.state]
    if item.paint is not None:
        looks += [item.paint.look, "tinted"]
        texts.append(_bar(item.paint, x + 4, y + box.height - 5, box.width - 8))
    hint = f"<title>{_text(item.hint)}</title>" if item.hint else ""
    name = f" data-name={quoteattr(printable(item.name))}" if item.name else ""
    classes = " ".join(filter(None, looks))
    return f'<g id="{prefix}-item{k}" class="{classes}"{name}>{hint}{shape}{"".join(texts)}</g>'


def _bar(paint: Paint, x: float, y: float, room: float) -> str:
    """Return the bar that shows a size without colour: from the left for a positive number, else from the right."""
    if not paint.shade:
        return ""
    long = max(1.0, room * paint.bar)
    sign, start = ("positive", x) if paint.shade > 0 else ("negative", x + room - long)
    return f'<rect class="{sign}-bar" x="{_n(start)}" y="{_n(y)}" width="{_n(long)}" height="3"/>'


def _arrow(k: int, arrow: Arrow, curve: Curve, prefix: str) -> str:
    start, *rest = curve.points
    path = f"M{_n(start.x)} {_n(start.y)}" + "".join(
        ("C" if j % 3 == 0 else " ") + f"{_n(p.x)} {_n(p.y)}" for j, p in enumerate(rest)
    )
    if arrow.weight is not None:
        look = "negative weight" if arrow.weight < 0 else "positive weight"
        wide = THINNEST + (THICKEST - THINNEST) * abs(arrow.weight)
        hint = f"<title>{_text(arrow.hint)}</title>"
        # Straight, so that the many lines of a layer are a fan; a tile that one crosses lies above it.
        path = f"M{_n(start.x)} {_n(start.y)}L{_n(rest[-1].x)} {_n(rest[-1].y)}"
        where = f'id="{prefix}-arrow{k}" class="{look}"'
        return f'<path {where} d="{path}" stroke-width="{wide:.2f}">{hint}</path>'
    parts = [f'<path class="line" d="{path}"/>']
    if curve.label is not None and (box := _label_box(arrow)) is not None:
        x, y = curve.label.x - box.width / 2, curve.label.y - box.height / 2
        if any(
            min(abs(p.x - curve.label.x), abs(p.y - curve.label.y)) < 1 for p in curve.points
        ):  # the line would run through the text
            size = f'width="{_n(box.width)}" height="{_n(box.height)}"'
            parts.append(f'<rect class="paper" x="{_n(x)}" y="{_n(y)}" {size}/>')
        top = curve.label.y - 7.0 * (len(arrow.words) - 1) + 3.5
        for j, words in enumerate(arrow.words):
            last = arrow.state == NOW and j == len(arrow.words) - 1
            look = "word contribution" if last else "word number" if j else "word"
            parts.append(f'<text class="{look}" x="{_n(curve.label.x)}" y="{_n(top + 14.0 * j)}">{_text(words)}</text>')
    hint = f"<title>{_text(arrow.hint)}</title>" if arrow.hint else ""
    name = f" data-from={quoteattr(printable(arrow.name))}" if arrow.name else ""
    state = f" {arrow.state}" if arrow.state else ""
    return f'<g id="{prefix}-arrow{k}" class="arrow{state}"{name}>{hint}{"".join(parts)}</g>'


def _legend(scene: Scene, width: float) -> tuple[list[str], float, float]:
    """Return the legend, in rows no wider than `width` where that is possible, with its own width and height."""
    together = 0.0  # the width of the colours, which stay in one row where there is room
    entries: list[tuple[str, str, Paint | None]] = [(kind, meaning, None) for kind, meaning in scene.kinds().items()]
    entries += [(state, meaning, None) for state, meaning in scene.states().items()]
    entries += [("", note, None) for note in scene.notes]
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


def _heads_style(prefix: str) -> str:
    """Return the rules that give each line the arrowhead of its state; they name this picture's own elements."""
    return "".join(
        f"#{prefix} {f'.{state} ' if state else ''}.line {{ marker-end: url(#{prefix}-head{state}); }}\n"
        for state in HEADS
    )


def _width(text: str, size: float) -> float:
    return display_width(text) * ADVANCE * size


def _text(text: str) -> str:
    """Escape text for XML. XML cannot hold control characters, not even escaped."""
    return escape(printable(text))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
