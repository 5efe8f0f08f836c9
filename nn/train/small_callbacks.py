"""Callbacks of a few lines: LRSchedule, GradientClip, CSVLogger, TerminateOnNaN, LambdaCallback."""

from __future__ import annotations

import csv
import inspect
import math
import numbers
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, final

from autograd import replace_file, shown

from ..atomic import update_dicts
from ..optim.clipping import clip_grad_norm_, clip_grad_value_
from .callback import Callback, Logs, require_folder
from .history import csv_text


@final
class LRSchedule(Callback):
    """Set the learning rates at the start of each epoch to `schedule(epoch, lr)`, or to `schedule(epoch)`.

    Keras calls it LearningRateScheduler. Each parameter group is given its own learning rate. The schedulers of
    `nn.optim.lr_scheduler` are not for this callback but for `fit(scheduler=...)`.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        if not callable(schedule):
            raise TypeError(
                f"LRSchedule takes a function of the epoch and the learning rate, got {type(schedule).__name__}; "
                "give a scheduler to fit(scheduler=...)"
            )
        self.schedule = schedule
        self.verbose = verbose
        self._arguments = len(inspect.signature(schedule).parameters)

    def on_epoch_begin(self, epoch: int) -> None:
        groups = self.training.optimizer.param_groups
        lrs = [self._rate(epoch, group["lr"]) for group in groups]
        update_dicts([(group, {"lr": lr}) for group, lr in zip(groups, lrs, strict=True)])
        if self.verbose:
            print(f"epoch {epoch + 1}: the learning rate is {lrs[0]:g}")

    def _rate(self, epoch: int, lr: float) -> float:
        found = self.schedule(*(epoch, lr)[: self._arguments])
        if not isinstance(found, numbers.Real) or not 0 <= found < math.inf:
            raise ValueError(
                f"schedule gave the learning rate {shown(found)} in epoch {epoch + 1}, expected a finite number >= 0"
            )
        return float(found)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        logs.setdefault("lr", self.training.optimizer.param_groups[0]["lr"])


@final
class GradientClip(Callback):
    """Clip the gradients before each step: all together by their norm, or each by its value.

    The arguments are those of `nn.utils.clip_grad_norm_` and `nn.utils.clip_grad_value_`.
    """

    def __init__(
        self, max_norm: float | None = None, norm_type: float | str = 2.0, clip_value: float | None = None
    ) -> None:
        if (max_norm is None) == (clip_value is None):
            raise ValueError(f"GradientClip takes max_norm or clip_value, got {max_norm} and {clip_value}; give one")
        self.max_norm, self.norm_type, self.clip_value = max_norm, norm_type, clip_value

    def on_gradients(self, batch: int) -> None:
        parameters = [node for group in self.training.optimizer.param_groups for node in group["params"]]
        if self.max_norm is not None:
            clip_grad_norm_(parameters, self.max_norm, self.norm_type)
        if self.clip_value is not None:
            clip_grad_value_(parameters, self.clip_value)


@final
class CSVLogger(Callback):
    """Write one line with the numbers of each epoch to a CSV file; with `append` after the lines that are there.

    The file is replaced as a whole after each epoch, so that it is complete at every moment, and a training that is
    resumed repeats no line.
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = os.fspath(filename), separator, append
        self.rows: list[list[Any]] = []

    def on_train_begin(self) -> None:
        require_folder(self.filename)
        self.rows = []
        if self.append and os.path.exists(self.filename):
            with Path(self.filename).open(newline="", encoding="utf-8") as file:
                self.rows = list(csv.reader(file, delimiter=self.separator))

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        header = self.rows or [["epoch", *logs]]
        rows = [*header, [epoch + 1, *(logs.get(name) for name in header[0][1:])]]
        replace_file(self.filename, csv_text(rows, self.separator))
        self.rows = rows

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        self.rows = state_dict["rows"]


@final
class TerminateOnNaN(Callback):
    """Stop the training when the loss is not finite."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        if not math.isfinite(logs["loss"]):
            epoch = self.training.epoch + 1
            print(f"stopped in epoch {epoch} at batch {batch}: the loss is {logs['loss']}")
            self.training.stop_training = True


@final
class LambdaCallback(Callback):
    """Call functions at moments of the training, each with the arguments of the method of that name.

    >>> _ = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    """

    def __init__(
        self,
        on_epoch_begin: Callable[[int], Any] | None = None,
        on_epoch_end: Callable[[int, Logs], Any] | None = None,
        on_train_begin: Callable[[], Any] | None = None,
        on_train_end: Callable[[], Any] | None = None,
        on_train_batch_begin: Callable[[int], Any] | None = None,
        on_train_batch_end: Callable[[int, Logs], Any] | None = None,
        on_gradients: Callable[[int], Any] | None = None,
    ) -> None:
        given = {name: function for name, function in locals().items() if name not in ("self", "__class__")}
        self._functions: dict[str, Callable[..., Any]] = {name: f for name, f in given.items() if f is not None}

    def _call(self, name: str, *arguments: Any) -> None:
        if name in self._functions:
            self._functions[name](*arguments)

    def on_epoch_begin(self, epoch: int) -> None:
        self._call("on_epoch_begin", epoch)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        self._call("on_epoch_end", epoch, logs)

    def on_train_begin(self) -> None:
        self._call("on_train_begin")

    def on_train_end(self) -> None:
        self._call("on_train_end")

    def on_train_batch_begin(self, batch: int) -> None:
        self._call("on_train_batch_begin", batch)

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self._call("on_train_batch_end", batch, logs)

    def on_gradients(self, batch: int) -> None:
        self._call("on_gradients", batch)
