"""Many arrays as one, so that a step updates all Tensors of a group with a few calls of NumPy.

The formula of an optimizer works on each element by itself, so it may get the parameters of a group end to end in one
flat array, and their gradients and states likewise. The new data of the parameters are views of one new flat array;
the next step finds them end to end and need not copy them. No array that a step has handed out is written into.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from autograd import Tensor

from .explanation import State, Update

BLOCK: Final = 2**17  # elements


def alike(nodes: Sequence[Tensor], state: Mapping[Any, State]) -> list[list[Tensor]]:
    """Sort Tensors into lists that one update serves: of one dtype, with equal names and equal numbers in the state."""
    found: dict[Any, list[Tensor]] = {}
    for node in nodes:
        entries = state.get(node, {}).items()
        numbers = tuple([(name, None if isinstance(kept, np.ndarray) else kept) for name, kept in entries])
        found.setdefault((node.dtype, numbers), []).append(node)
    return list(found.values())


def joined(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return arrays of one dtype end to end in one flat array: a copy, unless they are all the parts of one array."""
    whole = arrays[0].base
    if not isinstance(whole, np.ndarray) or whole.ndim != 1 or whole.dtype != arrays[0].dtype:
        return np.concatenate(arrays, axis=None)
    end = _address(whole)
    for array in arrays:
        if array.base is not whole or _address(array) != end or not array.flags.c_contiguous:
            return np.concatenate(arrays, axis=None)
        end += array.nbytes
    return whole if end == _address(whole) + whole.nbytes else np.concatenate(arrays, axis=None)


def joined_states(states: Sequence[State]) -> State:
    """Return the states of several parameters as one, with their arrays end to end; their numbers are equal."""
    return {
        name: joined([state[name] for state in states]) if isinstance(kept, np.ndarray) else kept
        for name, kept in states[0].items()
    }


def parts(whole: np.ndarray, like: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the parts of a flat array, views in the shapes of these arrays."""
    start = 0
    for array in like:
        end = start + array.size
        yield whole[start:end].reshape(array.shape)
        start = end


def states_of_parts(whole: State, like: Sequence[np.ndarray]) -> list[State]:
    """Return the state of each parameter: views of the arrays of the joined state, and its numbers."""
    names = list(whole)
    columns = [
        list(parts(kept, like)) if isinstance(kept, np.ndarray) else [kept] * len(like) for kept in whole.values()
    ]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] or [{} for _ in like]


def in_blocks(update: Callable[[Any, Any, State], Update], x: np.ndarray, g: np.ndarray, state: State) -> Update:
    """Apply an update to flat arrays, a block of elements at a time, so that intermediate results stay in the cache."""
    if x.size <= BLOCK:
        return update(x, g, state)
    updates = []
    for start in range(0, x.size, BLOCK):
        block = slice(start, start + BLOCK)
        kept = {name: entry[block] if isinstance(entry, np.ndarray) else entry for name, entry in state.items()}
        updates.append(update(x[block], g[block], kept)._replace(terms={}))
    after = {
        name: np.concatenate([each.state[name] for each in updates]) if isinstance(entry, np.ndarray) else entry
        for name, entry in updates[0].state.items()
    }
    return Update(np.concatenate([each.data for each in updates]), after)


def _address(array: np.ndarray) -> int:
    address: int = array.__array_interface__["data"][0]
    return address
