"""DataLoader: batches in order or shuffled."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from nn.data import DataLoader, TensorDataset

X = np.arange(20.0).reshape(10, 2)


Y = np.arange(10)


def samples(loader: DataLoader) -> list[int]:
    return [int(k) for _, y in loader for k in y.tolist()]


def test_batches_are_tensors_in_order_with_labels_as_integers() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=4)
    batches = list(loader)
    assert len(loader) == len(batches) == 3
    assert [x.shape for x, _ in batches] == [(4, 2), (4, 2), (2, 2)]
    assert all(isinstance(part, Tensor) and not part.requires_grad for batch in batches for part in batch)
    assert {y.dtype.kind for _, y in batches} == {"i"}
    assert {x.dtype.name for x, _ in batches} == {"float64"}
    assert samples(loader) == list(range(10))


def test_drop_last_drops_a_last_batch_that_is_not_full() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=4, drop_last=True)
    assert len(loader) == 2
    assert samples(loader) == list(range(8))
    assert len(DataLoader(TensorDataset(X, Y), batch_size=5, drop_last=True)) == 2


def test_shuffling_yields_every_sample_once_in_a_new_order_each_epoch() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True, seed=0)
    first, second = samples(loader), samples(loader)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second != list(range(10))
    assert all((x.numpy()[:, 0] == 2 * y.numpy()).all() for x, y in loader)


def test_the_order_depends_only_on_seed_and_epoch() -> None:
    a, b = (DataLoader(TensorDataset(X, Y), shuffle=True, seed=3) for _ in range(2))
    orders = [samples(a), samples(a)]
    ag.manual_seed(99)
    assert [samples(b), samples(b)] == orders
    b.epoch = 1
    assert samples(b) == orders[1]
    assert samples(DataLoader(TensorDataset(X, Y), shuffle=True, seed=4)) != orders[0]


def test_without_a_seed_the_default_generator_shuffles() -> None:
    loader = DataLoader(TensorDataset(X, Y), shuffle=True)
    ag.manual_seed(1)
    first = samples(loader)
    ag.manual_seed(1)
    assert samples(loader) == first
    assert samples(loader) != first


def test_two_loops_over_one_loader_are_independent() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=5, shuffle=True, seed=0)
    outer = [int(k) for _, y in loader for _ in [samples(loader)] for k in y.tolist()]
    assert sorted(outer) == list(range(10))


def test_any_object_with_a_length_and_samples_is_a_dataset() -> None:
    class Squares:
        def __len__(self) -> int:
            return 5

        def __getitem__(self, k: int) -> tuple[Any, ...]:
            return np.full(2, k, np.float32), k * k, Tensor(1.0)

    x, y, one = next(iter(DataLoader(Squares(), batch_size=3)))
    assert (x.shape, x.dtype.name) == ((3, 2), "float32")
    assert y.tolist() == [0, 1, 4]
    assert y.dtype.kind == "i"
    assert one.tolist() == [1.0] * 3
    (only,) = next(iter(DataLoader([1.0, 2.0], batch_size=2)))
    assert only.tolist() == [1.0, 2.0]


def test_samples_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must have one shape, got \(2,\), \(1,\); pad them"):
        list(DataLoader([([1.0, 2.0], 0), ([1.0], 1)], batch_size=2))


def test_an_empty_dataset_has_no_batches() -> None:
    assert list(DataLoader(TensorDataset(X[:0], Y[:0]), batch_size=2)) == []


def test_the_loader_refuses_an_object_that_is_no_dataset() -> None:
    with pytest.raises(TypeError, match=r"a length and dataset\[k\], or __iter__, got int 5"):
        DataLoader(5)
