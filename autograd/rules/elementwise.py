"""The table of derivatives: one op per line, each derivative written once.

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
from ..engine.forms import AND, COMPARISON, POWER, PRODUCT, SUM, UNARY, Infix
from . import elementwise_forward as f

TWO_OVER_SQRT_PI: Final = 2.0 / math.sqrt(math.pi)

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
identity   = op("identity",   lambda x: x,  lambda x: x,   lambda g, y, x: g)
square     = op("square",     f.square,     np.square,     lambda g, y, x: g * 2.0 * x)
reciprocal = op("reciprocal", f.reciprocal, np.reciprocal, lambda g, y, x: -g * y * y)
sqrt       = op("sqrt",       math.sqrt,    np.sqrt,       lambda g, y, x: g / (2.0 * y))  # at 0: +inf
hypot      = op("hypot",      math.hypot,   np.hypot,      lambda g, y, a, b: g * (a / y), lambda g, y, a, b: g * (b / y))

# exponentials and logarithms
exp   = op("exp",   math.exp,   np.exp,   lambda g, y, x: g * y)
expm1 = op("expm1", math.expm1, np.expm1, lambda g, y, x: g * exp(x))
log   = op("log",   math.log,   np.log,   lambda g, y, x: g / x)
log1p = op("log1p", math.log1p, np.log1p, lambda g, y, x: g / (1.0 + x))

# trigonometry
sin   = op("sin",   math.sin,   np.sin,     lambda g, y, x: g * cos(x))
cos   = op("cos",   math.cos,   np.cos,     lambda g, y, x: -g * sin(x))
tan   = op("tan",   math.tan,   np.tan,     lambda g, y, x: g * (1.0 + y * y))
asin  = op("asin",  math.asin,  np.arcsin,  lambda g, y, x: g / sqrt((1.0 - x) * (1.0 + x)))
acos  = op("acos",  math.acos,  np.arccos,  lambda g, y, x: -g / sqrt((1.0 - x) * (1.0 + x)))
atan  = op("atan",  math.atan,  np.arctan,  lambda g, y, x: g / (1.0 + x * x))
atan2 = op("atan2", math.atan2, np.arctan2, lambda g, y, a, b: g * (b / hypot(a, b)) / hypot(a, b),
                                            lambda g, y, a, b: -g * (a / hypot(a, b)) / hypot(a, b))

# hyperbolic functions
sinh = op("sinh", math.sinh, np.sinh,      lambda g, y, x: g * cosh(x))
cosh = op("cosh", math.cosh, np.cosh,      lambda g, y, x: g * sinh(x))
tanh = op("tanh", math.tanh, np.tanh,      lambda g, y, x: g * square(sech(x)))
sech = op("sech", f.sech,    f.sech_array, lambda g, y, x: -g * y * tanh(x))

# activations
sigmoid     = op("sigmoid",     f.sigmoid,     f.sigmoid_array,     lambda g, y, x: g * y * sigmoid(-x))
log_sigmoid = op("log_sigmoid", f.log_sigmoid, f.log_sigmoid_array, lambda g, y, x: g * sigmoid(-x))
softplus    = op("softplus",    f.softplus,    f.softplus_array,    lambda g, y, x: g * sigmoid(x))
relu        = op("relu",        f.relu,        f.relu_array,        lambda g, y, x: where(x <= 0.0, 0.0, g))  # at 0: 0
leaky_relu  = op("leaky_relu",  f.leaky_relu,  f.leaky_relu_array,  lambda g, y, x, negative_slope: where(x > 0.0, g, g * negative_slope), params={"negative_slope": 0.01})  # at 0: the slope
# clip, because exp(1000) in the branch not taken would be inf, and inf * 0 in its own derivative nan
elu         = op("elu",         f.elu,         f.elu_array,         lambda g, y, x, alpha: where(x <= 0.0, g * alpha * exp(clip(x, max=0.0)), g), params={"alpha": 1.0})
selu        = op("selu",        f.selu,        f.selu_array,        lambda g, y, x: g * f.SELU_SCALE * where(x <= 0.0, f.SELU_ALPHA * exp(clip(x, max=0.0)), 1.0))
gelu        = op("gelu",        f.gelu,        f.each(f.gelu),      lambda g, y, x: g * (normal_cdf(x) + x * normal_pdf(x)))
silu        = op("silu",        f.silu,        f.silu_array,        lambda g, y, x: g * (sigmoid(x) + y * sigmoid(-x)))
mish        = op("mish",        f.mish,        f.mish_array,        lambda g, y, x: g * (tanh(softplus(x)) + x * square(sech(softplus(x))) * sigmoid(x)))
erf         = op("erf",         math.erf,      f.each(math.erf),    lambda g, y, x: g * TWO_OVER_SQRT_PI * exp(-x * x))
normal_cdf  = op("normal_cdf",  f.normal_cdf,  f.each(f.normal_cdf), lambda g, y, x: g * normal_pdf(x))
normal_pdf  = op("normal_pdf",  f.normal_pdf,  f.normal_pdf_array,  lambda g, y, x: -g * y * x)

# a loss: the logit x against the probability t; sigmoid(x) - t would lose its digits where both are close to 1
binary_cross_entropy_with_logits = op("binary_cross_entropy_with_logits", f.binary_cross_entropy_with_logits, f.binary_cross_entropy_with_logits_array, lambda g, y, x, t: g * ((1.0 - t) * sigmoid(x) - t * sigmoid(-x)), lambda g, y, x, t: -g * x, inputs=("x", "t"))

# kinks
abs     = op("abs",     operator.abs, np.absolute, lambda g, y, x: g * sign(x))  # at 0: 0
sign    = op("sign",    f.sign,       np.sign,     lambda g, y, x: 0.0)
maximum = op("maximum", f.maximum,    np.maximum,  lambda g, y, a, b: where(a < b, 0.0, where(a == b, g / 2.0, g)),   # ties: half each
                                                   lambda g, y, a, b: where(b < a, 0.0, where(a == b, g / 2.0, g)))
minimum = op("minimum", f.minimum,    np.minimum,  lambda g, y, a, b: where(a > b, 0.0, where(a == b, g / 2.0, g)),
                                                   lambda g, y, a, b: where(b > a, 0.0, where(a == b, g / 2.0, g)))
clip    = op("clip",    f.clip,       f.clip_array, lambda g, y, x, min, max: where((x >= min) & (x <= max), g, 0.0), params={"min": -math.inf, "max": math.inf})  # at its edges: 1
where   = op("where",   f.where,      np.where,    None, lambda g, y, mask, a, b: where(mask, g, 0.0), lambda g, y, mask, a, b: where(mask, 0.0, g), inputs=("mask", "a", "b"))

# comparisons give masks, and masks have no derivative
lt = op("lt", operator.lt, np.less,          inputs=("a", "b"), infix=Infix("<", COMPARISON))
le = op("le", operator.le, np.less_equal,    inputs=("a", "b"), infix=Infix("<=", COMPARISON))
gt = op("gt", operator.gt, np.greater,       inputs=("a", "b"), infix=Infix(">", COMPARISON))
ge = op("ge", operator.ge, np.greater_equal, inputs=("a", "b"), infix=Infix(">=", COMPARISON))
eq = op("eq", operator.eq, np.equal,         inputs=("a", "b"), infix=Infix("==", COMPARISON))
ne = op("ne", operator.ne, np.not_equal,     inputs=("a", "b"), infix=Infix("!=", COMPARISON))
both = op("both", operator.and_, np.logical_and, inputs=("a", "b"), infix=Infix("&", AND))
# fmt: on
