"""The programs of `tensor.py` and how each engine runs them: what runs in an engine's process.

Called with ENGINE OPS SECONDS SIZE ..., it prints the results as JSON; `run.py` calls `measure`. It stands apart
because it needs NumPy, which the Python that a script is started with may not have.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from bench.measure import Figures
from bench.peers import BARE, HIPS, MYGRAD, OURS, PYTORCH

SMALL, LARGE = "small", "large"  # the sizes of arrays that `measure` takes

# --- the programs ---


@dataclass(frozen=True)
class Chain:
    """One link of a program, `link(e, x, c, y)`: e has the engine's functions, x is the leaf, c is a constant array.

    `back(g, x, y, z)` is its derivative in bare NumPy, from y to z: what flows to y, and what to x (None: nothing).
    """

    ops: int
    link: Callable[[Any, Any, Any, Any], Any]
    back: Callable[[Any, Any, Any, Any], tuple[Any, Any]]
    square: bool = False  # x is a square matrix of about so many elements


def summed_back(g: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any]:
    return np.broadcast_to((g * x).sum(), y.shape), g * y.sum()


def neuron_back(g: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any]:
    g = g * (1 - z * z)
    return g * x, g * y


CHAINS = {
    "add": Chain(1, lambda e, x, c, y: y + x, lambda g, x, y, z: (g, g)),
    "mul": Chain(1, lambda e, x, c, y: y * x, lambda g, x, y, z: (g * x, g * y)),
    "tanh": Chain(1, lambda e, x, c, y: e.tanh(y), lambda g, x, y, z: (g * (1 - z * z), None)),
    "relu": Chain(1, lambda e, x, c, y: e.relu(y), lambda g, x, y, z: (np.where(y > 0, g, 0.0), None)),
    "sum, mul": Chain(2, lambda e, x, c, y: x * y.sum(), summed_back),
    "tanh(y*x + c)": Chain(3, lambda e, x, c, y: e.tanh(y * x + c), neuron_back),
    "matmul": Chain(1, lambda e, x, c, y: x @ y, lambda g, x, y, z: (x.T @ g, g @ y.T), square=True),
}


def numbers(chain: Chain, size: int) -> tuple[Any, Any, Any]:
    """x, c, and the gradient to start from; of a kind that no chain blows up."""
    draw = np.random.default_rng(0)
    if chain.square:
        side = math.isqrt(size)
        x = np.linalg.qr(draw.normal(size=(side, side)))[0]
    else:
        x = draw.uniform(0.9, 1.1, size)
        if chain.back is summed_back:
            x /= x.sum()
    return x, draw.uniform(-1, 1, x.shape), draw.uniform(0.5, 1.5, x.shape)


# --- one engine, in this process ---


@dataclass(frozen=True)
class Engine:
    """How an engine says it: its functions, an array of its own, a leaf of it; forward along f, and back from there."""

    functions: Any
    array: Callable[[Any], Any]
    leaf: Callable[[Any], Any]
    record: Callable[[Callable[[Any], Any], Any], Any] = lambda f, x: f(x)
    pull: Callable[[Any, Any, Any], Any] = lambda y, x, g: pulled(y, x, g)


def pulled(y: Any, x: Any, g: Any) -> Any:
    x.grad = None
    y.backward(g)
    return x.grad


def pulled_by_mygrad(y: Any, x: Any, g: Any) -> Any:
    y.backward(g)  # which forgets former gradients by itself
    return x.grad


def engine_of(name: str) -> Engine:
    if name == OURS:
        import autograd

        return Engine(autograd, np.asarray, lambda x: autograd.Tensor(x, requires_grad=True))
    if name == MYGRAD:
        import mygrad
        from mygrad.nnet.activations import relu

        functions = types.SimpleNamespace(tanh=mygrad.tanh, relu=relu)
        return Engine(functions, np.asarray, mygrad.tensor, pull=pulled_by_mygrad)
    if name == HIPS:
        # Not by an import statement: to a type checker `autograd` is this project.
        numpy, record = import_module("autograd.numpy"), import_module("autograd.core").make_vjp
        functions = types.SimpleNamespace(tanh=numpy.tanh, relu=lambda y: numpy.maximum(y, 0.0))
        return Engine(functions, np.asarray, np.asarray, lambda f, x: record(f, x)[0], lambda back, x, g: back(g))
    if name == PYTORCH:
        import torch

        torch.set_num_threads(1)
        return Engine(torch, torch.tensor, lambda x: torch.tensor(x, requires_grad=True))
    functions = types.SimpleNamespace(tanh=np.tanh, relu=lambda y: np.maximum(y, 0.0))
    return Engine(functions, np.asarray, np.asarray)


def run(name: str, sizes: Sequence[int], ops: int, seconds: float) -> dict[str, dict[str, float]]:
    """Every program at every size: nanoseconds per op, the median of a sample of passes, and the gradient's norm."""
    return {
        f"{program} {size}": one(name, chain, size, ops, seconds)
        for program, chain in CHAINS.items()
        for size in sizes
        if measured(chain, size)
    }


def measured(chain: Chain, size: int) -> bool:
    """A product of matrices of 1,000 rows takes seconds, and nothing but the product is seen."""
    return not (chain.square and size > 10_000)


def one(name: str, chain: Chain, size: int, ops: int, seconds: float) -> dict[str, float]:
    engine = engine_of(name)
    links = max(ops // chain.ops // (10 if size > 100_000 else 1), 1)
    array, constant, seed = numbers(chain, size)
    x, c, seed = engine.leaf(array), engine.array(constant), engine.array(seed)
    trace: list[Any] = []  # bare NumPy's results, which its derivatives need

    def f(x: Any) -> Any:
        y = x
        for _ in range(links):
            y = chain.link(engine.functions, x, c, y)
            if name == BARE:
                trace.append(y)
        return y

    def back(state: Any) -> Any:
        if name != BARE:
            return engine.pull(state, x, seed)
        g, total = seed, 0.0
        for y, z in zip([*trace[-2::-1], x], trace[::-1], strict=True):
            g, more = chain.back(g, x, y, z)
            total = total if more is None else total + more
        trace.clear()
        return total + g

    forward: list[float] = []
    backward: list[float] = []
    gradient = back(engine.record(f, x))  # and warm by now
    ends = time.perf_counter() + seconds
    while len(forward) < 3 or time.perf_counter() < ends:
        began = time.process_time()
        state = engine.record(f, x)
        there = time.process_time()
        gradient = back(state)
        del state  # freeing the graph is part of the way back
        forward.append(there - began)
        backward.append(time.process_time() - there)
    count = links * chain.ops
    return {
        "forward": 1e9 * statistics.median(forward) / count,
        "backward": 1e9 * statistics.median(backward) / count,
        "norm": float(np.linalg.norm(np.asarray(gradient))),
    }


def measure(engine: str, how: str, quick: bool) -> Figures:
    """Return the seconds per op, forward and backward, in the mean of the programs: by the number of elements."""
    sizes = (1, 100) if how == SMALL else (1_000_000,)
    found = run(engine, sizes, 100, 0.02 if quick else 0.1)
    figures: Figures = {"check": [each["norm"] for each in found.values()]}
    for size in sizes:
        programs = [each for name, each in found.items() if name.endswith(f" {size}")]
        figures[f"{size}"] = [1e-9 * statistics.fmean(each["forward"] + each["backward"] for each in programs)]
    return figures


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], list(map(int, sys.argv[4:])), int(sys.argv[2]), float(sys.argv[3]))))
