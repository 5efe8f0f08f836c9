"""Over-fitting on 100 digits, and four cures: dropout, weight decay, early stopping and augmentation.

One label in five is random, so a network that learns every training sample by heart pays for it: it is sure of wrong
answers. The gap is the loss on held-out samples minus the loss on the training samples, both in evaluation mode.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

import nn
from autograd import manual_seed
from nn import functional as F, optim, train
from nn.data import Compose, DataLoader, GaussianNoise, RandomShift, TensorDataset, load_digits

SEEDS = range(20)
TRAINED, STOPPING, HELD_OUT = 100, 200, 1000  # numbers of samples
EPOCHS = 60


class Result(NamedTuple):
    """Losses after a training."""

    trained: float
    held_out: float

    @property
    def gap(self) -> float:
        return self.held_out - self.trained


def noisy_digits(seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return samples to train on, to stop by and to judge by; the label of one sample in five is random."""
    draw = np.random.default_rng(seed)
    X, y = load_digits()
    images = X.reshape(-1, 8, 8) / 16
    labels = np.where(draw.random(len(y)) < 0.2, draw.integers(0, 10, len(y)), y)
    parts = np.split(draw.permutation(len(y)), np.cumsum([TRAINED, STOPPING, HELD_OUT]))[:-1]
    return [(images[part], labels[part]) for part in parts]


@cache
def trained(cure: str, seed: int) -> Result:
    """Train the same network with one cure or with none."""
    samples, stopping, held_out = noisy_digits(seed)
    manual_seed(seed)
    dropout = 0.6 if cure == "dropout" else 0.0
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(64, 10),
    )
    optimizer = optim.AdamW(model.parameters(), lr=0.005, weight_decay=2.0 if cure == "weight decay" else 0.0)
    transform = Compose([RandomShift(1), GaussianNoise(0.3)]) if cure == "augmentation" else None
    early = cure == "early stopping"
    train.fit(
        model,
        DataLoader(TensorDataset(*samples), batch_size=25, shuffle=True, seed=seed, transform=transform),
        F.cross_entropy,
        optimizer,
        epochs=EPOCHS,
        validation=stopping if early else None,
        callbacks=[train.EarlyStopping(patience=3, restore_best_weights=True)] if early else [],
        seed=seed,
        verbose=False,
    )
    losses = [train.evaluate(model, data, F.cross_entropy, batch_size=HELD_OUT)["loss"] for data in (samples, held_out)]
    return Result(*losses)


@pytest.mark.parametrize("seed", [seed if seed < 2 else pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS])
def test_the_gap_closes(seed: int) -> None:
    uncured = trained("none", seed)
    assert uncured.trained < 0.1  # it has learned the random labels by heart
    assert uncured.gap > 2.0
    for cure in ("dropout", "weight decay", "early stopping", "augmentation"):
        result = trained(cure, seed)
        assert result.gap < 0.55 * uncured.gap, cure
        assert result.held_out < 0.7 * uncured.held_out, cure
