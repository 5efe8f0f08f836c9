"""Trees: a leaf, or nested lists, tuples and dicts of leaves, as arguments and results of functions.

A leaf is anything that is not a list, tuple or dict: a number, an array, a node. This is the only file that
knows which containers there are, and how one is built again with other contents.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from ..engine.dtypes import MAX_DEPTH
from ..engine.text import shown

Above = tuple[int, ...]  # the ids of the containers around a tree
Function = Callable[..., Any]


def is_container(tree: Any) -> bool:
    """Tell whether the tree is a list, tuple or dict, and not a leaf."""
    return isinstance(tree, (list, tuple, dict))


def mapped(f: Function, tree: Any, *others: Any) -> Any:
    """Apply f to every leaf of the tree; with others, to the leaves at the same place in all of them.

    Lists, tuples, named tuples and dicts are built again as what they are. ValueError if one of the others has
    different containers, or if a container contains itself.

    >>> mapped(lambda a, b: a + b, [1.0, (2.0,)], [10.0, (20.0,)])
    [11.0, (22.0,)]
    >>> mapped(lambda a: -a, {"w": [1.0], "b": 2.0})
    {'w': [-1.0], 'b': -2.0}
    """
    return _mapped(f, (tree, *others), ())


def _mapped(f: Function, trees: tuple[Any, ...], above: Above) -> Any:
    tree, *others = trees
    for other in others:
        _require_structure(tree, other)
    if not is_container(tree):
        return f(*trees)
    inside = _entered(tree, above)
    return _rebuilt(tree, [_mapped(f, tuple([each[key] for each in trees]), inside) for key in _keys(tree)])


def _entered(tree: Any, above: Above) -> Above:
    """Return the ids of the containers around the parts of this one; ValueError where that would never end."""
    kind = type(tree).__name__
    if id(tree) in above:
        raise ValueError(f"a {kind} contains itself, so its numbers cannot be listed; give one that does not")
    if len(above) >= MAX_DEPTH:
        raise ValueError(f"a {kind} is nested more than {MAX_DEPTH} deep; flatten it first")
    return (*above, id(tree))


def _keys(tree: Any) -> Any:
    """Return what names the parts of a container: the keys of a dict, else the numbers from 0 on."""
    return list(tree) if isinstance(tree, dict) else range(len(tree))


def _rebuilt(tree: Any, contents: list[Any]) -> Any:
    """Return a new container of the kind of this one, with other contents."""
    if isinstance(tree, dict):
        new = copy.copy(tree)  # a defaultdict keeps its factory, an OrderedDict its order
        new.update(zip(tree, contents, strict=True))
        return new
    if isinstance(tree, tuple):
        make = getattr(tree, "_make", tuple)  # a named tuple is made by its own class
        return make(contents)
    return contents


def _require_structure(tree: Any, other: Any) -> None:
    """Raise ValueError if the two are not both leaves, or both containers with the same keys."""
    alike = is_container(tree) == is_container(other) and isinstance(tree, dict) == isinstance(other, dict)
    if alike and is_container(tree):
        # The order of keys is of no importance: mapped reads both by key.
        alike = len(tree) == len(other) and set(_keys(tree)) == set(_keys(other))
    if not alike:
        raise ValueError(
            "tangents and gradients have the structure of what they belong to: "
            f"expected {_described(tree) if is_container(tree) else 'one number'}, got {_described(other)}"
        )


def _described(tree: Any) -> str:
    if isinstance(tree, dict):
        return f"a dict with the keys {shown(list(tree), 80)}"
    return f"a list of {len(tree)}" if is_container(tree) else shown(tree, 40)


def leaves(tree: Any) -> list[Any]:
    """Return every leaf of the tree, from left to right."""
    found: list[Any] = []
    mapped(found.append, tree)
    return found


def named_leaves(name: str, tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield every leaf of the tree with the expression that gives it.

    >>> list(named_leaves("x", [1.0, {"w": 2.0}]))
    [('x[0]', 1.0), ("x[1]['w']", 2.0)]
    """
    yield from _named_leaves(name, tree, ())


def _named_leaves(name: str, tree: Any, above: Above) -> Iterator[tuple[str, Any]]:
    if is_container(tree):
        inside = _entered(tree, above)
        for key in _keys(tree):
            yield from _named_leaves(f"{name}[{key!r}]", tree[key], inside)
    else:
        yield name, tree
