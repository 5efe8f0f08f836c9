"""The table of ops that look at more than one element, each with its derivative.

Most are linear maps, and the rule of a linear map is its transpose: the transpose of a sum is a spread, of taking
elements it is putting them back, of a product with A it is a product with A transposed. What can be composed of these
ops is composed of them, in `functions/`.

A rule with `*xs` serves any number of inputs; its op tells it the `position` of the input that it is for. `zoom` names
the op on arrays of Values where NumPy cannot compute it on objects; `example` holds parameters for the derivative table.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.definition import op
from ..engine.forms import PRODUCT, Infix, Kind, Takes
from ..engine.op import Op, Rule
from . import elementwise_forward as f, scalar_forms as zoom, structural_forward as sh
from .elementwise import exp, expm1, where
from .lists import list_dot as list_dot, list_logsumexp as list_logsumexp, list_sum as list_sum

LINEAR, MULTILINEAR, OTHER, SEQUENCE = Kind.LINEAR, Kind.MULTILINEAR, Kind.OTHER, Takes.SEQUENCE


def reduction(name: str, array: Rule, scalars: Rule, slope: Rule) -> Op:
    """Define an op that reduces `axis` to one number; `slope(y, x, axis, keepdims)` is its derivative by each element."""

    def pull(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        return spread(g, axis=axis, keepdims=keepdims, shape=x.shape) * slope(y, x, axis, keepdims)

    def push(t: Any, y: Any, x: Any, axis: Any, keepdims: bool, position: int) -> Any:
        return total(t * slope(y, x, axis, keepdims), axis=axis, keepdims=keepdims)

    params = {"axis": None, "keepdims": False}
    return op(name, sh.of_array, array, pull, params=params, kind=OTHER, push=push, scalars=scalars, example=params)


# fmt: off
# ruff: noqa: E501

# shapes; a plain number is an array of no dimension
reshape      = op("reshape",      sh.of_array, sh.reshape,      lambda g, y, x, shape: reshape(g, shape=x.shape),      params={"shape": None}, kind=LINEAR)
transpose    = op("transpose",    sh.of_array, sh.transpose,    lambda g, y, x, axes: transpose(g, axes=sh.inverse(axes)), params={"axes": None}, kind=LINEAR, example={"axes": (1, 2, 0)})
broadcast_to = op("broadcast_to", sh.of_array, sh.broadcast_to, lambda g, y, x, shape: sum_to(g, shape=x.shape),       params={"shape": None}, kind=LINEAR)
sum_to       = op("sum_to",       sh.of_array, sh.sum_to,       lambda g, y, x, shape: broadcast_to(g, shape=x.shape), params={"shape": None}, kind=LINEAR)
take         = op("take",         sh.of_array, sh.take,         lambda g, y, x, index: put(g, index=index, shape=x.shape), params={"index": None}, kind=LINEAR)
put          = op("put",          sh.of_array, sh.put,          lambda g, y, x, index, shape: take(g, index=index),    params={"index": None, "shape": None}, kind=LINEAR, scalars=zoom.put)
concatenate  = op("concatenate",  sh.of_array, sh.concatenate,  lambda g, y, *xs, axis, position: take(g, index=sh.segment(xs, axis, position)), params={"axis": 0}, kind=LINEAR, takes=SEQUENCE, example={"axis": 0})

# Values as the elements of a Tensor; and the other way, where a gradient of such a Tensor is a Value's
stacked      = op("stack",        sh.of_array, lambda *xs: np.array(xs),  lambda g, y, *xs, position: take(g, index=(position,)), kind=LINEAR, takes=SEQUENCE, scalars=zoom.stacked)
as_value     = op("as_value",     sh.of_array, sh.of_one,       lambda g, y, x: g,                                     kind=LINEAR)

# dtypes; integers have no derivative
cast         = op("cast",         sh.of_array, sh.cast,         lambda g, y, x, dtype: cast(g, dtype=x.dtype),         params={"dtype": "float64"}, kind=LINEAR, scalars=zoom.same)
as_integers  = op("as_integers",  sh.of_array, sh.cast,         None,                                                  params={"dtype": "int64"}, kind=OTHER)

# sums and products
total   = op("sum_over", sh.of_array, sh.total,   lambda g, y, x, axis, keepdims: spread(g, axis=axis, keepdims=keepdims, shape=x.shape), params={"axis": None, "keepdims": False}, kind=LINEAR, scalars=zoom.total, example={"axis": 1, "keepdims": False})
spread  = op("spread",   sh.of_array, sh.spread,  lambda g, y, x, axis, keepdims, shape: total(g, axis=axis, keepdims=keepdims),        params={"axis": None, "keepdims": False, "shape": None}, kind=LINEAR, example={"axis": 1, "keepdims": False, "shape": None})
cumsum  = op("cumsum",   sh.of_array, sh.cumsum,  lambda g, y, x, axis, reverse: cumsum(g, axis=axis, reverse=not reverse),             params={"axis": 0, "reverse": False}, kind=LINEAR, example={"axis": 0, "reverse": False})
mT      = op("mT",       sh.of_array, sh.mT,      lambda g, y, x: mT(g),                                                                kind=LINEAR)
matmul  = op("matmul",   sh.of_array, np.matmul,  lambda g, y, a, b: g @ b.mT, lambda g, y, a, b: a.mT @ g,                            kind=MULTILINEAR, infix=Infix("@", PRODUCT), scalars=zoom.matmul)
einsum  = op("einsum",   sh.of_array, sh.einsum,  lambda g, y, *xs, subscripts, position: sh.einsum_back(einsum, spread, g, xs, subscripts, position), params={"subscripts": ""}, kind=MULTILINEAR, takes=SEQUENCE, scalars=zoom.einsum, example={"subscripts": "ij,jk->ik"})
# bias is one row; the sweep sums its gradient over the others
linear  = op("linear",   sh.of_array, sh.linear,  lambda g, y, x, weight, bias: g @ weight, lambda g, y, x, weight, bias: g.mT @ x, lambda g, y, x, weight, bias: g,
             inputs=("x", "weight", "bias"), kind=OTHER, push=lambda t, y, x, weight, bias, position: t @ weight.mT if position == 0 else x @ t.mT if position == 1 else t, scalars=zoom.linear)

# the largest element, and the soft one. Ties share evenly; `share` is each element's part of being the largest.
share   = op("share",    sh.of_array, sh.share,   None, None, inputs=("x", "y"), params={"axis": None, "keepdims": False}, kind=OTHER)
amax      = reduction("amax",           sh.amax,          zoom.amax,      lambda y, x, axis, keepdims: share(x, y, axis=axis, keepdims=keepdims))
logsumexp = reduction("logsumexp_over", f.logsumexp_over, zoom.logsumexp, lambda y, x, axis, keepdims: exp(x - spread(where(y == -math.inf, 0.0, y), axis=axis, keepdims=keepdims, shape=x.shape)))
# With p = exp(y), g - p * sum(g) is g * (1 - p) and p times the g of all others: the digits of 1 - p are those of expm1.
log_softmax = op("log_softmax", sh.of_array, f.log_softmax, lambda g, y, x, axis: -g * expm1(y) - exp(y) * (total(g, axis=axis, keepdims=True) - g),
             params={"axis": None}, kind=OTHER, push=lambda t, y, x, axis, position: -t * expm1(y) - (total(t * exp(y), axis=axis, keepdims=True) - t * exp(y)), scalars=zoom.log_softmax, example={"axis": 1})
# the loss of the classes t: the derivatives of log and softmax cancel to softmax(x) - one_hot(t)
cross_entropy = op("cross_entropy", sh.of_array, f.cross_entropy, lambda g, y, x, t, axis: softmax_minus_one_hot(x, t, axis=axis) * spread(g, axis=axis, keepdims=False, shape=x.shape), None,
                   inputs=("x", "t"), params={"axis": -1}, kind=OTHER, push=lambda d, y, x, t, axis, position: total(d * softmax_minus_one_hot(x, t, axis=axis), axis=axis, keepdims=False), scalars=zoom.cross_entropy, example={"axis": -1})
softmax_minus_one_hot = op("softmax_minus_one_hot", sh.of_array, f.softmax_minus_one_hot, lambda g, y, x, t, axis: pull_softmax(g, log_softmax(x, axis=axis), axis), None,
                           inputs=("x", "t"), params={"axis": -1}, kind=OTHER, push=lambda d, y, x, t, axis, position: pull_softmax(d, log_softmax(x, axis=axis), axis), scalars=zoom.softmax_minus_one_hot, example={"axis": -1})
# fmt: on


def pull_softmax(g: Any, log_p: Any, axis: Any) -> Any:
    """Return p * (g - sum(g * p)) for p = softmax(x), with the digits of 1 - p; p's Jacobian is symmetric."""
    p = exp(log_p)
    return -(g * p * expm1(log_p)) - p * (total(g * p, axis=axis, keepdims=True) - g * p)
