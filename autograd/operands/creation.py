"""Make Tensors: from data, from Values, of constants, ranges and random numbers.

The default generator of random numbers is kept here. Sizes are taken as in PyTorch: zeros(2, 3) or zeros((2, 3)).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.dtypes import default, float_dtype, real_dtype
from ..engine.text import shown
from ..functions import reshaping
from ..functions.arguments import (
    Grid,
    array_of,
    dim_or_axis,
    implements,
    integer,
    lengths,
    nonempty_list,
    require_array,
)
from ..rules import structural as s
from .tensor import Tensor, of_values
from .value import Value


class _random:
    """The default generator of random numbers; `manual_seed` replaces it."""

    generator: np.random.Generator | None = None  # until it is first used: np.random takes long to import


def manual_seed(seed: int) -> np.random.Generator:
    """Restart the default generator from this seed, and return it.

    The same seed gives the same bits in every process.

    >>> _ = manual_seed(0)
    >>> a = rand(2)
    >>> _ = manual_seed(0)
    >>> rand(2).tolist() == a.tolist()
    True
    """
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"a seed is an integer from 0 on, got {shown(seed)}")
    _random.generator = np.random.Generator(np.random.PCG64(int(seed)))
    return _random.generator


def default_generator() -> np.random.Generator:
    """Return the generator that is used where none is given. Before `manual_seed`, it differs between processes."""
    if _random.generator is None:
        _random.generator = np.random.Generator(np.random.PCG64())
    return _random.generator


def tensor(data: Any, requires_grad: bool = False, dtype: Any = None, label: str = "") -> Tensor:
    """A Tensor with a copy of `data`: a number, nested lists of numbers, or an array."""
    return Tensor(data, requires_grad, dtype, label)


def stack(tensors: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """Join Tensors of one shape along a new dimension, or make a Tensor whose elements are Values and numbers.

    The gradient of a Tensor made of Values flows back to them.

    >>> a, b = Value(2.0), Value(3.0)
    >>> (stack([a, b]) * Tensor([1.0, 10.0])).sum().backward()
    >>> a.grad, b.grad
    (1.0, 10.0)
    """
    parts = nonempty_list("stack", tensors)
    if not any(type(part) is Value for part in parts) or any(isinstance(part, Grid) for part in parts):
        return reshaping.stack([_with_shape(part) for part in parts], dim, axis=axis)
    k = dim_or_axis("stack", dim, axis, 0)
    if k not in (0, -1):
        raise IndexError(f"stack along dim={shown(k)} of Values, which makes a Tensor of one dimension; expected 0")
    return of_values([part if type(part) is Value else Value(part) for part in parts])


def _with_shape(part: Any) -> Any:
    """Return a Value or a number, beside Tensors, as an array of no dimension."""
    if type(part) is Value:
        return s.reshape(part, shape=())
    return np.asarray(part) if isinstance(part, (int, float)) else part


# Constants and ranges


def zeros(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A Tensor of zeros.

    >>> zeros(2, 3).shape, zeros((2, 3)).shape, zeros(()).shape
    ((2, 3), (2, 3), ())
    """
    return Tensor(np.zeros(_size("zeros", size), _dtype(dtype)), requires_grad)


