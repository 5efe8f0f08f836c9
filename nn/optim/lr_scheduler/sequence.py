"""Schedules one after another, and a look at a schedule before it is run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, final

from ...given import whole
from ..optimizer import Optimizer
from .factors import CosineAnnealingLR, LinearLR
from .plateau import ReduceLROnPlateau
from .schedule import Change, LRScheduler, Schedule


@final
class SequentialLR(Schedule):
    """One schedule up to the first milestone, the next from there to the second, and so on; each begins at its step 0.

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
            raise ValueError("SequentialLR got no schedulers; give it one or more")
        self.milestones = [whole("a milestone", each, 0) for each in milestones]
        if len(self.schedulers) != len(self.milestones) + 1:
            raise ValueError(
                f"between {len(self.schedulers)} schedulers there are {max(len(self.schedulers) - 1, 0)} milestones, "
                f"got {len(self.milestones)}"
            )
        if any(a >= b for a, b in pairwise(self.milestones)):
            raise ValueError(f"milestones follow one another, got {self.milestones}")
        for scheduler in self.schedulers:
            if not isinstance(scheduler, Schedule):
                raise TypeError(f"SequentialLR takes schedules known beforehand, got {type(scheduler).__name__}")
            if scheduler.optimizer is not optimizer:
                raise ValueError(f"this {type(scheduler).__name__} is of another optimizer")
        super().__init__(optimizer, last_epoch)

    def lr_at(self, step: int) -> list[float]:
        """The learning rates after `step` steps, one per group, as the schedule has them; nothing is set."""
        part, since = self._part(whole("step", step, 0))
        return part.lr_at(since)

    def _part(self, step: int) -> tuple[Schedule, int]:
        """The schedule that holds at this step, and how many steps it has been going."""
        k = bisect_right(self.milestones, step)
        return self.schedulers[k], step - self.milestones[k - 1] if k else step

    def _changes(self, step: int) -> list[Change]:
        part, since = self._part(step)
        changes = part._changes(since)
        lrs = [new["lr"] for _, new in changes if "lr" in new]
        return [*changes, (vars(self), {"_last_lr": lrs, "last_epoch": step})]

    def state_dict(self) -> dict[str, Any]:
        """What to save, with what each of the schedulers saves."""
        return {**super().state_dict(), "schedulers": [scheduler.state_dict() for scheduler in self.schedulers]}

    def _fitting(self, state_dict: Mapping[str, Any]) -> list[tuple[LRScheduler, dict[str, Any]]]:
        parts = state_dict.get("schedulers", [])
        if len(parts) != len(self.schedulers):
            raise ValueError(f"this SequentialLR has {len(self.schedulers)} schedulers, the saved one {len(parts)}")
        found = super()._fitting({name: value for name, value in state_dict.items() if name != "schedulers"})
        for scheduler, part in zip(self.schedulers, parts, strict=True):
            found += scheduler._fitting(part)
        return found


def warmup_cosine(
    optimizer: Optimizer, warmup_steps: int, total_steps: int, eta_min: float = 0.0, start_factor: float = 0.01
) -> SequentialLR:
    """Warm up on a straight line, then half a cosine: from start_factor · lr to lr in `warmup_steps` steps, and down to
    `eta_min` at `total_steps`.

    >>> optimizer = nn.optim.SGD([Value(1.0)], lr=0.5)
    >>> scheduler = nn.optim.lr_scheduler.warmup_cosine(optimizer, warmup_steps=10, total_steps=100)
    >>> [scheduler.lr_at(step) for step in (0, 10, 100)]
    [[0.005], [0.5], [0.0]]
    """
    if whole("total_steps", total_steps, 1) <= whole("warmup_steps", warmup_steps, 1):
        raise ValueError(f"expected warmup_steps < total_steps, got {warmup_steps} and {total_steps}")
    warm_up = LinearLR(optimizer, start_factor, total_iters=warmup_steps)
    cosine = CosineAnnealingLR(optimizer, total_steps - warmup_steps, eta_min)
    return SequentialLR(optimizer, [warm_up, cosine], [warmup_steps])


def preview(scheduler: LRScheduler, steps: int | Iterable[Any]) -> list[list[float]]:
    """The learning rates of the first `steps` steps, each a list with one per group, without stepping.

    What ReduceLROnPlateau does depends on the metrics: for it, `steps` is a list of them.
    """
    if isinstance(scheduler, ReduceLROnPlateau):
        if not isinstance(steps, Iterable):
            raise TypeError("ReduceLROnPlateau follows a metric: give preview() a list of metrics to follow")
        return scheduler.after(steps)
    if not isinstance(scheduler, Schedule):
        raise TypeError(f"preview() takes a scheduler, got {type(scheduler).__name__}: {scheduler!r:.60}")
    return [scheduler.lr_at(step) for step in range(whole("steps", steps, 0))]
