"""Callbacks that watch one number of each epoch: EarlyStopping, ModelCheckpoint, ReduceLROnPlateau."""

from __future__ import annotations

import os
from typing import Any, final

from autograd import printable

from ..atomic import update_dicts
from ..checks import integer, number
from ..files import save
from .callback import Logs, Monitor, PatientMonitor, require_folder


@final
class EarlyStopping(PatientMonitor):
    """Stop when the monitored number has not improved by more than `min_delta` for `patience` epochs.

    mode                  "min", "max", or "auto": "max" for accuracy, top-k, R² and F1, else "min"
    baseline              wait for an improvement on this number, not only on the best
    restore_best_weights  load the weights of the best epoch at the end of the training
    start_from_epoch      the number of epochs before the first that counts

    The arguments and the counting are Keras'.
    """

    remembered = ("best", "best_epoch", "stopped_epoch", "wait", "best_weights")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta, patience, verbose)
        self.baseline = None if baseline is None else number("baseline", baseline)
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = integer("start_from_epoch", start_from_epoch, 0)

    def on_train_begin(self) -> None:
        super().on_train_begin()
        self.best_epoch = self.stopped_epoch = 0
        self.best_weights: dict[str, Any] | None = None

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        current = self.number(logs)
        if epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.state_dict(), epoch
        self.wait += 1
        if self.improves(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.state_dict()
            if self.baseline is None or self.improves(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.training.stop_training = True

    def on_train_end(self) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"stopped after epoch {self.stopped_epoch + 1}: {self.monitor} was best in {self.best_epoch + 1}")
        if self.best_weights is not None:
            self.model.load_state_dict(self.best_weights)


@final
class ReduceLROnPlateau(PatientMonitor):
    """Multiply the learning rates by `factor` when the monitored number has not improved for `patience` epochs.

    The arguments and the counting are Keras'; `nn.optim.lr_scheduler.ReduceLROnPlateau`, which is PyTorch's, can be
    given to `fit` as scheduler.
    """

    remembered = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta, patience, verbose)
        if not 0 <= number("factor", factor) < 1:
            raise ValueError(f"factor must be >= 0 and < 1, got {factor}: the learning rate would not decrease")
        self.factor = factor
        self.cooldown = integer("cooldown", cooldown, 0)
        self.min_lr = number("min_lr", min_lr, 0)

    def on_train_begin(self) -> None:
        super().on_train_begin()
        self.cooldown_counter = 0

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        groups = self.training.optimizer.param_groups
        logs.setdefault("lr", groups[0]["lr"])
        current = self.number(logs)
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improves(current, self.best):
            self.best, self.wait = current, 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            if self.wait >= self.patience:
                self.cooldown_counter, self.wait = self.cooldown, 0
                lrs = [max(group["lr"] * self.factor, min(self.min_lr, group["lr"])) for group in groups]
                update_dicts([(group, {"lr": lr}) for group, lr in zip(groups, lrs, strict=True)])
                if self.verbose:
                    print(f"epoch {epoch + 1}: the learning rate is now {lrs[0]:g}")


@final
class ModelCheckpoint(Monitor):
    """Save the training to a file, from which `fit(..., resume=path)` goes on.

    filepath           the file; it may contain names of numbers, as in "{epoch:02d}-{val_loss:.2f}.safetensors"
    save_best_only     save only if the monitored number is better than before
    save_weights_only  save only the state dict of the model, as `nn.save` does
    save_freq          "epoch", or the number of steps between two saves
    initial_value_threshold  the number to improve on at first, with save_best_only

    The arguments are Keras'. A file is written completely or not at all.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, verbose=verbose)
        self.filepath = os.fspath(filepath)
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq if save_freq == "epoch" else integer("save_freq", save_freq, 1)
        if save_best_only and save_freq != "epoch":
            raise ValueError('save_best_only compares epochs; use it with save_freq="epoch"')
        if initial_value_threshold is not None:
            self.best = number("initial_value_threshold", initial_value_threshold)
        self._due = ""  # the file to write once all callbacks have seen the epoch or the step

    def on_train_begin(self) -> None:
        require_folder(self.filepath)

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        if isinstance(self.save_freq, int) and self.training.step % self.save_freq == 0:
            self._due = self._path(self.training.epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if self.save_freq != "epoch":
            return
        if self.save_best_only:
            current = self.number(logs)
            if not self.improves(current, self.best):
                return
            self.best = current
        self._due = self._path(epoch, logs)

    def on_checkpoint(self, logs: Logs) -> None:
        if not self._due:
            return
        path, self._due = self._due, ""
        if self.save_weights_only:
            save(self.model.state_dict(), path)
        else:
            self.training.save(path)
        if self.verbose:
            print(f"saved {path}")

    def _path(self, epoch: int, logs: Logs) -> str:
        try:
            return self.filepath.format(epoch=epoch + 1, **logs)
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(
                f"the path {self.filepath!r} asks for {error}, and there is epoch, {printable(', '.join(logs))}"
            ) from None
