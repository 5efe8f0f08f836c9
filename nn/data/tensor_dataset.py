"""TensorDataset: the k-th sample holds the k-th element of each of several Tensors."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from autograd import Tensor

from .batches import Batch
from .datasets import sample_index


@final
class TensorDataset:
    """A dataset of Tensors or arrays with one element per sample. `dataset[k]` is a tuple of Tensors, one from each.

    `k` may also be a slice or an array of indices. Integers stay integers, as needed for classes.

    >>> dataset = TensorDataset([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    >>> len(dataset), dataset[1]
    (2, (Tensor([3., 4.]), Tensor(1, dtype=int64)))
    """

    def __init__(self, *tensors: Any) -> None:
        if not tensors:
            raise ValueError("a TensorDataset needs at least one Tensor, got none")
        self.tensors = tuple(x if isinstance(x, Tensor) else Tensor(x) for x in tensors)
        if any(x.ndim == 0 or len(x) != len(self.tensors[0]) for x in self.tensors):
            shapes = ", ".join(str(x.shape) for x in self.tensors)
            raise ValueError(
                f"the Tensors of a dataset must have equal numbers of samples (dimension 0), got shapes {shapes}"
            )

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, k: Any) -> Batch:
        if isinstance(k, (int, np.integer)):
            k = sample_index(k, len(self))
        return tuple(x[k] for x in self.tensors)

    def take(self, indices: np.ndarray) -> Batch:
        """Return the samples at these indices as one batch."""
        return tuple(x[indices] for x in self.tensors)

    def __repr__(self) -> str:
        return f"TensorDataset({len(self)} samples of shapes {', '.join(str(x.shape[1:]) for x in self.tensors)})"
