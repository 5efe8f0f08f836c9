"""Read the arguments that users give: lists or arrays, dims and axes, shapes and indices.

The other files of this folder ask here what kind of object an argument is. A function that reads an argument takes the
name of the function that the user called, for its error message.
"""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from ..engine.dtypes import elements, real_array
from ..engine.op import Operand
from ..engine.raw_data import REAL, advice
from ..engine.text import shown

Dim = int | tuple[int, ...] | None
Keep = bool | None  # None: the user gave neither keepdim nor keepdims
Decorated = TypeVar("Decorated", bound=Callable[..., Any])

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
        """NumPy's dtype of the elements, None if it is not known."""
        return None

    @abstractmethod
    def _array(self) -> np.ndarray:
        """The elements as an array, without the graph."""


def implements(*numpy_functions: Any) -> Callable[[Decorated], Decorated]:
    """Register the decorated function: NumPy calls it when a user calls one of these functions of NumPy on a Tensor."""

    def register(function: Decorated) -> Decorated:
        NUMPY.update(dict.fromkeys(numpy_functions, function))
        return function

    return register


# Lists, arrays and numbers


def is_list(x: Any) -> bool:
    """Tell whether x is a list (or another iterable) of numbers or nodes; not lists of lists, a dict or an operand."""
    if isinstance(x, (list, tuple)):
        return not (x and isinstance(x[0], (list, tuple)))  # lists of lists are an array
    return not isinstance(x, (Operand, np.ndarray, np.generic, str, Mapping)) and isinstance(x, Iterable)


def nonempty_list(name: str, values: Iterable[Any]) -> list[Any]:
    """Return the values as a list; ValueError if there are none, TypeError for one number or node."""
    if not isinstance(values, Iterable) or isinstance(values, Mapping):
        raise TypeError(f"{name} takes a list, got {type(values).__name__}; write {name}([a, b]){advice(values)}")
    found = list(values)
    if not found:
        raise ValueError(f"{name} of no values is not defined; expected at least one")
    return found


def require_array(name: str, x: Any) -> Any:
    """Return x if it has a shape, and lists of numbers as an array; TypeError for a number, nodes or anything else."""
    if isinstance(x, Grid):
        return x
    if isinstance(x, (np.ndarray, np.generic)):
        if x.dtype.kind not in REAL and x.dtype != object:
            raise TypeError(f"{name} takes real numbers, got an array of {x.dtype}{advice(x)}")
        return x
    if isinstance(x, (list, tuple, range)) and not any(isinstance(each, Operand) for each in elements(x)):
        return real_array(x, None)
    if isinstance(x, Operand):
        raise TypeError(f"{name} takes a list of Values or a Tensor, got {type(x).__name__}; see stack(values)")
    is_several = isinstance(x, Iterable) and not isinstance(x, str)
    hint = "; write Tensor(...) around numbers, stack(...) around nodes" if is_several else "; write Tensor(...)"
    hint = advice(x) or hint
    raise TypeError(f"{name} takes a Tensor or an array, got {type(x).__name__}{hint}")


def array_of(x: Any) -> Any:
    """Return the elements of x as an array, without the graph."""
    if isinstance(x, Grid):
        return x._array()
    return np.asarray(x.item() if isinstance(x, Operand) else x)  # type: ignore[attr-defined]


def shape_of(x: Any) -> Any:
    """Return the shape of an array or of an operand that has one, and () for anything else."""
    return x.shape if isinstance(x, (Grid, np.ndarray)) else ()


def number_of(x: Any) -> float:
    """Return the number in x, without the graph; 0 for a formula, which has no number."""
    return 0.0 if isinstance(x, Operand) and x._is_text else float(array_of(x))


def require_one_float_dtype(name: str, a: Any, b: Any) -> None:
    """Raise TypeError for Tensors of two float dtypes.

    NumPy would compute in the wider one: a network in float32 would silently continue in float64.
    """
    if not (isinstance(a, Grid) and isinstance(b, Grid)):
        return
    left, right = a.dtype, b.dtype
    if left is right or not isinstance(left, np.dtype) or not isinstance(right, np.dtype):
        return
    if left != right and left.kind == right.kind == "f":
        raise TypeError(f"{name} got Tensors of {left} and of {right}; cast one of them, with float() or double()")


# Dims and axes. PyTorch writes dim and keepdim, NumPy axis and keepdims; every function takes both spellings.


def dim_or_axis(name: str, dim: Dim, axis: Dim, default: Dim = None) -> Any:
    """Return whichever of dim and axis was given, or the default; TypeError if both were."""
    if dim is not None and axis is not None:
        raise TypeError(f"{name} got both dim and axis, which mean the same; give one")
    if dim is not None:
        return dim
    return default if axis is None else axis


