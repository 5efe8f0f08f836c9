"""Datasets made of other datasets: a part of one, and several in a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

import numpy as np

import autograd as ag
from autograd import Tensor, shown

from .batches import Batch, Dataset, default_collate, samples, take, takes_batches


@final
class Subset:
    """The samples of a dataset at given indices, in that order. The samples are not copied.

    >>> part = Subset(["a", "b", "c"], [2, 0])
    >>> len(part), part[0]
    (2, 'c')
    """

    __slots__ = ("dataset", "indices")

    def __init__(self, dataset: Any, indices: Any) -> None:
        self.dataset = required_dataset("Subset", dataset)
        self.indices = index_array(indices, len(dataset))

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, k: Any) -> Any:
        if isinstance(k, (int, np.integer)):
            return self.dataset[int(self.indices[sample_index(k, len(self))])]
        return take(self.dataset, self.indices[k])

    def take(self, indices: np.ndarray) -> Batch:
        """Return the samples at these indices as one batch."""
        return take(self.dataset, self.indices[indices])

    def __repr__(self) -> str:
        return f"Subset({len(self)} of the {len(self.dataset)} samples of a {type(self.dataset).__name__})"


@final
class ConcatDataset:
    """The samples of several datasets, one dataset after the other.

    >>> both = ConcatDataset([["a", "b"], ["c"]])
    >>> len(both), both[2]
    (3, 'c')
    """

    __slots__ = ("cumulative_sizes", "datasets")

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = [required_dataset("ConcatDataset", dataset) for dataset in datasets]
        if not self.datasets:
            raise ValueError("a ConcatDataset needs at least one dataset, got an empty list")
        self.cumulative_sizes = np.cumsum([len(dataset) for dataset in self.datasets]).tolist()

    def __len__(self) -> int:
        return int(self.cumulative_sizes[-1])

    def __getitem__(self, k: Any) -> Any:
        if not isinstance(k, (int, np.integer)):
            return self.take(np.arange(len(self))[k])
        index = np.array([sample_index(k, len(self))])
        [owner], [inner] = self._places(index)
        return self.datasets[owner][int(inner)]

    def take(self, indices: np.ndarray) -> Batch:
        """Return the samples at these indices as one batch."""
        if not all(takes_batches(dataset) for dataset in self.datasets):
            return default_collate(samples(self, indices))
        owners, inner = self._places(indices)
        used = np.unique(owners).tolist()
        batches = [take(self.datasets[owner], inner[owners == owner]) for owner in used]
        if len(batches) == 1:
            return batches[0]
        # The joined batches are in the order of their datasets; `back` puts the samples in the order of the indices.
        back = np.argsort(np.argsort(owners, kind="stable"))
        return tuple(ag.cat(list(parts))[back] for parts in zip(*batches, strict=True))

    def _places(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which dataset holds each sample, and its index there."""
        owners = np.searchsorted(self.cumulative_sizes, indices, side="right")
        starts = np.array([0, *self.cumulative_sizes[:-1]])
        return owners, indices - starts[owners]

    def __repr__(self) -> str:
        return f"ConcatDataset({len(self)} samples in {len(self.datasets)} datasets)"


def required_dataset(owner: str, dataset: Any) -> Any:
    """Return the dataset, or raise TypeError if it has no length or no samples by index."""
    if not isinstance(dataset, Dataset):
        raise TypeError(
            f"{owner} takes datasets, which have a length and dataset[k], got {type(dataset).__name__} {shown(dataset)}"
        )
    return dataset


def sample_index(k: Any, count: int) -> int:
    """Return the index of a sample as an int from 0 on. Raises IndexError if the dataset has no such sample."""
    if not -count <= k < count:
        raise IndexError(f"the dataset has {count} samples, got the index {k}")
    return int(k) % count


def index_array(indices: Any, count: int) -> np.ndarray:
    """Return indices of samples as an array of int64, each from 0 to count - 1. Negative ones count from the end."""
    data = indices.numpy() if isinstance(indices, Tensor) else indices
    array = np.asarray(data if isinstance(data, (np.ndarray, list, tuple, range)) else list(data))
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        fix = "; for a mask give np.flatnonzero(mask)" if array.dtype.kind == "b" else ""
        raise TypeError(
            f"indices of samples are a list of integers, got an array of {array.dtype} and shape {array.shape}{fix}"
        )
    wrong = (array < -count) | (array >= count)
    if wrong.any():
        raise IndexError(f"the dataset has {count} samples, got the index {array[wrong][0]}")
    return np.where(array < 0, array + count, array).astype(np.int64)
