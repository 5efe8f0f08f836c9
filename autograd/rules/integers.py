"""The table of derivatives, continued: remainders, rounding, and the bit operators of integers and masks."""

from __future__ import annotations

import operator

import numpy as np

from ..engine.definition import op
from ..engine.forms import AND, ATOM, OR, PRODUCT, XOR, Infix
from . import activations as activations, elementwise_forward as f, integer_forward as i

# fmt: off
# ruff: noqa: E501

# a % b is a - b * (a // b), and a // b is constant between its jumps
remainder  = op("remainder",    i.remainder,       i.remainder_array,    lambda g, y, a, b: g,   lambda g, y, a, b: -g * floor_divide(a, b), infix=Infix("%", PRODUCT), of_integers=True)
floor_divide = op("floor_divide", i.floor_divide,  i.floor_divide_array, lambda g, y, a, b: 0.0, lambda g, y, a, b: 0.0, infix=Infix("//", PRODUCT), of_integers=True)
floor   = op("floor",   f.floor,      np.floor,    lambda g, y, x: 0.0, of_integers=True)
ceil    = op("ceil",    f.ceil,       np.ceil,     lambda g, y, x: 0.0, of_integers=True)
round   = op("round",   f.round,      i.round_array, lambda g, y, x: 0.0, of_integers=True)  # half to even
# on masks logical, on integers bit by bit
bitwise_and = op("bitwise_and", i.bitwise("&", operator.and_), i.bitwise("&", np.bitwise_and), inputs=("a", "b"), infix=Infix("&", AND))
bitwise_or  = op("bitwise_or",  i.bitwise("|", operator.or_),  i.bitwise("|", np.bitwise_or),  inputs=("a", "b"), infix=Infix("|", OR))
bitwise_xor = op("bitwise_xor", i.bitwise("^", operator.xor),  i.bitwise("^", np.bitwise_xor), inputs=("a", "b"), infix=Infix("^", XOR))
bitwise_not = op("bitwise_not", i.bitwise("~", i.invert),      i.bitwise("~", np.invert),      infix=Infix("~", ATOM))
# fmt: on
