"""Activations with options: GELU with its tanh approximation, softplus, hardtanh, PReLU."""

from __future__ import annotations

import math
from typing import Any

import autograd as ag
from autograd import shown

from ..checks import number_or_node


def gelu(input: Any, approximate: str = "none") -> Any:
    """Return x Φ(x), with Φ the distribution function of the standard normal distribution.

    approximate="tanh" is the cheaper approximation of Hendrycks and Gimpel (2016).
    """
    if approximate == "none":
        return ag.gelu(input)
    if approximate != "tanh":
        raise ValueError(f"gelu takes approximate='none' or 'tanh', got {shown(approximate)}")
    return 0.5 * input * (1.0 + ag.tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input**3)))


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Return log(1 + exp(beta x)) / beta, or x where beta x is above the threshold."""
    beta, threshold = number_or_node("beta", beta), number_or_node("threshold", threshold)
    scaled = input * beta
    return ag.where(scaled > threshold, input, ag.softplus(scaled) / beta)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """Return x limited to the range from min_val to max_val. The gradient at both limits is 0."""
    min_val, max_val = number_or_node("min_val", min_val), number_or_node("max_val", max_val)
    return ag.where(input >= max_val, max_val, ag.where(input <= min_val, min_val, input))


def prelu(input: Any, weight: Any) -> Any:
    """Return x where x > 0, else weight · x. The weight has one element, or one per channel (dimension 1)."""
    if weight.numel() > 1:
        if len(input.shape) < 2 or input.shape[1] != weight.numel():
            raise ValueError(
                f"prelu has {weight.numel()} weights, expected one for each channel (dimension 1) of shape "
                f"{input.shape}; give as many weights as channels, or one"
            )
        weight = weight.reshape(-1, *(1,) * (len(input.shape) - 2))
    return ag.where(input > 0, input, weight * input)
