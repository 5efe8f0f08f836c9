"""Arrays side by side: the k-th sample is the k-th element of each."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from autograd import Tensor


@final
class TensorDataset:
    """Tensors or arrays with one element per sample; `dataset[k]` is a tuple with the k-th of each, as Tensors.

    `k` may be a slice or an array of places as well. Integers stay integers, as classes have to.

    >>> dataset = TensorDataset([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    >>> len(dataset), dataset[1]
    (2, (Tensor([3., 4.]), Tensor(1, dtype=int64)))
    """

    def __init__(self, *tensors: Any) -> None:
        if not tensors:
            raise ValueError("a TensorDataset has one Tensor or more, got none")
        self.tensors = tuple(x if isinstance(x, Tensor) else Tensor(x) for x in tensors)
        if any(x.ndim == 0 or len(x) != len(self.tensors[0]) for x in self.tensors):
            shapes = ", ".join(str(x.shape) for x in self.tensors)
            raise ValueError(
                f"the Tensors of a dataset have as many samples, their first dimension; got shapes {shapes}"
            )

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, k: Any) -> tuple[Tensor, ...]:
        if isinstance(k, (int, np.integer)) and not -len(self) <= k < len(self):
            raise IndexError(f"the dataset has {len(self)} samples, got the index {k}")
        return tuple(x[k] for x in self.tensors)
