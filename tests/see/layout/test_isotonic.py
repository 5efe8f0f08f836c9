"""Isotonic regression."""

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
