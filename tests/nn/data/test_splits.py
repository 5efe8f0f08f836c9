"""random_split, train_test_split and folds: every sample once, sizes, shares of classes, scikit-learn's folds."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from nn.data import KFold, StratifiedKFold, Subset, TensorDataset, random_split, train_test_split

X = np.arange(20.0).reshape(10, 2)
LABELS = np.array([0, 2, 1, 1, 0, 0, 2, 0, 1, 0])


# --- random_split ---


@pytest.mark.parametrize(
    ("count", "lengths", "sizes"),
    [
        (10, [7, 3], [7, 3]),
        (10, [10, 0], [10, 0]),
        (10, [0.8, 0.2], [8, 2]),
        (10, [0.7, 0.2, 0.1], [7, 2, 1]),
        (11, [0.5, 0.5], [6, 5]),
        (7, [0.33, 0.33, 0.34], [3, 2, 2]),
        (1, [1], [1]),
        (5, [1], [5]),
    ],
)
def test_random_split_has_the_sizes_of_pytorch_and_every_sample_once(
    count: int, lengths: list[float], sizes: list[int]
) -> None:
    parts = random_split(range(count), lengths, seed=0)
    assert [len(part) for part in parts] == sizes
    assert sorted(k for part in parts for k in part.indices.tolist()) == list(range(count))


def test_random_split_takes_fractions_as_pytorch_does() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")
    for count in (10, 11, 97):
        for lengths in ([0.8, 0.2], [0.6, 0.3, 0.1], [0.5, 0.25, 0.25]):
            theirs = torch.utils.data.random_split(range(count), lengths)
            assert [len(part) for part in random_split(range(count), lengths)] == [len(part) for part in theirs]


def test_random_split_draws_from_seed_generator_or_the_default_generator() -> None:
    def drawn(**options: Any) -> list[int]:
        part: list[int] = random_split(range(20), [5, 15], **options)[0].indices.tolist()
        return part

    assert drawn(seed=1) == drawn(seed=1) == drawn(generator=np.random.default_rng(1)) != drawn(seed=2)
    ag.manual_seed(1)
    first = drawn()
    assert drawn() != first
    ag.manual_seed(1)
    assert drawn() == first


# --- train_test_split ---


@pytest.mark.parametrize(
    ("count", "sizes", "expected"),
    [
        (10, {}, (7, 3)),
        (10, {"test_size": 0.2}, (8, 2)),
        (11, {"test_size": 0.2}, (8, 3)),
        (10, {"test_size": 4}, (6, 4)),
        (10, {"train_size": 0.75}, (7, 3)),
        (10, {"train_size": 4}, (4, 6)),
        (10, {"train_size": 4, "test_size": 2}, (4, 2)),
        (100, {"test_size": 0.07}, (93, 7)),
    ],
)
@pytest.mark.parametrize("stratified", [False, True])
def test_the_sizes_of_a_split_are_those_of_scikit_learn(
    count: int, sizes: dict[str, Any], expected: tuple[int, int], stratified: bool
) -> None:
    labels = [k % 2 for k in range(count)]
    train, test = train_test_split(list(range(count)), **sizes, stratify=labels if stratified else None, seed=0)
    assert (len(train), len(test)) == expected
    assert len({*train, *test}) == sum(expected)


def test_arrays_are_split_alike_and_keep_their_kind() -> None:
    parts = train_test_split(X, Tensor(X), list(range(10)), tuple(range(10)), test_size=3, seed=0)
    assert [type(part) for part in parts[::2]] == [np.ndarray, Tensor, list, tuple]
    assert parts[0].tolist() == parts[2].tolist() == X[parts[4]].tolist()
    assert list(parts[6]) == parts[4]
    assert parts[1].tolist() == X[parts[5]].tolist()
    assert sorted(parts[4] + parts[5]) == list(range(10))


def test_a_split_without_shuffling_keeps_the_order() -> None:
    assert train_test_split(list(range(8)), shuffle=False) == [[0, 1, 2, 3, 4, 5], [6, 7]]


@pytest.mark.parametrize("seed", range(20))
def test_a_stratified_split_gives_each_class_its_share_within_one_sample(seed: int) -> None:
    draw = np.random.default_rng(seed)
    labels = np.repeat(["rare", "common", "usual"], draw.integers(2, 60, 3))
    draw.shuffle(labels)
    size = int(draw.integers(3, len(labels) - 3))
    train, test = train_test_split(np.arange(len(labels)), test_size=size, stratify=labels, seed=seed)
    assert sorted([*train, *test]) == list(range(len(labels)))
    for name in set(labels):
        share = (labels == name).sum() * size / len(labels)
        assert abs((labels[test] == name).sum() - share) < 1


# --- folds ---


@pytest.mark.parametrize("count", [5, 7, 10, 23])
@pytest.mark.parametrize("shuffle", [False, True])
def test_each_sample_is_in_one_validation_fold_and_in_all_other_training_folds(count: int, shuffle: bool) -> None:
    labels = np.arange(count) % 2
    for folds in (KFold(3, shuffle), StratifiedKFold(2, shuffle)):
        pairs = list(folds.split(np.zeros(count), labels))
        assert len(pairs) == folds.n_splits
        assert sorted(k for _, validation in pairs for k in validation) == list(range(count))
        for train, validation in pairs:
            assert sorted([*train, *validation]) == list(range(count))
        sizes = [len(validation) for _, validation in pairs]
        assert max(sizes) - min(sizes) <= 1


def folds_as_text(folds: Any, labels: Any) -> list[str]:
    return ["".join(map(str, validation)) for _, validation in folds.split(labels, labels)]


def test_folds_without_shuffling_are_those_of_scikit_learn() -> None:
    assert folds_as_text(KFold(), LABELS) == ["01", "23", "45", "67", "89"]
    assert folds_as_text(KFold(3), LABELS) == ["0123", "456", "789"]
    assert folds_as_text(StratifiedKFold(2), LABELS) == ["01245", "36789"]  # as scikit-learn 1.9 gives them
    assert folds_as_text(StratifiedKFold(3), list(range(3)) * 3) == ["012", "345", "678"]


@pytest.mark.parametrize("shuffle", [False, True])
def test_stratified_folds_give_each_class_its_share_within_one_sample(shuffle: bool) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(["a", "b", "c"], [31, 12, 8]))
    for _, validation in StratifiedKFold(4, shuffle, seed=1 if shuffle else None).split(labels, labels):
        for name, count in (("a", 31), ("b", 12), ("c", 8)):
            assert abs((labels[validation] == name).sum() - count / 4) <= 1


def test_shuffled_folds_are_the_same_for_the_same_seed_and_new_without() -> None:
    def split(folds: Any) -> list[list[int]]:
        return [validation.tolist() for _, validation in folds.split(np.zeros(30), np.zeros(30))]

    for kind in (KFold, StratifiedKFold):
        folds = kind(3, shuffle=True, seed=1)
        assert split(folds) == split(folds) != split(kind(3, shuffle=True, seed=2))
        assert split(kind(3, shuffle=True)) != split(kind(3, shuffle=True))


def test_a_dataset_and_tensors_have_folds() -> None:
    dataset = TensorDataset(X, LABELS)
    train, validation = next(KFold(5).split(dataset))
    assert [len(Subset(dataset, k)) for k in (train, validation)] == [8, 2]
    assert len(list(StratifiedKFold(2).split(Tensor(X), Tensor(LABELS)))) == 2


def test_a_class_with_fewer_samples_than_folds_draws_a_warning() -> None:
    with pytest.warns(UserWarning, match="a class has only 2 samples, fewer than n_splits=3"):
        assert len(list(StratifiedKFold(3).split(X, LABELS))) == 3


@pytest.mark.parametrize(
    ("build", "error", "says"),
    [
        (lambda: random_split(X, [5, 4]), ValueError, r"the lengths \[5, 4\] sum to 9, but the dataset has 10 samples"),
        (lambda: random_split(X, [0.5, 0.4]), ValueError, "sum to 0.9; give fractions that sum to 1"),
        (lambda: random_split(X, [-1, 11]), ValueError, "lengths or fractions >= 0"),
        (lambda: random_split(X, [float("nan")]), ValueError, "lengths or fractions >= 0"),
        (lambda: random_split(X, []), ValueError, "at least one length"),
        (lambda: random_split(3, [1.0]), TypeError, "random_split takes datasets, .* got int 3"),
        (lambda: random_split(X, [1.0], seed=1, generator=np.random.default_rng()), ValueError, "got both"),
        (lambda: random_split(X, [1.0], seed=-1), ValueError, "seed must be an integer >= 0, got -1"),
        (lambda: train_test_split(), ValueError, "at least one array, got none"),
        (lambda: train_test_split(X, LABELS[:9]), ValueError, "equal length, got lengths 10, 9"),
        (lambda: train_test_split(TensorDataset(X)), TypeError, "got TensorDataset .* use random_split"),
        (lambda: train_test_split(X, test_size=1.5), ValueError, "test_size must be a fraction between 0 and 1 or"),
        (lambda: train_test_split(X, test_size=0), ValueError, "test_size must be an integer >= 1, got 0"),
        (lambda: train_test_split(X, test_size=10), ValueError, "into 0 for training and 10 for testing"),
        (lambda: train_test_split(X, test_size=6, train_size=5), ValueError, "10 samples cannot be split into 5"),
        (lambda: train_test_split([1]), ValueError, "both parts need at least one"),
        (lambda: train_test_split(X, stratify=LABELS, shuffle=False), ValueError, "use shuffle=True with it"),
        (lambda: train_test_split(X, stratify=LABELS[:3]), ValueError, r"expected shape \(10,\), got \(3,\)"),
        (lambda: train_test_split(X, stratify=[0] * 9 + [1]), ValueError, "a class has only 1 sample"),
        (lambda: train_test_split(X, stratify=LABELS, test_size=2), ValueError, "2 samples are too few .* all 3"),
        (lambda: train_test_split(X, stratify=[float("nan")] * 10), ValueError, "stratify holds nan"),
        (lambda: KFold(1), ValueError, "n_splits must be an integer >= 2, got 1"),
        (lambda: KFold(seed=1), ValueError, "seed has no effect without shuffling"),
        (lambda: KFold(11).split(X), ValueError, "10 samples are too few for n_splits=11"),
        (lambda: KFold().split(iter([1])), TypeError, "data with a length"),
        (lambda: list(StratifiedKFold(6).split(X, LABELS)), ValueError, "the largest one 5; give fewer splits"),
    ],
)
def test_what_cannot_be_split_is_refused(build: Callable[[], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        build()
