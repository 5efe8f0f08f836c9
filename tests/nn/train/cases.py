"""Small trainings that use every part whose state must survive: dropout, batch norm, momentum, schedules, callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import nn
from autograd import Tensor, default_generator, manual_seed
from nn import functional as F, optim, train

SAMPLES, BATCH = 22, 8  # three batches, the last one smaller


def data(samples: int = SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    return nn.data.moons(samples, noise=0.1, generator=np.random.default_rng(1))


class Noisy(nn.Module):
    """A layer with a random generator of its own."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(5)

    def forward(self, x: Any) -> Any:
        return x + 0.01 * self.generator.standard_normal(x.shape) if self.training else x


def network() -> nn.Sequential:
    manual_seed(0)
    return nn.Sequential(Noisy(), nn.Linear(2, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.2), nn.Linear(6, 2))


class Plain:
    """A loader of a user: no state, and an order that the default generator draws."""

    def __init__(self) -> None:
        self.X, self.y = data()

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[Any]:
        order = default_generator().permutation(SAMPLES)
        for k in range(0, SAMPLES, BATCH):
            yield Tensor(self.X[order[k : k + BATCH]]), Tensor(self.y[order[k : k + BATCH]])


class Run:
    """A training whose parts are made anew for each process."""

    def __init__(self, loader: str = "seeded", schedule: str = "epoch", plain: bool = False) -> None:
        self.plain = plain  # no callbacks: EarlyStopping restores weights at the end
        self.model = network()
        self.optimizer = optim.Adam(self.model.parameters(), lr=0.01)
        self.schedule_by = schedule
        self.scheduler = optim.lr_scheduler.ExponentialLR(self.optimizer, 0.9)
        dataset = nn.data.TensorDataset(*data())
        seed = {"seeded": 3, "unseeded": None}
        self.loader: Any = (
            Plain() if loader == "plain" else nn.data.DataLoader(dataset, BATCH, shuffle=True, seed=seed[loader])
        )
        self.history = train.History()

    def callbacks(self) -> list[train.Callback]:
        if self.plain:
            return []
        return [
            train.EarlyStopping("val_loss", patience=2, restore_best_weights=True),
            train.ReduceLROnPlateau("loss", patience=1, factor=0.5),
            train.GradientClip(max_norm=0.5),
            train.LRSchedule(lambda epoch, lr: lr * 0.99),
        ]

    def fit(self, epochs: int = 3, extra: Any = (), resume: Any = None) -> train.History:
        self.history = train.fit(
            self.model,
            self.loader,
            F.cross_entropy,
            self.optimizer,
            epochs=epochs,
            validation=data(10),
            metrics=["accuracy", "confusion_matrix", "f1"],
            callbacks=[*self.callbacks(), *extra],
            scheduler=self.scheduler,
            schedule_by=self.schedule_by,
            verbose=False,
            resume=resume,
        )
        return self.history

    def bits(self) -> dict[str, Any]:
        """Return everything that a training leaves, in a form that compares bit for bit."""
        return {
            "weights": {name: array.tobytes() for name, array in self.model.state_dict().items()},
            "optimizer": exact(self.optimizer.state_dict()),
            "steps": self.optimizer.steps,
            "scheduler": exact(self.scheduler.state_dict()),
            "history": exact(dict(self.history)),
            "noise": self.model[0].generator.bit_generator.state,
        }


def exact(x: Any) -> Any:
    """Return a state with its arrays as bytes and its floats as text, so that == compares bits and nan equals nan."""
    if isinstance(x, dict):
        return {name: exact(value) for name, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [exact(part) for part in x]
    if isinstance(x, np.ndarray):
        return x.dtype.str, x.shape, x.tobytes()
    return x.hex() if isinstance(x, float) else x
