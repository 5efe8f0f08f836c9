"""Metrics: numbers that judge the predictions of a model, collected batch by batch.

A metric keeps all that it knows in one array, its totals. `add` returns new totals and changes nothing, so a training
that is interrupted, saved and resumed has the same metrics as one that is not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Final, final

import numpy as np

from autograd import Tensor, Value, shown

from ..checks import integer, number, real
from .outputs import as_array


class Metric(ABC):
    """Base class of metrics. `name` is the key of the metric in the history."""

    name: str

    @abstractmethod
    def add(self, totals: np.ndarray, output: Any, target: Any) -> np.ndarray:
        """Return the totals after one more batch. They start as an array of no elements."""

    @abstractmethod
    def value(self, totals: np.ndarray) -> Any:
        """Return the metric of all batches in the totals."""


class _Mean(Metric):
    """Base class of the metrics that are a mean over the samples."""

    @abstractmethod
    def batch(self, output: Any, target: Any) -> tuple[float, int]:
        """Return the sum over the samples of a batch, and their number."""

    def add(self, totals: np.ndarray, output: Any, target: Any) -> np.ndarray:
        both = np.array(self.batch(output, target), dtype=np.float64)
        return both if not totals.size else totals + both

    def value(self, totals: np.ndarray) -> float:
        return float(totals[0] / totals[1]) if totals.size and totals[1] else float("nan")


_FIX: Final = "for a regression use mae or r2, and for labels that exclude no other a function of your own"


@final
class Accuracy(_Mean):
    """The share of samples whose class is predicted.

    Scores of shape (n, classes) predict the class of the highest score. One score for each sample predicts the positive
    class where it is above the threshold: 0 for scores (logits), 0.5 for probabilities. A binary target is positive
    where it is above 0, so -1 and 1 serve as well as 0 and 1. A target in the shape of the scores holds probabilities.
    """

    def __init__(self, threshold: float = 0.0, name: str = "accuracy") -> None:
        self.threshold, self.name = number("threshold", threshold), name

    def batch(self, output: Any, target: Any) -> tuple[float, int]:
        predicted, true, _ = classes(output, target, self.threshold)
        return float(np.sum(predicted == true)), true.size


@final
class TopK(_Mean):
    """The share of samples whose class is among the k with the highest scores."""

    def __init__(self, k: int = 5, name: str | None = None) -> None:
        self.k = integer("k", k, 1)
        self.name = name or f"top_{k}"

    def batch(self, output: Any, target: Any) -> tuple[float, int]:
        scores = as_array(output)
        _, true, count = classes(output, target, 0.0)
        if scores.ndim != 2 or count < self.k:
            raise ValueError(f"top-{self.k} needs scores of at least {self.k} classes, got shape {scores.shape}")
        own = np.take_along_axis(scores, true[:, None], axis=1)
        return float(np.sum(np.sum(scores > own, axis=1) < self.k)), true.size


@final
class MAE(_Mean):
    """The mean absolute error."""

    name = "mae"

    def batch(self, output: Any, target: Any) -> tuple[float, int]:
        predicted, true = _pair("mae", output, target)
        return float(np.sum(np.abs(predicted - true))), true.size


@final
class R2(Metric):
    """The coefficient of determination, 1 - Σ(t - y)² / Σ(t - mean t)²; the mean over the columns if there are several.

    1 is perfect, and 0 no better than the mean of the targets.
    """

    name = "r2"

    def add(self, totals: np.ndarray, output: Any, target: Any) -> np.ndarray:
        predicted, true = _pair("r2", output, target)
        true, predicted = true.reshape(len(true), -1), predicted.reshape(len(true), -1)
        mean = true.mean(axis=0)
        spread, error = np.sum((true - mean) ** 2, axis=0), np.sum((true - predicted) ** 2, axis=0)
        if not totals.size:
            return np.stack([np.full_like(mean, len(true)), mean, spread, error])
        # Not from the sum of squares, which loses the digits of a small spread around a large mean.
        count, old, old_spread, old_error = totals
        all_samples, shift = count + len(true), mean - old
        spread = old_spread + spread + shift**2 * count * len(true) / all_samples
        return np.stack([all_samples, old + shift * len(true) / all_samples, spread, old_error + error])

    def value(self, totals: np.ndarray) -> float:
        if not totals.size:
            return float("nan")
        with np.errstate(all="ignore"):
            return float(np.mean(1 - totals[3] / totals[2]))


@final
class ConfusionMatrix(Metric):
    """The number of samples of each class (row) that were predicted as each class (column)."""

    def __init__(self, threshold: float = 0.0, name: str = "confusion_matrix") -> None:
        self.threshold, self.name = number("threshold", threshold), name

    def add(self, totals: np.ndarray, output: Any, target: Any) -> np.ndarray:
        predicted, true, count = classes(output, target, self.threshold)
        matrix = np.zeros((count, count), dtype=np.int64)
        np.add.at(matrix, (true, predicted), 1)
        return matrix if not totals.size else totals + matrix

    def value(self, totals: np.ndarray) -> Any:
        return totals


@final
class F1(Metric):
    """The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN).

    average  "macro", the mean over the classes; "micro", from the counts of all classes; "binary", of class 1; by
             default "binary" for two classes and "macro" for more
    """

    def __init__(self, average: str | None = None, threshold: float = 0.0, name: str = "f1") -> None:
        if average not in (None, "macro", "micro", "binary"):
            raise ValueError(f'average must be "macro", "micro" or "binary", got {shown(average)}')
        self.average, self.name = average, name
        self._matrix = ConfusionMatrix(threshold)

    def add(self, totals: np.ndarray, output: Any, target: Any) -> np.ndarray:
        return self._matrix.add(totals, output, target)

    def value(self, totals: np.ndarray) -> float:
        if not totals.size:
            return float("nan")
        average = self.average or ("binary" if len(totals) == 2 else "macro")
        right, all_counted = np.diag(totals), totals.sum(axis=0) + totals.sum(axis=1)
        if average == "micro":
            return float(2 * right.sum() / all_counted.sum())
        scores = np.divide(2 * right, all_counted, out=np.zeros(len(totals)), where=all_counted > 0)
        return float(scores[1] if average == "binary" else scores[all_counted > 0].mean())


@final
class _Function(_Mean):
    """The mean over the samples of a function of output and target that returns the mean of a batch."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)

    def batch(self, output: Any, target: Any) -> tuple[float, int]:
        found = self.function(output, target)
        count = len(target)
        scalar = isinstance(found, (Tensor, Value)) or (isinstance(found, np.ndarray) and not found.ndim)
        return real(f"the metric {self.name}", found.item() if scalar else found) * count, count


