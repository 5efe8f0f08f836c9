"""Linear, and properties of all layers: dtypes, generators, options, refused inputs."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor
from nn import functional as F

X = np.random.default_rng(0).normal(size=(6, 4))


def test_a_list_of_numbers_is_an_array_and_a_list_of_nodes_is_refused_with_the_fix() -> None:
    layer = nn.Linear(2, 1)
    np.testing.assert_array_equal(layer([[1.0, 2.0]]).numpy(), layer(Tensor([[1.0, 2.0]])).numpy())
    with pytest.raises(TypeError, match=r"takes a Tensor or an array, got list; write .*stack\(\.\.\.\) around nodes"):
        layer([ag.Value(1.0), ag.Value(2.0)])


def test_a_weight_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"linear got x of shape \(6, 4\)"):
        nn.Linear(3, 2)(Tensor(X))
    with pytest.raises(ValueError, match="prelu has 3 weights"):
        nn.PReLU(3)(Tensor(X))
    with pytest.raises(ValueError, match="'none' or 'tanh', got 'erf'"):
        nn.GELU("erf")(Tensor(X))
    with pytest.raises(ValueError, match="padding_idx must be one of the 3 rows, got 3"):
        nn.Embedding(3, 2, padding_idx=3)
    with pytest.raises(ValueError, match="expected min_val < max_val"):
        nn.Hardtanh(1.0, 1.0)


def test_layers_have_the_default_dtype_or_the_requested_one() -> None:
    assert nn.Linear(2, 2).weight.dtype == np.float64
    ag.set_default_dtype(np.float32)
    try:
        net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.PReLU(), nn.Dropout(0.2), nn.LayerNorm(3))
        y = nn.CrossEntropyLoss(weight=[1.0, 2.0, 3.0], label_smoothing=0.1)(net(ag.randn(6, 4)), [0, 1, 2, 0, 1, 2])
    finally:
        ag.set_default_dtype(np.float64)
    y.backward()
    assert y.dtype == np.float32
    assert {p.dtype.name for p in net.parameters()} == {p.grad.dtype.name for p in net.parameters()} == {"float32"}
    assert {b.dtype.name for b in net.buffers()} == {"float32", "int64"}
    assert nn.Embedding(2, 2, dtype=np.float32).weight.dtype == np.float32


def test_a_generator_draws_the_weights_of_a_layer() -> None:
    a, b = (nn.Linear(3, 2, generator=np.random.default_rng(5)) for _ in range(2))
    assert a.weight.tolist() == b.weight.tolist()
    assert a.weight.tolist() != nn.Linear(3, 2).weight.tolist()


def test_layers_accept_common_options_of_pytorch() -> None:
    norm = nn.BatchNorm1d(3, bias=False)
    assert list(dict(norm.named_parameters())) == ["weight"]
    assert norm(ag.randn(4, 3)).shape == (4, 3)
    assert nn.LayerNorm(np.arange(4).max()).normalized_shape == (3,)
    assert len(nn.ModuleList(None)) == len(nn.ModuleDict(None)) == 0
    with pytest.raises(TypeError, match="a number from 0 to 1, got str 'half'"):
        nn.Dropout("half")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"write \[module\]"):
        nn.ModuleList(nn.ReLU())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"got set; write Tensor\(\.\.\.\) around numbers"):
        nn.Linear(2, 1)({1.0, 2.0})


@pytest.mark.parametrize("layer", [nn.Dropout(), nn.BatchNorm1d(2), nn.LayerNorm(2), nn.Flatten(), F.batch_norm])
def test_a_layer_refuses_a_list_and_says_to_make_a_tensor_of_it(layer: Any) -> None:
    more = (None, None) if layer is F.batch_norm else ()
    with pytest.raises(
        TypeError, match=r"takes a Tensor or an array, got list .*; make a Tensor with tensor\(\.\.\.\)"
    ):
        layer([[1.0, 2.0]], *more)
