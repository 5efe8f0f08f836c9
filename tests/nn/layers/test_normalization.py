"""BatchNorm1d and LayerNorm: statistics, gradients, refused shapes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor
from nn import functional as F

X = np.random.default_rng(0).normal(size=(6, 4))


def slopes(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the central differences of f for each element of x."""
    steps = h * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps]).reshape(x.shape)


def test_batch_norm_uses_batch_statistics_in_training_and_running_ones_in_evaluation() -> None:
    norm = nn.BatchNorm1d(4)
    y = norm(Tensor(X)).numpy()
    np.testing.assert_allclose(y.mean(0), 0.0, atol=1e-12)
    np.testing.assert_allclose(y.var(0), 1.0, rtol=1e-4)
    before = norm.state_dict()
    norm.eval()
    one = norm(Tensor(X[:1]))
    assert all((norm.state_dict()[name] == array).all() for name, array in before.items())
    expected = (X[:1] - before["running_mean"]) / np.sqrt(before["running_var"] + 1e-5)
    np.testing.assert_allclose(one.data, expected, rtol=1e-12)


def test_a_batch_of_one_in_training_is_refused_and_changes_nothing() -> None:
    norm = nn.BatchNorm1d(4)
    with pytest.raises(ValueError, match=r"more than one value per channel, got shape \(1, 4\)"):
        norm(Tensor(X[:1]))
    assert norm.running_mean is not None
    assert norm.running_mean.tolist() == [0.0] * 4
    assert norm.num_batches_tracked is not None
    assert norm.num_batches_tracked.item() == 0
    assert nn.BatchNorm1d(4)(Tensor(X[:1].reshape(1, 4, 1).repeat(2, axis=2))).shape == (1, 4, 2)


REFUSED_BATCHES: dict[str, Callable[[nn.BatchNorm1d], object]] = {
    "one row": lambda norm: norm(Tensor(X[:1])),
    "too few channels": lambda norm: norm(Tensor(X[:, :3])),
    "no batch": lambda norm: norm(Tensor(X[0])),
    "a list": lambda norm: norm(X.tolist()),
    "a weight of another size": lambda norm: nn.functional_call(norm, {"weight": np.ones(3)}, Tensor(X)),
    "a bias of another size": lambda norm: nn.functional_call(norm, {"bias": np.ones(3)}, Tensor(X)),
    "another running mean": lambda norm: nn.functional_call(norm, {"running_mean": np.ones(3)}, Tensor(X)),
    "another running variance": lambda norm: nn.functional_call(norm, {"running_var": np.ones(5)}, Tensor(X)),
}


@pytest.mark.parametrize("momentum", [0.1, None])
@pytest.mark.parametrize("name", REFUSED_BATCHES)
def test_a_refused_batch_is_not_counted_and_moves_nothing(name: str, momentum: float | None) -> None:
    norm = nn.BatchNorm1d(4, momentum=momentum)
    norm(Tensor(X))
    before = {key: array.tolist() for key, array in norm.state_dict().items()}
    with pytest.raises((TypeError, ValueError)):
        REFUSED_BATCHES[name](norm)
    assert {key: array.tolist() for key, array in norm.state_dict().items()} == before
    assert before["num_batches_tracked"] == 1


@pytest.mark.parametrize(
    ("train", "counted"), [([True], 1), ([True, True, True], 3), ([False, False], 0), ([True, False, True], 2)]
)
def test_batches_in_training_are_counted(train: list[bool], counted: int) -> None:
    norm = nn.BatchNorm1d(4, momentum=None)
    for mode in train:
        norm.train(mode)(Tensor(X))
    assert norm.state_dict()["num_batches_tracked"] == counted
    np.testing.assert_allclose(norm.state_dict()["running_mean"], X.mean(0) if counted else np.zeros(4))


@pytest.mark.parametrize("shape", [(4,), (3, 5), (3, 5, 4), (2, 4, 1, 1)])
def test_batch_norm_refuses_an_input_of_a_wrong_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"BatchNorm1d\(4\) takes \(N, 4\) or \(N, 4, L\), got shape"):
        nn.BatchNorm1d(4)(ag.ones(shape))


@pytest.mark.parametrize("layer", [nn.LayerNorm(4), nn.BatchNorm1d(4, track_running_stats=False)])
def test_normalization_has_correct_gradients_of_first_and_second_order(layer: nn.Module) -> None:
    layer.requires_grad_(False)
    along = np.cos(np.arange(12.0)).reshape(3, 4)
    gradient = ag.grad(lambda x: (layer(x) ** 3).sum())
    second = ag.grad(lambda x: (gradient(x) * along).sum())
    np.testing.assert_allclose(
        gradient(X[:3]), slopes(lambda x: (layer(Tensor(x)) ** 3).sum().item(), X[:3]), rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(
        second(X[:3]), slopes(lambda x: float((gradient(x) * along).sum()), X[:3]), rtol=1e-5, atol=1e-6
    )


def test_layers_support_forward_mode_and_batch_norm_updates_its_statistics() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.GELU("tanh"), nn.LayerNorm(3), nn.PReLU())
    net.requires_grad_(False)
    along = np.cos(X)

    def loss(x: Any) -> Any:
        return F.cross_entropy(net(x), [0, 1, 2, 0, 1, 2])

    _, tangent = ag.jvp(loss, X, along)
    assert tangent == pytest.approx((ag.grad(loss)(X) * along).sum(), rel=1e-12)
    means = net[0](Tensor(X)).numpy().mean(0)
    np.testing.assert_allclose(
        net[1].running_mean.data, 0.19 * means, rtol=1e-12
    )  # two calls with momentum 0.1: 0.1 + 0.9 * 0.1


def test_layer_norm_refuses_an_input_of_a_wrong_shape() -> None:
    with pytest.raises(ValueError, match=r"layer_norm over \(5,\) got an input of shape \(6, 4\)"):
        nn.LayerNorm(5)(Tensor(X))
