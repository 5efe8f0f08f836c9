"""Helpers for training loops: clip the gradients of all parameters, convert parameters to one vector and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor, cat, stack

from .atomic import set_attributes
from .optim.clipping import clip_grad_norm_ as clip_grad_norm_, clip_grad_value_ as clip_grad_value_
from .optim.parameters import Node, node_list


def parameters_to_vector(parameters: Iterable[Node]) -> Any:
    """Return all parameters as one Tensor with one dimension. Gradients flow through it to the parameters.

    >>> w, b = Tensor([[1.0, 2.0]], requires_grad=True), Value(3.0)
    >>> nn.utils.parameters_to_vector([w, b]).tolist()
    [1.0, 2.0, 3.0]
    """
    nodes = node_list(parameters, "parameters_to_vector")
    if not nodes:
        raise ValueError("parameters_to_vector got no parameters; give it model.parameters()")
    return cat([node.reshape(-1) if isinstance(node, Tensor) else stack([node]) for node in nodes])


def vector_to_parameters(vec: Any, parameters: Iterable[Node]) -> None:
    """Write one vector (a Tensor, an array or a list) to the parameters, in their order and shapes. All or nothing.

    Raises ValueError if the vector and the parameters differ in length.
    """
    nodes = node_list(parameters, "vector_to_parameters")
    numbers = np.asarray(vec.data if isinstance(vec, Tensor) else vec)
    sizes = [node.size if isinstance(node, Tensor) else 1 for node in nodes]
    if numbers.shape != (sum(sizes),):
        raise ValueError(
            f"the parameters hold {sum(sizes)} numbers: expected a vector of that length, got shape {numbers.shape}"
        )
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    set_attributes(
        [
            (node, "data", part.reshape(node.shape) if isinstance(node, Tensor) else part.item())
            for node, part in zip(nodes, parts, strict=True)
        ]
    )
