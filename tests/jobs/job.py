"""Job: what someone computes, the numbers it is computed from, and the graph of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, Value

Numbers = Mapping[str, float | np.ndarray]


class Job(NamedTuple):
    """A function of the numbers, which are its arguments by name."""

    compute: Callable[..., Any]
    numbers: Numbers

    def graph(self, numbers: Numbers | None = None) -> tuple[Any, dict[str, Any]]:
        """Return the result and its inputs by name: a Value for each float and a Tensor for each array."""
        inputs = {
            name: Tensor(x, requires_grad=True) if isinstance(x, np.ndarray) else Value(x)
            for name, x in (numbers or self.numbers).items()
        }
        return self.compute(**inputs), inputs
