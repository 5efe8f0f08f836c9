"""The table of derivatives, continued: the logistic function and its kin, and the activations of neural networks.

A new activation also goes into autograd/__init__.py; as a layer into nn/functional, nn/layers/activations.py and
nn/__init__.py, and into nn/neuron.py where a Neuron may have it.
"""

from __future__ import annotations

import math

import numpy as np

from ..engine.definition import op
from . import elementwise_forward as f
from .elementwise import clip, exp, sech, square, tanh, where
from .special_functions import normal_cdf, normal_pdf

# fmt: off
# ruff: noqa: E501

sigmoid     = op("sigmoid",     f.sigmoid,     f.sigmoid_array,     lambda g, y, x: g * y * sigmoid(-x))
log_sigmoid = op("log_sigmoid", f.log_sigmoid, f.log_sigmoid_array, lambda g, y, x: g * sigmoid(-x))
softplus    = op("softplus",    f.softplus,    f.softplus_array,    lambda g, y, x: g * sigmoid(x))
logit = op("logit", f.logit, f.logit_array, lambda g, y, x: g / (x * (1.0 - x)))
# Where both are -inf the gradients are 0: nothing that is added depends on them.
logaddexp = op("logaddexp", f.logaddexp, np.logaddexp, lambda g, y, a, b: g * sigmoid(a - where(y == -math.inf, 0.0, b)), lambda g, y, a, b: g * sigmoid(b - where(y == -math.inf, 0.0, a)))
relu        = op("relu",        f.relu,        f.relu_array,        lambda g, y, x: where(x <= 0.0, 0.0, g), of_integers=True)  # at 0: 0
leaky_relu  = op("leaky_relu",  f.leaky_relu,  f.leaky_relu_array,  lambda g, y, x, negative_slope: where(x > 0.0, g, g * negative_slope), params={"negative_slope": 0.01})  # at 0: the slope
# clip, because exp(1000) in the branch not taken would be inf, and inf * 0 in its own derivative nan
elu         = op("elu",         f.elu,         f.elu_array,         lambda g, y, x, alpha: where(x <= 0.0, g * alpha * exp(clip(x, max=0.0)), g), params={"alpha": 1.0})
selu        = op("selu",        f.selu,        f.selu_array,        lambda g, y, x: g * f.SELU_SCALE * where(x <= 0.0, f.SELU_ALPHA * exp(clip(x, max=0.0)), 1.0))
gelu        = op("gelu",        f.gelu,        f.each(f.gelu),      lambda g, y, x: g * (normal_cdf(x) + x * normal_pdf(x)))
silu        = op("silu",        f.silu,        f.silu_array,        lambda g, y, x: g * (sigmoid(x) + y * sigmoid(-x)))
mish        = op("mish",        f.mish,        f.mish_array,        lambda g, y, x: g * (tanh(softplus(x)) + x * square(sech(softplus(x))) * sigmoid(x)))
# a loss: the logit x against the probability t; sigmoid(x) - t would lose its digits where both are close to 1
binary_cross_entropy_with_logits = op("binary_cross_entropy_with_logits", f.binary_cross_entropy_with_logits, f.binary_cross_entropy_with_logits_array, lambda g, y, x, t: g * ((1.0 - t) * sigmoid(x) - t * sigmoid(-x)), lambda g, y, x, t: -g * x, inputs=("x", "t"))
# fmt: on
