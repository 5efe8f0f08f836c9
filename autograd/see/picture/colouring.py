"""Colour a picture by size: of gradients, of data, or of each parameter's share of the gradient's norm ("blame").

A size is shown in four shades that are a factor of ten apart, so that a gradient that vanishes along a chain is seen to
fade. A bar at the bottom of the box says the same without colour: it starts at the left for a positive number and at
the right for a negative one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np

from ...engine.node import Node
from .number_format import as_number, format_number, norm
from .theme import TINTS

Color = Literal["grad", "data", "blame"]

COLORS: Final = get_args(Color)
DECADE: Final = 10.0
STRONGEST: Final = 0.3  # of the greatest size in the picture: about from here on the shade is the strongest
SATURATED: Final = 0.99  # of a tanh; a sigmoid is saturated below 0.01 and above 0.99
_MEANING: Final[Mapping[Color, str]] = {
    "grad": "colour: gradient",
    "data": "colour: data",
    "blame": "colour: share of the squared norm of the parameters' gradients",
}


@dataclass(frozen=True, slots=True)
class Paint:
    """The colour of a box.

    shade  -4 to 4: the sign, and how strong; 0 for a number that is exactly 0
    bar    the length of the bar, from 0 to 1
    rows   what the box says more, as (what, value): ("blame", "34 %"), ("", "saturated")
    """

    shade: int
    bar: float
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def look(self) -> str:
        """The class of the shade in picture.css; empty for 0."""
        return f"{'positive' if self.shade > 0 else 'negative'}-{abs(self.shade)}" if self.shade else ""


@dataclass(frozen=True, slots=True)
class Colouring:
    """The paint of each node, and the legend: the meaning of each shade that occurs, as (shade, words)."""

    paints: Mapping[Any, Paint]
    legend: tuple[tuple[int, str], ...]
    title: str


def colouring(
    nodes: Iterable[Node],
    color: Color,
    data: Mapping[Node, Any],
    gradients: Mapping[Node, Any],
    outputs: Mapping[Any, Sequence[Node]] | None = None,
    parameters: Mapping[Any, Sequence[Node]] | None = None,
) -> Colouring:
    """Return the paint of each node, and of each box of several nodes by its key.

    `outputs` are the nodes whose numbers such a box shows, `parameters` the leaves in it, which have its blame. The
    shade is 0 where there is no size: no gradient has arrived, or the data is not finite.
    """
    single = {node: (node,) for node in nodes}
    outputs = {**single, **(outputs or {})}
    members: dict[Any, Sequence[Node]] = {**single, **(parameters or {})} if color == "blame" else {**outputs}
    sizes: dict[Any, float]
    if color == "blame":
        norms = {}
        for thing, inside in members.items():
            known = [gradients[n] for n in inside if n.op is None and n.requires_grad and gradients.get(n) is not None]
            if known:
                norms[thing] = size(known)
        total = norm(np.array([*norms.values()]))
        sizes = {thing: _share(each, total) for thing, each in norms.items()}
    else:
        shown = gradients if color == "grad" else data
        known_of = {thing: [shown[n] for n in inside if shown.get(n) is not None] for thing, inside in members.items()}
        sizes = {thing: size(known) for thing, known in known_of.items() if known}
    finite = {n: x for n, x in sizes.items() if math.isfinite(x)}
    greatest = max(map(abs, finite.values()), default=0.0)
    paints = {}
    for n in {**outputs, **members}:
        rows = [("blame", f"{100 * sizes[n]:.3g} %")] if color == "blame" and n in sizes else []
        shown_here = outputs.get(n, ())
        if len(shown_here) == 1:
            rows += [("", word) for word in saturation(shown_here[0], data[shown_here[0]])]
        x = finite.get(n, 0.0)
        paints[n] = Paint(shade(x, greatest), abs(x) / greatest if greatest else 0.0, tuple(rows))
    return Colouring(paints, _legend({paints[n].shade for n in finite}, greatest, color), _MEANING[color])


def _share(part: float, whole: float) -> float:
    """Return the square of part / whole; nan where a gradient is not finite, so that there are no shares."""
    return (part / whole) ** 2 if 0.0 < whole < math.inf else 0.0 if whole == 0.0 else math.nan


def size(things: Sequence[Any]) -> float:
    """Return one number as it is, and of an array or of several things the norm of all their elements."""
    number = as_number(things[0]) if len(things) == 1 else None
    return float(number) if number is not None else norm(np.array([norm(x) for x in things]))


def shade(x: float, greatest: float) -> int:
    """Return the shade of a number beside the greatest one: 4 from its bound on, one less for each factor of ten."""
    if x == 0.0 or greatest == 0.0:
        return 0
    bounds = [_bound(greatest) / DECADE**k for k in range(TINTS - 1)]
    strength = next((TINTS - k for k, bound in enumerate(bounds) if abs(x) >= bound), 1)
    return strength if x > 0 else -strength


def _bound(greatest: float) -> float:
    """Return where the strongest shade begins: 0.3 of the greatest size, in one digit, because the legend shows it."""
    return float(f"{STRONGEST * greatest:.0e}")


def _legend(shades: Iterable[int], greatest: float, color: Color) -> tuple[tuple[int, str], ...]:
    """Say in numbers what each shade that occurs stands for, from the most negative to the most positive."""
    entries = []
    for k in sorted(shades):
        least = _bound(greatest) / DECADE ** (TINTS - abs(k))
        percent, scale = (" %", 100.0) if color == "blame" else ("", 1.0)
        if k == 0:
            entries.append((k, "0"))
            continue
        weakest = abs(k) == 1
        bound = math.copysign(least * scale * (DECADE if weakest else 1.0), k)
        sign = ("<" if weakest else "≥") if k > 0 else (">" if weakest else "≤")
        entries.append((k, f"{sign} {format_number(bound)}{percent}"))
    return tuple(entries)


def saturation(node: Node, data: Any) -> tuple[str, ...]:
    """Say where an activation passes on no gradient or next to none: a saturated tanh or sigmoid, a relu at 0."""
    name = node.op.name if node.op is not None else ""
    y = np.asarray(data)
    if name == "tanh":
        flat, word = np.abs(y) > SATURATED, "saturated"
    elif name == "sigmoid":
        flat, word = (y > SATURATED) | (y < 1 - SATURATED), "saturated"
    elif name == "relu":
        flat, word = y == 0, "off"
    else:
        return ()
    count = int(np.count_nonzero(flat))
    if not count:
        return ()
    return (word,) if y.size == 1 else (f"{100 * count / y.size:.3g} % {word}",)
