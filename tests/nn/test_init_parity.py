"""Initial weights compared with PyTorch, in distribution."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn

from .parity import Array, tnn, torch

SHAPE = (60, 40)


INITIALISERS: dict[str, tuple[str, dict[str, Any]]] = {
    "uniform": ("uniform_", {}),
    "uniform-from-to": ("uniform_", {"a": -2.0, "b": 0.5}),
    "normal": ("normal_", {}),
    "normal-mean-std": ("normal_", {"mean": 3.0, "std": 0.2}),
    "constant": ("constant_", {"val": 0.7}),
    "zeros": ("zeros_", {}),
    "ones": ("ones_", {}),
    "xavier-uniform": ("xavier_uniform_", {}),
    "xavier-uniform-gain": ("xavier_uniform_", {"gain": 5 / 3}),
    "xavier-normal": ("xavier_normal_", {"gain": 2.0}),
    "kaiming-uniform": ("kaiming_uniform_", {}),
    "kaiming-uniform-fan-out": ("kaiming_uniform_", {"mode": "fan_out", "nonlinearity": "relu"}),
    "kaiming-normal": ("kaiming_normal_", {"nonlinearity": "relu"}),
    "kaiming-normal-slope": ("kaiming_normal_", {"a": math.sqrt(5), "mode": "fan_out"}),
    "orthogonal": ("orthogonal_", {}),
    "orthogonal-gain": ("orthogonal_", {"gain": 2.0}),
}


def furthest(a: Array, b: Array) -> float:
    """Return the Kolmogorov–Smirnov distance: the largest difference of the distribution functions of two samples."""
    both = np.sort(np.concatenate([a.ravel(), b.ravel()]))
    count = [np.searchsorted(np.sort(x.ravel()), both, side="right") / x.size for x in (a, b)]
    return float(np.abs(count[0] - count[1]).max())


@pytest.mark.parametrize("shape", [SHAPE, (40, 60), (8, 6, 50)])
@pytest.mark.parametrize("name", INITIALISERS)
def test_an_initializer_draws_from_pytorchs_distribution(name: str, shape: tuple[int, ...]) -> None:
    function, choices = INITIALISERS[name]
    torch.manual_seed(0)
    theirs = getattr(tnn.init, function)(torch.empty(shape, dtype=torch.float64), **choices).numpy()
    ours = ag.zeros(shape)
    given = {} if "val" in choices or function in ("zeros_", "ones_") else {"generator": np.random.default_rng(0)}
    assert getattr(nn.init, function)(ours, **choices, **given) is ours
    # For two samples of size 2400, a larger distance has a probability of about 1e-6.
    assert furthest(ours.numpy(), theirs) < 2.7 * math.sqrt(2 / ours.numel())
    np.testing.assert_allclose(np.abs(ours.numpy()).max(), np.abs(theirs).max(), rtol=0.4)


@pytest.mark.parametrize(
    ("make", "parameter"),
    [
        (lambda m: m.Linear(50, 60), "weight"),
        (lambda m: m.Linear(3, 2000), "bias"),
        (lambda m: m.Embedding(60, 50), "weight"),
        (lambda m: m.Embedding(60, 50, padding_idx=2), "weight"),
        (lambda m: m.PReLU(3), "weight"),
        (lambda m: m.BatchNorm1d(30), "weight"),
        (lambda m: m.LayerNorm(30), "bias"),
    ],
)
def test_a_layer_has_initial_weights_from_pytorchs_distribution(make: Callable[[Any], Any], parameter: str) -> None:
    torch.manual_seed(0)
    ag.manual_seed(0)
    ours, theirs = make(nn).state_dict()[parameter], make(tnn).state_dict()[parameter].numpy()
    assert furthest(ours, np.asarray(theirs, dtype=float)) < 2.7 * math.sqrt(2 / ours.size)
    np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=0.2)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains_are_pytorchs(name: str) -> None:
    assert nn.init.calculate_gain(name) == tnn.init.calculate_gain(name)
    if name == "leaky_relu":
        assert nn.init.calculate_gain(name, 0.3) == tnn.init.calculate_gain(name, 0.3)
