"""The table of derivatives: one op per line, each derivative written once. Three tables of its kind go on from here:
special_functions.py, activations.py and integers.py.

Read it like the inside cover of a calculus book. `g` is the gradient that arrives at the result `y`; `x`, or `a` and
`b`, are the inputs; what a rule returns flows on to its input. At g = 1 it is the derivative itself.

A form that looks unfamiliar keeps digits the textbook's form loses. tanh' is sech(x)**2 and not 1 - y**2, which
is 0 from x = 19 on where the derivative is 1e-16; sigmoid' is y * sigmoid(-x) and not y * (1 - y). Conventions at
kinks are PyTorch's and stand beside the rule. Numbers are written as floats: NumPy is slow to read an int.
"""

from __future__ import annotations

import math
import operator
from typing import Final

import numpy as np

from ..engine.definition import op
from ..engine.forms import COMPARISON, POWER, PRODUCT, SUM, UNARY, Infix
from . import elementwise_forward as f, where_forward as w

LOG_2: Final = math.log(2.0)
LOG_10: Final = math.log(10.0)

# fmt: off
# ruff: noqa: E501

# arithmetic
add = op("add", operator.add,     np.add,      lambda g, y, a, b: g,           lambda g, y, a, b: g,           infix=Infix("+", SUM))
sub = op("sub", operator.sub,     np.subtract, lambda g, y, a, b: g,           lambda g, y, a, b: -g,          infix=Infix("-", SUM))
mul = op("mul", operator.mul,     np.multiply, lambda g, y, a, b: g * b,       lambda g, y, a, b: g * a,       infix=Infix("*", PRODUCT))
div = op("div", operator.truediv, np.divide,   lambda g, y, a, b: g / b,       lambda g, y, a, b: -g * y / b,  infix=Infix("/", PRODUCT))
neg = op("neg", operator.neg,     np.negative, lambda g, y, x: -g,                                             infix=Infix("-", UNARY))
# x**0 has gradient 0 at x = 0 too, and d(0**b)/db is 0 for b >= 0, where the plain formulas say 0 * inf.
pow = op("pow", f.power,          np.power,    lambda g, y, a, b: g * b * pow(where((a == 0.0) & (b == 0.0), 1.0, a), b - 1.0),
                                               lambda g, y, a, b: g * y * log(where((a == 0.0) & (b >= 0.0), 1.0, a)),
                                                                                                               infix=Infix("**", POWER))
identity   = op("identity",   lambda x: x,  lambda x: x,   lambda g, y, x: g,  of_integers=True)
square     = op("square",     f.square,     np.square,     lambda g, y, x: g * 2.0 * x)
reciprocal = op("reciprocal", f.reciprocal, np.reciprocal, lambda g, y, x: -g * y * y)
sqrt       = op("sqrt",       math.sqrt,    np.sqrt,       lambda g, y, x: g / (2.0 * y))  # at 0: +inf
cbrt       = op("cbrt",       math.cbrt,    np.cbrt,       lambda g, y, x: g / (3.0 * y * y))  # at 0: +inf
hypot      = op("hypot",      f.hypot,      np.hypot,      lambda g, y, a, b: g * (a / y), lambda g, y, a, b: g * (b / y))

# exponentials and logarithms
exp   = op("exp",   math.exp,   np.exp,   lambda g, y, x: g * y)
expm1 = op("expm1", math.expm1, np.expm1, lambda g, y, x: g * exp(x))
log   = op("log",   math.log,   np.log,   lambda g, y, x: g / x)
exp2  = op("exp2",  f.exp2,     np.exp2,  lambda g, y, x: g * y * LOG_2)
log2  = op("log2",  math.log2,  np.log2,  lambda g, y, x: g / (LOG_2 * x))
log10 = op("log10", math.log10, np.log10, lambda g, y, x: g / (LOG_10 * x))
log1p = op("log1p", math.log1p, np.log1p, lambda g, y, x: g / (1.0 + x))

