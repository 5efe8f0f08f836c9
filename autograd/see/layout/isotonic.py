"""Isotonic regression: the non-decreasing sequence that is nearest to a given one.

Source: Ayer et al. (1955), the pool-adjacent-violators algorithm.
"""

from collections.abc import Sequence


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the non-decreasing numbers nearest to the wanted ones, by weighted absolute distance.

    >>> isotonic([0.0, 5.0, 3.0], [1.0, 1.0, 1.0])
    [0.0, 4.0, 4.0]
    """
    pools: list[tuple[float, list[tuple[float, float]]]] = []
    for number, weight in zip(wanted, weights, strict=True):
        value, members = number, [(number, weight)]
        while pools and pools[-1][0] > value:
            members = sorted(pools.pop()[1] + members)
            value = _weighted_median(members)
        pools.append((value, members))
    return [value for value, members in pools for _ in members]


def _weighted_median(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the median of sorted (number, weight) pairs; the middle of the interval where every point of it is one."""
    half = sum(weight for _, weight in pairs) / 2
    below = 0.0
    for i, (number, weight) in enumerate(pairs):
        below += weight
        if below > half or i + 1 == len(pairs):
            return number
        if below == half:
            return (number + pairs[i + 1][0]) / 2
    raise ValueError("the median needs at least one number, got none")
