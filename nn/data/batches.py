"""Make batches of samples: stack the samples of a dataset, or ask a dataset for several samples at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

import autograd as ag
from autograd import Tensor, shown

Batch = tuple[Tensor, ...]
Collate = Callable[[list[Any]], Any]


@runtime_checkable
class Dataset(Protocol):
    """A map-style dataset: it has a length, and `dataset[k]` is the k-th sample, k from 0 to the length - 1.

    A sample is a tuple of numbers, arrays or Tensors, or one of them. A class of your own may name Dataset as its base,
    as in PyTorch; it need not.

    >>> class Squares(Dataset):
    ...     def __len__(self):
    ...         return 4
    ...     def __getitem__(self, k):
    ...         return float(k), k * k
    >>> list(nn.data.DataLoader(Squares(), batch_size=4))
    [(Tensor([0., 1., 2., 3.]), Tensor([0, 1, 4, 9], dtype=int64))]
    """

    def __len__(self) -> int: ...

    def __getitem__(self, k: Any, /) -> Any: ...


@runtime_checkable
class BatchedDataset(Dataset, Protocol):
    """A dataset that returns several samples at once, which is faster than one after the other."""

    def take(self, indices: np.ndarray) -> Batch:
        """Return the samples at these indices as one batch."""


def take(dataset: Any, indices: np.ndarray) -> Batch:
    """Return the samples of a dataset at these indices as one batch."""
    if takes_batches(dataset):
        batch: Batch = dataset.take(indices)
        return batch
    return default_collate(samples(dataset, indices))


def takes_batches(dataset: Any) -> bool:
    """Tell whether a dataset returns several samples at once. The `take` of an array is another one, of elements."""
    return isinstance(dataset, BatchedDataset) and not isinstance(dataset, (np.ndarray, Tensor))


def samples(dataset: Any, indices: np.ndarray) -> list[Any]:
    """Return the samples of a dataset at these indices as a list."""
    return [dataset[k] for k in indices.tolist()]


def default_collate(batch: Sequence[Any]) -> Batch:
    """Stack samples: the k-th Tensor of the result holds the k-th element of each sample.

    Samples that are not tuples count as tuples of one element. Integers stay integers.

    >>> default_collate([([1.0, 2.0], 0), ([3.0, 4.0], 1)])
    (Tensor([[1., 2.],
            [3., 4.]]), Tensor([0, 1], dtype=int64))
    """
    rows = [sample if isinstance(sample, tuple) else (sample,) for sample in batch]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise ValueError(
            f"the samples of a batch must have equally many elements, got samples of {lengths[0]} and {lengths[-1]}; "
            "let dataset[k] always return the same ones"
        )
    return tuple(_stacked(column) for column in zip(*rows, strict=True))


def _stacked(column: Sequence[Any]) -> Tensor:
    for x in column:
        if isinstance(x, (Mapping, str, bytes)) or x is None:
            raise TypeError(
                f"a sample is a tuple of numbers, arrays or Tensors, got {type(x).__name__} {shown(x)} in one; give "
                "the DataLoader a collate_fn that makes a batch of a list of samples"
            )
    parts = [x if isinstance(x, Tensor) else _array(x) for x in column]
    shapes = dict.fromkeys(x.shape for x in parts)
    if len(shapes) > 1:
        raise ValueError(
            f"the samples of a batch must have one shape, got {', '.join(map(str, shapes))}; pad them, or use "
            "batch_size=1"
        )
    if any(isinstance(x, Tensor) and x.requires_grad for x in parts):
        stacked: Tensor = ag.stack(parts)  # gradient flows to the samples
        return stacked
    return Tensor(np.stack([x.numpy() if isinstance(x, Tensor) else x for x in parts]))


def _array(x: Any) -> np.ndarray:
    try:
        return np.asarray(x)
    except ValueError:
        raise ValueError(
            f"a sample is a tuple of numbers, arrays or Tensors, got a {type(x).__name__} of parts of different shapes"
            "; let dataset[k] return a tuple, as in (x, y)"
        ) from None
