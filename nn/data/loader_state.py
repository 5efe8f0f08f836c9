"""Check the saved state of a DataLoader before any of it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from autograd import shown


class Saved(NamedTuple):
    """The checked entries of a saved state. `position` is None between two epochs."""

    epoch: int
    position: int | None
    key: list[int] | None
    seed: int | None
    layout: Mapping[str, Any]
    order: list[int] | None


def read_state(state: Any) -> Saved:
    """Return the entries of a saved state. Raises ValueError if one is missing or of a wrong kind."""
    required = ("epoch", "position", "key", "seed", "layout")
    if not isinstance(state, Mapping) or not set(required) <= set(state):
        raise ValueError(f"a DataLoader loads a dict with the keys {', '.join(required)}, got {shown(state)}")
    _expect(state, "epoch", _is_count(state["epoch"]), "an integer >= 0")
    for name in ("position", "seed"):
        _expect(state, name, state[name] is None or _is_count(state[name]), "an integer >= 0, or None")
    for name in ("key", "order"):
        found = state.get(name)
        _expect(state, name, found is None or _is_counts(found), "a list of integers >= 0, or None")
    _expect(state, "layout", isinstance(state["layout"], Mapping), "a dict")
    return Saved(**{name: state[name] for name in required}, order=state.get("order"))


def layout_problem(saved: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """Return a message that names each difference between two layouts, or an empty string."""
    wrong = [
        f"{name} {shown(saved.get(name))}, now {value!r}" for name, value in own.items() if saved.get(name) != value
    ]
    if not wrong:
        return ""
    return f"the saved position is from another DataLoader: {'; '.join(wrong)}; create the loader as when it was saved"


def _expect(state: Mapping[str, Any], name: str, good: bool, expected: str) -> None:
    if not good:
        raise ValueError(f"{name} in the saved state of a DataLoader must be {expected}, got {shown(state.get(name))}")


def _is_count(x: Any) -> bool:
    return isinstance(x, int) and not isinstance(x, bool) and x >= 0


def _is_counts(x: Any) -> bool:
    return isinstance(x, list) and all(map(_is_count, x))
