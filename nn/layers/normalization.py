"""Normalization layers: BatchNorm1d over the batch, LayerNorm over the last dimensions of each sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import autograd as ag
from autograd import Tensor

from .. import functional as F
from ..atomic import set_attributes
from ..checks import input_shape, integer, number
from ..functional.normalization import batch_norm_and_changes
from ..module import Module, Parameter


class BatchNorm1d(Module):
    """Normalize each feature over the batch to mean 0 and variance 1, then multiply by weight and add bias.

    The input has shape (N, C) or (N, C, L). Training uses the statistics of the batch and updates the running ones:
    `momentum` is the share of the new batch, or None for the average of all batches. Evaluation uses the running
    statistics and leaves them unchanged.
    """

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        self.num_features = count = integer("num_features", num_features, 0)
        self.eps = number("eps", eps, 0)
        self.momentum = None if momentum is None else number("momentum", momentum, 0, 1)
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.weight = Parameter(ag.ones(count, dtype=dtype)) if affine else None
        self.bias = Parameter(ag.zeros(count, dtype=dtype)) if affine and bias else None
        kept = track_running_stats
        self.register_buffer("running_mean", ag.zeros(count, dtype=dtype) if kept else None)
        self.register_buffer("running_var", ag.ones(count, dtype=dtype) if kept else None)
        self.register_buffer("num_batches_tracked", Tensor(0) if kept else None)

    def forward(self, input: Any) -> Any:
        if len(input_shape("BatchNorm1d", input)) not in (2, 3) or input.shape[1] != self.num_features:
            raise ValueError(
                f"BatchNorm1d({self.num_features}) takes (N, {self.num_features}) or (N, {self.num_features}, L), "
                f"got shape {input.shape}"
            )
        momentum = self.momentum
        if momentum is None:
            momentum = 1.0 / (1 + (0 if self.num_batches_tracked is None else int(self.num_batches_tracked.item())))
        y, changes = batch_norm_and_changes(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            momentum,
            self.eps,
        )
        if self.training and self.num_batches_tracked is not None:
            changes.append((self.num_batches_tracked, "data", self.num_batches_tracked.item() + 1))
        set_attributes(changes)
        return y

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )


class LayerNorm(Module):
    """Normalize over the last dimensions, of shape normalized_shape, then multiply by weight and add bias."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        dtype: Any = None,
    ) -> None:
        shape = tuple(normalized_shape) if isinstance(normalized_shape, Iterable) else (normalized_shape,)
        if not shape:
            raise ValueError("normalized_shape must have at least one dimension, got ()")
        self.normalized_shape = tuple(integer("normalized_shape", n, 1) for n in shape)
        self.eps = number("eps", eps, 0)
        self.elementwise_affine = elementwise_affine
        self.weight = Parameter(ag.ones(shape, dtype=dtype)) if elementwise_affine else None
        self.bias = Parameter(ag.zeros(shape, dtype=dtype)) if elementwise_affine and bias else None

    def forward(self, input: Any) -> Any:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )
