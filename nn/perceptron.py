"""Rosenblatt's perceptron: one neuron with a step function, which learns from its mistakes without a gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from autograd import shown

from .checks import integer, number
from .inputs import elements, nested_shape


@dataclass(frozen=True)
class Learning:
    """The result of `Perceptron.fit`: the mistakes in each epoch, and whether the classes are linearly separable.

    `separable` is True if an epoch had no mistake; False if the weights returned to those of an earlier epoch and so
    would repeat forever; None if the epochs ran out before either happened.
    """

    mistakes: tuple[int, ...]
    separable: bool | None

    @property
    def converged(self) -> bool:
        """True if the last epoch had no mistake."""
        return self.separable is True

    def __str__(self) -> str:
        epochs = len(self.mistakes)
        if self.separable is None:
            return f"not converged after {epochs} epochs: the classes are not linearly separable, or need more epochs"
        if self.separable:
            return f"converged after {epochs} epochs: the last had no mistake"
        return f"the classes are not linearly separable: after {epochs} epochs the weights repeat"


@final
class Perceptron:
    """Return 1 if w · x + b > 0, else 0. Learns by w ← w + lr (y - ŷ) x after each sample (Rosenblatt, 1958).

    >>> gate = Perceptron(2)
    >>> print(gate.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]))
    converged after 6 epochs: the last had no mistake
    >>> [gate(x) for x in ([0, 1], [1, 1])]
    [0, 1]
    >>> print(Perceptron(2).fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]))
    the classes are not linearly separable: after 3 epochs the weights repeat
    """

    def __init__(self, nin: int, lr: float = 1.0) -> None:
        self.w = [0.0] * integer("nin", nin, 1)
        self.b = 0.0
        self.lr = number("lr", lr)
        if not 0 < self.lr < math.inf:
            raise ValueError(f"lr must be a finite number > 0, got {shown(lr)}")

    def __repr__(self) -> str:
        return f"Perceptron({len(self.w)}, lr={self.lr!r})"

    def __call__(self, x: Sequence[float]) -> int:
        inputs = list(x)
        if len(inputs) != len(self.w):
            raise ValueError(f"this perceptron takes {len(self.w)} inputs, got {len(inputs)}")
        return int(sum((w * x for w, x in zip(self.w, inputs, strict=True)), self.b) > 0.0)

    def update(self, x: Sequence[float], y: int) -> bool:
        """Learn from one sample. Returns True if it was a mistake; otherwise nothing changes."""
        error = y - self(x)
        if error:
            self.w = [w + self.lr * error * x for w, x in zip(self.w, x, strict=True)]
            self.b += self.lr * error
        return error != 0

    def fit(self, X: Any, y: Any, max_epochs: int = 1000) -> Learning:
        """Go through the samples until an epoch has no mistake, the weights repeat, or `max_epochs` is reached.

        `X` holds a row of numbers for each sample, `y` the classes 0 or 1; both are lists, arrays or Tensors.
        """
        if len(nested_shape(X)) != 2 or nested_shape(y) != nested_shape(X)[:1] or not len(y):
            raise ValueError(
                f"expected rows of {len(self.w)} numbers and as many classes, got shapes {nested_shape(X)} and "
                f"{nested_shape(y)}"
            )
        rows = [list(elements(row)) for row in X]
        classes = [int(c) if c in (0, 1) else c for c in elements(y)]
        wrong = [c for c in classes if c not in (0, 1)]
        if wrong:
            raise ValueError(f"the classes must be 0 and 1, got {wrong[0]}; convert -1 and 1 with (y + 1) // 2")
        if not all(math.isfinite(x) for row in rows for x in row):
            raise ValueError(
                "a perceptron learns from finite numbers, and the samples have nan or inf; remove those samples"
            )
        mistakes: list[int] = []
        integer("max_epochs", max_epochs, 0)
        seen = {(*self.w, self.b)}
        while len(mistakes) < max_epochs:
            mistakes.append(sum(self.update(x, c) for x, c in zip(rows, classes, strict=True)))
            if not mistakes[-1]:
                return Learning(tuple(mistakes), separable=True)
            if (*self.w, self.b) in seen:
                # An epoch depends on the weights alone, so the same epochs would follow again.
                return Learning(tuple(mistakes), separable=False)
            seen.add((*self.w, self.b))
        return Learning(tuple(mistakes), separable=None)
