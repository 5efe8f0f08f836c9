"""SequentialLR: several schedules one after another; and the common one of warm-up and cosine."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, final

from ...atomic import update_dicts
from ...checks import integer
from ..optimizer import Optimizer
from .factors import CosineAnnealingLR, LinearLR, steps_of
from .scheduler import Change, LRScheduler, Schedule, groups


@final
class SequentialLR(Schedule):
    """Use the first schedule up to the first milestone, the second up to the next, and so on; each starts at step 0.

    >>> from nn.optim.lr_scheduler import ConstantLR, ExponentialLR, SequentialLR, preview
    >>> optimizer = nn.optim.SGD([Value(1.0)], lr=1.0)
    >>> parts = [ConstantLR(optimizer, factor=0.25, total_iters=2), ExponentialLR(optimizer, gamma=0.5)]
    >>> preview(SequentialLR(optimizer, parts, milestones=[2]), 5)
    [[0.25], [0.25], [1.0], [0.5], [0.25]]
    """

    _unsaved = ("optimizer", "schedulers")

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[Schedule], milestones: Sequence[int], last_epoch: int = -1
    ) -> None:
        self.schedulers = list(schedulers)
        if not self.schedulers:
            raise ValueError("SequentialLR got no schedulers; give at least one")
        self.milestones = steps_of(milestones)
        if len(self.schedulers) != len(self.milestones) + 1:
            raise ValueError(
                f"SequentialLR needs one milestone fewer than schedulers: {len(self.schedulers) - 1} for "
                f"{len(self.schedulers)} schedulers, got {len(self.milestones)}"
            )
        if any(a >= b for a, b in pairwise(self.milestones)):
            raise ValueError(f"milestones must increase, got {self.milestones}")
        for scheduler in self.schedulers:
            if not isinstance(scheduler, Schedule):
                raise TypeError(
                    f"SequentialLR takes schedules that depend on the step only, got {type(scheduler).__name__}"
                )
            if scheduler.optimizer is not optimizer:
                raise ValueError(
                    f"this {type(scheduler).__name__} belongs to another optimizer; create it with this one"
                )
        super().__init__(optimizer, last_epoch)

    def lr_at(self, step: int) -> list[float]:
        """Return the scheduled learning rates after `step` steps, one per group, without setting them."""
        part, since = self._part(integer("step", step, 0))
        return part.lr_at(since)

    def _part(self, step: int) -> tuple[Schedule, int]:
        """Return the schedule in use at this step, and the number of steps since it started."""
        k = bisect_right(self.milestones, step)
        return self.schedulers[k], step - self.milestones[k - 1] if k else step

    def _changes(self, step: int) -> list[Change]:
        part, since = self._part(step)
        changes = part._changes(since)
        lrs = [new["lr"] for _, new in changes if "lr" in new]
        return [*changes, (vars(self), {"_last_lr": lrs, "last_epoch": step})]

    def state_dict(self) -> dict[str, Any]:
        """Return the state to save, including that of each schedule."""
        return {**super().state_dict(), "schedulers": [scheduler.state_dict() for scheduler in self.schedulers]}

    def _checked_state(self, state_dict: Mapping[str, Any]) -> list[tuple[LRScheduler, dict[str, Any]]]:
        parts = state_dict.get("schedulers", [])
        if len(parts) != len(self.schedulers):
            raise ValueError(f"this SequentialLR has {len(self.schedulers)} schedulers, the saved one {len(parts)}")
        found = super()._checked_state({name: value for name, value in state_dict.items() if name != "schedulers"})
        for scheduler, part in zip(self.schedulers, parts, strict=True):
            found += scheduler._checked_state(part)
        return found


def warmup_cosine(
    optimizer: Optimizer, warmup_steps: int, total_steps: int, eta_min: float = 0.0, start_factor: float = 0.01
) -> SequentialLR:
    """Return a schedule of linear warm-up and then half a cosine.

    The rate rises from start_factor · lr to lr in `warmup_steps` steps and falls to `eta_min` at `total_steps`.
    If an argument is refused, the optimizer is unchanged.

    >>> optimizer = nn.optim.SGD([Value(1.0)], lr=0.5)
    >>> scheduler = nn.optim.lr_scheduler.warmup_cosine(optimizer, warmup_steps=10, total_steps=100)
    >>> [scheduler.lr_at(step) for step in (0, 10, 100)]
    [[0.005], [0.5], [0.0]]
    """
    if integer("total_steps", total_steps, 1) <= integer("warmup_steps", warmup_steps, 1):
        raise ValueError(f"expected warmup_steps < total_steps, got {warmup_steps} and {total_steps}")
    # A schedule sets learning rates when it is created. These are created on a copy of the optimizer, so that a refused
    # argument or Ctrl-C leaves the optimizer unchanged.
    trial = copy.copy(optimizer)
    trial.param_groups = [dict(group) for group in groups(optimizer)]
    warm_up = LinearLR(trial, start_factor, total_iters=warmup_steps)
    cosine = CosineAnnealingLR(trial, total_steps - warmup_steps, eta_min)
    sequence = SequentialLR(trial, [warm_up, cosine], [warmup_steps])
    for schedule in (warm_up, cosine, sequence):
        schedule.optimizer = optimizer
    update_dicts(list(zip(optimizer.param_groups, trial.param_groups, strict=True)))
    return sequence
