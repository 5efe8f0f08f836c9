"""Check the options of optimizers. An option has the same meaning and the same range in all of them."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import is_
from typing import Any, Final

from autograd import shown

Check = tuple[Callable[..., bool], str]

AT_LEAST_0: Final[Check] = (lambda x: 0 <= x < math.inf, "a finite number >= 0")
FINITE: Final[Check] = (math.isfinite, "a finite number")
UNIT_INTERVAL: Final[Check] = (lambda x: 0 <= x <= 1, "a number from 0 to 1")
BETAS: Final[Check] = (lambda a, b: 0 <= a < 1 and 0 <= b < 1, "two numbers >= 0 and < 1")
ETAS: Final[Check] = (lambda a, b: 0 < a < 1 < b < math.inf, "two numbers, 0 < etaminus < 1 < etaplus")
STEP_SIZES: Final[Check] = (lambda a, b: 0 <= a <= b, "two numbers, 0 <= min <= max")

# fmt: off
NUMBERS: Final = {
    "lr": AT_LEAST_0, "momentum": AT_LEAST_0, "dampening": FINITE, "weight_decay": AT_LEAST_0, "eps": AT_LEAST_0,
    "lr_decay": AT_LEAST_0, "initial_accumulator_value": AT_LEAST_0, "momentum_decay": AT_LEAST_0,
    "alpha": UNIT_INTERVAL, "rho": UNIT_INTERVAL,
}
PAIRS: Final = {"betas": BETAS, "etas": ETAS, "step_sizes": STEP_SIZES}
FLAGS: Final = ("nesterov", "maximize", "centered", "amsgrad", "decoupled_weight_decay")
# fmt: on


class GroupOptions:
    """The options of a group, as their check returned them.

    A list that somebody set for a pair is not what the check returned, a tuple; so it is checked at each step.
    """

    __slots__ = ("_checked", "_names", "keywords", "maximize")

    def __init__(self, names: Collection[str], checked: Mapping[str, Any]) -> None:
        self._names: Final = names
        self._checked: Final = [checked.get(name) for name in names]
        self.keywords: Final = {name: value for name, value in checked.items() if name != "maximize"}  # of `update`
        self.maximize: Final[bool] = checked.get("maximize", False)

    def are_of(self, group: Mapping[str, Any]) -> bool:
        """Tell whether these very objects are the options of the group, so that they need no check again."""
        return all(map(is_, map(group.get, self._names), self._checked))


def valid(name: str, value: Any) -> Any:
    """Return the option as a float, a pair of floats or a bool. Raises TypeError or ValueError if it is not one.

    An option that has this form already is returned itself. An unknown option, of a user's optimizer, is returned
    unchanged: a new option of ours needs a row in a table above.
    """
    if name in NUMBERS:
        return _checked(name, value, [value], NUMBERS[name])[0]
    if name in PAIRS:
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise TypeError(f"{name} must be {PAIRS[name][1]}, got {shown(value)}")
        return tuple(_checked(name, value, value, PAIRS[name]))
    if name in FLAGS and not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")
    return value


def _checked(name: str, value: Any, parts: Sequence[Any], check: Check) -> Sequence[float]:
    is_valid, expected = check
    if {*map(type, parts)} == {float} and is_valid(*parts):  # nearly always
        return parts
    if any(isinstance(x, bool) or not isinstance(x, numbers.Real) for x in parts):
        raise TypeError(f"{name} must be {expected}, got {type(value).__name__}: {shown(value)}")
    # Python floats: they can be saved as JSON, and they do not turn float32 arrays into float64.
    found = [float(x) for x in parts]
    if not is_valid(*found):
        raise ValueError(f"{name} must be {expected}, got {shown(value)}")
    return found
