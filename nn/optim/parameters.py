"""Parameters: the leaves of a graph that learn, Values and Tensors alike.

What this file knows is what may be a parameter, and how its numbers are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd import Tensor, Value

from ..assign import assign as assign
from ..module import Module

Node = Value | Tensor


def listed(parameters: Iterable[Any], what: str) -> list[Any]:
    """The parameters as a list; `what` takes them, and begins the sentence that refuses a set or an empty generator."""
    if isinstance(parameters, (set, frozenset)):
        raise TypeError(
            f"{what} got a set of parameters, whose order differs from run to run; give a list, such as "
            "list(model.parameters())"
        )
    if isinstance(parameters, (str, bytes, dict, np.ndarray, Module)) or not isinstance(parameters, Iterable):
        rest = "; give it model.parameters()" if callable(parameters) else f": {parameters!r:.60}"
        raise TypeError(f"{what} takes a list of Values or Tensors, got {type(parameters).__name__}{rest}")
    found = list(parameters)
    if not found and isinstance(parameters, Iterator):
        raise ValueError(
            f"{what} got a generator with nothing left in it: a generator gives its parameters once; call "
            "model.parameters() again, or keep list(model.parameters())"
        )
    return found


def several(parameters: Node | Iterable[Node], what: str) -> list[Node]:
    """One node or several, as a list of nodes."""
    found = [parameters] if isinstance(parameters, Node) else listed(parameters, what)
    for k, node in enumerate(found):
        if not isinstance(node, Node):
            raise TypeError(f"{what} takes Values and Tensors, got {type(node).__name__} at position {k}: {node!r:.60}")
    return found


def raw(node: Node) -> Any:
    """The numbers of a node to compute with: a float, or an array that is not to be written into."""
    return np.asarray(node.data) if isinstance(node, Tensor) else node.data


def gradient(node: Node) -> Any:
    """The gradient of a node, a float or an array with the shape and the dtype of its data; no copy where it is one."""
    if isinstance(node.grad, Node):
        raise TypeError("a .grad holds plain numbers, and this one was set to a node; set it to None or to a number")
    given: Any = node.grad
    if not isinstance(node, Tensor):
        return float(given)
    array = np.asarray(given, dtype=node.dtype)
    if array.shape != node.shape:
        raise ValueError(f"a .grad was set to the shape {array.shape}, expected {node.shape}; set it to None")
    return array
