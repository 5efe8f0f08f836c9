"""The words of pictures and tables: how a number is written, what an op says in Python's spelling, a node's local
derivatives as text and number, and which text can be shown at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from ..naming import terms
from ..node import Node
from ..symbol import Symbol, literal, rule_text, written

NO_GRADIENT = "–"  # not 0: nothing has arrived yet
LONGEST = 28  # letters of a formula that stands beside an arrow
# They turn round what follows them, and a label need not close what it opens.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def figure(number: float | None) -> str:
    """Four digits are enough to follow by; None is a gradient that has not come yet."""
    if number is None:
        return NO_GRADIENT
    return f"{number:.0f}" if 9999.5 <= abs(number) < 1e6 else f"{number:.4g}"


def equation(formula: str, number: float) -> str:
    """`w = -3`, or only the number where the formula is one."""
    return figure(number) if _is_number(formula) else f"{formula} = {figure(number)}"


def beside_an_arrow(formula: str, number: float) -> tuple[str, ...]:
    """The same in lines for a picture. A formula that would tear it apart is left to the tooltip."""
    if _is_number(formula):
        return (figure(number),)
    return (formula, f"= {figure(number)}") if columns(formula) <= LONGEST else (f"… = {figure(number)}",)


def _is_number(formula: str) -> bool:
    try:
        float(formula)
    except ValueError:
        return False
    return "_" not in formula


def made(node: Node, name: Mapping[Node, str]) -> str:
    """What a node was computed as, `x1 * w1`; empty for a leaf."""
    return written(node.op, terms(node, name), node.params) if node.op is not None else ""


def local_derivatives(
    node: Node, name: Mapping[Node, str], data: Mapping[Node, float]
) -> list[tuple[str, float] | None]:
    """d(node)/d(input) for each input, as a formula and as a number; None for an input no gradient flows to."""
    if node.op is None:
        return []
    inputs = terms(node, name)
    numbers = [data[i] if isinstance(i, Node) else i for i in node.inputs]
    found: list[tuple[str, float] | None] = []
    for position, i in enumerate(node.inputs):
        if isinstance(i, Node) and i.requires_grad:
            number = float(node.op.vjp(position, 1.0, data[node], numbers, node.params))
            try:
                formula = rule_text(node.op, position, literal(1.0), Symbol(name[node]), inputs, node.params)
            except TypeError:  # a rule that asks `if x > 0` or calls math.exp cannot be written down; its number stands
                formula = literal(number)
            found.append((str(formula), number))
        else:
            found.append(None)
    return found


def clean(text: str) -> str:
    """Text that can be shown. A replacement character stands for what no picture, page or terminal can hold: control
    characters, halves of a pair, non-characters; white space of any kind is a space."""
    return "".join(" " if c.isspace() else c if _can_be_shown(c) else "\ufffd" for c in text)


def _can_be_shown(c: str) -> bool:
    return not (unicodedata.category(c) in ("Cc", "Cs") or ord(c) & 0xFFFE == 0xFFFE or c in _TURNING)


def cut(text: str, longest: int) -> str:
    """On one line, and no longer than this."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def columns(text: str) -> int:
    """How many columns text takes in a monospaced type: Chinese letters take two, accents and joiners none."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 1
        for c in text
    )


def table(rows: list[tuple[str, ...]], right: tuple[int, ...]) -> str:
    """Rows as text in columns, those in `right` flush right."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        gaps = [" " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [gap + cell if k in right else cell + gap for k, (cell, gap) in enumerate(zip(row, gaps, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
