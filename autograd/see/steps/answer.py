"""Answer: a number as a learner gives it, and whether it matches the right one."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

TOLERANCE: Final = 1e-3  # relative; the numbers in the questions have six digits


@dataclass(frozen=True, slots=True)
class Answer:
    """A number, half a unit of its last digit, and how many digits it was given with (0 for a fraction)."""

    value: float
    rounding: float
    digits: int

    @classmethod
    def read(cls, x: float | str) -> Answer:
        """Read 0.5, "0.5", "1/2" or "-3e-2". Raise TypeError for any other type, ValueError for any other text."""
        if isinstance(x, bool) or not isinstance(x, (numbers.Real, str)):
            raise TypeError(f'an answer is a number, or text such as "0.5" or "1/2"; got {type(x).__name__}')
        text = x.strip().replace("−", "-") if isinstance(x, str) else str(x).removesuffix(".0")
        top, slash, bottom = text.partition("/")
        try:
            value = float(top) / float(bottom) if slash else float(text)
        except (ValueError, ZeroDivisionError):
            comma = "; the decimal sign is a point" if "," in text else ""
            raise ValueError(f"{text[:40]!r} is not a number I can read; try 0.5, -3, 1e-2 or 1/2{comma}") from None
        if slash or not math.isfinite(value):
            return cls(value, 0.0, 0)
        typed = Decimal(text).as_tuple()
        return cls(value, 0.5 * float(f"1e{typed.exponent}"), len(typed.digits))

    def matches(self, truth: float) -> bool:
        """Tell whether this is the number, within a thousandth or rounded to two digits or more."""
        if not math.isfinite(truth) or not math.isfinite(self.value):
            return self.value == truth or (math.isnan(self.value) and math.isnan(truth))
        if self.value == 0.0:
            return abs(truth) < 1e-12  # such a number should be 0, and is not only because of rounding errors
        # One digit does not count as rounded: 1 would be right for 0.7, and for nearly every local derivative.
        allowed = self.rounding * (1 + 1e-9) if self.digits >= 2 else 0.0
        return abs(self.value - truth) <= max(TOLERANCE * abs(truth), allowed)

    def is_near(self, truth: float) -> bool:
        """Tell whether this may be the number, rounded too much."""
        if not math.isfinite(truth) or not math.isfinite(self.value) or self.value == 0.0:
            return False
        return abs(self.value - truth) <= max(0.05 * abs(truth), min(self.rounding, 0.5 * abs(truth)))
