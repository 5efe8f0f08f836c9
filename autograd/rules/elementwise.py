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
from ..engine.forms import AND, ATOM, COMPARISON, OR, POWER, PRODUCT, SUM, UNARY, XOR, Infix
from . import elementwise_forward as f, integer_forward as i, special_forward as sf

TWO_OVER_SQRT_PI: Final = 2.0 / math.sqrt(math.pi)
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
# a % b is a - b * (a // b), and a // b is constant between its jumps
remainder  = op("remainder",    i.remainder,       i.remainder_array,    lambda g, y, a, b: g,   lambda g, y, a, b: -g * floor_divide(a, b), infix=Infix("%", PRODUCT), of_integers=True)
floor_divide = op("floor_divide", operator.floordiv, i.floor_divide_array, lambda g, y, a, b: 0.0, lambda g, y, a, b: 0.0, infix=Infix("//", PRODUCT), of_integers=True)
identity   = op("identity",   lambda x: x,  lambda x: x,   lambda g, y, x: g,  of_integers=True)
square     = op("square",     f.square,     np.square,     lambda g, y, x: g * 2.0 * x)
reciprocal = op("reciprocal", f.reciprocal, np.reciprocal, lambda g, y, x: -g * y * y)
sqrt       = op("sqrt",       math.sqrt,    np.sqrt,       lambda g, y, x: g / (2.0 * y))  # at 0: +inf
cbrt       = op("cbrt",       math.cbrt,    np.cbrt,       lambda g, y, x: g / (3.0 * y * y))  # at 0: +inf
hypot      = op("hypot",      math.hypot,   np.hypot,      lambda g, y, a, b: g * (a / y), lambda g, y, a, b: g * (b / y))

# exponentials and logarithms
exp   = op("exp",   math.exp,   np.exp,   lambda g, y, x: g * y)
expm1 = op("expm1", math.expm1, np.expm1, lambda g, y, x: g * exp(x))
log   = op("log",   math.log,   np.log,   lambda g, y, x: g / x)
exp2  = op("exp2",  f.exp2,     np.exp2,  lambda g, y, x: g * y * LOG_2)
log2  = op("log2",  math.log2,  np.log2,  lambda g, y, x: g / (LOG_2 * x))
log10 = op("log10", math.log10, np.log10, lambda g, y, x: g / (LOG_10 * x))
log1p = op("log1p", math.log1p, np.log1p, lambda g, y, x: g / (1.0 + x))
logit = op("logit", f.logit, f.logit_array, lambda g, y, x: g / (x * (1.0 - x)))
# Where both are -inf the gradients are 0: nothing that is added depends on them.
logaddexp = op("logaddexp", f.logaddexp, np.logaddexp, lambda g, y, a, b: g * sigmoid(a - where(y == -math.inf, 0.0, b)), lambda g, y, a, b: g * sigmoid(b - where(y == -math.inf, 0.0, a)))

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

# activations
sigmoid     = op("sigmoid",     f.sigmoid,     f.sigmoid_array,     lambda g, y, x: g * y * sigmoid(-x))
log_sigmoid = op("log_sigmoid", f.log_sigmoid, f.log_sigmoid_array, lambda g, y, x: g * sigmoid(-x))
softplus    = op("softplus",    f.softplus,    f.softplus_array,    lambda g, y, x: g * sigmoid(x))
relu        = op("relu",        f.relu,        f.relu_array,        lambda g, y, x: where(x <= 0.0, 0.0, g), of_integers=True)  # at 0: 0
leaky_relu  = op("leaky_relu",  f.leaky_relu,  f.leaky_relu_array,  lambda g, y, x, negative_slope: where(x > 0.0, g, g * negative_slope), params={"negative_slope": 0.01})  # at 0: the slope
# clip, because exp(1000) in the branch not taken would be inf, and inf * 0 in its own derivative nan
elu         = op("elu",         f.elu,         f.elu_array,         lambda g, y, x, alpha: where(x <= 0.0, g * alpha * exp(clip(x, max=0.0)), g), params={"alpha": 1.0})
selu        = op("selu",        f.selu,        f.selu_array,        lambda g, y, x: g * f.SELU_SCALE * where(x <= 0.0, f.SELU_ALPHA * exp(clip(x, max=0.0)), 1.0))
gelu        = op("gelu",        f.gelu,        f.each(f.gelu),      lambda g, y, x: g * (normal_cdf(x) + x * normal_pdf(x)))
silu        = op("silu",        f.silu,        f.silu_array,        lambda g, y, x: g * (sigmoid(x) + y * sigmoid(-x)))
mish        = op("mish",        f.mish,        f.mish_array,        lambda g, y, x: g * (tanh(softplus(x)) + x * square(sech(softplus(x))) * sigmoid(x)))

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

