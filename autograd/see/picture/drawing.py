"""draw: a graph as a picture, wherever one is: with `dot` where it is installed, with our own layout elsewhere."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...engine.node import Node
from ...engine.sweep import graph_nodes
from ...graph.naming import is_number
from ..layout.layered import layered
from . import dot_text
from .scene import Scene, scene
from .svg import svg
from .words import named

if TYPE_CHECKING:
    import graphviz

ENGINES = ("auto", "dot", "layered")


class Drawing:
    """A picture of a graph. It shows itself in a notebook; `.svg` and `.dot` are its texts."""

    def __init__(self, shown: Scene, engine: str = "auto") -> None:
        if engine not in ENGINES:
            raise ValueError(f"engine is one of {', '.join(ENGINES)}, got {engine!r}")
        if engine == "dot" and not dot_text.installed():
            raise RuntimeError(
                'engine="dot" needs the program dot, which is not on the PATH (the Python package graphviz does not '
                'bring it); install Graphviz, or leave engine at "auto" for the layout that is built in'
            )
        self.scene: Final = shown
        self.engine: Final = engine

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text."""
        if self.engine == "dot":
            return svg(self.scene, dot_text.place)
        if self.engine == "auto" and dot_text.installed():
            try:
                return svg(self.scene, dot_text.place)
            except (RuntimeError, ImportError):  # a broken dot is no reason to show nothing
                return svg(self.scene, layered)
        return svg(self.scene, layered)

    @property
    def dot(self) -> str:
        """The graph as DOT text."""
        source: str = self.to_graphviz().source
        return source

    def to_graphviz(self) -> graphviz.Digraph:
        """The graph as a `graphviz.Digraph`, to go on with."""
        return dot_text.digraph(self.scene)

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file: .svg, or .dot or .gv for DOT text. ValueError for any other suffix."""
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in (".svg", ".dot", ".gv"):
            raise ValueError(f"a Drawing saves .svg, .dot or .gv, got {target.name!r}")
        target.write_text(self.svg if suffix == ".svg" else self.dot, encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        # An <img> with the picture inside: a notebook that is not trusted strips inline SVG, and shows this.
        return image(self.svg, self.scene.title)

    def __repr__(self) -> str:
        return f"<Drawing of {len(self.scene.items)} boxes; .svg has the picture, .save(path) writes it>"


def image(picture: str, title: str) -> str:
    """SVG text as an HTML image that needs nothing from outside; it shrinks to its page, but not until nobody can
    read it."""
    data = base64.b64encode(picture.encode("utf-8")).decode("ascii")
    wide = re.search(r'width="(\d+)"', picture)
    least = f";min-width:{int(wide[1]) * 6 // 10}px" if wide else ""
    style = f"max-width:100%{least}"
    return f'<img alt="{html.escape(title)}" style="{style}" src="data:image/svg+xml;base64,{data}">'


def draw(
    root: Node | Sequence[Node] | np.ndarray,
    labels: Mapping[str, object] | None = None,
    level: str = "auto",
    max_nodes: int = 500,
    engine: str = "auto",
    stats: bool = False,
) -> Drawing:
    """Draw the computation graph of `root`, or of several: a list, or an array of Values as `zoom` gives it.

    A box shows a node's label, data and grad (`–` before a backward pass), that of a Tensor its shape and dtype too; on
    an arrow into an op stands the local derivative, as a formula and as a number, or what the op makes of the gradient
    g that arrives, `g @ wᵀ`. `labels` names nodes: {"x": x}, or globals(). `engine` is "dot", "layered" (built in), or
    "auto": dot where it is installed. `level` "auto" and "op" show a box per op. `stats` says more about arrays that
    are too large to be shown. ValueError where the graph has more than `max_nodes` nodes.
    """
    roots = [root] if isinstance(root, Node) else _several(root)
    if level not in ("auto", "op"):
        raise ValueError(f'level is "auto" or "op", got {level!r}')
    nodes = graph_nodes(*roots)
    constants = sum(map(is_number, nodes))
    if len(nodes) - constants > max_nodes or constants > max_nodes:
        raise ValueError(
            f"the graph has {len(nodes) - constants:,} nodes and {constants:,} constants, too many to read as a "
            f"picture (max_nodes={max_nodes:,}); draw one sample's output instead of a whole loss, "
            "an inner node, or raise max_nodes"
        )
    return Drawing(scene(roots, named(nodes, labels), stats=stats), engine)


def _several(roots: Any) -> list[Node]:
    if isinstance(roots, np.ndarray):
        roots = roots.ravel().tolist()
    found = list(roots) if isinstance(roots, (list, tuple)) else [roots]
    wrong = [type(each).__name__ for each in found if not isinstance(each, Node)]
    if wrong:
        raise TypeError(f"draw shows the graph of a Value or a Tensor, or of a list of them, got {wrong[0]}")
    if not found:
        raise ValueError("draw got no node to show; expected one or more")
    return found
