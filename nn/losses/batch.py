"""Apply the formula of a loss to a batch and reduce the result, for Tensors and for lists of Values.

A formula is written once: it gets a Tensor with the whole batch, or one item of a list of Values at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
from autograd import shown

from ..inputs import as_tensor, constant_array, elements, has_values, nested_shape

Formula = Callable[..., Any]


def apply_formula(formula: Formula, items: Any, *others: Any) -> Any:
    """Call a formula once with a Tensor and the other arguments, or once for each item of a list with theirs.

    Returns a Tensor of losses, or a list of losses.
    """
    if not isinstance(items, list):
        return formula(items, *others)
    lists = [other.tolist() if isinstance(other, np.ndarray) else other for other in others]
    return [formula(*arguments) for arguments in zip(items, *lists, strict=True)]


def elementwise_loss(
    name: str,
    formula: Formula,
    input: Any,
    target: Any,
    reduction: str,
    weight: Any = None,
    parameter: Any = None,
) -> Any:
    """Apply a formula to pairs of elements of input and target, multiply by the weight and reduce.

    If a `parameter` is given, the formula gets it as third argument. The parameter and the weight are broadcast to the
    shape of the input. `name` is the name of the loss in error messages.
    """
    constants = [constant for constant in (parameter, weight) if constant is not None]

    def weighted(*args: Any) -> Any:
        return formula(*args) if weight is None else formula(*args[:-1]) * args[-1]

    if has_values(input) or has_values(target):
        shape = nested_shape(input)
        _check_same_shape(name, shape, nested_shape(target))
        _check_broadcast(name, shape, constants)
        spread = [np.broadcast_to(constant_array(constant), shape).ravel() for constant in constants]
        return reduced(apply_formula(weighted, list(elements(input)), list(elements(target)), *spread), reduction)
    x = as_tensor(input)
    t = as_tensor(target, like=x)
    _check_same_shape(name, x.shape, t.shape)
    _check_broadcast(name, x.shape, constants)
    return reduced(
        apply_formula(weighted, x, t, *(as_tensor(constant_array(constant), like=x) for constant in constants)),
        reduction,
    )


def reduced(losses: Any, reduction: str) -> Any:
    """Return the mean or the sum of the losses, or with "none" the losses."""
    if reduction == "mean":
        return ag.mean(losses)
    if reduction == "sum":
        return ag.sum(losses)
    if reduction == "none":
        return losses
    raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {shown(reduction)}")


def _check_same_shape(name: str, x: tuple[int, ...], t: tuple[int, ...]) -> None:
    if x == t:
        return
    fix = "give both the same shape"
    if math.prod(x) == math.prod(t):
        fix = f"use input.reshape{t} or target.reshape{x}"
        if len(x) == len(t) + 1 and 1 in x:
            fix = f"use input.squeeze({x.index(1)}) or target.reshape{x}"
        elif len(t) == len(x) + 1 and 1 in t:
            fix = f"use input.reshape{t} or target.squeeze({t.index(1)})"
    raise ValueError(f"{name} got an input of shape {x} and a target of shape {t}, which must be equal; {fix}")


def _check_broadcast(name: str, shape: tuple[int, ...], constants: list[Any]) -> None:
    """Refuse weights of a larger shape than the losses: broadcasting the losses would count some of them twice."""
    for constant in constants:
        got = constant_array(constant).shape
        if len(got) > len(shape) or any(n not in (1, m) for n, m in zip(got[::-1], shape[::-1], strict=False)):
            raise ValueError(
                f"{name} of shape {shape} takes a weight or pos_weight of a shape that broadcasts to it, got {got}"
            )
