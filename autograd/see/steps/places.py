"""Places: where the steps of a Stepper are in the sweep, by node or by edge, in all of the graph or in a part of it."""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, get_args

from ...engine.node import Node
from .recording import Recording
from .step import Step

By = Literal["node", "edge"]
Place = tuple[int, int | None]  # the number of a step of the sweep, from 0; which of its contributions, None: all

BY: Final = get_args(By)


def places(recording: Recording, by: By, shown: Collection[Node] | None) -> list[Place]:
    """Return the steps, first one first. Raise ValueError where there are none.

    shown  the only nodes whose steps they are; None: all
    """
    found: list[Place] = []
    of_edges = by == "edge" and any(node.op is not None for node in recording.order)  # else there are only leaves
    for k, node in enumerate(recording.order):
        if shown is not None and node not in shown:
            continue
        if not of_edges:
            found.append((k, None))
        else:
            wanted = sum(0 <= i._index < node._index for i in node.inputs)
            found += [(k, which) for which in range(wanted)]
    if not found:
        raise ValueError("there are no steps in this part of the graph; take a larger one, or all of it")
    return found


def step_at(recording: Recording, k: int, of: Sequence[Place]) -> Step:
    """Return step k, counted from 0."""
    number, which = of[k]
    step = recording.step(number)
    if which is not None:
        return replace(step, number=k + 1, flows=(step.flows[which],))
    return step if step.number == k + 1 else replace(step, number=k + 1)


def arrived(recording: Recording, last: Place | None) -> dict[Node, Any]:
    """Return the gradient that each node has when the sweep has come to the step `last`; None: to none."""
    found = dict(recording.earlier)
    if last is None:
        return found
    found.update(recording.begun())
    number, which = last
    for k in range(number + 1):
        contributions = recording.contributions(k)
        for each in contributions if k < number or which is None else contributions[: which + 1]:
            found[each.input] = recording.with_earlier(each.input, each.after)
    return found


def last_contribution(recording: Recording, of: Sequence[Place], node: Node) -> int | None:
    """Return the last step that contributes to this node, counted from 0; None where none does."""
    for k in range(len(of) - 1, -1, -1):
        number, which = of[k]
        found = recording.contributions(number)
        if any(each.input is node for each in (found if which is None else found[which : which + 1])):
            return k
    return None


def whole_number(k: Any, what: str, most: int) -> int:
    """Return k as an int. Raise TypeError, which begins with `what`, for anything that is no whole number."""
    try:
        return operator.index(k)
    except TypeError:
        raise TypeError(f"{what}, 0 to {most}, got {type(k).__name__}; until(node) goes to a node") from None
