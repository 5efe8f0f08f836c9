"""history and schedule: curves over the epochs or steps of a training."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from autograd import shown

from ..checks import integer
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler, ReduceLROnPlateau, Schedule, preview
from .canvas import Axes, color, dash, numbers_in, one_axes, several_axes, whole_steps

VALIDATION: Final = "val_"
EPOCH: Final = "epoch"  # numbers of the epochs, not a curve


def history(history: Mapping[str, Any], ax: Any = None) -> Any:
    """Draw the curves of a training: one panel for each metric, such as loss and accuracy.

    history  a dict from name to one number per epoch, such as {"loss": [...], "val_loss": [...]}. A metric and its
             `val_` partner share a panel and a colour; the second is dashed. A list "epoch" gives the numbers of
             the epochs, which otherwise start at 1. None and nan leave a gap.
    ax       one Axes for all curves, or as many Axes as panels; None makes a figure

    Returns the Axes, or an array of Axes where there are several panels.
    """
    if not isinstance(history, Mapping):
        raise TypeError(f"history() takes a dict from name to list, got {type(history).__name__}: {shown(history)}")
    curves = {str(name): numbers_in(name, series) for name, series in history.items()}
    epochs = curves.pop(EPOCH, None)
    metrics = list(dict.fromkeys(name.removeprefix(VALIDATION) for name in curves))
    if not metrics:
        raise ValueError("history() got no curves; give it a dict such as {'loss': [0.9, 0.5], 'val_loss': [1.0, 0.7]}")
    together = ax is not None and np.ndim(np.asarray(ax, dtype=object)) == 0
    panels = [one_axes(ax)] * len(metrics) if together else several_axes(ax, len(metrics), 3, (4.5, 3.4))
    for k, (panel, metric) in enumerate(zip(panels, metrics, strict=True)):
        for name, style in ((metric, "-"), (VALIDATION + metric, "--")):
            if name in curves:
                y = curves[name]
                x = epochs if epochs is not None and len(epochs) == len(y) else np.arange(1, len(y) + 1)
                alone = {"marker": "o"} if len(y) == 1 else {}  # a line through one point would not be seen
                panel.plot(x, y, color=color(k), linestyle=style, label=name, **alone)
        panel.set_xlabel("epoch")
        panel.set_ylabel("" if together and len(metrics) > 1 else metric)
        whole_steps(panel)
        panel.legend()
    return panels[0] if together or len(metrics) == 1 else panels


def schedule(scheduler: LRScheduler | Optimizer, steps: int | Iterable[Any], ax: Any = None) -> Axes:
    """Draw the learning rate of the first steps, one line for each parameter group. Nothing is changed.

    scheduler  any scheduler, or an optimizer, whose learning rates are constant
    steps      the number of steps; for ReduceLROnPlateau a list of metrics, one per step

    >>> optimizer = nn.optim.SGD([Value(1.0)], lr=1.0)
    >>> halving = nn.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> nn.plot.schedule(halving, 5).lines[0].get_ydata().tolist()
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    rates = np.array(_rates(scheduler, steps), dtype=np.float64)
    if not rates.size:
        raise ValueError(f"schedule() needs at least one step, got {shown(steps)}")
    ax = one_axes(ax)
    for k, lrs in enumerate(rates.T):
        ax.plot(
            np.arange(len(lrs)),
            lrs,
            drawstyle="steps-post",
            color=color(k),
            linestyle=dash(k),
            label=f"group {k}",
            marker="o" if len(lrs) == 1 else None,
        )
    ax.set_xlabel("step")
    ax.set_ylabel("learning rate")
    whole_steps(ax)
    if rates.shape[1] > 1:
        ax.legend()
    return ax


def _rates(scheduler: LRScheduler | Optimizer, steps: int | Iterable[Any]) -> list[list[float]]:
    """Return the learning rates of each step, one per group."""
    if isinstance(scheduler, Optimizer):
        return [[group["lr"] for group in scheduler.param_groups]] * integer("steps", steps, 1)
    if isinstance(scheduler, (Schedule, ReduceLROnPlateau)):
        return preview(scheduler, steps)
    if not isinstance(scheduler, LRScheduler):
        raise TypeError(f"schedule() takes a scheduler or an optimizer, got {type(scheduler).__name__}")
    return _stepped(scheduler, integer("steps", steps, 1))


def _stepped(scheduler: LRScheduler, steps: int) -> list[list[float]]:
    """Step a copy of a scheduler that has no `lr_at`, on a copy of its optimizer."""
    optimizer = copy.copy(scheduler.optimizer)
    optimizer.param_groups = [dict(group) for group in optimizer.param_groups]
    optimizer.steps += 1  # a scheduler warns where its optimizer took no step
    trial: Any = copy.deepcopy(scheduler, {id(scheduler.optimizer): optimizer})
    rates = []
    for _ in range(steps):
        rates.append([group["lr"] for group in optimizer.param_groups])
        trial.step()
    return rates
