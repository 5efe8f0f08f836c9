"""Losses: how far what a network gives is from what it should give, as one number.

The names and arguments are PyTorch's. `input` and `target` are Tensors (a target may be an array or a list of numbers),
or lists of Values and numbers, as micrograd's networks give them. `reduction` is "mean", "sum" or "none"; of lists of
Values "none" gives a flat list. Shapes have to be the same: (n,) against (n, 1) would broadcast to (n, n).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
from autograd import Tensor

from .pairing import array, class_weights, each, flat, has_values, like, reduced, shape_of, tensor

LEAST = math.exp(-100.0)  # probabilities below it have the logarithm -100

# of numbers


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """(x - t)².

    >>> mse_loss(Tensor([1.0, 2.0]), [1.0, 4.0]).item()
    2.0
    """
    return each("mse_loss", lambda x, t: ag.square(x - t), input, target, reduction)


def l1_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """|x - t|."""
    return each("l1_loss", lambda x, t: ag.abs(x - t), input, target, reduction)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """(x - t)² / 2 where |x - t| is at most delta, and delta (|x - t| - delta / 2) further out (Huber, 1964)."""
    if not delta > 0:
        raise ValueError(f"huber_loss needs delta > 0, got {delta}")

    def loss(x: Any, t: Any) -> Any:
        far = ag.abs(x - t)
        # Clipped, so that the branch not taken cannot overflow.
        return ag.where(far <= delta, 0.5 * ag.square(ag.clip(far, max=delta)), delta * (far - 0.5 * delta))

    return each("huber_loss", loss, input, target, reduction)


def smooth_l1_loss(input: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """The Huber loss divided by beta: its slope far out is 1. With beta = 0 it is the L1 loss."""
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss needs beta >= 0, got {beta}")
    if beta == 0:
        return l1_loss(input, target, reduction)

    def loss(x: Any, t: Any) -> Any:
        far = ag.abs(x - t)
        return ag.where(far < beta, 0.5 * ag.square(ag.clip(far, max=beta)) / beta, far - 0.5 * beta)

    return each("smooth_l1_loss", loss, input, target, reduction)


def kl_div(input: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """t (log t - x), for log-probabilities x; 0 where t is 0. With log_target, t too is given as its logarithm.

    The Kullback–Leibler divergence is the sum, per sample reduction="batchmean": "mean" divides by all elements.
    """

    def loss(x: Any, t: Any) -> Any:
        if log_target:
            return ag.exp(t) * (t - x)
        some = t > 0
        return ag.where(some, t * ag.log(ag.where(some, t, 1.0)), 0.0) - t * x

    if reduction != "batchmean":
        return each("kl_div", loss, input, target, reduction)
    return each("kl_div", loss, input, target, "sum") / len(input)


# of probabilities and scores of two classes


def binary_cross_entropy(input: Any, target: Any, weight: Any = None, reduction: str = "mean") -> Any:
    """-(t log x + (1 - t) log(1 - x)) for probabilities x, each logarithm at least -100.

    Where the logarithm is held at -100 (x or 1 - x below 4e-44) its gradient is 0. Scores, before the sigmoid, are
    better left to `binary_cross_entropy_with_logits`, which has no such edge.
    """

    def loss(x: Any, t: Any) -> Any:
        at_0, at_1 = x < LEAST, x >= 1.0
        log_x = ag.where(at_0, -100.0, ag.log(ag.where(at_0, 1.0, x)))
        log_rest = ag.where(at_1, -100.0, ag.log1p(-ag.where(at_1, 0.0, x)))
        return -(t * log_x + (1.0 - t) * log_rest)

    if not all(_is_probability(x) for x in (flat(input) if has_values(input) else [tensor(input)])):
        raise ValueError(
            "binary_cross_entropy takes probabilities from 0 to 1, and the input has others; of scores use "
            "binary_cross_entropy_with_logits"
        )
    return each("binary_cross_entropy", loss, input, target, reduction, weight)


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """The binary cross-entropy of sigmoid(x), from x itself: finite and with all its digits for scores of any size.

    `weight` is a factor for each element, `pos_weight` one for the part of the positive class; both broadcast.
    """

    def with_positive(x: Any, t: Any, positive: Any) -> Any:
        return (1.0 - t) * ag.softplus(x) + positive * t * ag.softplus(-x)

    return each(
        "binary_cross_entropy_with_logits",
        ag.binary_cross_entropy_with_logits if pos_weight is None else with_positive,
        input,
        target,
        reduction,
        weight,
        pos_weight,
    )


def hinge_loss(input: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """max(0, margin - t x), for scores x and classes t that are -1 or 1: micrograd's max-margin loss."""
    if not np.isin(list(flat(target)), (-1, 1)).all():
        raise ValueError(
            "hinge_loss takes classes -1 and 1, and the target has others; of 0 and 1 make them by 2*t - 1"
        )
    return each("hinge_loss", lambda x, t: ag.relu(margin - t * x), input, target, reduction)


