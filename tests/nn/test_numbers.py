"""Where a number is wanted, text, None and a list are refused in one sentence that names the argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from nn import functional as F, init, optim
from nn.optim import lr_scheduler

Call = Callable[..., Any]

X = Tensor([[0.5, -1.0], [2.0, 0.3]])
Y = Tensor([[0.1, 0.9], [0.4, 0.2]])


def statistics() -> tuple[Tensor, Tensor]:
    return Tensor([0.0, 0.0]), Tensor([1.0, 1.0])


def parameters() -> list[Any]:
    w = Value(1.0)
    w.grad = 1.0
    return [w]


def optimizer() -> optim.Optimizer:
    return optim.SGD(parameters(), lr=0.1, momentum=0.9)


def weight() -> Tensor:
    return Tensor(np.zeros((2, 2)), requires_grad=True)


CALLS: dict[str, tuple[Call, tuple[str, ...]]] = {
    "F.batch_norm": (lambda **o: F.batch_norm(X, *statistics(), training=True, **o), ("momentum", "eps")),
    "F.batch_norm in evaluation": (lambda **o: F.batch_norm(X, *statistics(), **o), ("momentum", "eps")),
    "F.layer_norm": (lambda **o: F.layer_norm(X, [2], **o), ("eps",)),
    "F.dropout": (lambda **o: F.dropout(X, **o), ("p",)),
    "F.embedding": (lambda **o: F.embedding([0, 1], X, **o), ("padding_idx",)),
    "F.hardtanh": (lambda **o: F.hardtanh(X, **o), ("min_val", "max_val")),
    "F.softplus": (lambda **o: F.softplus(X, **o), ("beta", "threshold")),
    "F.hinge_loss": (lambda **o: F.hinge_loss(X, [[1, -1], [1, 1]], **o), ("margin",)),
    "F.huber_loss": (lambda **o: F.huber_loss(X, Y, **o), ("delta",)),
    "F.smooth_l1_loss": (lambda **o: F.smooth_l1_loss(X, Y, **o), ("beta",)),
    "F.cross_entropy": (lambda **o: F.cross_entropy(X, [0, 1], **o), ("label_smoothing", "ignore_index")),
    "F.nll_loss": (lambda **o: F.nll_loss(X, [0, 1], **o), ("ignore_index",)),
    "BatchNorm1d": (lambda **o: nn.BatchNorm1d(**{"num_features": 2, **o}), ("num_features", "eps", "momentum")),
    "LayerNorm": (lambda **o: nn.LayerNorm(**{"normalized_shape": 2, **o}), ("normalized_shape", "eps")),
    "CrossEntropyLoss": (lambda **o: nn.CrossEntropyLoss(**o)(X, [0, 1]), ("label_smoothing", "ignore_index")),
    "NLLLoss": (lambda **o: nn.NLLLoss(**o)(X, [0, 1]), ("ignore_index",)),
    "HingeLoss": (lambda **o: nn.HingeLoss(**o)(X, [[1, -1], [1, 1]]), ("margin",)),
    "HuberLoss": (lambda **o: nn.HuberLoss(**o)(X, Y), ("delta",)),
    "SmoothL1Loss": (lambda **o: nn.SmoothL1Loss(**o)(X, Y), ("beta",)),
    "Hardtanh": (lambda **o: nn.Hardtanh(**o)(X), ("min_val", "max_val")),
    "Softplus": (lambda **o: nn.Softplus(**o)(X), ("beta", "threshold")),
    "LeakyReLU": (lambda **o: nn.LeakyReLU(**o)(X), ("negative_slope",)),
    "ELU": (lambda **o: nn.ELU(**o)(X), ("alpha",)),
    "PReLU": (lambda **o: nn.PReLU(**o), ("num_parameters", "init")),
    "Dropout": (lambda **o: nn.Dropout(**o)(X), ("p",)),
    "Flatten": (lambda **o: nn.Flatten(**o)(X), ("start_dim", "end_dim")),
    "Linear": (lambda **o: nn.Linear(**{"in_features": 2, "out_features": 2, **o}), ("in_features", "out_features")),
    "Embedding": (
        lambda **o: nn.Embedding(**{"num_embeddings": 3, "embedding_dim": 2, **o}),
        ("num_embeddings", "embedding_dim", "padding_idx"),
    ),
    "Neuron": (lambda **o: nn.Neuron(**o), ("nin",)),
    "Layer": (lambda **o: nn.Layer(**{"nin": 2, "nout": 2, **o}), ("nin", "nout")),
    "Perceptron": (lambda **o: nn.Perceptron(**{"nin": 2, **o}), ("nin", "lr")),
    "init.calculate_gain": (lambda **o: init.calculate_gain("leaky_relu", **o), ("param",)),
    "init.uniform_": (lambda **o: init.uniform_(weight(), **o), ("a", "b")),
    "init.normal_": (lambda **o: init.normal_(weight(), **o), ("mean", "std")),
    "init.constant_": (lambda **o: init.constant_(weight(), **o), ("val",)),
    "init.xavier_uniform_": (lambda **o: init.xavier_uniform_(weight(), **o), ("gain",)),
    "init.xavier_normal_": (lambda **o: init.xavier_normal_(weight(), **o), ("gain",)),
    "init.kaiming_uniform_": (lambda **o: init.kaiming_uniform_(weight(), **o), ("a",)),
    "init.kaiming_normal_": (lambda **o: init.kaiming_normal_(weight(), **o), ("a",)),
    "init.orthogonal_": (lambda **o: init.orthogonal_(weight(), **o), ("gain",)),
    "clip_grad_norm_": (
        lambda **o: nn.utils.clip_grad_norm_(parameters(), **{"max_norm": 1.0, **o}),
        ("max_norm", "norm_type"),
    ),
    "clip_grad_value_": (lambda **o: nn.utils.clip_grad_value_(parameters(), **o), ("clip_value",)),
    "Adadelta": (lambda **o: optim.Adadelta(parameters(), **o), ("lr", "rho", "eps", "weight_decay")),
    "Adagrad": (
        lambda **o: optim.Adagrad(parameters(), **o),
        ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"),
    ),
    "Adam": (lambda **o: optim.Adam(parameters(), **o), ("lr", "betas", "eps", "weight_decay")),
    "AdamW": (lambda **o: optim.AdamW(parameters(), **o), ("lr", "betas", "eps", "weight_decay")),
    "NAdam": (lambda **o: optim.NAdam(parameters(), **o), ("lr", "betas", "eps", "weight_decay", "momentum_decay")),
    "RMSprop": (lambda **o: optim.RMSprop(parameters(), **o), ("lr", "alpha", "eps", "weight_decay", "momentum")),
    "Rprop": (lambda **o: optim.Rprop(parameters(), **o), ("lr", "etas", "step_sizes")),
    "SGD": (lambda **o: optim.SGD(parameters(), **o), ("lr", "momentum", "dampening", "weight_decay")),
    "ConstantLR": (
        lambda **o: lr_scheduler.ConstantLR(optimizer(), **o), ("factor", "total_iters", "last_epoch"),
    ),
    "CosineAnnealingLR": (
        lambda **o: lr_scheduler.CosineAnnealingLR(optimizer(), **{"T_max": 5, **o}),
        ("T_max", "eta_min", "last_epoch"),
    ),
    "CosineAnnealingWarmRestarts": (
        lambda **o: lr_scheduler.CosineAnnealingWarmRestarts(optimizer(), **{"T_0": 5, **o}),
        ("T_0", "T_mult", "eta_min", "last_epoch"),
    ),
    "ExponentialLR": (
        lambda **o: lr_scheduler.ExponentialLR(optimizer(), **{"gamma": 0.5, **o}), ("gamma", "last_epoch"),
    ),
    "LambdaLR": (lambda **o: lr_scheduler.LambdaLR(optimizer(), lambda step: 1.0, **o), ("last_epoch",)),
    "LinearLR": (
        lambda **o: lr_scheduler.LinearLR(optimizer(), **o),
        ("start_factor", "end_factor", "total_iters", "last_epoch"),
    ),
    "MultiStepLR": (
        lambda **o: lr_scheduler.MultiStepLR(optimizer(), **{"milestones": [2], **o}),
        ("milestones", "gamma", "last_epoch"),
    ),
    "OneCycleLR": (
        lambda **o: lr_scheduler.OneCycleLR(optimizer(), **{"max_lr": 0.5, "total_steps": 5, **o}),
        (
            "max_lr", "total_steps", "pct_start", "base_momentum", "max_momentum", "div_factor", "final_div_factor",
            "last_epoch",
        ),
    ),
    "OneCycleLR by epochs": (
        lambda **o: lr_scheduler.OneCycleLR(optimizer(), 0.5, **{"epochs": 2, "steps_per_epoch": 3, **o}),
        ("epochs", "steps_per_epoch"),
    ),
    "PolynomialLR": (lambda **o: lr_scheduler.PolynomialLR(optimizer(), **o), ("total_iters", "power", "last_epoch")),
    "ReduceLROnPlateau": (
        lambda **o: lr_scheduler.ReduceLROnPlateau(optimizer(), **o),
        ("factor", "patience", "threshold", "cooldown", "min_lr", "eps"),
    ),
    "SequentialLR": (
        lambda **o: sequential(**o), ("milestones", "last_epoch"),
    ),
    "StepLR": (
        lambda **o: lr_scheduler.StepLR(optimizer(), **{"step_size": 2, **o}), ("step_size", "gamma", "last_epoch"),
    ),
    "warmup_cosine": (
        lambda **o: lr_scheduler.warmup_cosine(optimizer(), **{"warmup_steps": 2, "total_steps": 6, **o}),
        ("warmup_steps", "total_steps", "eta_min", "start_factor"),
    ),
    "preview": (lambda **o: lr_scheduler.preview(lr_scheduler.StepLR(optimizer(), 2), **o), ("steps",)),
}  # fmt: skip


def sequential(**options: Any) -> Any:
    own = optimizer()
    parts: list[Any] = [lr_scheduler.ConstantLR(own), lr_scheduler.StepLR(own, 2)]
    return lr_scheduler.SequentialLR(own, parts, **{"milestones": [1], **options})


# None has a meaning of its own there: the default, the average of all batches, no padding.
TAKE_NONE = {
    ("F.embedding", "padding_idx"), ("Embedding", "padding_idx"), ("BatchNorm1d", "momentum"),
    ("init.calculate_gain", "param"), ("OneCycleLR", "total_steps"),
    ("OneCycleLR by epochs", "epochs"), ("OneCycleLR by epochs", "steps_per_epoch"),
}  # fmt: skip


def cases() -> list[tuple[str, str, Any]]:
    return [
        (name, option, wrong)
        for name, (_, options) in CALLS.items()
        for option in options
        for wrong in ("slow", None, object(), 1j)
        if wrong is not None or (name, option) not in TAKE_NONE
    ]


@pytest.mark.parametrize(("name", "option", "wrong"), cases())
def test_what_is_no_number_is_refused_by_the_name_of_its_argument(name: str, option: str, wrong: Any) -> None:
    with pytest.raises(TypeError) as caught:
        CALLS[name][0](**{option: wrong})
    message = str(caught.value)
    assert option in message
    assert repr(wrong) in message or type(wrong).__name__ in message
    assert " must be " in message or " takes " in message


def test_numbers_through_which_gradient_flows_are_taken() -> None:
    assert ag.grad(lambda m: F.hinge_loss(X, [[1, -1], [1, 1]], margin=m))(1.0) == 0.5
    assert ag.grad(lambda b: F.softplus(X, beta=b).sum())(np.array(1.5)) != 0
    assert ag.derivative(lambda high: F.hardtanh(X, max_val=high).sum())(1.0) == 1.0
