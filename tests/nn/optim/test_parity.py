"""Optimizers, learning-rate schedules and clipping compared with PyTorch.

From the same start and with the same gradients, 100 steps with every combination of options give the same parameters,
learning rates and momenta to 1e-12 in float64, for Tensors and Values.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor

from .lr_scheduler.schedules import SCHEDULES, Spec, build, spelled
from .optimizers import CHOICES, START, Options, combinations, drive, gradients, make, parameters

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")

STEPS = 100
GRADIENTS = gradients(7, STEPS)


@pytest.fixture(autouse=True)
def float64() -> Iterator[None]:
    """Make float64 PyTorch's default: otherwise its NAdam computes in float32."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def their_parameters() -> list[Any]:
    return [torch.nn.Parameter(torch.tensor(x)) for x in START]


def their_drive(optimizer: Any, params: list[Any], given: list[list[Any]]) -> None:
    for each in given:
        for p, g in zip(params, each, strict=True):
            p.grad = torch.tensor(g)
        optimizer.step()


def same(mine: list[Any], theirs: list[Any]) -> None:
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(a.data), b.detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CHOICES)
def test_a_hundred_steps_agree_with_every_combination_of_options(name: str) -> None:
    tried: list[Options] = list(combinations(name))
    for options in tried:
        mine, theirs = parameters(), their_parameters()
        drive(make(name, mine, **options), mine, GRADIENTS)
        their_drive(getattr(torch.optim, name)(theirs, **options), theirs, GRADIENTS)
        same(mine, theirs)
    assert len(tried) >= 8


@pytest.mark.parametrize("name", CHOICES)
def test_the_defaults_equal_pytorchs(name: str) -> None:
    mine, theirs = make(name, parameters()), getattr(torch.optim, name)(their_parameters())
    assert {key: theirs.defaults[key] for key in mine.defaults} == mine.defaults
    beyond = theirs.defaults.keys() - mine.defaults.keys()
    assert beyond <= {"foreach", "capturable", "differentiable", "fused"}


@pytest.mark.parametrize("name", CHOICES)
def test_a_state_saved_by_pytorch_is_loaded_and_continued(name: str) -> None:
    mine, theirs = parameters(), their_parameters()
    options = {"momentum": 0.9} if name in ("SGD", "RMSprop") else {}
    optimizer = getattr(torch.optim, name)(theirs, **options)
    their_drive(optimizer, theirs, GRADIENTS[:10])
    for p, q in zip(mine, theirs, strict=True):
        p.data = q.detach().numpy() if isinstance(p, Tensor) else q.item()
    ours = make(name, mine, lr=0.7)
    ours.load_state_dict(optimizer.state_dict())
    drive(ours, mine, GRADIENTS[10:])
    their_drive(optimizer, theirs, GRADIENTS[10:])
    same(mine, theirs)
    saved = ours.state_dict()["state"]
    assert {k: set(kept) for k, kept in saved.items()} == {
        k: set(v) for k, v in optimizer.state_dict()["state"].items()
    }


def test_groups_with_their_own_options_and_missing_gradients_agree() -> None:
    mine, theirs = parameters(), their_parameters()
    groups: list[Options] = [{"weight_decay": 0.1}, {"lr": 0.05, "betas": (0.5, 0.9)}, {"maximize": True}]
    ours = nn.optim.Adam([{"params": [p], **options} for p, options in zip(mine, groups, strict=True)])
    other = torch.optim.Adam([{"params": [p], **options} for p, options in zip(theirs, groups, strict=True)])
    for k, each in enumerate(GRADIENTS):
        given = [None if (k + j) % 3 == 0 else g for j, g in enumerate(each)]
        for p, q, g in zip(mine, theirs, given, strict=True):
            p.grad = None if g is None else g if isinstance(p, Tensor) else float(g)
            q.grad = None if g is None else torch.tensor(g)
        ours.step()
        other.step()
    same(mine, theirs)


# --- schedules ---


def two_optimizers(kind: str = "SGD", **options: Any) -> tuple[Any, Any]:
    mine, theirs = parameters(), their_parameters()
    found = []
    for package, params in ((nn.optim, mine), (torch.optim, theirs)):
        groups = [{"params": params[:1], "lr": 0.5}, {"params": params[1:]}]
        found.append(getattr(package, kind)(groups, lr=0.125, **options))
    return found[0], found[1]


def settings(optimizer: Any) -> list[float]:
    """Return the options that schedules change."""
    return [
        float(x)
        for group in optimizer.param_groups
        for x in (group["lr"], group.get("momentum", 0.0), *group.get("betas", ()))
    ]


