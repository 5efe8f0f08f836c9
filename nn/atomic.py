"""Make several changes as one: either all of them take effect, or none does, even if Ctrl-C interrupts.

Python handles Ctrl-C between two steps of Python code, never inside a function that is written in C. So all new values
are computed first, and then one call that stays in C writes them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, starmap
from typing import Any

import numpy as np

from autograd import Tensor, Value, rehearse

Change = tuple[Any, str, Any]  # the object, the name of its attribute, and the new value


def set_attributes(changes: Iterable[Change]) -> None:
    """Set attributes given as (owner, name, new value): those of nodes, and plain ones of other objects.

    If anything raises, all attributes keep or get back their old values.
    """
    new = list(chain.from_iterable(map(_writes, changes)))
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in new]
    try:
        _write(new)
    except BaseException:  # from a property, from Ctrl-C just after, or for lack of memory to mark a Value as changed
        _write(before)
        raise


def _writes(change: Change) -> Iterable[Change]:
    """Return the writes that make a change; those of a node set its slots, which runs no Python code.

    A name with an underscore is a slot already, in what `rehearse` and `adopt` return.
    """
    owner, name, new = change
    if name.startswith("_") or not isinstance(owner, (Value, Tensor)):
        return [change]
    return rehearse(owner, lambda twin: setattr(twin, name, new))


def _write(changes: Iterable[Change]) -> None:
    """Set attributes in one call that stays in C."""
    deque(starmap(setattr, changes), maxlen=0)


def update_dicts(changes: Sequence[tuple[dict[str, Any], Mapping[str, Any]]]) -> None:
    """Update dicts given as (dict, new entries)."""
    dicts, entries = zip(*changes, strict=True)
    deque(map(dict.update, dicts, entries), maxlen=0)


def clear_gradients(nodes: Iterable[Value | Tensor], set_to_none: bool) -> None:
    """Set the gradients of the nodes to None, or else those that are not None to zero."""
    if set_to_none:  # the slot, since None needs no check: it is what most training steps begin with
        _write([(node, "_grad", None) for node in nodes])
    else:
        set_attributes([(node, "grad", _zeros(node)) for node in nodes if node.grad is not None])


def _zeros(node: Value | Tensor) -> Any:
    return 0.0 if isinstance(node, Value) else np.zeros(node.shape, node.dtype)