# of many classes


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """-log softmax(x)[t], for scores x with the classes along dimension 1 (0 of a single sample) and classes t.

    `target` holds integers, or probabilities in the shape of the input. `weight` is a factor for each class, and "mean"
    divides by the factors of the samples; samples of class `ignore_index` do not count. `label_smoothing` mixes
    the target with that much of all classes evenly (Szegedy et al., 2015).

    >>> cross_entropy(Tensor([[0.0, 0.0]]), [1]).item()
    0.6931471805599453
    """
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is from 0 to 1, got {label_smoothing}")
    if has_values(input):
        return _of_rows(
            input, target, weight, ignore_index, reduction, label_smoothing, ag.cross_entropy, ag.log_softmax
        )
    x = tensor(input)
    dim = 1 if len(x.shape) > 1 else 0
    if (target if isinstance(target, Tensor) else np.asarray(target)).dtype.kind == "f":
        _no_index(ignore_index)
        return _of_probabilities(x, target, class_weights(weight, x, x.shape[dim]), dim, reduction, label_smoothing)
    places, kept = _classes("cross_entropy", array(target), x.shape, dim, ignore_index)
    losses = ag.cross_entropy(x, places, dim)
    spread = ag.log_softmax(x, dim) if label_smoothing else None
    return _of_classes(
        losses, spread, places, kept, class_weights(weight, x, x.shape[dim]), dim, reduction, label_smoothing
    )


