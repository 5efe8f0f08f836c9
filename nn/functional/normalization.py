"""Normalization to mean 0 and variance 1: over the batch, or over the last dimensions of each sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd as ag
from autograd import Dual, Tensor

from ..atomic import Change, set_attributes
from ..checks import input_shape, number, number_or_node


def batch_norm(
    input: Any,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Normalize each channel (dimension 1), multiply by weight and add bias (Ioffe and Szegedy, 2015).

    In training, mean and variance are those of the batch (the variance divides by n). The running statistics move
    towards them by the factor `momentum`; the running variance uses the batch variance that divides by n - 1. In
    evaluation, the running statistics are used. Raises ValueError in training if a channel has only one value. The
    running statistics move together, and only if nothing raises.
    """
    y, changes = batch_norm_and_changes(input, running_mean, running_var, weight, bias, training, momentum, eps)
    set_attributes(changes)
    return y


def batch_norm_and_changes(
    input: Any,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Any,
    bias: Any,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Any, list[Change]]:
    """Return the result of `batch_norm`, and the changes of the running statistics, which are not made yet."""
    momentum, eps = number("momentum", momentum), number_or_node("eps", eps)
    dims = (0, *range(2, len(input_shape("batch_norm", input))))
    per_channel = (-1, *(1,) * (len(input.shape) - 2))
    changes: list[Change] = []
    if training:
        count = _values_per_channel(input, dims)
        mean, var = ag.mean(input, dim=dims), ag.var(input, dim=dims, correction=0)
        for running, statistic, factor in ((running_mean, mean, 1.0), (running_var, var, count / (count - 1))):
            if running is not None:
                batch = _numbers(statistic) * factor
                _check_channels(running, batch)
                changes.append((running, "data", (1.0 - momentum) * np.asarray(running.data) + momentum * batch))
    elif running_mean is None or running_var is None:
        raise ValueError("batch_norm in evaluation needs running_mean and running_var; give both, or training=True")
    else:
        mean, var = running_mean, running_var
    scale = 1.0 / ag.sqrt(var + eps)
    y = (input - mean.reshape(*per_channel)) * scale.reshape(*per_channel)
    y = y if weight is None else y * weight.reshape(*per_channel)
    return y if bias is None else y + bias.reshape(*per_channel), changes


def _values_per_channel(input: Any, dims: tuple[int, ...]) -> int:
    count = math.prod(int(input.shape[k]) for k in dims)
    if count <= 1:
        raise ValueError(
            f"batch-norm in training needs more than one value per channel, got shape {input.shape}: the variance of "
            "one value is 0. Use a larger batch (drop_last=True drops a last batch that is too small), or eval()"
        )
    return count


def _check_channels(running: Tensor, batch: np.ndarray) -> None:
    if running.shape != batch.shape:
        raise ValueError(
            f"batch_norm got a running statistic of shape {running.shape}, expected {batch.shape}: one number per "
            "channel of the input"
        )


def _numbers(x: Any) -> np.ndarray:
    """Return the data of a Tensor or of what stands in for one."""
    while isinstance(x, Dual):
        x = x.payload
    return np.asarray(x if isinstance(x, (np.ndarray, np.generic)) else x.numpy())


def layer_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Normalize over the last dimensions, multiply by weight and add bias (Ba et al., 2016).

    `normalized_shape` is the shape of the last dimensions. Raises ValueError if the input does not end in it.
    """
    shape = tuple(normalized_shape)
    if not shape or tuple(input_shape("layer_norm", input)[-len(shape) :]) != shape:
        raise ValueError(f"layer_norm over {shape} got an input of shape {input.shape}, which does not end in {shape}")
    eps = number_or_node("eps", eps)
    dims = tuple(range(-len(shape), 0))
    centred = input - ag.mean(input, dim=dims, keepdim=True)
    y = centred / ag.sqrt(ag.mean(ag.square(centred), dim=dims, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias
