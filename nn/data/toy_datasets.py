"""Small random datasets for experiments."""

from __future__ import annotations

import numpy as np

from ..checks import integer, number, random_generator


def moons(
    count: int = 100, noise: float = 0.1, generator: np.random.Generator | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return points on two interleaved half circles, shape (count, 2), and their classes 0 and 1, in random order.

    `noise` is the standard deviation of the normal noise added to the points.
    """
    count, noise = integer("count", count, 2), number("noise", noise, 0)
    draw = random_generator(generator)
    labels = draw.permutation(np.arange(count) % 2)
    angle = draw.uniform(0.0, np.pi, count)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower)
    return points + noise * draw.standard_normal((count, 2)), labels
