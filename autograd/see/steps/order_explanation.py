"""explain_order: why the sweep takes the newest node first, shown on a graph of the user's own."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

from ...engine.changes import refuse_changed
from ...engine.dtypes import number
from ...engine.node import Node
from ...engine.quiet import quietly
from ...engine.refusals import refuse_constant_root
from ...engine.sweep import graph_nodes, sweep
from ...engine.text import Table, text_table
from ...operands.tensor import Tensor
from ..picture.formulas import display_names
from ..picture.number_format import format_line
from ..picture.plain_text import shorten
from .naive_ways import MOST_COUNTED, Flow, Recursion, assign, first_wrong, recurse

MOST_ROWS: Final = 20
MOST_VISITS: Final = 20_000  # that are made on a small graph; on a large one as many as twice its nodes
LONGEST_NAME: Final = 40


def explain_order(root: Node, labels: Mapping[str, object] | None = None, gradient: Any = None) -> OrderExplanation:
    """Return a table of the sweep on this graph beside two naive ways, which give wrong gradients.

    A notebook shows it as the last line of a cell; elsewhere print it.

    The first is recursion from the root into its inputs, where each visit passes on the gradient that has arrived so
    far. The second is the sweep with `=` in place of `+=`. No `.grad` is written, and gradients that leaves
    have from earlier sweeps are left out.

    labels    names for nodes: {"x": x}, or globals()
    gradient  the gradient of the root, as in `backward()`; a Tensor of several elements needs one

    >>> a = Value(1.0, label="a")
    >>> b = a + a
    >>> c = b + b
    >>> print(explain_order(c, {"b": b, "c": c}))
    node  visits  gradient  by recursion         with =
    c          1         1             1              1
    b          2         2             2              1  wrong
    a          4         4             6  wrong       1  wrong
    The sweep visits each of the 3 nodes once, ...
    The first wrong number appears at visit 2: b passes on 1, but its whole gradient is 2. In the end a has 6 ...
    With = in place of +=, b keeps only what arrived last, 1 in place of 2.
    """
    if not isinstance(root, Node):
        raise TypeError(
            f"explain_order explains the graph of a Value or a Tensor, got {type(root).__name__}; pass the result of a "
            "computation"
        )
    if not root.requires_grad:
        refuse_constant_root(type(root).__name__)
    everything = graph_nodes(root)
    refuse_changed(everything)
    seed: Any
    if isinstance(root, Tensor):
        seed = root._seed(gradient)
    else:
        seed = number(1.0 if gradient is None else gradient, "the sweep starts with")
    result: OrderExplanation = quietly(_compare, root, seed, display_names(everything, labels))
    return result


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One node in the three ways."""

    node: Node
    name: str
    visits: int  # by the recursion; at most 10**300 are counted
    gradient: Any  # by the sweep: the right one
    recursion: Any  # at the end of the recursion; None where its end was not reached
    assigned: Any  # with = in place of +=
    recursion_wrong: bool
    assigned_wrong: bool


