"""The table of ops of lists: one node for the sum of n Values, where a chain of additions would make n - 1.

All inputs of a list are treated alike, so one rule in one input serves them all; a dot has two lists, and the two rules
of a product.
"""

from __future__ import annotations

import math
from typing import Final

from ..engine.definition import op
from ..engine.forms import Kind, Takes
from . import integers as integers, lists_forward as f  # so that the ops stand in the order of the tables
from .elementwise import exp, mul, where

LISTS: Final = Takes.LISTS

# fmt: off
# ruff: noqa: E501
list_sum       = op("sum",       f.add_all,   f.add_all,         lambda g, y, x: g, takes=LISTS, kind=Kind.LINEAR)
list_dot       = op("dot",       f.dot,       f.dot,             *mul.rules,        takes=LISTS, inputs=("a", "b"))
list_logsumexp = op("logsumexp", f.logsumexp, f.logsumexp_array, lambda g, y, x: g * exp(x - where(y == -math.inf, 0.0, y)), takes=LISTS)
# fmt: on
