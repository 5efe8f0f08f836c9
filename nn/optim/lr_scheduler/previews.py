"""preview: the learning rates that a scheduler will set, without stepping it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import shown

from ...checks import integer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, Schedule


def preview(scheduler: LRScheduler, steps: int | Iterable[Any]) -> list[list[float]]:
    """Return the learning rates of the first `steps` steps, each a list with one rate per group.

    ReduceLROnPlateau depends on metrics: for it, `steps` is a list of metrics.
    """
    if isinstance(scheduler, ReduceLROnPlateau):
        if not isinstance(steps, Iterable):
            raise TypeError(
                "ReduceLROnPlateau depends on metrics, got a number of steps: give preview() a list of metrics"
            )
        return scheduler.after(steps)
    if not isinstance(scheduler, Schedule):
        raise TypeError(f"preview() takes a scheduler, got {type(scheduler).__name__}: {shown(scheduler)}")
    return [scheduler.lr_at(step) for step in range(integer("steps", steps, 0))]
