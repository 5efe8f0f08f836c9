"""Forward functions of the special functions: the normal distribution in its tails, and gamma and its derivatives.

Each function takes one float. `each` in `elementwise_forward.py` makes a function of arrays of one. The derivatives are
in `special_functions.py`.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from ..engine.text import shown

SQRT_2: Final = math.sqrt(2.0)
SQRT_2_PI: Final = math.sqrt(2.0 * math.pi)
LOG_SQRT_2_PI: Final = 0.5 * math.log(2.0 * math.pi)
# The Bernoulli numbers B_2, B_4, ..., B_16, of which the series for large x are made.
BERNOULLI: Final = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
TAIL: Final = -2.5  # below it, the normal distribution is computed by a continued fraction
LARGE: Final = 20.0  # from it on, asymptotic series have all digits

Array = Any  # an ndarray of any real dtype


def gaussian(x: float, factor: float = 1.0) -> float:
    """Return exp(-factor * x * x) with all digits.

    x * x alone is rounded, and exp makes a relative error of x * x * 1e-16 of it. So x is split: the square of the
    first part, which has few bits, is exact, and the rest of the exponent is small.
    """
    if x != x:
        return x
    x = -60.0 if x < -60.0 else 60.0 if x > 60.0 else x  # beyond it the result is 0
    head = round(x * 256.0) / 256.0
    return math.exp(-factor * head * head) * math.exp(-factor * (x - head) * (x + head))


def gaussian_array(x: Array, factor: float = 1.0) -> Array:
    """Return exp(-factor * x * x) of arrays, with all digits in float32 too."""
    x = np.minimum(np.maximum(x, -60.0), 60.0)
    head = np.rint(x * 256.0) / 256.0
    return np.exp(-factor * head * head) * np.exp(-factor * (x - head) * (x + head))


def normal_pdf(x: float) -> float:
    return gaussian(x, 0.5) / SQRT_2_PI


def normal_pdf_array(x: Array) -> Array:
    return gaussian_array(x, 0.5) / SQRT_2_PI


def normal_cdf(x: float) -> float:
    # Not (1 + erf) / 2, which has no digits left at -10; and x / sqrt(2) is rounded, which the tail makes large.
    return normal_pdf(x) * _mills(x) if x < TAIL else 0.5 * math.erfc(-x / SQRT_2)


def log_normal_cdf(x: float) -> float:
    if x < TAIL:
        return -0.5 * x * x - LOG_SQRT_2_PI + math.log(_mills(x)) if x > -math.inf else x
    return math.log1p(-normal_cdf(-x)) if x > -1.0 else math.log(normal_cdf(x))


def inverse_mills(x: float) -> float:
    """Return normal_pdf(x) / normal_cdf(x): the derivative of log_normal_cdf, about -x in the left tail."""
    if x < -1e8:
        return -x
    return 1.0 / _mills(x) if x < TAIL else normal_pdf(x) / normal_cdf(x)


def _mills(x: float) -> float:
    """Return normal_cdf(x) / normal_pdf(x) for x < -2.5 by the continued fraction of Laplace."""
    if x < -1e8:
        return -1.0 / x
    fraction = -x
    for k in range(70, 0, -1):
        fraction = k / fraction - x
    return 1.0 / fraction


def lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # at the poles 0, -1, -2, ..., and where the result is too large for a float
        return math.inf


def digamma(x: float) -> float:
    """Return the derivative of lgamma: by reflection left of 0, by recurrence up to 20 and by a series from there."""
    if math.isinf(x):
        return x if x > 0 else math.nan
    if x <= 0.0 and x == math.floor(x):
        return math.copysign(math.inf, -x) if x == 0.0 else math.nan
    if x < 0.0:
        return digamma(1.0 - x) - math.pi / math.tan(math.pi * (x - round(x)))
    steps = max(0, math.ceil(LARGE - x)) if x == x else 0
    below = [-1.0 / (x + k) for k in range(steps)]
    x += steps
    series = [-b / (2 * k * x ** (2 * k)) for k, b in enumerate(BERNOULLI, 1)] if x < 1e9 else []
    return math.fsum([math.log(x), -0.5 / x, *series, *below])


def polygamma(x: float, n: float) -> float:
    """Return derivative n of digamma, n = 1, 2, ...; n = 0 is digamma itself."""
    order = int(n)
    if order != n or order < 0:
        raise TypeError(f"polygamma takes the order of a derivative, n = 0, 1, 2, ..., got n={shown(n, 20)}")
    if order == 0:
        return digamma(x)
    try:
        return (-1.0) ** (order + 1) * math.gamma(order + 1.0) * hurwitz_zeta(order + 1, x)
    except OverflowError:
        return math.inf if order % 2 or x < 0 else -math.inf


def hurwitz_zeta(s: int, x: float) -> float:
    """Return the sum of (x + k) ** -s over k = 0, 1, 2, ... for an integer s > 1."""
    if x == -math.inf:
        return math.nan  # there are poles at all negative integers, so there is no limit
    if x <= 0.0 and x == math.floor(x):
        return math.inf if s % 2 == 0 or (x == 0.0 and math.copysign(1.0, x) > 0) else math.nan
    if x < 0.0:
        # The sum over all integers k, to both sides, depends only on the fraction of x.
        sign, near = (-1.0) ** s, x - math.floor(x)
        if x > -LARGE:
            return math.fsum([hurwitz_zeta(s, near), *((x + k) ** -s for k in range(-math.floor(x)))])
        return hurwitz_zeta(s, near) + sign * (hurwitz_zeta(s, 1.0 - near) - hurwitz_zeta(s, 1.0 - x))
    if math.isinf(x) or x != x:
        return 0.0 if x > 0 else math.nan
    steps = max(0, math.ceil(LARGE + s - x))
    below = [(x + k) ** -s for k in range(steps)]
    x += steps
    # Euler and Maclaurin: the integral, half of the first term, and B_2k / (2k)! * s (s + 1) ... (s + 2k - 2).
    first = x**-s
    terms, rising = [x * first / (s - 1), 0.5 * first], s / x
    for k, b in enumerate(BERNOULLI, 1):
        terms.append(first * b * rising / math.factorial(2 * k))
        rising *= (s + 2 * k - 1) / x * ((s + 2 * k) / x)
    return math.fsum([*terms, *below])
