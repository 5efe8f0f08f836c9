"""cross_validate: train a new model on each fold, and judge it on the samples that the fold leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

import numpy as np

from autograd import Table

from ..data import KFold, Subset
from .evaluation import evaluate
from .history import spread_table
from .new_trainings import Build, as_dataset, checked_metrics, fit_new, sendable
from .outputs import checked_loss
from .processes import run_all


@final
class FoldScores(dict[str, list[float]]):
    """A dict from the name of the loss or a metric to its values on the folds, with their mean and spread."""

    def mean(self, name: str = "loss") -> float:
        """Return the mean over the folds."""
        return float(np.mean(self[name]))

    def std(self, name: str = "loss") -> float:
        """Return the standard deviation over the folds, dividing by their number minus 1."""
        return float(np.std(self[name], ddof=1))

    def table(self) -> Table:
        """Return a text table with one line for each fold, the mean and the standard deviation."""
        return spread_table("fold", self, "Cross-validation")

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def cross_validate(
    build: Build,
    data: Any,
    loss: Any,
    folds: Any = None,
    metrics: Iterable[Any] = (),
    seed: int = 0,
    processes: int = 1,
    **options: Any,
) -> FoldScores:
    """Train on all folds but one, evaluate on that one, for each fold, and return the losses and metrics.

    build      returns a new model and its optimizer, and optionally a scheduler: (model, optimizer, scheduler)
    data       (X, y), or a dataset
    folds      an object whose `split(X, y)` yields the indices for training and for validation, such as
               nn.data.StratifiedKFold; the default is KFold(5, shuffle=True) with the seed
    processes  the number of processes; the results do not depend on it. With more than one, `build` and `loss` are
               functions at the top of a module
    options    those of `fit`, such as epochs and batch_size
    """
    data = sendable("cross_validate", data)
    folds = KFold(5, shuffle=True, seed=seed) if folds is None else folds
    if isinstance(folds, int):
        raise TypeError(
            f"folds has a method split, got int: {folds}; write nn.data.KFold({folds}, shuffle=True, seed=0)"
        )
    samples, labels = (data[0], data[-1]) if isinstance(data, tuple) else (data, None)
    settings = {"verbose": False, "seed": seed, **options}
    task = (build, data, checked_loss(loss), checked_metrics(metrics), settings)
    arguments = [(*task, *split) for split in folds.split(samples, labels)]
    found = run_all(_fold, arguments, seed, processes)
    return FoldScores({name: [scores[name] for scores in found] for name in found[0]})


def _fold(
    build: Build, data: Any, loss: Any, metrics: list[Any], options: dict[str, Any], training: Any, rest: Any
) -> dict[str, float]:
    """Train on the samples of a fold and return the loss and the metrics on the rest."""
    dataset = as_dataset(data)
    model, _ = fit_new(build, Subset(dataset, training), loss, metrics, options)
    return evaluate(model, Subset(dataset, rest), loss, metrics)
