"""`draw`: the picture of a graph, at the level of detail that can be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from ...engine.node import Node
from ...engine.sweep import graph_nodes
from ...graph.naming import is_number
from ...graph.outline import Part, outline
from ...graph.roots import read_roots
from ..layout.sugiyama import Direction
from .blocks import Block, folded
from .colouring import COLORS, Color
from .drawing import Drawing
from .formulas import display_names
from .levels import LEVELS, MOST_OPS, READABLE, Level, count, units
from .neurons import Neuron, neurons
from .scene_builder import scene
from .selection import Selection, around, between
from .theme import Theme

DEPTH: Final = 3  # ops around a node in focus
OPEN: Final = 'a box of several ops opens with level="op", focus=node or path=(a, b)'


def draw(
    root: Node | Sequence[Any] | Mapping[Any, Any] | np.ndarray,
    labels: Mapping[str, object] | None = None,
    level: Level = "auto",
    depth: int | None = None,
    focus: Node | None = None,
    path: tuple[Node, Node] | None = None,
    color: Color | None = None,
    direction: Direction = "auto",
    theme: Theme = "auto",
    max_nodes: int | None = None,
    engine: str = "auto",
    stats: bool = False,
) -> Drawing:
    """Draw the computation graph of one root, or of several: a list, tuple or dict, or an array of Values as of `zoom`.

    A box shows a node's label, data and grad (`–` before a backward pass), and for a Tensor its shape and dtype. An
    arrow into an op shows the local derivative as a formula and as a number; where the op has none, it shows the
    contribution that the op computes from the gradient g that arrives, such as `g @ wᵀ`. A box whose data was set after
    the graph was computed from it is marked "changed since", and derivatives at that data have no number.

    A graph of any size is drawn. Modules, rounds of a loop, and samples of equal structure fold to one box each, equal
    ones to one with their number; of a long row of ops the middle is left out.

    labels     names for nodes: {"x": x}, globals(), or dict(model.named_parameters())
    level      "op": a box per op; "neuron": a tile per neuron of a network of Values, a line per weight; "layer",
               "module": a box for each; "auto": the finest of them that has at most `max_nodes` boxes
    focus      a node: draw only what is at most `depth` ops (3) before or after it
    path       two nodes (a, b): draw only what lies between them
    color      None; "grad" or "data": by sign and size, in shades a factor of ten apart; "blame": by each parameter's
               share of the squared norm of all parameters' gradients. The legend has the numbers
    direction  "LR", from left to right, where a long picture goes on in a new row; "TB", from top to bottom; "auto":
               LR, unless TB fits a page much better
    theme      "light", "dark", or "auto": that of the page which shows the picture
    max_nodes  how many boxes a picture may have before it folds: 60, and 2,000 for level="op"
    engine     the layout: "layered" (built in), or "dot"; "auto" is the built-in one. `dot` may take minutes for a
               graph that uses one node often: after 10 seconds the built-in layout is used, with a warning
    stats      whether to show statistics of arrays that are too large to be shown in full
    """
    _check_choice("color", color, (None, *COLORS))
    roots = read_roots(root, "draw")
    nodes = graph_nodes(*roots)
    seen = view(roots, nodes, level, max_nodes, focus, path, depth)
    names = display_names(nodes, labels)
    found = scene(roots, names, None, stats, color, seen.blocks, seen.bare, seen.cells)
    if any(len(block.nodes) > 1 for block in seen.blocks):
        found.notes = (*found.notes, OPEN)
    return Drawing(found, engine, theme, direction)


@dataclass(frozen=True, slots=True)
class View:
    """What a picture shows of a graph: the nodes that stand in one box, and those that are shown without their op.

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
    _check_choice("level", level, LEVELS)
    if max_nodes is not None and (isinstance(max_nodes, bool) or not isinstance(max_nodes, int) or max_nodes < 1):
        raise ValueError(f"max_nodes is how many boxes a picture may have, 1 or more, got {max_nodes!r:.60}")
    selection = _selection(nodes, focus, path, depth, max_nodes)
    if selection is not None:
        return View(selection.blocks, selection.bare, part=True)
    return _at_level(roots, nodes, level, max_nodes)


def _selection(
    nodes: Sequence[Node],
    focus: Node | None,
    path: tuple[Node, Node] | None,
    depth: int | None,
    max_nodes: int | None,
) -> Selection | None:
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise ValueError(f"depth is how many ops around focus=node are drawn, 0 or more, got {depth!r}")
    if focus is not None and path is not None:
        raise ValueError("focus=node and path=(a, b) both choose what is drawn, got both; give one of them")
    if depth is not None and focus is None:
        raise ValueError("depth= goes with focus=node, got no focus; give the node to draw the surroundings of")
    if focus is None and path is None:
        return None
    if path is not None and not isinstance(path, tuple | list):
        raise TypeError(f"path takes two nodes (a, b), got {type(path).__name__}: {path!r:.60}")
    ends = (focus,) if path is None else tuple(path)
    for end in ends:
        if not isinstance(end, Node) or end not in set(nodes):
            what = "focus" if path is None else "path"
            raise ValueError(f"{what} takes nodes of the root's graph, got {end!r:.60}")
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
        shown, cells = units(parts, level, most), {}
    blocks: list[Block] = []
    tiles: dict[Block, Neuron] = {}
    for unit in shown:
        if not isinstance(unit, Node):
            blocks.append(folded(unit) if isinstance(unit, Part) else unit)
            if isinstance(unit, Part) and unit in cells:
                tiles[blocks[-1]] = cells[unit]
    return View(blocks, (), tiles)


def _check_choice(what: str, value: object, known: Sequence[str | None]) -> None:
    if not (value is None or isinstance(value, str)) or value not in known:
        raise ValueError(f"{what} is one of {', '.join(map(str, known))}, got {value!r}")
