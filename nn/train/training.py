"""Training: a training in progress, with the loop that `fit` runs."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final, final

from ..atomic import set_attributes, update_dicts
from ..module import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from .callback import Callback
from .checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from .evaluation import Meter, loss_number, measured, modes_kept
from .history import History
from .outputs import apply_model, computes_with_values, count_nodes
from .snapshot import Snapshot, Stateful, generators_of
from .sources import NO_BATCHES, batch_count, inputs_and_target, not_finite
from .state_text import same_kind

_FIT: Final = "fit"  # key of what a checkpoint holds for `fit`


@final
class Training:
    """A training in progress: what callbacks see, and the loop.

    epoch   the number of finished epochs, which is also the number of the current one, counted from 0
    batch   the number of batches of the current epoch that are done
    step    the number of steps of the optimizer since the start, also before the training was resumed
    current the batch of the step, as the loader yielded it; None before the first one

    A step is taken as a whole: if anything raises in it, Ctrl-C included, model, optimizer, scheduler, loader and
    random generators are as they were before it.
    """

    def __init__(
        self,
        model: Module,
        loader: Any,
        loss: Any,
        optimizer: Optimizer,
        epochs: int,
        meter: Meter,
        validation: Any = None,
        callbacks: list[Callback] | None = None,
        scheduler: LRScheduler | None = None,
        schedule_by_step: bool = False,
    ) -> None:
        self.model = model
        self.loader: Any = loader
        self._stateful = isinstance(loader, Stateful)
        self.loss = loss
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.schedule_by_step = schedule_by_step
        self.validation = validation
        self.callbacks = callbacks or []
        self.epochs = epochs
        self.history = History()
        self.epoch = self.batch = self.step = 0
        self.current: Any = None
        self.stop_training = self._warned = False
        self.batches = batch_count(loader)
        self.nodes_per_step = 0  # counted for models of Values
        self._no_batches = self._meter = meter
        self._epoch_start: dict[str, Any] = {}  # states of the generators, for loaders without a state of their own

    def run(self, resume: str | os.PathLike[str] | None = None) -> History:
        """Train up to the last epoch and return the history; with `resume` go on from a checkpoint."""
        for callback in self.callbacks:
            callback.training = self
        with modes_kept(self.model):
            try:
                saved = self._loaded(resume) if resume is not None else {}
                for callback in self.callbacks:
                    callback.on_train_begin()
                for callback, state in zip(self._remembering(), saved.get("callbacks", []), strict=False):
                    callback.load_state_dict(state["state"])
                while self.epoch < self.epochs and not self.stop_training:
                    self._run_epoch()
                for callback in self.callbacks:
                    callback.on_train_end()
            except Exception as error:
                for callback in self.callbacks:
                    callback.on_failure(error)
                raise
            finally:
                for callback in self.callbacks:
                    callback.close()
        return self.history

    # --- the loop ---

    def _run_epoch(self) -> None:
        self.model.train()
        batches = self._started()
        if self.batch == 0:  # not where a training is resumed in the middle of an epoch
            for callback in self.callbacks:
                callback.on_epoch_begin(self.epoch)
        while not self.stop_training and self._take_step(batches):
            logs = self._meter.logs()
            if not self._warned and not math.isfinite(logs["loss"]):
                self._warned = True
                self._warn(logs["loss"])
            for callback in self.callbacks:
                callback.on_train_batch_end(self.batch - 1, logs)
            for callback in self.callbacks:
                callback.on_checkpoint(logs)
        if self.batch == 0:
            raise ValueError(NO_BATCHES)
        self._end_epoch()

    def _warn(self, loss: float) -> None:
        """Warn once that the loss is not finite, and say whether the data are the cause."""
        parts = [name for name, _ in not_finite(*inputs_and_target(self.current))]
        cause = "the data of this batch are finite; find the cause with fit(doctor=True) or detect_anomaly()"
        if parts:
            found = f"this batch has nan or inf in {' and '.join(parts)}"
            cause = f"{found}; leave out the rows that np.argwhere(~np.isfinite(X)) finds, or fill them in"
        sentence = f"the loss is {loss} in epoch {self.epoch + 1} from batch {self.batch} on: {cause}"
        warnings.warn(sentence, stacklevel=5)  # at the call of fit

    def _take_step(self, batches: Iterator[Any]) -> bool:
        """Take one step of the optimizer, as a whole. Return False if there is no batch left."""
        before, own = Snapshot(self.model, self.optimizer, self.scheduler, self.loader), dict(vars(self))
        batch = None
        try:
            batch = next(batches, None)
            if batch is None:
                return False
            self.current = batch
            for callback in self.callbacks:
                callback.on_train_batch_begin(self.batch)
            meter = self._computed(batch)
            for callback in self.callbacks:
                callback.on_gradients(self.batch)
            self.optimizer.step()
            if self.scheduler is not None and self.schedule_by_step:
                _step(self.scheduler)
            update_dicts([(vars(self), {"step": self.step + 1, "batch": self.batch + 1, "_meter": meter})])
        except BaseException:
            before.restore()
            update_dicts([(vars(self), {**own, "current": batch})])
            raise
        return True

    def _computed(self, batch: Any) -> Meter:
        """Compute the loss of a batch and its gradients. Return the meter after it."""
        inputs, target = inputs_and_target(batch)
        self.optimizer.zero_grad()
        output = apply_model(self.model, inputs)
        loss = self.loss(output, target)
        number = loss_number(loss)
        if not self.nodes_per_step and computes_with_values(self.model):
            self.nodes_per_step = count_nodes(loss)
        loss.backward()
        return self._meter.after(number, output, target)

    def _end_epoch(self) -> None:
        logs = self._meter.logs()
        if self.validation is not None:
            logs |= measured(self.model, self.validation, self.loss, self._no_batches).logs("val_")
        if self.scheduler is not None:
            logs["lr"] = self.optimizer.param_groups[0]["lr"]
            if not self.schedule_by_step:
                _step(self.scheduler, logs.get("val_loss", logs["loss"]))
        for callback in self.callbacks:
            callback.on_epoch_end(self.epoch, logs)
        history = History(self.history)
        history.append(logs)
        new = {"epoch": self.epoch + 1, "batch": 0, "_meter": self._no_batches, "history": history}
        update_dicts([(vars(self), new)])
        for callback in self.callbacks:
            callback.on_checkpoint(logs)

    def _started(self) -> Iterator[Any]:
        """Return the batches of the current epoch that are left."""
        if self._stateful:
            return iter(self.loader)  # it goes on where its state says
        now = {name: each.bit_generator.state for name, each in generators_of(self.model).items()}
        if self.batch == 0:
            self._epoch_start = now
            return iter(self.loader)
        # A loader without a state repeats the epoch from its start, with the random numbers that it had then.
        self._set_generators(self._epoch_start)
        batches: Iterator[Any] = iter(self.loader)
        for _ in range(self.batch):
            next(batches, None)
        self._set_generators(now)
        return batches

    def _set_generators(self, states: Mapping[str, Any]) -> None:
        generators = generators_of(self.model)
        set_attributes([(generators[name].bit_generator, "state", state) for name, state in states.items()])

    # --- checkpoints ---

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint from which `fit(..., resume=path)` goes on."""
        state = {
            "batch": self.batch,
            "stop": self.stop_training,
            "meter": self._meter.state_dict(),
            "history": dict(self.history),
            "epoch_start": {} if self._stateful else self._epoch_start,
            "schedule": self._schedule(),
            "callbacks": [{"kind": type(c).__name__, "state": c.state_dict()} for c in self._remembering()],
        }
        loader = self.loader if self._stateful else None
        parts = (self.model, self.optimizer, self.scheduler, loader)
        save_checkpoint(path, *parts, epoch=self.epoch, step=self.step, extra={_FIT: state})

    def _loaded(self, path: str | os.PathLike[str]) -> dict[str, Any]:
        """Load a checkpoint that `fit` wrote and return what it holds for `fit`. All or nothing."""
        loader = self.loader if self._stateful else None
        before = Snapshot(self.model, self.optimizer, self.scheduler, loader)
        try:
            found = load_checkpoint(path, self.model, self.optimizer, self.scheduler, loader)
            try:
                state: dict[str, Any] = found.extra[_FIT]
                self._check_callbacks(state["callbacks"])
                if state.get("schedule", self._schedule()) != self._schedule():
                    raise ValueError(f"it was saved with {state['schedule']}, and now there is {self._schedule()}")
                history = History(state["history"])
                names = {"batch": state["batch"], "stop_training": state["stop"], "_epoch_start": state["epoch_start"]}
                new = {"epoch": found.epoch, "step": found.step, "history": history, **names}
                update_dicts([(vars(self), {**new, "_meter": self._meter.restored(state["meter"])})])
            except (KeyError, TypeError, ValueError) as error:
                reason = str(error) if isinstance(error, ValueError) else "it was not written by fit or ModelCheckpoint"
                raise CheckpointError(f"fit cannot resume from {os.fspath(path)}: {reason}") from error
        except BaseException:
            before.restore()
            raise
        return state

    def _schedule(self) -> str:
        """Return which scheduler there is, and when it is stepped, as text to compare."""
        if self.scheduler is None:
            return "no scheduler"
        return f"{type(self.scheduler).__name__} stepped after each {'step' if self.schedule_by_step else 'epoch'}"

    def _remembering(self) -> list[Callback]:
        """Return the callbacks that have a state."""
        return [callback for callback in self.callbacks if callback.state_dict()]

    def _check_callbacks(self, saved: list[dict[str, Any]]) -> None:
        own = self._remembering()
        kinds, saved_kinds = [type(callback).__name__ for callback in own], [state["kind"] for state in saved]
        if kinds != saved_kinds:
            raise ValueError(f"it was saved with the callbacks {saved_kinds}, and now there are {kinds}; give the same")
        for callback, state in zip(own, saved, strict=True):
            if not same_kind(callback.state_dict(), state["state"]):
                raise ValueError(f"its state of {state['kind']} holds values of other types")


def _step(scheduler: LRScheduler, metric: Any = None) -> None:
    """Step a scheduler of any kind; only ReduceLROnPlateau takes the metric."""
    step: Any = scheduler.step  # type: ignore[attr-defined]  # each subclass has its own arguments
    if isinstance(scheduler, ReduceLROnPlateau):
        step(metric)
    else:
        step()
