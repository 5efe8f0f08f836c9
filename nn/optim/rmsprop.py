"""RMSprop: step sizes that shrink with a running average of the squared gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from autograd import sqrt

from .explanation import State, Update
from .optimizer import Optimizer
from .weight_decay import l2


@final
class RMSprop(Optimizer):
    """Divide the step by the root of a running average of the squared gradients.

    g ← g + weight_decay · x        (L2)
    s ← alpha · s + (1 − alpha) · g²
    centered: a ← alpha · a + (1 − alpha) · g, and s − a² instead of s in the next line
    b ← momentum · b + g / (√s + eps)        (eps outside the root)
    x ← x − lr · b

    Hinton, "Neural networks for machine learning", lecture 6 (2012); centered: Graves, "Generating sequences with
    recurrent neural networks" (2013).
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    @staticmethod
    def update(
        x: Any,
        g: Any,
        state: State,
        *,
        lr: float,
        momentum: float = 0.0,
        alpha: float = 0.99,
        eps: float = 1e-8,
        centered: bool = False,
        weight_decay: float = 0.0,
    ) -> Update:
        g, decay = l2(x, g, weight_decay)
        square = alpha * state.get("square_avg", 0.0) + (1 - alpha) * g * g
        after: State = {"step": state.get("step", 0) + 1, "square_avg": square}
        spread = square
        if centered:
            mean = after["grad_avg"] = alpha * state.get("grad_avg", 0.0) + (1 - alpha) * g
            spread = square - mean * mean
        direction = g / (sqrt(spread) + eps)
        if momentum:
            direction = after["momentum_buffer"] = momentum * state.get("momentum_buffer", 0.0) + direction
        return Update(x - lr * direction, after, {"decay": decay})
