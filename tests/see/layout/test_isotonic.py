"""Isotonic regression."""

from bisect import bisect_left, bisect_right
from itertools import accumulate
from random import Random

import pytest

from autograd.see.layout.isotonic import isotonic


@pytest.mark.parametrize(
    ("wanted", "weights", "got"),
    [
        ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], [1.0, 2.0, 3.0]),
        ([3.0, 1.0], [1.0, 1.0], [2.0, 2.0]),
        ([3.0, 1.0], [1.0, 9.0], [1.0, 1.0]),
        ([3.0, 2.0, 1.0, 7.0], [1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0, 7.0]),
        ([], [], []),
    ],
)
def test_isotonic_pools_what_pushes_each_other(wanted: list[float], weights: list[float], got: list[float]) -> None:
    assert isotonic(wanted, weights) == got


@pytest.mark.parametrize("seed", range(300))
def test_isotonic_finds_the_same_as_pools_that_are_sorted_anew(seed: int) -> None:
    random = Random(seed)
    wanted = [float(random.randint(0, 6)) for _ in range(random.randint(0, 12))]
    weights = [random.choice([1.0, 4.0, 16.0, 64.0]) for _ in wanted]
    pools: list[list[tuple[float, float]]] = []
    for pair in zip(wanted, weights, strict=True):
        pool = [pair]
        while pools and median(pools[-1]) > median(pool):
            pool += pools.pop()
        pools.append(pool)
    assert isotonic(wanted, weights) == [median(pool) for pool in pools for _ in pool]


def median(pool: list[tuple[float, float]]) -> float:
    """Return the weighted median of (number, weight) pairs, in the middle where there are two."""
    half = sum(weight for _, weight in pool) / 2
    before = list(accumulate([weight for _, weight in sorted(pool)]))
    lower, upper = (sorted(pool)[bisect(before, half)][0] for bisect in (bisect_left, bisect_right))
    return (lower + upper) / 2
