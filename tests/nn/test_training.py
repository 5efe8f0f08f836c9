"""Networks trained to known results: Mazur's published numbers, and the accuracy of micrograd's demo."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor
from nn import functional as F, optim
from tests.test_published import FORWARD, GRADIENT, ROUNDED, UPDATED

HIDDEN: dict[str, Any] = {"weight": [[0.15, 0.20], [0.25, 0.30]], "bias": [0.35, 0.35]}
OUTPUT: dict[str, Any] = {"weight": [[0.40, 0.45], [0.50, 0.55]], "bias": [0.60, 0.60]}


def check(hidden: Any, outputs: Any, error: float, weights: dict[str, Any], biases: dict[str, Any]) -> None:
    got = {**dict(zip(("h1", "h2"), hidden, strict=True)), **dict(zip(("o1", "o2"), outputs, strict=True)), "E": error}
    assert got == {name: pytest.approx(want, abs=ROUNDED) for name, want in FORWARD.items()}
    # Mazur uses one bias for both neurons of a layer: its gradient is the sum of the two here.
    got = {**weights, **{name: sum(both) for name, both in biases.items()}}
    assert {name: got[name] for name in GRADIENT} == {n: pytest.approx(g, abs=ROUNDED) for n, g in GRADIENT.items()}


def names(numbers: Any) -> dict[str, Any]:
    return {f"w{k}": number for k, number in enumerate(numbers, 1)}


def test_mazurs_network_of_neurons_has_its_published_numbers() -> None:
    hidden, output = (nn.Layer(2, 2, activation="sigmoid") for _ in range(2))
    for layer, given in ((hidden, HIDDEN), (output, OUTPUT)):
        for neuron, w, b in zip(layer.neurons, given["weight"], given["bias"], strict=True):
            neuron.load_state_dict({"w.0": w[0], "w.1": w[1], "b": b})
    h = hidden([0.05, 0.10])
    o = output(h)
    error = 0.5 * F.mse_loss(o, [0.01, 0.99], reduction="sum")
    error.backward()
    weights = [w for layer in (hidden, output) for neuron in layer.neurons for w in neuron.w]
    check(
        [v.data for v in h],
        [v.data for v in o],
        error.data,
        names(w.grad for w in weights),
        {f"b{k}": [neuron.b.grad for neuron in layer.neurons] for k, layer in ((1, hidden), (2, output))},
    )
    optim.SGD(weights, lr=0.5).step()  # Mazur does not update the biases
    assert names(w.data for w in weights) == {n: pytest.approx(w, abs=ROUNDED) for n, w in UPDATED.items()}


def test_mazurs_network_of_layers_has_its_published_numbers() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 2), nn.Sigmoid())
    net.load_state_dict({f"{k}.{name}": x for k, given in ((0, HIDDEN), (2, OUTPUT)) for name, x in given.items()})
    x = Tensor([0.05, 0.10])
    o = net(x)
    error = 0.5 * nn.MSELoss(reduction="sum")(o, [0.01, 0.99])
    error.backward()
    check(
        net[:2](x).tolist(),
        o.tolist(),
        error.item(),
        names(np.concatenate([net[0].weight.grad.ravel(), net[2].weight.grad.ravel()])),
        {"b1": net[0].bias.grad, "b2": net[2].bias.grad},
    )
    optim.SGD([net[0].weight, net[2].weight], lr=0.5).step()
    weights = np.concatenate([net[0].weight.numpy().ravel(), net[2].weight.numpy().ravel()])
    assert names(weights) == {n: pytest.approx(w, abs=ROUNDED) for n, w in UPDATED.items()}


@pytest.mark.slow
def test_micrograds_demo_reaches_99_percent_on_100_points_in_100_steps() -> None:
    """Max-margin loss with L2, SGD with a learning rate that falls from 1 to 0.1."""
    draw = np.random.default_rng(0)
    X, y = nn.data.moons(100, noise=0.1, generator=draw)
    rows, signs = X.tolist(), 2 * y - 1
    model = nn.MLP(2, [16, 16, 1], generator=draw)
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    scheduler = optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0 - 0.9 * step / 100)
    for _ in range(100):
        loss = F.hinge_loss([model(row) for row in rows], signs) + 1e-4 * ag.sum([p * p for p in model.parameters()])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    right = [(model(row).data > 0) == (sign > 0) for row, sign in zip(rows, signs, strict=True)]
    assert np.mean(right) >= 0.99
