"""lr_find: try learning rates from small to large on a model, and suggest one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final, final

import numpy as np

from autograd import Table, text_table

from ..checks import integer, number
from ..module import Module
from ..optim import Optimizer
from ..plot.canvas import one_axes
from .evaluation import loss_number, modes_kept
from .outputs import apply_model, checked_model
from .snapshot import Snapshot
from .sources import NO_BATCHES, inputs_and_target, training_loader

_SMOOTHING: Final = 0.9  # the weight of the past in the running mean of the loss
_SETTLED: Final = 10  # steps after which the running mean is one of enough batches to be compared
_FALL: Final = 0.01  # share of the first loss; a smaller fall may be chance
_DIVERGED: Final = 4.0  # times the smallest smoothed loss


@final
class LRCurve:
    """The learning rates that were tried, the loss before each step, and the suggestion.

    lrs         the learning rates, rising by a constant factor
    losses      the loss of the batch that was trained with each
    smoothed    their running mean
    suggestion  the learning rate at which the smoothed loss falls fastest; None if it falls by less than 1 %
    """

    def __init__(self, lrs: list[float], losses: list[float], smoothed: list[float]) -> None:
        self.lrs, self.losses, self.smoothed = lrs, losses, smoothed
        self.suggestion = _steepest(lrs, smoothed)

    def plot(self, ax: Any = None) -> Any:
        """Draw the smoothed loss over the learning rate, with a line at the suggestion. Returns the Axes."""
        ax = one_axes(ax)
        ax.plot(self.lrs, self.losses, alpha=0.4, label="loss of a batch")
        ax.plot(self.lrs, self.smoothed, label="running mean")
        if self.suggestion is not None:
            ax.axvline(self.suggestion, linestyle="--", color="gray", label=f"suggestion {self.suggestion:.2g}")
        ax.set_xscale("log")
        ax.set_xlabel("learning rate")
        ax.set_ylabel("loss")
        ax.legend()
        return ax

    def table(self) -> Table:
        """Return about ten of the learning rates with their losses as a text table."""
        kept = range(0, len(self.lrs), max(1, len(self.lrs) // 10))
        rows = [("learning rate", "loss", "running mean")]
        rows += [(f"{self.lrs[k]:.3g}", f"{self.losses[k]:.4g}", f"{self.smoothed[k]:.4g}") for k in kept]
        return text_table(rows, right=range(3), caption="Learning rates", notes=[self._note()])

    def _note(self) -> str:
        if self.suggestion is None:
            return "the loss does not fall at any of these learning rates; look at the model and the data first"
        return f"the loss falls fastest at {self.suggestion:.2g}"

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def lr_find(
    model: Module,
    data: Any,
    loss: Any,
    optimizer: Optimizer,
    min_lr: float = 1e-6,
    max_lr: float = 10.0,
    num_iter: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
) -> LRCurve:
    """Train for `num_iter` steps with a learning rate that rises from `min_lr` to `max_lr`, and return the losses.

    It ends early where the loss is four times its smallest value, or not finite. Model, optimizer, loader and random
    generators are the same afterwards. `data` and `loss` are those of `fit`. The method is that of Smith (2017).

    >>> model = nn.Linear(1, 1)
    >>> optimizer = nn.optim.SGD(model.parameters(), lr=1.0)
    >>> X = Tensor([[0.0], [1.0], [2.0], [3.0]])
    >>> curve = lr_find(model, (X, 100 * X), nn.functional.mse_loss, optimizer)
    >>> 0.001 < curve.suggestion < 0.26  # from 0.26 on the steps diverge
    True
    """
    checked_model("lr_find", model)
    if not 0 < number("min_lr", min_lr) < number("max_lr", max_lr):
        raise ValueError(f"expected 0 < min_lr < max_lr, got {min_lr} and {max_lr}")
    rates = np.geomspace(min_lr, max_lr, integer("num_iter", num_iter, 2)).tolist()
    loader = training_loader(data, batch_size, shuffle=True, seed=integer("seed", seed, 0))
    before = Snapshot(model, optimizer, None, loader)
    losses: list[float] = []
    smoothed: list[float] = []
    with modes_kept(model):
        try:
            model.train()
            batches: Iterator[Any] = iter(())
            mean = 0.0
            for k, lr in enumerate(rates):
                batch = next(batches, None)
                if batch is None:
                    batches = iter(loader)
                    batch = next(batches, None)
                    if batch is None:
                        raise ValueError(NO_BATCHES)
                found = _step(model, batch, loss, optimizer, lr)
                mean = _SMOOTHING * mean + (1 - _SMOOTHING) * found
                if not math.isfinite(found):
                    break
                losses.append(found)
                smoothed.append(mean / (1 - _SMOOTHING ** (k + 1)))
                if smoothed[-1] > _DIVERGED * min(smoothed):
                    break
        finally:
            before.restore()
    return LRCurve(rates[: len(losses)], losses, smoothed)


def _step(model: Module, batch: Any, loss: Any, optimizer: Optimizer, lr: float) -> float:
    """Take one step with this learning rate in all groups. Return the loss before it."""
    inputs, target = inputs_and_target(batch)
    optimizer.zero_grad()
    value = loss(apply_model(model, inputs), target)
    found = loss_number(value)
    value.backward()
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.step()
    return found


def _steepest(lrs: list[float], smoothed: list[float]) -> float | None:
    """Return the learning rate where the loss falls fastest per decade, before its smallest value.

    The first steps do not count: there the running mean follows the noise of a few batches.
    """
    end = int(np.argmin(smoothed)) + 1 if smoothed else 0
    if end < 3 or smoothed[0] - smoothed[end - 1] <= _FALL * abs(smoothed[0]):
        return None
    start = min(_SETTLED, end // 3)
    slopes = np.gradient(np.array(smoothed[:end]), np.log(lrs[:end]))[start:]
    return lrs[start + int(np.argmin(slopes))]
