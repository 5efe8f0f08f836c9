"""Cross-validation: split samples into folds, each of which is the validation set once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sized
from typing import Any

import numpy as np

from autograd import shown

from ..checks import integer
from .randomness import chosen_generator
from .splits import class_indices

Split = tuple[np.ndarray, np.ndarray]  # indices of the training and of the validation samples


class _Folds:
    """The arguments that all kinds of folds have."""

    __slots__ = ("n_splits", "seed", "shuffle")

    def __init__(self, n_splits: int = 5, shuffle: bool = False, seed: int | None = None) -> None:
        self.n_splits = integer("n_splits", n_splits, 2)
        self.shuffle = bool(shuffle)
        if seed is not None and not shuffle:
            raise ValueError("seed has no effect without shuffling; set shuffle=True, or leave out seed")
        self.seed = None if seed is None else integer("seed", seed, 0)

    def _count(self, data: Any) -> int:
        if not isinstance(data, Sized):
            raise TypeError(f"split takes data with a length, got {type(data).__name__} {shown(data)}")
        if len(data) < self.n_splits:
            raise ValueError(f"{len(data)} samples are too few for n_splits={self.n_splits}; give fewer splits")
        return len(data)

    def _pairs(self, fold_of: np.ndarray) -> Iterator[Split]:
        for fold in range(self.n_splits):
            yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n_splits={self.n_splits}, shuffle={self.shuffle}, seed={self.seed})"


class KFold(_Folds):
    """Split samples into `n_splits` folds of equal size, the first ones larger by one where they do not divide.

    `split(data)` yields for each fold the indices of the training samples and of the validation samples. Without
    shuffling, a fold is a run of consecutive samples. With a seed, every call of `split` gives the same folds.

    >>> for train, validation in KFold(n_splits=3).split(np.zeros((7, 2))):
    ...     print(train, validation)
    [3 4 5 6] [0 1 2]
    [0 1 2 5 6] [3 4]
    [0 1 2 3 4] [5 6]
    """

    __slots__ = ()

    def split(self, data: Any, labels: Any = None) -> Iterator[Split]:
        """Yield (training indices, validation indices) for each fold. The labels are not used."""
        count = self._count(data)
        size, larger = divmod(count, self.n_splits)
        fold_of = np.repeat(np.arange(self.n_splits), [size + (k < larger) for k in range(self.n_splits)])
        if self.shuffle:
            fold_of = fold_of[chosen_generator(self.seed).permutation(count)]
        return self._pairs(fold_of)


class StratifiedKFold(_Folds):
    """Split samples into `n_splits` folds in which each class has the same share, as nearly as possible.

    `split(data, labels)` yields for each fold the indices of the training samples and of the validation samples.

    >>> labels = [0, 0, 0, 0, 1, 1]
    >>> for train, validation in StratifiedKFold(n_splits=2).split(labels, labels):
    ...     print(train, validation)
    [2 3 5] [0 1 4]
    [0 1 4] [2 3 5]
    """

    __slots__ = ()

    def split(self, data: Any, labels: Any) -> Iterator[Split]:
        """Yield (training indices, validation indices) for each fold. `labels` holds one class per sample."""
        classes = class_indices("labels", labels, self._count(data))
        counts = np.bincount(classes)
        if counts.max() < self.n_splits:
            raise ValueError(
                f"each class has fewer than n_splits={self.n_splits} samples, the largest one {counts.max()}; give "
                "fewer splits, or use KFold, for example if the labels are not classes"
            )
        if counts.min() < self.n_splits:
            warnings.warn(
                f"a class has only {counts.min()} samples, fewer than n_splits={self.n_splits}, so some folds have "
                "none of it; give fewer splits",
                UserWarning,
                stacklevel=2,
            )
        # Deal the sorted samples to the folds in turn: the sizes of folds and the shares of classes differ by one.
        dealt = [np.bincount(np.sort(classes)[k :: self.n_splits], minlength=len(counts)) for k in range(self.n_splits)]
        draw = chosen_generator(self.seed) if self.shuffle else None
        fold_of = np.empty(len(classes), np.int64)
        for k, shares in enumerate(np.transpose(dealt)):
            folds = np.repeat(np.arange(self.n_splits), shares)
            fold_of[classes == k] = folds if draw is None else draw.permutation(folds)
        return self._pairs(fold_of)
