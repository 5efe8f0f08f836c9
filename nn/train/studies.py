"""Search hyperparameters with Optuna, which learns from the trials before and stops those that promise little."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from autograd import shown

from .. import checks
from .callback import Logs, Monitor, require_folder
from .distributions import Distribution, checked_space
from .processes import own_randomness, seeded_call

_DIRECTIONS: Final = {"minimize": "min", "maximize": "max"}  # of a study, and the mode of a Monitor that agrees


def optuna_study(
    path: str | os.PathLike[str], name: str = "search", direction: str = "minimize", **options: Any
) -> Any:
    """Return the `optuna.Study` of this name in a journal file, a new one or the one that is there.

    Several processes may open it and call its `optimize` at the same time; each learns from the trials of all. A study
    that was stopped goes on with the trials that are in the file. `options` are those of `optuna.create_study`, such as
    sampler and pruner. A sampler with a seed proposes the same trials in each process, so do not share one.

    >>> study = optuna_study("search.journal")  # doctest: +SKIP
    >>> study.optimize(optuna_objective(objective, space), n_trials=20)  # doctest: +SKIP
    """
    optuna = _optuna()
    if direction not in _DIRECTIONS:
        raise ValueError(f'direction must be "minimize" or "maximize", got {shown(direction)}')
    file = os.fspath(path)
    journal = optuna.storages.journal
    lock = journal.JournalFileOpenLock(file) if os.name == "nt" else None  # the default makes links, not so there
    require_folder(file)
    try:
        storage = optuna.storages.JournalStorage(journal.JournalFileBackend(file, lock))
        study = optuna.create_study(
            storage=storage, study_name=name, direction=direction, load_if_exists=True, **options
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"{file} is no journal of Optuna, or is damaged: {error}; give another file") from None
    if (saved := study.direction.name.lower()) != direction:
        raise ValueError(
            f"the study {name!r} in {file} was created with direction={saved!r}, got {shown(direction)}; give the "
            "same, or another name"
        )
    return study


def optuna_objective(
    objective: Callable[[dict[str, Any], Any], float], space: Mapping[str, Distribution], seed: int = 0
) -> Callable[[Any], float]:
    """Return a function of an Optuna trial, for `study.optimize`, that calls `objective(params, trial)`.

    The trial suggests `params` from the space, which is that of `random_search`. Before each call the default generator
    is seeded with a number that depends on `seed` and the number of the trial only; afterwards it is as before.
    """
    if not callable(objective):
        raise TypeError(f"the objective is a function of params and trial, got {type(objective).__name__}")
    suggested = checked_space(space)
    start = checks.integer("seed", seed, 0)

    def call(trial: Any) -> float:
        params = {name: each.suggest(trial, name) for name, each in suggested.items()}
        with own_randomness():
            value = seeded_call(objective, start, trial.number, (params, trial))
        return checks.real("the value of the objective", value)  # Optuna would only warn, and go on without a value

    return call


@final
class PruningCallback(Monitor):
    """Report a number of each epoch to an Optuna trial, and end the trial where its study finds it not promising.

    trial     the trial that the objective gets; a FixedTrial is never ended. With None, as in `random_search`, the
              callback does nothing
    monitor   the number to report; it must fall in a study that minimizes, and rise in one that maximizes
    interval  report every so many epochs

    It ends the training by raising `optuna.TrialPruned`, which the study expects. The arguments are those of Optuna's
    callback for Keras.
    """

    def __init__(self, trial: Any, monitor: str = "val_loss", interval: int = 1, mode: str = "auto") -> None:
        super().__init__(monitor, mode)
        if trial is not None and not isinstance(trial, _optuna().trial.BaseTrial):
            raise TypeError(
                f"PruningCallback takes the trial that the objective gets, got {type(trial).__name__}: {shown(trial)}"
            )
        self.trial = trial
        self.interval = checks.integer("interval", interval, 1)

    def on_train_begin(self) -> None:
        if self.trial is None or isinstance(self.trial, _optuna().trial.FixedTrial):  # which belongs to no study
            return
        direction = self.trial.study.direction.name.lower()
        if _DIRECTIONS.get(direction) != self.mode:
            better = "falls" if self.mode == "min" else "rises"
            raise ValueError(
                f"the study says {direction}, and {self.monitor} is better when it {better}, so the best trials would "
                "be ended; change the direction of the study, or monitor another number, or set mode="
            )

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if self.trial is None or (epoch + 1) % self.interval:
            return
        current = self.number(logs)
        self.trial.report(current, step=epoch)
        if self.trial.should_prune():
            raise _optuna().TrialPruned(f"pruned after epoch {epoch + 1}: {self.monitor} is {current:.4g}")


def is_pruned(error: BaseException) -> bool:
    """Tell whether an error is `optuna.TrialPruned`, which ends a trial as wanted. Does not import Optuna."""
    optuna = sys.modules.get("optuna")
    return optuna is not None and isinstance(error, optuna.TrialPruned)


def _optuna() -> Any:
    try:
        return importlib.import_module("optuna")
    except ImportError:
        raise ImportError('this search needs optuna: pip install "glassgrad[search]"') from None
