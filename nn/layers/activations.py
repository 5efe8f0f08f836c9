"""Activations as Modules: each one applies a function of `nn.functional` with its options, to Tensors or Values.

`inplace` exists for compatibility with PyTorch and has no effect: the input is never changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import autograd as ag

from .. import functional as F
from ..checks import integer, number
from ..module import Module, Parameter


class Activation(Module):
    """Base class: applies `function` with the options, which are attributes and shown in the repr."""

    function: ClassVar[Callable[..., Any]]
    inplace = False

    def __init__(self, inplace: bool = False, **options: Any) -> None:
        self._options = tuple(options)
        for name, option in options.items():
            setattr(self, name, option)
        if inplace:
            self.inplace = True

    def forward(self, input: Any) -> Any:
        return type(self).function(input, **{name: getattr(self, name) for name in self._options})

    def extra_repr(self) -> str:
        options = [f"{name}={getattr(self, name)!r}" for name in self._options]
        return ", ".join([*options, "inplace=True"] if self.inplace else options)


class ReLU(Activation):
    """Compute max(0, x)."""

    function = staticmethod(F.relu)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(inplace)


class LeakyReLU(Activation):
    """Return x where x >= 0, else negative_slope · x."""

    function = staticmethod(F.leaky_relu)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(inplace, negative_slope=number("negative_slope", negative_slope))


class ELU(Activation):
    """Return x where x >= 0, else alpha (exp(x) - 1)."""

    function = staticmethod(F.elu)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace, alpha=number("alpha", alpha))


class SELU(Activation):
    """Compute a scaled ELU that keeps signals at mean 0 and variance 1 (Klambauer et al., 2017)."""

    function = staticmethod(F.selu)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(inplace)


class GELU(Activation):
    """Compute x Φ(x), or with approximate="tanh" an approximation of it; see `nn.functional.gelu`."""

    function = staticmethod(F.gelu)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__(approximate=approximate)


class SiLU(Activation):
    """Compute x sigmoid(x)."""

    function = staticmethod(F.silu)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(inplace)


class Mish(Activation):
    """Compute x tanh(softplus(x))."""

    function = staticmethod(F.mish)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(inplace)


class Sigmoid(Activation):
    """Compute 1 / (1 + exp(-x))."""

    function = staticmethod(F.sigmoid)

    def __init__(self) -> None:
        super().__init__()


class Tanh(Activation):
    """Compute tanh(x)."""

    function = staticmethod(F.tanh)

    def __init__(self) -> None:
        super().__init__()


class Softplus(Activation):
    """Compute log(1 + exp(beta x)) / beta, or x where beta x is above the threshold."""

    function = staticmethod(F.softplus)

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__(beta=number("beta", beta), threshold=number("threshold", threshold))


class Hardtanh(Activation):
    """Limit x to the range from min_val to max_val."""

    function = staticmethod(F.hardtanh)

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        min_val, max_val = number("min_val", min_val), number("max_val", max_val)
        if not min_val < max_val:
            raise ValueError(f"Hardtanh got min_val={min_val} and max_val={max_val}, expected min_val < max_val")
        super().__init__(inplace, min_val=min_val, max_val=max_val)


class Softmax(Activation):
    """Compute exp(x) / sum(exp(x)) along dim."""

    function = staticmethod(F.softmax)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__(dim=dim)


class LogSoftmax(Activation):
    """Compute log(softmax(x)) along dim."""

    function = staticmethod(F.log_softmax)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__(dim=dim)


class PReLU(Module):
    """Return x where x > 0, else weight · x. The weight is learned: one number, or one per channel (dimension 1)."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25, dtype: Any = None) -> None:
        self.num_parameters = integer("num_parameters", num_parameters, 1)
        self.weight = Parameter(ag.ones(self.num_parameters, dtype=dtype) * number("init", init))

    def forward(self, input: Any) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"
