"""Embedding: look up rows of a table by integer index."""

from __future__ import annotations

from typing import Any

import autograd as ag
from autograd import no_grad

from ..checks import integer
from ..inputs import constant_array


def embedding(input: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """Return the rows of `weight` at the integers in `input`. The row at `padding_idx` gets no gradient.

    The result has the shape of the input and one more dimension. Raises IndexError if there is no such row.
    """
    indices = constant_array(input)
    rows = weight.shape[0]
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding takes integers, got {indices.dtype}")
    if indices.size and not 0 <= indices.min() <= indices.max() < rows:
        wrong = indices.min() if indices.min() < 0 else indices.max()
        raise IndexError(f"embedding has rows 0 to {rows - 1}, got {wrong}")
    found = weight[indices]
    if padding_idx is None:
        return found
    with no_grad():
        constant = weight[indices]
    return ag.where((indices == integer("padding_idx", padding_idx) % rows)[..., None], constant, found)
