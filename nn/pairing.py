"""What a loss is given, read: Tensors, arrays, or lists of Values; paired up one to one, and reduced to one number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autograd as ag
from autograd import Tensor, Value

NUMBERS = (list, tuple, int, float, np.ndarray, np.generic)
PLAIN = (*NUMBERS, Tensor)


def each(
    name: str,
    loss: Callable[..., Any],
    input: Any,
    target: Any,
    reduction: str,
    weight: Any = None,
    constant: Any = None,
) -> Any:
    """The loss of each element of input with that of target, times its weight, reduced.

    Where a constant is given, the loss takes it as a third argument; it is broadcast, and so is the weight.
    """
    known = [one for one in (constant, weight) if one is not None]

    def weighted(*args: Any) -> Any:
        return loss(*args) if weight is None else loss(*args[:-1]) * args[-1]

    if has_values(input) or has_values(target):
        shape = shape_of(input)
        same_shape(name, shape, shape_of(target))
        _fitting(name, shape, known)
        more = [np.broadcast_to(array(one), shape).ravel().tolist() for one in known]
        return reduced([weighted(*args) for args in zip(flat(input), flat(target), *more, strict=True)], reduction)
    x = tensor(input)
    t = like(target, x)
    same_shape(name, x.shape, t.shape)
    _fitting(name, x.shape, known)
    return reduced(weighted(x, t, *(factor(one, x) for one in known)), reduction)


def _fitting(name: str, shape: tuple[int, ...], weights: list[Any]) -> None:
    """Weights may be broadcast to the losses, and not the losses to them: that would count some twice."""
    for weight in weights:
        given = array(weight).shape
        if len(given) > len(shape) or any(n not in (1, m) for n, m in zip(given[::-1], shape[::-1], strict=False)):
            raise ValueError(
                f"{name} of shape {shape} takes a weight or pos_weight of a shape that broadcasts to it, got {given}"
            )


def reduced(losses: Any, reduction: str) -> Any:
    if reduction == "mean":
        return ag.mean(losses)
    if reduction == "sum":
        return ag.sum(losses)
    if reduction == "none":
        return losses
    raise ValueError(f"reduction is 'mean', 'sum' or 'none', got {reduction!r}")


def same_shape(name: str, x: tuple[int, ...], t: tuple[int, ...]) -> None:
    if x == t:
        return
    fix = "give both the same shape"
    if math.prod(x) == math.prod(t):
        fix = f"use input.reshape{t} or target.reshape{x}"
        if len(x) == len(t) + 1 and 1 in x:
            fix = f"use input.squeeze({x.index(1)}) or target.reshape{x}"
        elif len(t) == len(x) + 1 and 1 in t:
            fix = f"use input.reshape{t} or target.squeeze({t.index(1)})"
    raise ValueError(
        f"{name} got an input of shape {x} and a target of shape {t}, which do not pair up one to one; {fix}"
    )


def has_values(x: Any) -> bool:
    """Whether it is a Value, or a list with something in it that is neither a number nor an array: Values, or Duals."""
    if isinstance(x, (list, tuple)):
        return any(has_values(one) or not isinstance(one, PLAIN) for one in x)
    return isinstance(x, Value)


def flat(x: Any) -> Iterator[Any]:
    """The Values and numbers in nested lists, or the numbers in an array."""
    if isinstance(x, (list, tuple)):
        for one in x:
            yield from flat(one)
    elif isinstance(x, (Tensor, np.ndarray)):
        yield from array(x).ravel().tolist()
    else:
        yield x


def shape_of(x: Any) -> tuple[int, ...]:
    if not isinstance(x, (list, tuple)):
        return x.shape if isinstance(x, (Tensor, np.ndarray)) else ()
    shapes = {shape_of(one) for one in x}
    if len(shapes) > 1:
        raise ValueError("the lists have different lengths: expected a full grid of numbers")
    return (len(x), *(shapes.pop() if shapes else ()))


def array(x: Any) -> np.ndarray:
    """What is a constant to a loss, as an array; TypeError where a gradient is wanted for it."""
    if isinstance(x, Tensor):
        if x.requires_grad:
            raise TypeError(
                f"classes, weights and targets of Values get no gradient, and {x!r:.60} wants one; detach() it"
            )
        return np.asarray(x.data)
    return np.asarray(x)


def tensor(x: Any) -> Any:
    """Numbers as a Tensor, nodes as they are."""
    _numeric(x)
    return Tensor(x) if isinstance(x, NUMBERS) else x


def like(x: Any, other: Any) -> Any:
    """Numbers as a Tensor in the dtype of the other, so that float32 stays float32; nodes as they are."""
    _numeric(x)
    if not isinstance(x, NUMBERS):
        return x
    return Tensor(x, dtype=other.dtype if isinstance(other, Tensor) and other.dtype.kind == "f" else None)


def _numeric(x: Any) -> None:
    if x is None or isinstance(x, str):
        raise TypeError(
            f"a loss takes Tensors, arrays, and lists of Values or numbers, got {type(x).__name__}: {x!r:.60}"
        )


def factor(weight: Any, other: Any) -> Any:
    """Weights, which are constants, as a Tensor in the dtype of the other."""
    return like(array(weight), other)


def class_weights(weight: Any, x: Any, classes: int) -> Any:
    """The factors of the classes as a Tensor in the dtype of x; None as it is."""
    if weight is None:
        return None
    if array(weight).shape != (classes,):
        raise ValueError(f"weight is a factor for each of the {classes} classes, got shape {array(weight).shape}")
    return factor(weight, x)
