"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from autograd import sqrt

from .adam import SQUARE, Betas
from .explanation import State, Update
from .optimizer import Optimizer
from .weight_decay import apply_decay


@final
class NAdam(Optimizer):
    """Adam with Nesterov's momentum: it looks one step ahead in the average of the gradients.

    g ← g + weight_decay · x        (L2; decoupled_weight_decay: x ← x − lr · weight_decay · x)
    μ_t = beta1 · (1 − 0.96^(t · momentum_decay) / 2)        (P is the product of μ_1 to μ_t)
    m ← beta1 · m + (1 − beta1) · g
    v ← beta2 · v + (1 − beta2) · g²
    n = (1 − μ_t) / (1 − P) · g + μ_(t+1) / (1 − P · μ_(t+1)) · m
    x ← x − lr · n / (√(v / (1 − beta2^t)) + eps)        (eps outside the root)

    Dozat, "Incorporating Nesterov momentum into Adam" (2016).
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
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
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
    ) -> Update:
        beta1, beta2 = betas
        t = state.get("step", 0) + 1
        x, g, decay = apply_decay(x, g, lr, weight_decay, decoupled_weight_decay)
        mu, next_mu = (beta1 * (1 - 0.5 * 0.96 ** (k * momentum_decay)) for k in (t, t + 1))
        product = state.get("mu_product", 1.0) * mu
        m = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * g
        v = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * g * g
        mean = (1 - mu) / (1 - product) * g + next_mu / (1 - product * next_mu) * m
        square = v / (1 - beta2**t)
        after = {"step": t, "mu_product": product, "exp_avg": m, "exp_avg_sq": v}
        return Update(x - lr * mean / (sqrt(square) + eps), after, {"next mean": mean, SQUARE: square, "decay": decay})
