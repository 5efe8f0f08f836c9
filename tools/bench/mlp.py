"""A training step of a network of Tensors, in NumPy by hand and in other engines.

The network is an MLP 784-120-84-10 with relu on a batch of 100, in float32, with cross-entropy and Adam. Each engine
starts from the same numbers and takes the whole step: clear the gradients, forward, backward, update, read the loss.

    glassgrad      as a user writes it, with nn.Sequential and nn.optim.Adam
    by hand        the derivatives written out in NumPy, in preallocated buffers, with one flat buffer for Adam
    pytorch        as a user writes it
    jax            value_and_grad and Adam in one jitted function that may overwrite its arguments
    mygrad         its own functions and loss, and Adam as the formula reads, on each array
    hips autograd  `value_and_grad`, and Adam as the formula reads, on each array
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from bench.measure import Figures, timed
from bench.peers import BY_HAND, HIPS, JAX, MYGRAD, OURS, PYTORCH

SIZES = (784, 120, 84, 10)
BATCH = 100
LR, BETA1, BETA2, EPS = 1e-3, 0.9, 0.999, 1e-8
WARM_UP = 30

Step = Callable[[], float]  # take one step and return the loss before it


def measure(engine: str, how: str, quick: bool) -> Figures:
    """Take some steps to warm up and then timed ones; `how` is the number of threads."""
    import numpy as np

    draw = np.random.default_rng(0)
    weights = [draw.uniform(-1, 1, (n, m)) / math.sqrt(m) for m, n in itertools.pairwise(SIZES)]
    biases = [draw.uniform(-1, 1, n) / math.sqrt(m) for m, n in itertools.pairwise(SIZES)]
    arrays = [each.astype(np.float32) for pair in zip(weights, biases, strict=True) for each in pair]
    x, t = draw.random((BATCH, SIZES[0])).astype(np.float32), draw.integers(0, 10, BATCH)
    step = STEPS[engine](arrays, x, t, int(how))
    losses = [step() for _ in range(WARM_UP)]
    return {**timed(step, 60 if quick else 250, warm=0), "check": losses[-1:]}


def glassgrad(arrays: list[Any], x: Any, t: Any, threads: int) -> Step:
    import autograd
    import nn

    layers = [nn.Linear(m, n, dtype="float32") for m, n in itertools.pairwise(SIZES)]
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    for p, array in zip(model.parameters(), arrays, strict=True):
        p.data = array
    loss_of, optimizer, batch = nn.CrossEntropyLoss(), nn.optim.Adam(model.parameters(), lr=LR), autograd.Tensor(x)
    return as_users_write_it(model, loss_of, optimizer, batch, t)


def pytorch(arrays: list[Any], x: Any, t: Any, threads: int) -> Step:
    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    layers = [torch.nn.Linear(m, n) for m, n in itertools.pairwise(SIZES)]
    model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    with torch.no_grad():
        for p, array in zip(model.parameters(), arrays, strict=True):
            p.copy_(torch.tensor(array))
    loss_of, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=LR)
    batch, target = torch.tensor(x), torch.tensor(t)
    return as_users_write_it(model, loss_of, optimizer, batch, target)


def as_users_write_it(model: Any, loss_of: Any, optimizer: Any, batch: Any, target: Any) -> Step:
    def step() -> float:
        optimizer.zero_grad()
        loss = loss_of(model(batch), target)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def by_hand(arrays: list[Any], x: Any, t: Any, threads: int) -> Step:
    import numpy as np

    count = sum(array.size for array in arrays)
    parameters, gradients, means, squares, scratch = np.zeros((5, count), np.float32)
    views: list[Any] = []
    slopes: list[Any] = []
    start = 0
    for array in arrays:
        end = start + array.size
        parameters[start:end] = array.ravel()
        views.append(parameters[start:end].reshape(array.shape))
        slopes.append(gradients[start:end].reshape(array.shape))
        start = end
    results, flows, masks = ([np.empty((BATCH, n), kind) for n in SIZES[1:]] for kind in (np.float32, np.float32, bool))
    rows, last = np.arange(BATCH), len(SIZES) - 2
    time_step = 0

    def forward_and_backward() -> float:
        y = x
        for k in range(last + 1):
            y = np.matmul(y, views[2 * k].T, out=results[k])
            y += views[2 * k + 1]
            if k < last:
                np.maximum(y, 0, out=y)
        shifted = y - y.max(1, keepdims=True)
        e = np.exp(shifted)
        total = e.sum(1, keepdims=True)
        loss = float((np.log(total[:, 0]) - shifted[rows, t]).mean())
        g = np.divide(e, total, out=flows[last])
        g[rows, t] -= 1
        g *= np.float32(1 / BATCH)
        for k in range(last, -1, -1):
            below = results[k - 1] if k else x
            np.matmul(g.T, below, out=slopes[2 * k])
            np.sum(g, 0, out=slopes[2 * k + 1])
            if k:
                g = np.matmul(g, views[2 * k], out=flows[k - 1])
                g *= np.greater(below, 0, out=masks[k - 1])
        return loss

    def step() -> float:
        nonlocal time_step
        time_step += 1
        loss = forward_and_backward()
        adam(parameters, gradients, means, squares, scratch, time_step)
        return loss

    return step


def adam(x: Any, g: Any, mean: Any, square: Any, scratch: Any, t: int) -> None:
    """Update x and the running averages in place, in 13 passes over the arrays."""
    import numpy as np

    mean *= BETA1
    mean += np.multiply(g, 1 - BETA1, out=scratch)
    np.multiply(g, g, out=scratch)
    scratch *= 1 - BETA2
    square *= BETA2
    square += scratch
    np.sqrt(square, out=scratch)
    scratch *= 1 / math.sqrt(1 - BETA2**t)
    scratch += EPS
    np.divide(mean, scratch, out=scratch)
    scratch *= LR / (1 - BETA1**t)
    x -= scratch


class AdamOnEach:
    """Adam as the formula reads, on each of several arrays, for engines without optimizers."""

    def __init__(self, arrays: list[Any]) -> None:
        self.arrays = arrays
        self.means: list[Any] = [0.0] * len(arrays)
        self.squares: list[Any] = [0.0] * len(arrays)
        self.time_step = 0

    def step(self, gradients: Sequence[Any]) -> None:
        import numpy as np

        self.time_step += 1
        for k, (x, g) in enumerate(zip(self.arrays, gradients, strict=True)):
            m = self.means[k] = BETA1 * self.means[k] + (1 - BETA1) * g
            v = self.squares[k] = BETA2 * self.squares[k] + (1 - BETA2) * g * g
            mean, square = m / (1 - BETA1**self.time_step), v / (1 - BETA2**self.time_step)
            x -= LR * mean / (np.sqrt(square) + EPS)


def jax(arrays: list[Any], x: Any, t: Any, threads: int) -> Step:
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()}"
    jax, jnp = import_module("jax"), import_module("jax.numpy")
    rows = jnp.arange(BATCH)
    batch = jnp.array(x)

    def loss_of(parameters: list[Any]) -> Any:
        y = batch
        for k in range(0, len(parameters), 2):
            y = y @ parameters[k].T + parameters[k + 1]
            if k < len(parameters) - 2:
                y = jnp.maximum(y, 0)
        return -jax.nn.log_softmax(y)[rows, t].mean()

    def update(parameters: list[Any], means: list[Any], squares: list[Any], k: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        means = [BETA1 * m + (1 - BETA1) * g for m, g in zip(means, gradients, strict=True)]
        squares = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(squares, gradients, strict=True)]
        parameters = [
            p - LR * (m / (1 - BETA1**k)) / (jnp.sqrt(v / (1 - BETA2**k)) + EPS)
            for p, m, v in zip(parameters, means, squares, strict=True)
        ]
        return loss, parameters, means, squares

    jitted = jax.jit(update, donate_argnums=(0, 1, 2))
    parameters = [jnp.array(array) for array in arrays]
    state = [parameters, *([jnp.zeros_like(p) for p in parameters] for _ in range(2))]
    counter = itertools.count(1.0)

    def step() -> float:
        loss, *state[:] = jitted(*state, next(counter))
        return float(loss)

    return step


def mygrad(arrays: list[Any], x: Any, t: Any, threads: int) -> Step:
    mg = import_module("mygrad")
    relu = import_module("mygrad.nnet.activations").relu
    loss_of = import_module("mygrad.nnet.losses").softmax_crossentropy
    parameters = [mg.tensor(array) for array in arrays]
    optimizer = AdamOnEach([p.data for p in parameters])

    def step() -> float:
        y = x
        for k in range(0, len(parameters), 2):
            y = mg.matmul(y, parameters[k].T) + parameters[k + 1]
            if k < len(parameters) - 2:
                y = relu(y)
        loss = loss_of(y, t)
        loss.backward()
        optimizer.step([p.grad for p in parameters])
        return float(loss.item())

    return step


def hips(arrays: list[Any], x: Any, t: Any, threads: int) -> Step:
    import numpy as np

    # Not by an import statement: to a type checker `autograd` is this project.
    anp, record = import_module("autograd.numpy"), import_module("autograd").value_and_grad
    rows = np.arange(BATCH)

    def loss_of(parameters: list[Any]) -> Any:
        y = x
        for k in range(0, len(parameters), 2):
            y = anp.dot(y, parameters[k].T) + parameters[k + 1]
            if k < len(parameters) - 2:
                y = anp.maximum(y, 0)
        shifted = y - anp.max(y, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(shifted), axis=1)) - shifted[rows, t])

    parameters = [array.copy() for array in arrays]
    both, optimizer = record(loss_of), AdamOnEach(parameters)

    def step() -> float:
        loss, gradients = both(parameters)
        optimizer.step(gradients)
        return float(loss)

    return step


STEPS: dict[str, Callable[[list[Any], Any, Any, int], Step]] = {
    OURS: glassgrad,
    BY_HAND: by_hand,
    PYTORCH: pytorch,
    JAX: jax,
    MYGRAD: mygrad,
    HIPS: hips,
}
