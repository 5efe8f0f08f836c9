"""Stepper: the backward sweep of one graph, to be looked at step by step, forward and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...engine.dtypes import number
from ...engine.node import Node
from ...engine.replacement import replace_file
from ...engine.sweep import graph_nodes
from ...engine.text import shown, text_table
from ...graph.roots import for_each_root, read_roots, refuse_repeated
from ...operands.tensor import Tensor
from ..picture.captions import listed
from ..picture.drawing import Drawing
from ..picture.formulas import display_names
from ..picture.insides import with_note
from ..picture.levels import LEVELS, Level
from ..picture.scene import Progress
from ..picture.scene_builder import scene
from ..picture.theme import Theme, refuse_unknown_theme
from ..picture.views import View, check_choice, view
from .inner_lessons import opened_lessons, rooms
from .lesson import lesson
from .moving_picture import moving
from .places import BY, By, arrived, last_contribution, places, step_at, whole_number
from .plain_data import plain_data
from .player import MOST_IN_CELL, MOST_IN_PAGE, MOST_ROWS, notebook, page, table
from .recording import Recording
from .step import ARRAY_HEADER, HEADER, NUMBER_COLUMNS, Step, table_rows
from .stops import Lesson


class Stepper:
    """Backprop on your own graph, step by step, forward and back.

    To look changes nothing: a Stepper writes no `.grad` unless you call `commit()`. As in `backward()`, the gradient
    of a leaf is added to what earlier sweeps left there, so its sum begins with that.

    A Stepper shows the graph as it was when the Stepper was made. Data that is changed later does not change it; data
    that was changed before, after the graph was computed from it, is refused with a RuntimeError.

    `root` is a node, or several in a list, tuple or dict, or an array of Values. Of several, the sweep begins at each,
    so that the gradients are those of their sum; with `gradient`, those of the sum of gradient * root.

    The steps are those of the backward sweep. The page and the moving picture, which a notebook shows and `save`
    writes, also go through the forward pass before it, make no step of a leaf, and fold what `draw` folds: a block is
    one step there. `len(stepper)` counts the steps of the sweep, without folding.

    labels     names for nodes: {"x": x}, globals(), or dict(model.named_parameters())
    max_nodes  how many boxes the picture may have before it folds, as in `draw`
    gradient   the gradient of the root, as in `backward()`; a Tensor of several elements needs one. Of several roots, a
               gradient for each, in containers like theirs; None stands for 1
    by         "node": a step is a node, with its contributions to all inputs; "edge": a step is one contribution, and a
               leaf has no step, because nothing happens there
    level      that of `draw`: how finely the picture shows the graph
    path       two nodes (a, b): only the steps of the nodes through which b depends on a, one period of a loop say
    focus      a node: only the steps of the nodes at most `depth` ops (3) before or after it
    theme      that of `draw`, of the picture and of the page

    >>> x = Value(3.0, label="x")
    >>> stepper = Stepper(x * x)
    >>> print(stepper.next())
    step 1: v1 = x * x, data 9, gradient 1
      to x, as input 1: dv1/dx = x = 3; contribution 1 × 3 = 3; sum – → 3
      to x, as input 2: dv1/dx = x = 3; contribution 1 × 3 = 3; sum 3 → 6
    >>> _ = stepper.finish()
    >>> x.grad is None
    True
    >>> stepper.commit()
    >>> x.grad
    6.0
    """

    def __init__(
        self,
        root: Node | Sequence[Any] | Mapping[Any, Any] | np.ndarray,
        labels: Mapping[str, object] | None = None,
        max_nodes: int | None = None,
        gradient: Any = None,
        by: By = "node",
        level: Level = "auto",
        path: tuple[Node, Node] | None = None,
        focus: Node | None = None,
        depth: int | None = None,
        theme: Theme = "auto",
    ) -> None:
        refuse_unknown_theme(theme)
        check_choice("by", by, BY)
        check_choice("level", level, LEVELS)
        roots = read_roots(root, "a Stepper")
        refuse_repeated(roots)
        given = [None] * len(roots) if gradient is None else for_each_root(root, gradient)
        seeds = {each: _seed(each, g) for each, g in zip(roots, given, strict=True)}
        self.roots: Final = roots
        self.root: Final = roots[0]
        nodes = graph_nodes(*roots)
        self.names: Final = display_names(nodes, labels)
        self.theme: Final = theme
        self.position = 0
        self._recording: Final = Recording(nodes, self.names, seeds)
        self.header: Final = ARRAY_HEADER if self._recording.arrays else HEADER
        self._look: Final = partial(view, roots, nodes, level, max_nodes, focus, path, depth)
        plain = level == "auto" and all(each is None for each in (max_nodes, path, focus, depth))
        part = None if plain else self._view  # here, so that a wrong argument is refused at once
        within = part.nodes(nodes) if part is not None and part.part else None
        self._places: Final = places(self._recording, by, within)

    @cached_property
    def _view(self) -> View:
        return self._look()

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, k: int) -> Step:
        """Return step k, counted from 0; the position does not change. Raise IndexError where there is none."""
        index = whole_number(k, "stepper[k] takes the number of a step", len(self) - 1)
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} steps: expected 0 to {len(self) - 1}, got {index}")
        return step_at(self._recording, index % len(self), self._places)

    def __iter__(self) -> Iterator[Step]:
        """Iterate over all steps; the position does not change."""
        return (self[k] for k in range(len(self)))

    @property
    def step(self) -> Step | None:
        """The step that was taken last; None at the start."""
        return self[self.position - 1] if self.position else None

    def next(self) -> Step:
        """Take a step. Raise IndexError when all steps are taken."""
        if self.position == len(self):
            raise IndexError(f"all {len(self)} steps are taken; back() or goto(0) goes back")
        return self._move(self.position + 1)

    def back(self) -> Step | None:
        """Take a step back, and return the step taken before it, None at the start. Raise IndexError at the start."""
        if self.position == 0:
            raise IndexError("this is the start: there is no step to take back; next() takes the first step")
        return self.goto(self.position - 1)

    def goto(self, k: int) -> Step | None:
        """Go to where k steps are taken, and return the last of them, None for 0. Raise IndexError for k > len."""
        k = whole_number(k, "goto takes the number of steps", len(self))
        if not 0 <= k <= len(self):
            raise IndexError(f"there are {len(self)} steps: expected 0 to {len(self)}, got {k}")
        if k == 0:
            self.position = 0
            return None
        return self._move(k)

    def until(self, node: Node) -> Step:
        """Go to the step of this node, where its gradient is finished. Raise ValueError where it has no step.

        Of steps that are edges, it is the first of this node, and for a leaf the last that contributes to it.
        """
        if not isinstance(node, Node):
            raise TypeError(f"until takes a node of the graph, got {shown(node)}; goto(k) takes the number of steps")
        of_node = [k for k, (number, _) in enumerate(self._places) if self._recording.order[number] is node]
        if of_node:
            return self._move(of_node[0] + 1)
        if node.op is None and (last := last_contribution(self._recording, self._places, node)) is not None:
            return self._move(last + 1)
        raise ValueError(
            f"{shown(node)} is not among the nodes that this sweep reaches; expected a node of the root's graph"
        )

    def finish(self) -> Step:
        """Go to the last step. The gradients are not written to `.grad`; `commit()` does that."""
        return self._move(len(self))

    def commit(self) -> None:
        """Write the gradients of the whole sweep on the graph, as `backward()` does, and go to the last step.

        Leaves add it to the gradient they have, other nodes hold this one. All or nothing, Ctrl-C included. Raise
        RuntimeError the second time, because the leaves would get the same gradients again, and where data was set
        after the graph was computed from it.
        """
        self._recording.contributions(len(self._recording) - 1)  # now: an error or Ctrl-C here changes nothing
        self._recording.commit([(self, "position", len(self))])

    def _move(self, k: int) -> Step:
        step = self[k - 1]
        self.position = k
        return step

    def gradients(self) -> dict[Node, Any]:
        """Return the gradient that each node has so far; a node without one is not in the result.

        A leaf begins with the gradient that earlier sweeps left there.
        """
        return arrived(self._recording, self._places[self.position - 1] if self.position else None)

    def __str__(self) -> str:
        return text_table([self.header, *(row for step in self for row in table_rows(step))], NUMBER_COLUMNS)

    def __repr__(self) -> str:
        return f"<Stepper of {self._named_roots()}, {self.position} of {len(self)} steps taken>"

    def _named_roots(self) -> str:
        return listed([self.names[root] for root in self.roots])

    def to_json(self) -> dict[str, Any]:
        """Return the steps as plain data: dicts, lists, text and numbers.

        The data of several roots has `seeds` and `begun` by root, in place of the `seed` of the only one.
        """
        recording = self._recording
        earlier, seeds, begun = (
            {self.names[node]: gradient for node, gradient in found.items()}
            for found in (recording.earlier, recording.seeds, recording.begun())
        )
        return {
            "format": "glassgrad-steps-1",
            "root": self._named_roots(),
            "position": self.position,
            "columns": list(self.header),
            **plain_data(self, seeds, begun, earlier, recording.arrays),
        }

    def drawing(self, engine: str = "auto") -> Drawing:
        """Return the picture after the steps taken so far; `.save(path)` writes it."""
        step = self.step
        contributions = {flow.position: flow.product(step.gradient) for flow in step.flows} if step else {}
        done = frozenset(self._recording.order[k] for k, _ in self._places[: self.position])
        now = step.node if step else None
        progress = Progress(self._recording.data, self.gradients(), done, now, contributions, self._room)
        seen = self._view
        picture = scene(self.roots, self.names, progress, blocks=seen.blocks, bare=seen.bare, cells=seen.cells)
        return Drawing(picture, engine, self.theme)

    @cached_property
    def _room(self) -> dict[Node, int]:
        hidden = {node: block for block in self._view.blocks for node in block.nodes}
        return rooms(self._recording, hidden, list(self._recording.data))

    @cached_property
    def _lesson(self) -> Lesson:
        return lesson(self._recording, self.roots, self._view, self._places, self._room)

    def save(self, path: str | Path, engine: str = "auto") -> Path:
        """Write the steps to a file. Raise ValueError for a suffix other than these. `engine` is that of `draw`.

        The file is written completely or not at all: after an error or Ctrl-C, the old one is intact.

        .txt   the table
        .json  the steps as plain data
        .svg   a picture that plays the steps by itself, in a README or on slides too; `drawing().save(path)` writes the
               picture after the steps taken so far
        .html  the player, a page that plays the steps; it opens at the first step
        """
        target = Path(path)
        write = {
            ".txt": lambda: str(self) + "\n",
            ".json": lambda: json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n",
            ".svg": lambda: moving(self._lesson, Drawing(self._lesson.scene, engine, self.theme).svg),
            ".html": lambda: self._page(engine),
        }.get(target.suffix.lower())
        if write is None:
            raise ValueError(f"a Stepper saves .txt, .json, .svg or .html, got {target.name!r}; change the suffix")
        replace_file(target, write())
        return target

    def _page(self, engine: str = "auto", most: int = MOST_IN_PAGE) -> str:
        """Return the player's page, with the lessons of folded boxes that fit into so many bytes."""
        draw = partial(Drawing, engine=engine, theme=self.theme)
        opened = opened_lessons(self._recording, self._lesson, self._places, draw, most)
        picture = draw(with_note(self._lesson.scene, bool(opened))).svg_in_page
        return page(picture, self._named_roots(), self.header, self._lesson, self.theme, opened)

    def _repr_html_(self) -> str:
        picture = self.drawing() if self.position else Drawing(self._lesson.scene, theme=self.theme)
        rows = table(self.header, self._lesson, MOST_ROWS)
        return notebook(self._page(most=MOST_IN_CELL), picture._repr_html_(), rows, self.position)


def _seed(root: Node, gradient: Any) -> Any:
    """Return the gradient that the sweep begins with at this root."""
    if not root.requires_grad:
        raise RuntimeError(
            f"this {type(root).__name__} requires no gradient (it was made under no_grad() or by detach()), so there "
            "are no steps; compute it outside of no_grad()"
        )
    if isinstance(root, Tensor):
        return root._seed(gradient)
    return number(1.0 if gradient is None else gradient, "a Stepper starts with")
