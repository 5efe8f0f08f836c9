"""Losses of many classes: cross-entropy, negative log-likelihood, Kullback–Leibler divergence.

The classes are along dimension 1 of a Tensor, or dimension 0 if it has only one; or each sample is a row, a list of
Values.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag
from autograd import Tensor

from ..checks import integer, number_or_node
from ..inputs import as_tensor, constant_array, has_values, nested_shape
from .batch import Formula, apply_formula, elementwise_loss, reduced


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Return the mean of -log softmax(x)[t], for scores x and classes t.

    input            scores, with the classes along dimension 1, or dimension 0 for a single sample
    target           the class of each sample as an integer; or probabilities in the shape of the input
    weight           a factor for each class; "mean" then divides by the sum of the factors of the samples
    ignore_index     samples of this class do not count
    label_smoothing  the share of the target that is spread evenly over all classes (Szegedy et al., 2015)

    >>> cross_entropy(Tensor([[0.0, 0.0]]), [1]).item()
    0.6931471805599453
    """
    ignore_index = integer("ignore_index", ignore_index)
    if not 0 <= number_or_node("label_smoothing", label_smoothing) <= 1:
        raise ValueError(f"label_smoothing must be from 0 to 1, got {label_smoothing}")
    x, target = _batch(input, target)
    shape, dim = _layout(x)
    weights = _class_weights(weight, shape[dim], x)

    def formula(x: Any, t: Any) -> Any:
        return ag.cross_entropy(x, t, dim)

    kind = target.dtype.kind if isinstance(target, (np.ndarray, Tensor)) else as_tensor(target).dtype.kind
    if kind == "f":
        t = as_tensor(target, like=x)
        if tuple(t.shape) != shape:
            raise ValueError(
                f"cross_entropy got scores of shape {shape} and floats of shape {t.shape} as target: probabilities "
                "have the shape of the scores, and classes are integers, as in target.astype(int)"
            )
        if ignore_index != -100:
            raise ValueError(
                f"cross_entropy got ignore_index={ignore_index} and probabilities as target, which have no class to "
                "ignore; give classes, or leave ignore_index out"
            )
        return reduced(apply_formula(formula, x, _soft_target(t, weights, label_smoothing, x)), reduction)
    classes, counted = _checked_classes("cross_entropy", target, shape, dim, ignore_index)
    if not label_smoothing:
        return _loss_of_classes(formula, x, classes, counted, weights, reduction)
    one_hot = as_tensor(np.moveaxis(np.eye(shape[dim])[classes], -1, dim), like=x)
    losses = apply_formula(formula, x, _soft_target(one_hot, weights, label_smoothing, x))
    return _reduced_counted(losses, x, classes, counted, weights, reduction)


