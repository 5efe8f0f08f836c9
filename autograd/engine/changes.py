"""Data that was set after a graph was computed from it: found, and refused with a sentence that names the cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn

from .caller import caller
from .text import printable

if TYPE_CHECKING:
    from .node import Node
    from .op import Op


def changed_edges(nodes: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield (user, node) where the data of `node` was set after `user` was computed from it.

    A result whose own data was set is yielded as (node, node).
    """
    for user in nodes:
        if user.op is not None and user._changed > user._index >= 0:
            yield user, user
        for i in user.inputs:
            if i._changed > user._index >= 0:
                yield user, i


def refuse_changed(nodes: Iterable[Node]) -> None:
    """Raise RuntimeError where data among these nodes was set after the graph was computed from it."""
    for user, node in changed_edges(nodes):
        node._refuse_change(user)


def refuse_change(which: str, op: Op | None, label: str) -> NoReturn:
    """Say that data was set after it was used, and what to do."""
    name = f" ({printable(str(label))})" if label else ""
    raise RuntimeError(
        f"the data of {which} of {op.name if op else 'an op'}{name} was changed after it was used, so the gradient "
        "may be wrong; call backward() and make the Stepper before optimizer.step() or any other change of .data, "
        f"or compute the result again\n  {caller()}"
    )
