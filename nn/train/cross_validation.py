"""cross_validate: train a new model on each fold, and judge it on the samples that the fold leaves out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import numpy as np

from autograd import Table, text_table

from ..data import KFold, Subset, TensorDataset
from .evaluation import evaluate
from .fit import fit
from .history import number_text
from .outputs import as_array
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
        rows = [("fold", *self)]
        rows += [(str(k + 1), *map(number_text, row)) for k, row in enumerate(zip(*self.values(), strict=True))]
        rows.append(("mean", *(number_text(self.mean(name)) for name in self)))
        rows.append(("std", *(number_text(self.std(name)) for name in self)))
        return text_table(rows, right=range(len(rows[0])), caption="Cross-validation")

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def cross_validate(
    build: Callable[[], tuple[Any, ...]],
    data: Any,
    loss: Any,
    folds: Any = None,
    metrics: tuple[Any, ...] | list[Any] = (),
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
    if isinstance(data, tuple):
        data = tuple(as_array(x) for x in data)  # a Tensor is not sent to another process
    folds = KFold(5, shuffle=True, seed=seed) if folds is None else folds
    samples, labels = (data[0], data[-1]) if isinstance(data, tuple) else (data, None)
    settings = {"verbose": False, "seed": seed, **options}
    arguments = [(build, data, loss, list(metrics), settings, *split) for split in folds.split(samples, labels)]
    found = run_all(_fold, arguments, seed, processes)
    return FoldScores({name: [scores[name] for scores in found] for name in found[0]})


def _fold(
    build: Any, data: Any, loss: Any, metrics: list[Any], options: dict[str, Any], training: Any, rest: Any
) -> dict[str, float]:
    """Train on the samples of a fold and return the loss and the metrics on the rest."""
    built = build()
    if not isinstance(built, tuple) or len(built) not in (2, 3):
        raise TypeError(f"build returns (model, optimizer) or (model, optimizer, scheduler), got {built!r:.60}")
    model, optimizer, *scheduler = built
    dataset = TensorDataset(*data) if isinstance(data, tuple) else data
    options = {"scheduler": scheduler[0] if scheduler else None, **options}
    fit(model, Subset(dataset, training), loss, optimizer, metrics=metrics, **options)
    return evaluate(model, Subset(dataset, rest), loss, metrics)
