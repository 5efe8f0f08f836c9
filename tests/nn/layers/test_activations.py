"""Activations on Tensors and on Values."""

from typing import Any

import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from nn import functional as F


def test_inplace_layers_do_not_change_the_input() -> None:
    x = Tensor([-1.0, 1.0])
    assert nn.ReLU(inplace=True)(x).tolist() == [0.0, 1.0]
    assert x.tolist() == [-1.0, 1.0]


@pytest.mark.parametrize(
    ("layer", "name"),
    [(nn.ReLU(), "relu"), (nn.Tanh(), "tanh"), (nn.GELU(), "gelu"), (nn.SiLU(), "silu"), (nn.ELU(), "elu")],
)
def test_activations_accept_values(layer: nn.Module, name: str) -> None:
    v = Value(-0.3)
    y = layer(v)
    y.backward()
    assert y.data == getattr(ag, name)(-0.3)
    assert v.grad is not None


@pytest.mark.parametrize("f", [F.gelu, lambda x: F.gelu(x, "tanh"), F.softplus, F.hardtanh])
def test_activations_with_options_have_correct_gradients_on_values_and_tensors(f: Any) -> None:
    points = [-2.0, -0.3, 0.7, 1.5]
    ag.check_gradients(lambda xs: ag.sum([f(x) for x in xs]), points, order=2)
    x = Tensor(points, requires_grad=True)
    f(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == pytest.approx([ag.grad(f)(point) for point in points], rel=1e-14)