def nll_loss(input: Any, target: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """-x[t], for log-probabilities x, as `log_softmax` gives them; otherwise as `cross_entropy`."""
    if has_values(input):
        return _of_rows(input, target, weight, ignore_index, reduction, 0.0, lambda row, t: -row[t], None)
    x = tensor(input)
    dim = 1 if len(x.shape) > 1 else 0
    places, kept = _classes("nll_loss", array(target), x.shape, dim, ignore_index)
    losses = -ag.squeeze(ag.gather(x, dim, np.expand_dims(places, dim)), dim)
    return _of_classes(losses, None, places, kept, class_weights(weight, x, x.shape[dim]), dim, reduction, 0.0)


def _no_index(ignore: int) -> None:
    if ignore != -100:
        raise ValueError(
            f"cross_entropy got ignore_index={ignore} and probabilities as target, which have no class to ignore; give "
            "classes, or leave ignore_index out"
        )


def _of_classes(
    losses: Any,
    log_p: Any,
    places: np.ndarray,
    kept: np.ndarray,
    weight: Any,
    dim: int,
    reduction: str,
    smoothing: float,
) -> Any:
    """The losses of the samples, weighted by their classes, smoothed, without those that do not count, and reduced."""
    factors = np.ones(places.shape) if weight is None else array(weight)[places]
    if weight is not None:
        losses = losses * factors
    if log_p is not None:
        classes = log_p.shape[dim]
        along = (classes, *(1,) * (len(log_p.shape) - dim - 1))
        every = log_p if weight is None else log_p * ag.reshape(weight, along)
        losses = (1.0 - smoothing) * losses - smoothing / classes * ag.sum(every, dim)
    if not kept.all():
        losses = ag.where(kept, losses, 0.0)
    if reduction == "mean":
        return ag.sum(losses) / float(np.sum(factors * kept))
    return reduced(losses, reduction)


def _of_probabilities(x: Any, target: Any, weight: Any, dim: int, reduction: str, smoothing: float) -> Any:
    t = like(target, x)
    if t.shape != x.shape:
        raise ValueError(
            f"cross_entropy got scores of shape {x.shape} and floats of shape {t.shape} as target: probabilities have "
            "the shape of the scores, and classes are integers, as in target.astype(int)"
        )
    if smoothing:
        t = (1.0 - smoothing) * t + smoothing / x.shape[dim]
    if weight is not None:
        t = t * ag.reshape(weight, (-1, *(1,) * (len(x.shape) - dim - 1)))
    return reduced(ag.cross_entropy(x, t, dim), reduction)


def _of_rows(
    rows: Any,
    target: Any,
    weight: Any,
    ignore: int,
    reduction: str,
    smoothing: float,
    loss: Callable[[Any, int], Any],
    log_p: Callable[[Any], Any] | None,
) -> Any:
    """The same for lists of Values: a list of rows and a list of classes, or one row and one class."""
    if not isinstance(rows[0], (list, tuple)):
        rows, target = [rows], [target]
    classes = array(target)
    count = len(rows[0])
    if len(shape_of(rows)) != 2:
        raise ValueError(f"expected rows of scores, one for each sample, got shape {shape_of(rows)}")
    factors = [1.0] * count if weight is None else class_weights(weight, None, count).tolist()
    if log_p is not None and classes.dtype.kind == "f" and classes.shape == (len(rows), count):
        _no_index(ignore)
        mixed = ((1.0 - smoothing) * classes + smoothing / count) * factors
        return reduced([ag.cross_entropy(list(row), t) for row, t in zip(rows, mixed.tolist(), strict=True)], reduction)
    if classes.dtype.kind not in "iu" or classes.shape != (len(rows),):
        raise ValueError(
            f"expected a class, an integer, for each of the {len(rows)} rows of scores, got {target!r:.60}"
        )
    losses, total = [], 0.0
    for row, t in zip(rows, classes.tolist(), strict=True):
        if t == ignore:
            losses.append(ag.where(False, row[0], 0.0))  # a Value, which goes backward like any loss
            continue
        _classes("a loss", np.array(t), (count,), 0, ignore)
        one = loss(list(row), t) * factors[t]
        if smoothing and log_p is not None:
            every = ag.dot(factors, log_p(list(row)))
            one = (1.0 - smoothing) * one - smoothing / count * every
        losses.append(one)
        total += factors[t]
    if reduction == "mean":
        return ag.sum(losses) / total if total else ag.sum(losses) * math.nan
    return reduced(losses, reduction)


def _classes(name: str, t: np.ndarray, shape: tuple[int, ...], dim: int, ignore: int) -> tuple[np.ndarray, np.ndarray]:
    """Classes to pick by, 0 in the place of those that do not count, and which count."""
    expected = shape[:dim] + shape[dim + 1 :]
    if t.dtype.kind not in "iu":
        raise TypeError(f"{name} takes classes that are integers, got {t.dtype}; make them so by target.astype(int)")
    if t.shape != expected:
        fix = f"; use target.reshape{expected}" if t.size == math.prod(expected) else ""
        raise ValueError(f"{name} of scores of shape {shape} takes classes of shape {expected}, got {t.shape}{fix}")
    kept = np.asarray(t != ignore)
    wrong = t[kept & ((t < 0) | (t >= shape[dim]))]
    if wrong.size:
        raise IndexError(f"{name} of {shape[dim]} classes takes 0 to {shape[dim] - 1}, got class {wrong.flat[0]}")
    return np.where(kept, t, 0), kept


def _is_probability(x: Any) -> bool:
    if isinstance(x, Tensor):
        return not ((x.data < 0) | (x.data > 1)).any()
    return not (x < 0 or x > 1)
