"""What a training loop does with all parameters at once: clip their gradients, lay them out as one vector."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Tensor, cat, stack

from .optim.clip import clip_grad_norm_ as clip_grad_norm_, clip_grad_value_ as clip_grad_value_
from .optim.parameters import Node, assign, several


def parameters_to_vector(parameters: Iterable[Node]) -> Any:
    """All parameters as one Tensor of one dimension, which stays connected to them.

    >>> w, b = Tensor([[1.0, 2.0]], requires_grad=True), Value(3.0)
    >>> nn.utils.parameters_to_vector([w, b]).tolist()
    [1.0, 2.0, 3.0]
    """
    nodes = several(parameters, "parameters_to_vector")
    if not nodes:
        raise ValueError("parameters_to_vector got no parameters; give it model.parameters()")
    return cat([node.reshape(-1) if isinstance(node, Tensor) else stack([node]) for node in nodes])


def vector_to_parameters(vec: Any, parameters: Iterable[Node]) -> None:
    """Write one vector, a Tensor, an array or a list, into the parameters, in their order and shapes. All or nothing.

    ValueError where the vector has not exactly as many numbers as the parameters.
    """
    nodes = several(parameters, "vector_to_parameters")
    numbers = np.asarray(vec.data if isinstance(vec, Tensor) else vec)
    sizes = [node.size if isinstance(node, Tensor) else 1 for node in nodes]
    if numbers.shape != (sum(sizes),):
        raise ValueError(
            f"the parameters hold {sum(sizes)} numbers: expected a vector of that length, got shape {numbers.shape}"
        )
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    assign(
        [
            (node, "data", part.reshape(node.shape) if isinstance(node, Tensor) else part.item())
            for node, part in zip(nodes, parts, strict=True)
        ]
    )
