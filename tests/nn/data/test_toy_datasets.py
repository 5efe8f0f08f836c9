"""moons: shapes, classes, reproducibility."""

import numpy as np

from nn import Perceptron
from nn.data import moons


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
