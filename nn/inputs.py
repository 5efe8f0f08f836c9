"""Read the arguments of losses and perceptrons: Tensors, arrays, and nested lists of Values or numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor, Value

NUMBERS = (list, tuple, int, float, np.ndarray, np.generic)
CONSTANTS = (*NUMBERS, Tensor)


def has_values(x: Any) -> bool:
    """Tell whether x is a Value or a nested list that holds one.

    Any list element that is neither a number nor an array nor a Tensor counts as a Value: forward mode passes Duals.
    """
    if isinstance(x, (list, tuple)):
        return any(has_values(element) or not isinstance(element, CONSTANTS) for element in x)
    return isinstance(x, Value)


def elements(x: Any) -> Iterator[Any]:
    """Yield the elements of a nested list, an array or a Tensor in order; yield anything else itself."""
    if isinstance(x, (list, tuple)):
        for inner in x:
            yield from elements(inner)
    elif isinstance(x, (Tensor, np.ndarray)):
        yield from constant_array(x).ravel().tolist()
    else:
        yield x


def nested_shape(x: Any) -> tuple[int, ...]:
    """Return the shape of a nested list, an array or a Tensor; () for a number or a Value.

    Raises ValueError if the inner lists differ in shape.
    """
    if not isinstance(x, (list, tuple)):
        return x.shape if isinstance(x, (Tensor, np.ndarray)) else ()
    shapes = {nested_shape(inner) for inner in x}
    if len(shapes) > 1:
        raise ValueError("the inner lists have different lengths; give lists of equal length")
    return (len(x), *(shapes.pop() if shapes else ()))


def constant_array(x: Any) -> np.ndarray:
    """Return x as an array. Raises TypeError for a Tensor that requires a gradient, which would be lost."""
    if isinstance(x, Tensor):
        if x.requires_grad:
            raise TypeError(
                "classes, weights and the targets of Values are constants and get no gradient, but this Tensor "
                f"requires one: {x!r:.60}; use its .detach()"
            )
        return np.asarray(x.data)
    return np.asarray(x)


def as_tensor(x: Any, like: Any = None) -> Any:
    """Return numbers as a Tensor and leave nodes unchanged.

    With `like`, a Tensor of floats, the numbers get its dtype: a float32 loss stays float32.
    """
    if x is None or isinstance(x, str):
        raise TypeError(
            f"a loss takes Tensors, arrays, and lists of Values or numbers, got {type(x).__name__}: {x!r:.60}"
        )
    if not isinstance(x, NUMBERS):
        return x
    return Tensor(x, dtype=like.dtype if isinstance(like, Tensor) and like.dtype.kind == "f" else None)
