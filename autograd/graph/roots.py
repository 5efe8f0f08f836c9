"""Roots: the nodes that a graph is looked at from. There is one, or several in lists, tuples and dicts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calculus.trees import is_container, leaves, mapped
from ..engine.node import Node


def as_tree(roots: Any) -> Any:
    """Return an array of Values, such as `zoom` returns, as nested lists, and anything else itself."""
    return roots.tolist() if isinstance(roots, np.ndarray) else roots


def read_roots(roots: Any, what: str) -> list[Node]:
    """Return the root, or the roots in nested lists, tuples and dicts or in an array of Values, in their order.

    `what` is the name of what they are given to, for the TypeError where one is no node, and the ValueError where
    there is none.
    """
    found = leaves(as_tree(roots))
    wrong = [type(each).__name__ for each in found if not isinstance(each, Node)]
    if wrong:
        raise TypeError(
            f"{what} takes a Value or a Tensor, or several in a list, tuple or dict, got {wrong[0]}; pass the result "
            "of a computation"
        )
    if not found:
        raise ValueError(f"{what} got no node; expected at least one Value or Tensor")
    return found


def for_each_root(roots: Any, given: Any) -> list[Any]:
    """Return what is given for each root, in the order of the roots. Raise ValueError where the containers differ."""
    tree = as_tree(roots)
    if not is_container(tree):  # what is given for one root may be a list of numbers
        return [given]
    found: list[Any] = []
    mapped(lambda _, each: found.append(each), tree, as_tree(given))
    return found


def refuse_repeated(roots: list[Node]) -> None:
    """Raise ValueError where a root is given twice: its gradient would be counted twice."""
    if len(set(roots)) != len(roots):
        raise ValueError("a root is given twice, expected each once; leave one out")
