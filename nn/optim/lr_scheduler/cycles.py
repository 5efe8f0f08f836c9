"""Schedules that go up as well: warm restarts, and the one cycle, which moves the momentum along."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple, final

from ...assign import update
from ...given import number, whole
from ..optimizer import Optimizer
from .schedule import Change, Schedule, Settings, per_group

FAR: Final = 2.0**53  # from here on floats have no room for a fraction


@final
class CosineAnnealingWarmRestarts(Schedule):
    """Half a cosine from the initial learning rate to `eta_min` in T_0 steps, then anew, each time T_mult times longer.

    `step(epoch)` goes to any place, a fraction of an epoch too. Loshchilov and Hutter, "SGDR: Stochastic gradient
    descent with warm restarts" (2017).
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_0 = whole("T_0", T_0, 1)
        self.T_mult = whole("T_mult", T_mult, 1)
        self.eta_min = number("eta_min", eta_min)
        self.place: float = 0  # last_epoch with its fraction
        super().__init__(optimizer, last_epoch)

    def lr_at(self, step: float) -> list[float]:
        """The learning rates after `step` steps, one per group; `step` may have a fraction."""
        since, length = self._cycle(number("step", step, 0, FAR))
        share = (1 + math.cos(math.pi * since / length)) / 2
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]

    def _cycle(self, step: float) -> tuple[float, int]:
        """How long ago the last restart was, and how long its cycle is."""
        if self.T_mult == 1:
            return step % self.T_0, self.T_0
        length = self.T_0
        while step >= length:  # cycles grow by a power: there are few
            step -= length
            length *= self.T_mult
        return step, length

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next step, or to the place `epoch`, such as epoch + batch / batches."""
        self._expect_a_step()
        update(self._changes(self.place + 1 if epoch is None else number("epoch", epoch, 0, FAR)))

    def _changes(self, step: Any) -> list[Change]:
        return [*super()._changes(step), (vars(self), {"place": step, "last_epoch": math.floor(step)})]


class Phase(NamedTuple):
    """A stretch of the one cycle: up to which step, and from what to what."""

    end: float
    lr: tuple[str, str]
    momentum: tuple[str, str]


@final
class OneCycleLR(Schedule):
    """From max_lr / div_factor up to `max_lr`, and down to far below where it began, the momentum going the other way.

    Step it after every batch, `total_steps` (or epochs · steps_per_epoch) times; ValueError after that. The momentum
    is the option "momentum" of the optimizer, or the first of its "betas". `pct_start` is the share of the way up;
    with `three_phase` the way down to the beginning takes as long, and the rest goes to the end. Smith and Topin,
    "Super-convergence: very fast training of neural networks using large learning rates" (2019); two phases as in
    fastai.
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
            raise ValueError("OneCycleLR has an end: give it total_steps, or epochs and steps_per_epoch")
        if total_steps is None:
            total_steps = whole("epochs", epochs, 1) * whole("steps_per_epoch", steps_per_epoch, 1)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f'anneal_strategy is "cos" or "linear", got {anneal_strategy!r}')
        self.total_steps = whole("total_steps", total_steps, 1)
        self.pct_start = number("pct_start", pct_start, 0, 1)
        self.anneal_strategy = anneal_strategy
        self.cycle_momentum = cycle_momentum
        self.three_phase = three_phase
        self.max_lrs = [number("max_lr", each) for each in per_group("max_lr", max_lr, optimizer)]
        self.final_div_factor = _divisor("final_div_factor", final_div_factor)
        moments = {"base_momentum": base_momentum, "max_momentum": max_momentum}
        self.base_momentums, self.max_momentums = (
            [number(name, each) for each in per_group(name, given, optimizer)] for name, given in moments.items()
        )
        initial = [lr / _divisor("div_factor", div_factor) for lr in self.max_lrs]
        if cycle_momentum and not {"momentum", "betas"} & optimizer.defaults.keys():
            raise ValueError(
                f"{type(optimizer).__name__} has neither momentum nor betas to cycle; give cycle_momentum=False"
            )
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, initial, strict=True):
                group["initial_lr"] = lr
        super().__init__(optimizer, last_epoch)

    def lr_at(self, step: int) -> list[float]:
        """The learning rates after `step` steps, one per group, as the schedule has them; nothing is set."""
        lowest = [lr / self.final_div_factor for lr in self.base_lrs]
        ends = {"initial": self.base_lrs, "max": self.max_lrs, "min": lowest}
        phase, share = self._phase(step)
        return self._between(ends[phase.lr[0]], ends[phase.lr[1]], share)

    def momentum_at(self, step: int) -> list[float]:
        """The momenta, or first betas, after `step` steps, one per group; nothing is set."""
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
        """In which phase a step is, and which share of it is behind."""
        if whole("step", step, 0) > self.total_steps:
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
                # The optimizer's own word for it; a beta1 is the first of a pair.
                beta = "betas" in self.optimizer.defaults
                new.update({"betas": (momentum, group["betas"][1])} if beta else {"momentum": momentum})
        return settings


def _divisor(name: str, value: Any) -> float:
    if number(name, value, 0) == 0:
        raise ValueError(f"{name} is a number > 0, got 0: learning rates are divided by it")
    return float(value)
