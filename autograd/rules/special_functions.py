"""The table of derivatives, continued: the error function, the normal distribution, the gamma function.

Their forward functions keep their digits in the tails; see special_forward.py.
"""

from __future__ import annotations

import math
from typing import Final

from ..engine.definition import op
from . import elementwise as elementwise, elementwise_forward as f, special_forward as sf

TWO_OVER_SQRT_PI: Final = 2.0 / math.sqrt(math.pi)

# fmt: off
# ruff: noqa: E501

# the normal distribution; gaussian(x) is exp(-x * x), whose exponent would be rounded in the tails
erf            = op("erf",            math.erf,          f.each(math.erf),          lambda g, y, x: g * TWO_OVER_SQRT_PI * gaussian(x))
erfc           = op("erfc",           math.erfc,         f.each(math.erfc),         lambda g, y, x: -g * TWO_OVER_SQRT_PI * gaussian(x))
gaussian       = op("gaussian",       sf.gaussian,       sf.gaussian_array,         lambda g, y, x: -g * 2.0 * y * x)
normal_pdf     = op("normal_pdf",     sf.normal_pdf,     sf.normal_pdf_array,       lambda g, y, x: -g * y * x)
normal_cdf     = op("normal_cdf",     sf.normal_cdf,     f.each(sf.normal_cdf),     lambda g, y, x: g * normal_pdf(x))
log_normal_cdf = op("log_normal_cdf", sf.log_normal_cdf, f.each(sf.log_normal_cdf), lambda g, y, x: g * inverse_mills(x))
inverse_mills  = op("inverse_mills",  sf.inverse_mills,  f.each(sf.inverse_mills),  lambda g, y, x: -g * y * (x + y))  # normal_pdf / normal_cdf
# log of the gamma function, and its derivatives; derivative n of digamma is polygamma(x, n)
lgamma    = op("lgamma",    sf.lgamma,    f.each(sf.lgamma),    lambda g, y, x: g * digamma(x))
digamma   = op("digamma",   sf.digamma,   f.each(sf.digamma),   lambda g, y, x: g * polygamma(x, n=1))
polygamma = op("polygamma", sf.polygamma, f.each(sf.polygamma), lambda g, y, x, n: g * polygamma(x, n=n + 1), params={"n": 1})
# fmt: on
