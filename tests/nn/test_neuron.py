"""Neurons, layers and networks of Values; XOR."""

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from nn.neuron import ACTIVATIONS

from .networks import XOR


def test_a_neuron_computes_its_formula() -> None:
    neuron = nn.Neuron(2, activation="tanh")
    neuron.load_state_dict({"w.0": -3.0, "w.1": 1.0, "b": 6.88})
    y = neuron([2.0, 0.0])
    assert y.data == math.tanh(-3.0 * 2.0 + 1.0 * 0.0 + 6.88)
    y.backward()
    assert [w.label for w in neuron.parameters()] == ["w0", "w1", "b"]
    assert neuron.w[0].grad == pytest.approx(2.0 * (1 - y.data**2), rel=1e-12)


@pytest.mark.parametrize("name", [*ACTIVATIONS, "linear"])
def test_every_activation_is_available_by_name(name: str) -> None:
    neuron = nn.Neuron(1, activation=name)
    neuron.w[0].data, neuron.b.data = 2.0, -1.0
    expected = getattr(ag, name)(-3.0) if name != "linear" else -3.0
    assert neuron([-1.0]).data == expected
    assert nn.Neuron(1, nonlin=False, activation=name).activation == "linear"


def test_inputs_may_be_values_and_get_gradients() -> None:
    x = [Value(1.0), Value(-2.0)]
    mlp = nn.MLP(2, [3, 2], activation="tanh")
    first, second = mlp(x)
    (first * second).backward()
    assert all(v.grad is not None for v in x)
    assert all(p.grad is not None for p in mlp.parameters())


@pytest.mark.parametrize("x", [[1.0], [1.0, 2.0, 3.0], []])
def test_a_wrong_number_of_inputs_is_refused_and_not_truncated(x: list[float]) -> None:
    with pytest.raises(ValueError, match=f"takes 2 inputs, got {len(x)}"):
        nn.MLP(2, [3, 1])(x)


def test_networks_of_invalid_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one layer"):
        nn.MLP(3, [])
    with pytest.raises(ValueError, match=r"nouts\[1\] must be an integer >= 1, got 0"):
        nn.MLP(3, [2, 0])
    with pytest.raises(ValueError, match="nin must be an integer >= 1, got 0"):
        nn.MLP(0, [2])
    with pytest.raises(ValueError, match="unknown activation 'rleu'; expected linear or one of relu, "):
        nn.MLP(3, [2], activation="rleu")


def test_inputs_and_sizes_that_are_no_lists_are_refused() -> None:
    with pytest.raises(TypeError, match=r"a list, as in MLP\(2, \[4, 1\]\)"):
        nn.MLP(2, 3)  # type: ignore[arg-type]
    for x in (5.0, Value(5.0), Tensor([1.0, 2.0])):
        with pytest.raises(TypeError, match="takes a list of 2 Values or numbers, got"):
            nn.MLP(2, [1])(x)


def test_rows_and_texts_among_the_inputs_are_told_apart() -> None:
    mlp = nn.MLP(2, [3, 1])
    for rows in ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0]], [np.ones(2), Value(1.0)], np.ones((4, 2))):
        with pytest.raises(TypeError, match="got a list of rows; call the network for each"):
            mlp(rows)
    for texts in (["1.5", 2.0], "ab"):
        with pytest.raises(TypeError, match=r"got str '.*'; convert it first, with float"):
            mlp(texts)


def test_sizes_and_parameter_counts_equal_micrograds() -> None:
    model = nn.MLP(2, [16, 16, 1])
    assert len(model.parameters()) == 337
    assert [len(layer.neurons) for layer in model.layers] == [16, 16, 1]
    assert [layer.neurons[0].activation for layer in model.layers] == ["relu", "relu", "linear"]
    assert isinstance(model([1.0, 2.0]), Value)
    assert all(-1 <= w.data <= 1 for n in model.layers[0].neurons for w in n.w)
    assert all(n.b.data == 0.0 for n in model.layers[0].neurons)


def test_a_layer_of_one_neuron_can_feed_the_next_layer() -> None:
    assert isinstance(nn.MLP(2, [1, 1])([1.0, 2.0]), Value)


def test_the_same_seed_gives_the_same_weights() -> None:
    ag.manual_seed(3)
    a = nn.MLP(2, [4, 1]).state_dict()
    ag.manual_seed(3)
    assert nn.MLP(2, [4, 1]).state_dict() == a
    assert nn.MLP(2, [4, 1]).state_dict() != a
    b = nn.MLP(2, [4, 1], generator=np.random.default_rng(3)).state_dict()
    assert nn.MLP(2, [4, 1], generator=np.random.default_rng(3)).state_dict() == b


def test_every_weight_of_a_network_has_a_unique_label() -> None:
    model = nn.MLP(2, [2, 1])
    expected = [f"l0_n{k}_{name}" for k in (0, 1) for name in ("w0", "w1", "b")] + ["l1_n0_w0", "l1_n0_w1", "l1_n0_b"]
    assert [p.label for p in model.parameters()] == expected
    assert [p.label for p in nn.MLP.from_tensor(model.to_tensor()).parameters()] == expected