def ones(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A Tensor of ones."""
    return Tensor(np.ones(_size("ones", size), _dtype(dtype)), requires_grad)


def full(size: Any, fill_value: float, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A Tensor filled with one number, in the dtype of that number: an int gives ints."""
    filling = Tensor(fill_value, dtype=dtype)
    if filling.shape:
        raise ValueError(f"full takes one number to fill with, got an array of shape {filling.shape}")
    return Tensor(np.full(_size("full", (size,)), filling.numpy()), requires_grad)


@implements(np.zeros_like)
def zeros_like(x: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros in the shape and dtype of a Tensor or array."""
    return Tensor(np.zeros_like(array_of(require_array("zeros_like", x))), requires_grad, dtype)


@implements(np.ones_like)
def ones_like(x: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones in the shape and dtype of a Tensor or array."""
    return Tensor(np.ones_like(array_of(require_array("ones_like", x))), requires_grad, dtype)


def eye(n: int, m: int | None = None, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """The n × m matrix with ones on the diagonal and zeros elsewhere; n × n without m."""
    rows, columns = _count("eye", "n", n), _count("eye", "m", n if m is None else m)
    return Tensor(np.eye(rows, columns, dtype=_dtype(dtype)), requires_grad)


def arange(
    start: float, end: float | None = None, step: float = 1, *, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """The numbers start, start + step, ... up to but without end; ints if all three are ints.

    >>> arange(3), arange(1, 2, 0.5)
    (Tensor([0, 1, 2], dtype=int64), Tensor([1. , 1.5]))
    """
    if end is None:
        start, end = 0, start
    _require_finite("arange", start=start, end=end, step=step)
    if step == 0 or (end - start) / step < 0:
        raise ValueError(f"arange from {start} in steps of {step} does not reach {end}; give a step towards the end")
    all_ints = all(isinstance(x, (int, np.integer)) for x in (start, end, step))
    # For floats np.arange steps by the rounded difference of its first two numbers: np.arange(1, 2, 0.1)[3] is
    # 1.3000000000000003, and 1 + 3 * 0.1 is 1.3.
    numbers = np.arange(start, end, step) if all_ints else start + np.arange(math.ceil((end - start) / step)) * step
    return Tensor(numbers, requires_grad, dtype if dtype is not None or all_ints else default.dtype)


def linspace(start: float, end: float, steps: int, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """`steps` evenly spaced numbers from start to end, both included."""
    _require_finite("linspace", start=start, end=end)
    count = _count("linspace", "steps", steps)
    return Tensor(np.linspace(start, end, count), requires_grad, _dtype(dtype))


def one_hot(labels: Any, num_classes: int | None = None) -> Tensor:
    """For each integer label a row with a 1 at the label and zeros elsewhere, a Tensor of ints.

    Without num_classes (or with -1) the largest label is the last class.

    >>> one_hot([2, 0])
    Tensor([[0, 0, 1],
            [1, 0, 0]], dtype=int64)
    """
    classes = array_of(labels)
    if classes.dtype.kind not in "iu":
        raise TypeError(f"one_hot takes integer labels, got {classes.dtype}")
    if num_classes is None or num_classes == -1:
        count = int(classes.max(initial=-1)) + 1
    else:
        count = _count("one_hot", "num_classes", num_classes)
    if classes.size and not 0 <= classes.min() <= classes.max() < count:
        raise ValueError(f"one_hot of labels from {classes.min()} to {classes.max()}, expected 0 to {count - 1}")
    return Tensor(np.eye(count, dtype=np.int64)[classes])


# Random numbers


def rand(
    *size: Any, generator: np.random.Generator | None = None, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers, uniform on [0, 1): 0 is possible, 1 is not."""
    wanted = _float_dtype(dtype)
    drawn = _generator(generator).random(_size("rand", size))
    # Round down to the precision of the dtype: to the nearest, 1 - 2**-53 as a float32 would be 1.
    steps = 2.0 ** (np.finfo(wanted).nmant + 1)
    return Tensor(np.floor(drawn * steps) / steps, requires_grad, wanted)


def randn(
    *size: Any, generator: np.random.Generator | None = None, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers from the standard normal distribution."""
    return Tensor(_generator(generator).standard_normal(_size("randn", size)), requires_grad, _float_dtype(dtype))


def randint(
    low: int,
    high: int | tuple[int, ...] | None = None,
    size: tuple[int, ...] | None = None,
    *,
    generator: np.random.Generator | None = None,
    dtype: Any = np.int64,
    requires_grad: bool = False,
) -> Tensor:
    """Random integers from low to high - 1, all equally likely; `randint(high, size)` starts at 0.

    >>> randint(10, (2, 3)).shape
    (2, 3)
    """
    if size is None and isinstance(high, (tuple, list)):
        size, high = high, None
    if size is None:
        raise TypeError("randint needs a size, as in randint(0, 10, (2, 3)) or randint(10, (2, 3))")
    start, end = (
        integer("randint", "integers as low and high", n) for n in ((0, low) if high is None else (low, high))
    )
    if start >= end:
        raise ValueError(f"randint from {start} to below {end} has no integer to draw; expected low < high")
    return Tensor(_generator(generator).integers(start, end, _size("randint", (size,))), requires_grad, dtype)


def randperm(
    n: int, *, generator: np.random.Generator | None = None, dtype: Any = np.int64, requires_grad: bool = False
) -> Tensor:
    """The integers from 0 to n - 1 in random order."""
    count = _count("randperm", "n", n)
    return Tensor(_generator(generator).permutation(count), requires_grad, dtype)


# Arguments


def _size(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """Read a size, given as several numbers or as one sequence."""
    if not size:
        raise TypeError(f"{name} needs a size: {name}(2, 3), or {name}(()) for a single number")
    wanted = lengths(name, size)
    if any(n < 0 for n in wanted):
        raise ValueError(f"{name} got the size {wanted}; expected no negative length")
    return wanted


def _count(name: str, argument: str, n: Any) -> int:
    """Return n as an int; TypeError if it is not an integer, ValueError if it is negative."""
    count = integer(name, f"an integer as {argument}", n)
    if count < 0:
        raise ValueError(f"{name} got {argument}={count}; expected 0 or more")
    return count


def _require_finite(name: str, **numbers: Any) -> None:
    for argument, x in numbers.items():
        if not isinstance(x, (int, float, np.integer, np.floating)):
            raise TypeError(f"{name} takes numbers, got {type(x).__name__} as {argument}: {shown(x)}")
        if not math.isfinite(x):
            raise ValueError(f"{name} got {argument}={x}; expected a finite number")


def _dtype(dtype: Any) -> Any:
    return default.dtype if dtype is None else real_dtype(dtype)


def _float_dtype(dtype: Any) -> Any:
    return float_dtype(_dtype(dtype))


def _generator(generator: np.random.Generator | None) -> np.random.Generator:
    """Return the generator that was given, or the default one."""
    if generator is None:
        return default_generator()
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"generator is a numpy.random.Generator, got {type(generator).__name__}; make one with "
            "numpy.random.default_rng(seed)"
        )
    return generator
