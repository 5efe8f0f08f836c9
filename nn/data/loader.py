"""Batches of a dataset, in its order or in a random one."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any, final

import numpy as np

from autograd import Tensor, default_generator

from ..given import whole
from .tensor_dataset import TensorDataset


@final
class DataLoader:
    """Goes through a dataset in batches of Tensors: once for each `for` loop.

    `dataset` is a TensorDataset, or anything with a length and `dataset[k]`, a tuple of numbers, arrays or Tensors of
    one shape. With `shuffle` the order is another in every epoch; it depends on `seed` and the number of the epoch
    alone, or without a seed on the default generator. `drop_last` leaves out a last batch that is not full.

    >>> loader = DataLoader(TensorDataset([1.0, 2.0, 3.0], [0, 1, 0]), batch_size=2)
    >>> for x, y in loader:
    ...     print(x, y)
    Tensor([1., 2.]) Tensor([0, 1], dtype=int64)
    Tensor([3.]) Tensor([0], dtype=int64)
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        seed: int | None = None,
    ) -> None:
        if not isinstance(dataset, Sized):
            raise TypeError(f"a dataset has a length and dataset[k], got {type(dataset).__name__} {dataset!r:.60}")
        self.dataset: Any = dataset
        self.batch_size = whole("batch_size", batch_size, 1)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.seed = None if seed is None else whole("seed", seed, 0)
        self.epoch = 0  # how many times it has been gone through from the start

    def __len__(self) -> int:
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (1 if rest and not self.drop_last else 0)

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        order = np.arange(len(self.dataset))
        if self.shuffle:
            generator = default_generator() if self.seed is None else np.random.default_rng([self.seed, self.epoch])
            order = generator.permutation(order)
        self.epoch += 1
        places = (order[k * self.batch_size : (k + 1) * self.batch_size] for k in range(len(self)))
        return (self._batch(chosen) for chosen in places)

    def _batch(self, chosen: np.ndarray) -> tuple[Tensor, ...]:
        if isinstance(self.dataset, TensorDataset):
            return self.dataset[chosen]
        samples = [self.dataset[int(k)] for k in chosen]
        if not isinstance(samples[0], tuple):
            samples = [(sample,) for sample in samples]
        columns = [
            [x.numpy() if isinstance(x, Tensor) else np.asarray(x) for x in c] for c in zip(*samples, strict=True)
        ]
        for column in columns:
            if len({x.shape for x in column}) > 1:
                shapes = ", ".join(map(str, dict.fromkeys(x.shape for x in column)))
                raise ValueError(f"the samples of a batch have one shape, got {shapes}; pad them, or use batch_size=1")
        return tuple(Tensor(np.stack(column)) for column in columns)