def test_a_picture_of_a_neuron_shows_the_names_of_its_weights() -> None:
    svg = ag.draw(nn.Neuron(2)([1.0, 2.0])).svg
    assert all(f">{name}<" in svg for name in ("w0", "w1", "b"))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_network_on_tensors_has_the_same_weights_outputs_and_gradients(activation: str) -> None:
    mlp = nn.MLP(3, [4, 1, 2], activation=activation, generator=np.random.default_rng(1))
    for p in mlp.parameters():
        p.data += 0.1
    twin = mlp.to_tensor()
    x = np.random.default_rng(2).normal(size=(5, 3))
    expected = [mlp(list(row)) for row in x]
    y = twin(Tensor(x))
    np.testing.assert_allclose(y.data, [[v.data for v in row] for row in expected], rtol=1e-12, atol=1e-14)
    nn.functional.mse_loss(y, np.ones((5, 2))).backward()
    nn.functional.mse_loss(expected, np.ones((5, 2))).backward()
    again = nn.MLP.from_tensor(twin)
    assert again.state_dict() == mlp.state_dict()
    assert [n.activation for n in again.layers[0].neurons] == [activation] * 4
    gradients = nn.MLP.from_tensor(twin)  # a network whose weights are the gradients of the Tensors
    for layer, module in zip(gradients.layers, (m for m in twin if isinstance(m, nn.Linear)), strict=True):
        assert module.weight.grad is not None
        for k, neuron in enumerate(layer.neurons):
            for w, g in zip([*neuron.w, neuron.b], [*module.weight.grad[k], module.bias.grad[k]], strict=True):
                w.data = g
    np.testing.assert_allclose(
        [p.data for p in gradients.parameters()], [p.grad for p in mlp.parameters()], rtol=1e-11, atol=1e-14
    )


def test_conversion_draws_no_random_numbers() -> None:
    mlp = nn.MLP(2, [2, 1])
    ag.manual_seed(0)
    first = ag.rand(1).item()
    ag.manual_seed(0)
    nn.MLP.from_tensor(mlp.to_tensor())
    assert ag.rand(1).item() == first


@pytest.mark.parametrize(
    "modules",
    [
        [nn.Linear(2, 2, bias=False)],
        [nn.ReLU(), nn.Linear(2, 2)],
        [nn.Linear(2, 2), nn.ReLU(), nn.ReLU()],
        [nn.Linear(2, 2), nn.LeakyReLU(0.3)],
        [nn.Linear(2, 2), nn.Dropout()],
        [],
    ],
)
def test_from_tensor_refuses_layers_that_neurons_cannot_express(modules: list[Any]) -> None:
    with pytest.raises(ValueError, match="an MLP"):
        nn.MLP.from_tensor(nn.Sequential(*modules))


@pytest.mark.parametrize("other", [nn.Linear(2, 2), nn.MLP(2, [1]), [nn.Linear(2, 2)]])
def test_from_tensor_refuses_other_modules(other: Any) -> None:
    with pytest.raises(TypeError, match=f"from_tensor takes a Sequential, got {type(other).__name__}"):
        nn.MLP.from_tensor(other)


def xor_loss(model: Any) -> Value:
    loss: Value = nn.functional.mse_loss([model(x) for x, _ in XOR], [y for _, y in XOR])
    return loss


def trained(model: nn.MLP, steps: int, lr: float) -> float:
    for _ in range(steps):
        model.zero_grad()
        loss = xor_loss(model)
        loss.backward()
        for p in model.parameters():
            p.data -= lr * p.grad
    return xor_loss(model).data


def test_xor_is_learned_with_two_hidden_neurons() -> None:
    model = nn.MLP(2, [2, 1], activation="tanh", generator=np.random.default_rng(0))
    assert trained(model, 500, 0.5) < 1e-3
    assert [round(model(x).data) for x, _ in XOR] == [0, 1, 1, 0]


def test_a_linear_model_reaches_its_closed_form_loss_on_xor_and_no_lower_one() -> None:
    design = np.array([[*x, 1.0] for x, _ in XOR])
    y = np.array([y for _, y in XOR])
    best, *_ = np.linalg.lstsq(design, y, rcond=None)
    least = float(np.mean((design @ best - y) ** 2))
    assert least == pytest.approx(0.25)
    losses = [trained(nn.MLP(2, [1], generator=np.random.default_rng(k)), 300, 0.3) for k in range(3)]
    assert all(least - 1e-12 <= loss < least + 1e-6 for loss in losses)


def test_sizes_that_are_not_integers_are_refused() -> None:
    with pytest.raises(TypeError, match=r"nouts\[0\] must be an integer >= 1, got float: 2\.5"):
        nn.MLP(3, [2.5])  # type: ignore[list-item]
