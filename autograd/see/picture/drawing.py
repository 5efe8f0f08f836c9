"""`draw`: a graph as a picture, laid out by the built-in layout, or by `dot` on request."""

from __future__ import annotations

import base64
import html
import re
import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...engine.node import Node
from ...engine.replacement import replace_file
from ...engine.sweep import graph_nodes
from ...graph.naming import is_number
from ...graph.roots import read_roots
from ..layout.sugiyama import layered
from .colouring import COLORS, Color
from .dot_layout import dot_installed, dot_layout
from .dot_text import digraph
from .formulas import display_names
from .page import page
from .rendering import rendered
from .scene import Scene, scene
from .svg import svg
from .theme import THEMES, Theme

if TYPE_CHECKING:
    import graphviz

ENGINES = ("auto", "dot", "layered")
SUFFIXES = (".svg", ".html", ".png", ".pdf", ".dot", ".gv")


class Drawing:
    """A picture of a graph, as it was when it was drawn. It shows itself in a notebook."""

    def __init__(self, shown: Scene, engine: str = "auto", theme: Theme = "auto") -> None:
        if engine not in ENGINES:
            raise ValueError(f"engine is one of {', '.join(ENGINES)}, got {engine!r}")
        if engine == "dot" and not dot_installed():
            raise RuntimeError(
                'engine="dot" needs the program dot, which is not on the PATH (the Python package graphviz does not '
                'bring it); install Graphviz, or leave engine at "auto" for the layout that is built in'
            )
        if theme not in THEMES:
            raise ValueError(f"theme is one of {', '.join(THEMES)}, got {theme!r}")
        self.scene: Final = shown
        self.engine: Final = engine
        self.theme: Final = theme

    @cached_property
    def svg(self) -> str:
        """Return the picture as SVG text."""
        return self._written(literal=False)

    def _written(self, literal: bool) -> str:
        if self.engine == "dot":
            try:
                return svg(self.scene, dot_layout, self.theme, literal)
            except TimeoutError as error:
                warnings.warn(f"{error}; the built-in layout is used instead", RuntimeWarning, stacklevel=4)
        return svg(self.scene, layered, self.theme, literal)

    @property
    def dot(self) -> str:
        """Return the graph as DOT text."""
        source: str = self.to_graphviz().source
        return source

    def to_graphviz(self) -> graphviz.Digraph:
        """Return the graph as a `graphviz.Digraph`, which can be changed and rendered further."""
        return digraph(self.scene)

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file. Raise ValueError for a suffix other than these.

        .svg         the picture
        .html        a page in which it can be enlarged and moved
        .png, .pdf   by the extra `render`; the theme "auto" is then the light one
        .dot, .gv    DOT text, for Graphviz

        The file is written completely or not at all: after an error or Ctrl-C, the old one is intact.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(f"a Drawing saves {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, got {target.name!r}")
        replace_file(target, self._content(suffix))
        return target

    def _content(self, suffix: str) -> str | bytes:
        """Return the content of a file with this suffix."""
        if suffix in (".png", ".pdf"):
            return rendered(self._written(literal=True), suffix)
        if suffix == ".html":
            return page(self.svg, self.scene.title, self.theme)
        return self.svg if suffix == ".svg" else self.dot

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the picture as HTML, SVG and text, so that an export to LaTeX or slides keeps it."""
        return {"text/html": self._repr_html_(), "image/svg+xml": self.svg, "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        # A notebook that is not trusted removes inline SVG, but shows an <img> that contains the picture.
        return image(self.svg, self.scene.title)

    def __repr__(self) -> str:
        return f"<Drawing of {len(self.scene.items)} boxes; .svg has the picture, .save(path) writes it>"


def image(picture: str, title: str) -> str:
    """Return SVG text as an HTML image that loads nothing.

    It shrinks to the width of its page, down to 0.6 of its own width. A smaller picture could not be read.
    """
    data = base64.b64encode(picture.encode("utf-8")).decode("ascii")
    wide = re.search(r'width="(\d+)"', picture)
    least = f";min-width:{int(wide[1]) * 6 // 10}px" if wide else ""
    style = f"max-width:100%{least}"
    return f'<img alt="{html.escape(title)}" style="{style}" src="data:image/svg+xml;base64,{data}">'


def draw(
    root: Node | Sequence[Any] | Mapping[Any, Any] | np.ndarray,
    labels: Mapping[str, object] | None = None,
    level: str = "auto",
    max_nodes: int = 500,
    engine: str = "auto",
    stats: bool = False,
    color: Color | None = None,
    theme: Theme = "auto",
) -> Drawing:
    """Draw the computation graph of one root, or of several: a list, tuple or dict, or an array of Values as of `zoom`.

    A box shows a node's label, data and grad (`–` before a backward pass), and for a Tensor its shape and dtype. An
    arrow into an op shows the local derivative as a formula and as a number; where the op has none, it shows the
    contribution that the op computes from the gradient g that arrives, such as `g @ wᵀ`. A box whose data was set after
    the graph was computed from it is marked "changed since", and derivatives at that data have no number.

    labels     names for nodes: {"x": x}, or globals()
    level      "auto" or "op": one box per op
    max_nodes  the greatest number of nodes that is drawn; ValueError where the graph has more
    engine     the layout: "layered" (built in), or "dot"; "auto" is the built-in one. `dot` may take minutes for a
               graph that uses one node often: after 10 seconds the built-in layout is used, with a warning
    stats      whether to show statistics of arrays that are too large to be shown in full
    color      None; "grad" or "data": by sign and size, in shades a factor of ten apart; "blame": by each parameter's
               share of the squared norm of all parameters' gradients. The legend has the numbers
    theme      "light", "dark", or "auto": that of the page which shows the picture
    """
    if color is not None and color not in COLORS:
        raise ValueError(f"color is None or one of {', '.join(COLORS)}, got {color!r}")
    roots = read_roots(root, "draw")
    if level not in ("auto", "op"):
        raise ValueError(f'level is "auto" or "op", got {level!r}')
    nodes = graph_nodes(*roots)
    constants = sum(map(is_number, nodes))
    if max(len(nodes) - constants, constants) > max_nodes:
        raise ValueError(
            f"the graph has {len(nodes) - constants:,} nodes and {constants:,} constants, too many to read as a "
            f"picture (max_nodes={max_nodes:,}); draw the output for one sample instead of a whole loss, draw an inner "
            "node, or raise max_nodes"
        )
    return Drawing(scene(roots, display_names(nodes, labels), stats=stats, color=color), engine, theme)
