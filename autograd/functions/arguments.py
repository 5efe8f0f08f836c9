"""What users hand over, read: dims and axes, lists or tensors, and which of NumPy's functions is which of ours."""

from __future__ import annotations

import builtins
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from ..engine.op import Operand

Dim = int | tuple[int, ...] | None
Keep = bool | None  # whether dimensions stay; None where it is not said
Ours = TypeVar("Ours", bound=Callable[..., Any])

# NumPy's functions, and the functions of ours that stand for them when they are called on an operand.
NUMPY: dict[Any, Callable[..., Any]] = {}


class Grid(Operand):
    """An operand that has dimensions."""

    __slots__ = ()

    @property
    @abstractmethod
    def shape(self) -> Any:
        """The length of each dimension."""

    @property
    def dtype(self) -> Any:
        """NumPy's dtype of the elements, where it is known."""
        return None

    @abstractmethod
    def _array(self) -> np.ndarray:
        """The array in it, without the graph."""


def known_to_numpy(*functions: Any) -> Callable[[Ours], Ours]:
    """NumPy's own function, called on a Tensor, goes to the decorated one."""

    def register(ours: Ours) -> Ours:
        NUMPY.update(dict.fromkeys(functions, ours))
        return ours

    return register


def is_list(x: Any) -> bool:
    """Whether this is a list of numbers and not one operand or array."""
    return type(x) is list or (
        not isinstance(x, (Operand, np.ndarray, str, int, float, np.generic)) and isinstance(x, Iterable)
    )


def items(name: str, values: Any, empty: bool = False) -> list[Any]:
    """The list; ValueError for an empty one where it has no meaning."""
    found = list(values)
    if not found and not empty:
        raise ValueError(f"{name} of no values has no meaning; expected at least one")
    return found


def bare(x: Any) -> float:
    """The number in an operand; 0 for a formula, which has none."""
    return 0.0 if isinstance(x, Operand) and x._is_text else float(raw(x))


def array_like(name: str, x: Any) -> Any:
    """x, where it has a shape; TypeError for a Value or anything else."""
    if not isinstance(x, Grid) and not isinstance(x, (np.ndarray, np.generic)):
        if isinstance(x, Operand):
            raise TypeError(f"{name} takes a list of Values or a Tensor, got {type(x).__name__}; see stack(values)")
        hint = "; write Tensor(...) around numbers, stack(...) around nodes" if is_list(x) else ""
        raise TypeError(f"{name} takes a Tensor or an array, got {type(x).__name__}{hint}")
    return x


def of_one_dtype(name: str, a: Any, b: Any) -> None:
    """TypeError for Tensors of two float dtypes: a float32 network would go on in float64, and no one would see it."""
    if isinstance(a, Grid) and isinstance(b, Grid):
        left, right = a.dtype, b.dtype
        both = left is not right and isinstance(left, np.dtype) and isinstance(right, np.dtype)
        if both and left != right and left.kind == right.kind == "f":
            raise TypeError(f"{name} got Tensors of {left} and of {right}; cast one of them, with float() or double()")


def by_one_name(name: str, dim: Dim, axis: Dim, otherwise: Dim = None) -> Any:
    """What was given, by either name; `otherwise` where neither was."""
    if dim is not None and axis is not None:
        raise TypeError(f"{name} got both dim and axis, which mean the same; give one")
    return dim if dim is not None else otherwise if axis is None else axis


def keeps(name: str, keepdim: Keep, keepdims: Keep) -> bool:
    """Whether dimensions that are summed over stay with length 1, said by either name; False where neither was."""
    if keepdim is not None and keepdims is not None and keepdim != keepdims:
        raise TypeError(f"{name} got keepdim={keepdim} and keepdims={keepdims}, which mean the same; give one")
    return bool(keepdim or keepdims)


def axes_of(name: str, x: Any, dim: Dim, axis: Dim) -> Dim:
    """The dimensions to go over, checked, none of them negative; None for all."""
    dim = by_one_name(name, dim, axis)
    if dim is None or not isinstance(x.shape, tuple):
        return dim
    ndim = len(x.shape)
    axes = (dim,) if not isinstance(dim, (tuple, list)) else tuple(dim)
    for k in axes:
        if not isinstance(k, (int, np.integer)) or isinstance(k, bool):
            raise TypeError(f"{name} takes the number of a dimension, got {type(k).__name__}: {k!r:.60}")
        if not -builtins.max(ndim, 1) <= k < builtins.max(ndim, 1):
            raise IndexError(f"{name} over dim={k}, but the shape {x.shape} has {ndim} dimensions")
    axes = tuple(int(k) % builtins.max(ndim, 1) for k in axes)
    if len(set(axes)) != len(axes):
        raise ValueError(f"{name} over dim={dim} names a dimension twice")
    return axes if ndim else None


def axis_of(name: str, x: Any, dim: int) -> int:
    """The one dimension to go along, checked and not negative."""
    axes = axes_of(name, x, _single(name, dim), None)
    if axes is None:
        raise IndexError(f"{name} along dim={dim} of a Tensor that has no dimension")
    return axes[0] if isinstance(axes, tuple) else axes


def one_of(name: str, dim: int | None, axis: int | None) -> int:
    """The one dimension that was given by either name; TypeError where neither was."""
    found: int | None = by_one_name(name, dim, axis)
    if found is None:
        raise TypeError(f"{name} of a Tensor needs to know along which dimension: {name}(x, dim=-1)")
    return _single(name, found)


def _single(name: str, dim: int) -> int:
    if isinstance(dim, (tuple, list)):
        raise TypeError(f"{name} goes along one dimension, got dim={dim!r:.60}; name one, or flatten them first")
    return dim


def raw(x: Any) -> Any:
    """The array in it, without the graph."""
    if isinstance(x, Grid):
        return x._array()
    return np.asarray(x.item() if isinstance(x, Operand) else x)  # type: ignore[attr-defined]
