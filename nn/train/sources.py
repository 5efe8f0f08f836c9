"""Make loaders of the data that `fit`, `evaluate` and `predict` take: arrays, a dataset or a loader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from autograd import Tensor, shown

from ..checks import integer, number
from ..data import DataLoader, Dataset, Subset, TensorDataset
from ..data.loader import Transform
from .outputs import as_array

NO_BATCHES: Final = "an epoch of the data has no batches; give at least one sample, or leave out drop_last"

_DEFAULT_BATCH: Final = 32


def training_loader(
    data: Any, batch_size: int | None, shuffle: bool, seed: int | None, transform: Transform | None = None
) -> Any:
    """Return the loader of the training data: a new one, or the given one as it is."""
    dataset = _dataset(data)
    if dataset is not None:
        return DataLoader(dataset, batch_size or _DEFAULT_BATCH, shuffle=shuffle, seed=seed, transform=transform)
    if transform is not None:
        raise ValueError("a loader has its own transform; give it to the loader, and leave it out here")
    if batch_size is not None:
        raise ValueError(f"a loader has its own batch size, got batch_size={shown(batch_size)}; leave batch_size out")
    return _loader(data)


def plain_loader(data: Any, batch_size: int | None) -> Any:
    """Return a loader of data in its order, or the given one as it is."""
    dataset = _dataset(data)
    return _loader(data) if dataset is None else DataLoader(dataset, batch_size or _DEFAULT_BATCH)


def split(data: Any, fraction: float) -> tuple[Any, Any]:
    """Return the data without its last samples, and these, the fraction for the validation, as Keras does."""
    share = number("validation_split", fraction, 0, 1)
    dataset = _dataset(data)
    if dataset is None:
        raise ValueError(f"validation_split={fraction} divides arrays or a dataset, got a loader; give validation=")
    count = len(dataset)
    kept = int(count * (1 - share))
    if not 0 < kept < count:
        raise ValueError(f"validation_split={fraction} leaves one part of {count} samples empty")
    return Subset(dataset, np.arange(kept)), Subset(dataset, np.arange(kept, count))


def inputs_and_target(batch: Any) -> tuple[tuple[Any, ...], Any]:
    """Return the inputs of the model and the target of the loss in a batch, whose last element is the target."""
    if not isinstance(batch, (tuple, list)) or len(batch) < 2:
        raise ValueError(
            f"a batch for training is (inputs, target), got {type(batch).__name__} {shown(batch)}; give (X, y), and "
            "(X, X) where the input is the target"
        )
    return tuple(batch[:-1]), batch[-1]


def not_finite(inputs: tuple[Any, ...], target: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the parts of a batch that hold nan or inf, with their names, such as "input, feature 3"."""
    for name, part in (*((f"input {k}" if k else "input", x) for k, x in enumerate(inputs)), ("target", target)):
        data = as_array(part)
        if data.dtype.kind == "f" and not (finite := np.isfinite(data)).all():
            columns = np.flatnonzero(~finite.all(axis=0))[:5] if data.ndim == 2 else ()
            yield name + (f", feature {', '.join(map(str, columns))}" if len(columns) else ""), data


def batch_length(target: Any) -> int:
    """Return the number of samples of a batch with this target."""
    return len(target) if np.ndim(getattr(target, "data", target)) else 1


def batch_count(loader: Any) -> int | None:
    """Return the number of batches of an epoch, or None where it is not known."""
    try:
        return integer("len(loader)", len(loader), 0)
    except TypeError:
        return None


def _dataset(data: Any) -> Any:
    """Return the data as a dataset, or None for a loader."""
    if isinstance(data, DataLoader):
        return None
    if isinstance(data, tuple):
        if len(data) < 2:
            raise ValueError(f"data is (X, y), a dataset or a loader, got a tuple of {len(data)}")
        return TensorDataset(*data)
    if isinstance(data, (np.ndarray, Tensor)):
        raise TypeError(f"data is (X, y), a dataset or a loader, got one {type(data).__name__}; give the targets too")
    if isinstance(data, list) and data and isinstance(data[0], (np.ndarray, Tensor)) and np.ndim(data[0]):
        raise TypeError(
            f"data is (X, y), a dataset or a loader, got a list of {len(data)} arrays; write (X, y), a tuple, or give "
            "samples that are tuples of an input and a target"
        )
    return data if isinstance(data, Dataset) else None


def _loader(data: Any) -> Any:
    if isinstance(data, Iterator):
        raise TypeError(
            f"a {type(data).__name__} can be read only once, and each epoch reads the data from its start; give a "
            "DataLoader, or an object whose __iter__ starts again"
        )
    if not isinstance(data, Iterable):
        raise TypeError(f"data is (X, y), a dataset or a loader, got {type(data).__name__}: {shown(data)}")
    return data
