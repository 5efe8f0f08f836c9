"""Forward functions of lists: sum, dot and logsumexp of any number of values, in their order. A dot has its two lists
behind each other.

A loop runs over the places in the list, because tools/c_from_python.py translates it into C as it is written here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .elementwise_forward import logsumexp_over

Array = Any  # an ndarray of any real dtype


def add_all(*values: Any) -> Any:
    # In order and without compensation (Python's own sum compensates from 3.12 on), to give a + b + c to the bit.
    total = values[0]
    for k in range(1, len(values)):
        total = total + values[k]  # not +=, which would write into an array
    return total


def dot(*values: Any) -> Any:
    half = len(values) // 2
    total = values[0] * values[half]
    for k in range(1, half):
        total = total + values[k] * values[half + k]
    return total


def logsumexp(*values: float) -> float:
    """Return the largest value plus log1p of the sum of exp(value - largest) over the others.

    That sum has what rounding loses of it added to it (Neumaier). Its error for n terms is less than 0.5 + n * n *
    1.2e-16 units in the last place: the last rounding, and those of the sum of what was lost. That of math.fsum is at
    most 0.5.
    """
    top = 0
    for k in range(len(values)):
        if values[k] != values[k]:
            return math.nan
        if values[k] > values[top]:
            top = k
    largest = values[top]
    if math.isinf(largest):
        return largest
    # The largest term is exp(0): left to log1p, so that the digits of the others are kept, as in logsumexp([0, -40]).
    total = 0.0
    lost = 0.0
    for k in range(len(values)):
        if k != top:
            term = math.exp(values[k] - largest)
            new = total + term
            lost += total - new + term if total >= term else term - new + total
            total = new
    return largest + math.log1p(total + lost)


def logsumexp_array(*values: Array) -> Array:
    return logsumexp_over(np.stack(np.broadcast_arrays(*values)), 0, False)
