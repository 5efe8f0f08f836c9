"""Many arrays as one, so that a step updates all Tensors of a group with a few calls of NumPy.

The formula of an optimizer works on each element by itself, so it may get the parameters of a group end to end in one
flat array, and their gradients and states likewise. The new data of the parameters are views of one new flat array, and
the next step goes on from there if nobody has set them or their states in between. A step never writes into an array
that it has handed out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from autograd import Tensor, is_data

from .explanation import State, Update
from .parameters import data_of

Place = tuple[slice, tuple[int, ...]]  # where the elements of a Tensor are in a flat array, and its shape
LARGE: Final = 2**17  # elements


def alike(nodes: Sequence[Tensor], state: Mapping[Any, State]) -> list[list[Tensor]]:
    """Sort Tensors into lists that one update serves: of one dtype, with equal names and equal numbers in the state.

    A large one is by itself: to copy its gradient would cost more than the calls that it saves.
    """
    found: dict[Any, list[Tensor]] = {}
    for node in nodes:
        entries = state.get(node, {}).items()
        numbers = tuple([(name, None if isinstance(kept, np.ndarray) else kept) for name, kept in entries])
        by_itself = id(node) if node.size >= LARGE else 0
        found.setdefault((node.dtype, numbers, by_itself), []).append(node)
    return list(found.values())


def joined(arrays: list[np.ndarray]) -> np.ndarray:
    """Return arrays end to end in one flat array: a copy, unless there is only one."""
    return arrays[0].reshape(-1) if len(arrays) == 1 else np.concatenate(arrays, axis=None)


class Flat:
    """Tensors that are alike, with their data in one flat array, and each array of their states in another one."""

    __slots__ = ("entries", "nodes", "parts", "places", "state", "states", "x")

    def __init__(
        self,
        nodes: list[Tensor],
        places: list[Place],
        x: np.ndarray,
        parts: list[np.ndarray],
        state: State,
        states: list[State],
    ) -> None:
        self.nodes: Final = nodes
        self.places: Final = places  # of each Tensor in the flat arrays
        self.x: Final = x
        self.parts: Final = parts  # of x, for each Tensor
        self.state: Final = state  # its arrays are flat
        self.states: Final = states  # of each Tensor, with parts of these arrays
        self.entries: Final = list(chain.from_iterable(map(dict.values, states)))

    @classmethod
    def gathered(cls, nodes: list[Tensor], state: Mapping[Any, State]) -> Flat:
        """Copy the data and the states of Tensors that are alike into flat arrays."""
        parts = [data_of(node) for node in nodes]
        states = [state.get(node, {}) for node in nodes]
        whole = {
            name: joined([each[name] for each in states]) if isinstance(kept, np.ndarray) else kept
            for name, kept in states[0].items()
        }
        ends = pairwise(accumulate([part.size for part in parts], initial=0))
        places = [(slice(*span), part.shape) for span, part in zip(ends, parts, strict=True)]
        return cls(nodes, places, joined(parts), parts, whole, states)

    def is_current(self, state: Mapping[Any, State]) -> bool:
        """Tell whether the data and the states of the Tensors are still the parts of the flat arrays."""
        return (
            all(map(is_data, self.nodes, self.parts))
            # A state that holds nothing is in no entry of the optimizer.
            and all(state.get(node) is (kept or None) for node, kept in zip(self.nodes, self.states, strict=True))
            and _same(list(chain.from_iterable(map(dict.values, self.states))), self.entries)
        )

    def updated(self, update: Callable[[Any, Any, State], Update], g: np.ndarray) -> Flat:
        """Apply an update, with the gradients end to end in `g`."""
        x, state, _ = update(self.x, g, self.state)
        columns = [
            self._split(kept) if isinstance(kept, np.ndarray) else [kept] * len(self.nodes) for kept in state.values()
        ]
        rows = zip(*columns, strict=True) if columns else [()] * len(self.nodes)
        states = [dict(zip(state, row, strict=True)) for row in rows]
        return Flat(self.nodes, self.places, x, self._split(x), state, states)

    def _split(self, whole: np.ndarray) -> list[np.ndarray]:
        """Return the parts of a flat array, as views in the shapes of the Tensors."""
        return [whole[span].reshape(shape) for span, shape in self.places]

    def __iter__(self) -> Iterator[tuple[Tensor, np.ndarray, State]]:
        return zip(self.nodes, self.parts, self.states, strict=True)


class Flats(NamedTuple):
    """The Tensors of a group that a step updates, and their flat arrays, one for each kind of Tensors."""

    nodes: list[Tensor]
    flats: list[Flat]

    @classmethod
    def of(cls, nodes: list[Tensor], state: Mapping[Any, State], last: Flats | None) -> Flats:
        """Return those of the last step, or new ones where the Tensors, their data or their states are others now."""
        if last and _same(nodes, last.nodes) and all(flat.is_current(state) for flat in last.flats):
            return last
        return cls(nodes, [Flat.gathered(together, state) for together in alike(nodes, state)])


def _same(a: Sequence[Any], b: Sequence[Any]) -> bool:
    """Tell whether these are the same objects in the same order."""
    return len(a) == len(b) and all(map(operator.is_, a, b))
