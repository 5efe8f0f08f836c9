"""Rprop: step sizes from the signs of the gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from autograd import maximum, minimum, sign, where

from .explanation import State, Update
from .optimizer import Optimizer


@final
class Rprop(Optimizer):
    """Resilient backpropagation: use only the signs of the gradients. For full batches, not for mini-batches.

    size ← etaplus · size if g has the same sign as in the last step
    size ← etaminus · size and g ← 0 if the sign changed: the parameter does not move in this step
    x ← x − size · sign(g)        (size starts at lr and is limited to the range step_sizes)

    Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm" (1993);
    this is PyTorch's variant, which does not undo the last step where the sign changed.
    """

    elementwise = True

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
        has_turned = agreement < 0
        size = where(agreement > 0, size * etas[1], where(has_turned, size * etas[0], size))
        size = minimum(maximum(size, step_sizes[0]), step_sizes[1])
        g = where(has_turned, 0.0, g)
        return Update(x - size * sign(g), {"step": state.get("step", 0) + 1, "prev": g, "step_size": size})
