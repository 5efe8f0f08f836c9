"""Initial weights: in place, reproducible, correctly scaled. test_init_parity.py compares them with PyTorch."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor

RANDOM = [
    nn.init.uniform_,
    nn.init.normal_,
    nn.init.xavier_uniform_,
    nn.init.xavier_normal_,
    nn.init.kaiming_uniform_,
    nn.init.kaiming_normal_,
    nn.init.orthogonal_,
]


@pytest.mark.parametrize("init", RANDOM)
def test_initializers_write_in_place_without_a_graph_and_keep_the_dtype(init: Callable[..., Tensor]) -> None:
    weight = nn.Parameter(np.zeros((4, 3), np.float32))
    assert init(weight) is weight
    assert weight.is_leaf
    assert weight.requires_grad
    assert weight.grad is None
    assert weight.dtype == np.float32
    assert np.unique(weight.numpy()).size == 12


@pytest.mark.parametrize("init", RANDOM)
def test_random_numbers_come_from_the_given_generator_or_the_default_one(init: Callable[..., Tensor]) -> None:
    def drawn(**options: Any) -> Any:
        return init(ag.zeros(4, 3), **options).tolist()

    assert drawn(generator=np.random.default_rng(1)) == drawn(generator=np.random.default_rng(1))
    ag.manual_seed(7)
    first = drawn()
    assert drawn() != first
    ag.manual_seed(7)
    drawn(generator=np.random.default_rng(1))  # does not use the default generator
    assert drawn() == first


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (3, 2, 2)])
def test_orthogonal_weights_are_orthogonal(shape: tuple[int, ...]) -> None:
    w = nn.init.orthogonal_(ag.zeros(shape), gain=2.0).numpy().reshape(shape[0], -1)
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, 4.0 * np.eye(min(w.shape)), atol=1e-12)


def test_constant_initializers_fill_with_one_number() -> None:
    assert nn.init.zeros_(ag.ones(2)).tolist() == [0.0, 0.0]
    assert nn.init.ones_(ag.zeros(2)).tolist() == [1.0, 1.0]
    assert nn.init.constant_(ag.zeros(2), 0.3).tolist() == [0.3, 0.3]


def test_kaiming_keeps_the_size_of_signals_through_many_relu_layers() -> None:
    x = ag.randn(200, 128, generator=np.random.default_rng(0))
    for k in range(10):
        w = nn.init.kaiming_normal_(ag.zeros(128, 128), nonlinearity="relu", generator=np.random.default_rng(k + 1))
        x = ag.relu(x @ w.T)
    assert 0.2 < np.mean(x.numpy() ** 2) < 5.0


def test_fan_in_is_the_number_of_inputs_of_a_unit() -> None:
    assert nn.init.fan_in_and_fan_out(ag.zeros(5, 3)) == (3, 5)
    assert nn.init.fan_in_and_fan_out(ag.zeros(5, 3, 2, 4)) == (24, 40)


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (lambda: nn.init.kaiming_normal_(nn.Linear(2, 2)), TypeError, "take a Tensor, got Linear"),  # type: ignore[arg-type]
        (
            lambda: nn.init.xavier_uniform_(ag.zeros(3)),
            ValueError,
            r"a weight \(out, in\) of two or more dimensions, got shape \(3,\)",
        ),
        (lambda: nn.init.orthogonal_(ag.zeros(3)), ValueError, r"got shape \(3,\)"),
        (lambda: nn.init.kaiming_normal_(ag.zeros(3, 3), mode="in"), ValueError, "'fan_in' or 'fan_out', got 'in'"),
        (lambda: nn.init.calculate_gain("swish"), ValueError, "no gain is known for 'swish'"),
        (lambda: nn.init.uniform_(ag.zeros(3), 1.0, 0.0), ValueError, "expected a <= b"),
        (lambda: nn.init.normal_(ag.zeros(3), std=-1.0), ValueError, "expected 0 or more"),
        (lambda: nn.init.normal_(ag.zeros(3), std=math.nan), ValueError, "expected 0 or more"),
        (lambda: nn.init.zeros_(nn.Parameter(1.0) * 2), RuntimeError, "is the result of an op"),
        (lambda: nn.init.zeros_(np.ones(3)), TypeError, "take a Tensor, got ndarray"),  # type: ignore[arg-type]
    ],
)
def test_invalid_arguments_of_initializers_are_refused(
    call: Callable[[], Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        call()
