"""The training loops of the usual PyTorch and Keras texts run with few names changed, and they learn."""

from __future__ import annotations

import copy
import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as torch
import nn
from nn import functional as F, optim, train
from nn.data import DataLoader, TensorDataset, moons, random_split, sine
from nn.train import (
    CSVLogger,
    EarlyStopping,
    GradientClip,
    LambdaCallback,
    LRSchedule,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)


def classifier() -> nn.Sequential:
    """Return a small classifier of points; a test seeds the generator first."""
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))


def loaders(batch_size: int = 20) -> tuple[DataLoader, DataLoader]:
    """Return loaders of 160 training points and 80 validation points on two moons."""
    dataset = TensorDataset(*moons(240, noise=0.1, seed=0))
    train_set, validation_set = random_split(dataset, [160, 80], generator=np.random.default_rng(0))
    return DataLoader(train_set, batch_size=batch_size, shuffle=True, seed=0), DataLoader(validation_set, batch_size=80)


# --- PyTorch: the loop is written by hand ---


def test_the_train_and_test_functions_of_pytorchs_quickstart() -> None:
    torch.manual_seed(0)
    train_dataloader, test_dataloader = loaders()
    model = classifier()
    loss_fn = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.3, momentum=0.9)

    def train_loop(dataloader: DataLoader) -> None:
        model.train()
        for _batch, (x, y) in enumerate(dataloader):
            pred = model(x)
            loss = loss_fn(pred, y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()

    def test_loop(dataloader: DataLoader) -> tuple[float, float]:
        size = len(dataloader.dataset)
        num_batches = len(dataloader)
        model.eval()
        test_loss, correct = 0.0, 0.0
        with torch.no_grad():
            for x, y in dataloader:
                pred = model(x)
                test_loss += loss_fn(pred, y).item()
                correct += (pred.argmax(1) == y).sum().item()
        return test_loss / num_batches, correct / size

    before, _ = test_loop(test_dataloader)
    for _epoch in range(20):
        train_loop(train_dataloader)
    after, accuracy = test_loop(test_dataloader)
    assert after < before / 4
    assert accuracy >= 0.95


def test_early_stopping_by_hand_keeps_the_best_state() -> None:
    torch.manual_seed(0)
    train_loader, val_loader = loaders()
    model = classifier()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    best_loss, best_state, patience, counter = math.inf, model.state_dict(), 3, 0
    losses = []
    for _epoch in range(100):
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            val_loss = sum(criterion(model(x), y).item() for x, y in val_loader) / len(val_loader)
        losses.append(val_loss)
        if val_loss < best_loss:
            best_loss, best_state, counter = val_loss, copy.deepcopy(model.state_dict()), 0
        else:
            counter += 1
            if counter >= patience:
                break
    model.load_state_dict(best_state)
    assert len(losses) < 100
    assert best_loss == min(losses) == losses[-1 - patience]
    assert train.evaluate(model, val_loader, criterion)["loss"] == pytest.approx(best_loss)


def test_gradients_are_clipped_between_backward_and_step() -> None:
    torch.manual_seed(0)
    train_loader, _ = loaders()
    model = classifier()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    norms = []
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = 100.0 * F.cross_entropy(model(x), y)
        loss.backward()
        total_norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        assert float(total_norm) > 1.0
        norms.append(math.sqrt(sum((p.grad**2).sum() for p in model.parameters())))
        optimizer.step()
    assert norms == pytest.approx([1.0] * len(train_loader), rel=1e-4)


def test_one_cycle_is_stepped_after_each_batch() -> None:
    torch.manual_seed(0)
    train_loader, val_loader = loaders()
    model = classifier()
    epochs = 10
    optimizer = optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader))
    lrs = []
    for _epoch in range(epochs):
        for x, y in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
            lrs.append(scheduler.get_last_lr()[0])
            scheduler.step()
    assert max(lrs) == pytest.approx(0.1, rel=0.05)
    assert lrs[0] == pytest.approx(0.1 / 25)
    assert lrs[-1] < 0.001
    assert train.evaluate(model, val_loader, F.cross_entropy, ["accuracy"])["accuracy"] >= 0.95


