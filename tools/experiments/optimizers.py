"""Optimizers and learning-rate schedules compared on the digits: `python3 tools/experiments/optimizers.py`

The same network, an MLP 64-32-10, learns 60 % of the digits from the same weights and in the same order. Each
optimizer gets the learning rate out of RATES with the least loss on another 20 % at the end, and each schedule the one
for SGD with momentum chosen in the same way. The last 20 % give the accuracy. The command prints two tables and draws
the loss of the validation in each epoch.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from experiments.output import panels, save, show

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
BATCH_SIZE = 32
GOOD = 0.95  # accuracy on the validation samples
HEADER = ("lr", "loss", "val. loss", f"epochs to {GOOD:.0%}", "test accuracy")

Make = Callable[[Any, float, int], tuple[Any, Any]]  # parameters, learning rate, steps -> optimizer, scheduler


def optimizers() -> Mapping[str, Make]:
    """Return a function that makes each optimizer, by name."""
    from nn import optim

    return {
        "SGD": lambda p, lr, steps: (optim.SGD(p, lr=lr), None),
        "SGD, momentum 0.9": lambda p, lr, steps: (optim.SGD(p, lr=lr, momentum=0.9), None),
        "SGD, Nesterov 0.9": lambda p, lr, steps: (optim.SGD(p, lr=lr, momentum=0.9, nesterov=True), None),
        "Adagrad": lambda p, lr, steps: (optim.Adagrad(p, lr=lr), None),
        "RMSprop": lambda p, lr, steps: (optim.RMSprop(p, lr=lr), None),
        "Adam": lambda p, lr, steps: (optim.Adam(p, lr=lr), None),
        "AdamW, decay 0.1": lambda p, lr, steps: (optim.AdamW(p, lr=lr, weight_decay=0.1), None),
        "NAdam": lambda p, lr, steps: (optim.NAdam(p, lr=lr), None),
    }


def schedules() -> Mapping[str, Make]:
    """Return a function that makes SGD with momentum and each schedule, by name. A schedule is stepped by batches."""
    from nn import optim
    from nn.optim import lr_scheduler as schedule

    def with_sgd(make: Callable[[Any, float, int], Any]) -> Make:
        def both(parameters: Any, lr: float, steps: int) -> tuple[Any, Any]:
            optimizer = optim.SGD(parameters, lr=lr, momentum=0.9)
            return optimizer, make(optimizer, lr, steps)

        return both

    return {
        "constant": with_sgd(lambda o, lr, steps: None),
        "StepLR": with_sgd(lambda o, lr, steps: schedule.StepLR(o, max(1, steps // 3), gamma=0.3)),
        "ExponentialLR": with_sgd(lambda o, lr, steps: schedule.ExponentialLR(o, 0.02 ** (1 / steps))),
        "CosineAnnealingLR": with_sgd(lambda o, lr, steps: schedule.CosineAnnealingLR(o, steps)),
        "warmup_cosine": with_sgd(lambda o, lr, steps: schedule.warmup_cosine(o, max(1, steps // 10), steps)),
        "OneCycleLR": with_sgd(lambda o, lr, steps: schedule.OneCycleLR(o, max_lr=lr, total_steps=steps)),
    }


class Comparison:
    """The data of a comparison, and its trainings."""

    def __init__(self, epochs: int, seed: int) -> None:
        from nn.data import load_digits, train_test_split

        X, y = load_digits()
        rest, self.X_test, labels, self.y_test = train_test_split(X / 16, y, test_size=0.2, stratify=y, seed=seed)
        self.X, self.X_val, self.y, self.y_val = train_test_split(
            rest, labels, test_size=0.25, stratify=labels, seed=seed
        )
        self.epochs, self.seed = epochs, seed

    def trained(self, make: Make, lr: float) -> tuple[Any, float]:
        """Train one network. Return its history and its accuracy on the test samples."""
        import autograd
        import nn
        from nn import functional as F, train

        autograd.manual_seed(self.seed)
        model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        optimizer, scheduler = make(model.parameters(), lr, self.epochs * -(-len(self.X) // BATCH_SIZE))
        history = train.fit(
            model,
            (self.X, self.y),
            F.cross_entropy,
            optimizer,
            epochs=self.epochs,
            batch_size=BATCH_SIZE,
            validation=(self.X_val, self.y_val),
            metrics=["accuracy"],
            scheduler=scheduler,
            schedule_by="step",
            seed=self.seed,
            verbose=False,
        )
        scores = train.evaluate(model, (self.X_test, self.y_test), F.cross_entropy, ["accuracy"])
        return history, scores["accuracy"]

    def best(self, make: Make, rates: Sequence[float]) -> tuple[float, Any, float]:
        """Return the learning rate with the least validation loss at the end, its history and its test accuracy."""
        runs = [(lr, *self.trained(make, lr)) for lr in rates]
        return min(runs, key=lambda run: float(run[1]["val_loss"][-1]))

    def compare(self, title: str, makers: Mapping[str, Make], rates: Sequence[float], ax: Any) -> None:
        """Print the table of some trainings and draw their curves."""
        from nn.plot.canvas import color, dash

        rows = []
        for k, (name, make) in enumerate(makers.items()):
            lr, history, accuracy = self.best(make, rates)
            good = [epoch + 1 for epoch in history.epoch if history["val_accuracy"][epoch] >= GOOD]
            losses = [f"{history[loss][-1]:.3f}" for loss in ("loss", "val_loss")]
            rows.append([name, f"{lr:g}", *losses, str(good[0]) if good else "–", f"{accuracy:.1%}"])
            epochs = [epoch + 1 for epoch in history.epoch]
            ax.plot(epochs, history["val_loss"], color=color(k), linestyle=dash(k), label=name)
        show(title, [title.partition(":")[0], *HEADER], rows)
        ax.set_yscale("log")
        ax.set_xlabel("epoch")
        ax.set_ylabel("validation loss")
        ax.legend()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Optimizers and learning-rate schedules compared on the digits.")
    parser.add_argument("--epochs", type=int, default=10, help="epochs of each training (default 10)")
    parser.add_argument("--rates", type=float, nargs="+", default=RATES, help="learning rates to choose from")
    parser.add_argument("--seed", type=int, default=0, help="of the data, the weights and the order (default 0)")
    options = parser.parse_args(arguments)
    if options.epochs < 1:
        parser.error("--epochs is at least 1")
    comparison = Comparison(options.epochs, options.seed)
    figure, axes = panels(2)
    comparison.compare("optimizer: each with its best learning rate", optimizers(), options.rates, axes[0])
    comparison.compare("schedule: of SGD with momentum 0.9", schedules(), options.rates, axes[1])
    save(figure, "optimizers.png")
    return 0


if __name__ == "__main__":
    environment.enter("plot")
    sys.exit(main())