def agree(mine: Any, theirs: Any) -> None:
    assert settings(mine) == pytest.approx(settings(theirs), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("spec", SCHEDULES, ids=spelled)
def test_a_hundred_steps_of_a_schedule_agree(spec: Spec, kind: str) -> None:
    mine, theirs = two_optimizers(kind, **({"momentum": 0.9} if kind == "SGD" else {}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns that no optimizer step was taken, and of deprecations
        ours, other = build(nn.optim.lr_scheduler, mine, spec), build(torch.optim.lr_scheduler, theirs, spec)
        for step in range(STEPS + 1):
            agree(mine, theirs)
            assert ours.last_epoch == other.last_epoch == step
            if step < STEPS:
                ours.step()
                other.step()


@pytest.mark.parametrize(
    "spec", [spec for spec in SCHEDULES if spec[0] not in ("SequentialLR", "LambdaLR")], ids=spelled
)
def test_a_rate_that_was_changed_by_hand_continues_as_in_pytorch(spec: Spec) -> None:
    mine, theirs = two_optimizers(momentum=0.9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, other = build(nn.optim.lr_scheduler, mine, spec), build(torch.optim.lr_scheduler, theirs, spec)
        for step in range(60):
            if step in (4, 30, 33):
                for optimizer in (mine, theirs):
                    optimizer.param_groups[0]["lr"] = optimizer.param_groups[0]["lr"] / 3 + 0.01
            ours.step()
            other.step()
            agree(mine, theirs)


def test_schedules_stepped_side_by_side_agree() -> None:
    specs: list[Spec] = [("ConstantLR", {}), ("ExponentialLR", {"gamma": 0.9}), ("CosineAnnealingLR", {"T_max": 13})]
    mine, theirs = two_optimizers()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = [build(nn.optim.lr_scheduler, mine, spec) for spec in specs]
        other = [build(torch.optim.lr_scheduler, theirs, spec) for spec in specs]
        for _ in range(50):
            for scheduler in (*ours, *other):
                scheduler.step()
            agree(mine, theirs)


def test_warm_restarts_at_fractions_of_an_epoch_agree() -> None:
    mine, theirs = two_optimizers()
    spec = ("CosineAnnealingWarmRestarts", {"T_0": 4, "T_mult": 2, "eta_min": 0.01})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, other = build(nn.optim.lr_scheduler, mine, spec), build(torch.optim.lr_scheduler, theirs, spec)
        for place in (0.25, 1.5, 3.75, 4.0, 5.5, 11.9, 12.1, None, None, 40.7, None):
            ours.step(place)
            other.step(place)
            agree(mine, theirs)
            assert ours.last_epoch == other.last_epoch


PLATEAUS: list[Options] = [
    {},
    {"mode": "max", "patience": 3},
    {"factor": 0.5, "patience": 0},
    {"patience": 2, "threshold": 0.1},
    {"patience": 2, "threshold": 0.1, "threshold_mode": "abs"},
    {"mode": "max", "patience": 2, "threshold": 0.1, "threshold_mode": "abs"},
    {"patience": 1, "cooldown": 4},
    {"patience": 1, "min_lr": [0.1, 0.001]},
    {"patience": 1, "min_lr": 0.01, "eps": 0.02},
]


@pytest.mark.parametrize("options", PLATEAUS, ids=str)
def test_a_hundred_metrics_cause_the_same_reductions(options: Options) -> None:
    mine, theirs = two_optimizers()
    ours = nn.optim.lr_scheduler.ReduceLROnPlateau(mine, **options)
    other = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **options)
    draw = np.random.default_rng(3)
    for step in range(STEPS):
        metric = math.nan if step == 50 else 5 / (1 + step) + draw.normal()
        ours.step(metric)
        other.step(metric)
        agree(mine, theirs)
    assert settings(mine)[0] < 0.5


# --- clipping ---


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("max_norm", [0.0, 0.1, 3.0, 1e6])
def test_clipped_gradients_and_their_norm_agree(max_norm: float, norm_type: float) -> None:
    mine, theirs = parameters(), their_parameters()
    for each in GRADIENTS[:10]:
        for p, q, g in zip(mine, theirs, each, strict=True):
            p.grad = np.array(g) if isinstance(p, Tensor) else float(g)
            q.grad = torch.tensor(g)
        norm = nn.utils.clip_grad_norm_(mine, max_norm, norm_type)
        assert norm == pytest.approx(torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type).item(), rel=1e-12)
        for limit in (1.0, 1e-3):
            for p, q in zip(mine, theirs, strict=True):
                np.testing.assert_allclose(np.asarray(p.grad), q.grad.numpy(), rtol=1e-12, atol=1e-12)
            nn.utils.clip_grad_value_(mine, limit)
            torch.nn.utils.clip_grad_value_(theirs, limit)
