"""Subset and ConcatDataset: samples, batches, indices that are refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from nn.data import ConcatDataset, Dataset, Subset, TensorDataset

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)
WHOLE = TensorDataset(X, Y)


def labels(batch: Any) -> Any:
    return batch[1].tolist()


def test_a_subset_has_the_samples_at_its_indices() -> None:
    part = Subset(WHOLE, [7, -1, 7])
    assert [labels(part[k]) for k in range(3)] == [7, 9, 7]
    assert labels(part[-1]) == 7
    assert labels(part[1:]) == labels(part[np.array([1, 2])]) == [9, 7]
    assert labels(Subset(part, [1, 0])[:]) == [9, 7]
    assert [labels(sample) for sample in part] == [7, 9, 7]  # type: ignore[attr-defined]  # Python reads it by index
    assert len(Subset(WHOLE, [])) == 0


@pytest.mark.parametrize(
    "indices", [[3, 1], (3, 1), np.array([3, 1], np.uint8), Tensor([3, 1]), iter([3, 1]), range(3, 0, -2)]
)
def test_indices_may_be_any_integers_in_a_row(indices: Any) -> None:
    assert Subset(WHOLE, indices).indices.tolist() == [3, 1]


def test_a_concat_dataset_has_the_samples_of_its_parts_in_order() -> None:
    whole = ConcatDataset([TensorDataset(X[:3], Y[:3]), TensorDataset(X[3:3], Y[3:3]), Subset(WHOLE, range(3, 10))])
    assert len(whole) == 10
    assert [labels(whole[k]) for k in range(10)] == list(range(10))
    assert labels(whole[-1]) == 9
    order = np.random.default_rng(0).permutation(10)
    x, y = whole.take(order)
    assert y.tolist() == order.tolist()
    assert (x.numpy() == X[order]).all()
    assert labels(whole[2:5]) == [2, 3, 4]
    assert labels(whole[4:6]) == [4, 5]  # of one part


def test_a_concat_dataset_of_any_datasets_has_batches() -> None:
    class Squares(Dataset):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, k: int) -> tuple[list[float], int]:
            return [float(k), float(k)], k * k

    mixed = ConcatDataset([Squares(), WHOLE])
    assert labels(mixed.take(np.array([2, 3, 12]))) == [4, 0, 9]
    assert labels(Subset(Squares(), [2])[:]) == [4]


def test_the_parts_are_shown_by_their_sizes() -> None:
    assert repr(Subset(WHOLE, [1])) == "Subset(1 of the 10 samples of a TensorDataset)"
    assert repr(ConcatDataset([WHOLE, WHOLE])) == "ConcatDataset(20 samples in 2 datasets)"
    assert repr(WHOLE) == "TensorDataset(10 samples of shapes (2,), ())"


@pytest.mark.parametrize(
    ("build", "error", "says"),
    [
        (lambda: Subset(WHOLE, [10]), IndexError, "the dataset has 10 samples, got the index 10"),
        (lambda: Subset(WHOLE, [0, -11]), IndexError, "the dataset has 10 samples, got the index -11"),
        (lambda: Subset(WHOLE, [1])[1], IndexError, "the dataset has 1 samples, got the index 1"),
        (lambda: Subset(WHOLE, [1])[-2], IndexError, "the dataset has 1 samples, got the index -2"),
        (lambda: Subset(WHOLE, [[1]]), TypeError, r"a list of integers, got an array of int64 and shape \(1, 1\)"),
        (lambda: Subset(WHOLE, [1.0]), TypeError, "a list of integers, got an array of float64"),
        (lambda: Subset(WHOLE, Y > 3), TypeError, r"for a mask give np.flatnonzero\(mask\)"),
        (lambda: Subset(iter([1]), [0]), TypeError, "Subset takes datasets"),
        (lambda: ConcatDataset([]), ValueError, "at least one dataset, got an empty list"),
        (lambda: ConcatDataset([3]), TypeError, "ConcatDataset takes datasets, .* got int 3"),
        (lambda: ConcatDataset([WHOLE])[10], IndexError, "the dataset has 10 samples, got the index 10"),
    ],
)
def test_wrong_indices_and_datasets_are_refused(build: Callable[[], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        build()
