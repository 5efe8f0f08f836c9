"""Small data sets to learn by, drawn from a generator."""

from __future__ import annotations

import numpy as np

from ..given import drawing, number, whole


def moons(
    count: int = 100, noise: float = 0.1, generator: np.random.Generator | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into one another: points of shape (count, 2), and their classes, 0 and 1.

    `noise` is the standard deviation of what is added to the points. They come in random order.
    """
    count, noise = whole("count", count, 2), number("noise", noise, 0)
    draw = drawing(generator)
    labels = draw.permutation(np.arange(count) % 2)
    angle = draw.uniform(0.0, np.pi, count)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower)
    return points + noise * draw.standard_normal((count, 2)), labels
