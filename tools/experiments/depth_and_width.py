"""Depth against width with equal numbers of parameters: `python3 tools/experiments/depth_and_width.py`

ReLU networks with 1 to 4 hidden layers and about 480 parameters each learn two functions from 256 points:

    sin(10x)          on -1 to 1
    tent(tent(tent))  on 0 to 1: the tent 1 - |2x - 1| composed with itself, which has 4 teeth. A hidden layer of two
                      ReLUs computes one tent, so three such layers are enough; a single hidden layer needs 8 ReLUs.

The number is the root mean square error on 1,000 other points: the median over the seeds, the smallest and the
largest. The command prints a table for each function and draws what the networks learned with the first seed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from experiments.output import panels, save, show

WIDTHS = (160, 20, 14, 12)  # of networks with 1, 2, 3 and 4 hidden layers: 481, 481, 463 and 505 parameters
POINTS, TEST_POINTS = 256, 1000
LEARNING_RATE = 0.005

Function = Callable[[Any], Any]


def tent(x: Any) -> Any:
    return 1 - abs(2 * x - 1)


def functions() -> dict[str, tuple[float, float, Function]]:
    """Return the functions by name, with the interval on which each is learned."""
    import numpy as np

    return {
        "sin(10x)": (-1.0, 1.0, lambda x: np.sin(10 * x)),
        "tent(tent(tent(x)))": (0.0, 1.0, lambda x: tent(tent(tent(x)))),
    }


def network(depth: int) -> Any:
    """Return a network with this number of hidden layers."""
    import nn

    sizes = [1, *[WIDTHS[depth - 1]] * depth]
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))
    for layer in model:
        if isinstance(layer, nn.Linear):  # He's weights: with the default ones the signal gets smaller in each layer
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return model


def learned(depth: int, low: float, high: float, function: Function, steps: int, seed: int) -> tuple[float, Any]:
    """Train one network. Return its error on the test points and its outputs there."""
    import numpy as np

    import autograd
    import nn

    autograd.manual_seed(seed)
    model = network(depth)
    optimizer = nn.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    scheduler = nn.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=LEARNING_RATE, total_steps=steps)
    x = np.random.default_rng(seed).uniform(low, high, (POINTS, 1))
    nn.train.fit(
        model,
        (2 * (x - low) / (high - low) - 1, function(x)),
        nn.functional.mse_loss,
        optimizer,
        epochs=steps,
        batch_size=POINTS,
        scheduler=scheduler,
        verbose=False,
    )
    test = np.linspace(-1.0, 1.0, TEST_POINTS)[:, None]
    outputs = nn.train.predict(model, test, batch_size=TEST_POINTS)
    expected = function((test + 1) / 2 * (high - low) + low)
    return float(np.sqrt(np.mean((outputs - expected) ** 2))), outputs


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Depth against width with equal numbers of parameters.")
    parser.add_argument("--steps", type=int, default=1000, help="steps of the optimizer (default 1000)")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each network (default 3)")
    options = parser.parse_args(arguments)
    if min(options.steps, options.seeds) < 1:
        parser.error("every number is at least 1")

    import numpy as np

    from nn.plot.canvas import color, dash

    figure, axes = panels(2)
    for ax, (name, (low, high, function)) in zip(axes, functions().items(), strict=True):
        x = np.linspace(low, high, TEST_POINTS)
        ax.plot(x, function(x), color="0.7", linewidth=4, label=name)
        rows = []
        for depth, width in enumerate(WIDTHS, start=1):
            results = [learned(depth, low, high, function, options.steps, seed) for seed in range(options.seeds)]
            errors = sorted(error for error, _ in results)
            count = sum(parameter.numel() for parameter in network(depth).parameters())
            numbers = [statistics.median(errors), errors[0], errors[-1]]
            rows.append([str(depth), str(width), str(count), *(f"{number:.4f}" for number in numbers)])
            ax.plot(x, results[0][1], color=color(depth - 1), linestyle=dash(depth - 1), label=f"{depth} × {width}")
        show(name, ["hidden layers", "width", "parameters", "error", "smallest", "largest"], rows)
        ax.set_xlabel("x")
        ax.legend(title="layers × width", loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3)
    save(figure, "depth_and_width.png")
    return 0


if __name__ == "__main__":
    environment.enter("plot")
    sys.exit(main())
