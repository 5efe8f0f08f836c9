"""Accuracy on held-out digits: one layer, an MLP, the same with dropout and weight decay, and a small MLP of Values."""

from __future__ import annotations

import numpy as np
import pytest

import nn
from autograd import manual_seed
from nn import functional as F, optim, train
from nn.data import StratifiedKFold, load_digits, train_test_split

EPOCHS, BATCH = 20, 32


def network(name: str) -> nn.Sequential:
    """Return a network by name; the regularized one is the MLP with dropout."""
    if name == "linear":
        return nn.Sequential(nn.Linear(64, 10))
    dropout = [nn.Dropout(0.4)] if name == "regularized" else []
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), *dropout, nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def accuracy(name: str, X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray, seed: int) -> float:
    """Train a network on digits and return its accuracy on others."""
    manual_seed(seed)
    model = network(name)
    optimizer = optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1 if name == "regularized" else 0.0)
    steps = EPOCHS * -(-len(X) // BATCH)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
    train.fit(
        model,
        (X, y),
        F.cross_entropy,
        optimizer,
        epochs=EPOCHS,
        batch_size=BATCH,
        scheduler=scheduler,
        seed=seed,
        verbose=False,
    )
    scores = train.evaluate(model, (X_test, y_test), F.cross_entropy, ["accuracy"], batch_size=len(X_test))
    return float(scores["accuracy"])


@pytest.mark.parametrize(("name", "least"), [("linear", 0.94), ("mlp", 0.97), ("regularized", 0.97)])
def test_networks_read_held_out_digits(name: str, least: float) -> None:
    X, y = load_digits()
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.2, stratify=y, seed=0)
    assert accuracy(name, X_train, y_train, X_test, y_test, seed=0) >= least


@pytest.mark.slow
def test_dropout_and_weight_decay_are_no_worse_when_each_digit_is_held_out_once() -> None:
    X, y = load_digits()
    means = {}
    for name in ("mlp", "regularized"):
        folds = StratifiedKFold(5, shuffle=True, seed=0).split(X, y)
        means[name] = np.mean(
            [accuracy(name, X[a] / 16, y[a], X[b] / 16, y[b], seed) for seed, (a, b) in enumerate(folds)]
        )
    assert means["mlp"] >= 0.965
    assert means["regularized"] >= means["mlp"]


@pytest.mark.parametrize("seed", range(2))
def test_a_small_network_of_values_tells_0_from_1(seed: int) -> None:
    X, y = load_digits(n_class=2)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, 2 * y - 1, train_size=100, stratify=y, seed=seed)
    manual_seed(seed)
    model = nn.MLP(64, [4, 1], activation="tanh")
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    train.fit(model, (X_train, y_train), F.hinge_loss, optimizer, epochs=6, batch_size=10, seed=seed, verbose=False)
    assert len(y_test) == 260
    assert train.evaluate(model, (X_test, y_test), F.hinge_loss, ["accuracy"])["accuracy"] >= 0.99
