"""Levels: choose how finely a picture shows a graph, from single ops to whole modules.

The parts of a graph (`graph/outline.py`) are opened level by level, all parts of one depth together, as long as the
level asks for it and the picture stays readable. What is not opened becomes a block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, get_args

from ...engine.node import Node
from ...graph.outline import Part, PartKind
from .blocks import Block, the_others
from .neurons import neuron

Level = Literal["auto", "op", "neuron", "layer", "module"]

LEVELS: Final = get_args(Level)
READABLE: Final = 60  # boxes in a picture that one can read
ON_A_SCREEN: Final = 12  # boxes in a picture of a loop that fits on a screen
STRETCHES: Final = 20  # into which a long row is cut when it is opened
MOST_OPS: Final = 2_000  # boxes in a picture of single ops that was asked for

Unit = Part | Node | Block


def units(parts: Sequence[Unit], level: Level, most: int, with_a_round: int | None = None) -> list[Unit]:
    """Return what a picture of this level shows, oldest first: single nodes, closed parts, and what repeats them.

    A level that would have more than `most` boxes is not opened, nor the round of a loop that would lead to more than
    `with_a_round`.
    """
    wanted: Callable[[Part], bool] = {
        "module": _is_wrapper, "layer": _holds_layers, "neuron": lambda part: _anything(part) and neuron(part) is None,
        "op": lambda part: part.kind is not PartKind.STRETCH,
    }.get(level, _anything)  # fmt: skip
    found: list[Unit] = list(parts)
    while True:
        for opens in (
            wanted,
            lambda part: _is_wrapper(part) and wanted(part),
            lambda part: part.kind is not PartKind.ROUND and wanted(part),
        ):
            chosen = [unit for unit in found if isinstance(unit, Part) and opens(unit)]
            opened = _opened(found, opens)
            rounds = with_a_round is not None and any(part.kind is PartKind.ROUND for part in chosen)
            if chosen and count(opened) <= (min(most, with_a_round or most) if rounds else most):
                break
        else:
            return found
        found = opened


def _opened(shown: Sequence[Unit], opens: Callable[[Part], bool]) -> list[Unit]:
    found: list[Unit] = []
    for unit in shown:
        if isinstance(unit, Part) and opens(unit):
            found += unit.children or unit.nodes
            if unit.repeats > 1:
                found.append(the_others(unit))
        else:
            found.append(unit)
    return found


def in_stretches(contents: Sequence[Part | Node]) -> list[Unit]:
    """Return a long row of units as a few stretches of it, each of which can be opened; a short one as it is."""
    if len(contents) <= READABLE:
        return [*contents]
    size = max(READABLE // 2, -(-len(contents) // STRETCHES))
    found: list[Unit] = []
    for start in range(0, len(contents), size):
        children = tuple(contents[start : start + size])
        nodes = tuple([node for unit in children for node in _nodes(unit)])
        found.append(Part(PartKind.STRETCH, "", f"{len(nodes):,} ops", nodes, children))
    return found


def _nodes(unit: Part | Node) -> tuple[Node, ...]:
    return unit.nodes + unit.hidden if isinstance(unit, Part) else (unit,)


def count(shown: Sequence[Unit]) -> int:
    """Return how many boxes these units need, those of the leaves that single ops use included."""
    leaves = {i for unit in shown if isinstance(unit, Node) for i in unit.inputs if i.op is None and _is_drawn(i)}
    return len(shown) + len(leaves)


def _is_drawn(leaf: Node) -> bool:
    return leaf.requires_grad or bool(leaf.label)


def _anything(part: Part) -> bool:
    return part.kind not in (PartKind.STRETCH, PartKind.PARTIAL)  # beside a whole round, one that lacks ops says little


def _is_wrapper(part: Part) -> bool:
    """Tell whether a part only repeats others: a round of a loop, a sample."""
    return part.kind in (PartKind.ROUND, PartKind.SAMPLE)


def _holds_layers(part: Part) -> bool:
    """Tell whether a part is more than one layer: it has parts inside that are more than single neurons."""
    inner = [child for child in part.children if isinstance(child, Part)]
    return _is_wrapper(part) or any(not _is_unit(child) for child in inner if child.kind is PartKind.MODULE)


def _is_unit(part: Part) -> bool:
    """Tell whether a part computes one number and holds no other part: a neuron."""
    last = (part.children or part.nodes)[-1]
    return not any(isinstance(child, Part) for child in part.children) and type(getattr(last, "_data", None)) is float
