"""Callback, the base class of what can look into a training and steer it."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from autograd import printable, shown

from ..atomic import update_dicts
from ..checks import integer, number
from ..module import Module

if TYPE_CHECKING:
    from .training import Training

Logs = dict[str, Any]


class Callback:
    """Base class of callbacks: each method is called at its moment of a training and does nothing here.

    `self.training` is the training: its `model`, `optimizer`, `history`, numbers of the epoch and the step, and
    `stop_training`, which ends it when set to True. `logs` holds the loss and the metrics by name; what
    `on_epoch_end` adds to it is added to the history. A callback that remembers something returns it from `state_dict`,
    so that a training that is resumed goes on as if it had not been interrupted.

    >>> class Print(Callback):
    ...     def on_epoch_end(self, epoch, logs):
    ...         print(epoch, round(logs["loss"], 3))
    """

    training: Training

    @property
    def model(self) -> Module:
        """The model that is trained."""
        return self.training.model

    def on_train_begin(self) -> None:
        """Called before the first epoch."""

    def on_train_end(self) -> None:
        """Called after the last epoch, unless the training was interrupted."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Called before the first batch of an epoch; epochs count from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Called after the last batch and the validation of an epoch."""

    def on_train_batch_begin(self, batch: int) -> None:
        """Called before a batch is computed; batches count from 0 in each epoch."""

    def on_gradients(self, batch: int) -> None:
        """Called between `backward()` and `optimizer.step()`."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Called after a step; `logs` has the means over the epoch so far."""

    def on_checkpoint(self, logs: Logs) -> None:
        """Called after a batch and after an epoch when all callbacks have seen it, so that the state is complete."""

    def on_failure(self, error: Exception) -> None:
        """Called where the training raised an error, after the step was taken back; `training.current` is its batch."""

    def close(self) -> None:
        """Called last of all, even if the training was interrupted; end what is shown."""

    def state_dict(self) -> dict[str, Any]:
        """Return what the callback remembers, as data."""
        return {}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned."""


_RISING: Final = ("accuracy", "acc", "r2", "f1")


class Monitor(Callback):
    """Base class of the callbacks that compare one number of each epoch with the best so far.

    A subclass names in `remembered` the attributes that a checkpoint holds.
    """

    remembered: ClassVar[tuple[str, ...]] = ("best",)

    def __init__(self, monitor: str, mode: str = "auto", min_delta: float = 0.0, verbose: int = 0) -> None:
        if not isinstance(monitor, str):
            raise TypeError(
                f'monitor is the name of a number of the training, such as "val_loss", got {type(monitor).__name__} '
                f"{shown(monitor)}"
            )
        if mode not in ("auto", "min", "max"):
            raise ValueError(f'mode must be "auto", "min" or "max", got {shown(mode)}')
        self.monitor = monitor
        name = monitor.removeprefix("val_")
        rising = mode == "max" or (mode == "auto" and (name in _RISING or name.startswith("top_")))
        self.mode = "max" if rising else "min"
        self.min_delta = abs(number("min_delta", min_delta))
        self.verbose = verbose
        self.best = self.worst

    @property
    def worst(self) -> float:
        """The number that any other one improves on."""
        return float("-inf" if self.mode == "max" else "inf")

    def improves(self, number: float, reference: float) -> bool:
        """Tell whether a number is better than the reference by more than `min_delta`."""
        return number - self.min_delta > reference if self.mode == "max" else number + self.min_delta < reference

    def number(self, logs: Logs) -> float:
        """Return the monitored number. Raises ValueError if there is none."""
        if self.monitor not in logs:
            fix = "; give fit() validation= or validation_split=" if self.monitor.startswith("val_") else ""
            there = printable(", ".join(logs))
            raise ValueError(f"{type(self).__name__} monitors {self.monitor!r}, and there is {there}{fix}")
        if np.ndim(logs[self.monitor]):
            raise ValueError(
                f"{type(self).__name__} monitors one number, and {self.monitor!r} is an array of shape "
                f"{np.shape(logs[self.monitor])}; monitor another"
            )
        return float(logs[self.monitor])

    def state_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.remembered}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        update_dicts([(vars(self), {name: state_dict[name] for name in self.remembered})])


class PatientMonitor(Monitor):
    """Base class of the callbacks that act when the monitored number has not improved for `patience` epochs."""

    def __init__(self, monitor: str, mode: str, min_delta: float, patience: int, verbose: int) -> None:
        super().__init__(monitor, mode, min_delta, verbose)
        self.patience = integer("patience", patience, 0)
        self.on_train_begin()

    def on_train_begin(self) -> None:
        self.best, self.wait = self.worst, 0


def require_folder(path: str) -> None:
    """Raise FileNotFoundError now, and not after an epoch, if a file cannot be written because it has no folder."""
    folder = os.path.dirname(os.path.realpath(path))
    if "{" not in folder and not os.path.isdir(folder):
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {folder}; create it first", path)
