"""Call a model on a batch, whether it computes with Tensors or with Values, and read what it returns as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, Value, shown

from ..module import Module
from ..optim import Optimizer


def checked_model(name: str, model: Any) -> Module:
    """Return the model. Raises TypeError for anything but a Module. `name` is the function that takes it."""
    if not isinstance(model, Module):
        is_class = isinstance(model, type) and issubclass(model, Module)
        fix = f"write {model.__name__}(...)" if is_class else "write a subclass of nn.Module"
        raise TypeError(f"{name} takes a Module as model, got {type(model).__name__}: {shown(model)}; {fix}")
    return model


def checked_optimizer(name: str, optimizer: Any) -> Optimizer:
    """Return the optimizer. Raises TypeError for anything else. `name` is the function that takes it."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"{name} takes an optimizer, got {type(optimizer).__name__}: {shown(optimizer)}; write "
            "nn.optim.SGD(model.parameters(), lr)"
        )
    return optimizer


def checked_loss(loss: Any) -> Any:
    """Return the loss. Raises TypeError unless it is a function or a loss Module."""
    if isinstance(loss, type) and issubclass(loss, Module):
        raise TypeError(
            f"a loss is a function of output and target, got the class {loss.__name__}; write {loss.__name__}()"
        )
    if not callable(loss):
        raise TypeError(
            f"a loss is a function of output and target, got {type(loss).__name__}: {shown(loss)}; write one such as "
            "nn.functional.mse_loss"
        )
    return loss


def computes_with_values(model: Module) -> bool:
    """Tell whether a model is one of Values: it then takes one row at a time, a list of numbers."""
    return any(isinstance(parameter, Value) for parameter in model.parameters())


def apply_model(model: Module, inputs: tuple[Any, ...]) -> Any:
    """Return the output of the model for a batch: that of one call, or for a model of Values a list, one for each row.

    >>> apply_model(nn.MLP(2, [1]), (Tensor([[1.0, 2.0], [3.0, 4.0]]),))  # doctest: +ELLIPSIS
    [Value(...), Value(...)]
    """
    if not computes_with_values(model):
        return model(*inputs)
    columns = [x.tolist() if isinstance(x, (Tensor, np.ndarray)) else x for x in inputs]
    return [model(*row) for row in zip(*columns, strict=True)]


def as_array(x: Any) -> np.ndarray:
    """Return a Tensor, a Value, an array or nested lists of Values and numbers as an array."""
    if isinstance(x, (Tensor, Value)):
        return np.asarray(x.data)
    if isinstance(x, (list, tuple)):
        return np.array([as_array(part) for part in x])
    return np.asarray(x)


def count_nodes(root: Any) -> int:
    """Return the number of nodes of the graph that ends in a node, parameters included."""
    seen = {id(root)}
    waiting = [root]
    while waiting:
        for node in waiting.pop().inputs:
            if id(node) not in seen:
                seen.add(id(node))
                waiting.append(node)
    return len(seen)
