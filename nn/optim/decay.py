"""Weight decay in its two forms: L2, through the gradient, and decoupled, which shrinks the number itself."""

from __future__ import annotations

from typing import Any


def l2(x: Any, g: Any, weight_decay: float) -> tuple[Any, Any]:
    """The gradient with the decay in it, g + weight_decay · x; and what the decay contributes."""
    if not weight_decay:
        return g, 0.0
    decay = weight_decay * x
    return g + decay, decay


def decoupled(x: Any, lr: float, weight_decay: float) -> tuple[Any, Any]:
    """The number shrunk, x − lr · weight_decay · x; and what the decay takes away."""
    if not weight_decay:
        return x, 0.0
    decay = lr * weight_decay * x
    return x - decay, decay
