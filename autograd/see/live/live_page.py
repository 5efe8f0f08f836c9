"""`live`: a graph or a function as a page in which the reader drags an input and every number is computed anew."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...engine.changes import refuse_changed
from ...engine.node import Node
from ...engine.replacement import replace_file
from ...engine.sweep import graph_nodes, sweep
from ...engine.text import shown
from ...graph.scalar_graph import zoom
from ...operands.tensor import Tensor
from ..picture.drawing import Drawing, image
from ..picture.formulas import display_names
from ..picture.html_page import framed
from ..picture.scene import Progress
from ..picture.scene_builder import scene
from .function import recorded
from .model import Model
from .page import STILL, frame_height, page
from .sliders import sliders_of

WIDEST_NUMBER: Final = 10  # characters of a number in a box, such as -1.234e-05


class LivePage:
    """A page that computes. It shows itself in a notebook; `html` is the page, `save` writes it."""

    __slots__ = ("_height", "_picture", "html", "title")

    def __init__(self, title: str, text: str, picture: str, height: int) -> None:
        self.title: Final = title
        self.html: Final = text
        self._picture: Final = picture
        self._height: Final = height

    def save(self, path: str | Path) -> Path:
        """Write the page to a file; it is one file, which loads nothing. ValueError for a suffix other than .html."""
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"a live page saves .html, got {target.name!r}; change the suffix")
        replace_file(target, self.html)
        return target

    def _repr_html_(self) -> str:
        still = image(self._picture, self.title) if self._picture else f"<p>{html.escape(self.title)}</p>"
        return framed(self.title, self.html, still, STILL, height=self._height, fits=True)

    def __repr__(self) -> str:
        return f'<{self.title}; .save("page.html") writes the page>'


def live(
    root: Node | Callable[..., Any],
    sliders: Any = None,
    labels: Mapping[str, object] | None = None,
    max_nodes: int = 500,
    **ranges: tuple[float, float],
) -> LivePage:
    """Return a page in which the reader moves inputs; the page computes every number, forward and backward, itself.

    The page computes with the ops and derivative rules of the engine, spelled in JavaScript. Its numbers are Python's
    to 12 digits or more.

    root       a Value, or a Tensor of one element, which is shown as its scalars as `zoom` shows them; or a function
    sliders    which leaves have a slider: names or nodes, or a mapping from them to ranges, {"x": (-3, 3)}. None: all
               leaves that require a gradient
    labels     names for nodes: {"x": x}, or globals()
    max_nodes  the greatest number of nodes that is drawn; a larger graph has sliders and numbers without a picture
    ranges     of a function: the range of each argument, which starts at two thirds of it. The page plots the function
               and its derivative

    A `where` keeps the branch that it had taken when the graph was recorded, and the page says so. ValueError where a
    function takes another branch elsewhere in its range.

    >>> import autograd
    >>> live(lambda x: x * autograd.sin(x), x=(-3, 3)).save("sine.html")  # doctest: +SKIP
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> live((w * x).tanh(), sliders={"w": (-2, 2)})
    <What if: v2; .save("page.html") writes the page>
    """
    if isinstance(max_nodes, bool) or not isinstance(max_nodes, int) or max_nodes < 0:
        raise ValueError(f"max_nodes is how many nodes are drawn at most, 0 or more, got {shown(max_nodes)}")
    plotted = not isinstance(root, Node)
    if isinstance(root, Node):
        if ranges:
            raise TypeError(
                f"ranges by name are for functions; of a graph give sliders={{{next(iter(ranges))!r}: ...}}"
            )
    elif callable(root):
        if not isinstance(sliders, Mapping | None):
            raise TypeError(
                f"sliders of a function map its arguments to ranges, {{'x': (-3, 3)}}, got {type(sliders).__name__}: "
                f"{shown(sliders)}"
            )
        given = {**(sliders or {}), **ranges}
        root, sliders = recorded(root, given)
        labels = labels or ({} if root.label else {"f": root})
    else:
        raise TypeError(f"live shows the graph of a Value, or a function, got {type(root).__name__}: {shown(root)}")
    if isinstance(root, Tensor):
        root = _scalars(root, labels)
    return _of_graph(root, sliders, labels, max_nodes, plotted)


def _scalars(root: Tensor, labels: Mapping[str, object] | None) -> Node:
    if root.shape != ():
        raise ValueError(
            f"live shows a graph of scalars whose result is one number, got a Tensor of shape {root.shape}; reduce it, "
            "as with .sum(), or take one of the Values in zoom(t)"
        )
    if not root.requires_grad:
        raise ValueError("live shows how a result depends on its leaves, and this Tensor requires no gradient")
    found: Node = zoom(root, labels)
    if not found.requires_grad:
        raise ValueError(
            "live shows how a result depends on its leaves, and this Tensor depends on no number: the arrays it was "
            "computed from are empty; give them elements"
        )
    return found


def _of_graph(root: Node, asked: Any, labels: Mapping[str, object] | None, max_nodes: int, plotted: bool) -> LivePage:
    nodes = graph_nodes(root)
    refuse_changed(nodes)
    if any(isinstance(node, Tensor) for node in nodes):
        raise TypeError("live shows graphs of Values, and this one goes through Tensors; take a Value of zoom(t)")
    if not root.requires_grad:
        raise ValueError("live shows how a result depends on its leaves, and this one requires no gradient")
    names = display_names(nodes, labels)
    chosen = sliders_of(asked, nodes, names)
    if not chosen:
        why = "no leaf requires a gradient" if asked is None else "sliders= names none"
        raise ValueError(f"there is nothing to move: {why}; name leaves by sliders=")
    model = Model(root, nodes, names)
    if len(nodes) > max_nodes:
        picture, titles = "", {node: names[node][:40] for node in model.nodes}
    else:
        picture, titles = _picture(root, names)
    fixed = any(node.op is not None and node.op.name == "where" for node in nodes)
    title = f"What if: {titles[root]}"
    text = page(title, picture, model, chosen, names, titles, root, plotted, fixed)
    return LivePage(title, text, picture, frame_height(picture, len(chosen), plotted))


def _picture(root: Node, names: Mapping[Node, str]) -> tuple[str, dict[Node, str]]:
    """Return the graph as SVG, with room for any number in each box, and the titles of its boxes."""
    nodes = graph_nodes(root)
    room = dict.fromkeys(nodes, WIDEST_NUMBER)
    progress = Progress({n: n._data for n in nodes}, dict(sweep(root)), frozenset(), None, {}, room)
    shown = scene([root], names, progress)
    title = {item.name: item.title for item in shown.items if item.name}
    return Drawing(shown).svg, {node: title[name] for node, name in names.items() if name in title}


def program_page(root: Node, inputs: Sequence[Node]) -> str:
    """Return the live page of a Program's graph, with a slider for each of its inputs; `Program.save` writes it."""
    return live(root, None if isinstance(root, Tensor) else list(inputs)).html
