"""Small random datasets to learn on. Each function returns arrays (X, y) with the samples in random order.

All take `count`, the number of samples, and `noise`, the standard deviation of the normal noise that is added. The
random numbers come from `generator`, or from `seed`, or else from the default generator.
"""

from __future__ import annotations

import numpy as np

from ..checks import integer, number
from .randomness import chosen_generator

Data = tuple[np.ndarray, np.ndarray]
Generator = np.random.Generator | None


def moons(count: int = 100, noise: float = 0.1, generator: Generator = None, seed: int | None = None) -> Data:
    """Return points on two interleaved half circles, shape (count, 2), and their classes 0 and 1."""
    count, noise, draw = _checked(count, noise, generator, seed, least=2)
    labels = draw.permutation(np.arange(count) % 2)
    angle = draw.uniform(0.0, np.pi, count)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower)
    return points + noise * draw.standard_normal((count, 2)), labels


def xor(count: int = 100, noise: float = 0.1, generator: Generator = None, seed: int | None = None) -> Data:
    """Return points at the corners of the unit square, shape (count, 2), and the exclusive or of their coordinates.

    With 4 points and no noise, it is the truth table.

    >>> X, y = xor(4, noise=0.0, seed=0)
    >>> sorted(zip(X.tolist(), y.tolist()))
    [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]
    """
    count, noise, draw = _checked(count, noise, generator, seed, least=1)
    corner = draw.permutation(np.arange(count) % 4)
    bits = np.stack([corner // 2, corner % 2], axis=1)
    return bits + noise * draw.standard_normal((count, 2)), bits[:, 0] ^ bits[:, 1]


def circles(
    count: int = 100, noise: float = 0.1, generator: Generator = None, seed: int | None = None, *, factor: float = 0.5
) -> Data:
    """Return points on two circles around 0, shape (count, 2), and their classes: 0 outside, 1 inside.

    The outer circle has radius 1, the inner one has radius `factor`.
    """
    count, noise, draw = _checked(count, noise, generator, seed, least=2)
    labels = draw.permutation(np.arange(count) % 2)
    radius = np.where(labels == 0, 1.0, number("factor", factor, 0, 1))
    return _polar(radius, draw.uniform(0.0, 2 * np.pi, count)) + noise * draw.standard_normal((count, 2)), labels


def spirals(
    count: int = 100,
    noise: float = 0.02,
    generator: Generator = None,
    seed: int | None = None,
    *,
    classes: int = 2,
    turns: float = 1.0,
) -> Data:
    """Return points on spirals from 0 to radius 1, shape (count, 2), and which spiral each is on.

    `classes` is the number of spirals, and `turns` how often each goes around. Neighbouring spirals are
    1 / (classes · turns) apart.
    """
    count, noise, draw = _checked(count, noise, generator, seed, least=1)
    arms, turns = integer("classes", classes, 1), number("turns", turns, 0, 1e6)
    labels = draw.permutation(np.arange(count) % arms)
    radius = np.sqrt(draw.uniform(0.0, 1.0, count))  # the root gives equal density along the spiral
    points = _polar(radius, 2 * np.pi * (turns * radius + labels / arms))
    return points + noise * draw.standard_normal((count, 2)), labels


def blobs(
    count: int = 100,
    noise: float = 1.0,
    generator: Generator = None,
    seed: int | None = None,
    *,
    classes: int = 3,
    features: int = 2,
) -> Data:
    """Return normally distributed points around one centre per class, shape (count, features), and their classes.

    The centres are uniform in a box from -10 to 10, so two of them may be close to each other.
    """
    count, noise, draw = _checked(count, noise, generator, seed, least=1)
    kinds, width = integer("classes", classes, 1), integer("features", features, 1)
    centres = draw.uniform(-10.0, 10.0, (kinds, width))
    labels = draw.permutation(np.arange(count) % kinds)
    return centres[labels] + noise * draw.standard_normal((count, width)), labels


def sine(
    count: int = 100,
    noise: float = 0.1,
    generator: Generator = None,
    seed: int | None = None,
    *,
    frequency: float = 1.0,
) -> Data:
    """Return numbers x from -π to π and sin(frequency · x) with noise, both of shape (count, 1): a regression.

    Two dimensions, because that is the shape of the output of a layer with one feature.
    """
    count, noise, draw = _checked(count, noise, generator, seed, least=1)
    x = draw.uniform(-np.pi, np.pi, (count, 1))
    return x, np.sin(number("frequency", frequency) * x) + noise * draw.standard_normal((count, 1))


def _checked(
    count: int, noise: float, generator: Generator, seed: int | None, least: int
) -> tuple[int, float, np.random.Generator]:
    return integer("count", count, least), number("noise", noise, 0), chosen_generator(seed, generator)


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
