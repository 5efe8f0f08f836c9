"""Checks of the batch: the inputs, the labels, and how they fit the output and the loss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from ..loss_kind import LossKind
from ..outputs import as_array
from ..sources import not_finite
from .evidence import Evidence
from .sign import Sign

_LARGE_INPUT: Final = 10.0  # root mean square
_FEW: Final = 8  # samples; in fewer, a feature may be constant by chance
_IGNORED: Final = -100  # cross_entropy does not count samples of this class


def nan_in_the_data(found: Evidence) -> Iterator[Sign]:
    """Find inputs and targets that are not finite."""
    for name, data in not_finite(found.inputs, found.target):
        yield Sign(name, int(np.sum(~np.isfinite(data))), {"size": data.size})


def constant_feature(found: Evidence) -> Iterator[Sign]:
    """Find features with one value other than 0 in all samples. A 0 may be rare in a batch, such as a dark pixel."""
    for data in found.arrays:
        if data.ndim == 2 and data.dtype.kind == "f" and len(data) >= _FEW and np.isfinite(data).all():
            fixed = np.flatnonzero((data == data[0]).all(axis=0))
            if len(fixed) == data.shape[1] or (len(fixed) and np.any(data[0][fixed])):
                told = fixed if len(fixed) == data.shape[1] else fixed[data[0][fixed] != 0]
                yield Sign(f"feature {', '.join(map(str, told[:5]))}", float(data[0][told[0]]), {"count": len(told)})


def inputs_not_normalised(found: Evidence) -> Iterator[Sign]:
    """Find large inputs of the first layer that has weights, so that a normalization before it counts."""
    seen = found.seen.first_input
    for data in [seen] if seen is not None and seen.size else found.arrays[:1]:
        if data.dtype.kind == "f" and data.size and np.isfinite(data).all():
            rows = data.reshape(-1, data.shape[-1]) if data.ndim > 1 else data.reshape(-1, 1)
            sizes = np.sqrt(np.mean(np.square(rows), axis=0))
            k = int(np.argmax(sizes))
            if sizes[k] > _LARGE_INPUT:
                details = {"mean": float(rows[:, k].mean()), "std": float(rows[:, k].std())}
                yield Sign(f"feature {k}", float(sizes[k]), details)


def labels_out_of_range(found: Evidence) -> Iterator[Sign]:
    """Find classes that the output has no score for, and targets of a binary loss outside of 0 to 1."""
    target, classes = as_array(found.target), found.classes
    if classes is None or not target.size:
        return
    if found.kind in (LossKind.BINARY, LossKind.BINARY_SCORES):
        wrong = target[(target < 0) | (target > 1)]
        expected = "0 to 1"
    else:
        if target.dtype.kind not in "iu":
            return
        wrong = target[((target < 0) | (target >= classes)) & (target != _IGNORED)]
        expected = f"0 to {classes - 1}"
    if wrong.size:
        yield Sign("target", float(wrong.flat[0]), {"count": wrong.size, "size": target.size, "expected": expected})


def one_hot_labels(found: Evidence) -> Iterator[Sign]:
    """Find one-hot rows of integers where a loss takes the number of the class."""
    target, scores = as_array(found.target), found.scores
    if found.classes is None or scores is None or found.kind in (LossKind.BINARY, LossKind.BINARY_SCORES):
        return
    if target.dtype.kind not in "iub" or target.ndim != 2 or target.shape != scores.shape:
        return
    if np.isin(target, (0, 1)).all() and (target.sum(axis=1) == 1).all():
        yield Sign("target", target.shape[1], {"shape": target.shape})


def shapes_that_broadcast(found: Evidence) -> Iterator[Sign]:
    """Find an output and a target of one size whose shapes differ, such as (n, 1) and (n,)."""
    pair = found.seen.broadcast
    if pair is None and found.seen.failed_in == "the loss" and found.classes in (None, 2) and found.scores is not None:
        shapes = found.scores.shape, as_array(found.target).shape
        if shapes[0] != shapes[1] and math.prod(shapes[0]) == math.prod(shapes[1]):
            pair = shapes
    if pair is not None:
        result = np.broadcast_shapes(*pair) if found.seen.broadcast else pair[0]
        yield Sign("output and target", math.prod(result), {"output": pair[0], "target": pair[1]})


def softmax_before_cross_entropy(found: Evidence) -> Iterator[Sign]:
    """Find outputs that are probabilities already where the loss takes scores."""
    scores = found.scores
    if scores is None or not np.isfinite(scores).all():
        return
    many = found.kind is LossKind.CROSS_ENTROPY and scores.ndim >= 2 and scores.shape[1] > 1
    if many and (scores >= 0).all() and np.allclose(scores.sum(axis=1), 1.0, atol=1e-5):
        yield _probabilities("softmax", math.log1p((scores.shape[1] - 1) / math.e))
    if found.kind is LossKind.BINARY_SCORES:
        parts = found.seen.output if isinstance(found.seen.output, list) else [found.seen.output]
        if all(part.op is not None and part.op.name == "sigmoid" for part in parts):
            yield _probabilities("sigmoid", math.log1p(math.exp(-1)))


def _probabilities(function: str, least: float) -> Sign:
    return Sign("output", least, {"function": function})
