"""Views: choose which nodes of a graph a picture shows, and which of them stand in one box."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ...engine.node import Node
from ...engine.text import shown
from ...graph.naming import is_number
from ...graph.outline import Part, PartKind, outline
from .blocks import Block, folded, many_leaves, the_others
from .levels import LEVELS, MOST_OPS, ON_A_SCREEN, READABLE, Level, Unit, count, in_stretches, units
from .neurons import Neuron, neurons
from .selection import Selection, around, between

DEPTH: Final = 3  # ops around a node in focus


@dataclass(frozen=True, slots=True)
class View:
    """The nodes of a graph that a picture shows in one box, and those that it shows without their op.

    blocks  nodes that stand in one box
    bare    results whose op is not shown
    cells   the blocks that are neurons
    part    whether only a part of the graph was asked for, by `focus` or `path`
    """

    blocks: Sequence[Block] = ()
    bare: Collection[Node] = ()
    cells: Mapping[Block, Neuron] = field(default_factory=dict)
    part: bool = False

    def nodes(self, nodes: Iterable[Node]) -> set[Node]:
        """Return the results that are shown with their ops, among these nodes."""
        inside = {node for block in self.blocks for node in block.nodes}
        return {node for node in nodes if node.op is not None and node not in inside and node not in self.bare}


def view(
    roots: Sequence[Node],
    nodes: Sequence[Node],
    level: Level = "auto",
    max_nodes: int | None = None,
    focus: Node | None = None,
    path: tuple[Node, Node] | None = None,
    depth: int | None = None,
) -> View:
    """Return what a picture shows; the arguments are those of `draw`. Raise ValueError for a wrong one."""
    check_choice("level", level, LEVELS)
    if max_nodes is not None and (isinstance(max_nodes, bool) or not isinstance(max_nodes, int) or max_nodes < 1):
        raise ValueError(f"max_nodes is how many boxes a picture may have, 1 or more, got {shown(max_nodes)}")
    selection = _selection(nodes, focus, path, depth, max_nodes)
    if selection is not None:
        if level not in ("auto", "op"):
            choice = "path" if focus is None else "focus"
            raise ValueError(
                f"level={shown(level)} folds the whole graph, and {choice}= shows single ops of a piece of it, got "
                "both; leave out one of them"
            )
        ends = {end for end in (focus, *(path or ())) if end is not None}
        return _with_few_leaves(View(selection.blocks, selection.bare, part=True), nodes, ends)
    return _at_level(roots, nodes, level, max_nodes)


def _selection(
    nodes: Sequence[Node],
    focus: Node | None,
    path: tuple[Node, Node] | None,
    depth: int | None,
    max_nodes: int | None,
) -> Selection | None:
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise ValueError(f"depth is how many ops around focus=node are drawn, 0 or more, got {shown(depth)}")
    if focus is not None and path is not None:
        raise ValueError("focus=node and path=(a, b) both choose what is drawn, got both; give one of them")
    if depth is not None and focus is None:
        raise ValueError("depth= goes with focus=node, got no focus; give the node to draw the surroundings of")
    if focus is None and path is None:
        return None
    if path is not None and not isinstance(path, tuple | list):
        raise TypeError(f"path takes two nodes (a, b), got {type(path).__name__}: {shown(path)}")
    ends = (focus,) if path is None else tuple(path)
    for end in ends:
        if not isinstance(end, Node) or end not in set(nodes):
            what = "focus" if path is None else "path"
            raise ValueError(f"{what} takes nodes of the root's graph, got {shown(end)}")
    if path is None:
        assert focus is not None
        most = max_nodes or READABLE // 3  # the inputs of their ops come in addition
        return around(focus, DEPTH if depth is None else depth, nodes, most)
    if len(ends) != 2:
        raise ValueError(f"path takes two nodes (a, b), got {len(ends)}")
    return between(path[0], path[1], nodes)


def _at_level(roots: Sequence[Node], nodes: Sequence[Node], level: Level, max_nodes: int | None) -> View:
    """Return the blocks of a level, and which of them are neurons."""
    most = max_nodes or (READABLE if level == "auto" else MOST_OPS)
    if level in ("auto", "op") and sum(not is_number(node) for node in nodes) <= most:
        return View()
    parts = outline(roots, nodes)
    shown = units(parts, "neuron", MOST_OPS) if level in ("auto", "neuron") else []
    cells = neurons(shown)
    if level == "neuron" and not cells:
        raise ValueError(
            'level="neuron" draws networks of Values whose neurons are modules, as nn.MLP has, and this graph has '
            'none; use level="layer", or "auto"'
        )
    if not cells or (level == "auto" and count(shown) > most):
        with_a_round = ON_A_SCREEN if level == "auto" and max_nodes is None else None
        shown, cells = units(parts, level, most, with_a_round), {}
    return _with_few_leaves(_closed(shown, cells), nodes, set(roots))


def _with_few_leaves(seen: View, nodes: Sequence[Node], kept: Collection[Node]) -> View:
    """Return the view with the leaves of an op that has more than one can read in one block, but those to be kept."""
    return replace(seen, blocks=[*seen.blocks, *many_leaves(seen.nodes(nodes), nodes, READABLE, kept)])


def _closed(shown: Sequence[Unit], cells: Mapping[Part, Neuron]) -> View:
    """Return the picture of these units, in which each closed part is one box."""
    blocks: list[Block] = []
    tiles: dict[Block, Neuron] = {}
    for unit in shown:
        if not isinstance(unit, Node):
            blocks.append(folded(unit) if isinstance(unit, Part) else unit)
            if isinstance(unit, Part) and unit in cells:
                tiles[blocks[-1]] = cells[unit]
    return View(blocks, (), tiles)


def view_inside(part: Part, inputs: Sequence[Node]) -> View:
    """Return what a picture of the inside of a part shows; `inputs` are the nodes outside that it uses.

    It is the finest level that one can read. Of equal pieces it shows the first, and a box for the others.
    """
    contents: list[Unit] = [*part.nodes]
    if len(part.nodes) + len(inputs) > READABLE:
        if part.kind is PartKind.STRETCH:
            contents = in_stretches(part.children or part.nodes)
        else:  # of several equal parts, the parts of the last are not known yet
            contents = [*(part.children or outline((), part.nodes))]
    if part.repeats > 1:
        contents.append(the_others(part))
    shown = units(contents, "neuron", READABLE)
    cells = neurons(shown)
    if not cells:
        shown = units(contents, "auto", READABLE)
    seen = _closed(shown, cells)
    return replace(seen, bare=frozenset(node for node in inputs if node.op is not None))


def check_choice(what: str, value: object, known: Sequence[str | None]) -> None:
    if not (value is None or isinstance(value, str)) or value not in known:
        raise ValueError(f"{what} is one of {', '.join(map(str, known))}, got {shown(value)}")
