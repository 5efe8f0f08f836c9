"""History and schedule: the data of the lines, and that nothing is changed."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn.optim import lr_scheduler

from ..optim.lr_scheduler.schedules import SCHEDULES
from .canvas import closed_figures as closed_figures, legend, line, plt

HISTORY = {"loss": [3.0, 2.0, 1.0], "accuracy": [0.5, 0.6, 0.7], "val_loss": [4.0, 3.0, 2.5], "lr": [0.1, 0.1, 0.05]}


def test_a_metric_and_its_validation_share_a_panel_and_a_colour_and_differ_in_dash() -> None:
    panels = nn.plot.history(HISTORY)
    assert [panel.get_ylabel() for panel in panels] == ["loss", "accuracy", "lr"]
    assert [legend(panel) for panel in panels] == [["loss", "val_loss"], ["accuracy"], ["lr"]]
    for panel in panels:
        for each in panel.lines:
            assert each.get_xdata().tolist() == [1, 2, 3]
            assert each.get_ydata().tolist() == HISTORY[each.get_label()]
    loss, validation = panels[0].lines
    assert loss.get_color() == validation.get_color()
    assert (loss.get_linestyle(), validation.get_linestyle()) == ("-", "--")


def test_given_axes_take_all_curves() -> None:
    ax = plt.subplots()[1]
    assert nn.plot.history(HISTORY, ax=ax) is ax
    assert legend(ax) == ["loss", "val_loss", "accuracy", "lr"]
    looks = {(each.get_color(), each.get_linestyle()) for each in ax.lines}
    assert len(looks) == 4
    assert isinstance(nn.plot.history({"loss": [1.0]}), type(ax))
    given = plt.subplots(1, 3)[1]
    assert list(nn.plot.history(HISTORY, ax=given)) == list(given)


def test_epochs_nodes_and_gaps_are_read() -> None:
    ax = nn.plot.history({"epoch": [5, 6, 7], "loss": [Value(1.0), None, Tensor(3.0)], "val_loss": np.ones(2)})
    x, y = line(ax, "loss")
    assert (x.tolist(), y[[0, 2]].tolist(), math.isnan(y[1])) == ([5, 6, 7], [1, 3], True)
    assert line(ax, "val_loss")[0].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ([1.0, 2.0], TypeError, "takes a dict from name to list, got list"),
        ({}, ValueError, "got no curves"),
        ({"loss": 3.0}, TypeError, "'loss' must be a list of numbers, got float: 3.0"),
        ({"loss": "abc"}, TypeError, "'loss' must be a list of numbers, got str"),
        ({"loss": [1.0, "x"]}, TypeError, "got a list with str: 'x'"),
        ({"confusion": [[[1, 0], [0, 1]]]}, TypeError, "got a list with list"),
    ],
)
def test_what_is_no_history_is_refused(history: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        nn.plot.history(history)


def made(spec: Any, optimizer: nn.optim.Optimizer) -> Any:
    name, options = spec
    parts = {"schedulers": [made(part, optimizer) for part in options["schedulers"]]} if "schedulers" in options else {}
    return getattr(lr_scheduler, name)(optimizer, **{**options, **parts})


@pytest.mark.parametrize("spec", SCHEDULES, ids=lambda spec: spec[0])
def test_a_schedule_is_drawn_as_stepping_sets_it_and_stays_as_it_was(spec: Any) -> None:
    def optimizer() -> nn.optim.SGD:
        groups = [{"params": [Value(1.0)], "lr": 0.5}, {"params": [Value(1.0)], "lr": 0.2}]
        return nn.optim.SGD(groups, lr=0.1, momentum=0.9)

    drawn, stepped = optimizer(), optimizer()
    scheduler = made(spec, drawn)
    before = copy.deepcopy([scheduler.state_dict(), drawn.state_dict()])
    ax = nn.plot.schedule(scheduler, 100)
    assert [scheduler.state_dict(), drawn.state_dict()] == before
    other = made(spec, stepped)
    stepped.steps = 1
    rates = []
    for _ in range(100):
        rates.append([group["lr"] for group in stepped.param_groups])
        other.step()
    for k in (0, 1):
        x, y = line(ax, f"group {k}")
        assert x.tolist() == list(range(100))
        assert y == pytest.approx([lrs[k] for lrs in rates], rel=1e-9, abs=1e-15)
    assert legend(ax) == ["group 0", "group 1"]
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


class Halving(lr_scheduler.LRScheduler):
    """A user's scheduler, which says nothing about later steps."""

    def __init__(self, optimizer: nn.optim.Optimizer) -> None:
        super().__init__(optimizer)
        self.seen: list[float] = []

    def step(self) -> None:
        for group in self.optimizer.param_groups:
            self.seen.append(group["lr"])
            group["lr"] /= 2


def test_other_schedulers_step_as_copies() -> None:
    optimizer = nn.optim.SGD([Value(1.0)], lr=8.0)
    halving = Halving(optimizer)
    assert nn.plot.schedule(halving, 4).lines[0].get_ydata().tolist() == [8, 4, 2, 1]
    assert (halving.seen, optimizer.param_groups[0]["lr"], optimizer.steps) == ([], 8.0, 0)
    assert halving.optimizer is optimizer


def test_a_plateau_takes_metrics_and_an_optimizer_has_constant_rates() -> None:
    optimizer = nn.optim.SGD([Value(1.0)], lr=0.5)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    ax = nn.plot.schedule(plateau, [1.0, 1.0, 0.5])
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([0.5, 0.05, 0.05])
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_legend()) == ("step", "learning rate", None)
    assert nn.plot.schedule(optimizer, 3).lines[0].get_ydata().tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (0, ValueError, "at least one step, got 0"),
        (2.0, TypeError, "steps must be an integer"),
        (-1, ValueError, "steps must be an integer >= 0"),
    ],
)
def test_what_is_no_number_of_steps_is_refused(steps: Any, error: type[Exception], message: str) -> None:
    scheduler = lr_scheduler.StepLR(nn.optim.SGD([Value(1.0)], lr=0.5), 3)
    with pytest.raises(error, match=message):
        nn.plot.schedule(scheduler, steps)
    with pytest.raises(TypeError, match="takes a scheduler or an optimizer, got int"):
        nn.plot.schedule(5, 3)  # type: ignore[arg-type]
