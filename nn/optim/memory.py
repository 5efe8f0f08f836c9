"""Memory: all that an optimizer keeps between two steps."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

from autograd import Tensor

from .explanation import State
from .flat import Flat, alike
from .parameters import Node


class Members(NamedTuple):
    """The parameters of a group that a step updates."""

    nodes: list[Node]
    flats: list[Flat]  # of the Tensors among them that are updated together
    others: list[Node]  # which are updated one by one


class Memory:
    """The states of all parameters, and the flat arrays of the last step. A step replaces it and changes nothing in it.

    The states of Tensors in flat arrays are parts of these. They are made when somebody asks for the states, which is
    rare. Who has asked may have changed them, so the flat arrays hold only as long as nobody has.
    """

    __slots__ = ("_seen", "groups", "states")

    def __init__(self, states: dict[Node, State], groups: Sequence[Members] = ()) -> None:
        self.states: Final = states  # of the parameters that are in no flat array
        self.groups: Final = groups
        self._seen: dict[Node, State] | None = None

    @classmethod
    def gathered(cls, given: list[list[Node]], states: dict[Node, State], elementwise: bool) -> Memory:
        """Copy the data and the states of the given parameters of each group into flat arrays, where these are used."""
        rest = dict(states)
        groups = []
        for nodes in given:
            together = [node for node in nodes if elementwise and isinstance(node, Tensor)]
            others = [node for node in nodes if not (elementwise and isinstance(node, Tensor))]
            groups.append(Members(nodes, [Flat.gathered(each, states) for each in alike(together, states)], others))
            for node in together:
                rest.pop(node, None)
        return cls(rest, groups)

    def holds(self, given: list[list[Node]]) -> bool:
        """Tell whether the flat arrays are those of the given parameters, and still their data and their states."""
        return (
            self._seen is None
            and len(given) == len(self.groups)
            and all(
                _same(nodes, members.nodes) and all(map(Flat.is_current, members.flats))
                for nodes, members in zip(given, self.groups, strict=True)
            )
        )

    def seen(self) -> dict[Node, State]:
        """Return the state of each parameter that has one, to look at and to change."""
        if self._seen is None:
            flats = chain.from_iterable(members.flats for members in self.groups)
            found = {**self.states, **dict(chain.from_iterable(map(Flat.states, flats)))}
            self._seen = {node: state for node, state in found.items() if state}
        return self._seen


def _same(a: Sequence[Any], b: Sequence[Any]) -> bool:
    """Tell whether these are the same objects in the same order."""
    return len(a) == len(b) and all(map(operator.is_, a, b))