def required_dim(name: str, dim: int | None, axis: int | None) -> Any:
    """Return whichever of dim and axis was given; TypeError if neither was."""
    found = dim_or_axis(name, dim, axis)
    if found is None:
        raise TypeError(f"{name} of a Tensor needs a dimension to go along: {name}(x, dim=-1)")
    return _one_dim(name, found)


def keep_or_keeps(name: str, keepdim: Keep, keepdims: Keep) -> bool:
    """Tell whether reduced dimensions stay with length 1, given by either name; False by default."""
    if keepdim is not None and keepdims is not None and keepdim != keepdims:
        raise TypeError(f"{name} got keepdim={keepdim} and keepdims={keepdims}, which mean the same; give one")
    return bool(keepdim or keepdims)


def reduction(name: str, x: Any, dim: Dim, axis: Dim, keepdim: Keep, keepdims: Keep) -> tuple[Any, Dim, bool]:
    """Read the arguments of a reduction: x, the axes that it goes over, None for all, and whether they stay."""
    x = require_array(name, x)
    return x, axes_of(name, x, dim_or_axis(name, dim, axis)), keep_or_keeps(name, keepdim, keepdims)


def axes_of(name: str, x: Any, dim: Dim) -> Dim:
    """Return the dimensions of x that dim names, as a tuple of numbers from 0 on; None for all dimensions."""
    shape = x.shape
    if dim is None or not isinstance(shape, tuple):  # the shape of a formula is a formula
        return dim
    ndim = len(shape)
    counted = ndim or 1  # as in PyTorch, a number accepts the dims 0 and -1
    given = dim if isinstance(dim, (tuple, list)) else (dim,)
    numbers = [integer(name, "the number of a dimension", k) for k in given]
    for k in numbers:
        if not -counted <= k < counted:
            raise IndexError(f"{name} over dim={shown(k)}, but the shape {shape} has {ndim} dimensions")
    axes = tuple([k % counted for k in numbers])
    if len(set(axes)) != len(axes):
        raise ValueError(f"{name} over dim={dim} names a dimension twice; name each one once")
    return axes if ndim else None


def axis_of(name: str, x: Any, dim: int) -> int:
    """Return the one dimension of x that dim names, as a number from 0 on; IndexError if x has no dimension."""
    axes = axes_of(name, x, _one_dim(name, dim))
    if axes is None:
        raise IndexError(f"{name} along dim={shown(dim)} of a Tensor that has no dimension; give one with a dimension")
    return axes[0] if isinstance(axes, tuple) else axes


def _one_dim(name: str, dim: Any) -> Any:
    if isinstance(dim, (tuple, list)):
        raise TypeError(f"{name} goes along one dimension, got dim={shown(dim)}; name one, or flatten them first")
    return dim


# Integers, shapes and indices


def integer(name: str, expected: str, n: Any) -> int:
    """Return n as an int; TypeError if it is not an integer. `expected` says what the function takes."""
    try:
        if not isinstance(n, bool):
            return operator.index(n)
    except TypeError:
        pass
    raise TypeError(f"{name} takes {expected}, got {type(n).__name__}: {shown(n)}")


def lengths(name: str, given: tuple[Any, ...]) -> tuple[int, ...]:
    """Read a shape, given as several arguments or as one sequence; TypeError if a length is not an integer."""
    first = given[0] if len(given) == 1 else None
    found = first if isinstance(first, Iterable) and not isinstance(first, (str, Operand)) else given
    return tuple(integer(name, "the lengths of dimensions, integers", n) for n in found)


def index_of(key: Any) -> tuple[Any, ...]:
    """Read the key of x[key]: lists and operands become arrays of integers or bools.

    Arrays are copied, because the user may write into an array of indices before backward reads it.
    """
    index = tuple(_index_array(k) for k in (key if isinstance(key, tuple) else (key,)))
    for k in index:
        if isinstance(k, np.ndarray) and k.dtype.kind not in "iub":
            raise IndexError(f"indices are integers or bools, got {k.dtype}")
        if not (k is None or k is Ellipsis or isinstance(k, (np.ndarray, slice, int, np.integer, np.bool_))):
            raise IndexError(
                f"indices are integers, slices, arrays of integers and masks, got {type(k).__name__}: {shown(k)}"
            )
    return index


def _index_array(k: Any) -> Any:
    if not isinstance(k, (Operand, list, np.ndarray)):
        return k
    empty = isinstance(k, list) and not k  # NumPy makes the empty list an array of floats
    return np.array(array_of(k), np.intp if empty else None)


def integer_indices(name: str, index: Any) -> np.ndarray:
    """Return a copy of the index as an array of integers; IndexError if it holds anything else."""
    found = np.array(array_of(index))
    if found.dtype.kind not in "iu" and found.size:
        raise IndexError(f"{name} takes integer indices, got {found.dtype}")
    return found.astype(np.intp)
