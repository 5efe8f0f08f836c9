"""StandIn: an operand that a function gets in place of a Tensor, and so has every public name of one.

`ArrayMethods` has the methods that compute. The names here are those of a Tensor as a place in a graph: what stands in
has no graph, so its answers are those of a result that requires a gradient. An operand that no user's function
receives, such as a Symbol, needs ArrayMethods only.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self

import numpy as np

from ..engine.op import NO_PARAMS, Params
from .array_methods import ArrayMethods


class StandIn(ArrayMethods):
    """Base of Dual and ComplexNumber."""

    __slots__ = ()

    op: ClassVar[None] = None
    inputs: ClassVar[tuple[()]] = ()
    params: ClassVar[Params] = NO_PARAMS
    requires_grad: ClassVar[bool] = True
    is_leaf: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """A name for pictures, where there is none; setting it has no effect."""
        return ""

    @label.setter
    def label(self, label: str) -> None:
        pass

    @property
    def grad(self) -> None:
        """None: no backward pass reaches it. Setting it to None, as before a pass, has no effect."""
        return None

    @grad.setter
    def grad(self, grad: None) -> None:
        if grad is not None:
            self._refuse("a .grad that is set")

    def zero_grad(self) -> None:
        """Do nothing: there is no gradient to forget."""

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Return self, which requires a gradient; refuse to be frozen."""
        if not requires_grad:
            self._refuse("requires_grad_(False)")
        return self

    def backward(self, gradient: Any = None, *, retain_graph: Any = None, create_graph: Any = None) -> None:
        """Refuse: only a graph has a backward pass."""
        self._refuse("backward()")

    def to_(self, dtype: Any) -> Self:
        """Refuse: only a leaf is cast in place."""
        self._refuse("to_()")

    def tolist(self) -> Any:
        """Return the numbers as nested lists, without the derivative."""
        return self.numpy().tolist()

    def numpy(self) -> np.ndarray:
        """Return a copy of the numbers as an array, without the derivative."""
        return np.array(self._array())

    def _refuse(self, what: str) -> NoReturn:
        raise RuntimeError(
            f"{what} inside a function that jvp, derivative, hvp or check_gradients differentiates forward, where "
            "there is no graph; use grad(...) inside it, or .detach() for the numbers without the derivative"
        )
