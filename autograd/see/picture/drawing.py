"""Drawing: a finished picture, laid out by the built-in layout or by `dot`, and the files and the page made of it."""

from __future__ import annotations

import base64
import html
import warnings
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...engine.replacement import replace_file
from ...engine.text import shown
from ..layout.sugiyama import DIRECTIONS, Direction, layered
from .dot_layout import dot_installed, dot_layout
from .dot_text import digraph
from .html_page import FRAME_HEIGHT, IMAGE_FOLLOWS, framed, least_width, size_of
from .insides import Inside, with_note
from .opened import OpenedBoxes
from .page import page
from .rendering import rendered
from .scene import Scene
from .svg import Look, svg
from .theme import Theme, refuse_unknown_theme

if TYPE_CHECKING:
    import graphviz

ENGINES = ("auto", "dot", "layered")
PAGE_WIDTH = 1_000.0  # px; a much wider picture goes on in rows
PAGE_HEAD = 130  # px above the picture of a page
MOST_IN_PAGE = 800_000  # bytes of the insides of folded boxes, in a page
MOST_IN_CELL = 250_000  # and in a notebook, which may have many pictures
STILL = (
    "This is the picture alone. To open the folded boxes by a click, trust the notebook, or open the page that "
    "save('graph.html') writes."
)
SUFFIXES = (".svg", ".html", ".png", ".pdf", ".dot", ".gv")


class Drawing:
    """A picture of a graph, as it was when it was drawn. It shows itself in a notebook."""

    def __init__(
        self,
        picture: Scene,
        engine: str = "auto",
        theme: Theme = "auto",
        direction: Direction = "auto",
        insides: Sequence[Inside] = (),
    ) -> None:
        if not isinstance(engine, str) or engine not in ENGINES:
            raise ValueError(f"engine is one of {', '.join(ENGINES)}, got {shown(engine)}")
        if engine == "dot" and not dot_installed():
            raise RuntimeError(
                'engine="dot" needs the program dot, which is not on the PATH (the Python package graphviz does not '
                'bring it); install Graphviz, or leave engine at "auto" for the layout that is built in'
            )
        refuse_unknown_theme(theme)
        self.scene: Final = picture
        self.insides: Final = insides
        self.engine: Final = engine
        if not isinstance(direction, str) or direction not in DIRECTIONS:
            raise ValueError(f"direction is one of {', '.join(DIRECTIONS)}, got {shown(direction)}")
        self.theme: Final = theme
        self.direction: Final = direction

    @cached_property
    def svg(self) -> str:
        """Return the picture as SVG text."""
        return self._written(self.scene)

    @property
    def svg_in_page(self) -> str:
        """Return the picture as SVG text for a page that has its style."""
        return self._written(self.scene, Look.PAGE)

    @property
    def svg_inside(self) -> str:
        """Return the picture as SVG text that takes the place of another picture of its page."""
        return self._written(self.scene, Look.INSIDE)

    def _written(self, shown: Scene, look: Look = Look.OWN) -> str:
        if self.engine == "dot":
            try:
                return svg(shown, partial(dot_layout, direction=self.direction), self.theme, look)
            except TimeoutError as error:
                warnings.warn(f"{error}; the built-in layout is used instead", RuntimeWarning, stacklevel=4)
        layout = partial(layered, direction=self.direction, max_width=PAGE_WIDTH)
        return svg(shown, layout, self.theme, look)

    def _page(self, most: int) -> str:
        """Return the page, with the insides of its boxes that fit into so many bytes."""
        opened = OpenedBoxes(most)
        parents = {inside.parent for inside in self.insides}
        for k, inside in enumerate(self.insides, 1):
            picture = self._written(with_note(inside.scene, k in parents), Look.INSIDE)
            if not opened.add(inside.parent, inside.item, inside.title, picture):
                break
        picture = self._written(with_note(self.scene, bool(opened)), Look.PAGE)
        return page(picture, self.scene.title, self.theme, opened)

    @property
    def dot(self) -> str:
        """Return the graph as DOT text."""
        source: str = self.to_graphviz().source
        return source

    def to_graphviz(self) -> graphviz.Digraph:
        """Return the graph as a `graphviz.Digraph`, which can be changed and rendered further."""
        return digraph(self.scene, self.direction)

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file. Raise ValueError for a suffix other than these.

        .svg         the picture
        .html        a page in which it can be enlarged and moved, and in which folded boxes open at a click
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
            return rendered(self._written(self.scene, Look.LITERAL), suffix)
        if suffix == ".html":
            return self._page(MOST_IN_PAGE)
        return self.svg if suffix == ".svg" else self.dot

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the picture as HTML, SVG and text, so that an export to LaTeX or slides keeps it."""
        return {"text/html": self._repr_html_(), "image/svg+xml": self.svg, "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        # A notebook that is not trusted removes inline SVG, but shows an <img> that contains the picture.
        still = image(self.svg, self.scene.title)
        if not self.insides:
            return still
        height = min(FRAME_HEIGHT, PAGE_HEAD + size_of(self.svg)[1])
        return framed(self.scene.title, self._page(MOST_IN_CELL), still, STILL, height=height)

    def __repr__(self) -> str:
        return f"<Drawing of {len(self.scene.items)} boxes; .svg has the picture, .save(path) writes it>"


def image(picture: str, title: str) -> str:
    """Return SVG text as an HTML image that loads nothing.

    It shrinks to the width of its page, down to 0.6 of its own width. A smaller picture could not be read.
    """
    data = base64.b64encode(picture.encode("utf-8")).decode("ascii")
    style = f"max-width:100%;min-width:{least_width(picture)}px"
    follows = f'onload="{IMAGE_FOLLOWS}"'
    return f'<img alt="{html.escape(title)}" style="{style}" {follows} src="data:image/svg+xml;base64,{data}">'
