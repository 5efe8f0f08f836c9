"""Trees: a number, or nested lists and tuples of numbers, as arguments and results of functions.

A number, or leaf, is anything that is not a list or tuple: a float, an array, a node. This is the only file that knows
which containers there are, and how one is built again with other contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Function = Callable[..., Any]


def is_container(tree: Any) -> bool:
    """Tell whether the tree is a list or tuple, and not a number."""
    return isinstance(tree, (list, tuple))


def mapped(f: Function, tree: Any, *others: Any) -> Any:
    """Apply f to every number of the tree; with others, to the numbers in the same place of all of them.

    ValueError if one of the others has different containers.

    >>> mapped(lambda a, b: a + b, [1.0, (2.0,)], [10.0, (20.0,)])
    [11.0, (22.0,)]
    """
    for other in others:
        _require_structure(tree, other)
    if not is_container(tree):
        return f(tree, *others)
    contents = [mapped(f, *parts) for parts in zip(tree, *others, strict=True)]
    return contents if isinstance(tree, list) else tuple(contents)


def _require_structure(tree: Any, other: Any) -> None:
    """Raise ValueError if the two are not both numbers, or both containers with the same number of parts."""
    expected = f"a list of {len(tree)}" if is_container(tree) else "one number"
    got = f"a list of {len(other)}" if is_container(other) else f"{other!r:.40}"
    if is_container(tree) != is_container(other) or (is_container(tree) and len(tree) != len(other)):
        raise ValueError(
            f"tangents and gradients have the structure of what they belong to: expected {expected}, got {got}"
        )


def leaves(tree: Any) -> list[Any]:
    """Return every number of the tree, from left to right."""
    found: list[Any] = []
    mapped(found.append, tree)
    return found


def named_leaves(name: str, tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield every number of the tree with the expression that gives it.

    >>> list(named_leaves("x", [1.0, [2.0]]))
    [('x[0]', 1.0), ('x[1][0]', 2.0)]
    """
    if is_container(tree):
        for k, part in enumerate(tree):
            yield from named_leaves(f"{name}[{k}]", part)
    else:
        yield name, tree
