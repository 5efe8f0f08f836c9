"""Losses between numbers: squared, absolute and Huber."""

from __future__ import annotations

from typing import Any

import autograd as ag

from ..checks import real
from .batch import elementwise_loss


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Return the mean of (x - t)².

    >>> mse_loss(Tensor([1.0, 2.0]), [1.0, 4.0]).item()
    2.0
    """
    return elementwise_loss("mse_loss", lambda x, t: ag.square(x - t), input, target, reduction)


def l1_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Return the mean of |x - t|."""
    return elementwise_loss("l1_loss", lambda x, t: ag.abs(x - t), input, target, reduction)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """Return the mean Huber loss: (x - t)² / 2 if |x - t| <= delta, else delta (|x - t| - delta / 2) (Huber, 1964)."""
    if not real("delta", delta) > 0:
        raise ValueError(f"huber_loss needs delta > 0, got {delta}")

    def formula(x: Any, t: Any) -> Any:
        distance = ag.abs(x - t)
        # Clipped: the square must not overflow where the linear branch is taken.
        near = 0.5 * ag.square(ag.clip(distance, max=delta))
        return ag.where(distance <= delta, near, delta * (distance - 0.5 * delta))

    return elementwise_loss("huber_loss", formula, input, target, reduction)


def smooth_l1_loss(input: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """Return the mean Huber loss with delta = beta, divided by beta: its largest slope is 1. beta = 0: the L1 loss."""
    if not real("beta", beta) >= 0:
        raise ValueError(f"smooth_l1_loss needs beta >= 0, got {beta}")
    if beta == 0:
        return l1_loss(input, target, reduction)

    def formula(x: Any, t: Any) -> Any:
        distance = ag.abs(x - t)
        near = 0.5 * ag.square(ag.clip(distance, max=beta)) / beta
        return ag.where(distance < beta, near, distance - 0.5 * beta)

    return elementwise_loss("smooth_l1_loss", formula, input, target, reduction)
