"""Toy datasets and the digits: shapes, classes, geometry without noise, reproducibility."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from nn import Perceptron
from nn.data import blobs, circles, load_digits, moons, sine, spirals, xor


def test_moons_are_two_classes_that_are_not_linearly_separable() -> None:
    X, y = moons(200, noise=0.0, generator=np.random.default_rng(1))
    assert (X.shape, y.shape, y.dtype.kind) == ((200, 2), (200,), "i")
    assert (y == 0).sum() == 100
    upper, lower = X[y == 0], X[y == 1]
    np.testing.assert_allclose(np.hypot(upper[:, 0], upper[:, 1]), 1.0)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1.0, lower[:, 1] - 0.5), 1.0)
    assert not Perceptron(2).fit(X, y, max_epochs=100).converged
    again, _ = moons(200, noise=0.0, generator=np.random.default_rng(1))
    assert (again == X).all()


TOYS: dict[str, tuple[Callable[..., Any], list[int]]] = {  # the function, and the sizes of the classes
    "moons": (moons, [15, 15]),
    "xor": (xor, [15, 15]),
    "circles": (circles, [15, 15]),
    "spirals": (spirals, [15, 15]),
    "blobs": (blobs, [10, 10, 10]),
}


@pytest.mark.parametrize("name", TOYS)
def test_a_toy_dataset_has_balanced_classes_in_random_order(name: str) -> None:
    make, sizes = TOYS[name]
    X, y = make(30, seed=0)
    assert (X.shape, X.dtype.name, y.shape, y.dtype.kind) == ((30, 2), "float64", (30,), "i")
    assert np.bincount(y).tolist() == sizes
    assert sorted(y.tolist()) != y.tolist() != sorted(y.tolist(), reverse=True)


@pytest.mark.parametrize("make", [moons, xor, circles, spirals, blobs, sine], ids=lambda make: make.__name__)
def test_a_toy_dataset_depends_on_its_seed_or_generator_only(make: Callable[..., Any]) -> None:
    def same(a: Any, b: Any) -> bool:
        return bool((a[0] == b[0]).all() and (a[1] == b[1]).all())

    assert same(make(seed=1), make(seed=1))
    assert same(make(seed=1), make(generator=np.random.default_rng(1)))
    assert not same(make(seed=1), make(seed=2))
    ag.manual_seed(3)
    first = make()
    assert not same(first, make())
    ag.manual_seed(3)
    assert same(first, make())
    assert not same(make(seed=1), make(noise=0.2, seed=1))
    with pytest.raises(ValueError, match="give seed or generator, got both"):
        make(seed=1, generator=np.random.default_rng(1))


def test_circles_and_spirals_have_their_radius_without_noise() -> None:
    X, y = circles(50, noise=0.0, factor=0.3, seed=0)
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 0, 1.0, 0.3))
    X, y = spirals(50, noise=0.0, classes=3, turns=1.5, seed=0)
    radius = np.hypot(*X.T)
    assert radius.max() <= 1.0
    turn = np.arctan2(X[:, 1], X[:, 0]) / (2 * np.pi) - 1.5 * radius - y / 3
    np.testing.assert_allclose(turn, np.round(turn), atol=1e-9)


def test_blobs_have_one_centre_per_class_and_the_noise_as_standard_deviation() -> None:
    X, y = blobs(4000, noise=0.5, classes=4, features=3, seed=0)
    assert X.shape == (4000, 3)
    for k in range(4):
        np.testing.assert_allclose(X[y == k].std(axis=0), 0.5, rtol=0.1)


def test_sine_is_a_regression_with_one_column() -> None:
    X, y = sine(50, noise=0.0, frequency=2.0, seed=0)
    assert X.shape == y.shape == (50, 1)
    assert np.abs(X).max() <= np.pi
    np.testing.assert_allclose(y, np.sin(2 * X))


def test_the_digits_are_those_of_uci() -> None:
    X, y = load_digits()
    assert (X.shape, X.dtype.name, y.shape, y.dtype.name) == ((1797, 64), "float64", (1797,), "int64")
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (X.min(), X.max(), X.sum()) == (0.0, 16.0, 561718.0)
    assert y[:10].tolist() == list(range(10))
    X[:] = 0  # a new copy is returned each time
    zeros, classes = load_digits(n_class=2)
    assert zeros.sum() > 0
    assert set(classes.tolist()) == {0, 1}
    with pytest.raises(ValueError, match="n_class must be an integer from 1 to 10, got 11"):
        load_digits(11)
