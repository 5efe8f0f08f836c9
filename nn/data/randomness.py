"""Choose the random generator of a function that takes `seed` and `generator`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import shown

from ..checks import integer, random_generator


def chosen_generator(seed: int | None, generator: Any = None) -> np.random.Generator:
    """Return a new generator that starts from the seed, or the given generator, or the default one if both are None.

    The same seed gives the same bits in every process.
    """
    if seed is None:
        return random_generator(generator)
    if generator is not None:
        raise ValueError(f"give seed or generator, got both: seed={shown(seed)} and generator={shown(generator)}")
    return np.random.default_rng(integer("seed", seed, 0))
