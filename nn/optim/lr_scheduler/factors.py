"""Schedules that multiply the initial learning rate by a factor, which depends on the step only."""

from __future__ import annotations

import math
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Any, final

from autograd import shown

from ...checks import integer, number
from ..optimizer import Optimizer
from .scheduler import Schedule, Settings, per_group


class FactorLR(Schedule):
    """Base class: lr = floor + (initial lr − floor) · scale(step).

    If the learning rate differs from the schedule, because of another scheduler of the same optimizer or a line such as
    `group["lr"] /= 10`, the difference is kept: the rate is multiplied by scale(step) / scale(step − 1). PyTorch always
    multiplies, which accumulates rounding errors.
    """

    @abstractmethod
    def scale(self, step: int) -> float:
        """Return the factor at this step of what the initial learning rate is above the floor."""

    @property
    def floor(self) -> float:
        """The learning rate where the scale is 0."""
        return 0.0

    def lr_at(self, step: int) -> list[float]:
        """Return the scheduled learning rates after `step` steps, one per group, without setting them."""
        scale = self.scale(integer("step", step, 0))
        return [self.floor + (base - self.floor) * scale for base in self.base_lrs]

    def _settings(self, step: int) -> list[Settings]:
        scheduled = self.lr_at(step)
        if step != self.last_epoch + 1:  # a jump, not a step: a SequentialLR starts this schedule
            return [{"lr": lr} for lr in scheduled]
        before, last = (self.scale(step - 1), self.lr_at(step - 1)) if step else (1.0, self.base_lrs)
        now = self.scale(step)
        settings = []
        for group, lr, had, base in zip(self._groups(), scheduled, last, self.base_lrs, strict=True):
            if group["lr"] == had:
                settings.append({"lr": lr})
            elif before:
                settings.append({"lr": self.floor + (group["lr"] - self.floor) * (now / before)})
            else:  # the rate before was the floor, so there is nothing to multiply
                settings.append({"lr": group["lr"] + (base - self.floor) * now})
        return settings


@final
class StepLR(FactorLR):
    """Multiply the learning rate by gamma every `step_size` steps.

    >>> optimizer = nn.optim.SGD([Value(1.0)], lr=0.5)
    >>> scheduler = nn.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    >>> nn.optim.lr_scheduler.preview(scheduler, 4)
    [[0.5], [0.5], [0.05], [0.05]]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = integer("step_size", step_size, 1)
        self.gamma = number("gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def scale(self, step: int) -> float:
        return math.pow(self.gamma, step // self.step_size)


def steps_of(milestones: Any) -> list[int]:
    """Return milestones as a list of steps."""
    if isinstance(milestones, str) or not isinstance(milestones, Iterable):
        raise TypeError(
            f"milestones must be a list of steps, got {type(milestones).__name__}; write [{shown(milestones)}]"
        )
    return [integer("each of the milestones", step, 0) for step in milestones]


@final
class MultiStepLR(FactorLR):
    """Multiply the learning rate by gamma at each milestone; twice at a milestone that is listed twice."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = sorted(steps_of(milestones))
        self.gamma = number("gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def scale(self, step: int) -> float:
        return math.pow(self.gamma, bisect_right(self.milestones, step))


@final
class ConstantLR(FactorLR):
    """Multiply the initial learning rate by `factor` for the first `total_iters` steps; then use it unchanged."""

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        self.factor = number("factor", factor, 0, 1)
        self.total_iters = integer("total_iters", total_iters, 0)
        super().__init__(optimizer, last_epoch)

    def scale(self, step: int) -> float:
        return self.factor if step < self.total_iters else 1.0


@final
class LinearLR(FactorLR):
    """Multiply by a factor that goes linearly from `start_factor` to `end_factor` in `total_iters` steps."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        self.start_factor = number("start_factor", start_factor, 0, 1)
        if self.start_factor == 0:
            raise ValueError(
                "start_factor must be a number > 0 and <= 1, got 0: with lr 0 the first step would do nothing"
            )
        self.end_factor = number("end_factor", end_factor, 0, 1)
        self.total_iters = integer("total_iters", total_iters, 0)
        super().__init__(optimizer, last_epoch)

    def scale(self, step: int) -> float:
        if step >= self.total_iters:
            return self.end_factor if self.total_iters else self.start_factor
        return self.start_factor + (self.end_factor - self.start_factor) * step / self.total_iters


@final
class ExponentialLR(FactorLR):
    """Multiply the learning rate by gamma in every step."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = number("gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def scale(self, step: int) -> float:
        return math.pow(self.gamma, step)


@final
class PolynomialLR(FactorLR):
    """Multiply the initial learning rate by (1 − step / total_iters) ^ power, which is 0 from `total_iters` on."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = integer("total_iters", total_iters, 1)
        self.power = number("power", power, 0)
        super().__init__(optimizer, last_epoch)

    def scale(self, step: int) -> float:
        return math.pow(1 - min(step, self.total_iters) / self.total_iters, self.power)


@final
class CosineAnnealingLR(FactorLR):
    """Half a cosine from the initial learning rate down to `eta_min` in T_max steps; then up again, periodically.

    Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts" (2017), without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = integer("T_max", T_max, 1)
        self.eta_min = number("eta_min", eta_min)
        super().__init__(optimizer, last_epoch)

    def scale(self, step: int) -> float:
        return (1 + math.cos(math.pi * step / self.T_max)) / 2

    @property
    def floor(self) -> float:
        return self.eta_min


@final
class LambdaLR(Schedule):
    """Multiply the initial learning rate by a function of the step; a list has one function per group.

    It is no FactorLR, because each group has a factor of its own.

    >>> optimizer = nn.optim.SGD([Value(1.0)], lr=0.5)
    >>> scheduler = nn.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    >>> scheduler.lr_at(4)
    [0.1]
    """

    _unsaved = ("optimizer", "lr_lambdas")

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        self.lr_lambdas = per_group("lr_lambda", lr_lambda, optimizer)
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(
                    f"lr_lambda must be a function of the step, got {type(function).__name__}: {shown(function)}"
                )
        super().__init__(optimizer, last_epoch)

    def lr_at(self, step: int) -> list[float]:
        """Return the scheduled learning rates after `step` steps, one per group, without setting them."""
        integer("step", step, 0)
        return [base * float(f(step)) for base, f in zip(self.base_lrs, self.lr_lambdas, strict=True)]
