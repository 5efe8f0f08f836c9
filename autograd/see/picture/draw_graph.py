"""`draw`: the picture of a graph, at the level of detail that can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ...engine.node import Node
from ...engine.sweep import graph_nodes
from ...graph.roots import read_roots
from ..layout.sugiyama import Direction
from .colouring import COLORS, Color
from .drawing import Drawing
from .formulas import display_names
from .insides import insides
from .levels import Level
from .scene_builder import SceneBuilder
from .theme import Theme
from .views import check_choice, view

OPEN: Final = 'in Python, a folded box opens with level="op", focus=node or path=(a, b)'


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
    max_nodes  how many boxes a picture may have before it folds, circles and plain numbers not counted: 60, or 12 where
               the round of a loop is open, and 2,000 for level="op"
    engine     the layout: "layered" (built in), or "dot"; "auto" is the built-in one. `dot` may take minutes for a
               graph that uses one node often: after 10 seconds the built-in layout is used, with a warning
    stats      whether to show statistics of arrays that are too large to be shown in full
    """
    check_choice("color", color, (None, *COLORS))
    roots = read_roots(root, "draw")
    nodes = graph_nodes(*roots)
    seen = view(roots, nodes, level, max_nodes, focus, path, depth)
    names = display_names(nodes, labels)
    builder = SceneBuilder(roots, names, None, stats, color, seen.blocks, seen.bare, seen.cells)
    found = builder.build()
    if any(len(block.nodes) > 1 for block in seen.blocks):
        found.notes = (*found.notes, OPEN)
    return Drawing(found, engine, theme, direction, insides(builder, names))
