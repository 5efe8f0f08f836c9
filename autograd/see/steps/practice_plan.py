"""Plan an exercise: what is asked, in which order, and after which answer each number may be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import numpy as np

from ...engine.node import Node
from .step import Flow, Step


class Asked(Enum):
    """The subjects of questions."""

    DATA = auto()  # of the forward pass
    CONTRIBUTION = auto()
    TOTAL = auto()  # the sum of all contributions


@dataclass(frozen=True, slots=True)
class Ask:
    """A number to ask for, of an array an element.

    about     the node whose data or gradient it belongs to
    place     the indices of the element; empty for a number
    step      the step of the contribution, of a total the last; None for the forward pass
    flow      the contribution, of a total the last
    parts     of a total: each user of the node and its contribution
    earlier   of a total: the gradient that earlier sweeps left; None where there is none
    whole     whether the number is the whole data or gradient, and not one contribution of several
    """

    what: Asked
    about: Node
    place: tuple[int, ...]
    step: Step | None = None
    flow: Flow | None = None
    parts: tuple[tuple[Node, Any], ...] = ()
    earlier: Any = None
    whole: bool = True


def forward_asks(nodes: Sequence[Node], data: Mapping[Node, Any]) -> Iterator[Ask]:
    """Yield what can be asked of the forward pass: the data of each result, oldest first."""
    for node in nodes:
        if node.op is not None:
            for place in np.ndindex(np.shape(data[node])):
                yield Ask(Asked.DATA, node, place)


def backward_asks(steps: Sequence[Step]) -> Iterator[Ask]:
    """Yield what can be asked of the backward pass, in the order of the steps.

    For each input of a step: what is the contribution to it? After the last contribution to a node whose gradient is a
    sum, of several contributions or of one and an earlier gradient: what is its gradient?
    """
    uses: dict[Node, int] = {}
    for flow in (flow for step in steps for flow in step.flows):
        uses[flow.input] = uses.get(flow.input, 0) + 1
    parts: dict[Node, list[tuple[Node, Any]]] = {}
    earlier: dict[Node, Any] = {}
    for step in steps:
        for flow in step.flows:
            if flow.input not in parts:
                earlier[flow.input] = flow.before  # of a leaf, what earlier sweeps left there
            parts.setdefault(flow.input, []).append((step.node, flow.contribution))
            places = [()] if flow.is_product else np.ndindex(np.shape(flow.contribution))
            whole = uses[flow.input] == 1 and flow.before is None
            for place in places:
                yield Ask(Asked.CONTRIBUTION, flow.input, place, step, flow, whole=whole)
        for node, last in {flow.input: flow for flow in step.flows}.items():
            is_sum = uses[node] > 1 or earlier[node] is not None
            if is_sum and len(parts[node]) == uses[node]:
                for place in np.ndindex(np.shape(last.after)):
                    yield Ask(Asked.TOTAL, node, place, step, last, tuple(parts[node]), earlier[node])


class Visibility:
    """How many questions must be answered before a number may be shown; 0: it is shown from the start.

    A number that is computed from one that is asked for is hidden as long as that one. Of an exercise that is forward
    only, no gradient is shown.

    data       for the data of each node
    gradients  for the gradient of each node
    flows      for each contribution and its local derivative, by number of the step and position of the input
    """

    def __init__(self, asks: Sequence[Ask], nodes: Sequence[Node], steps: Sequence[Step], backward: bool) -> None:
        self._asked: Final = {(ask.what, ask.about): k + 1 for k, ask in enumerate(asks)}
        self._flows: Final = {
            (ask.step.number, ask.flow.position): k + 1
            for k, ask in enumerate(asks)
            if ask.what is Asked.CONTRIBUTION and ask.step is not None and ask.flow is not None
        }
        self.backward: Final = backward
        #: the number of questions about the forward pass, which come first
        self.forward: Final = sum(ask.what is Asked.DATA for ask in asks)
        self.data: Final[dict[Node, int]] = {}
        for node in nodes:  # oldest first
            inputs = max((self.data.get(i, 0) for i in node.inputs), default=0)
            self.data[node] = max(self._asked.get((Asked.DATA, node), 0), inputs)
        self.gradients: Final[dict[Node, int]] = {}
        self.flows: Final[dict[tuple[int, int], int]] = {}
        start = self.forward if backward else len(asks) + 1
        for step in steps:
            known = self.gradients.setdefault(step.node, start)
            for flow in step.flows:
                place = (step.number, flow.position)
                self.flows[place] = max(known, self._flows.get(place, 0))
                total = self._asked.get((Asked.TOTAL, flow.input), 0)
                before = self.gradients.get(flow.input, start)
                self.gradients[flow.input] = max(before, self.flows[place], total)

    def by_answers(self, counts: Mapping[Node, int], start: int) -> frozenset[Node]:
        """Return the nodes whose number is shown only after a question beyond the first `start`."""
        return frozenset(node for node, count in counts.items() if count > start)