def test_a_plateau_scheduler_gets_the_validation_loss() -> None:
    torch.manual_seed(0)
    train_loader, val_loader = loaders()
    model = classifier()
    optimizer = optim.SGD(model.parameters(), lr=2.0, momentum=0.9)
    scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=1)
    lrs = []
    for _epoch in range(30):
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
        scheduler.step(train.evaluate(model, val_loader, F.cross_entropy)["loss"])
        lrs.append(optimizer.param_groups[0]["lr"])
    assert lrs == sorted(lrs, reverse=True)
    assert lrs[-1] <= 0.5
    assert train.evaluate(model, val_loader, F.cross_entropy, ["accuracy"])["accuracy"] >= 0.9


def test_gradients_of_small_batches_are_accumulated() -> None:
    def trained(batch_size: int, accumulation_steps: int) -> dict[str, np.ndarray]:
        torch.manual_seed(0)
        model = classifier()
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        loader = DataLoader(TensorDataset(*moons(80, noise=0.1, seed=0)), batch_size=batch_size)
        optimizer.zero_grad()
        for i, (x, y) in enumerate(loader):
            loss = F.cross_entropy(model(x), y) / accumulation_steps
            loss.backward()
            if (i + 1) % accumulation_steps == 0:
                optimizer.step()
                optimizer.zero_grad()
        return model.state_dict()

    large, small = trained(20, 1), trained(5, 4)
    for name in large:
        np.testing.assert_allclose(small[name], large[name], rtol=1e-12, atol=1e-15)


def test_a_training_is_saved_and_resumed_by_hand(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed; pip install glassgrad[files]")

    def parts() -> tuple[nn.Sequential, Any, DataLoader]:
        torch.manual_seed(0)
        model = classifier()
        return model, optim.Adam(model.parameters(), lr=0.01), loaders()[0]

    def epochs(model: nn.Sequential, optimizer: Any, loader: DataLoader, first: int, last: int) -> None:
        for epoch in range(first, last):
            for x, y in loader:
                optimizer.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
            train.save_checkpoint(tmp_path / "checkpoint.safetensors", model, optimizer, loader=loader, epoch=epoch)

    whole = parts()
    epochs(*whole, 0, 4)
    epochs(*parts(), 0, 2)
    model, optimizer, loader = parts()
    checkpoint = train.load_checkpoint(tmp_path / "checkpoint.safetensors", model, optimizer, loader=loader)
    assert checkpoint.epoch == 1
    epochs(model, optimizer, loader, checkpoint.epoch + 1, 4)
    for name, array in whole[0].state_dict().items():
        np.testing.assert_array_equal(model.state_dict()[name], array)


# --- Keras: compile and fit are one call ---

KERAS: dict[str, Any] = {"loss": F.cross_entropy, "metrics": ["accuracy"], "seed": 0, "verbose": False}


def compiled(lr: float = 0.02) -> tuple[nn.Sequential, optim.Adam]:
    torch.manual_seed(0)
    model = classifier()
    return model, optim.Adam(model.parameters(), lr=lr)


def test_fit_with_a_validation_split_returns_a_history() -> None:
    X, y = moons(120, noise=0.1, seed=0)
    model, optimizer = compiled()
    history = train.fit(model, (X, y), optimizer=optimizer, batch_size=20, epochs=30, validation_split=0.25, **KERAS)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert history.epoch == list(range(30))
    assert history.history["val_accuracy"][-1] >= 0.95
    scores = train.evaluate(model, (X[90:], y[90:]), F.cross_entropy, ["accuracy"])
    assert scores["accuracy"] == history.history["val_accuracy"][-1]
    assert (train.predict(model, X).argmax(axis=1) == y).mean() >= 0.95


def test_early_stopping_restores_the_best_weights() -> None:
    model, optimizer = compiled(lr=0.1)
    early_stopping = EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
    train_loader, val_loader = loaders()
    history = train.fit(
        model,
        train_loader,
        optimizer=optimizer,
        epochs=100,
        validation=val_loader,
        callbacks=[early_stopping],
        **KERAS,
    )
    losses = history.history["val_loss"]
    assert len(losses) < 100
    assert early_stopping.stopped_epoch == len(losses) - 1
    assert losses[early_stopping.best_epoch] == min(losses) == losses[-4]
    assert train.evaluate(model, val_loader, F.cross_entropy)["loss"] == pytest.approx(min(losses))


def test_the_usual_list_of_callbacks(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed; pip install glassgrad[files]")
    model, optimizer = compiled(lr=0.2)
    seen: list[int] = []
    callbacks = [
        EarlyStopping(monitor="val_loss", patience=8),
        ModelCheckpoint(tmp_path / "best.safetensors", monitor="val_loss", save_best_only=True, save_weights_only=True),
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2, min_lr=0.001),
        CSVLogger(tmp_path / "log.csv"),
        TerminateOnNaN(),
        LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch)),
    ]
    train_loader, val_loader = loaders()
    history = train.fit(
        model, train_loader, optimizer=optimizer, epochs=60, validation=val_loader, callbacks=callbacks, **KERAS
    )
    assert seen == history.epoch
    assert len(seen) < 60
    assert history.history["lr"][-1] < 0.2
    with (tmp_path / "log.csv").open(newline="") as file:
        log = list(csv.DictReader(file))
    assert [float(row["val_loss"]) for row in log] == history.history["val_loss"]
    model.load_state_dict(nn.load(tmp_path / "best.safetensors"))
    best = train.evaluate(model, val_loader, F.cross_entropy)["loss"]
    assert best == pytest.approx(min(history.history["val_loss"]))


