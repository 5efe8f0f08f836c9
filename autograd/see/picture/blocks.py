"""Blocks: nodes that a picture shows as one box, and what the box says about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...engine.node import Node
from ...graph.naming import is_number
from ...graph.outline import Part, PartKind
from .number_format import as_number, format_line, format_number, format_shape, norm
from .plain_text import printable, shorten
from .scene import BLOCK, ELIDED, LONGEST_HINT, LONGEST_TITLE, Item, Kind

FIRST_LEAVES: Final = 8  # that stay of an op with many
PLURALS: Final = {name: f"{name}s" for name in ("sample", "block", "step", "piece", "term")}


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Results of ops that stand in one box, or many leaves of one op.

    kind     BLOCK: a part of the graph; ELIDED: pieces that are equal to one that is shown, or ops that are left out
    nodes    all of them, oldest first
    shown    those whose data the box shows: the first of several equal pieces
    repeats  how many equal pieces there are
    part     what opens when the box is opened: of pieces that are equal to one that is shown, the last; None: nothing
    """

    kind: Kind
    name: str
    title: str
    nodes: tuple[Node, ...]
    shown: tuple[Node, ...]
    repeats: int = 1
    part: Part | None = None

    @property
    def of_leaves(self) -> bool:
        return self.nodes[0].op is None


def folded(part: Part) -> Block:
    """Return the block of a part that is not opened."""
    kind: Kind = ELIDED if part.kind is PartKind.STRETCH else BLOCK
    title = f"{part.name}: {part.title}" if part.name else part.title
    if part.repeats > 1:
        title = f"{part.repeats:,} × {title}"
    return Block(kind, part.name, title, part.nodes + part.hidden, part.nodes, part.repeats, part)


def the_others(part: Part) -> Block:
    """Return the block of the pieces that are equal to the one of an opened part."""
    count = part.repeats - 1
    title = PLURALS.get(part.title, part.title) if count > 1 else part.title
    shown = "first" if part.which == 1 else "one shown"  # the first one may be another box, which lacks ops
    words, length = f"… {count:,} more {title} like the {shown}", len(part.nodes)
    last = Part(part.kind, part.name, f"the last of {words[2:]}", part.hidden[-length:])
    return Block(ELIDED, "", words, part.hidden, part.hidden[:length], count, last)


def elided(nodes: Sequence[Node], where: str = "") -> Block:
    """Return the block of ops that are left out."""
    count = f"{len(nodes):,} op{'s' * (len(nodes) > 1)}"
    return Block(ELIDED, "", f"… {count}{where and ' '}{where}", tuple(nodes), tuple(nodes))


def many_leaves(ops: Collection[Node], nodes: Sequence[Node], most: int, kept: Collection[Node]) -> list[Block]:
    """Return the blocks of the leaves that one of these ops alone uses, where there are more than `most` of them.

    `nodes` are those of the graph. The first FIRST_LEAVES leaves of an op stay, and those to be `kept`. A number that
    is no box is no leaf here.
    """
    wide = {node for node in ops if len(node.inputs) > most}
    if not wide:
        return []
    users: dict[Node, Node | None] = {}  # of each leaf; None: several
    for node in nodes:
        for i in dict.fromkeys(node.inputs):
            if i.op is None:
                users[i] = None if i in users else node
    found: dict[Node, list[Node]] = {}
    for node in nodes:
        user = users.get(node)
        if user is not None and user in wide and node not in kept and not is_number(node):
            found.setdefault(user, []).append(node)
    hidden = [tuple(leaves[FIRST_LEAVES:]) for leaves in found.values() if len(leaves) > most]
    return [Block(ELIDED, "", f"… {len(leaves):,} more leaves", leaves, leaves) for leaves in hidden]


