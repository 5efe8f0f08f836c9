"""Many arrays as one, so that a step updates all Tensors of a group with a few calls of NumPy.

The formula of an optimizer works on each element by itself, so it may get the parameters of a group end to end in one
flat array, and their gradients and states likewise. The new data of the parameters are views of one new flat array, and
the next step goes on from there if nobody has set them or looked at their states in between. A step never writes into
an array that it has handed out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np

from autograd import Tensor, is_data

from .explanation import State, Update
from .parameters import data_of, gradient

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


def fits(node: Tensor, state: State) -> bool:
    """Tell whether a state can be part of flat arrays: of numbers, and of arrays that are like the data.

    Other entries come from a user: None in place of a momentum, one number as an array, an array of another dtype.
    """
    like = (node.shape, node.dtype)
    return all(
        (kept.shape, kept.dtype) == like if isinstance(kept, np.ndarray) else isinstance(kept, (int, float))
        for kept in state.values()
    )


def joined(arrays: list[np.ndarray]) -> np.ndarray:
    """Return arrays end to end in one flat array: a copy, unless there is only one."""
    return arrays[0].reshape(-1) if len(arrays) == 1 else np.concatenate(arrays, axis=None)


class Flat:
    """Tensors that are alike, with their data in one flat array, and each array of their states in another one."""

    __slots__ = ("nodes", "parts", "places", "state", "x")

    def __init__(self, nodes: list[Tensor], places: list[Place], x: np.ndarray, state: State) -> None:
        self.nodes: Final = nodes
        self.places: Final = places  # of each Tensor in the flat arrays
        self.x: Final = x
        self.parts: Final = self._split(x)
        self.state: Final = state  # its arrays are flat

    @classmethod
    def gathered(cls, nodes: list[Tensor], state: Mapping[Any, State]) -> Flat:
        """Copy the data and the states of Tensors that are alike into flat arrays."""
        arrays = [data_of(node) for node in nodes]
        states = [state.get(node, {}) for node in nodes]
        whole = {
            name: joined([each[name] for each in states]) if isinstance(kept, np.ndarray) else kept
            for name, kept in states[0].items()
        }
        ends = pairwise(accumulate([array.size for array in arrays], initial=0))
        places = [(slice(*span), array.shape) for span, array in zip(ends, arrays, strict=True)]
        return cls(nodes, places, joined(arrays), whole)

    def is_current(self) -> bool:
        """Tell whether the data of the Tensors are still the parts of the flat array."""
        return is_data(self.nodes, self.parts)

    def gradient(self) -> np.ndarray:
        """Return the gradients of the Tensors end to end."""
        dtype = self.x.dtype
        gradients: list[Any] = [
            g if type(g := node.grad) is np.ndarray and g.shape == shape and g.dtype is dtype else gradient(node)
            for node, (_, shape) in zip(self.nodes, self.places, strict=True)
        ]
        return joined(gradients)

    def after(self, update: Update) -> Flat:
        """Return the flat arrays after an update of them. Raise ValueError if its arrays are not as long."""
        for name, new in (("data", update.data), *update.state.items()):
            if isinstance(new, np.ndarray) and new.shape != self.x.shape:
                raise ValueError(
                    f"an optimizer with elementwise = True got data of shape {self.x.shape}, and its update returned "
                    f"{name} of shape {new.shape}; return an element for each one, or leave out elementwise"
                )
        return Flat(self.nodes, self.places, update.data, update.state)

    def states(self) -> Iterator[tuple[Tensor, State]]:
        """Return each Tensor with its state."""
        columns = [
            self._split(kept) if isinstance(kept, np.ndarray) else [kept] * len(self.nodes)
            for kept in self.state.values()
        ]
        rows = zip(*columns, strict=True) if columns else [()] * len(self.nodes)
        return ((node, dict(zip(self.state, row, strict=True))) for node, row in zip(self.nodes, rows, strict=True))

    def _split(self, whole: np.ndarray) -> list[np.ndarray]:
        """Return the parts of a flat array, as views in the shapes of the Tensors."""
        return [whole[span].reshape(shape) for span, shape in self.places]
