"""Shared by the tests of optimizers: all combinations of options, parameters, gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from autograd import Tensor, Value
from nn import optim

Options = dict[str, Any]

# The values to try for each option; the first one is the default.
CHOICES: dict[str, dict[str, tuple[Any, ...]]] = {
    "SGD": {
        "lr": (0.1,),
        "momentum": (0, 0.9),
        "dampening": (0, 0.3),
        "weight_decay": (0, 0.1),
        "nesterov": (False, True),
        "maximize": (False, True),
    },
    "Adagrad": {
        "lr": (1e-2,),
        "lr_decay": (0, 0.1),
        "weight_decay": (0, 0.1),
        "initial_accumulator_value": (0, 0.5),
        "eps": (1e-10, 1e-3),
        "maximize": (False, True),
    },
    "RMSprop": {
        "lr": (1e-2,),
        "alpha": (0.99, 0.8),
        "eps": (1e-8, 1e-3),
        "weight_decay": (0, 0.1),
        "momentum": (0, 0.9),
        "centered": (False, True),
        "maximize": (False, True),
    },
    "Adadelta": {
        "lr": (1.0,),
        "rho": (0.9, 0.5),
        "eps": (1e-6, 1e-3),
        "weight_decay": (0, 0.1),
        "maximize": (False, True),
    },
    "Adam": {
        "lr": (1e-3,),
        "betas": ((0.9, 0.999), (0.5, 0.8)),
        "eps": (1e-8, 1e-3),
        "weight_decay": (0, 0.1),
        "amsgrad": (False, True),
        "maximize": (False, True),
        "decoupled_weight_decay": (False, True),
    },
    "AdamW": {
        "lr": (1e-3,),
        "betas": ((0.9, 0.999), (0.5, 0.8)),
        "eps": (1e-8, 1e-3),
        "weight_decay": (1e-2, 0.5),
        "amsgrad": (False, True),
        "maximize": (False, True),
    },
    "NAdam": {
        "lr": (2e-3,),
        "betas": ((0.9, 0.999), (0.5, 0.8)),
        "eps": (1e-8,),
        "weight_decay": (0, 0.1),
        "momentum_decay": (4e-3, 0.1),
        "decoupled_weight_decay": (False, True),
        "maximize": (False, True),
    },
    "Rprop": {
        "lr": (1e-2,),
        "etas": ((0.5, 1.2), (0.3, 2.0)),
        "step_sizes": ((1e-6, 50), (1e-3, 0.02)),
        "maximize": (False, True),
    },
}


def combinations(name: str) -> Iterator[Options]:
    """Yield every valid combination of the options of an optimizer."""
    for values in product(*CHOICES[name].values()):
        options = dict(zip(CHOICES[name], values, strict=True))
        if not options.get("nesterov") or (options["momentum"] and not options["dampening"]):
            yield options


# For each optimizer, the defaults, and one combination without any default.
FEW: list[tuple[str, Options]] = [
    (name, {key: choices[k] if k < len(choices) else choices[-1] for key, choices in CHOICES[name].items()})
    for name in CHOICES
    for k in (0, 1)
]
FEW = [(name, {**options, "dampening": 0} if name == "SGD" else options) for name, options in FEW]


def make(name: str, params: Any, **options: Any) -> optim.Optimizer:
    build: Callable[..., optim.Optimizer] = getattr(optim, name)
    return build(params, **options)


START: list[Any] = [np.array([[0.5, -1.5, 2.0], [0.0, 3.0, -0.25]]), np.array(0.75), 1.25]


def parameters() -> list[Any]:
    """Return a matrix, a Tensor of shape () and a Value."""
    return [Value(x) if isinstance(x, float) else Tensor(x, requires_grad=True) for x in START]


def gradients(seed: int, steps: int) -> list[list[Any]]:
    """Return random gradients of each parameter for each step: of different sizes and signs, sometimes 0."""
    draw = np.random.default_rng(seed)
    return [
        [np.round(draw.normal(size=np.shape(x)) * 10 ** draw.uniform(-2, 1), 3) for x in START] for _ in range(steps)
    ]


def drive(optimizer: optim.Optimizer, params: list[Any], given: list[list[Any]]) -> None:
    """Take one step with each list of gradients."""
    for each in given:
        for p, g in zip(params, each, strict=True):
            p.grad = np.array(g) if isinstance(p, Tensor) else float(g)
        optimizer.step()


def numbers(params: list[Any]) -> list[Any]:
    """Return the data of the parameters as lists and floats, which compare with ==."""
    return [p.tolist() if isinstance(p, Tensor) else p.data for p in params]


def exact(x: Any) -> Any:
    """Return a state dict with lists instead of arrays, which compares with == exactly."""
    if isinstance(x, dict):
        return {key: exact(each) for key, each in x.items()}
    if isinstance(x, (list, tuple)):
        return [exact(each) for each in x]
    return x.tolist() if isinstance(x, np.ndarray) else x
