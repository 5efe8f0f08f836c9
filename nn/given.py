"""What users hand over, checked one by one: whole numbers, numbers, generators. The errors begin with its name."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from autograd import default_generator


def whole(name: str, value: Any, least: int) -> int:
    """A whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        fix = f"; write {int(float(value))}" if isinstance(value, numbers.Real) and value % 1 == 0 else ""
        raise TypeError(f"{name} is a whole number >= {least}, got {type(value).__name__}: {value!r:.60}{fix}")
    if value < least:
        raise ValueError(f"{name} is a whole number >= {least}, got {value}")
    return int(value)


def number(name: str, value: Any, least: float = -math.inf, most: float = math.inf) -> float:
    """A number between `least` and `most`, not nan."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is a number, got {type(value).__name__}: {value!r:.60}")
    if not least <= float(value) <= most:
        raise ValueError(f"{name} is a number from {least:g} to {most:g}, got {value!r}")
    return float(value)


def drawing(generator: Any) -> np.random.Generator:
    """What to draw random numbers from: the default generator where none is given."""
    if generator is None:
        return default_generator()
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"generator is a numpy.random.Generator, got {type(generator).__name__}: {generator!r:.60}; make one by "
            "numpy.random.default_rng(seed)"
        )
    return generator
