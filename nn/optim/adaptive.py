"""The optimizers that give every number a step size of its own, by the gradients it has had.

Each says its formula in one `update`, which serves floats and arrays. Conventions are PyTorch's and stand in the
docstrings: whether eps is inside the root or outside of it, and whether weight decay is L2 (it is added to the
gradient, and is scaled with it) or decoupled (it shrinks the number itself). t counts the steps from 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from autograd import clip, sign, sqrt, where

from .decay import l2
from .explanation import State, Update
from .optimizer import Optimizer


@final
class Adagrad(Optimizer):
    """The step shrinks with the sum of all squared gradients.

    g ← g + weight_decay · x        (L2)
    s ← s + g²        (s = initial_accumulator_value at first)
    x ← x − lr / (1 + (t − 1) · lr_decay) · g / (√s + eps)        (eps outside the root)

    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization" (2011).
    """

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


@final
class RMSprop(Optimizer):
    """The step shrinks with a running average of the squared gradients.

    g ← g + weight_decay · x        (L2)
    s ← alpha · s + (1 − alpha) · g²
    centered: a ← alpha · a + (1 − alpha) · g, and s − a² in the place of s below
    b ← momentum · b + g / (√s + eps)        (eps outside the root)
    x ← x − lr · b

    Hinton, "Neural networks for machine learning", lecture 6 (2012); centered: Graves, "Generating sequences with
    recurrent neural networks" (2013).
    """

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


@final
class Adadelta(Optimizer):
    """The step is the ratio of two running averages, so that it has the unit of the parameter.

    g ← g + weight_decay · x        (L2)
    s ← rho · s + (1 − rho) · g²
    d ← √(u + eps) / √(s + eps) · g        (eps inside the roots)
    u ← rho · u + (1 − rho) · d²
    x ← x − lr · d

    Zeiler, "ADADELTA: An adaptive learning rate method" (2012), where lr is 1.
    """

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


@final
class Rprop(Optimizer):
    """Resilient backpropagation: only the sign of the gradient counts; for whole batches, not for mini-batches.

    Where the gradient has the sign it had, the step size grows by etaplus; where the sign turned, it shrinks by
    etaminus, and for once the number stays (g ← 0). The size is lr at first, and kept within step_sizes.
    x ← x − size · sign(g)

    Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm" (1993);
    PyTorch's variant, which does not take the last step back where the sign turned.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes, "maximize": maximize})

    @staticmethod
    def update(
        x: Any,
        g: Any,
        state: State,
        *,
        lr: float,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
    ) -> Update:
        agreement = state.get("prev", 0.0) * g
        size = state.get("step_size", lr)
        size = where(agreement > 0, size * etas[1], where(agreement < 0, size * etas[0], size))
        size = clip(size, min=step_sizes[0], max=step_sizes[1])
        g = where(agreement < 0, 0.0, g)
        return Update(x - size * sign(g), {"step": state.get("step", 0) + 1, "prev": g, "step_size": size})
