"""Many attributes, or entries of dicts, set at once: all of them or none."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any


def assign(changes: Sequence[tuple[object, str, Any]]) -> None:
    """Set attributes, given as (owner, name, new): all of them, or none when anything raises, Ctrl-C included."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in changes]
    try:
        for owner, name, new in changes:
            setattr(owner, name, new)
    except BaseException:
        for owner, name, old in before:
            setattr(owner, name, old)
        raise


def update(changes: Sequence[tuple[dict[str, Any], Mapping[str, Any]]]) -> None:
    """Update dicts, given as (dict, new entries): all of them or none, Ctrl-C included."""
    owners, entries = zip(*changes, strict=True)
    # One call that stays in C from the first dict to the last, where Ctrl-C cannot come between.
    deque(map(dict.update, owners, entries), maxlen=0)
