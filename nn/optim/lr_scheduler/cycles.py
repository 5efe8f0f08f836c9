"""Cyclic schedules: cosine with warm restarts, and the one-cycle policy, which also changes the momentum."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple, final

from autograd import shown

from ...atomic import update_dicts
from ...checks import integer, number
from ..optimizer import Optimizer
from .scheduler import Change, Schedule, Settings, per_group

LARGEST_STEP: Final = 2.0**53  # larger floats cannot hold a fraction


@final
class CosineAnnealingWarmRestarts(Schedule):
    """Half a cosine from the initial learning rate to `eta_min` in T_0 steps, repeated, each cycle T_mult times longer.

    `step(epoch)` goes to any position, also to a fraction of an epoch.

    Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts" (2017).
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_0 = integer("T_0", T_0, 1)
        self.T_mult = integer("T_mult", T_mult, 1)
        self.eta_min = number("eta_min", eta_min)
        self.place: float = 0  # last_epoch with its fraction; the name of a key in saved states
        super().__init__(optimizer, last_epoch)

    def lr_at(self, step: float) -> list[float]:
        """Return the scheduled learning rates after `step` steps, one per group; `step` may have a fraction."""
        since, length = self._cycle(number("step", step, 0, LARGEST_STEP))
        share = (1 + math.cos(math.pi * since / length)) / 2
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]

    def _cycle(self, step: float) -> tuple[float, int]:
        """Return the number of steps since the last restart, and the length of its cycle."""
        if self.T_mult == 1:
            return step % self.T_0, self.T_0
        length = self.T_0
        while step >= length:  # the length of the cycles grows exponentially: the loop is short
            step -= length
            length *= self.T_mult
        return step, length

    def step(self, epoch: float | None = None) -> None:
        """Go to the next step, or to the position `epoch`, such as epoch + batch / batches."""
        self._warn_if_optimizer_has_not_stepped()
        update_dicts(self._changes(self.place + 1 if epoch is None else number("epoch", epoch, 0, LARGEST_STEP)))

    def _changes(self, step: Any) -> list[Change]:
        return [*super()._changes(step), (vars(self), {"place": step, "last_epoch": math.floor(step)})]


class Phase(NamedTuple):
    """A phase of the one-cycle policy: its last step, and where learning rate and momentum start and end."""

    end: float
    lr: tuple[str, str]
    momentum: tuple[str, str]


@final
class OneCycleLR(Schedule):
    """One cycle: from max_lr / div_factor up to `max_lr`, then down to the initial rate / final_div_factor.

    The momentum moves in the opposite direction: it is the option "momentum" of the optimizer, or the first of its
    "betas". Call `step` after every batch, `total_steps` (or epochs · steps_per_epoch) times; after that it raises
    ValueError. `pct_start` is the share of the steps in which the rate rises. With `three_phase`, it falls to the
    initial rate in as many steps, and to the final rate in the remaining ones. Smith and Topin, "Super-convergence:
    very fast training of neural networks using large learning rates" (2019); the two phases are those of fastai.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if total_steps is None and (epochs is None or steps_per_epoch is None):
            raise ValueError("OneCycleLR needs its number of steps: give total_steps, or epochs and steps_per_epoch")
        if total_steps is None:
            total_steps = integer("epochs", epochs, 1) * integer("steps_per_epoch", steps_per_epoch, 1)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f'anneal_strategy must be "cos" or "linear", got {shown(anneal_strategy)}')
        self.total_steps = integer("total_steps", total_steps, 1)
        self.pct_start = number("pct_start", pct_start, 0, 1)
        self.anneal_strategy = anneal_strategy
        self.cycle_momentum = cycle_momentum
        self.three_phase = three_phase
        self.max_lrs = [number("max_lr", lr) for lr in per_group("max_lr", max_lr, optimizer)]
        self.final_div_factor = _divisor("final_div_factor", final_div_factor)
        momenta = {"base_momentum": base_momentum, "max_momentum": max_momentum}
        self.base_momentums, self.max_momentums = (
            [number(name, m) for m in per_group(name, momentum, optimizer)] for name, momentum in momenta.items()
        )
        initial = [lr / _divisor("div_factor", div_factor) for lr in self.max_lrs]
        if cycle_momentum and not {"momentum", "betas"} & optimizer.defaults.keys():
            raise ValueError(
                f"{type(optimizer).__name__} has neither momentum nor betas to change; give cycle_momentum=False"
            )
        super().__init__(optimizer, last_epoch, initial)

    def lr_at(self, step: int) -> list[float]:
        """Return the scheduled learning rates after `step` steps, one per group, without setting them."""
        lowest = [lr / self.final_div_factor for lr in self.base_lrs]
        ends = {"initial": self.base_lrs, "max": self.max_lrs, "min": lowest}
        phase, share = self._phase(step)
        return self._between(ends[phase.lr[0]], ends[phase.lr[1]], share)

    def momentum_at(self, step: int) -> list[float]:
        """Return the scheduled momenta, or first betas, after `step` steps, one per group, without setting them."""
        ends = {"base": self.base_momentums, "max": self.max_momentums}
        phase, share = self._phase(step)
        return self._between(ends[phase.momentum[0]], ends[phase.momentum[1]], share)

    def _phases(self) -> list[Phase]:
        up = self.pct_start * self.total_steps - 1
        first = Phase(up, ("initial", "max"), ("max", "base"))
        if self.three_phase:
            down = Phase(2 * self.pct_start * self.total_steps - 2, ("max", "initial"), ("base", "max"))
            return [first, down, Phase(self.total_steps - 1, ("initial", "min"), ("max", "max"))]
        return [first, Phase(self.total_steps - 1, ("max", "min"), ("base", "max"))]

    def _phase(self, step: int) -> tuple[Phase, float]:
        """Return the phase of a step, and the share of the phase that has passed."""
        if integer("step", step, 0) > self.total_steps:
            raise ValueError(f"this OneCycleLR has {self.total_steps} steps, got step {step}")
        start = 0.0
        *before, last = self._phases()
        for phase in before:
            if step <= phase.end:
                return phase, (step - start) / (phase.end - start) if phase.end > start else 1.0
            start = phase.end
        return last, (step - start) / (last.end - start) if last.end > start else 1.0

    def _between(self, start: list[float], end: list[float], share: float) -> list[float]:
        if self.anneal_strategy == "cos":
            return [b + (a - b) / 2 * (1 + math.cos(math.pi * share)) for a, b in zip(start, end, strict=True)]
        return [a + (b - a) * share for a, b in zip(start, end, strict=True)]

    def _settings(self, step: int) -> list[Settings]:
        settings = super()._settings(step)
        if self.cycle_momentum:
            for group, new, momentum in zip(self._groups(), settings, self.momentum_at(step), strict=True):
                # Adam has no option momentum: its first beta is the momentum.
                beta = "betas" in self.optimizer.defaults
                new.update({"betas": (momentum, group["betas"][1])} if beta else {"momentum": momentum})
        return settings


def _divisor(name: str, value: Any) -> float:
    if number(name, value, 0) == 0:
        raise ValueError(f"{name} must be a number > 0, got 0: learning rates are divided by it")
    return float(value)
