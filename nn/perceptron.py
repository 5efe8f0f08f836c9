"""Rosenblatt's perceptron: one neuron with a step, which learns from its mistakes and needs no gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from .given import number, whole
from .pairing import flat, shape_of


@dataclass(frozen=True)
class Learning:
    """How `Perceptron.fit` ended: mistakes in each epoch, and whether the classes can be parted by a line.

    `separable` is True when an epoch had no mistake; False when the weights came back to what they were after an
    earlier epoch, so that they would go round for ever; None when the epochs ran out before either.
    """

    mistakes: tuple[int, ...]
    separable: bool | None

    @property
    def converged(self) -> bool:
        """Whether the last epoch had no mistake."""
        return self.separable is True

    def __str__(self) -> str:
        epochs = len(self.mistakes)
        if self.separable is None:
            return (
                f"not converged after {epochs} epochs: the classes may not be linearly separable, or need more epochs"
            )
        if self.separable:
            return f"converged after {epochs} epochs: the last had no mistake"
        return f"the classes are not linearly separable: after {epochs} epochs the weights repeat, and would for ever"


@final
class Perceptron:
    """1 where w · x + b > 0, else 0; learns by w ← w + lr (y - ŷ) x after each sample (Rosenblatt, 1958).

    >>> gate = Perceptron(2)
    >>> print(gate.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]))
    converged after 6 epochs: the last had no mistake
    >>> [gate(x) for x in ([0, 1], [1, 1])]
    [0, 1]
    >>> print(Perceptron(2).fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]))
    the classes are not linearly separable: after 3 epochs the weights repeat, and would for ever
    """

    def __init__(self, nin: int, lr: float = 1.0) -> None:
        self.w = [0.0] * whole("nin", nin, 1)
        self.b = 0.0
        self.lr = number("lr", lr)
        if not 0 < self.lr < math.inf:
            raise ValueError(f"lr is a finite number > 0, got {lr!r}")

    def __call__(self, x: Sequence[float]) -> int:
        inputs = list(x)
        if len(inputs) != len(self.w):
            raise ValueError(f"this perceptron takes {len(self.w)} inputs, got {len(inputs)}")
        return int(sum((w * x for w, x in zip(self.w, inputs, strict=True)), self.b) > 0.0)

    def update(self, x: Sequence[float], y: int) -> bool:
        """Learn from one sample; returns whether it was a mistake, without which nothing changes."""
        error = y - self(x)
        if error:
            self.w = [w + self.lr * error * x for w, x in zip(self.w, x, strict=True)]
            self.b += self.lr * error
        return error != 0

    def fit(self, X: Any, y: Any, max_epochs: int = 1000) -> Learning:
        """Go through the samples again and again until an epoch has no mistake; the result says how it ended.

        `X` holds a row of numbers for each sample, `y` their classes, 0 or 1; lists, arrays or Tensors.
        """
        if len(shape_of(X)) != 2 or shape_of(y) != shape_of(X)[:1] or not len(y):
            raise ValueError(
                f"expected rows of {len(self.w)} numbers and as many classes, got shapes {shape_of(X)} and "
                f"{shape_of(y)}"
            )
        rows = [list(flat(row)) for row in X]
        classes = [int(c) if c in (0, 1) else c for c in flat(y)]
        wrong = [c for c in classes if c not in (0, 1)]
        if wrong:
            raise ValueError(f"the classes are 0 and 1, got {wrong[0]}; of -1 and 1 make them by (y + 1) // 2")
        if not all(math.isfinite(x) for row in rows for x in row):
            raise ValueError(
                "a perceptron learns from finite numbers, and the samples have nan or inf; leave those out"
            )
        mistakes: list[int] = []
        whole("max_epochs", max_epochs, 0)
        seen = {(*self.w, self.b)}
        while len(mistakes) < max_epochs:
            mistakes.append(sum(self.update(x, c) for x, c in zip(rows, classes, strict=True)))
            if not mistakes[-1]:
                return Learning(tuple(mistakes), separable=True)
            if (*self.w, self.b) in seen:
                # An epoch depends on nothing else, so all that followed then will follow again.
                return Learning(tuple(mistakes), separable=False)
            seen.add((*self.w, self.b))
        return Learning(tuple(mistakes), separable=None)
