"""Gradients cut to size, between `backward()` and `step()`."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable

import numpy as np

from autograd import clip

from .parameters import Node, assign, gradient, several


@np.errstate(all="ignore")
def clip_grad_norm_(
    parameters: Node | Iterable[Node], max_norm: float, norm_type: float | str = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Scale all gradients by one factor, so that together, as one vector, they have at most the norm `max_norm`.

    Returns the norm before. `norm_type` is the p of the p-norm, inf for the largest absolute value. The norm is
    computed in float64 and without overflow on the way. The factor is max_norm / (norm + 1e-6), as in PyTorch.
    Where the norm is inf or nan there is no such factor: the gradients are left as they are, so that one can still see
    which of them it was; with `error_if_nonfinite` that is a RuntimeError.

    >>> a, b = Value(3.0), Value(4.0)
    >>> (a * a / 2 + b * b / 2).backward()
    >>> nn.utils.clip_grad_norm_([a, b], max_norm=1.0)
    5.0
    >>> round(a.grad, 5), round(b.grad, 5)
    (0.6, 0.8)
    """
    limit = _positive("max_norm", max_norm)
    p = math.inf if norm_type == "inf" else _positive("norm_type", norm_type)
    if p == 0:
        raise ValueError("norm_type is a number > 0, or inf for the largest absolute value; got 0")
    nodes = [node for node in several(parameters, "clip_grad_norm_") if node.grad is not None]
    gradients = [gradient(node) for node in nodes]
    norm = _norm([np.abs(np.asarray(g, dtype=np.float64)) for g in gradients], p)
    if not math.isfinite(norm):
        if error_if_nonfinite:
            raise RuntimeError(
                f"the norm of the gradients is {norm}, so they cannot be clipped; find where it comes from with "
                "detect_anomaly(), or leave out error_if_nonfinite"
            )
        return norm
    factor = min(1.0, limit / (norm + 1e-6))
    assign([(node, "grad", _shaped(g, g * factor)) for node, g in zip(nodes, gradients, strict=True)])
    return norm


def clip_grad_value_(parameters: Node | Iterable[Node], clip_value: float) -> None:
    """Cut every number of every gradient to the range from -clip_value to clip_value; nan stays nan."""
    limit = _positive("clip_value", clip_value)
    nodes = [node for node in several(parameters, "clip_grad_value_") if node.grad is not None]
    gradients = [gradient(node) for node in nodes]
    assign(
        [(node, "grad", _shaped(g, clip(g, min=-limit, max=limit))) for node, g in zip(nodes, gradients, strict=True)]
    )


def _norm(sizes: list[np.ndarray], p: float) -> float:
    top = max([float(np.max(each)) for each in sizes if each.size], default=0.0)
    if any(np.isnan(each).any() for each in sizes):
        return math.nan
    if top == 0 or math.isinf(top) or math.isinf(p):
        return top
    # Relative to the largest, no power overflows: 1e200 ** 2 would.
    return top * math.pow(sum(float(np.sum((each / top) ** p)) for each in sizes), 1 / p)


def _shaped(like: float | np.ndarray, g: object) -> object:
    """A new gradient in the form of the old one: arithmetic on arrays without dimensions leaves numbers."""
    return np.array(g, dtype=like.dtype) if isinstance(like, np.ndarray) else g


def _positive(name: str, number: float | str) -> float:
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise TypeError(f"{name} is a number >= 0, got {type(number).__name__}: {number!r:.60}")
    if not number >= 0:
        raise ValueError(f"{name} is a number >= 0, got {number}")
    return float(number)
