"""Adagrad: step sizes that shrink with the sum of the squared gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from autograd import sqrt

from .explanation import State, Update
from .optimizer import Optimizer
from .weight_decay import l2


@final
class Adagrad(Optimizer):
    """Divide the step by the root of the sum of all squared gradients.

    g ← g + weight_decay · x        (L2)
    s ← s + g²        (s starts at initial_accumulator_value)
    x ← x − lr / (1 + (t − 1) · lr_decay) · g / (√s + eps)        (eps outside the root)

    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization" (2011).
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
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
        lr_decay: float = 0.0,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
    ) -> Update:
        t = state.get("step", 0) + 1
        g, decay = l2(x, g, weight_decay)
        total = state.get("sum", initial_accumulator_value) + g * g
        rate = lr / (1 + (t - 1) * lr_decay)
        return Update(x - rate * g / (sqrt(total) + eps), {"step": t, "sum": total}, {"decay": decay})
