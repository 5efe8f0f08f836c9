"""Initial weights: fill a Tensor with constants or random numbers, scaled so that signals keep their size.

Each function writes to a leaf Tensor in place, records no graph, and returns the Tensor. Random numbers come from
`generator`, or from the default generator, which `autograd.manual_seed` seeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor, shown

from .checks import random_generator, real

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor that compensates how a nonlinearity changes the standard deviation, from PyTorch's table.

    `param` is the negative slope of "leaky_relu", 0.01 by default.

    >>> calculate_gain("tanh")
    1.6666666666666667
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else real("param", param)) ** 2))
    if nonlinearity not in _GAINS:
        raise ValueError(
            f"no gain is known for {shown(nonlinearity)}; expected leaky_relu or one of {', '.join(_GAINS)}"
        )
    return _GAINS[nonlinearity]


def fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """Return the number of inputs and of outputs of a unit: (in, out) for a weight of shape (out, in)."""
    if _tensor(tensor).ndim < 2:
        raise ValueError(
            f"fan in and fan out need a weight (out, in) of two or more dimensions, got shape {tensor.shape}"
        )
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: np.random.Generator | None = None) -> Tensor:
    """Fill with uniform random numbers from [a, b)."""
    if not real("a", a) <= real("b", b):
        raise ValueError(f"uniform_ got a={a} and b={b}, expected a <= b")
    return _fill(tensor, lambda shape: random_generator(generator).uniform(a, b, shape))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: np.random.Generator | None = None
) -> Tensor:
    """Fill with normal random numbers of this mean and standard deviation."""
    if not real("std", std) >= 0:
        raise ValueError(f"normal_ got std={std}, expected 0 or more")
    return _fill(tensor, lambda shape: random_generator(generator).normal(real("mean", mean), std, shape))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number."""
    return _fill(tensor, lambda shape: np.full(shape, real("val", val)))


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: np.random.Generator | None = None) -> Tensor:
    """Fill with uniform numbers within ± gain √(6 / (fan in + fan out)) (Glorot and Bengio, 2010)."""
    bound = real("gain", gain) * math.sqrt(6 / sum(fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: np.random.Generator | None = None) -> Tensor:
    """Fill with normal numbers of standard deviation gain √(2 / (fan in + fan out)) (Glorot and Bengio, 2010)."""
    return normal_(tensor, 0.0, real("gain", gain) * math.sqrt(2 / sum(fan_in_and_fan_out(tensor))), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: np.random.Generator | None = None,
) -> Tensor:
    """Fill with uniform numbers within ± gain √(3 / fan) (He et al., 2015); `a` is the slope of leaky_relu."""
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: np.random.Generator | None = None,
) -> Tensor:
    """Fill with normal numbers of standard deviation gain / √fan (He et al., 2015); `a` is the slope of leaky_relu."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: np.random.Generator | None = None) -> Tensor:
    """Fill with a random orthogonal matrix times gain (Saxe et al., 2013): orthonormal rows or columns, the fewer.

    All dimensions after the first count as one.
    """
    fan_in_and_fan_out(tensor)  # raises ValueError for fewer than two dimensions

    def draw(shape: tuple[int, ...]) -> np.ndarray:
        rows, columns = shape[0], math.prod(shape[1:])
        q, r = np.linalg.qr(random_generator(generator).standard_normal((max(rows, columns), min(rows, columns))))
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)  # else the distribution is not uniform (Mezzadri, 2007)
        return real("gain", gain) * (q if rows >= columns else q.T).reshape(shape)

    return _fill(tensor, draw)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode must be 'fan_in' or 'fan_out', got {shown(mode)}")
    fan = fan_in_and_fan_out(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, real("a", a)) / math.sqrt(fan) if fan else 0.0


def _fill(tensor: Tensor, draw: Callable[[tuple[int, ...]], Any]) -> Tensor:
    if not _tensor(tensor).is_leaf:
        raise RuntimeError("only a leaf can be initialized, and this Tensor is the result of an op; use its .detach()")
    tensor.data = draw(tensor.shape)
    return tensor


def _tensor(x: Any) -> Tensor:
    if not isinstance(x, Tensor):
        raise TypeError(f"initializers take a Tensor, got {type(x).__name__}")
    return x
