"""Weight decay: L2, which is added to the gradient, or decoupled, which shrinks the parameter itself."""

from __future__ import annotations

from typing import Any


def l2(x: Any, g: Any, weight_decay: float) -> tuple[Any, Any]:
    """Return the gradient with L2 decay, g + weight_decay · x, and the term that was added."""
    if not weight_decay:
        return g, 0.0
    decay = weight_decay * x
    return g + decay, decay


def decoupled(x: Any, lr: float, weight_decay: float) -> tuple[Any, Any]:
    """Return the parameter with decoupled decay, x − lr · weight_decay · x, and the term that was subtracted."""
    if not weight_decay:
        return x, 0.0
    decay = lr * weight_decay * x
    return x - decay, decay


def apply_decay(x: Any, g: Any, lr: float, weight_decay: float, is_decoupled: bool) -> tuple[Any, Any, Any]:
    """Return the parameter, the gradient and the decay term, with decay of one of the two kinds."""
    if is_decoupled:
        x, decay = decoupled(x, lr, weight_decay)
    else:
        g, decay = l2(x, g, weight_decay)
    return x, g, decay
