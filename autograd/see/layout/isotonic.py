"""Isotonic regression: the non-decreasing sequence that is nearest to a given one.

Source: Ayer et al. (1955), the pool-adjacent-violators algorithm.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import islice
from operator import le


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the non-decreasing numbers nearest to the wanted ones, by weighted absolute distance.

    The weights are above 0.

    >>> isotonic([0.0, 5.0, 3.0], [1.0, 1.0, 1.0])
    [0.0, 4.0, 4.0]
    """
    if all(map(le, wanted, islice(wanted, 1, None))):
        return list(wanted)
    pools: list[_Pool] = []
    for number, weight in zip(wanted, weights, strict=True):
        pool = _Pool(number, weight)
        while pools and pools[-1].median > pool.median:
            pool = pools.pop().joined(pool)
        pools.append(pool)
    return [pool.median for pool in pools for _ in pool.members]


class _Pool:
    """Neighbours in the sequence that get the same number, the weighted median of their wanted numbers.

    `members` are sorted (number, weight) pairs. The weight of the first `at` of them, `before`, is less than half of
    the `total`, and with the next one it is half or more.
    """

    __slots__ = ("at", "before", "median", "members", "total")

    def __init__(self, number: float, weight: float) -> None:
        self.members = [(number, weight)]
        self.total = weight
        self.at = 0
        self.before = 0.0
        self.median = number

    def joined(self, other: "_Pool") -> "_Pool":
        """Return the larger of both pools with the members of the other one, in O(m log n) comparisons for m new ones.

        The median is the middle of the interval where every point of it is one.
        """
        larger, smaller = (self, other) if len(self.members) >= len(other.members) else (other, self)
        members = larger.members
        for pair in smaller.members:
            place = bisect(members, pair)
            members.insert(place, pair)
            if place <= larger.at:
                larger.at += 1
                larger.before += pair[1]
        larger.total += smaller.total
        larger._find_median()
        return larger

    def _find_median(self) -> None:
        while 2 * self.before >= self.total:
            self.at -= 1
            self.before -= self.members[self.at][1]
        while 2 * (self.before + self.members[self.at][1]) < self.total:
            self.before += self.members[self.at][1]
            self.at += 1
        self.median, weight = self.members[self.at]
        if 2 * (self.before + weight) == self.total:
            self.median = (self.median + self.members[self.at + 1][0]) / 2
