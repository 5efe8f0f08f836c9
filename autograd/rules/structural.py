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

from ..engine.op import BUILT_IN, OPS, PRODUCT, Op, Rule, op
from . import elementwise_forward as f, structural_forward as sh
from .elementwise import exp, expm1, mul


def reduction(name: str, array: Rule, slope: Rule) -> Op:
    """An op that makes one number of those along `axis`; `slope(y, x, axis, keepdims)` is its derivative by each."""

    def pull(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        return spread(g, axis=axis, keepdims=keepdims, shape=x.shape) * slope(y, x, axis, keepdims)

    def push(t: Any, y: Any, x: Any, axis: Any, keepdims: bool, position: int) -> Any:
        return total(t * slope(y, x, axis, keepdims), axis=axis, keepdims=keepdims)

    params = {"axis": None, "keepdims": False}
    return op(name, sh.of_array, array, pull, params=params, kind="other", push=push)


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

# Values as the elements of a Tensor; and the other way, where a gradient of such a Tensor is a Value's
stacked      = op("stack",        sh.of_array, lambda *xs: np.array(xs),  lambda g, y, *xs, position: take(g, index=(position,)), kind="linear", variadic=True, positional=True)
as_value     = op("as_value",     sh.of_array, sh.of_one,       lambda g, y, x: g,                                     kind="linear")

# dtypes; integers have no derivative
cast         = op("cast",         sh.of_array, sh.cast,         lambda g, y, x, dtype: cast(g, dtype=x.dtype),         params={"dtype": "float64"}, kind="linear")
as_integers  = op("as_integers",  sh.of_array, sh.cast,         None,                                                  params={"dtype": "int64"}, kind="other")

# sums and products
total   = op("sum_over", sh.of_array, sh.total,   lambda g, y, x, axis, keepdims: spread(g, axis=axis, keepdims=keepdims, shape=x.shape), params={"axis": None, "keepdims": False}, kind="linear")
spread  = op("spread",   sh.of_array, sh.spread,  lambda g, y, x, axis, keepdims, shape: total(g, axis=axis, keepdims=keepdims),        params={"axis": None, "keepdims": False, "shape": None}, kind="linear")
cumsum  = op("cumsum",   sh.of_array, sh.cumsum,  lambda g, y, x, axis, reverse: cumsum(g, axis=axis, reverse=not reverse),             params={"axis": 0, "reverse": False}, kind="linear")
mT      = op("mT",       sh.of_array, sh.mT,      lambda g, y, x: mT(g),                                                                kind="linear")
matmul  = op("matmul",   sh.of_array, np.matmul,  lambda g, y, a, b: g @ b.mT, lambda g, y, a, b: a.mT @ g,                            kind="multilinear", sign="@", binding=PRODUCT)
einsum  = op("einsum",   sh.of_array, sh.einsum,  lambda g, y, *xs, subscripts, position: sh.einsum_back(einsum, spread, g, xs, subscripts, position), params={"subscripts": ""}, kind="multilinear", variadic=True, positional=True)
# bias is one row; the sweep sums its gradient over the others
linear  = op("linear",   sh.of_array, sh.linear,  lambda g, y, x, weight, bias: g @ weight, lambda g, y, x, weight, bias: g.mT @ x, lambda g, y, x, weight, bias: g,
             inputs=("x", "weight", "bias"), kind="other", push=lambda t, y, x, weight, bias, position: t @ weight.mT if position == 0 else x @ t.mT if position == 1 else t)

# the largest element, and the soft one. Ties share evenly; `share` is each element's part of being the largest.
share   = op("share",    sh.of_array, sh.share,   None, None, inputs=("x", "y"), params={"axis": None, "keepdims": False}, kind="other")
amax      = reduction("amax",           sh.amax,          lambda y, x, axis, keepdims: share(x, y, axis=axis, keepdims=keepdims))
logsumexp = reduction("logsumexp_over", f.logsumexp_over, lambda y, x, axis, keepdims: exp(x - spread(y, axis=axis, keepdims=keepdims, shape=x.shape)))
# With p = exp(y), g - p * sum(g) is g * (1 - p) and p times the g of all others: the digits of 1 - p are those of expm1.
log_softmax = op("log_softmax", sh.of_array, f.log_softmax, lambda g, y, x, axis: -g * expm1(y) - exp(y) * (total(g, axis=axis, keepdims=True) - g),
             params={"axis": None}, kind="other", push=lambda t, y, x, axis, position: -t * expm1(y) - (total(t * exp(y), axis=axis, keepdims=True) - t * exp(y)))
# fmt: on

BUILT_IN.update(OPS)  # the tables end here
