"""Sliders: which leaves of a graph the reader may move, and over which range."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine.node import Node
from ...engine.text import shown

STEPS = 200  # of a slider, at least
NARROWEST = 1e-15  # of a number: a smaller step may not change it


@dataclass(frozen=True, slots=True)
class Slider:
    """A leaf that the reader may move from `low` to `high`, in steps of `step`."""

    node: Node
    low: float
    high: float
    step: float


def sliders_of(asked: Any, nodes: Sequence[Node], names: Mapping[Node, str]) -> list[Slider]:
    """Return the sliders that `asked` names; of None, all leaves that require a gradient.

    `asked` is a name or a node, several of them, or a mapping from them to ranges. ValueError for one that is not a
    leaf of this graph.
    """
    if asked is None:
        asked = [node for node in nodes if node.op is None and node.requires_grad]
    if isinstance(asked, str | Node):
        asked = [asked]
    if not isinstance(asked, Iterable):
        raise TypeError(f"sliders takes names or leaves, or a mapping from them to ranges, got {type(asked).__name__}")
    ranges = asked if isinstance(asked, Mapping) else dict.fromkeys(asked)
    found = {_leaf(one, nodes, names): limits for one, limits in ranges.items()}
    return [_slider(node, limits, names[node]) for node, limits in found.items()]


def checked_range(name: str, limits: Any) -> tuple[float, float]:
    """Return a range as two finite floats, the smaller first; ValueError for anything else."""
    try:
        low, high = map(float, limits)
    except (TypeError, ValueError):
        low = high = math.nan
    narrowest = max(STEPS * NARROWEST * max(abs(low), abs(high)), sys.float_info.min * STEPS)
    if not (math.isfinite(high - low) and low < high and high - low > narrowest):
        raise ValueError(
            f"the range of {name} is (low, high) with low < high, such as (-3, 3), finite and with room for {STEPS} "
            f"steps; got {shown(limits)}"
        )
    return low, high


def step_of(low: float, high: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, ... and their tenths that gives at least STEPS steps."""
    size = (high - low) / STEPS
    power = 10.0 ** math.floor(math.log10(size))
    return float(f"{max(k * power for k in (1, 2, 5) if k * power <= size * (1 + 1e-9)):.1g}")


def _leaf(one: Any, nodes: Sequence[Node], names: Mapping[Node, str]) -> Node:
    if isinstance(one, Node):
        matches = [node for node in nodes if node is one]
    elif isinstance(one, str):
        matches = [n for n in nodes if names.get(n) == one] or [n for n in nodes if n in names and n.label == one]
    else:
        raise TypeError(f"a slider is for a leaf, given by its name or itself, got {type(one).__name__}: {shown(one)}")
    leaves = [node for node in matches if node.op is None and node in names]
    if len(leaves) == 1:
        return leaves[0]
    if matches and not leaves:
        name = names.get(matches[0], "a plain number")
        raise ValueError(
            f"a slider moves a leaf, and {name} is no leaf with a name; name one of {_listed(nodes, names)}"
        )
    raise ValueError(f"{shown(one)} is not one leaf of this graph; expected one of {_listed(nodes, names)}")


def _listed(nodes: Sequence[Node], names: Mapping[Node, str]) -> str:
    leaves = [f"{names[node]:.40}" for node in nodes if node.op is None and node in names]
    return ", ".join([*leaves[:8], *(["…"] if len(leaves) > 8 else [])])


def _slider(node: Node, limits: Any, name: str) -> Slider:
    if limits is None:
        number = node.item()
        if not math.isfinite(number):
            raise ValueError(
                f"{name} is {number}, which is no place on a slider; give its range, {{{name!r}: (-3, 3)}}"
            )
        reach = 2.0 * 10.0 ** math.ceil(math.log10(abs(number))) if number else 2.0
        low, high = -max(reach, 2.0), max(reach, 2.0)
    else:
        low, high = checked_range(name, limits)
    return Slider(node, low, high, step_of(low, high))
