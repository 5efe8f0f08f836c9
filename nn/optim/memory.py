"""Memory: all that an optimizer keeps from one step to the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import is_
from typing import Final, NamedTuple

from autograd import Tensor

from .explanation import State
from .flat import Flat, alike, fits
from .parameters import Node


class Members(NamedTuple):
    """The parameters of a group that have a gradient."""

    nodes: list[Node]  # all of them
    flats: list[Flat]  # of the Tensors among them that are updated together
    others: list[Node]  # that are updated one by one


class Memory:
    """The state of each parameter, and the flat arrays of the last step. A step makes a new one.

    The states of Tensors in flat arrays are made from these when somebody asks for them, which is rare. That person may
    change them, so the next step copies them into new flat arrays.
    """

    __slots__ = ("_asked", "groups", "rest")

    def __init__(self, rest: dict[Node, State], groups: Sequence[Members] = ()) -> None:
        self.rest: Final = rest  # the states of parameters that are in no flat array
        self.groups: Final = groups
        self._asked: dict[Node, State] | None = None

    @classmethod
    def gathered(cls, given: list[list[Node]], states: dict[Node, State], elementwise: bool) -> Memory:
        """Return the states as they are, with flat arrays for the given parameters of each group."""
        rest = dict(states)
        groups = []
        for nodes in given:
            tensors: list[Tensor] = []
            others: list[Node] = []
            for node in nodes:
                if elementwise and isinstance(node, Tensor) and fits(node, states.get(node, {})):
                    tensors.append(node)
                else:
                    others.append(node)
            groups.append(Members(nodes, [Flat.gathered(each, states) for each in alike(tensors, states)], others))
            for node in tensors:
                rest.pop(node, None)
        return cls(rest, groups)

    def holds(self, given: list[list[Node]]) -> bool:
        """Tell whether the flat arrays are of the given parameters, and are their data and their states still."""
        if self._asked is not None or len(given) != len(self.groups):
            return False
        for nodes, members in zip(given, self.groups, strict=True):
            if len(nodes) != len(members.nodes) or not all(map(is_, nodes, members.nodes)):
                return False
            if not all(map(Flat.is_current, members.flats)):
                return False
            if any(isinstance(node, Tensor) for node in members.others):  # its state may fit now
                return False
        return True

    def states(self) -> dict[Node, State]:
        """Return the state of each parameter that has one, to be looked at and changed."""
        if self._asked is None:
            found = dict(self.rest)
            for flat in chain.from_iterable(members.flats for members in self.groups):
                found.update(flat.states())
            self._asked = {node: state for node, state in found.items() if state}
        return self._asked
