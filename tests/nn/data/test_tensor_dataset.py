"""TensorDataset: indexing and refused arguments."""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from nn.data import TensorDataset

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)


def test_a_dataset_is_indexed_by_integers_slices_and_arrays() -> None:
    dataset = TensorDataset(Tensor(X), Y)
    assert len(dataset) == 10
    x, y = dataset[-1]
    assert (x.tolist(), y.item()) == ([18.0, 19.0], 9)
    assert [part.shape for part in dataset[2:5]] == [(3, 2), (3,)]
    assert dataset[np.array([3, 3])][1].tolist() == [3, 3]
    with pytest.raises(IndexError, match="the dataset has 10 samples, got the index 10"):
        dataset[10]


@pytest.mark.parametrize("tensors", [(), (X, Y[:9]), (3.0,)])
def test_tensors_of_different_lengths_are_refused(tensors: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"a TensorDataset needs at least one Tensor|equal numbers of samples"):
        TensorDataset(*tensors)