@final
class OrderExplanation:
    """The result of `explain_order`: a table and some sentences, printed or shown in a notebook.

    rows      the nodes that the table shows, newest first
    left_out  the number of nodes that it leaves out
    visits    the number of visits of the recursion; at most 10**300 are counted
    words     the sentences
    """

    __slots__ = ("left_out", "rows", "visits", "words")

    def __init__(self, rows: Sequence[Row], left_out: int, visits: int, words: Sequence[str]) -> None:
        self.rows: Final = tuple(rows)
        self.left_out: Final = left_out
        self.visits: Final = visits
        self.words: Final = tuple(words)

    def _table(self) -> Table:
        cells = [("node", "visits", "gradient", "by recursion", "", "with =", "")]
        for row in self.rows:
            recursion = _marked(row.recursion, row.recursion_wrong)
            assigned = _marked(row.assigned, row.assigned_wrong)
            cells.append((row.name, _count(row.visits), format_line(row.gradient), *recursion, *assigned))
        more = [f"({self.left_out:,} more nodes are left out)"] if self.left_out else []
        return text_table(cells, (1, 2, 3, 5), caption="Why the newest node comes first", notes=[*more, *self.words])

    def __str__(self) -> str:
        return str(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()

    __repr__ = __str__


def _compare(root: Node, seed: Any, full_names: Mapping[Node, str]) -> OrderExplanation:
    nodes, gradients = [], []
    for node, g in sweep(root, seed):
        nodes.append(node)
        gradients.append(g)
    flow = Flow(nodes, gradients)
    counts = flow.path_counts()
    visits = min(sum(counts), MOST_COUNTED)
    recursion = recurse(flow, to_end=visits <= max(MOST_VISITS, 2 * len(nodes)))
    assigned = assign(flow)

    def name(k: int) -> str:
        return shorten(full_names[nodes[k]], LONGEST_NAME)

    def row(k: int) -> Row:
        gathered = recursion.gathered[k] if recursion.complete else None
        wrong = recursion.complete and not flow.agrees(k, gathered)
        got = assigned[k]
        return Row(nodes[k], name(k), counts[k], gradients[k], gathered, got, wrong, not flow.agrees(k, got))

    ends_wrong = first_wrong(flow, recursion.gathered) if recursion.complete else None
    assigned_wrong = first_wrong(flow, assigned)
    shown = dict.fromkeys(range(min(MOST_ROWS, len(nodes))))
    shown |= dict.fromkeys(sorted(k for k in (ends_wrong, assigned_wrong) if k is not None))
    unfinished = recursion.unfinished
    words = [
        _of_visits(name(0), len(nodes), visits, flow.longest_path()),
        _of_recursion(
            recursion,
            row(ends_wrong) if ends_wrong is not None else None,
            *(("", None) if unfinished is None else (name(unfinished.node), gradients[unfinished.node])),
        ),
        _of_assignment(row(assigned_wrong) if assigned_wrong is not None else None),
    ]
    return OrderExplanation(list(map(row, shown)), len(nodes) - len(shown), visits, words)


def _marked(got: Any, wrong: bool) -> tuple[str, str]:
    return format_line(got), "wrong" if wrong else ""


def _count(visits: int) -> str:
    """Format a count: in full, or as a power of ten where it has more than 15 digits."""
    if visits < 10**15:
        return f"{visits:,}"
    if visits >= MOST_COUNTED:
        return "more than 10^300"
    digits = str(visits)
    return f"about {digits[0]}.{digits[1:3]} × 10^{len(digits) - 1}"


def _of_visits(root: str, nodes: int, visits: int, depth: int) -> str:
    sweep_visits = f"The sweep visits each of the {nodes:,} nodes once, when all of its gradient has arrived."
    paths = f"Recursion from {root} into its inputs makes {_count(visits)} visits, one for each path from {root}."
    allowed = sys.getrecursionlimit()
    deep = [f"It would be {depth:,} calls deep, and Python allows {allowed:,}."] if depth > allowed else []
    return " ".join([sweep_visits, paths, *deep])


def _of_recursion(recursion: Recursion, ends_wrong: Row | None, unfinished: str, whole: Any) -> str:
    """Say what goes wrong; `unfinished` and `whole` are name and gradient of the node of the first such visit."""
    first = recursion.unfinished
    if first is None:
        return "Each visit passes on a finished gradient, so recursion gives the right numbers here."
    words = (
        f"The first wrong number appears at visit {first.visit:,}: {unfinished} passes on "
        f"{format_line(first.passed_on)}, but its whole gradient is {format_line(whole)}."
    )
    if not recursion.complete:
        return f"{words} There are too many visits to make all of them, so the table does not show where they end."
    if ends_wrong is None:
        return words
    ends = f"{format_line(ends_wrong.recursion)} in place of {format_line(ends_wrong.gradient)}"
    return f"{words} In the end {ends_wrong.name} has {ends}."


def _of_assignment(first: Row | None) -> str:
    if first is None:
        return "With = in place of +=, no contribution is lost here, so the numbers are right too."
    return (
        f"With = in place of +=, {first.name} keeps only what arrived last, {format_line(first.assigned)} in place of "
        f"{format_line(first.gradient)}."
    )
