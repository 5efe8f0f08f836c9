"""Tracks: assign parallel tracks to lines that run side by side, as few as possible."""

from collections.abc import Sequence
from heapq import heappop, heappush


def tracks(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return a track for each span, from 0, such that spans on the same track do not overlap.

    A span is (start, end), end excluded; they are given in the order of their starts. Each takes the lowest track that
    is free, so the number of tracks is the greatest number of spans at one place.

    >>> tracks([(0, 3), (1, 9), (3, 5)])
    [0, 1, 0]
    """
    found: list[int] = []
    free: list[int] = []
    taken: list[tuple[int, int]] = []  # (end, track)
    for start, end in spans:
        while taken and taken[0][0] <= start:
            heappush(free, heappop(taken)[1])
        track = heappop(free) if free else len(taken)
        heappush(taken, (end, track))
        found.append(track)
    return found