# a loss: the logit x against the probability t; sigmoid(x) - t would lose its digits where both are close to 1
binary_cross_entropy_with_logits = op("binary_cross_entropy_with_logits", f.binary_cross_entropy_with_logits, f.binary_cross_entropy_with_logits_array, lambda g, y, x, t: g * ((1.0 - t) * sigmoid(x) - t * sigmoid(-x)), lambda g, y, x, t: -g * x, inputs=("x", "t"))

# kinks
abs     = op("abs",     operator.abs, np.absolute, lambda g, y, x: g * sign(x), of_integers=True)  # at 0: 0
sign    = op("sign",    f.sign,       f.sign_array,     lambda g, y, x: 0.0, of_integers=True)
floor   = op("floor",   f.floor,      np.floor,    lambda g, y, x: 0.0, of_integers=True)
ceil    = op("ceil",    f.ceil,       np.ceil,     lambda g, y, x: 0.0, of_integers=True)
round   = op("round",   f.round,      np.rint,     lambda g, y, x: 0.0, of_integers=True)  # half to even
maximum = op("maximum", f.maximum,    np.maximum,  lambda g, y, a, b: where(a < b, 0.0, where(a == b, g / 2.0, g)),   # ties: half each
                                                   lambda g, y, a, b: where(b < a, 0.0, where(a == b, g / 2.0, g)), of_integers=True)
minimum = op("minimum", f.minimum,    np.minimum,  lambda g, y, a, b: where(a > b, 0.0, where(a == b, g / 2.0, g)),
                                                   lambda g, y, a, b: where(b > a, 0.0, where(a == b, g / 2.0, g)), of_integers=True)
clip    = op("clip",    f.clip,       f.clip_array, lambda g, y, x, min, max: where((x >= min) & (x <= max), g, 0.0), params={"min": -math.inf, "max": math.inf}, of_integers=True)  # at its edges: 1
where   = op("where",   f.where,      np.where,    None, lambda g, y, mask, a, b: where(mask, g, 0.0), lambda g, y, mask, a, b: where(mask, 0.0, g), inputs=("mask", "a", "b"), of_integers=True)

# comparisons give masks, and masks have no derivative
lt = op("lt", operator.lt, np.less,          inputs=("a", "b"), infix=Infix("<", COMPARISON))
le = op("le", operator.le, np.less_equal,    inputs=("a", "b"), infix=Infix("<=", COMPARISON))
gt = op("gt", operator.gt, np.greater,       inputs=("a", "b"), infix=Infix(">", COMPARISON))
ge = op("ge", operator.ge, np.greater_equal, inputs=("a", "b"), infix=Infix(">=", COMPARISON))
eq = op("eq", operator.eq, np.equal,         inputs=("a", "b"), infix=Infix("==", COMPARISON))
ne = op("ne", operator.ne, np.not_equal,     inputs=("a", "b"), infix=Infix("!=", COMPARISON))
# on masks logical, on integers bit by bit
bitwise_and = op("bitwise_and", i.bitwise("&", operator.and_), i.bitwise("&", np.bitwise_and), inputs=("a", "b"), infix=Infix("&", AND))
bitwise_or  = op("bitwise_or",  i.bitwise("|", operator.or_),  i.bitwise("|", np.bitwise_or),  inputs=("a", "b"), infix=Infix("|", OR))
bitwise_xor = op("bitwise_xor", i.bitwise("^", operator.xor),  i.bitwise("^", np.bitwise_xor), inputs=("a", "b"), infix=Infix("^", XOR))
bitwise_not = op("bitwise_not", i.bitwise("~", i.invert),      i.bitwise("~", np.invert),      infix=Infix("~", ATOM))
# fmt: on
