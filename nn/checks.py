"""Check single arguments: integers, numbers, probabilities, generators, layer inputs.

Each function returns the checked argument, or raises TypeError or ValueError with the name of the argument.
"""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from autograd import default_generator, shown


def integer(name: str, value: Any, least: float = -math.inf) -> int:
    """Return an integer that is at least `least`."""
    expected = "an integer" if least == -math.inf else f"an integer >= {least}"
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        fix = f"; write {int(float(value))}" if isinstance(value, numbers.Real) and value % 1 == 0 else ""
        raise TypeError(f"{name} must be {expected}, got {type(value).__name__}: {shown(value)}{fix}")
    if value < least:
        raise ValueError(f"{name} must be {expected}, got {value}")
    return int(value)


def real(name: str, value: Any) -> float:
    """Return a number as a float."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}: {shown(value)}")
    return float(value)


def number(name: str, value: Any, least: float = -math.inf, most: float = math.inf) -> float:
    """Return a number from `least` to `most` as a float. NaN is refused."""
    if not least <= real(name, value) <= most:
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}, got {shown(value)}")
    return float(value)


def number_or_node(name: str, value: Any) -> Any:
    """Return a number unchanged; it may be a node, or what stands in for one, through which gradient flows."""
    array = value if isinstance(value, np.ndarray) else None
    plain = isinstance(value, (bool, str, bytes, complex, list, tuple, dict, set, type(None))) or type(value) is object
    if plain or (array is not None and array.dtype.kind not in "fiu"):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}: {shown(value)}")
    return value


def probability(p: Any) -> Any:
    """Return the probability of dropout unchanged."""
    if isinstance(p, bool) or not isinstance(p, (int, float, np.number)):
        raise TypeError(f"dropout takes a probability, a number from 0 to 1, got {type(p).__name__} {shown(p)}")
    if not 0 <= p <= 1:
        raise ValueError(f"dropout takes a probability from 0 to 1, got p={shown(p)}")
    return p


def random_generator(generator: Any) -> np.random.Generator:
    """Return the generator, or the default generator for None."""
    if generator is None:
        return default_generator()
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"generator must be a numpy.random.Generator, got {type(generator).__name__}: {shown(generator)}; make one "
            "with numpy.random.default_rng(seed)"
        )
    return generator


def input_shape(layer: str, input: Any) -> Any:
    """Return the shape of the input of a layer."""
    try:
        return input.shape
    except AttributeError:
        raise TypeError(
            f"{layer} takes a Tensor or an array, got {type(input).__name__} {shown(input)}; make a Tensor with "
            "tensor(...)"
        ) from None
