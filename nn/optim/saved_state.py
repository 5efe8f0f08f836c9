"""Check the saved state of an optimizer and convert it to the form that its updates use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import printable, shown

from .explanation import State


def check_layout(name: str, state_dict: Any, sizes: list[int]) -> None:
    """Raise ValueError unless this is a saved state with groups of these sizes. `name` is the optimizer's class."""
    if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= state_dict.keys():
        raise ValueError(f"{name} loads a dict with the keys 'state' and 'param_groups', got {shown(state_dict)}")
    groups = state_dict["param_groups"]
    if not isinstance(groups, (list, tuple)) or not all(
        isinstance(group, Mapping) and "params" in group for group in groups
    ):
        raise ValueError(f"{name} expects 'param_groups' to be a list of dicts with 'params', got {shown(groups)}")
    if not isinstance(state_dict["state"], Mapping):
        raise ValueError(f"{name} expects 'state' to be a dict, got {shown(state_dict['state'])}")
    saved_sizes = [len(group["params"]) for group in groups]
    if sizes != saved_sizes:
        raise ValueError(
            f"{name} has groups of {sizes} parameters, the saved state has groups of {saved_sizes}; create the "
            "optimizer with the same groups as when it was saved"
        )


def restored_state(owner: str, pattern: State, saved: Mapping[str, Any]) -> State:
    """Return the saved state of one parameter with the types of the pattern, a state of the same parameter.

    Raises ValueError if names or shapes differ. `owner` names the parameter in messages.
    """
    if pattern.keys() != saved.keys():
        got = printable(", ".join(saved))
        raise ValueError(f"{owner}: expected {', '.join(pattern) or 'nothing'}, got {got or 'nothing'}")
    state: State = {}
    for name, like in pattern.items():
        # np.array alone fails for PyTorch's tensors, which convert to an array but do not know the copy argument.
        array = np.array(np.asarray(saved[name]), dtype=like.dtype if isinstance(like, np.ndarray) else None)
        if array.shape != np.shape(like):
            raise ValueError(f"{owner}: {name} has shape {array.shape}, expected {np.shape(like)}")
        state[name] = array if isinstance(like, np.ndarray) else type(like)(array.item())
    return state
