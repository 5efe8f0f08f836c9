"""Make several changes as one: either all of them take effect, or none does, even if Ctrl-C interrupts."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any


def set_attributes(changes: Sequence[tuple[object, str, Any]]) -> None:
    """Set attributes given as (owner, name, new value). If anything raises, restore all old values."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in changes]
    try:
        for owner, name, new in changes:
            setattr(owner, name, new)
    except BaseException:
        for owner, name, old in before:
            setattr(owner, name, old)
        raise


def update_dicts(changes: Sequence[tuple[dict[str, Any], Mapping[str, Any]]]) -> None:
    """Update dicts given as (dict, new entries)."""
    dicts, entries = zip(*changes, strict=True)
    # One call that stays in C from the first dict to the last: Ctrl-C is handled before it or after it.
    deque(map(dict.update, dicts, entries), maxlen=0)
