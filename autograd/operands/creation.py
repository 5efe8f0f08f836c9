"""Tensors made of data, of Values, and of nothing: constants, ranges, random numbers and the generator they come from.

What this file knows: sizes as PyTorch takes them, and how a generator's float64 becomes a number of a smaller dtype.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..engine.dtypes import default, float_dtype
from ..functions import reshaping
from ..functions.arguments import array_like, by_one_name, known_to_numpy, raw
from .tensor import Tensor, of_values
from .value import Value


class _random:
    """Where random numbers come from that no generator was given for; `manual_seed` sets it."""

    generator = np.random.Generator(np.random.PCG64())


def manual_seed(seed: int) -> np.random.Generator:
    """Start the default generator anew from this seed, and return it.

    The same seed gives the same bits in every process.

    >>> _ = manual_seed(0)
    >>> a = rand(2)
    >>> _ = manual_seed(0)
    >>> rand(2).tolist() == a.tolist()
    True
    """
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"a seed is a whole number from 0 on, got {seed!r:.60}")
    _random.generator = np.random.Generator(np.random.PCG64(int(seed)))
    return _random.generator


def default_generator() -> np.random.Generator:
    """The generator that is drawn from where none is given; differs from process to process until `manual_seed`."""
    return _random.generator


def tensor(data: Any, requires_grad: bool = False, dtype: Any = None, label: str = "") -> Tensor:
    """A Tensor with a copy of `data`: a number, nested lists of numbers, or an array."""
    return Tensor(data, requires_grad, dtype, label)


def stack(tensors: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """Tensors of one shape along a new dimension; or Values as the elements of a Tensor, which stays connected to them.

    >>> a, b = Value(2.0), Value(3.0)
    >>> (stack([a, b]) * Tensor([1.0, 10.0])).sum().backward()
    >>> a.grad, b.grad
    (1.0, 10.0)
    """
    parts = list(tensors)
    if not any(type(part) is Value for part in parts):
        return reshaping.stack(parts, dim, axis=axis)
    k = by_one_name("stack", dim, axis, 0)
    if k not in (0, -1):
        raise IndexError(f"stack along dim={k!r:.60} of Values, which makes a Tensor of one dimension; expected 0")
    return of_values([part if type(part) is Value else Value(part) for part in parts])


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
    """A Tensor with one number everywhere, in the dtype of that number: an int gives ints."""
    one = Tensor(fill_value, dtype=dtype)
    if one.shape:
        raise ValueError(f"full takes one number to fill with, got the shape {one.shape}")
    return Tensor(np.full(_size("full", (size,)), one.numpy()), requires_grad)


@known_to_numpy(np.zeros_like)
def zeros_like(x: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros in the shape and dtype of a Tensor or array."""
    return Tensor(np.zeros_like(raw(array_like("zeros_like", x))), requires_grad, dtype)


