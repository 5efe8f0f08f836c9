"""What layers compute, as functions: activations with their options, linear maps, normalisation, dropout, embedding.

The names and arguments are PyTorch's. No derivative stands here: each function is said with autograd's. Activations
take Values as well as Tensors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd as ag
from autograd import (
    Dual,
    Tensor,
    elu as elu,
    leaky_relu as leaky_relu,
    linear as linear,
    log_softmax as log_softmax,
    mish as mish,
    no_grad,
    one_hot as one_hot,
    pad as pad,
    relu as relu,
    selu as selu,
    sigmoid as sigmoid,
    silu as silu,
    softmax as softmax,
    tanh as tanh,
)

from .given import drawing
from .losses import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    cross_entropy as cross_entropy,
    hinge_loss as hinge_loss,
    huber_loss as huber_loss,
    kl_div as kl_div,
    l1_loss as l1_loss,
    mse_loss as mse_loss,
    nll_loss as nll_loss,
    smooth_l1_loss as smooth_l1_loss,
)
from .pairing import array

logsigmoid = ag.log_sigmoid

# activations


def gelu(input: Any, approximate: str = "none") -> Any:
    """x Φ(x), with Φ the normal distribution; approximate="tanh" is the cheaper form of Hendrycks and Gimpel (2016)."""
    if approximate == "none":
        return ag.gelu(input)
    if approximate != "tanh":
        raise ValueError(f"gelu's approximate is 'none' or 'tanh', got {approximate!r}")
    return 0.5 * input * (1.0 + ag.tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input**3)))


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """log(1 + exp(beta x)) / beta, and x itself where beta x is above the threshold."""
    scaled = input * beta
    return ag.where(scaled > threshold, input, ag.softplus(scaled) / beta)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """x cut off at min_val and max_val; flat there, so the gradient on the edges is 0."""
    return ag.where(input >= max_val, max_val, ag.where(input <= min_val, min_val, input))


def prelu(input: Any, weight: Any) -> Any:
    """x, and weight · x where x is not positive; one weight, or one for each channel (dimension 1)."""
    if weight.numel() > 1:
        if len(input.shape) < 2 or input.shape[1] != weight.numel():
            raise ValueError(
                f"prelu has {weight.numel()} weights for the channels, dimension 1, of shape {input.shape}"
            )
        weight = weight.reshape(-1, *(1,) * (len(input.shape) - 2))
    return ag.where(input > 0, input, weight * input)


# layers


def dropout(input: Any, p: float = 0.5, training: bool = True, generator: np.random.Generator | None = None) -> Any:
    """Each element 0 with probability p, the others divided by 1 - p; only in training (Srivastava, 2014)."""
    if not training or probability(p) == 0:
        return input
    kept = drawing(generator).random(shape_given("dropout", input)) >= p
    # Not times a mask: an inf that is dropped would be nan.
    return ag.where(kept, input * (1.0 / (1.0 - p) if p < 1 else 0.0), 0.0)


def shape_given(name: str, input: Any) -> Any:
    """The shape of what a layer is given; TypeError where it has none."""
    try:
        return input.shape
    except AttributeError:
        raise TypeError(
            f"{name} takes a Tensor or an array, got {type(input).__name__} {input!r:.60}; make a Tensor by tensor(...)"
        ) from None


def probability(p: Any) -> Any:
    """p as it is; TypeError or ValueError where dropout cannot take it."""
    if isinstance(p, bool) or not isinstance(p, (int, float, np.number)):
        raise TypeError(f"dropout takes a probability, a number from 0 to 1, got {type(p).__name__} {p!r:.60}")
    if not 0 <= p <= 1:
        raise ValueError(f"dropout takes a probability from 0 to 1, got p={p}")
    return p


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
    """Each channel (dimension 1) with mean 0 and variance 1, then times weight plus bias (Ioffe and Szegedy, 2015).

    In training mean and variance are the batch's, divided by n, and the running ones are moved towards them by
    `momentum`, the variance divided by n - 1; otherwise they are the running ones. One value per channel is refused.
    """
    over = (0, *range(2, len(shape_given("batch_norm", input))))
    per_channel = (-1, *(1,) * (len(input.shape) - 2))
    if training:
        count = math.prod(input.shape[k] for k in over)
        if count <= 1:
            raise ValueError(
                f"batch-norm in training needs more than one value per channel, got shape {input.shape}: the variance "
                "of one is 0. Use a larger batch (drop_last=True leaves out a last one that is too small), or eval()"
            )
        mean, var = ag.mean(input, dim=over), ag.var(input, dim=over, correction=0)
        for running, batch in ((running_mean, mean), (running_var, var)):
            if running is not None:
                new = _bare(batch) * (count / (count - 1) if batch is var else 1.0)
                running.data = (1.0 - momentum) * running.data + momentum * new
    elif running_mean is None or running_var is None:
        raise ValueError("batch-norm outside of training needs running_mean and running_var")
    else:
        mean, var = running_mean, running_var
    scale = 1.0 / ag.sqrt(var + eps)
    y = (input - mean.reshape(*per_channel)) * scale.reshape(*per_channel)
    y = y if weight is None else y * weight.reshape(*per_channel)
    return y if bias is None else y + bias.reshape(*per_channel)


def _bare(x: Any) -> np.ndarray:
    """The numbers alone, of a Dual as well."""
    while isinstance(x, Dual):
        x = x.payload
    return np.asarray(x.data if isinstance(x, Tensor) else x)


def layer_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """The last dimensions, those of normalized_shape, with mean 0 and variance 1, times weight plus bias (Ba, 2016)."""
    shape = tuple(normalized_shape)
    if not shape or tuple(shape_given("layer_norm", input)[-len(shape) :]) != shape:
        raise ValueError(f"layer_norm over {shape} got an input of shape {input.shape}, which does not end in it")
    over = tuple(range(-len(shape), 0))
    centred = input - ag.mean(input, dim=over, keepdim=True)
    y = centred / ag.sqrt(ag.mean(ag.square(centred), dim=over, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def embedding(input: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """The rows of weight at the integers in input; the row at padding_idx gets no gradient."""
    places = array(input)
    rows = weight.shape[0]
    if places.dtype.kind not in "iu":
        raise TypeError(f"embedding takes integers, got {places.dtype}")
    if places.size and not 0 <= places.min() <= places.max() < rows:
        wrong = places.min() if places.min() < 0 else places.max()
        raise IndexError(f"embedding has rows 0 to {rows - 1}, got {wrong}")
    found = weight[places]
    if padding_idx is None:
        return found
    with no_grad():
        constant = weight[places]
    return ag.where((places == padding_idx % rows)[..., None], constant, found)