_NAMES: dict[str, Callable[[float], Metric]] = {
    "accuracy": Accuracy,
    "acc": lambda threshold: Accuracy(threshold, "acc"),
    "mae": lambda _: MAE(),
    "r2": lambda _: R2(),
    "f1": lambda threshold: F1(threshold=threshold),
    "confusion_matrix": ConfusionMatrix,
    "top_k": lambda _: TopK(),
}


def metric_list(metrics: Iterable[Any], threshold: float) -> list[Metric]:
    """Return metrics given by name, as functions `f(output, target)` or as Metrics.

    The names are accuracy (or acc), top_k (k = 5), top_1, top_2 and so on, mae, r2, f1 and confusion_matrix. The
    threshold is that of two classes with one score.
    """
    if isinstance(metrics, (str, Metric)) or not isinstance(metrics, Iterable):
        raise TypeError(f"metrics must be a list, got {type(metrics).__name__}; write metrics=[{shown(metrics, 40)}]")
    found = [_metric(metric, threshold) for metric in metrics]
    names = [metric.name for metric in found]
    if twice := [name for k, name in enumerate(names) if name in [*names[:k], "loss"]]:
        raise ValueError(f"two metrics are named {twice[0]!r}; give one of them another name")
    return found


def _metric(metric: Any, threshold: float) -> Metric:
    if isinstance(metric, Metric):
        return metric
    if isinstance(metric, str):
        if metric in _NAMES:
            return _NAMES[metric](threshold)
        if metric.startswith("top_") and metric[4:].isdecimal():
            return TopK(int(metric[4:]))
        raise ValueError(f"there is no metric {shown(metric)}; the names are {', '.join(_NAMES)}, or give a function")
    if isinstance(metric, type) and issubclass(metric, Metric):
        raise TypeError(f"a metric is an object, got the class {metric.__name__}; write {metric.__name__}()")
    if callable(metric):
        return _Function(metric)
    raise TypeError(f"a metric is a name or a function of output and target, got {type(metric).__name__}")


def classes(output: Any, target: Any, threshold: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the predicted and the true class of each sample, and the number of classes. See Accuracy."""
    scores, true = as_array(output), as_array(target)
    if scores.ndim == 2 and scores.shape[1] > 1:
        true = _likeliest(true) if true.shape == scores.shape else true
        predicted, count = scores.argmax(axis=1), scores.shape[1]
    else:
        if not (np.isin(true, (0, 1)).all() or np.isin(true, (-1, 1)).all()):
            raise ValueError(
                f"a metric of two classes takes the targets 0 and 1, or -1 and 1, got {_odd(true)}; {_FIX}"
            )
        predicted, true, count = (scores > threshold).astype(int), (true > 0).astype(int), 2
        predicted = predicted.reshape(true.shape) if predicted.size == true.size else predicted
    if predicted.shape != true.shape:
        raise ValueError(
            f"a metric of classes got scores of shape {scores.shape} and a target of shape {as_array(target).shape}; "
            "expected (n, classes) and n classes, or one score for each sample"
        )
    if true.size and not 0 <= true.min() <= true.max() < count:
        raise ValueError(f"the classes of {count} scores are 0 to {count - 1}, got {true.min()} to {true.max()}")
    if (true.astype(int) != true).any():
        raise ValueError(f"classes are whole numbers, got {true[true.astype(int) != true][0]}; {_FIX}")
    return predicted.ravel(), true.astype(int).ravel(), count


def _likeliest(true: np.ndarray) -> np.ndarray:
    """Return the class with the highest probability in each row."""
    if not ((true >= 0).all() and np.allclose(true.sum(axis=1), 1.0, atol=1e-3)):
        raise ValueError(
            f"a target in the shape of the scores, {true.shape}, holds probabilities, which are >= 0 and sum to 1 "
            f"in each row, got the row {true[0]!s:.60}; {_FIX}"
        )
    return np.asarray(true.argmax(axis=1))


def _odd(true: np.ndarray) -> Any:
    """Return the first target that is no class of two."""
    wrong = true[~np.isin(true, (-1, 0, 1))]
    return wrong.flat[0] if wrong.size else "-1, 0 and 1"


def _pair(name: str, output: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    predicted, true = (np.asarray(as_array(x), dtype=np.float64) for x in (output, target))
    if predicted.shape != true.shape:
        raise ValueError(
            f"{name} got an output of shape {predicted.shape} and a target of shape {true.shape}, which must be equal"
        )
    return predicted, true
