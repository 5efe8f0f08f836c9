"""Losses of two classes: binary cross-entropy of probabilities and of scores, and the hinge loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag

from ..checks import number_or_node
from ..inputs import as_tensor, elements, has_values
from .batch import elementwise_loss

LEAST = math.exp(-100.0)  # smaller probabilities get the logarithm -100


def binary_cross_entropy(input: Any, target: Any, weight: Any = None, reduction: str = "mean") -> Any:
    """Return the mean of -(t log x + (1 - t) log(1 - x)) for probabilities x. Each logarithm is at least -100.

    Where a logarithm is limited to -100 (x or 1 - x below 4e-44), its gradient is 0. For scores before the sigmoid use
    `binary_cross_entropy_with_logits`, which has no such limit.
    """

    def formula(x: Any, t: Any) -> Any:
        at_0, at_1 = x < LEAST, x >= 1.0
        log_x = ag.where(at_0, -100.0, ag.log(ag.where(at_0, 1.0, x)))
        log_rest = ag.where(at_1, -100.0, ag.log1p(-ag.where(at_1, 0.0, x)))
        return -(t * log_x + (1.0 - t) * log_rest)

    if not all(_is_probability(x) for x in (elements(input) if has_values(input) else [as_tensor(input)])):
        raise ValueError(
            "binary_cross_entropy takes probabilities, and the input has numbers outside of 0 to 1; for scores use "
            "binary_cross_entropy_with_logits"
        )
    return elementwise_loss("binary_cross_entropy", formula, input, target, reduction, weight)


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """Return the mean binary cross-entropy of sigmoid(x), computed from x: finite and accurate for all scores.

    `weight` is a factor for each element; `pos_weight` is a factor for the term of the positive class. Both broadcast.
    """

    def with_positive_weight(x: Any, t: Any, positive: Any) -> Any:
        return (1.0 - t) * ag.softplus(x) + positive * t * ag.softplus(-x)

    return elementwise_loss(
        "binary_cross_entropy_with_logits",
        ag.binary_cross_entropy_with_logits if pos_weight is None else with_positive_weight,
        input,
        target,
        reduction,
        weight,
        pos_weight,
    )


def hinge_loss(input: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """Return the mean of max(0, margin - t x) for scores x and classes t = -1 or 1: micrograd's max-margin loss."""
    margin = number_or_node("margin", margin)
    if not np.isin(list(elements(target)), (-1, 1)).all():
        raise ValueError(
            "hinge_loss takes the classes -1 and 1, and the target has others; convert 0 and 1 with 2*t - 1"
        )
    return elementwise_loss("hinge_loss", lambda x, t: ag.relu(margin - t * x), input, target, reduction)


def _is_probability(x: Any) -> bool:
    numbers = x if isinstance(x, (int, float)) else np.asarray(x.data)  # of a Tensor, or of what stands in for one
    return not np.any((numbers < 0) | (numbers > 1))
