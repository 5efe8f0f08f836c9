"""Cut a graph into parts that a picture can show as one box each: modules, rounds of a loop, samples, stretches.

The results of ops, oldest first, are a sequence, and a part is a contiguous run of it. An op comes after its inputs, so
drawing parts as boxes never makes a cycle. The calls of modules are such runs; in between, repeated structure is found
in the ops themselves: equal consecutive pieces become one exemplar with a count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..engine.node import Node
from ..engine.sweep import graph_nodes


class PartKind(StrEnum):
    """The kinds of parts.

    MODULE   one call of a module; with `repeats` several modules of equal structure, called one after the other
    ROUND    one round of a loop: it goes on from the round before it
    PARTIAL  a first or last round that lacks ops of the others: the first may start from plain numbers, and of the last
             only a part may be used
    SAMPLE   one of several computations of equal structure of which none needs another, up to a running sum of them
    STRETCH  ops, or parts, that are only elided because there are many
    """

    MODULE = "module"
    ROUND = "round"
    PARTIAL = "partial"
    SAMPLE = "sample"
    STRETCH = "stretch"


@dataclass(frozen=True, slots=True)
class Part:
    """A contiguous run of the ops of a graph.

    kind      see PartKind
    name      the module's own path in the outermost module that was called, `layers.1.neurons.3`; "" where it has none
    nodes     the results of all ops in the part, oldest first, also those in its children; leaves are in no part
    children  what the part consists of, oldest first; empty where it is its nodes and no more
    repeats   how many consecutive equal parts it stands for
    which     which round `nodes` and `children` are, counted from 1: the first, or the second after a PARTIAL one
    hidden    the nodes of the others, oldest first. Each has as many as the exemplar, in the same order: hidden[k] is
              the counterpart of nodes[k % len(nodes)], in repeat 2 + k // len(nodes)
    """

    kind: PartKind
    name: str
    title: str
    nodes: tuple[Node, ...]
    children: tuple[Part | Node, ...] = ()
    repeats: int = 1
    which: int = 1
    hidden: tuple[Node, ...] = ()


def outline(
    roots: Sequence[Node],
    nodes: Sequence[Node] | None = None,
    *,
    units: bool = False,
    longest: int = 60,
) -> tuple[Part | Node, ...]:
    """Return the parts and the single ops that a graph consists of, oldest first.

    nodes    only these of the graph; what is not among them counts as a leaf
    units    fold also equal modules that work side by side with parameters of their own, as the neurons of a layer do;
             without it they stay apart
    longest  of more than so many consecutive children, those in the middle become one STRETCH

    Guaranteed at every level, here and in `children`:

    - Each result of an op is in exactly one child: it is the child, or in its `nodes`, or in its `hidden`.
    - `nodes + hidden` of a child is contiguous among the ops of the graph in creation order, and children are in this
      order; so a picture in which every child is one box has no cycle.
    - Parts that fold have the same ops on the same shapes in the same wiring. What differs is what the leaves hold,
      which leaves they are, and which element an index picks. The first ones may start from other inputs than the rest,
      plain numbers among them.
    - Modules nest as their calls did. A module that is called again and again stands in a ROUND or SAMPLE of one child;
      a MODULE with `repeats` stands for different modules.

    Time and memory are in proportion to the graph, up to a logarithm. Modules are known in the thread that called them.
    """
    from .outlining import Outliner  # here: outlining.py makes Parts, so it imports this file

    return Outliner(graph_nodes(*roots) if nodes is None else nodes, units, longest).outline()
