"""Start: what the backward pass of a program starts from at a root, as the program takes it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..engine.dtypes import rounded
from ..engine.node import Node
from ..operands.tensor import Tensor

Shape = tuple[int, ...]


class Start:
    """The place of a gradient at a root: its dtype and shape, as they were recorded; a Value has no dimension."""

    __slots__ = ("dtype", "of_value", "shape")

    def __init__(self, dtype: Any, shape: Shape, of_value: bool) -> None:
        self.dtype: Final = dtype
        self.shape: Final = shape
        self.of_value: Final = of_value

    def seed(self, given: Any, samples: Shape | None, exact: bool) -> Any:
        """Return the gradient that is given, or else 1, in the dtype of the root.

        `samples` is the shape of the samples, each of which may have its own gradient. `exact` says that the inputs
        have the shapes they were recorded with, and so has the root.
        """
        if given is None:
            if np.prod(self.shape, dtype=int) != 1:
                raise ValueError(
                    f"the value has shape {self.shape}: give gradient= of that shape, or reduce it, as with .sum()"
                )
            given = np.ones(self.shape, self.dtype)
        seed = rounded(real_numbers("gradient=", given), self.dtype)
        if samples is not None:
            if seed.shape not in ((), samples):
                raise ValueError(f"gradient= has shape {seed.shape}, expected one number, or one per sample: {samples}")
        elif exact and seed.shape != self.shape:
            raise ValueError(f"gradient= has shape {seed.shape}, expected that of the value, {self.shape}")
        return seed[()] if self.of_value else seed


def start_of(root: Node) -> Start:
    """Return the place of a gradient at this root."""
    if isinstance(root, Tensor):
        return Start(root.dtype, root.shape, of_value=False)
    return Start(np.dtype(np.float64), (), of_value=True)


def real_numbers(name: str, given: Any) -> np.ndarray:
    """Return what is given to a program as an array. Raise TypeError where it holds no real numbers."""
    array = as_real(given)
    if array is None:
        got = f"an array of {given.dtype}" if isinstance(given, np.ndarray) else type(given).__name__
        hint = "; give its numbers, as with t.numpy() or v.item()" if isinstance(given, Node) else ""
        raise TypeError(f"input {name} takes a number or an array of real numbers, got {got}{hint}")
    return array


def as_real(given: Any) -> np.ndarray | None:
    """Return an array of real numbers; None where something else is given."""
    array = None if isinstance(given, Node) else np.asarray(given)
    return array if array is not None and array.dtype.kind in "fiub" else None
