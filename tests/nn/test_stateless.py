"""functional_call: the module computes with the given parameters, and is the same afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, grad
from nn import functional_call

X = np.array([[0.5, -1.0], [2.0, 0.25], [1.0, 1.5]])


def tied() -> nn.Module:
    class Tied(nn.Module):
        def __init__(self) -> None:
            self.first = nn.Linear(2, 2, bias=False)
            self.second = nn.Linear(2, 2, bias=False)
            self.second.weight = self.first.weight

        def forward(self, x: Any) -> Any:
            return self.second(self.first(x).tanh())

    return Tied()


class Lists(nn.Module):
    def __init__(self) -> None:
        self.weights = [Tensor([1.0, 2.0], requires_grad=True), {"scale": Tensor(3.0, requires_grad=True)}]

    def forward(self, x: Any) -> Any:
        first, second = self.weights
        return first * x * second["scale"]  # type: ignore[index]


MODELS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(2, 1),
    "sequential": lambda: nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)),
    "batch norm": lambda: nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)).eval(),
    "tied": tied,
    "lists": Lists,
}


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_by_a_dict_of_parameters_is_that_of_backward(name: str) -> None:
    ag.manual_seed(0)
    model = MODELS[name]().double()
    parameters = dict(model.named_parameters())

    def loss(p: Any) -> Any:
        return (functional_call(model, p, Tensor(X)) ** 2).mean()

    by_nodes = grad(loss)(parameters)
    by_arrays = grad(loss)({key: node.numpy() for key, node in parameters.items()})
    before = {key: (id(node), node.data.copy()) for key, node in model.named_parameters()}
    (model(Tensor(X)) ** 2).mean().backward()
    assert list(by_nodes) == list(by_arrays) == list(parameters)
    for key, node in parameters.items():
        assert isinstance(by_nodes[key], Tensor)
        assert type(by_arrays[key]) is (np.ndarray if node.shape else float)
        assert by_nodes[key].numpy() == pytest.approx(node.grad, rel=1e-12)
        assert by_arrays[key] == pytest.approx(node.grad, rel=1e-12)
        assert (id(node), pytest.approx(node.data)) == before[key]
    tangents = {key: np.ones(node.shape) if node.shape else 1.0 for key, node in parameters.items()}
    arrays = {key: node.numpy() for key, node in parameters.items()}
    slope = ag.jvp(loss, arrays, tangents)[1]
    assert slope == pytest.approx(sum(np.sum(node.grad) for node in parameters.values()))


def test_a_network_of_values_takes_values_and_numbers() -> None:
    mlp = nn.MLP(2, [2, 1], activation="tanh")
    parameters = dict(mlp.named_parameters())
    found = grad(lambda p: functional_call(mlp, p, ([0.5, -1.0],)))(parameters)
    plain = grad(lambda p: functional_call(mlp, p, ([0.5, -1.0],)))({key: v.item() for key, v in parameters.items()})
    mlp([0.5, -1.0]).backward()
    for key, v in parameters.items():
        assert isinstance(found[key], Value)
        assert (found[key].item(), type(plain[key]), plain[key]) == (v.grad, float, v.grad)


def test_frozen_parameters_and_buffers_are_replaced_and_kept() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval()
    model.requires_grad_(False)
    names = [key for key, _ in model.named_parameters()]
    mean = np.array([1.0, 2.0])
    shifted = functional_call(model, {"1.running_mean": mean, "0.bias": np.zeros(2)}, Tensor(X))
    assert shifted.shape == (3, 2)
    assert [key for key, _ in model.named_parameters()] == names
    assert not model[1].running_mean.data.any()


def test_a_call_that_raises_leaves_the_module_as_it_was() -> None:
    model = nn.Linear(2, 1)
    weight = model.weight
    with pytest.raises(ValueError, match="weight of shape"):
        functional_call(model, {"weight": np.ones((1, 3))}, Tensor(X))
    assert model.weight is weight
    with pytest.raises(KeyError, match="got 'wieght', which Linear does not have; it has weight, bias"):
        functional_call(model, {"wieght": np.ones((1, 2))}, Tensor(X))


def test_arguments_are_passed_on_by_position_and_by_keyword() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            self.w = Tensor(2.0, requires_grad=True)

        def forward(self, x: Any, y: Any = 0.0, *, scale: float = 1.0) -> Any:
            return self.w * x * scale + y

    model = Scaled()
    assert functional_call(model, {"w": Tensor(3.0)}, (2.0, 1.0), {"scale": 10.0}).item() == 61.0
    assert functional_call(model, {}, 2.0).item() == 4.0


@pytest.mark.parametrize("rows", [[[0.5, 1.0], [1.0, 2.0]], np.ones((2, 2)), [[0.5, 1.0]], [Tensor([1.0, 2.0])]])
def test_a_network_of_values_says_how_to_call_it_for_rows(rows: Any) -> None:
    with pytest.raises(TypeError, match=r"\[mlp\(row\) for row in rows\]"):
        nn.MLP(2, [3, 1])(rows)
