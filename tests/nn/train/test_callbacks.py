"""Callbacks count and act as their namesakes in Keras do."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn import functional as F, optim, train

from .cases import data, network


class Scripted(train.Callback):
    """Replaces a number of the logs by given ones, so that the callbacks after it see these."""

    def __init__(self, name: str, numbers: list[float]) -> None:
        self.name, self.numbers = name, numbers

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        logs[self.name] = self.numbers[epoch]


def fitted(numbers: list[float], *callbacks: train.Callback, name: str = "val_loss", lr: float = 0.1) -> Any:
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=lr)
    history = train.fit(
        model,
        data(4),
        F.cross_entropy,
        optimizer,
        epochs=len(numbers),
        callbacks=[Scripted(name, numbers), *callbacks],
        verbose=False,
    )
    return history, optimizer


@pytest.mark.parametrize(
    ("options", "numbers", "epochs"),
    [
        ({}, [3.0, 2.0, 2.0, 1.0], 3),
        ({"patience": 2}, [3.0, 2.0, 2.0, 2.5, 1.0], 4),
        ({"patience": 2}, [3.0, 2.0, 2.5, 1.0, 1.0, 1.0, 0.0], 6),
        ({"min_delta": 0.5}, [3.0, 2.0, 1.6, 1.0], 3),
        ({"min_delta": -0.5}, [3.0, 2.0, 1.6, 1.0], 3),
        ({"mode": "max"}, [3.0, 4.0, 3.5, 9.0], 3),
        ({"baseline": 1.0, "patience": 2}, [3.0, 2.5, 2.0, 2.0, 0.0], 4),
        ({"start_from_epoch": 3}, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 5),
        ({"patience": 1}, [3.0, math.nan, 2.0], 2),
        ({}, [math.nan, math.nan, 1.0], 2),  # never after the first epoch
    ],
)
def test_early_stopping_counts_as_keras_does(options: dict[str, Any], numbers: list[float], epochs: int) -> None:
    history, _ = fitted(numbers, train.EarlyStopping(**options))
    assert len(history["loss"]) == epochs


@pytest.mark.parametrize(
    ("monitor", "mode"),
    [
        ("val_loss", "min"),
        ("loss", "min"),
        ("val_accuracy", "max"),
        ("acc", "max"),
        ("val_top_5", "max"),
        ("f1", "max"),
    ],
)
def test_the_direction_of_a_monitor_follows_its_name(monitor: str, mode: str) -> None:
    assert train.EarlyStopping(monitor).mode == mode


@pytest.mark.parametrize("numbers", [[3.0, 1.0, 2.0, 2.0], [3.0, 2.0, 1.0, 1.5]])
def test_the_best_weights_are_restored(numbers: list[float]) -> None:
    weights: list[Any] = []
    seen = train.LambdaCallback(on_epoch_end=lambda *_: weights.append(stopping.model.state_dict()["weight"].copy()))
    stopping = train.EarlyStopping(patience=2, restore_best_weights=True)
    fitted(numbers, stopping, seen)
    assert (stopping.model.state_dict()["weight"] == weights[int(np.argmin(numbers))]).all()


def test_reduce_lr_on_plateau_counts_as_keras_does() -> None:
    callback = train.ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1, min_lr=0.02)
    history, optimizer = fitted([3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 2.0], callback, lr=0.1)
    # In Keras: the first epoch is an improvement, then two without one, then one of cooldown that counts again.
    assert history["lr"] == pytest.approx([0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02, 0.02])
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.02)


def test_reduce_lr_on_plateau_does_not_raise_a_rate_that_is_below_its_least() -> None:
    history, _ = fitted([3.0] * 4, train.ReduceLROnPlateau(factor=0.5, patience=1, min_lr=0.5), lr=0.1)
    assert history["lr"] == [0.1] * 4


def test_lr_schedule_takes_the_epoch_or_also_the_learning_rate() -> None:
    history, _ = fitted([1.0] * 3, train.LRSchedule(lambda epoch, lr: lr / 2))
    assert history["lr"] == [0.05, 0.025, 0.0125]
    history, _ = fitted([1.0] * 3, train.LRSchedule(lambda epoch: 0.1 * (epoch + 1)))
    assert history["lr"] == pytest.approx([0.1, 0.2, 0.3])


@pytest.mark.parametrize(("options", "most"), [({"max_norm": 0.01}, 0.01), ({"clip_value": 0.001}, 0.001)])
def test_gradients_are_clipped_before_the_step(options: dict[str, Any], most: float) -> None:
    largest: list[float] = []

    def look(batch: int) -> None:
        gradients = [np.abs(p.grad).max() for p in clip.model.parameters()]
        largest.append(max(gradients))

    clip = train.GradientClip(**options)
    fitted([1.0], clip, train.LambdaCallback(on_gradients=look))
    assert 0 < max(largest) <= most


def test_terminate_on_nan_stops_at_the_batch(capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Linear(1, 1)
    steps: list[int] = []

    def loss(output: Any, target: Any) -> Any:
        steps.append(1)
        return output.sum() * (math.nan if len(steps) == 2 else 1.0)

    callbacks = [train.TerminateOnNaN()]
    X = np.ones((12, 1))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pytest.warns(
        UserWarning, match="the loss is nan in epoch 1 from batch 2 on: the data of this batch are finite"
    ):
        train.fit(model, (X, X), loss, optimizer, epochs=3, batch_size=3, callbacks=callbacks, verbose=False)
    assert len(steps) == 2
    assert "stopped in epoch 1 at batch 1: the loss is nan" in capsys.readouterr().out


def test_lambda_callback_is_called_at_each_moment() -> None:
    calls: list[str] = []
    names = [
        "on_train_begin",
        "on_epoch_begin",
        "on_train_batch_begin",
        "on_gradients",
        "on_train_batch_end",
        "on_epoch_end",
        "on_train_end",
    ]
    functions: Any = {name: lambda *_, name=name: calls.append(name) for name in names}
    fitted([1.0, 1.0], train.LambdaCallback(**functions))
    assert calls == [names[0], *names[1:6], *names[1:6], names[6]]


def test_the_csv_log_has_a_line_for_each_epoch(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    history, _ = fitted([2.0, 1.0], train.CSVLogger(path))
    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss,val_loss"
    assert lines[1:] == [f"{k + 1},{history['loss'][k]!r},{[2.0, 1.0][k]!r}" for k in range(2)]
    fitted([5.0], train.CSVLogger(path, append=True))
    assert len(path.read_text().splitlines()) == 4
    fitted([5.0], train.CSVLogger(path, separator=";"))
    assert path.read_text().splitlines()[0] == "epoch;loss;val_loss"
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("options", "files"),
    [
        ({}, ["c-1", "c-2", "c-3"]),
        ({"save_best_only": True}, ["c-1", "c-3"]),
        ({"save_best_only": True, "mode": "max"}, ["c-1", "c-2"]),
        ({"save_best_only": True, "initial_value_threshold": 2.5}, ["c-3"]),
        ({"save_weights_only": True}, ["c-1", "c-2", "c-3"]),
        ({"save_freq": 2}, ["c-2"]),
    ],
)
def test_checkpoints_are_written_when_asked(tmp_path: Path, options: dict[str, Any], files: list[str]) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed; pip install glassgrad[files]")
    callback = train.ModelCheckpoint(tmp_path / "c-{epoch}", **options)
    fitted([3.0, 4.0, 1.0], callback)
    assert sorted(file.name for file in tmp_path.iterdir()) == files
    weights = nn.load(tmp_path / files[-1])
    assert weights.keys() == {"weight", "bias"}
    if files[-1] == "c-3":  # of the last epoch
        assert (weights["weight"] == callback.model.state_dict()["weight"]).all()


def test_a_path_may_hold_numbers(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed; pip install glassgrad[files]")
    fitted([2.5], train.ModelCheckpoint(tmp_path / "{epoch:02d}-{val_loss:.2f}"))
    assert [file.name for file in tmp_path.iterdir()] == ["01-2.50"]
    with pytest.raises(ValueError, match="asks for 'accuracy', and there is epoch, loss"):
        fitted([2.5], train.ModelCheckpoint(tmp_path / "{accuracy}"))


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: train.EarlyStopping(patience=-1), "patience must be an integer >= 0"),
        (lambda: train.EarlyStopping(mode="up"), 'mode must be "auto", "min" or "max"'),
        (lambda: train.ReduceLROnPlateau(factor=1.0), "the learning rate would not decrease"),
        (lambda: train.ModelCheckpoint("c", save_freq=0), "save_freq must be an integer >= 1"),
        (lambda: train.ModelCheckpoint("c", save_best_only=True, save_freq=5), "save_best_only compares epochs"),
        (lambda: train.GradientClip(), "takes max_norm or clip_value"),
        (lambda: train.LRSchedule(0.1), "a function of the epoch"),  # type: ignore[arg-type]
        (lambda: train.LivePlot(0), "every must be an integer >= 1"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make: Any, complaint: str) -> None:
    with pytest.raises((TypeError, ValueError), match=complaint):
        make()


def test_an_own_callback_is_ten_lines() -> None:
    class StopBelow(train.Callback):
        def __init__(self, loss: float) -> None:
            self.loss = loss

        def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
            if logs["loss"] < self.loss:
                self.training.stop_training = True

    model = network()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    callbacks = [StopBelow(0.4)]
    history = train.fit(model, data(), F.cross_entropy, optimizer, 500, callbacks=callbacks, verbose=False)
    assert history["loss"][-1] < 0.4 <= min(history["loss"][:-1])


def test_a_live_plot_shows_each_epoch_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    plt = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed; pip install glassgrad[plot]")
    import importlib

    from nn.train import live_plot

    shown: list[Any] = []

    class Display:
        @staticmethod
        def display(figure: Any, display_id: bool) -> Any:
            shown.append(figure)
            return Display

        update = staticmethod(shown.append)

    monkeypatch.setattr(live_plot, "in_notebook", lambda: True)
    real = importlib.import_module
    monkeypatch.setattr(
        importlib, "import_module", lambda name, *a: Display if name == "IPython.display" else real(name, *a)
    )
    fitted([3.0, 2.0, 1.0], train.LivePlot())
    assert [len(figure.axes[0].lines[1].get_ydata()) for figure in shown] == [1, 2, 3]
    assert plt.get_fignums() == []
    shown.clear()
    fitted([3.0, 2.0, 1.0], train.LivePlot(every=2))
    assert len(shown) == 1
    monkeypatch.setattr(live_plot, "in_notebook", lambda: False)
    fitted([3.0], train.LivePlot())
    assert len(shown) == 1


def test_tensors_stay_tensors_for_functions_of_the_user() -> None:
    kinds: list[type] = []
    model = nn.Linear(2, 2)

    def metric(output: Any, target: Any) -> float:
        kinds.extend([type(output), type(target)])
        return 0.0

    optimizer = optim.SGD(model.parameters(), lr=0.1)
    train.fit(model, data(4), F.cross_entropy, optimizer, metrics=[metric], verbose=False)
    assert kinds == [Tensor, Tensor]