def test_a_learning_rate_schedule_is_a_function_of_the_epoch() -> None:
    def scheduler(epoch: int, lr: float) -> float:
        return lr if epoch < 3 else lr * math.exp(-0.1)

    model, optimizer = compiled(lr=0.05)
    history = train.fit(model, loaders()[0], optimizer=optimizer, epochs=6, callbacks=[LRSchedule(scheduler)], **KERAS)
    assert history.history["lr"] == pytest.approx([0.05] * 3 + [0.05 * math.exp(-0.1 * k) for k in (1, 2, 3)])


@pytest.mark.parametrize(
    ("clip", "order"),
    [(GradientClip(max_norm=1e-3), 2), (GradientClip(clip_value=1e-3), np.inf)],
)
def test_clipped_gradients_bound_the_step(clip: GradientClip, order: float) -> None:
    torch.manual_seed(0)
    model = classifier()
    before = model.state_dict()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    train.fit(model, loaders(batch_size=160)[0], optimizer=optimizer, epochs=1, callbacks=[clip], **KERAS)
    change = np.concatenate([(model.state_dict()[name] - array).ravel() for name, array in before.items()])
    assert np.linalg.norm(change, order) == pytest.approx(1e-3, rel=1e-3)


def test_one_cycle_in_fit_is_stepped_after_each_batch() -> None:
    model, optimizer = compiled()
    train_loader, val_loader = loaders()
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=10 * len(train_loader))
    history = train.fit(
        model, train_loader, optimizer=optimizer, epochs=10, validation=val_loader, scheduler=scheduler, **KERAS
    )
    assert scheduler.last_epoch == 10 * len(train_loader)
    assert history.history["val_accuracy"][-1] >= 0.95


def test_a_custom_callback_subclass_sees_the_logs() -> None:
    class StopAtAccuracy(train.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
            if logs["accuracy"] > 0.9:
                self.training.stop_training = True

    model, optimizer = compiled(lr=0.05)
    history = train.fit(model, loaders()[0], optimizer=optimizer, epochs=100, callbacks=[StopAtAccuracy()], **KERAS)
    assert len(history.epoch) < 100
    assert [accuracy > 0.9 for accuracy in history.history["accuracy"]] == [False] * (len(history.epoch) - 1) + [True]


def test_a_regression_with_mse_and_mae() -> None:
    X, y = sine(100, noise=0.05, seed=0)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    history = train.fit(model, (X, y), F.mse_loss, optimizer, epochs=100, metrics=["mae", "r2"], verbose=False, seed=1)
    assert history.history["mae"][-1] < 0.1
    assert history.history["r2"][-1] > 0.95
