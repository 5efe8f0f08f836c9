"""Many attributes set at once: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
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
