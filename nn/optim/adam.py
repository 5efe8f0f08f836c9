"""Adam and AdamW: steps of the mean gradient divided by the root of the mean squared gradient.

Both means are running averages that start at 0. This makes them too small by the factor 1 − beta^t at step t;
dividing by that factor is called bias correction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, final

from autograd import maximum, sqrt

from .explanation import State, Update
from .optimizer import Optimizer
from .weight_decay import apply_decay

Betas = tuple[float, float]

# The names of the columns in the table of explain().
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
    """Return one update of Adam, or of AdamW with decoupled_weight_decay; see the classes for the formulas."""
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    x, g, decay = apply_decay(x, g, lr, weight_decay, decoupled_weight_decay)
    m = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * g * g
    after: State = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = after["max_exp_avg_sq"] = maximum(state.get("max_exp_avg_sq", 0.0), v)
    m_part, v_part = 1 - beta1**t, 1 - beta2**t  # the factors by which the averages are too small

    def terms() -> dict[str, Any]:
        return {MEAN: m / m_part, SQUARE: v / v_part, "decay": decay}

    # lr · (m / m_part) / (√(v / v_part) + eps), both sides of the fraction times √v_part: fewer operations on arrays.
    scale = v_part**0.5
    return Update(x - lr * scale / m_part * m / (sqrt(v) + eps * scale), after, terms)


@final
class Adam(Optimizer):
    """Divide a running average of the gradients by the root of a running average of their squares.

    g ← g + weight_decay · x        (L2; decoupled_weight_decay: x ← x − lr · weight_decay · x, as in AdamW)
    m ← beta1 · m + (1 − beta1) · g
    v ← beta2 · v + (1 − beta2) · g²        (amsgrad: below, v is the largest v so far)
    x ← x − lr · m / (1 − beta1^t) / (√(v / (1 − beta2^t)) + eps)        (eps outside the root)

    Kingma and Ba, "Adam: A method for stochastic optimization" (2015); amsgrad: Reddi, Kale and Kumar, "On the
    convergence of Adam and beyond" (2018).
    """

    elementwise = True

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
    """Adam with decoupled weight decay: the decay shrinks the parameter and does not enter the averages.

    x ← x − lr · weight_decay · x, and then as in Adam, without decay in the gradient

    Loshchilov and Hutter, "Decoupled weight decay regularization" (2019). As in PyTorch, the decay is multiplied by lr.
    """

    elementwise = True

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
