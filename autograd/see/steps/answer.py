"""Answer: a number as a learner gives it, and whether it matches the right one.

`answer.js` is the same rule for the page of `practice`; a test compares the two over a table.
"""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass
from typing import Final

TOLERANCE: Final = 1e-3  # relative; the numbers in the questions have six digits
NUMBER: Final = r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:e([+-]?[0-9]{1,9}))?"  # JavaScript reads this pattern too
SPECIAL: Final[dict[str, float]] = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}
UNREADABLE: Final = "is not a number I can read; try 0.5, -3, 1e-2 or 1/2"
COMMA: Final = "; the decimal sign is a point"
LONGEST: Final = 40  # characters of a text that a message repeats


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
        above = _number(top)
        below = _number(bottom) if slash else None
        if above is None or (slash and (below is None or below.value == 0.0)):
            raise ValueError(f"{text[:LONGEST]!r} {UNREADABLE}{COMMA if ',' in text else ''}")
        return above if below is None else cls(above.value / below.value, 0.0, 0)

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reaction to an answer. It is true where the answer is right; `counted` tells whether it was a try."""

    right: bool
    text: str
    counted: bool = True

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        return self.text


def _number(text: str) -> Answer | None:
    """Read a number without a fraction bar; None where it is none."""
    text = text.strip().lower()
    special = SPECIAL.get(text.lstrip("+-")) if len(text) - len(text.lstrip("+-")) <= 1 else None
    if special is not None:
        return Answer(-special if text.startswith("-") else special, 0.0, 0)
    found = re.fullmatch(NUMBER, text)
    if found is None or not (found[2] or found[3]):
        return None
    value = float(text)
    if not math.isfinite(value):
        return Answer(value, 0.0, 0)
    fraction = found[3] or ""
    last = int(found[4] or 0) - len(fraction)  # the place of the last digit
    digits = (found[2] + fraction).lstrip("0")
    return Answer(value, 0.5 * float(f"1e{last}"), max(1, len(digits)))
