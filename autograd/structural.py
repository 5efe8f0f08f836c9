"""Ops that look at more than one element: linear maps beside their transposes, and the few that are not linear.

A rule here takes a gradient back through a change of shape, so it is the transpose of the map: the transpose of a sum
is a spread, of taking elements putting them back, of a product with A a product with A transposed. What can be said
with these is said with these, in `shaping.py` and `reductions.py`.

Those with any number of inputs (`sum` and `dot` of a list) treat them alike, so one rule in one input serves them all;
`concatenate` and `einsum` are positional: their rule is told which input it is for.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from . import forward as f, shapes as sh
from .elementwise import eq, exp, mul
from .op import BUILT_IN, OPS, PRODUCT, op

# fmt: off
# ruff: noqa: E501

# of lists of scalars
list_sum       = op("sum",       f.add_all,   lambda *xs: functools.reduce(np.add, xs), lambda g, y, x: g,              variadic=True, kind="linear")
list_dot       = op("dot",       f.dot,       f.dot,                                    *mul.rules,                     variadic=True, inputs=("a", "b"))
list_logsumexp = op("logsumexp", f.logsumexp, f.logsumexp_array,                        lambda g, y, x: g * exp(x - y), variadic=True)

# shapes; a plain number is an array of no dimension
reshape      = op("reshape",      sh.of_array, sh.reshape,      lambda g, y, x, shape: reshape(g, shape=x.shape),      params={"shape": None}, kind="linear")
transpose    = op("transpose",    sh.of_array, sh.transpose,    lambda g, y, x, axes: transpose(g, axes=sh.inverse(axes)), params={"axes": None}, kind="linear")
broadcast_to = op("broadcast_to", sh.of_array, sh.broadcast_to, lambda g, y, x, shape: sum_to(g, shape=x.shape),       params={"shape": None}, kind="linear")
sum_to       = op("sum_to",       sh.of_array, sh.sum_to,       lambda g, y, x, shape: broadcast_to(g, shape=x.shape), params={"shape": None}, kind="linear")
take         = op("take",         sh.of_array, sh.take,         lambda g, y, x, index: put(g, index=index, shape=x.shape), params={"index": None}, kind="linear")
put          = op("put",          sh.of_array, sh.put,          lambda g, y, x, index, shape: take(g, index=index),    params={"index": None, "shape": None}, kind="linear")
concatenate  = op("concatenate",  sh.of_array, sh.concatenate,  lambda g, y, *xs, axis, position: take(g, index=sh.segment(xs, axis, position)), params={"axis": 0}, kind="linear", variadic=True, positional=True)

stacked      = op("stack",        sh.of_array, lambda *xs: np.array(xs),  lambda g, y, *xs, position: take(g, index=(position,)), kind="linear", variadic=True, positional=True)

# sums and products
total   = op("sum_over", sh.of_array, sh.total,   lambda g, y, x, axis, keepdims: spread(g, axis=axis, keepdims=keepdims, shape=x.shape), params={"axis": None, "keepdims": False}, kind="linear")
spread  = op("spread",   sh.of_array, sh.spread,  lambda g, y, x, axis, keepdims, shape: total(g, axis=axis, keepdims=keepdims),        params={"axis": None, "keepdims": False, "shape": None}, kind="linear")
cumsum  = op("cumsum",   sh.of_array, sh.cumsum,  lambda g, y, x, axis, reverse: cumsum(g, axis=axis, reverse=not reverse),             params={"axis": 0, "reverse": False}, kind="linear")
mT      = op("mT",       sh.of_array, sh.mT,      lambda g, y, x: mT(g),                                                                kind="linear")
matmul  = op("matmul",   sh.of_array, np.matmul,  lambda g, y, a, b: matmul(g, mT(b)), lambda g, y, a, b: matmul(mT(a), g),             kind="multilinear", sign="@", binding=PRODUCT)
einsum  = op("einsum",   sh.of_array, sh.einsum,  lambda g, y, *xs, subscripts, position: sh.einsum_back(einsum, g, xs, subscripts, position), params={"subscripts": ""}, kind="multilinear", variadic=True, positional=True)
# ties share evenly
amax    = op("amax",     sh.of_array, sh.amax,    lambda g, y, x, axis, keepdims: spread(g, axis=axis, keepdims=keepdims, shape=x.shape) * share(x, y, axis, keepdims),
             params={"axis": None, "keepdims": False}, kind="other", push=lambda t, y, x, axis, keepdims: total(t * share(x, y, axis, keepdims), axis=axis, keepdims=keepdims))
# fmt: on

BUILT_IN.update(OPS)  # the tables end here


def share(x: Any, y: Any, axis: Any, keepdims: bool) -> Any:
    """For each element, its part of being the largest: 1, or evenly less where several are."""
    tied = eq(x, spread(y, axis=axis, keepdims=keepdims, shape=x.shape)) * 1.0
    return tied / spread(total(tied, axis=axis, keepdims=keepdims), axis=axis, keepdims=keepdims, shape=x.shape)