@known_to_numpy(np.ones_like)
def ones_like(x: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones in the shape and dtype of a Tensor or array."""
    return Tensor(np.ones_like(raw(array_like("ones_like", x))), requires_grad, dtype)


def eye(n: int, m: int | None = None, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """The n × m matrix with ones on the diagonal; square without m."""
    return Tensor(np.eye(*_size("eye", (n, n if m is None else m)), dtype=_dtype(dtype)), requires_grad)


def arange(
    start: float, end: float | None = None, step: float = 1, *, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """start, start + step, ... up to but without end: ints where all three are ints.

    >>> arange(3), arange(1, 2, 0.5)
    (Tensor([0, 1, 2], dtype=int64), Tensor([1. , 1.5]))
    """
    if end is None:
        start, end = 0, start
    _finite("arange", start=start, end=end, step=step)
    if step == 0 or (end - start) / step < 0:
        raise ValueError(f"arange from {start} to {end} in steps of {step} never arrives; expected a step towards end")
    whole = all(isinstance(x, (int, np.integer)) for x in (start, end, step))
    # Not np.arange of floats, which adds up a rounded step.
    numbers = np.arange(start, end, step) if whole else start + np.arange(math.ceil((end - start) / step)) * step
    return Tensor(numbers, requires_grad, dtype if dtype is not None or whole else default.dtype)


def one_hot(labels: Any, num_classes: int | None = None) -> Tensor:
    """Integer labels as rows with a single 1, a Tensor of ints; without num_classes (or at -1) the largest label is the
    last class.

    >>> one_hot([2, 0])
    Tensor([[0, 0, 1],
            [1, 0, 0]], dtype=int64)
    """
    found = raw(labels)
    if found.dtype.kind not in "iu":
        raise TypeError(f"one_hot takes integer labels, got {found.dtype}")
    inferred = num_classes is None or num_classes == -1
    (n,) = (int(found.max(initial=-1)) + 1,) if inferred else _size("one_hot", (num_classes,))
    if found.size and not 0 <= found.min() <= found.max() < n:
        raise ValueError(f"one_hot of labels from {found.min()} to {found.max()}, expected 0 to {n - 1}")
    return Tensor(np.eye(n, dtype=np.int64)[found])


def linspace(start: float, end: float, steps: int, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """`steps` numbers from start to end, both of them included, evenly spaced."""
    _finite("linspace", start=start, end=end)
    (count,) = _size("linspace", (steps,))
    return Tensor(np.linspace(start, end, count), requires_grad, _dtype(dtype))


def rand(
    *size: Any, generator: np.random.Generator | None = None, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers, uniform on [0, 1): 0 may come, 1 does not."""
    wanted = _float(dtype)
    found = _drawing(generator).random(_size("rand", size))
    # Cut off and not rounded to the bits of the dtype: 1 - 2**-53 as a float32 would be 1.
    ulps = 2.0 ** (np.finfo(wanted).nmant + 1)
    return Tensor(np.floor(found * ulps) / ulps, requires_grad, wanted)


def randn(
    *size: Any, generator: np.random.Generator | None = None, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers from the standard normal distribution."""
    return Tensor(_drawing(generator).standard_normal(_size("randn", size)), requires_grad, _float(dtype))


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
    start, end = (0, low) if high is None else (low, high)
    for bound in (start, end):
        if not isinstance(bound, (int, np.integer)):
            raise TypeError(f"randint is from a whole number to a whole number, got {bound!r:.60}")
    if start >= end:  # type: ignore[operator]
        raise ValueError(f"randint from {start} to below {end} has nothing to draw from; expected low < high")
    return Tensor(_drawing(generator).integers(start, end, _size("randint", (size,))), requires_grad, dtype)


def randperm(
    n: int, *, generator: np.random.Generator | None = None, dtype: Any = np.int64, requires_grad: bool = False
) -> Tensor:
    """The integers from 0 to n - 1 in random order."""
    (count,) = _size("randperm", (n,))
    return Tensor(_drawing(generator).permutation(count), requires_grad, dtype)


def _size(name: str, size: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes given one by one, or as one tuple."""
    if not size:
        raise TypeError(f"{name} needs a size: {name}(2, 3), or {name}(()) for a single number")
    given = tuple(size[0]) if len(size) == 1 and isinstance(size[0], Iterable) else size
    try:
        wanted = tuple(operator.index(n) for n in given)
    except TypeError:
        raise TypeError(f"{name} takes whole numbers as its size, got {given!r:.60}") from None
    if any(n < 0 for n in wanted):
        raise ValueError(f"{name} got the size {wanted}; expected no negative length")
    return wanted


def _finite(name: str, **numbers: Any) -> None:
    for which, x in numbers.items():
        if not isinstance(x, (int, float, np.integer, np.floating)):
            raise TypeError(f"{name} takes numbers, got {type(x).__name__} as {which}: {x!r:.60}")
        if not math.isfinite(x):
            raise ValueError(f"{name} got {which}={x}; expected a finite number")


def _dtype(dtype: Any) -> Any:
    return default.dtype if dtype is None else dtype


def _float(dtype: Any) -> Any:
    return float_dtype(_dtype(dtype))


def _drawing(generator: np.random.Generator | None) -> np.random.Generator:
    if generator is None:
        return _random.generator
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"generator is a numpy.random.Generator, got {type(generator).__name__}; make one with "
            "numpy.random.default_rng(seed)"
        )
    return generator
