"""Read parameters, Values and Tensors alike: lists of them, their data and gradients, and results of their type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd import Tensor, Value, shown

from ..module import Module

Node = Value | Tensor


def parameter_list(parameters: Iterable[Any], what: str) -> list[Any]:
    """Return the parameters as a list. Refuses sets, single arrays and used-up generators.

    `what` is the name of the function or class that takes them, for error messages.
    """
    if isinstance(parameters, (set, frozenset)):
        raise TypeError(
            f"{what} got a set of parameters, whose order differs between runs; give a list, such as "
            "list(model.parameters())"
        )
    if isinstance(parameters, (str, bytes, dict, np.ndarray, Module)) or not isinstance(parameters, Iterable):
        rest = "; give it model.parameters()" if callable(parameters) else f": {shown(parameters)}"
        raise TypeError(f"{what} takes a list of Values or Tensors, got {type(parameters).__name__}{rest}")
    found = list(parameters)
    if not found and isinstance(parameters, Iterator):
        raise ValueError(
            f"{what} got a used-up generator: a generator yields its parameters once; call "
            "model.parameters() again, or keep list(model.parameters())"
        )
    return found


def node_list(parameters: Node | Iterable[Node], what: str) -> list[Node]:
    """Return one node or several as a list of nodes."""
    found = [parameters] if isinstance(parameters, Node) else parameter_list(parameters, what)
    for k, node in enumerate(found):
        if not isinstance(node, Node):
            raise TypeError(
                f"{what} takes Values and Tensors, got {type(node).__name__} at position {k}: {shown(node)}"
            )
    return found


def check_trainable(node: Node, k: int) -> None:
    """Raise ValueError or TypeError unless the node at position k is a leaf that holds floats."""
    if not node.is_leaf:
        raise ValueError(
            f"the parameter at position {k} is the result of an op, {shown(node)}: a change to it would not reach "
            "the leaves it was computed from; give the leaves"
        )
    if isinstance(node, Tensor) and node.dtype.kind != "f":
        raise TypeError(f"the parameter at position {k} holds {node.dtype}, expected floats; use dtype=float")


def data_of(node: Node) -> Any:
    """Return the data of a node: a float, or an array that must not be changed."""
    return np.asarray(node.data) if isinstance(node, Tensor) else node.data


def gradient(node: Node) -> Any:
    """Return the gradient of a node: a float, or an array with the shape and dtype of the data.

    The array may be the user's own and must not be changed.
    """
    grad: Any = node.grad
    if isinstance(grad, Node):
        raise TypeError(
            "a .grad must hold plain numbers, and this one was set to a node; set it to None or to a number"
        )
    if not isinstance(node, Tensor):
        return float(grad)
    array = np.asarray(grad)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"a .grad must hold real numbers, and this one was set to {array.dtype}: {shown(grad)}")
    if array.shape != node.shape:
        raise ValueError(f"a .grad was set to the shape {array.shape}, expected {node.shape}; set it to None")
    return np.asarray(array, dtype=node.dtype)


def like_data(x: Any, result: Any, *others: Any) -> Any:
    """Return a result of an update as a float for a float, or as an array with the dtype of the parameter.

    An array that may share memory with another one is copied, because the user may write to both: the others are the
    gradient, and for an entry of the state the new data.
    """
    if not isinstance(x, np.ndarray):
        return float(result)
    array = np.asarray(result, dtype=x.dtype)
    return array if array.base is None and all(array is not other for other in others) else np.array(array)


def kept_entry(x: Any, value: Any, *others: Any) -> Any:
    """Return an entry of the state: for arrays, numbers of any type as Python's, and arrays like the data."""
    if isinstance(x, np.ndarray) and x.ndim and isinstance(value, (np.ndarray, np.generic)) and not value.ndim:
        value = value.item()
    if isinstance(value, int) or (type(value) is float and isinstance(x, np.ndarray)):
        return value
    return like_data(x, value, *others)
