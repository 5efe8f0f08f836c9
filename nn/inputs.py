"""Read the arguments of losses and perceptrons: Tensors, arrays, and nested lists of Values or numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor, Value, shown

NUMBERS = (list, tuple, int, float, np.ndarray, np.generic)
CONSTANTS = (*NUMBERS, Tensor)
MAX_DEPTH = 64  # the dimensions of NumPy's arrays


def has_values(x: Any) -> bool:
    """Tell whether x is a Value or a nested list that holds one.

    Any list element that is neither a number nor an array nor a Tensor counts as a Value: forward mode passes Duals.
    """
    return _has_values(x, MAX_DEPTH)


def _has_values(x: Any, depth: int) -> bool:
    if isinstance(x, (list, tuple)):
        _require_depth(depth)
        return any(_has_values(element, depth - 1) or not isinstance(element, CONSTANTS) for element in x)
    return isinstance(x, Value)


def _require_depth(depth: int) -> None:
    """Raise ValueError where the lists around are as many as an array has dimensions at most."""
    if not depth:
        raise ValueError(
            f"lists are nested more than {MAX_DEPTH} deep, or a list contains itself; give one list for each dimension"
        )


def elements(x: Any) -> Iterator[Any]:
    """Yield the elements of a nested list, an array or a Tensor in order; yield anything else itself."""
    yield from _elements(x, MAX_DEPTH)


def _elements(x: Any, depth: int) -> Iterator[Any]:
    if isinstance(x, (list, tuple)):
        _require_depth(depth)
        for inner in x:
            yield from _elements(inner, depth - 1)
    elif isinstance(x, (Tensor, np.ndarray)):
        yield from constant_array(x).ravel().tolist()
    else:
        yield x


def nested_shape(x: Any) -> tuple[int, ...]:
    """Return the shape of a nested list, an array or a Tensor; () for a number or a Value.

    Raises ValueError if the inner lists differ in shape.
    """
    return _nested_shape(x, MAX_DEPTH)


def _nested_shape(x: Any, depth: int) -> tuple[int, ...]:
    if not isinstance(x, (list, tuple)):
        return x.shape if isinstance(x, (Tensor, np.ndarray)) else ()
    _require_depth(depth)
    shapes = {_nested_shape(inner, depth - 1) for inner in x}
    if len(shapes) > 1:
        raise ValueError("the inner lists have different lengths; give lists of equal length")
    return (len(x), *(shapes.pop() if shapes else ()))


def constant_array(x: Any) -> np.ndarray:
    """Return x as an array. Raises TypeError for a Tensor that requires a gradient, which would be lost."""
    if isinstance(x, Tensor):
        if x.requires_grad:
            raise TypeError(
                "classes, weights and the targets of Values are constants and get no gradient, but this Tensor "
                f"requires one: {shown(x)}; use its .detach()"
            )
        return np.asarray(x.data)
    return np.asarray(x)


def as_tensor(x: Any, like: Any = None) -> Any:
    """Return numbers as a Tensor and leave nodes unchanged.

    With `like`, a Tensor of floats, the numbers get its dtype: a float32 loss stays float32.
    """
    if x is None or isinstance(x, str):
        raise TypeError(
            f"a loss takes Tensors, arrays, and lists of Values or numbers, got {type(x).__name__}: {shown(x)}"
        )
    if not isinstance(x, NUMBERS):
        return x
    return Tensor(x, dtype=like.dtype if isinstance(like, Tensor) and like.dtype.kind == "f" else None)
