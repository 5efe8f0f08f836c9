"""Adadelta: step sizes from the ratio of two running averages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from autograd import sqrt

from .explanation import State, Update
from .optimizer import Optimizer
from .weight_decay import l2


@final
class Adadelta(Optimizer):
    """Scale the step by the ratio of two running averages, so that it has the unit of the parameter.

    g ← g + weight_decay · x        (L2)
    s ← rho · s + (1 − rho) · g²
    d ← √(u + eps) / √(s + eps) · g        (eps inside the roots)
    u ← rho · u + (1 − rho) · d²
    x ← x − lr · d

    Zeiler, "ADADELTA: An adaptive learning rate method" (2012); lr is 1 in the paper.
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults)

    @staticmethod
    def update(
        x: Any, g: Any, state: State, *, lr: float, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0.0
    ) -> Update:
        g, decay = l2(x, g, weight_decay)
        square = rho * state.get("square_avg", 0.0) + (1 - rho) * g * g
        before = state.get("acc_delta", 0.0)
        delta = sqrt(before + eps) / sqrt(square + eps) * g
        after = {
            "step": state.get("step", 0) + 1,
            "square_avg": square,
            "acc_delta": rho * before + (1 - rho) * delta * delta,
        }
        return Update(x - lr * delta, after, {"decay": decay})
