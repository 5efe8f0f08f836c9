"""Every schedule with every option, as names and arguments for this package and for PyTorch."""

from __future__ import annotations

from typing import Any

import nn
from nn.optim.lr_scheduler import LRScheduler

Spec = tuple[str, dict[str, Any]]


def slower(step: int) -> float:
    return 1 / (1 + step)


def waves(step: int) -> float:
    return 0.5 + (step % 7) / 7


SCHEDULES: list[Spec] = [
    ("StepLR", {"step_size": 7}),
    ("StepLR", {"step_size": 1, "gamma": 0.93}),
    ("MultiStepLR", {"milestones": [30, 10, 10, 75]}),
    ("MultiStepLR", {"milestones": [0, 99], "gamma": 0.5}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.7, "total_iters": 40}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.05, "end_factor": 0.6, "total_iters": 50}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 200}),
    ("ExponentialLR", {"gamma": 0.97}),
    ("PolynomialLR", {}),
    ("PolynomialLR", {"total_iters": 60, "power": 2.5}),
    ("LambdaLR", {"lr_lambda": slower}),
    ("LambdaLR", {"lr_lambda": [slower, waves]}),
    ("CosineAnnealingLR", {"T_max": 100}),
    ("CosineAnnealingLR", {"T_max": 30, "eta_min": 0.001}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.2}),
    ("CosineAnnealingWarmRestarts", {"T_0": 9}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2, "eta_min": 0.001}),
    ("CosineAnnealingWarmRestarts", {"T_0": 1, "T_mult": 3}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 100}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 101, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": [0.3, 0.1], "epochs": 11, "steps_per_epoch": 10, "pct_start": 0.45}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 100, "three_phase": True}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 120, "three_phase": True, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 100, "cycle_momentum": False}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 100, "base_momentum": [0.7, 0.8], "max_momentum": 0.9}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 100, "div_factor": 7.0, "final_div_factor": 50.0}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 100, "pct_start": 0.0}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 101, "pct_start": 1.0}),
    ("SequentialLR", {"milestones": [20], "schedulers": [("ConstantLR", {"factor": 0.1, "total_iters": 20}), ("ExponentialLR", {"gamma": 0.9})]}),  # noqa: E501
    ("SequentialLR", {"milestones": [10], "schedulers": [("LinearLR", {"start_factor": 0.01, "total_iters": 10}), ("CosineAnnealingLR", {"T_max": 90, "eta_min": 0.001})]}),  # noqa: E501
    ("SequentialLR", {"milestones": [5, 30, 31], "schedulers": [("LambdaLR", {"lr_lambda": waves}), ("StepLR", {"step_size": 3}), ("PolynomialLR", {"total_iters": 9}), ("CosineAnnealingWarmRestarts", {"T_0": 8})]}),  # noqa: E501
]  # fmt: skip


def spelled(spec: Spec) -> str:
    name, options = spec
    return f"{name}({', '.join(key for key in options)})"


def build(package: Any, optimizer: Any, spec: Spec) -> Any:
    """Create the scheduler of that name from a package: ours or PyTorch's."""
    name, options = spec
    if name == "SequentialLR":
        options = {**options, "schedulers": [build(package, optimizer, part) for part in options["schedulers"]]}
    return getattr(package, name)(optimizer, **options)


def ours(optimizer: nn.optim.Optimizer, spec: Spec) -> LRScheduler:
    found = build(nn.optim.lr_scheduler, optimizer, spec)
    assert isinstance(found, LRScheduler)
    return found
