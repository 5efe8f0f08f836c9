"""The lesson of a graph: one picture, and the stops at which its numbers appear, forward and then backward.

The page of the player and the moving picture both show it. The picture is drawn once, with every number, so that its
boxes have the room they need. `start` takes away what is not known at first, and each stop says which texts of the
picture change, which boxes and arrows it is about, and what happens, in words and as rows of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.node import Node
from ..picture.blocks import Block
from ..picture.formulas import arrow_lines, local_derivatives
from ..picture.insides import insides
from ..picture.scene import Progress
from ..picture.scene_builder import SceneBuilder
from ..picture.views import View
from .places import Place
from .recording import Contribution, Recording
from .step import Flow, Step
from .stop_text import backward_text, block_text, edge_lines, forward_text
from .stops import Changes, Lesson, Stop, item_lines


def lesson(
    recording: Recording,
    roots: Sequence[Node],
    view: View,
    places: Sequence[Place],
    room: Mapping[Node, int],
    nodes: Sequence[Node] | None = None,
    title: str = "",
) -> Lesson:
    """Return the lesson of a recorded sweep; `places` are the steps of its backward phase, in order.

    That of the inside of a folded box has `nodes`, oldest first, and a `title`, as its picture has.
    """
    made = _Lesson(recording, roots, view, places, room, nodes or list(recording.data), title)
    shown = made.made()
    return shown if nodes else replace(shown, insides=insides(made.builder, recording.names))


class _Lesson:
    """Makes a lesson: draws the picture as it is at the end, then goes through the stops from the beginning."""

    def __init__(
        self,
        recording: Recording,
        roots: Sequence[Node],
        view: View,
        places: Sequence[Place],
        room: Mapping[Node, int],
        nodes: Sequence[Node],
        title: str = "",
    ) -> None:
        self.recording = recording
        self.view = view
        self.order = recording.order
        self.groups = list(self._grouped(places, {n: block for block in view.blocks for n in block.nodes}))
        self.gradients: dict[Node, Any] = {}
        self.arriving = recording.arriving(nodes)
        self.arrived = 0  # how many of them have
        self._begin()
        self._advance(places[-1])
        progress = Progress(recording.data, self.gradients, frozenset(), None, {}, room)
        names = recording.names
        self.builder = SceneBuilder(
            roots, names, progress, False, None, view.blocks, view.bare, view.cells, nodes, title
        )  # fmt: skip
        self.scene = self.builder.build()
        # The tooltips have the numbers of the end; the script of the page makes others as it goes.
        self.scene.items = [replace(item, hint="") for item in self.scene.items]
        self.arrow = {arrow.name: k for k, arrow in enumerate(self.scene.arrows) if arrow.name}
        self.left = Counter(each.contribution.input for each in self.arriving)  # contributions still to come
        self.known: set[int] = set()  # boxes whose data is shown
        self.lines: dict[int, list[str]] = {}
        self.stops: list[Stop] = []

    def _grouped(self, places: Sequence[Place], inside: Mapping[Node, Block]) -> Iterator[list[Place]]:
        """Yield the steps of each backward stop. The steps in one block are one; those of leaves are none."""
        group: list[Place] = []
        only_leaves = all(self.order[k].op is None for k, _ in places)
        for place in places:
            node = self.order[place[0]]
            if node.op is None and not only_leaves:
                continue
            block = inside.get(node)
            if group and (block is None or inside.get(self.order[group[-1][0]]) is not block):
                yield group
                group = []
            group.append(place)
        if group:
            yield group

    def _begin(self) -> None:
        self.gradients.clear()
        self.gradients.update(self.recording.earlier)
        self.gradients.update(self.recording.begun())
        self.arrived = 0

    def _advance(self, place: Place) -> list[Contribution]:
        """Let every contribution up to this step arrive, and return them, in order."""
        got: list[Contribution] = []
        k, which = place
        while self.arrived < len(self.arriving):
            step, position, each = self.arriving[self.arrived]
            if step > k or (step == k and which is not None and position > which):
                break
            self.gradients[each.input] = self.recording.with_earlier(each.input, each.after)
            got.append(each)
            self.arrived += 1
        return got

    # The picture

    def made(self) -> Lesson:
        """Return the lesson."""
        self._write_products()
        end = {k: item_lines(item, True) for k, item in enumerate(self.scene.items)}
        self.gradients.clear()
        self.gradients.update(self.recording.earlier)
        forward = [k for k, node in self.builder.made.items() if self._is_computed(node)]
        self.known = self.builder.made.keys() - set(forward)
        for k in self.builder.made:
            self.lines[k] = item_lines(self.builder.made_again(k), k in self.known)
        start: Changes = {}
        for k, lines in self.lines.items():
            start |= {
                (f"item{k}", j): text for j, (text, last) in enumerate(zip(lines, end[k], strict=True)) if text != last
            }
        start |= self._first_words
        for k in sorted(forward, key=self._first_index):
            self._add_forward(k)
        self._begin()
        for group in self.groups:
            self._add_backward(group)
        return Lesson(self.scene, start, self.stops)

    def _is_computed(self, what: Node | Block) -> bool:
        """Tell whether a box has a stop in the forward phase. Of a part of a graph, what lies outside has none."""
        if isinstance(what, Block):
            return not self.view.part and not what.of_leaves
        return what.op is not None and what not in self.view.bare

    def _first_index(self, k: int) -> int:
        what = self.builder.made[k]
        return (what.nodes[0] if isinstance(what, Block) else what)._index

    def _write_products(self) -> None:
        """Write upstream × local = contribution on the arrows of the picture, for as far as the lesson goes."""
        self._first_words: Changes = {}
        self._words: dict[int, tuple[list[str], list[str]]] = {}  # of each arrow: forward, and backward
        reached = {(k, j) for group in self.groups for k, j in group}
        shown = set(self.builder.nodes)
        for k, node in enumerate(self.order):
            if node not in shown or node.op is None or node in self.builder.folding.inside or node in self.view.bare:
                continue
            step = self.recording.step(k)
            derivatives = local_derivatives(node, self.recording.names, self.recording.data)
            for j, flow in enumerate(step.flows):
                arrow = self._arrow_of(step, flow)
                if arrow is None:
                    continue
                derivative = derivatives[flow.position]
                assert derivative is not None
                first, forward, backward = edge_lines(arrow_lines(derivative), derivative, flow, step.gradient)
                if (k, None) not in reached and (k, j) not in reached:
                    backward = forward
                self._words[arrow] = (forward, backward)
                self.scene.arrows[arrow] = replace(self.scene.arrows[arrow], words=tuple(backward))
                self._first_words |= {(f"arrow{arrow}", n): text for n, text in enumerate(first) if text != backward[n]}

    def _refresh(self, items: Sequence[int]) -> Changes:
        """Return what changes in these boxes."""
        changes: Changes = {}
        for k in dict.fromkeys(items):
            new = item_lines(self.builder.made_again(k), k in self.known)
            old = self.lines[k]
            changes |= {(f"item{k}", j): text for j, text in enumerate(new) if j >= len(old) or text != old[j]}
            self.lines[k] = new
        return changes

    # The stops

    def _add_forward(self, k: int) -> None:
        what = self.builder.made[k]
        stop = Stop(len(self.stops) + 1, True, (k,))
        self.known.add(k)
        stop.changes = self._refresh([k])
        if isinstance(what, Block):
            stop.arrows = self._arrows_into(k)
            stop.words, stop.rows = self._of_block(stop, what)
        else:
            stop.items = (k - 1, k)
            stop.arrows = (*self._arrows_into(k - 1), *self._arrows_into(k))
            for arrow in stop.arrows:
                if arrow in self._words:
                    forward, backward = self._words[arrow]
                    first = [self._first_words.get((f"arrow{arrow}", n), text) for n, text in enumerate(backward)]
                    stop.changes |= {(f"arrow{arrow}", n): text for n, text in enumerate(forward) if text != first[n]}
            stop.words, stop.rows = forward_text(stop.number, what, self.recording)
        self.stops.append(stop)

    def _add_backward(self, group: Sequence[Place]) -> None:
        node = self.order[group[0][0]]
        k = self.builder.item_of(node)
        assert k is not None
        what = self.builder.made[k]
        before = dict(self.gradients) if isinstance(what, Block) else {}
        stop = Stop(len(self.stops) + 1, False, (k,))
        silent = self._advance((group[0][0] - 1, None))
        got = [each for place in group for each in self._advance(place)]
        for each in (*silent, *got):
            self.left[each.input] -= 1
        items = {each.input: self.builder.item_of(each.input) for each in (*silent, *got)}
        begun = [self.builder.item_of(root) for root in self.recording.seeds] if not self._backward_has_begun else []
        stop.changes = self._refresh([each for each in (k, *begun, *items.values()) if each is not None])
        stop.gets = tuple(dict.fromkeys(n for each in got if (n := items[each.input]) is not None and n != k))
        leaves = {i: n for i, n in items.items() if n is not None and i.op is None and not self.left[i]}
        stop.done = tuple(n for i, n in leaves.items() if self.builder.made.get(n) is i)
        if isinstance(what, Block):
            stop.arrows = self._arrows_into(k)
            stop.done = (*stop.done, k)
            outside = [each for each in got if items[each.input] != k or each.input.op is None]
            stop.words, stop.rows = self._of_block(stop, what, before, outside)
        else:
            step = self._step(stop.number, group)
            stop.items = (k - 1, k) if node.op is not None and node not in self.view.bare else (k,)
            arrows = [self._arrow_of(step, flow) for flow in step.flows]
            stop.arrows = tuple(arrow for arrow in arrows if arrow is not None)
            for arrow in stop.arrows:
                forward, backward = self._words[arrow]
                stop.changes |= {(f"arrow{arrow}", n): t for n, t in enumerate(backward) if t != forward[n]}
            if group[0][1] in (None, len(self.recording.contributions(group[0][0])) - 1):
                stop.done = (*stop.done, k)
            if len(stop.arrows) < len(step.flows):
                tails = {self.builder.item_of(flow.input) for flow in step.flows}
                into = (n for n in self._arrows_into(k - 1) if n not in self._words)
                stop.arrows += tuple(n for n in into if self.scene.arrows[n].tail in tails)
            stop.arrows += self._arrows_into(k)
            stop.words, stop.rows = backward_text(step)
        self.stops.append(stop)

    @property
    def _backward_has_begun(self) -> bool:
        return bool(self.stops) and not self.stops[-1].forward

    def _step(self, number: int, group: Sequence[Place]) -> Step:
        ((k, which),) = group
        step = self.recording.step(k)
        flows = step.flows if which is None else step.flows[which : which + 1]
        return replace(step, number=number, flows=flows)

    def _arrow_of(self, step: Step, flow: Flow) -> int | None:
        """Return the arrow of one contribution; None where one arrow stands for those from many in a folded box."""
        return self.arrow.get(f"{step.name} {flow.position}")

    def _arrows_into(self, k: int) -> tuple[int, ...]:
        return tuple(n for n, arrow in enumerate(self.scene.arrows) if arrow.head == k)

    def _of_block(
        self, stop: Stop, block: Block, before: Mapping[Node, Any] | None = None, got: Sequence[Contribution] = ()
    ) -> tuple[str, list[tuple[str, ...]]]:
        parameters = self.builder.folding.parameters().get(block, ())
        title, item = self.builder.name_of(block), self.builder.made_again(stop.items[-1])
        return block_text(stop, block, title, item, self.recording, parameters, before, self.gradients, got)
