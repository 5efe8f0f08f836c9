"""Split data at random: a dataset into parts, and arrays into a training and a test set."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor, shown

from ..checks import integer
from .datasets import Subset, required_dataset
from .randomness import chosen_generator


def random_split(
    dataset: Any, lengths: Sequence[float], generator: np.random.Generator | None = None, seed: int | None = None
) -> list[Subset]:
    """Split a dataset at random into Subsets of the given lengths, or of fractions that sum to 1.

    What is left over after the fractions are rounded down goes to the first Subsets, one sample each, as in PyTorch.

    >>> [len(part) for part in random_split(range(11), [0.8, 0.2], seed=0)]
    [9, 2]
    """
    count = len(required_dataset("random_split", dataset))
    sizes = _sizes(lengths, count)
    order = chosen_generator(seed, generator).permutation(count)
    ends = np.cumsum(sizes)
    return [Subset(dataset, order[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


def _sizes(lengths: Sequence[float], count: int) -> list[int]:
    parts = list(lengths)
    if not parts:
        raise ValueError("random_split needs at least one length, got an empty list")
    if any(isinstance(part, bool) or not isinstance(part, numbers.Real) or not float(part) >= 0 for part in parts):
        raise ValueError(f"random_split takes lengths or fractions >= 0, got {shown(parts)}")
    if all(isinstance(part, numbers.Integral) for part in parts):
        if sum(parts) != count and sum(parts) != 1:
            raise ValueError(f"the lengths {shown(parts)} sum to {sum(parts)}, but the dataset has {count} samples")
        if sum(parts) == count:
            return [int(part) for part in parts]
    if not math.isclose(sum(parts), 1.0):
        raise ValueError(f"the fractions {shown(parts)} sum to {sum(parts):g}; give fractions that sum to 1")
    sizes = [math.floor(part * count) for part in parts]
    left = count - sum(sizes)
    return [size + (k < left) for k, size in enumerate(sizes)]


def train_test_split(
    *arrays: Any,
    test_size: float | None = None,
    train_size: float | None = None,
    shuffle: bool = True,
    stratify: Any = None,
    seed: int | None = None,
    generator: np.random.Generator | None = None,
) -> list[Any]:
    """Split arrays, Tensors or lists of equal length into a training and a test part.

    A size is a fraction of the samples or a number of them. Without sizes, a quarter is for testing. With `stratify`,
    an array of classes, each class has the same share in both parts, as nearly as possible.

    Returns `[a_train, a_test, b_train, b_test, ...]`, each of the kind of the argument.

    >>> X_train, X_test, y_train, y_test = train_test_split(np.zeros((8, 3)), [0, 1] * 4, stratify=[0, 1] * 4, seed=0)
    >>> X_train.shape, X_test.shape, sorted(y_test)
    ((6, 3), (2, 3), [0, 1])
    """
    count = _common_length(arrays)
    train, test = _split_sizes(count, test_size, train_size)
    if not shuffle:
        if stratify is not None:
            raise ValueError("stratify chooses samples of each class at random; use shuffle=True with it")
        order = np.arange(count)
        chosen = order[:train], order[train : train + test]
    else:
        draw = chosen_generator(seed, generator)
        if stratify is None:
            order = draw.permutation(count)
            chosen = order[test : test + train], order[:test]
        else:
            chosen = _stratified(class_indices("stratify", stratify, count), train, test, draw)
    return [_selected(x, indices) for x in arrays for indices in chosen]


def _common_length(arrays: Sequence[Any]) -> int:
    if not arrays:
        raise ValueError("train_test_split needs at least one array, got none")
    for x in arrays:
        if not isinstance(x, (np.ndarray, Tensor, list, tuple)) or (not isinstance(x, (list, tuple)) and x.ndim == 0):
            raise TypeError(
                f"train_test_split takes arrays, Tensors and lists, got {type(x).__name__} {shown(x)}; for a dataset "
                "use random_split"
            )
    counts = [len(x) for x in arrays]
    if len(set(counts)) > 1:
        raise ValueError(f"train_test_split takes arrays of equal length, got lengths {', '.join(map(str, counts))}")
    return counts[0]


def _split_sizes(count: int, test_size: Any, train_size: Any) -> tuple[int, int]:
    """Return the sizes of the training and the test part; scikit-learn rounds the test part up, the other down."""
    test = _size("test_size", test_size, count, math.ceil)
    train = _size("train_size", train_size, count, math.floor)
    if test is None:
        test = math.ceil(0.25 * count) if train is None else count - train
    train = count - test if train is None else train
    if train < 1 or test < 1 or train + test > count:
        raise ValueError(
            f"{count} samples cannot be split into {train} for training and {test} for testing; both parts need at "
            "least one, so change test_size or train_size"
        )
    return train, test


def _size(name: str, value: Any, count: int, rounded: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, numbers.Real) and not isinstance(value, (bool, numbers.Integral)):
        if not 0 < float(value) < 1:
            raise ValueError(f"{name} must be a fraction between 0 and 1 or a number of samples, got {value}")
        # A product such as 0.07 * 100 may exceed the whole number that is meant by a rounding error.
        return int(rounded(round(float(value) * count, 9)))
    return integer(name, value, 1)


def _stratified(classes: np.ndarray, train: int, test: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    counts = np.bincount(classes)
    if counts.min() < 2:
        raise ValueError(
            f"a class has only {counts.min()} sample, but stratify needs at least 2 of each class, one for each part; "
            "leave that class out, or leave out stratify"
        )
    if min(train, test) < len(counts):
        raise ValueError(
            f"{min(train, test)} samples are too few for a part with all {len(counts)} classes; make the part larger, "
            "or leave out stratify"
        )
    for_test = _shares(counts, test, draw)
    for_train = _shares(counts - for_test, train, draw)
    parts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for k in range(len(counts)):
        members = draw.permutation(np.flatnonzero(classes == k))
        parts[1].append(members[: for_test[k]])
        parts[0].append(members[for_test[k] : for_test[k] + for_train[k]])
    return draw.permutation(np.concatenate(parts[0])), draw.permutation(np.concatenate(parts[1]))


def _shares(counts: np.ndarray, size: int, draw: np.random.Generator) -> np.ndarray:
    """Return how many of `size` samples to take from each class: its share rounded down, the rest by remainder."""
    exact = counts * (size / counts.sum())
    taken: np.ndarray = np.floor(exact + 1e-9).astype(np.int64)
    order = draw.permutation(len(counts))  # decides between equal remainders
    largest = order[np.argsort(np.round(taken - exact, 9)[order], kind="stable")]
    taken[largest[: size - taken.sum()]] += 1
    return taken


def _selected(x: Any, indices: np.ndarray) -> Any:
    if isinstance(x, (list, tuple)):
        return type(x)([x[k] for k in indices.tolist()])
    return x[indices]


def class_indices(name: str, labels: Any, count: int) -> np.ndarray:
    """Return the class of each sample as an index from 0 on, in the order in which the classes first appear."""
    array = np.asarray(labels.numpy() if isinstance(labels, Tensor) else labels)
    if array.shape != (count,):
        raise ValueError(f"{name} must hold one class per sample, expected shape ({count},), got {array.shape}")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ValueError(f"{name} holds nan; give every sample a class")
    _, first, inverse = np.unique(array, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse])
