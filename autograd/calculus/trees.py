"""Trees: a number, or nested lists and tuples of numbers, walked. What a number is (a float, an array, a node) is the
callers' business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]


def mapped(f: Function, tree: Any) -> Any:
    """f on every number of a number, or of nested lists and tuples of numbers."""
    if isinstance(tree, (list, tuple)):
        branches = [mapped(f, branch) for branch in tree]
        return branches if isinstance(tree, list) else tuple(branches)
    return f(tree)


def zipped(f: Function, tree: Any, other: Any) -> Any:
    """f on every number of one tree and the number in the same place of the other."""
    if isinstance(tree, (list, tuple)):
        if not isinstance(other, (list, tuple)) or len(other) != len(tree):
            got = f"{len(other)} of them" if isinstance(other, (list, tuple)) else f"{other!r:.40}"
            raise ValueError(f"the two have to have the same shape: expected a list of {len(tree)}, got {got}")
        branches = [zipped(f, a, b) for a, b in zip(tree, other, strict=True)]
        return branches if isinstance(tree, list) else tuple(branches)
    if isinstance(other, (list, tuple)):
        raise ValueError(f"the two have to have the same shape: expected one number, got a list of {len(other)}")
    return f(tree, other)


def leaves(tree: Any) -> list[Any]:
    flat: list[Any] = []
    mapped(flat.append, tree)
    return flat


def gathered(join: Function, trees: list[Any]) -> Any:
    """Trees of one shape made one tree, whose leaves are `join` of theirs."""
    if isinstance(trees[0], (list, tuple)):
        return type(trees[0])([gathered(join, list(branches)) for branches in zip(*trees, strict=True)])
    return join(*trees)
