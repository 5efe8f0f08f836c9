"""Sums of gradients: of the contributions within a sweep, and of the sweeps on a leaf."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Sequence
from itertools import chain, repeat, starmap
from typing import Any, Final

import numpy as np

from .node import Node

# Two threads that share a leaf must not both read its old gradient. The lock lets its own thread in again: a signal
# handler that calls backward may run while this thread holds it.
_accumulating: Final = threading.RLock()
# How many there were, in 64 bits of a bytearray, where the compiled engine counts too.
commits: Final = memoryview(bytearray(8)).cast("q")


def add(before: Any, contribution: Any, index: int, own: set[int], record: bool) -> Any:
    """Add a contribution to what has arrived; an array that this sweep allocated is updated in place."""
    if index in own:
        before += contribution
        return before
    if type(contribution) is not np.ndarray or record:
        return before + contribution
    if before.size == 1:  # which is faster to add anew
        return np.asarray(before + contribution)
    own.add(index)
    return before + contribution


def commit(nodes: Sequence[Node], gradients: Sequence[Any], also: Sequence[tuple[object, str, Any]] = ()) -> None:
    """Write the gradients of a sweep, all or none: leaves add to the gradient they have, other nodes hold this one.

    `also` is set with them: attributes of other objects, as (owner, name, value).
    """
    # a + b gives both inputs the same array. An inner node gets its array in a tuple, which says that it is lent: other
    # nodes may have the same memory, so it is copied when someone looks at it.
    handed = Counter(map(id, gradients))
    with _accumulating:
        while True:
            seen = commits[0]
            after = [
                node._accumulated(g, handed[id(g)] > 1) if node.op is None else g if type(g) is float else (g,)
                for node, g in zip(nodes, gradients, strict=True)
            ]
            writes = starmap(setattr, chain(zip(nodes, repeat("_grad"), after), also))
            # One call stays in C from the first node to the last, and none comes between it and the comparison: there
            # is no place for Ctrl-C or a handler. If a handler has added to the gradients before, add to those.
            written = commits[0] == seen and deque(writes, maxlen=0) is not None
            if written:
                commits[0] += 1
                return