class Folding:
    """Which block each node stands in, and what of the block is used outside of it.

    A leaf stands in a block if the block alone uses it: the weights of a layer stand in its box, and a weight that two
    boxes share stands beside them, as do the `sources`, the inputs of neurons. Pieces that are left out count only for
    a leaf that nothing else uses.
    """

    def __init__(
        self, nodes: Sequence[Node], roots: Sequence[Node], blocks: Sequence[Block], sources: Collection[Node] = ()
    ) -> None:
        self.inside: Final = {node: block for block in blocks for node in block.nodes}
        self._used_outside: Final = set(roots)
        self._parameters: dict[Block, list[Node]] = {}
        if not blocks:
            return
        users: dict[Node, dict[Block | None, None]] = {}  # of each leaf; None: an op that is shown
        for node in nodes:
            user = self.inside.get(node)
            for i in node.inputs:
                if i.op is None:
                    users.setdefault(i, {})[user] = None
                elif self.inside.get(i) is not user:
                    self._used_outside.add(i)
        for leaf, found in users.items():
            if leaf in self.inside:
                if leaf.requires_grad:
                    self._parameters.setdefault(self.inside[leaf], []).append(leaf)
                continue
            whole = [block for block in found if block is None or block.kind == BLOCK]
            block = next(iter(found)) if not whole else whole[0] if len(whole) == 1 else None
            if block is not None and leaf not in sources:
                self.inside[leaf] = block
                if leaf.requires_grad:
                    self._parameters.setdefault(block, []).append(leaf)

    def parameters(self) -> Mapping[Block, Sequence[Node]]:
        """Return the leaves that require a gradient and stand in a block, for each block that has any."""
        return self._parameters

    def outputs(self, block: Block) -> list[Node]:
        """Return the nodes whose data a block shows: those of its exemplar that are used outside of it.

        Where none is, it is the last one. Of pieces that are left out, it is the last node that is used outside.
        """
        if block.kind == ELIDED:
            return [node for node in reversed(block.nodes) if node in self._used_outside][:1]
        return [node for node in block.shown if node in self._used_outside] or [block.shown[-1]]

    def last_output(self, block: Block) -> Node | None:
        """Return the last result that is used outside of the equal pieces of a block, if it is not the first one's."""
        if block.kind == ELIDED or block.repeats == 1:
            return None
        last = next((node for node in reversed(block.nodes) if node in self._used_outside), None)
        return None if any(last is node for node in block.shown) else last  # == compares the elements of Tensors


def block_item(
    block: Block,
    parameters: Sequence[Node],
    outputs: Sequence[Node],
    data: Mapping[Node, Any],
    gradients: Mapping[Node, Any],
    last: Node | None = None,
) -> Item:
    """Return the box of a block: its output, its parameters, and how many ops it has.

    `parameters` are the leaves that only this block uses and that require a gradient, `outputs` the nodes of
    it that are used outside of it: those of its exemplar, and of equal pieces that are not shown the last one's. `last`
    is the result of the last of several equal pieces.
    """
    title = shorten(printable(block.title), LONGEST_TITLE)
    rows: list[tuple[str, str]] = []
    if block.kind == BLOCK and block.repeats > 1:
        rows.append(("shown", f"first of {block.repeats:,}"))
    if block.kind == ELIDED and block.repeats > 1 and outputs:
        rows.append(("shown", "the last result"))
    if len(outputs) == 1:
        (output,) = outputs
        value = data[output]
        if as_number(value) is None:
            rows.append(("shape", f"{format_shape(value.shape)} {value.dtype}"))
        rows += [("data", _line(value)), ("grad", _line(gradients.get(output)))]
    elif outputs:
        rows.append(("outputs", f"{len(outputs):,}"))
    if last is not None:
        rows.append(("last", _line(data[last])))
    if block.kind == BLOCK and parameters:
        rows.append(("params", f"{sum(int(np.size(data[p])) for p in parameters):,}"))
        rows.append(("|params|", format_number(total_norm([data[p] for p in parameters]))))
        known = [gradients[p] for p in parameters if gradients.get(p) is not None]
        rows.append(("|grad|", format_number(total_norm(known) if known else None)))
    count = len(block.nodes)
    if block.kind == BLOCK and count > 1:
        rows.append(("ops", f"{count:,}"))
    words = ", ".join(f"{what} {value}" for what, value in rows)
    whole = printable(block.title)
    what = "leaves" if block.of_leaves else "ops"
    hint = shorten(f"{whole}: {words or f'{count:,} {what}'}", LONGEST_HINT)
    return Item(block.kind, title, block.name, tuple(rows), hint, count=block.repeats)


def total_norm(arrays: Sequence[Any]) -> float:
    """Return the norm of all elements of several arrays together."""
    return norm(np.array([norm(a) for a in arrays]))


def _line(x: Any) -> str:
    """Format data for one line of a box: a number, or the norm of an array."""
    return format_line(x) if x is None or as_number(x) is not None else f"norm {format_number(norm(x))}"
