"""The normal distribution and its relatives keep their digits in the tails: values and slopes to 8 ulp."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import autograd as ag

ULP = 8


def log_of_cdf(x: Any) -> Any:
    return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2)


Real = Callable[[Any], Any]
# The function and its derivative, by mpmath.
EXACT: dict[str, tuple[Real, Real]] = {
    "normal_cdf": (mp.ncdf, mp.npdf),
    "gelu": (lambda x: x * mp.ncdf(x), lambda x: mp.ncdf(x) + x * mp.npdf(x)),
    "erf": (mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "erfc": (mp.erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "log_normal_cdf": (log_of_cdf, lambda x: mp.npdf(x) / mp.ncdf(x)),
}
POINTS = [
    -37.5, -37.0, -30.0, -25.7, -20.3, -13.7, -10.0, -8.3, -5.5, -3.1, -1.7, -0.3, -1e-8, 1e-300, 1e-8, 0.4, 1.9, 3.3,
    5.9, 8.1, 12.6, 26.0, 27.1,
]  # fmt: skip
FAR = {"log_normal_cdf": [-1e3, -1e8, -1e150], "normal_cdf": [40.0, 1e8], "erf": [1e8, -1e8], "gelu": [1e8, 1e300]}


def misses(found: float, exact: Any) -> bool:
    """Tell whether a number is off by more than 8 units in the last place; subnormal numbers have fewer digits."""
    right = float(exact)
    return abs(right) > 1e-307 and abs(mpf(float(found)) - exact) > ULP * mpf(math.ulp(right))


@pytest.mark.parametrize("name", EXACT)
def test_value_and_slope_have_their_digits_in_the_tails(name: str) -> None:
    ours, (exact, slope) = getattr(ag, name), EXACT[name]
    wrong = []
    with mp.workdps(60):
        for x in POINTS + FAR.get(name, []):
            value, derivative = exact(mpf(x)), slope(mpf(x))
            found = {
                "float": ours(x), "array": ours(np.array([x]))[0], "Value": ours(ag.Value(x)).item(),
                "Tensor": ours(ag.Tensor([x])).tolist()[0],
            }  # fmt: skip
            wrong += [(x, kind, y) for kind, y in found.items() if misses(y, value)]
            slopes = {"grad": ag.grad(ours)(x), "derivative": ag.derivative(ours)(x)}
            wrong += [(x, kind, g) for kind, g in slopes.items() if misses(g, derivative)]
    assert wrong == []
