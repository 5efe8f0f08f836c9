"""Ops that look at more than one element at a time, beside their derivatives.

Here on scalars: those that take any number of inputs, `sum`, `dot` and `logsumexp`, and what follows from them. Such
an op treats its inputs alike, so one rule in one input serves them all; and the rules of `dot` are those of a
product, because a sum hands its gradient on unchanged.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import forward as f
from .elementwise import exp, mul
from .op import BUILT_IN, OPS, Operand, op

# fmt: off
# ruff: noqa: E501
_sum       = op("sum",       f.add_all,   lambda *xs: functools.reduce(np.add, xs), lambda g, y, x: g,              variadic=True, kind="linear")
_dot       = op("dot",       f.dot,       f.dot,                                    *mul.rules,                     variadic=True, inputs=("a", "b"))
_logsumexp = op("logsumexp", f.logsumexp, f.logsumexp_array,                        lambda g, y, x: g * exp(x - y), variadic=True)
# fmt: on

BUILT_IN.update(OPS)  # the tables end here


def _several(name: str, values: Iterable[Any]) -> list[Any]:
    if type(values) is list:
        return values
    if isinstance(values, (Operand, str)) or not isinstance(values, Iterable):
        raise TypeError(f"{name} takes a list of Values or numbers, got {type(values).__name__}")
    return list(values)


def _some(name: str, values: Iterable[Any]) -> list[Any]:
    items = _several(name, values)
    if not items:
        raise ValueError(f"{name} of no values has no meaning; expected at least one")
    return items


def bare(x: Any) -> float:
    """The number in an operand; 0 for a formula, which has none."""
    return float(x.item() if hasattr(x, "item") else 0.0 if isinstance(x, Operand) else x)


def sum(values: Iterable[Any]) -> Any:
    """The sum of a list of Values or numbers, as one op; 0.0 when the list is empty."""
    items = _several("sum", values)
    return _sum(*items) if items else 0.0


def mean(values: Iterable[Any]) -> Any:
    """The arithmetic mean of a list of Values or numbers. ValueError when the list is empty."""
    items = _some("mean", values)
    return _sum(*items) / len(items)


def dot(ws: Iterable[Any], xs: Iterable[Any]) -> Any:
    """The sum of the products of two lists of equal length, as one op. ValueError when the lengths differ."""
    left, right = _several("dot", ws), _several("dot", xs)
    if len(left) != len(right):
        raise ValueError(f"dot got lists of {len(left)} and {len(right)} values, expected equal lengths")
    return _dot(*left, *right) if left else 0.0


def logsumexp(values: Iterable[Any]) -> Any:
    """log(exp(x1) + exp(x2) + ...) of a list, without overflow: logsumexp([1000.0, 1000.0]) is 1000.69."""
    return _logsumexp(*_some("logsumexp", values))


def log_softmax(values: Iterable[Any]) -> list[Any]:
    """log(softmax(values)), finite where softmax itself underflows: log_softmax([0.0, 1000.0])[0] is -1000."""
    items = _some("log_softmax", values)
    # Softmax does not change when all inputs move by one number; at 1e17 the digits of x - logsumexp are gone.
    top = max([bare(x) for x in items])
    shifted = [x - top for x in items] if math.isfinite(top) else items
    total = _logsumexp(*shifted)
    return [x - total for x in shifted]


def softmax(values: Iterable[Any]) -> list[Any]:
    """exp(x) / sum(exp(x)) for each x of a list; the results are positive and add up to 1."""
    return [exp(x) for x in log_softmax(values)]
