"""Losses compared with PyTorch: same inputs, every combination of options, same losses and gradients.

The tolerance is 1e-12 in float64 and 2e-5 in float32, which stays float32.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor

from ..parity import DTYPES, Array, close, normal, probabilities, tnn, torch

MATRIX, TARGET = normal(4, 3), normal(4, 3, seed=1)


FAR = np.array([-1e3, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 1e3])


ROWS = normal(5, 3)


CLASSES = np.array([0, 2, 1, 2, 0])


IGNORED = np.array([0, -100, 1, 2, -100])


IMAGES, PIXELS = normal(2, 3, 4), np.array([[0, 1, 2, 2], [1, 1, 0, 2]])


SURE = np.array([[1e3, -1e3, 0.0], [-1e3, 1e3, 0.0]])


CLASS_WEIGHTS = np.array([0.2, 1.5, 3.0])


UNIT = 1 / (1 + np.exp(-MATRIX))


MIXED = probabilities(4, 3, seed=3)


HARD = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.0, 0.5]])


Loss = tuple[str, tuple[Array, Array], dict[str, Any]]


def options(name: str, data: tuple[Array, Array], **choices: tuple[Any, ...]) -> list[Loss]:
    """Return a case for every combination of the options."""
    return [
        (name, data, dict(zip(choices, combination, strict=True)))
        for combination in itertools.product(*choices.values())
    ]


REDUCTIONS = ("mean", "sum", "none")


LOSSES: list[Loss] = [
    *options("MSELoss", (MATRIX, TARGET), reduction=REDUCTIONS),
    *options("L1Loss", (MATRIX, TARGET), reduction=REDUCTIONS),
    *options("L1Loss", (FAR, np.zeros(8)), reduction=("none",)),
    *options("HuberLoss", (MATRIX, TARGET), reduction=REDUCTIONS, delta=(1.0, 0.3)),
    *options("HuberLoss", (FAR, np.zeros(8)), reduction=("none",), delta=(1.0, 3.0)),
    *options("SmoothL1Loss", (MATRIX, TARGET), reduction=REDUCTIONS, beta=(1.0, 0.3, 0.0)),
    *options("SmoothL1Loss", (FAR, np.zeros(8)), reduction=("none",), beta=(1.0, 3.0)),
    *options("BCELoss", (UNIT, HARD), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS, normal(4, 1))),
    *options("BCEWithLogitsLoss", (MATRIX, MIXED), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             pos_weight=(None, np.array([1.0, 3.0, 0.5]), np.array(2.0))),
    *options("BCEWithLogitsLoss", (FAR, np.ones(8)), reduction=("none",), pos_weight=(None, np.array(3.0))),
    *options("BCEWithLogitsLoss", (FAR, np.zeros(8)), reduction=("none",), pos_weight=(None, np.array(3.0))),
    *options("CrossEntropyLoss", (ROWS, CLASSES), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.1, 1.0), ignore_index=(-100, 2)),
    *options("CrossEntropyLoss", (ROWS, IGNORED), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (IMAGES, PIXELS), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.2), ignore_index=(-100, 1)),
    *options("CrossEntropyLoss", (MATRIX, MIXED), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (IMAGES, probabilities(2, 3, 4)), reduction=REDUCTIONS,
             weight=(None, CLASS_WEIGHTS), label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (SURE, np.array([1, 1])), reduction=REDUCTIONS),
    *options("CrossEntropyLoss", (ROWS[0], CLASSES[1]), reduction=REDUCTIONS, label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (ROWS[0], MIXED[0]), reduction=REDUCTIONS),
    *options("CrossEntropyLoss", (ROWS, np.full(5, -100)), reduction=("sum", "none")),
    *options("NLLLoss", (np.log(MIXED), CLASSES[:4]), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             ignore_index=(-100, 2)),
    *options("NLLLoss", (IMAGES, PIXELS), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS)),
    *options("NLLLoss", (ROWS[0], CLASSES[1]), reduction=REDUCTIONS),
    *options("KLDivLoss", (np.log(MIXED), HARD), reduction=(*REDUCTIONS, "batchmean")),
    *options("KLDivLoss", (np.log(MIXED), np.log(UNIT)), reduction=(*REDUCTIONS, "batchmean"), log_target=(True,)),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "data", "choices"), LOSSES)
def test_a_loss_has_pytorchs_value_and_gradient(
    name: str, data: tuple[Array, Array], choices: dict[str, Any], dtype: str
) -> None:
    kind = getattr(torch, dtype)
    theirs = getattr(tnn, name)(
        **{k: torch.tensor(v, dtype=kind) if isinstance(v, np.ndarray) else v for k, v in choices.items()}
    )
    mine = getattr(nn, name)(**choices)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    whole = data[1].dtype.kind == "i"
    x = Tensor(data[0], requires_grad=True, dtype=dtype)
    # PyTorch has no gradient for the target of BCELoss, and nan for that of KLDivLoss where the target is 0.
    wants = not (whole or name == "BCELoss" or (name == "KLDivLoss" and not data[1].all()))
    y = Tensor(data[1]) if whole else Tensor(data[1], requires_grad=wants, dtype=dtype)
    t = torch.tensor(data[0], requires_grad=True, dtype=kind)
    u = torch.tensor(data[1], dtype=None if whole else kind, requires_grad=y.requires_grad)
    got, expected = mine(x, y), theirs(t, u)
    close(got.data, expected, DTYPES[dtype], "loss")
    assert got.dtype == dtype
    seed = normal(*got.shape, seed=4)
    got.backward(seed)
    expected.backward(torch.tensor(seed, dtype=kind))
    close(x.grad, t.grad, 10 * DTYPES[dtype], "gradient of the input")
    if y.requires_grad:
        close(y.grad, u.grad, 10 * DTYPES[dtype], "gradient of the target")


def test_the_mean_over_ignored_samples_only_is_nan_as_in_pytorch() -> None:
    got = nn.CrossEntropyLoss()(Tensor(ROWS), np.full(5, -100))
    assert math.isnan(got.item())
    assert torch.isnan(tnn.CrossEntropyLoss()(torch.tensor(ROWS), torch.full((5,), -100)))


@pytest.mark.parametrize("t", [0.0, 1.0, 0.25])
def test_the_cross_entropy_of_probabilities_0_and_1_is_limited_to_100_as_in_pytorch(t: float) -> None:
    edges = np.array([0.0, 1e-300, 1e-50, 1e-40, 1e-16, 0.5, 1 - 1e-16, 1.0])
    got = nn.BCELoss(reduction="none")(Tensor(edges), np.full(8, t))
    close(got.data, tnn.BCELoss(reduction="none")(torch.tensor(edges), torch.full((8,), t).double()), 1e-12, "loss")
