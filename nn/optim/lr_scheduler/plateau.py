"""The schedule that looks at the results: less when nothing gets better any more."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from typing import Any, NamedTuple, final

from autograd import Tensor, Value

from ...assign import update
from ...given import number, whole
from ..optimizer import Optimizer
from .schedule import LRScheduler, per_group


class Watched(NamedTuple):
    """What has been seen of the metric by now."""

    best: float
    num_bad_epochs: int
    cooldown_counter: int


@final
class ReduceLROnPlateau(LRScheduler):
    """Times `factor` when a metric, such as the validation loss, has not got better for more than `patience` steps.

    `step(metric)` after each epoch. Better is lower than (mode "min") or above ("max") the best so far, by the
    `threshold`, as a share of it ("rel") or as it is ("abs"); nan is not better. After a reduction, `cooldown` steps
    are not counted. A rate does not go below `min_lr`, and a change smaller than `eps` is not made.

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
            raise ValueError(f'mode is "min" or "max", got {mode!r}')
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f'threshold_mode is "rel" or "abs", got {threshold_mode!r}')
        if number("factor", factor, 0) >= 1:
            raise ValueError(f"factor is a number >= 0 and < 1, got {factor!r}: the learning rate would not get less")
        super().__init__(optimizer)
        self.mode = mode
        self.factor = float(factor)
        self.patience = whole("patience", patience, 0)
        self.threshold = number("threshold", threshold)
        self.threshold_mode = threshold_mode
        self.cooldown = whole("cooldown", cooldown, 0)
        self.min_lrs = [number("min_lr", each) for each in per_group("min_lr", min_lr, optimizer)]
        self.eps = number("eps", eps, 0)
        self.last_epoch = 0
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0

    def step(self, metrics: Any) -> None:
        """Look at the metric of an epoch, a number or a node of one number, and reduce the rates if it is time.

        All or nothing, as a step of the optimizer.
        """
        groups = self._groups()
        lrs, seen = self._after([group["lr"] for group in groups], self._seen(), metrics)
        own = {**seen._asdict(), "_last_lr": lrs, "last_epoch": self.last_epoch + 1}
        update([*((group, {"lr": lr}) for group, lr in zip(groups, lrs, strict=True)), (vars(self), own)])

    def after(self, metrics: Iterable[Any]) -> list[list[float]]:
        """The learning rates after each of these metrics, were they to come from now on; nothing is set."""
        lrs, seen = [group["lr"] for group in self._groups()], self._seen()
        found = []
        for metric in metrics:
            lrs, seen = self._after(lrs, seen, metric)
            found.append(lrs)
        return found

    def _seen(self) -> Watched:
        return Watched(self.best, self.num_bad_epochs, self.cooldown_counter)

    def _after(self, lrs: list[float], seen: Watched, metric: Any) -> tuple[list[float], Watched]:
        metric = metric.item() if isinstance(metric, (Value, Tensor)) else metric
        if not isinstance(metric, numbers.Real):
            raise TypeError(f"the metric is one number, got {type(metric).__name__}: {metric!r:.60}")
        best, bad, cooldown = seen
        best, bad = (float(metric), 0) if self._better(float(metric), best) else (best, bad + 1)
        if cooldown > 0:
            cooldown, bad = cooldown - 1, 0
        if bad <= self.patience:
            return lrs, Watched(best, bad, cooldown)
        lower = [max(lr * self.factor, least) for lr, least in zip(lrs, self.min_lrs, strict=True)]
        lrs = [new if lr - new > self.eps else lr for lr, new in zip(lrs, lower, strict=True)]
        return lrs, Watched(best, 0, self.cooldown)

    def _better(self, metric: float, best: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        # As a product: nothing is above inf - 0.0001 * inf, which is nan, and the first metric must count as better.
        mark = best * (1 + sign * self.threshold) if self.threshold_mode == "rel" else best + sign * self.threshold
        return metric < mark if self.mode == "min" else metric > mark
