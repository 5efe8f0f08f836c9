"""ReduceLROnPlateau: reduce the learning rate when a metric stops improving."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from typing import Any, NamedTuple, final

from autograd import Tensor, Value, shown

from ...atomic import update_dicts
from ...checks import integer, number
from ..optimizer import Optimizer
from .scheduler import LRScheduler, per_group


class Progress(NamedTuple):
    """The best metric so far, and the two counters of steps."""

    best: float
    num_bad_epochs: int
    cooldown_counter: int


@final
class ReduceLROnPlateau(LRScheduler):
    """Multiply the learning rate by `factor` if a metric has not improved for more than `patience` steps.

    Call `step(metric)` after each epoch, for example with the validation loss. The metric improves if it is lower (mode
    "min") or higher ("max") than the best so far by more than the `threshold`, which is relative to the best ("rel") or
    absolute ("abs"); NaN is no improvement. After a reduction, `cooldown` steps are not counted. The rate stays at or
    above `min_lr`. Changes of at most `eps` are not made.

    >>> optimizer = nn.optim.SGD([Value(1.0)], lr=0.5)
    >>> scheduler = nn.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     scheduler.step(loss)
    >>> scheduler.get_last_lr()
    [0.05]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if mode not in ("min", "max"):
            raise ValueError(f'mode must be "min" or "max", got {shown(mode)}')
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f'threshold_mode must be "rel" or "abs", got {shown(threshold_mode)}')
        if number("factor", factor, 0) >= 1:
            raise ValueError(
                f"factor must be a number >= 0 and < 1, got {shown(factor)}: the learning rate would not decrease"
            )
        super().__init__(optimizer)
        self.mode = mode
        self.factor = float(factor)
        self.patience = integer("patience", patience, 0)
        self.threshold = number("threshold", threshold)
        self.threshold_mode = threshold_mode
        self.cooldown = integer("cooldown", cooldown, 0)
        self.min_lrs = [number("min_lr", lr) for lr in per_group("min_lr", min_lr, optimizer)]
        self.eps = number("eps", eps, 0)
        self.last_epoch = 0
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0

    def step(self, metrics: Any) -> None:
        """Compare the metric of an epoch, a number or a node with one number, and reduce the learning rates if needed.

        All or nothing: if anything raises, Ctrl-C included, nothing has changed.
        """
        groups = self._groups()
        lrs, progress = self._after([group["lr"] for group in groups], self._progress(), metrics)
        own = {**progress._asdict(), "_last_lr": lrs, "last_epoch": self.last_epoch + 1}
        update_dicts([*((group, {"lr": lr}) for group, lr in zip(groups, lrs, strict=True)), (vars(self), own)])

    def after(self, metrics: Iterable[Any]) -> list[list[float]]:
        """Return the learning rates that would follow each of these metrics, without setting them."""
        lrs, progress = [group["lr"] for group in self._groups()], self._progress()
        after = []
        for metric in metrics:
            lrs, progress = self._after(lrs, progress, metric)
            after.append(lrs)
        return after

    def _progress(self) -> Progress:
        return Progress(self.best, self.num_bad_epochs, self.cooldown_counter)

    def _after(self, lrs: list[float], progress: Progress, metric: Any) -> tuple[list[float], Progress]:
        metric = metric.item() if isinstance(metric, (Value, Tensor)) else metric
        if not isinstance(metric, numbers.Real):
            raise TypeError(f"the metric must be one number, got {type(metric).__name__}: {shown(metric)}")
        best, bad, cooldown = progress
        best, bad = (float(metric), 0) if self._better(float(metric), best) else (best, bad + 1)
        if cooldown > 0:
            cooldown, bad = cooldown - 1, 0
        if bad <= self.patience:
            return lrs, Progress(best, bad, cooldown)
        lower = [max(lr * self.factor, least) for lr, least in zip(lrs, self.min_lrs, strict=True)]
        lrs = [new if lr - new > self.eps else lr for lr, new in zip(lrs, lower, strict=True)]
        return lrs, Progress(best, 0, self.cooldown)

    def _better(self, metric: float, best: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        # Not best - threshold * best: for the first metric, best is inf and inf - 0.0001 * inf is nan.
        mark = best * (1 + sign * self.threshold) if self.threshold_mode == "rel" else best + sign * self.threshold
        return metric < mark if self.mode == "min" else metric > mark
