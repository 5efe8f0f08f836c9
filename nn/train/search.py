"""random_search: draw hyperparameters at random, try each, and keep the best."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, final

import numpy as np

from autograd import Table, text_table

from .. import checks
from .history import number_text
from .processes import run_all


class Distribution(ABC):
    """How a hyperparameter is drawn."""

    @abstractmethod
    def draw(self, generator: np.random.Generator) -> Any:
        """Return one value."""


@final
class uniform(Distribution):
    """A number from `low` to `high`."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = _ordered("uniform", low, high)

    def draw(self, generator: np.random.Generator) -> float:
        return float(generator.uniform(self.low, self.high))


@final
class loguniform(Distribution):
    """A number from `low` to `high` whose logarithm is uniform: as often from 0.001 to 0.01 as from 0.1 to 1."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = _ordered("loguniform", low, high)
        if self.low <= 0:
            raise ValueError(f"loguniform takes numbers above 0, got low={low}")

    def draw(self, generator: np.random.Generator) -> float:
        return math.exp(generator.uniform(math.log(self.low), math.log(self.high)))


@final
class integer(Distribution):
    """An integer from `low` to `high`, both included."""

    def __init__(self, low: int, high: int) -> None:
        self.low = checks.integer("low", low)
        self.high = checks.integer("high", high, self.low)

    def draw(self, generator: np.random.Generator) -> int:
        return int(generator.integers(self.low, self.high, endpoint=True))


@final
class choice(Distribution):
    """One of several options, each as often as the others."""

    def __init__(self, options: Sequence[Any]) -> None:
        self.options = list(options)
        if not self.options:
            raise ValueError("choice takes at least one option, got none")

    def draw(self, generator: np.random.Generator) -> Any:
        return self.options[int(generator.integers(len(self.options)))]


class Trial(NamedTuple):
    """The hyperparameters that were tried, and the value that the objective returned for them."""

    params: dict[str, Any]
    value: float


@final
class Search:
    """The trials of a search in their order; `best` is the one with the best value, NaN being the worst."""

    def __init__(self, trials: list[Trial], direction: str) -> None:
        self.trials = trials
        self.direction = direction

    def ranked(self) -> list[Trial]:
        """Return the trials from the best to the worst."""
        sign = -1.0 if self.direction == "maximize" else 1.0
        return sorted(self.trials, key=lambda trial: (math.isnan(trial.value), sign * trial.value))

    @property
    def best(self) -> Trial:
        """The trial with the best value."""
        return self.ranked()[0]

    def table(self) -> Table:
        """Return the ten best trials as a text table."""
        names = list(self.trials[0].params)
        rows = [("value", *names)]
        best = self.ranked()[:10]
        rows += [(number_text(value), *(number_text(params[name]) for name in names)) for params, value in best]
        return text_table(rows, right=range(len(rows[0])), caption=f"The best of {len(self.trials)} trials")

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def random_search(
    objective: Callable[[dict[str, Any]], float],
    space: Mapping[str, Distribution],
    n: int,
    seed: int = 0,
    processes: int = 1,
    direction: str = "minimize",
) -> Search:
    """Call `objective(params)` for n random choices of hyperparameters and return the trials.

    space      a dict from name to `uniform`, `loguniform`, `integer` or `choice`
    processes  the number of processes; the results do not depend on it. With more than one, the objective is a function
               at the top of a module
    direction  "minimize" or "maximize"

    The same seed gives the same trials: trial number k depends on the seed and k only, and before each one the default
    generator is seeded.

    >>> search = random_search(lambda p: (p["x"] - 2.0) ** 2, {"x": uniform(0.0, 4.0)}, n=50)
    >>> abs(search.best.params["x"] - 2.0) < 0.2
    True
    """
    if direction not in ("minimize", "maximize"):
        raise ValueError(f'direction must be "minimize" or "maximize", got {direction!r:.60}')
    if not callable(objective):
        raise TypeError(f"the objective is a function of a dict of hyperparameters, got {type(objective).__name__}")
    for name, distribution in space.items():
        if not isinstance(distribution, Distribution):
            raise TypeError(
                f"the space gives {name!r} as {type(distribution).__name__} {distribution!r:.60}; use uniform, "
                "loguniform, integer or choice"
            )
    count = checks.integer("n", n, 1)
    generators = [np.random.default_rng([checks.integer("seed", seed, 0), k]) for k in range(count)]
    drawn = [{name: each.draw(generator) for name, each in space.items()} for generator in generators]
    values = run_all(objective, [(params,) for params in drawn], seed, processes)
    numbers = [checks.real("the value of the objective", value) for value in values]
    return Search(list(map(Trial, drawn, numbers)), direction)


def _ordered(name: str, low: float, high: float) -> tuple[float, float]:
    if not checks.number("low", low) < checks.number("high", high) or not math.isfinite(high - low):
        raise ValueError(f"{name} takes low < high, two finite numbers, got {low} and {high}")
    return float(low), float(high)
