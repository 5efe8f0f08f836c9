"""random_search: draw hyperparameters at random, try each, and keep the best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, final

import numpy as np

from autograd import Table, shown, text_table

from .. import checks
from .distributions import Distribution, checked_space
from .history import number_text
from .processes import run_all


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

    >>> from nn.train import uniform
    >>> search = random_search(lambda p: (p["x"] - 2.0) ** 2, {"x": uniform(0.0, 4.0)}, n=50)
    >>> abs(search.best.params["x"] - 2.0) < 0.2
    True
    """
    if direction not in ("minimize", "maximize"):
        raise ValueError(f'direction must be "minimize" or "maximize", got {shown(direction)}')
    if not callable(objective):
        raise TypeError(f"the objective is a function of a dict of hyperparameters, got {type(objective).__name__}")
    drawn_from = checked_space(space)
    count = checks.integer("n", n, 1)
    generators = [np.random.default_rng([checks.integer("seed", seed, 0), k]) for k in range(count)]
    drawn = [{name: each.draw(generator) for name, each in drawn_from.items()} for generator in generators]
    values = run_all(objective, [(params,) for params in drawn], seed, processes)
    numbers = [checks.real("the value of the objective", value) for value in values]
    return Search(list(map(Trial, drawn, numbers)), direction)
