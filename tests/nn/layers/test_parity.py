"""Layers compared with PyTorch: same weights and inputs, same outputs, gradients, statistics, reprs and signatures.

The tolerance is 1e-12 in float64 and 2e-5 in float32, which stays float32.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor

from ..parity import DTYPES, Array, close, normal, tnn, torch

EDGES = np.array([-1e3, -25.0, -1.0, -0.5, -0.0, 0.0, 0.3, 1.0, 19.0, 21.0, 1e3])


# A function that creates the layer from either package, and an input.
LAYERS: dict[str, tuple[Callable[[Any], Any], Array]] = {
    "Linear": (lambda m: m.Linear(4, 3), normal(5, 4)),
    "Linear-no-bias": (lambda m: m.Linear(4, 3, bias=False), normal(5, 4)),
    "Linear-vector": (lambda m: m.Linear(4, 3), normal(4)),
    "Linear-batches": (lambda m: m.Linear(4, 3), normal(2, 5, 4)),
    "Flatten": (lambda m: m.Flatten(), normal(2, 3, 4)),
    "Flatten-all": (lambda m: m.Flatten(0), normal(2, 3, 4)),
    "Flatten-some": (lambda m: m.Flatten(1, 2), normal(2, 3, 4, 2)),
    "Identity": (lambda m: m.Identity(7, any=1), normal(2, 3)),
    "BatchNorm1d": (lambda m: m.BatchNorm1d(3), normal(6, 3)),
    "BatchNorm1d-3d": (lambda m: m.BatchNorm1d(3), normal(2, 3, 5)),
    "BatchNorm1d-options": (lambda m: m.BatchNorm1d(3, eps=0.1, momentum=0.3, affine=False), normal(6, 3)),
    "BatchNorm1d-average": (lambda m: m.BatchNorm1d(3, momentum=None), normal(6, 3)),
    "BatchNorm1d-untracked": (lambda m: m.BatchNorm1d(3, track_running_stats=False), normal(6, 3)),
    "BatchNorm1d-one-row-of-many": (lambda m: m.BatchNorm1d(3), normal(1, 3, 4)),
    "LayerNorm": (lambda m: m.LayerNorm(4), normal(5, 4)),
    "LayerNorm-shape": (lambda m: m.LayerNorm((3, 4), eps=1e-3), normal(2, 3, 4)),
    "LayerNorm-no-affine": (lambda m: m.LayerNorm(4, elementwise_affine=False), normal(5, 4)),
    "LayerNorm-no-bias": (lambda m: m.LayerNorm([4], bias=False), normal(5, 4)),
    "LayerNorm-constants": (lambda m: m.LayerNorm(4), np.ones((2, 4))),
    "Embedding": (lambda m: m.Embedding(5, 3), np.array([[0, 4, 4], [1, 0, 2]])),
    "Embedding-padding": (lambda m: m.Embedding(5, 3, padding_idx=4), np.array([[0, 4, 4], [1, 0, 2]])),
    "Embedding-padding-negative": (lambda m: m.Embedding(5, 3, padding_idx=-5), np.array([0, 1, 0])),
    "ReLU": (lambda m: m.ReLU(), EDGES),
    "ReLU-inplace": (lambda m: m.Sequential(m.Identity(), m.Linear(4, 2), m.ReLU(inplace=True)), normal(3, 4)),
    "LeakyReLU": (lambda m: m.LeakyReLU(), EDGES),
    "LeakyReLU-slope": (lambda m: m.LeakyReLU(0.2), EDGES),
    "PReLU": (lambda m: m.PReLU(), EDGES),
    "PReLU-channels": (lambda m: m.PReLU(3, init=0.1), normal(2, 3, 4)),
    "PReLU-features": (lambda m: m.PReLU(3), normal(5, 3)),
    "ELU": (lambda m: m.ELU(), EDGES),
    "ELU-alpha": (lambda m: m.ELU(0.5), EDGES),
    "SELU": (lambda m: m.SELU(), EDGES),
    "GELU": (lambda m: m.GELU(), EDGES[2:-1]),
    "GELU-tanh": (lambda m: m.GELU(approximate="tanh"), EDGES),
    "SiLU": (lambda m: m.SiLU(), EDGES),
    "Mish": (lambda m: m.Mish(), EDGES),
    "Sigmoid": (lambda m: m.Sigmoid(), EDGES),
    "Tanh": (lambda m: m.Tanh(), EDGES),
    "Softplus": (lambda m: m.Softplus(), EDGES),
    "Softplus-options": (lambda m: m.Softplus(beta=2.0, threshold=5.0), EDGES),
    "Hardtanh": (lambda m: m.Hardtanh(), EDGES),
    "Hardtanh-options": (lambda m: m.Hardtanh(-0.5, 19.0), EDGES),
    "Softmax": (lambda m: m.Softmax(dim=1), normal(3, 4)),
    "LogSoftmax": (lambda m: m.LogSoftmax(dim=-1), normal(3, 4) * 100),
    "Dropout-0": (lambda m: m.Dropout(0.0), normal(3, 4)),
    "Dropout-1": (lambda m: m.Dropout(1.0), normal(3, 4)),
    "Sequential": (
        lambda m: m.Sequential(m.Linear(4, 6), m.BatchNorm1d(6), m.GELU(), m.LayerNorm(6), m.Linear(6, 2)),
        normal(7, 4),
    ),
    "ModuleList": (lambda m: m.Sequential(*m.ModuleList([m.Linear(4, 4), m.Tanh(), m.Linear(4, 4)])), normal(2, 4)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_has_pytorchs_outputs_gradients_and_statistics(name: str, dtype: str) -> None:
    make, data = LAYERS[name]
    whole = data.dtype.kind == "i"
    mine, theirs = make(nn).to(dtype), make(tnn).to(getattr(torch, dtype))
    assert list(mine.state_dict()) == list(theirs.state_dict())
    state = {k: normal(*v.shape, seed=k_th) if v.ndim else v for k_th, (k, v) in enumerate(theirs.state_dict().items())}
    state = {k: np.abs(v) + 0.5 if "var" in k else v for k, v in state.items()}
    mine.load_state_dict(state)
    theirs.load_state_dict({k: torch.as_tensor(v) for k, v in state.items()})
    for training in (True, True, False):  # training twice, because of the running statistics
        mine.train(training).zero_grad()
        theirs.train(training).zero_grad()
        x = Tensor(data, requires_grad=not whole, dtype=None if whole else dtype)
        t = torch.tensor(data, dtype=None if whole else getattr(torch, dtype), requires_grad=not whole)
        y, expected = mine(x), theirs(t)
        close(y.data, expected, DTYPES[dtype], "output")
        assert whole or y.dtype == dtype
        seed = normal(*y.shape, seed=9)
        if y.requires_grad:
            y.backward(seed)
            expected.backward(torch.tensor(seed, dtype=expected.dtype))
        if not whole and t.grad is not None:
            close(x.grad, t.grad, DTYPES[dtype], "gradient of the input")
            assert x.grad is not None
            assert x.grad.dtype == dtype
        for (path, p), q in zip(mine.named_parameters(), theirs.parameters(), strict=True):
            close(p.grad, q.grad, 10 * DTYPES[dtype], f"gradient of {path}")
        for key, tensor in theirs.state_dict().items():
            close(mine.state_dict()[key], tensor, DTYPES[dtype], key)


REPRS: tuple[Callable[[Any], Any], ...] = (
    *(make for make, _ in LAYERS.values()),
    lambda m: m.Dropout(0.3, inplace=True),
    lambda m: m.Sequential(),
    lambda m: m.ModuleList([m.Linear(2, 3), m.Linear(2, 3), m.ReLU(), m.Sequential(m.Tanh())]),
    lambda m: m.ModuleDict({"first": m.ReLU(), "second": m.ModuleList([m.Linear(1, 1)] * 3)}),
    lambda m: m.CrossEntropyLoss(),
    lambda m: m.Softmax(),
)


@pytest.mark.parametrize("make", REPRS)
def test_a_layer_has_pytorchs_repr(make: Callable[[Any], Any]) -> None:
    # Newer versions of PyTorch also show the bias of batch-norm.
    expected = (
        repr(make(tnn))
        .replace("affine=True, bias=True", "affine=True")
        .replace("affine=False, bias=False", "affine=False")
    )
    expected = expected.replace("affine=False, bias=True", "affine=False")
    ours = repr(make(nn))
    assert (
        ours.replace("elementwise_affine=True, bias=True", "elementwise_affine=True").replace(
            "elementwise_affine=False, bias=False", "elementwise_affine=False"
        )
        == expected
    )


@pytest.mark.parametrize(
    "name",
    [
        "Linear",
        "Flatten",
        "Dropout",
        "BatchNorm1d",
        "LayerNorm",
        "Embedding",
        "ReLU",
        "LeakyReLU",
        "PReLU",
        "ELU",
        "SELU",
        "GELU",
        "SiLU",
        "Mish",
        "Sigmoid",
        "Tanh",
        "Softplus",
        "Hardtanh",
        "Softmax",
        "LogSoftmax",
        "MSELoss",
        "L1Loss",
        "HuberLoss",
        "SmoothL1Loss",
        "BCELoss",
        "BCEWithLogitsLoss",
        "CrossEntropyLoss",
        "NLLLoss",
        "KLDivLoss",
    ],
)
def test_arguments_have_pytorchs_names_and_defaults(name: str) -> None:
    theirs = inspect.signature(getattr(tnn, name)).parameters
    ours = inspect.signature(getattr(nn, name)).parameters
    for key, parameter in ours.items():
        if key != "generator":
            assert parameter.default == theirs[key].default, key
