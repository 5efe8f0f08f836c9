"""Train models that a function builds, for cross-validation and ensembles; each may run in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograd import shown

from ..data import DataLoader, Dataset, TensorDataset
from ..module import Module
from .fit import fit
from .history import History
from .metrics import metric_list
from .outputs import as_array

Build = Callable[[], tuple[Any, ...]]


def sendable(name: str, data: Any) -> Any:
    """Return data that can go to another process: (X, y) as arrays, or the dataset. `name` is the function it is for.

    Raises TypeError for a loader: each training starts from the same data, and a loader remembers its position.
    """
    if isinstance(data, (tuple, TensorDataset)):
        parts = data if isinstance(data, tuple) else data.tensors
        return tuple(as_array(x) for x in parts)  # a Tensor is not sent to another process
    if isinstance(data, DataLoader) or not isinstance(data, Dataset):
        raise TypeError(
            f"{name} takes (X, y) or a dataset, got {type(data).__name__} {shown(data)}; give a dataset and batch_size="
        )
    return data


def checked_metrics(metrics: Any) -> list[Any]:
    """Return metrics as they were given, in a list, after their names were checked before any training."""
    found = metrics if isinstance(metrics, str) or not isinstance(metrics, Iterable) else list(metrics)
    metric_list(found, 0.0)
    return list(found)


def as_dataset(data: Any) -> Any:
    """Return what `sendable` returned as a dataset."""
    return TensorDataset(*data) if isinstance(data, tuple) else data


def built(build: Build) -> tuple[Any, ...]:
    """Return the model, the optimizer and the scheduler or None that a function builds."""
    found = build()
    if not isinstance(found, tuple) or len(found) not in (2, 3) or not isinstance(found[0], Module):
        raise TypeError(f"build returns (model, optimizer) or (model, optimizer, scheduler), got {shown(found)}")
    return (*found, None)[:3]


def fit_new(
    build: Build, dataset: Any, loss: Any, metrics: Iterable[Any], options: dict[str, Any]
) -> tuple[Module, History]:
    """Train a new model and return it with its history. `options` are those of `fit`."""
    model, optimizer, scheduler = built(build)
    return model, fit(model, dataset, loss, optimizer, metrics=metrics, **{"scheduler": scheduler, **options})