# trigonometry
sin   = op("sin",   math.sin,   np.sin,     lambda g, y, x: g * cos(x))
cos   = op("cos",   math.cos,   np.cos,     lambda g, y, x: -g * sin(x))
tan   = op("tan",   math.tan,   np.tan,     lambda g, y, x: g * (1.0 + y * y))
asin  = op("asin",  math.asin,  np.arcsin,  lambda g, y, x: g / sqrt((1.0 - x) * (1.0 + x)))
acos  = op("acos",  math.acos,  np.arccos,  lambda g, y, x: -g / sqrt((1.0 - x) * (1.0 + x)))
atan  = op("atan",  math.atan,  np.arctan,  lambda g, y, x: g / (1.0 + x * x))
# atan2 at (0, 0): 0 and 0
atan2 = op("atan2", math.atan2, np.arctan2, lambda g, y, a, b: g * (b / hypot(where((a == 0.0) & (b == 0.0), 1.0, a), b)) / hypot(where((a == 0.0) & (b == 0.0), 1.0, a), b),
                                            lambda g, y, a, b: g * ((0.0 - a) / hypot(where((a == 0.0) & (b == 0.0), 1.0, a), b)) / hypot(where((a == 0.0) & (b == 0.0), 1.0, a), b))

# hyperbolic functions
sinh = op("sinh", math.sinh, np.sinh,      lambda g, y, x: g * cosh(x))
cosh = op("cosh", math.cosh, np.cosh,      lambda g, y, x: g * sinh(x))
tanh = op("tanh", math.tanh, np.tanh,      lambda g, y, x: g * square(sech(x)))
asinh = op("asinh", math.asinh, np.arcsinh, lambda g, y, x: g / hypot(x, 1.0))
acosh = op("acosh", math.acosh, np.arccosh, lambda g, y, x: g / (sqrt(x - 1.0) * sqrt(x + 1.0)))  # x * x could overflow
atanh = op("atanh", math.atanh, np.arctanh, lambda g, y, x: g / ((1.0 - x) * (1.0 + x)))
sech = op("sech", f.sech,    f.sech_array, lambda g, y, x: -g * y * tanh(x))

# kinks
abs     = op("abs",     operator.abs, np.absolute, lambda g, y, x: g * sign(x), of_integers=True)  # at 0: 0
sign    = op("sign",    f.sign,       f.sign_array,     lambda g, y, x: 0.0, of_integers=True)
maximum = op("maximum", f.maximum,    np.maximum,  lambda g, y, a, b: where(a < b, 0.0, where(a == b, g / 2.0, g)),   # ties: half each
                                                   lambda g, y, a, b: where(b < a, 0.0, where(a == b, g / 2.0, g)), of_integers=True)
minimum = op("minimum", f.minimum,    np.minimum,  lambda g, y, a, b: where(a > b, 0.0, where(a == b, g / 2.0, g)),
                                                   lambda g, y, a, b: where(b > a, 0.0, where(a == b, g / 2.0, g)), of_integers=True)
clip    = op("clip",    f.clip,       f.clip_array, lambda g, y, x, min, max: where((x >= min) & (x <= max), g, 0.0), params={"min": -math.inf, "max": math.inf}, of_integers=True)  # at its edges: 1
where   = op("where",   w.where,      w.where_array, None, lambda g, y, mask, a, b: where(mask, g, 0.0), lambda g, y, mask, a, b: where(mask, 0.0, g), inputs=("mask", "a", "b"), of_integers=True)

# comparisons give masks, and masks have no derivative
lt = op("lt", operator.lt, np.less,          inputs=("a", "b"), infix=Infix("<", COMPARISON))
le = op("le", operator.le, np.less_equal,    inputs=("a", "b"), infix=Infix("<=", COMPARISON))
gt = op("gt", operator.gt, np.greater,       inputs=("a", "b"), infix=Infix(">", COMPARISON))
ge = op("ge", operator.ge, np.greater_equal, inputs=("a", "b"), infix=Infix(">=", COMPARISON))
eq = op("eq", operator.eq, np.equal,         inputs=("a", "b"), infix=Infix("==", COMPARISON))
ne = op("ne", operator.ne, np.not_equal,     inputs=("a", "b"), infix=Infix("!=", COMPARISON))
# fmt: on
