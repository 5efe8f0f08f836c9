"""Rehearse a change of a node on a copy of it, so that changes of several nodes can be made as one.

Setting `.data` or calling `.to_()` runs Python code, where Ctrl-C may come in the middle. Setting a slot does not. So
the change is made on a copy, and what it did to the slots of the copy is returned; the caller sets them all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from operator import is_
from typing import Any, Final, TypeVar

import numpy as np

from .node import Node, created

N = TypeVar("N", bound=Node)

SLOTS: Final = ("_changed", "_data", "_grad", "_index", "label")


def rehearse(node: N, change: Callable[[N], object]) -> list[tuple[N, str, Any]]:
    """Return what the change would set, as (node, attribute, value). The node itself stays as it is.

    Raises what the change raises.

    >>> w = Value(2.0)
    >>> changes = rehearse(w, lambda node: setattr(node, "data", 5.0))
    >>> w.data
    2.0
    >>> for change in changes:
    ...     setattr(*change)
    >>> w.data
    5.0
    """
    empty = type(node).__new__(type(node))
    twin = empty._fill(node._data, node.op, node.inputs, node.params, node.label, node._index)
    twin._grad, twin._changed = node._grad, node._changed
    change(twin)
    slots = [(slot, getattr(twin, slot), getattr(node, slot)) for slot in SLOTS]
    return [(node, slot, new) for slot, new, old in slots if not _same(new, old)]


def adopt(nodes: Sequence[Node], arrays: Sequence[np.ndarray]) -> list[tuple[Node, str, Any]]:
    """Return what makes these very arrays the data of Tensors, as `rehearse` does for `.data`, but without a copy.

    An array has the shape and dtype of the data. Only for arrays that nobody else writes into.
    """
    marks = zip(nodes, repeat("_changed"), repeat(next(created)))
    return [*marks, *zip(nodes, repeat("_data"), arrays)]


def is_data(nodes: Sequence[Node], arrays: Sequence[np.ndarray]) -> bool:
    """Tell whether these very arrays are the data of the Tensors, as `adopt` makes them."""
    return all(map(is_, [node._data for node in nodes], arrays))


def _same(new: Any, old: Any) -> bool:
    """Tell whether these are one object, or the same number: the compiled engine makes a float anew when it is read."""
    return new is old or (type(new) is type(old) in (float, int) and repr(new) == repr(old))
