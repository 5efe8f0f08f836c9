"""Run independent trainings one after the other, or in several processes, with the same results."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from autograd import default_generator, manual_seed

from ..checks import integer


def run_all(function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], seed: int, processes: int) -> list[Any]:
    """Return function(*arguments) for each tuple of arguments, in order.

    Before call number k the default generator is seeded with a number that depends on `seed` and k only, so the results
    do not depend on the number of processes. In this process the generator is as before afterwards.
    """
    if integer("processes", processes, 1) == 1:
        generator = default_generator().bit_generator
        state = generator.state
        try:
            return [_seeded(function, seed, k, each) for k, each in enumerate(arguments)]
        finally:
            default_generator().bit_generator.state = state
    try:
        pickle.dumps((function, list(arguments)))  # only to other processes of this program, never to a file
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(
            f"processes={processes} calls {function!r:.60} in other processes, which import it from its module, and "
            f"that fails: {error}; define it at the top of a file, or use processes=1"
        ) from None
    # Not fork: a process with threads, such as NumPy's, may hang after it.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        futures = [pool.submit(_seeded, function, seed, k, each) for k, each in enumerate(arguments)]
        return [future.result() for future in futures]


def _seeded(function: Callable[..., Any], seed: int, k: int, arguments: tuple[Any, ...]) -> Any:
    manual_seed((integer("seed", seed, 0) << 32) + k)
    return function(*arguments)
