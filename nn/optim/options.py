"""The options of optimizers: which numbers each may be, one line each. An option means the same in all of them."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any, Final

Check = tuple[Callable[..., bool], str]

AT_LEAST_0: Final[Check] = (lambda x: 0 <= x < math.inf, "a finite number >= 0")
FINITE: Final[Check] = (math.isfinite, "a finite number")
SHARE: Final[Check] = (lambda x: 0 <= x <= 1, "a number from 0 to 1")
BETAS: Final[Check] = (lambda a, b: 0 <= a < 1 and 0 <= b < 1, "two numbers >= 0 and < 1")
ETAS: Final[Check] = (lambda a, b: 0 < a < 1 < b < math.inf, "two numbers, 0 < etaminus < 1 < etaplus")
STEPS: Final[Check] = (lambda a, b: 0 <= a <= b, "two numbers, 0 <= min <= max")

# fmt: off
NUMBERS: Final = {
    "lr": AT_LEAST_0, "momentum": AT_LEAST_0, "dampening": FINITE, "weight_decay": AT_LEAST_0, "eps": AT_LEAST_0,
    "lr_decay": AT_LEAST_0, "initial_accumulator_value": AT_LEAST_0, "momentum_decay": AT_LEAST_0,
    "alpha": SHARE, "rho": SHARE,
}
PAIRS: Final = {"betas": BETAS, "etas": ETAS, "step_sizes": STEPS}
FLAGS: Final = ("nesterov", "maximize", "centered", "amsgrad", "decoupled_weight_decay")
# fmt: on


def valid(name: str, value: Any) -> Any:
    """The option as a float, a pair of floats or a bool; TypeError or ValueError where it is no such thing.

    An option that is not in the table, one of an optimizer of your own, is taken as it is.
    """
    if name in NUMBERS:
        return _checked(name, value, [value], NUMBERS[name])[0]
    if name in PAIRS:
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise TypeError(f"{name} is {PAIRS[name][1]}, got {value!r:.60}")
        return tuple(_checked(name, value, value, PAIRS[name]))
    if name in FLAGS and not isinstance(value, bool):
        raise TypeError(f"{name} is True or False, got {value!r:.60}")
    return value


def _checked(name: str, value: Any, given: Any, check: Check) -> list[float]:
    holds, expected = check
    if any(isinstance(x, bool) or not isinstance(x, numbers.Real) for x in given):
        raise TypeError(f"{name} is {expected}, got {type(value).__name__}: {value!r:.60}")
    # Floats of Python's own: what is saved can be written as JSON, and none of them widens a float32.
    found = [float(x) for x in given]
    if not holds(*found):
        raise ValueError(f"{name} is {expected}, got {value!r:.60}")
    return found
