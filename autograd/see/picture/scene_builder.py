"""Build the scene of a graph: a box for each node, a circle for each op, and one box for what is folded.

`Block` says which nodes stand in one box; `blocks.py` chooses them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ...engine.changes import changed_edges
from ...engine.node import Node
from ...engine.sweep import graph_nodes
from ...graph.naming import is_named_after
from .blocks import Block, Folding, block_item
from .captions import exact, hint_text, listed, notes_of_folded, title_of
from .colouring import Color, Paint, colouring
from .formulas import (
    LocalDerivative,
    arrow_lines,
    equation,
    has_derivative,
    local_derivatives,
    op_formula,
    op_symbol,
    summed_over,
)
from .neurons import Cells, Neuron
from .number_format import as_number, format_block, format_number, format_shape
from .plain_text import printable, shorten
from .scene import (
    CHANGED,
    CONSTANT,
    LONGEST_TITLE,
    NOTE_ON_WEIGHTS,
    NOTES,
    NOTES_ON_RULES,
    OP,
    RESULT,
    VARIABLE,
    Arrow,
    Item,
    Kind,
    Progress,
    Scene,
    State,
)

MOST_PARALLEL: Final = 3  # arrows from one folded box to one op; more become one arrow
MOST_PRODUCTS: Final = 40  # the same where each arrow has the contribution along it, as a Stepper writes


def scene(
    roots: Sequence[Node],
    names: Mapping[Node, str],
    progress: Progress | None = None,
    stats: bool = False,
    color: Color | None = None,
    blocks: Sequence[Block] = (),
    bare: Collection[Node] = (),
    cells: Mapping[Block, Neuron] | None = None,
) -> Scene:
    """Return the scene of the roots' graph, with its own gradients or with those of a Stepper's progress.

    stats   show all statistics of arrays that are too large to be shown in full
    color   that of `draw`
    blocks  nodes that stand in one box; a leaf that one block alone uses stands in it too
    bare    results that are shown without the op that computed them
    cells   the blocks that are neurons
    """
    return SceneBuilder(roots, names, progress, stats, color, blocks, bare, cells or {}).build()


class SceneBuilder:
    """Builds one scene, node by node from the oldest on.

    place   the item of each node that has one of its own or stands in a block
    placed  the item of each block
    made    the node or the block of each item that is neither an op nor a plain number

    The inside of a box has `nodes`, oldest first, and a `title`; without them, the scene is that of the whole graph.
    """

    def __init__(
        self,
        roots: Sequence[Node],
        names: Mapping[Node, str],
        progress: Progress | None,
        stats: bool,
        color: Color | None,
        blocks: Sequence[Block],
        bare: Collection[Node],
        cells: Mapping[Block, Neuron],
        nodes: Sequence[Node] | None = None,
        title: str = "",
    ) -> None:
        self.names = names
        self.progress = progress
        self.stats = stats
        self.color = color
        nodes = graph_nodes(*roots) if nodes is None else nodes
        # A leaf that came to require a gradient after its use is younger than its user.
        late = dict.fromkeys(i for node in nodes for i in node.inputs if i._index > node._index)
        self.nodes = [node for node in (*late, *(n for n in nodes if n not in late)) if node in names]
        self.data = progress.data if progress else {node: node._data for node in nodes}
        changed = [] if progress else list(changed_edges(nodes))
        self.changed = {node for _, node in changed}
        self.stale = {user for user, _ in changed}  # computed from data that is no longer known
        of = listed([shorten(names[root], LONGEST_TITLE) for root in roots])
        self.shown = Scene(title or f"The computation graph of {of}")
        self.place: dict[Node, int] = {}
        self.placed: dict[Block, int] = {}
        self.made: dict[int, Node | Block] = {}
        self.bare = bare
        self.gradients = progress.gradients if progress else {node: node.grad for node in self.nodes}
        sources = {source for cell in cells.values() for source, _ in cell.weights}
        self.folding = Folding(nodes, roots, blocks, sources)
        self.changed_blocks = {self.folding.inside[node] for node in self.changed if node in self.folding.inside}
        if cells:
            self.shown.notes = (NOTE_ON_WEIGHTS, NOTES[1])
        self.cells = Cells(cells, names, self.data, self.gradients, color == "grad")
        self.paints: Mapping[Any, Paint] = {}
        if color is not None:
            visible = [node for node in self.nodes if node not in self.folding.inside]
            outputs = {block: self.folding.outputs(block) for block in dict.fromkeys(blocks)}
            found = colouring(visible, color, self.data, self.gradients, outputs, self.folding.parameters())
            self.paints, self.shown.colors = found.paints, (found.title, found.legend)

    def build(self) -> Scene:
        items = self.shown.items
        placed = self.placed
        for node in self.nodes:
            block = self.folding.inside.get(node)
            if block is not None:
                if node.op is None and not block.of_leaves:
                    continue
                if block not in placed:
                    for source in self.cells.new_sources(block, self.place, len(items)):
                        items.append(self.number_box(source))
                    placed[block] = len(items)
                    self.made[len(items)] = block
                    items.append(self.block_box(block))
                self.place[node] = placed[block]
                continue
            numbers = [i for i in dict.fromkeys(node.inputs) if i not in self.names and i not in self.place]
            if node.op is None or node in self.bare:
                numbers = []
            else:
                self.place |= {number: len(items) + 2 + k for k, number in enumerate(numbers)}
                self.add_op(node)
            self.place[node] = len(items)
            self.made[len(items)] = node
            items.append(self.box(node))
            items += [self.number_box(number) for number in numbers]
        self.add_arrows_to_blocks(placed)
        if placed:
            self.shown.notes = notes_of_folded(self.shown)
        return self.shown

    def made_again(self, item: int) -> Item:
        """Return the box of a node or a block once more, with the gradients of the progress as they are now."""
        what = self.made[item]
        return self.block_box(what) if isinstance(what, Block) else self.box(what)

    def item_of(self, node: Node) -> int | None:
        """Return the item that shows a node: its own, or that of the block it stands in; None where none does."""
        block = self.folding.inside.get(node)
        return self.place.get(node) if block is None else self.placed.get(block)

    def name_of(self, block: Block) -> str:
        """Return how texts call a block: its title, or a neuron of a network without names by its output."""
        if block.name or block not in self.cells:
            return block.title
        return f"neuron {self.names[self.folding.outputs(block)[0]]}"

    def block_box(self, block: Block) -> Item:
        """Return the box of a block, or the tile of a neuron."""
        if block in self.cells:
            item = self.cells.tile(block)
        else:
            parameters = self.folding.parameters().get(block, ())
            outputs, last = self.folding.outputs(block), self.folding.last_output(block)
            item = block_item(block, parameters, outputs, self.data, self.gradients, last)
        paint = self.paints.get(block)
        if paint is not None:
            item = replace(item, paint=paint, rows=item.rows + paint.rows)
        if block in self.changed_blocks:
            hint = hint_text(f"{item.hint}; data in it was set after the graph was computed from it")
            item = replace(item, state=CHANGED, rows=(*item.rows, ("", "changed since")), hint=hint)
        return item

    def add_arrows_to_blocks(self, placed: Mapping[Block, int]) -> None:
        """Add an arrow from each box whose data a block takes, and to each result that is shown without its op."""
        flows: dict[tuple[int, int], dict[Node, None]] = {}
        for block, head in placed.items():
            if block in self.cells:
                self.shown.arrows += self.cells.lines(block, head, self.place)
                continue
            for node in block.nodes:
                for i in node.inputs:
                    tail = self.place.get(i, head)  # a number without a name stands in the block
                    if tail != head:
                        flows.setdefault((tail, head), {})[i] = None
        for node in self.nodes:  # in order: a set of nodes has another one in each process
            for i in node.inputs if node in self.bare else ():
                if i in self.place:
                    flows.setdefault((self.place[i], self.place[node]), {})[i] = None
        for (tail, head), nodes in flows.items():
            few = [node for node, _ in zip(nodes, range(2), strict=False)]
            array = len(few) == 1 and isinstance(self.data[few[0]], np.ndarray)
            words = (format_shape(np.shape(self.data[few[0]])),) if array and np.ndim(self.data[few[0]]) else ()
            hint = f"{len(nodes):,} value{'s' * (len(nodes) > 1)} of the graph"
            self.shown.arrows.append(Arrow(tail, head, words=words, hint=hint))

    def number_box(self, node: Node) -> Item:
        """Return the box of a constant without a name, which stands beside the first result that it goes into."""
        number, state = as_number(self.data[node]), self.state(node)
        title, hint = format_number(number), f"{number!r}: a constant"
        if state == CHANGED:
            title, hint = f"{title}: changed since", f"{hint}; it was set after the graph was computed from it"
        return Item(CONSTANT, title, hint=hint, state=state)

    def add_op(self, node: Node) -> None:
        """Add the circle of the op, the arrows into it, and the arrow to the box of its result, which comes next."""
        assert node.op is not None
        state = self.state(node) if self.progress else ""
        op = len(self.shown.items)
        formula = hint_text(f"{self.names[node]} = {op_formula(node, self.names, self.data)}")
        self.shown.items.append(Item(OP, shorten(printable(op_symbol(node.op)), LONGEST_TITLE), hint=formula))
        derivatives = local_derivatives(node, self.names, self.data, node in self.stale)
        folded = Counter(self.place[i] for i in node.inputs if i in self.folding.inside)
        most = MOST_PRODUCTS if self.progress else MOST_PARALLEL
        bundles = [tail for tail, count in folded.items() if count > most]
        for tail in bundles:  # such as from the samples of a batch, in one box, to the sum of their losses
            word = f"{folded[tail]:,} inputs"
            self.shown.arrows.append(Arrow(tail, op, words=(word,), hint=hint_text(f"{word} of {self.names[node]}")))
        for position, (i, derivative) in enumerate(zip(node.inputs, derivatives, strict=True)):
            tail = self.place[i]
            if tail in bundles:
                continue
            name = f"{self.names[node]} {position}"
            if derivative is None:  # no gradient flows to a constant
                self.shown.arrows.append(Arrow(tail, op, name))
                continue
            words = arrow_lines(derivative)
            if self.progress and node is self.progress.now and position in self.progress.contributions:
                words = (*words, self.progress.contributions[position])
            edge = self.progress.edge_state(node, position) if self.progress else ""
            self.shown.arrows.append(Arrow(tail, op, name, words, self.arrowhint_text(node, i, derivative), edge))
        self.shown.arrows.append(Arrow(op, op + 1, state=state))

    def arrowhint_text(self, node: Node, i: Node, derivative: LocalDerivative) -> str:
        y, x = self.names[node], self.names[i]
        if derivative.local is not None:
            text = f"d{y}/d{x} = {equation(derivative.formula, derivative.local)}"
        elif node in self.stale and has_derivative(node):
            text = f"d{y}/d{x} = {derivative.formula}, whose value is not known: data was changed since"
        else:
            self.shown.notes = NOTES_ON_RULES
            text = f"to {x} flows {derivative.rule}, where g is the gradient of {y}"
        return hint_text(f"{text}, {summed_over(derivative.summed)}" if derivative.summed else text)

    def state(self, node: Node) -> State:
        if self.progress:
            return self.progress.state(node)
        return CHANGED if node in self.changed else ""

    def box(self, node: Node) -> Item:
        """Return the box of a node."""
        title = title_of(node, self.names[node])
        named = node.label.strip() and is_named_after(self.names[node], node.label)
        full = printable(node.label) if named else title
        data, state = self.data[node], self.state(node)
        whole = as_number(data) is None
        rows = [("shape", f"{format_shape(data.shape)} {data.dtype}")] if whole else []
        rows.append(("data", format_block(data, self.stats)))
        if whole:
            full = f"{full} of shape {rows[0][1]}"
        since = ""
        if state == CHANGED:
            title, since = f"{title}: changed since", "; this data was set after the graph was computed from it"
        shown = exact(data)
        if node.op is None and not node.requires_grad:
            hint = hint_text(f"{full}: a constant, data {shown}; no gradient is required{since}")
            return Item(CONSTANT, title, self.names[node], tuple(rows), hint, state, paint=self.paints.get(node))
        gradient = self.gradients.get(node)
        room = self.progress.room.get(node, 0) if self.progress else 0
        arrived = "no gradient yet" if gradient is None else f"grad {exact(gradient)}"
        rows.append(("grad", format_block(gradient, self.stats)))
        if room and gradient is None:  # reserve the lines that the gradient will have
            rows[-1] = ("grad", rows[-1][1] + "\n" * format_block(np.zeros_like(data)).count("\n"))
        kind: Kind = RESULT if node.op is not None else VARIABLE
        paint = self.paints.get(node)
        rows += paint.rows if paint else ()
        hint = hint_text(f"{full}: data {shown}, {arrived}{since}")
        return Item(kind, title, self.names[node], tuple(rows), hint, state, room, paint)
