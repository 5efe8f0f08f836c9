"""Many arrays as one, so that a step updates all Tensors of a group with a few calls of NumPy.

The formula of an optimizer works on each element by itself, so it may get the parameters of a group end to end in one
flat array, and their gradients and states likewise. The new data of the parameters are views of one new flat array, and
the next step goes on from there if nobody has set them or their states in between. A step never writes into an array
that it has handed out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from autograd import Tensor, is_data

from .explanation import State, Update
from .parameters import data_of

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

    __slots__ = ("entries", "nodes", "parts", "state", "states", "x")

    def __init__(
        self, nodes: list[Tensor], x: np.ndarray, parts: list[np.ndarray], state: State, states: list[State]
    ) -> None:
        self.nodes: Final = nodes
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
        return cls(nodes, joined(parts), parts, whole, states)

    def is_current(self, nodes: Sequence[Tensor], state: Mapping[Any, State]) -> bool:
        """Tell whether these are the Tensors, and their data and states are still the parts of the flat arrays."""
        return (
            _same(nodes, self.nodes)
            and all(map(is_data, nodes, self.parts))
            # A state that holds nothing is in no entry of the optimizer.
            and all(state.get(node) is (kept or None) for node, kept in zip(nodes, self.states, strict=True))
            and _same(list(chain.from_iterable(map(dict.values, self.states))), self.entries)
        )

    def updated(self, update: Callable[[Any, Any, State], Update], g: np.ndarray) -> Flat:
        """Apply an update, with the gradients end to end in `g`."""
        x, state, _ = update(self.x, g, self.state)
        shapes = [part.shape for part in self.parts]
        ends = np.cumsum([part.size for part in self.parts]).tolist()
        columns = {
            name: _split(kept, ends, shapes) if isinstance(kept, np.ndarray) else [kept] * len(shapes)
            for name, kept in state.items()
        }
        states = [{name: column[k] for name, column in columns.items()} for k in range(len(shapes))]
        return Flat(self.nodes, x, _split(x, ends, shapes), state, states)

    def __iter__(self) -> Iterator[tuple[Tensor, np.ndarray, State]]:
        return zip(self.nodes, self.parts, self.states, strict=True)


def _split(whole: np.ndarray, ends: Sequence[int], shapes: Sequence[tuple[int, ...]]) -> list[np.ndarray]:
    """Return the parts of a flat array that end there, as views in these shapes."""
    return [whole[i:j].reshape(shape) for i, j, shape in zip([0, *ends], ends, shapes, strict=False)]


def _same(a: Sequence[Any], b: Sequence[Any]) -> bool:
    """Tell whether these are the same objects in the same order."""
    return len(a) == len(b) and all(map(operator.is_, a, b))
