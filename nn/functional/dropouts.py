"""Dropout: set random elements to zero during training."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag

from ..checks import input_shape, probability, random_generator


def dropout(input: Any, p: float = 0.5, training: bool = True, generator: np.random.Generator | None = None) -> Any:
    """Set each element to 0 with probability p and divide the others by 1 - p (Srivastava et al., 2014).

    Returns the input itself if not `training`. Without a generator, the default one draws.
    """
    if not training or probability(p) == 0:
        return input
    kept = random_generator(generator).random(input_shape("dropout", input)) >= p
    # Not a product with a mask: inf * 0 would be nan.
    return ag.where(kept, input * (1.0 / (1.0 - p) if p < 1 else 0.0), 0.0)
