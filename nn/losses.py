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
    x, target = _scores(input, target)
    if (target if isinstance(target, Tensor) else np.asarray(target)).dtype.kind != "f":
        return _of_classes(
            "cross_entropy", ag.cross_entropy, x, target, weight, ignore_index, reduction, label_smoothing
        )
    if ignore_index != -100:
        raise ValueError(
            f"cross_entropy got ignore_index={ignore_index} and probabilities as target, which have no class to "
            "ignore; give classes, or leave ignore_index out"
        )
    return _of_probabilities(x, target, weight, reduction, label_smoothing)


def nll_loss(input: Any, target: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """-x[t], for log-probabilities x, as `log_softmax` gives them; otherwise as `cross_entropy`."""

    def loss(x: Any, places: Any, dim: int) -> Any:
        return -x[places] if isinstance(x, list) else -ag.squeeze(ag.gather(x, dim, np.expand_dims(places, dim)), dim)

    x, target = _scores(input, target)
    return _of_classes("nll_loss", loss, x, target, weight, ignore_index, reduction, 0.0)


def _scores(input: Any, target: Any) -> tuple[Any, Any]:
    """A Tensor and its target as it is; or of Values a list of rows, one for each sample, and an array."""
    if not has_values(input):
        return tensor(input), target
    shape, target = shape_of(input), array(target)
    if len(shape) == 1:
        return [list(input)], target[None]
    if len(shape) != 2:
        raise ValueError(f"expected rows of scores, one for each sample, got shape {shape}")
    return [list(row) for row in input], target


def _layout(x: Any) -> tuple[tuple[int, ...], int]:
    """The shape of the scores, and which dimension is that of the classes."""
    shape = shape_of(x) if isinstance(x, list) else tuple(x.shape)
    return shape, 1 if len(shape) > 1 else 0


def _of_classes(
    name: str,
    loss: Callable[[Any, Any, int], Any],
    x: Any,
    target: Any,
    weight: Any,
    ignore: int,
    reduction: str,
    smoothing: float,
) -> Any:
    """The losses of the samples, weighted by their classes, smoothed, without those that do not count, and reduced.

    `loss` is that of a Tensor and its classes, or of one row of Values and its class.
    """
    shape, dim = _layout(x)
    places, kept = _classes(name, array(target), shape, dim, ignore)
    weight = class_weights(weight, None if isinstance(x, list) else x, shape[dim])
    factors: np.ndarray = np.ones(places.shape) if weight is None else array(weight)[places]

    def weighted(x: Any, places: Any, factors: Any) -> Any:
        losses = loss(x, places, dim) if weight is None else loss(x, places, dim) * factors
        if not smoothing:
            return losses
        return (1.0 - smoothing) * losses - smoothing / shape[dim] * _of_all(x, weight, dim)

    losses: Any
    if isinstance(x, list):
        samples = zip(x, places.tolist(), factors.tolist(), kept.tolist(), strict=True)
        # A row that does not count still gives a Value, which goes backward like any loss.
        losses = [
            weighted(row, k, factor) if counts else ag.where(False, row[0], 0.0) for row, k, factor, counts in samples
        ]
    else:
        losses = weighted(x, places, factors)
        losses = losses if kept.all() else ag.where(kept, losses, 0.0)
    if reduction == "mean":
        return ag.sum(losses) / float(np.sum(factors * kept))
    return reduced(losses, reduction)


def _of_all(x: Any, weight: Any, dim: int) -> Any:
    """The logarithms of the probabilities of all classes, weighted and added up, of a Tensor or of a row of Values."""
    log_p = ag.log_softmax(x, dim)
    if isinstance(x, list):
        return ag.sum(log_p) if weight is None else ag.dot(weight.tolist(), log_p)
    return ag.sum(log_p if weight is None else log_p * _along(weight, x, dim), dim)


def _along(weight: Any, x: Any, dim: int) -> Any:
    """Weights of the classes in a shape that broadcasts to x."""
    return ag.reshape(weight, (-1, *(1,) * (len(x.shape) - dim - 1)))


def _of_probabilities(x: Any, target: Any, weight: Any, reduction: str, smoothing: float) -> Any:
    shape, dim = _layout(x)
    rows = isinstance(x, list)
    t = Tensor(target) if rows else like(target, x)
    if tuple(t.shape) != shape:
        raise ValueError(
            f"cross_entropy got scores of shape {shape} and floats of shape {t.shape} as target: probabilities have "
            "the shape of the scores, and classes are integers, as in target.astype(int)"
        )
    weight = class_weights(weight, t, shape[dim])
    if smoothing:
        t = (1.0 - smoothing) * t + smoothing / shape[dim]
    if weight is not None:
        t = t * _along(weight, t, dim)
    if rows:
        return reduced([ag.cross_entropy(row, p) for row, p in zip(x, t.tolist(), strict=True)], reduction)
    return reduced(ag.cross_entropy(x, t, dim), reduction)


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