def nll_loss(input: Any, target: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """Return the mean of -x[t], for log-probabilities x from `log_softmax` and classes t.

    The arguments are those of `cross_entropy`.
    """
    x, target = _batch(input, target)
    shape, dim = _layout(x)
    classes, counted = _checked_classes("nll_loss", target, shape, dim, integer("ignore_index", ignore_index))

    def formula(x: Any, t: Any) -> Any:
        return -x[t] if isinstance(x, list) else -ag.squeeze(ag.gather(x, dim, np.expand_dims(t, dim)), dim)

    return _loss_of_classes(formula, x, classes, counted, _class_weights(weight, shape[dim], x), reduction)


def kl_div(input: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """Return the mean of t (log t - x), for log-probabilities x and probabilities t; it is 0 where t is 0.

    With `log_target` the target is log t. The Kullback–Leibler divergence sums over the classes: use
    reduction="batchmean", the sum divided by the number of samples. "mean" divides by the number of elements.
    """

    def formula(x: Any, t: Any) -> Any:
        if log_target:
            return ag.exp(t) * (t - x)
        zero = t == 0.0  # a target below 0 is no probability: its logarithm is nan, and so is the loss
        return ag.where(zero, 0.0, t * ag.log(ag.where(zero, 1.0, t))) - t * x

    if reduction != "batchmean":
        return elementwise_loss("kl_div", formula, input, target, reduction)
    return elementwise_loss("kl_div", formula, input, target, "sum") / len(input)


# --- read the arguments ---


def _batch(input: Any, target: Any) -> tuple[Any, Any]:
    """Return the scores as a Tensor, or as a list of rows of Values with the target as an array."""
    if not has_values(input):
        return as_tensor(input), target
    shape, target = nested_shape(input), constant_array(target)
    if len(shape) == 1:
        return [list(input)], target[None]
    if len(shape) != 2:
        raise ValueError(f"expected a row of scores for each sample, got scores of shape {shape}; give a list of lists")
    return [list(row) for row in input], target


def _layout(x: Any) -> tuple[tuple[int, ...], int]:
    """Return the shape of the scores and the dimension of the classes."""
    shape = nested_shape(x) if isinstance(x, list) else tuple(x.shape)
    return shape, 1 if len(shape) > 1 else 0


def _class_weights(weight: Any, classes: int, x: Any) -> Any:
    """Return the weights of the classes as a Tensor with the dtype of x, or None."""
    if weight is None:
        return None
    weights = constant_array(weight)
    if weights.shape != (classes,):
        raise ValueError(f"weight must have a number for each of the {classes} classes, got shape {weights.shape}")
    return as_tensor(weights, like=x)


def _checked_classes(
    name: str, target: Any, shape: tuple[int, ...], dim: int, ignore: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes and which of them count; one that is ignored and none of the classes becomes 0."""
    t = constant_array(target)
    expected = shape[:dim] + shape[dim + 1 :]
    if t.dtype.kind not in "iu":
        raise TypeError(f"{name} takes classes that are integers, got {t.dtype}; convert them with target.astype(int)")
    if t.shape != expected:
        fix = f"; use target.reshape{expected}" if t.size == math.prod(expected) else ""
        raise ValueError(f"{name} of scores of shape {shape} takes classes of shape {expected}, got {t.shape}{fix}")
    counted = np.asarray(t != ignore)
    # item(argmin()) takes a fifth of the time of min().
    if not t.size or (t.item(t.argmin()) >= 0 and t.item(t.argmax()) < shape[dim]):
        return t, counted
    wrong = t[counted & ((t < 0) | (t >= shape[dim]))]
    if wrong.size:
        raise IndexError(f"{name} of {shape[dim]} classes takes 0 to {shape[dim] - 1}, got class {wrong.flat[0]}")
    return np.where(counted, t, 0), counted


# --- compute ---


def _soft_target(t: Any, weights: Any, smoothing: float, x: Any) -> Any:
    """Return probabilities, smoothed and multiplied by the class weights: a Tensor, or an array for rows of Values."""
    shape, dim = _layout(x)
    if smoothing:
        t = (1.0 - smoothing) * t + smoothing / shape[dim]
    if weights is not None:
        t = t * ag.reshape(weights, (-1, *(1,) * (len(shape) - dim - 1)))
    return t.numpy() if isinstance(x, list) else t


def _loss_of_classes(
    formula: Formula, x: Any, classes: np.ndarray, counted: np.ndarray, weights: Any, reduction: str
) -> Any:
    """Apply a formula to scores and classes, multiply by the weights of the classes and reduce."""
    losses = apply_formula(formula, x, classes)
    if weights is not None:
        losses = apply_formula(lambda loss, factor: loss * factor, losses, weights.numpy()[classes])
    return _reduced_counted(losses, x, classes, counted, weights, reduction)


def _reduced_counted(
    losses: Any, x: Any, classes: np.ndarray, counted: np.ndarray, weights: Any, reduction: str
) -> Any:
    """Set the losses of ignored samples to 0 and reduce; "mean" divides by the sum of the weights that count."""
    number = np.count_nonzero(counted)
    if isinstance(x, list):
        # A 0 made from the row: it is a Value, and backward() works on it as on the other losses.
        rows = zip(losses, x, counted.tolist(), strict=True)
        losses = [loss if counts else ag.where(False, row[0], 0.0) for loss, row, counts in rows]
    elif number != counted.size:
        losses = ag.where(counted, losses, 0.0)
    if reduction == "mean":
        count = number if weights is None else np.sum(weights.numpy()[classes] * counted)
        return ag.sum(losses) / float(count)
    return reduced(losses, reduction)
