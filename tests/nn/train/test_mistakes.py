"""Mistakes of beginners are refused with a sentence that says what to write, and nothing is trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn import functional as F, optim, train

from .cases import data, exact

X, Y = data(40)


def trained(
    given: Any = (X, Y), loss: Any = F.cross_entropy, model: Any = None, own: Any = None, **options: Any
) -> Any:
    """Train for an epoch; `own` is an optimizer."""
    model = model or nn.Linear(2, 2)
    return train.fit(model, given, loss, own or optim.SGD(model.parameters(), lr=0.1), verbose=False, **options)


def other() -> optim.Optimizer:
    return optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)


MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "a list for (X, y)": (lambda: trained([X, Y]), r"got a list of 2 arrays; write \(X, y\), a tuple"),
    "a generator": (lambda: trained((X, Y) for _ in range(3)), "a generator can be read only once"),
    "no samples": (lambda: trained((X[:0], Y[:0])), "has no batches; give at least one sample"),
    "no samples to find a learning rate on": (
        lambda: train.lr_find(net := nn.Linear(2, 2), (X[:0], Y[:0]), F.cross_entropy, optim.SGD(net.parameters())),
        "has no batches; give at least one sample",
    ),
    "a text as threshold": (
        lambda: train.ModelCheckpoint("file", initial_value_threshold="low"),  # type: ignore[arg-type]
        "initial_value_threshold must be a number, got str: 'low'",
    ),
    "all for validation": (lambda: trained(validation_split=1.0), "leaves one part of 40 samples empty"),
    "a batch of none": (lambda: trained(batch_size=0), "batch_size must be an integer >= 1, got 0"),
    "texts as labels": (lambda: trained((X, np.array(["a", "b"])[Y])), "holds real numbers, got text"),
    "a metric with a typo": (
        lambda: trained(metrics=["acuracy"]),
        "there is no metric 'acuracy'; the names are",
    ),
    "a class as metric": (lambda: trained(metrics=[train.Accuracy]), r"got the class Accuracy; write Accuracy\(\)"),
    "a class as loss": (lambda: trained(loss=nn.CrossEntropyLoss), r"got the class CrossEntropyLoss; write CrossEn"),
    "a class as model": (lambda: trained(model=nn.Linear, own=other()), r"; write Linear\(\.\.\.\)"),
    "a class as callback": (lambda: trained(callbacks=[train.EarlyStopping]), r"the class EarlyStopping; write EarlyS"),
    "the optimizer of another model": (lambda: trained(own=other()), "holds no parameter of the model"),
    "a matrix to monitor": (
        lambda: trained(metrics=["confusion_matrix"], callbacks=[train.EarlyStopping("confusion_matrix")]),
        r"monitors one number, and 'confusion_matrix' is an array of shape \(2, 2\)",
    ),
    "a number to monitor": (lambda: train.EarlyStopping(5), 'such as "val_loss", got int 5'),  # type: ignore[arg-type]
    "the accuracy of a regression": (
        lambda: trained((X, X[:, :1]), F.mse_loss, nn.Linear(2, 1), metrics=["accuracy"]),
        "takes the targets 0 and 1, or -1 and 1, got .*; for a regression use mae or r2",
    ),
    "targets of three classes with one score": (
        lambda: train.Accuracy().add(np.zeros(0), Tensor([0.1, 0.2, 0.3]), np.array([-1, 0, 1])),
        "or -1 and 1, got -1, 0 and 1",
    ),
    "the F1 of a regression": (
        lambda: trained((X, X), F.mse_loss, metrics=["f1"]),
        r"holds probabilities, which are >= 0 and sum to 1 in each row, got the row \[",
    ),
    "classes between the classes": (
        lambda: train.Accuracy().add(np.zeros(0), Tensor([[0.1, 0.2]]), np.array([0.5])),
        "classes are whole numbers, got 0.5",
    ),
    "one sample": (lambda: train.predict(nn.Linear(20, 2), np.ones(20)), r"for a single sample give X\[None\]"),
    "no dataset": (
        lambda: nn.data.DataLoader((X, Y)),
        r"got a tuple of 2 arrays; write DataLoader.TensorDataset",
    ),
    "a sample that is a list": (lambda: trained([[np.ones(2), 1]] * 4), "got a list of parts of different shapes"),
    "a metric that is no number": (
        lambda: trained(metrics=[lambda output, target: "high"]),
        "the metric <lambda> must be a number, got str",
    ),
    "a schedule that is no number": (
        lambda: trained(callbacks=[train.LRSchedule(lambda epoch: float("nan"))]),
        "schedule gave the learning rate nan in epoch 1, expected a finite number >= 0",
    ),
    "no path to resume from": (lambda: trained(resume=True), "resume takes the path of a file that .* got bool"),
    "a batch of none for the doctor": (
        lambda: train.doctor(nn.Linear(2, 2), (X[:0], Y[:0]), F.cross_entropy),
        "got one without samples; give at least 8",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_what_to_write(mistake: str) -> None:
    call, complaint = MISTAKES[mistake]
    with pytest.raises((TypeError, ValueError, RuntimeError), match=complaint):
        call()


@pytest.mark.parametrize("callback", [train.ModelCheckpoint, train.CSVLogger])
def test_a_missing_folder_is_told_before_the_training(callback: Any, tmp_path: Path) -> None:
    model = nn.Linear(2, 2)
    before = exact(model.state_dict())
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*none; create it first"):
        trained(model=model, callbacks=[callback(tmp_path / "none" / "file")])
    assert exact(model.state_dict()) == before


def test_predict_takes_all_that_evaluate_takes() -> None:
    model = nn.Linear(2, 2)
    expected = model(Tensor(X)).numpy()
    datasets = [nn.data.TensorDataset(X), nn.data.TensorDataset(X, Y), nn.data.Subset(X, range(40))]
    for given in [X, Tensor(X), X.tolist(), (X, Y), *datasets, *(nn.data.DataLoader(d, 7) for d in datasets)]:
        assert (train.predict(model, given) == expected).all()
    assert (train.predict(model, (Tensor(X[k : k + 8]) for k in range(0, 40, 8))) == expected).all()
