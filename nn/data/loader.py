"""DataLoader: the samples of a dataset in batches, in order or shuffled."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any, final

import numpy as np

from autograd import Tensor, default_generator

from ..checks import integer
from .tensor_dataset import TensorDataset


@final
class DataLoader:
    """Iterate over a dataset in batches, tuples of Tensors. Each `for` loop is one epoch.

    dataset     a TensorDataset, or any object with a length whose `dataset[k]` is a tuple of numbers, arrays or Tensors
    shuffle     use a new random order in each epoch
    drop_last   leave out the last batch if it is smaller than batch_size
    seed        makes the order depend on the seed and the number of the epoch only; without it, the default generator
                draws the order

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
            raise TypeError(f"a dataset needs a length and dataset[k], got {type(dataset).__name__} {dataset!r:.60}")
        self.dataset: Any = dataset
        self.batch_size = integer("batch_size", batch_size, 1)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.seed = None if seed is None else integer("seed", seed, 0)
        self.epoch = 0  # the number of loops that were started

    def __len__(self) -> int:
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (1 if rest and not self.drop_last else 0)

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        order = np.arange(len(self.dataset))
        if self.shuffle:
            generator = default_generator() if self.seed is None else np.random.default_rng([self.seed, self.epoch])
            order = generator.permutation(order)
        self.epoch += 1
        batches = (order[k * self.batch_size : (k + 1) * self.batch_size] for k in range(len(self)))
        return (self._batch(chosen) for chosen in batches)

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
                raise ValueError(
                    f"the samples of a batch must have one shape, got {shapes}; pad them, or use batch_size=1"
                )
        return tuple(Tensor(np.stack(column)) for column in columns)
