"""Standardize and Normalize: statistics of the training data, inverse, saved state, refused data."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor
from nn.data import Normalize, Standardize

from ...test_interrupts import assert_before_or_after

TRAIN = np.random.default_rng(0).normal(3.0, 2.0, (50, 3)) * [1.0, 100.0, 1e-6]
TEST = np.random.default_rng(1).normal(3.0, 2.0, (20, 3)) * [1.0, 100.0, 1e-6]


def test_the_training_data_have_mean_0_and_deviation_1_or_the_range_0_to_1() -> None:
    x = Standardize(3).fit(TRAIN)(TRAIN).numpy()
    np.testing.assert_allclose(x.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(x.std(axis=0), 1.0)
    x = Normalize(3).fit(Tensor(TRAIN))(TRAIN).numpy()
    assert (x.min(axis=0).tolist(), x.max(axis=0).tolist()) == ([0.0] * 3, [1.0] * 3)


@pytest.mark.parametrize("kind", [Standardize, Normalize])
def test_new_data_are_scaled_by_the_numbers_of_the_training_data_and_back(kind: Any) -> None:
    scaling = kind(3).fit(TRAIN)
    before = {name: array.tolist() for name, array in scaling.state_dict().items()}
    x = scaling(TEST)
    assert isinstance(x, Tensor)
    np.testing.assert_allclose(x.numpy(), (TEST - before["offset"]) / before["scale"])
    np.testing.assert_allclose(scaling.inverse(x).numpy(), TEST, rtol=1e-12)
    assert {name: array.tolist() for name, array in scaling.state_dict().items()} == before
    assert before["num_samples"] == 50


def test_one_number_for_all_or_one_for_each_pixel() -> None:
    images = np.random.default_rng(0).uniform(0, 255, (10, 4, 5))
    assert Standardize().fit(images).offset.item() == pytest.approx(images.mean())
    np.testing.assert_allclose(Standardize((4, 5)).fit(images).offset.numpy(), images.mean(axis=0))
    assert Normalize().fit(images.astype(np.uint8))(images).shape == (10, 4, 5)
    assert Standardize(5).fit(images).num_samples.item() == 40


@pytest.mark.parametrize("kind", [Standardize, Normalize])
@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 / 3])
def test_a_constant_feature_becomes_exactly_0(kind: Any, constant: float) -> None:
    data = np.full((7, 1), constant)
    assert kind(1).fit(data)(data).tolist() == [[0.0]] * 7


def test_as_the_first_layer_it_is_saved_with_the_weights_and_gradient_flows_through() -> None:
    def network() -> nn.Sequential:
        return nn.Sequential(Standardize(3), nn.Linear(3, 1))

    trained, fresh = network(), network()
    trained[0].fit(TRAIN)
    fresh.load_state_dict(trained.state_dict())
    assert (fresh(Tensor(TEST)).numpy() == trained(Tensor(TEST)).numpy()).all()
    assert len(list(trained.parameters())) == 2
    x = Tensor(TEST[:1], requires_grad=True)
    trained[0](x).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad, 1.0 / TRAIN.std(axis=0)[None])


def test_the_numbers_have_the_default_dtype() -> None:
    ag.set_default_dtype(ag.float32)
    try:
        assert Standardize(3).fit(TRAIN)(Tensor(TEST, dtype=np.float32)).dtype.name == "float32"
    finally:
        ag.set_default_dtype(ag.float64)


def test_fit_is_done_or_not_when_it_is_interrupted() -> None:
    def case() -> tuple[Callable[[], Any], Callable[[], Any]]:
        scaling = Standardize(3).fit(TRAIN)
        return lambda: scaling.fit(TEST), lambda: str(scaling.state_dict())

    assert_before_or_after(case)


BAD = TRAIN.copy()
BAD[4, 1] = np.nan


@pytest.mark.parametrize(
    ("act", "error", "says"),
    [
        (
            lambda: Standardize(3)(TRAIN),
            RuntimeError,
            r"Standardize\(3\) has no numbers yet; call fit with the training",
        ),
        (lambda: Normalize(3).inverse(TRAIN), RuntimeError, r"Normalize\(3\) has no numbers yet"),
        (lambda: Standardize(3).fit(BAD), ValueError, r"got nan at \(4, 1\); remove or replace it"),
        (
            lambda: Standardize(2).fit(TRAIN),
            ValueError,
            r"samples of shape \(2,\), as in \(N, 2\), got shape \(50, 3\)",
        ),
        (lambda: Standardize(3).fit(TRAIN)(TEST[:, :2]), ValueError, r"as in \(N, 3\), got shape \(20, 2\)"),
        (lambda: Standardize(3).fit(TRAIN[:0]), ValueError, "at least one sample"),
        (lambda: Standardize(1).fit([["a"]]), TypeError, "takes numbers, got an array of <U1"),
        (lambda: Standardize(0), ValueError, "num_features must be an integer >= 1, got 0"),
    ],
)
def test_what_cannot_be_scaled_is_refused(act: Callable[[], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        act()


def test_refused_data_leave_the_numbers_unchanged() -> None:
    scaling = Standardize(3).fit(TRAIN)
    before = str(scaling.state_dict())
    with pytest.raises(ValueError, match="got nan"):
        scaling.fit(BAD)
    assert str(scaling.state_dict()) == before
