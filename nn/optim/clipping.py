"""Clip gradients by their norm or by their values, between `backward()` and `step()`."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import clip, shown

from ..atomic import set_attributes
from .parameters import Node, gradient, node_list


@np.errstate(all="ignore")
def clip_grad_norm_(
    parameters: Node | Iterable[Node], max_norm: float, norm_type: float | str = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Scale all gradients by one factor, so that the norm of all of them as one vector is at most `max_norm`.

    Returns the norm before clipping, computed in float64 without overflow in between. `norm_type` is the p of the
    p-norm; inf means the largest absolute value. The factor is max_norm / (norm + 1e-6), as in PyTorch. If the norm is
    inf or nan, the gradients are unchanged, so that the cause remains visible; with `error_if_nonfinite` a RuntimeError
    is raised instead.

    >>> a, b = Value(3.0), Value(4.0)
    >>> (a * a / 2 + b * b / 2).backward()
    >>> nn.utils.clip_grad_norm_([a, b], max_norm=1.0)
    5.0
    >>> round(a.grad, 5), round(b.grad, 5)
    (0.6, 0.8)
    """
    limit = _nonnegative("max_norm", max_norm)
    p = math.inf if norm_type == "inf" else _nonnegative("norm_type", norm_type)
    if p == 0:
        raise ValueError("norm_type must be a number > 0, or inf for the largest absolute value; got 0")
    nodes = [node for node in node_list(parameters, "clip_grad_norm_") if node.grad is not None]
    gradients = [gradient(node) for node in nodes]
    norm = p_norm(gradients, p)
    if not math.isfinite(norm):
        if error_if_nonfinite:
            raise RuntimeError(
                f"the norm of the gradients is {norm}, so they cannot be clipped; find the cause with "
                "detect_anomaly(), or leave out error_if_nonfinite"
            )
        return norm
    factor = min(1.0, limit / (norm + 1e-6))
    set_attributes([(node, "grad", _with_form(g, g * factor)) for node, g in zip(nodes, gradients, strict=True)])
    return norm


def clip_grad_value_(parameters: Node | Iterable[Node], clip_value: float) -> None:
    """Limit every element of every gradient to the range from -clip_value to clip_value. NaN stays NaN."""
    limit = _nonnegative("clip_value", clip_value)
    nodes = [node for node in node_list(parameters, "clip_grad_value_") if node.grad is not None]
    gradients = [gradient(node) for node in nodes]
    set_attributes(
        [
            (node, "grad", _with_form(g, clip(g, min=-limit, max=limit)))
            for node, g in zip(nodes, gradients, strict=True)
        ]
    )


@np.errstate(all="ignore")
def p_norm(arrays: Iterable[Any], p: float) -> float:
    """Return the p-norm of arrays and floats as one vector, computed in float64."""
    sizes = [np.abs(np.asarray(array, dtype=np.float64)) for array in arrays]
    top = max([float(np.max(size)) for size in sizes if size.size], default=0.0)
    if any(np.isnan(size).any() for size in sizes):
        return math.nan
    if top == 0 or math.isinf(top) or math.isinf(p):
        return top
    # Divided by the largest, so that no power overflows, as 1e200 ** 2 would.
    return top * math.pow(sum(float(np.sum((size / top) ** p)) for size in sizes), 1 / p)


def _with_form(like: float | np.ndarray, g: object) -> object:
    """Return the new gradient as an array if the old one is: NumPy turns results of shape () into numbers."""
    return np.array(g, dtype=like.dtype) if isinstance(like, np.ndarray) else g


def _nonnegative(name: str, number: float | str) -> float:
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise TypeError(f"{name} must be a number >= 0, got {type(number).__name__}: {shown(number)}")
    if not number >= 0:
        raise ValueError(f"{name} must be a number >= 0, got {number}")
    return float(number)
