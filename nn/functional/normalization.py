"""Normalization to mean 0 and variance 1: over the batch, or over the last dimensions of each sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd as ag
from autograd import Dual, Tensor

from ..checks import input_shape


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
    evaluation, the running statistics are used. Raises ValueError in training if a channel has only one value.
    """
    dims = (0, *range(2, len(input_shape("batch_norm", input))))
    per_channel = (-1, *(1,) * (len(input.shape) - 2))
    if training:
        mean, var = _batch_statistics(input, dims, running_mean, running_var, momentum)
    elif running_mean is None or running_var is None:
        raise ValueError("batch_norm in evaluation needs running_mean and running_var; give both, or training=True")
    else:
        mean, var = running_mean, running_var
    scale = 1.0 / ag.sqrt(var + eps)
    y = (input - mean.reshape(*per_channel)) * scale.reshape(*per_channel)
    y = y if weight is None else y * weight.reshape(*per_channel)
    return y if bias is None else y + bias.reshape(*per_channel)


def _batch_statistics(
    input: Any, dims: tuple[int, ...], running_mean: Tensor | None, running_var: Tensor | None, momentum: float
) -> tuple[Any, Any]:
    """Return mean and variance of the batch per channel, and update the running statistics."""
    count = math.prod(input.shape[k] for k in dims)
    if count <= 1:
        raise ValueError(
            f"batch-norm in training needs more than one value per channel, got shape {input.shape}: the variance of "
            "one value is 0. Use a larger batch (drop_last=True drops a last batch that is too small), or eval()"
        )
    mean, var = ag.mean(input, dim=dims), ag.var(input, dim=dims, correction=0)
    for running, batch in ((running_mean, mean), (running_var, var)):
        if running is not None:
            new = _numbers(batch) * (count / (count - 1) if batch is var else 1.0)
            running.data = (1.0 - momentum) * running.data + momentum * new
    return mean, var


def _numbers(x: Any) -> np.ndarray:
    """Return the data of a Tensor, also of one inside a Dual."""
    while isinstance(x, Dual):
        x = x.payload
    return np.asarray(x.data if isinstance(x, Tensor) else x)


def layer_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Normalize over the last dimensions, multiply by weight and add bias (Ba et al., 2016).

    `normalized_shape` is the shape of the last dimensions. Raises ValueError if the input does not end in it.
    """
    shape = tuple(normalized_shape)
    if not shape or tuple(input_shape("layer_norm", input)[-len(shape) :]) != shape:
        raise ValueError(f"layer_norm over {shape} got an input of shape {input.shape}, which does not end in {shape}")
    dims = tuple(range(-len(shape), 0))
    centred = input - ag.mean(input, dim=dims, keepdim=True)
    y = centred / ag.sqrt(ag.mean(ag.square(centred), dim=dims, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias
