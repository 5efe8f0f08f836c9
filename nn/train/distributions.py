"""Distributions of hyperparameters, which random_search draws from and Optuna suggests from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, final

import numpy as np

from autograd import shown

from .. import checks


class Distribution(ABC):
    """How a hyperparameter is drawn."""

    @abstractmethod
    def draw(self, generator: np.random.Generator) -> Any:
        """Return one value at random."""

    @abstractmethod
    def suggest(self, trial: Any, name: str) -> Any:
        """Return the value that a trial of Optuna suggests for the hyperparameter of this name."""


@final
class uniform(Distribution):
    """A number from `low` to `high`."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = _ordered("uniform", low, high)

    def draw(self, generator: np.random.Generator) -> float:
        return float(generator.uniform(self.low, self.high))

    def suggest(self, trial: Any, name: str) -> float:
        return float(trial.suggest_float(name, self.low, self.high))


@final
class loguniform(Distribution):
    """A number from `low` to `high` whose logarithm is uniform: as often from 0.001 to 0.01 as from 0.1 to 1."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = _ordered("loguniform", low, high)
        if self.low <= 0:
            raise ValueError(f"loguniform takes numbers above 0, got low={low}")

    def draw(self, generator: np.random.Generator) -> float:
        return math.exp(generator.uniform(math.log(self.low), math.log(self.high)))

    def suggest(self, trial: Any, name: str) -> float:
        return float(trial.suggest_float(name, self.low, self.high, log=True))


@final
class integer(Distribution):
    """An integer from `low` to `high`, both included."""

    def __init__(self, low: int, high: int) -> None:
        self.low = checks.integer("low", low)
        self.high = checks.integer("high", high, self.low)

    def draw(self, generator: np.random.Generator) -> int:
        return int(generator.integers(self.low, self.high, endpoint=True))

    def suggest(self, trial: Any, name: str) -> int:
        return int(trial.suggest_int(name, self.low, self.high))


@final
class choice(Distribution):
    """One of several options, each as often as the others."""

    def __init__(self, options: Sequence[Any]) -> None:
        if isinstance(options, str) or not isinstance(options, Iterable):
            raise TypeError(f"choice takes a list of options, got {shown(options)}; write choice([{shown(options)}])")
        self.options = list(options)
        if not self.options:
            raise ValueError("choice takes at least one option, got none")

    def draw(self, generator: np.random.Generator) -> Any:
        return self.options[int(generator.integers(len(self.options)))]

    def suggest(self, trial: Any, name: str) -> Any:
        texts = [_label(k, option) for k, option in enumerate(self.options)]
        return self.options[texts.index(trial.suggest_categorical(name, texts))]


def checked_space(space: Any) -> dict[str, Distribution]:
    """Return a dict from the name of a hyperparameter to its Distribution. Raises TypeError for anything else."""
    if not isinstance(space, Mapping):
        raise TypeError(f"the space is a dict from name to distribution, got {type(space).__name__} {shown(space)}")
    for name, distribution in space.items():
        if not isinstance(name, str):
            raise TypeError(f"the names in the space are strings, got {type(name).__name__} {shown(name)}")
        if not isinstance(distribution, Distribution):
            raise TypeError(
                f"the space gives {name!r} as {type(distribution).__name__} {shown(distribution)}; use uniform, "
                "loguniform, integer or choice"
            )
    return dict(space)


def _label(k: int, option: Any) -> Any:
    """Return what Optuna keeps in place of an option: it stores text, numbers and None only."""
    if option is None or isinstance(option, (bool, int, float, str)):
        return option
    return f"{k}: {getattr(option, '__name__', type(option).__name__)}"  # not its repr, which may hold an address


def _ordered(name: str, low: float, high: float) -> tuple[float, float]:
    if not checks.number("low", low) < checks.number("high", high) or not math.isfinite(high - low):
        raise ValueError(f"{name} takes low < high, two finite numbers, got {low} and {high}")
    return float(low), float(high)
