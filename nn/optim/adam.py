"""Adam and its kin: a step by the mean of the gradients over the root of the mean of their squares.

Both means run, and start at 0; the first of them are too small by 1 − beta^t, which is divided out (the correction of
the bias). t counts the steps from 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, final

from autograd import maximum, sqrt

from .decay import decoupled, l2
from .explanation import State, Update
from .optimizer import Optimizer

Betas = tuple[float, float]

# What explain() calls them.
MEAN: Final = "exp_avg/(1-β1^t)"
SQUARE: Final = "exp_avg_sq/(1-β2^t)"


def adam(
    x: Any,
    g: Any,
    state: State,
    *,
    lr: float,
    betas: Betas = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
    decoupled_weight_decay: bool = False,
) -> Update:
    """One update of Adam, or with decoupled_weight_decay of AdamW: the formula stands at `Adam`."""
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    x, g, decay = decayed(x, g, lr, weight_decay, decoupled_weight_decay)
    m = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * g * g
    after: State = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = after["max_exp_avg_sq"] = maximum(state.get("max_exp_avg_sq", 0.0), v)
    mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
    terms = {MEAN: mean, SQUARE: square, "decay": decay}
    return Update(x - lr * mean / (sqrt(square) + eps), after, terms)


def decayed(x: Any, g: Any, lr: float, weight_decay: float, apart: bool) -> tuple[Any, Any, Any]:
    """The number and its gradient with the decay in the one or in the other; and what the decay contributes."""
    if apart:
        x, decay = decoupled(x, lr, weight_decay)
    else:
        g, decay = l2(x, g, weight_decay)
    return x, g, decay


@final
class Adam(Optimizer):
    """A running mean of the gradients over the root of a running mean of their squares.

    g ← g + weight_decay · x        (L2; decoupled_weight_decay: x ← x − lr · weight_decay · x, as in AdamW)
    m ← beta1 · m + (1 − beta1) · g
    v ← beta2 · v + (1 − beta2) · g²        (amsgrad: the largest v so far in the place of v below)
    x ← x − lr · m / (1 − beta1^t) / (√(v / (1 − beta2^t)) + eps)        (eps outside the root)

    Kingma and Ba, "Adam: A method for stochastic optimization" (2015); amsgrad: Reddi, Kale and Kumar, "On the
    convergence of Adam and beyond" (2018).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    update = staticmethod(adam)


@final
class AdamW(Optimizer):
    """Adam with decoupled weight decay: it shrinks the number itself and stays out of the means.

    x ← x − lr · weight_decay · x, and then as in Adam, without decay in the gradient

    Loshchilov and Hutter, "Decoupled weight decay regularization" (2019); as in PyTorch the decay is times lr.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": True,
        }
        super().__init__(params, defaults)

    update = staticmethod(adam)


@final
class NAdam(Optimizer):
    """Adam with Nesterov's momentum: the mean that the next step would see.

    g ← g + weight_decay · x        (L2; decoupled_weight_decay: x ← x − lr · weight_decay · x)
    μ_t = beta1 · (1 − 0.96^(t · momentum_decay) / 2)        (P is the product of μ_1 to μ_t)
    m ← beta1 · m + (1 − beta1) · g
    v ← beta2 · v + (1 − beta2) · g²
    n = (1 − μ_t) / (1 − P) · g + μ_(t+1) / (1 − P · μ_(t+1)) · m
    x ← x − lr · n / (√(v / (1 − beta2^t)) + eps)        (eps outside the root)

    Dozat, "Incorporating Nesterov momentum into Adam" (2016).
    """

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
        x, g, decay = decayed(x, g, lr, weight_decay, decoupled_weight_decay)
        mu, following = (beta1 * (1 - 0.5 * 0.96 ** (k * momentum_decay)) for k in (t, t + 1))
        product = state.get("mu_product", 1.0) * mu
        m = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * g
        v = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * g * g
        mean = (1 - mu) / (1 - product) * g + following / (1 - product * following) * m
        square = v / (1 - beta2**t)
        after = {"step": t, "mu_product": product, "exp_avg": m, "exp_avg_sq": v}
        return Update(x - lr * mean / (sqrt(square) + eps), after, {"next mean": mean, SQUARE: square, "decay": decay})
