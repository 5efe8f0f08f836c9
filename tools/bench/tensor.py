"""What does recording cost on arrays? Beside MyGrad, HIPS autograd and PyTorch: `python3 tools/bench/tensor.py`

A program is a chain: one link of an op or a few, repeated, each on the result of the one before. Its time divided by
the number of ops is the time per op, with everything an engine does for it:

    forward     computing and recording. HIPS autograd records inside `make_vjp`, which is what is timed there
    backward    from a gradient at the end to the gradient of the leaf `x`, which every link uses or the first one does.
                HIPS autograd: calling what `make_vjp` gave
    overhead    the time per op less bare NumPy's: the same chain with no engine, and for backward its derivatives
                written out by hand. What is left is what the engine costs; at 1 and 100 elements that is nearly all

Each engine runs in a process of its own with one thread, turn and turn about; HIPS autograd in an environment of its
own too, because it is imported by the same name as this project. Time is processor time, to which other processes add
little. All take the gradient of the same numbers, and it is compared before anything is printed. What is printed is a
measurement on this machine, today; nothing asserts a time.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench.measure import aligned, in_a_process, in_turn, spread

ENGINES = OURS, MYGRAD, HIPS, PYTORCH, BARE = "glassgrad", "mygrad", "hips autograd", "pytorch", "bare numpy"
SIZES = (1, 100, 10_000, 1_000_000)


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


# --- the tables ---

Runs = dict[str, list[dict[str, dict[str, float]]]]


def table(runs: Runs, size: int) -> str:
    """One column per engine: microseconds per op of every program, nothing taken off."""
    rows = [[f"{size:,} element{'s' * (size != 1)}, µs per op", *runs]]
    for program, chain in CHAINS.items():
        if measured(chain, size):
            for way in ("forward", "backward"):
                row = [[found[f"{program} {size}"][way] / 1e3 for found in engine] for engine in runs.values()]
                rows.append([f"{program}, {way}", *(spread(each, 2) for each in row)])
    return aligned(rows)


def overheads(runs: Runs, sizes: Sequence[int]) -> str:
    """What each engine adds to bare NumPy per op, in the mean over the programs, and how many times ours that is."""
    rows = [["overhead per op, ns (times ours)", *(engine for engine in runs if engine != BARE)]]
    for size in sizes:
        for way in ("forward", "backward"):
            added = {name: overhead(runs, name, size, way) for name in runs if name != BARE}
            ours = added[OURS]
            # Below nothing: faster than NumPy, or NumPy so slow that an engine is lost in its spread.
            row = [f"{a:,.0f} ({a / ours:.2f})" if min(a, ours) > 0 else f"{a:,.0f} (-)" for a in added.values()]
            rows.append([f"{size:,} element{'s' * (size != 1)}, {way}", *row])
    return aligned(rows)


def overhead(runs: Runs, name: str, size: int, way: str) -> float:
    """The mean over the programs of the medians over the processes, less bare NumPy's."""

    def mean(engine: str) -> float:
        programs = [f"{program} {size}" for program, chain in CHAINS.items() if measured(chain, size)]
        return statistics.fmean(statistics.median(found[p][way] for found in runs[engine]) for p in programs)

    return mean(name) - mean(BARE)


def disagreements(runs: Runs) -> list[str]:
    """Where two engines found different gradients, so that they have not run the same program."""
    wrong = []
    for program, want in runs[BARE][0].items():
        for name, found in runs.items():
            norm = found[0][program]["norm"]
            if not math.isclose(norm, want["norm"], rel_tol=1e-9):
                wrong.append(f"{program}: the gradient of {name} has norm {norm!r}, bare NumPy's {want['norm']!r}")
    return wrong


def main(arguments: Sequence[str] | None = None, pythons: Callable[[str], str] = lambda engine: sys.executable) -> int:
    parser = argparse.ArgumentParser(description="Nanoseconds per op on arrays, beside other engines in the same run.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="elements (default: 1 to 1,000,000)")
    parser.add_argument("--ops", type=int, default=100, help="per chain, a tenth above 100,000 elements (default 100)")
    parser.add_argument("--seconds", type=float, default=0.15, help="per program, size and process (default 0.15)")
    parser.add_argument("--rounds", type=int, default=5, help="processes per engine (default 5)")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES), help="besides ours and NumPy")
    parser.add_argument("--engine", choices=ENGINES, help="run this one here and print what came of it as JSON")
    options = parser.parse_args(arguments)
    if min(*options.sizes, options.ops, options.rounds) < 1 or options.seconds < 0:
        parser.error("every number is at least 1, and the seconds are not negative")
    if options.engine:
        print(json.dumps(run(options.engine, options.sizes, options.ops, options.seconds)))
        return 0

    sizes = ["--sizes", *map(str, options.sizes), "--ops", str(options.ops), "--seconds", str(options.seconds)]
    engines = [name for name in ENGINES if name in options.engines or name in (OURS, BARE)]

    def in_its_process(engine: str) -> dict[str, Any]:
        command = [pythons(engine), os.path.abspath(__file__), *sizes, "--engine", engine]
        paths = [environment.ROOT] if engine != HIPS else []
        return in_a_process(command, paths, {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")})

    runs: Runs = in_turn(engines, options.rounds, in_its_process)
    wrong = disagreements(runs)
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(f"Python {environment.VERSION}, one thread: median (smallest to largest) of {options.rounds} processes")
    for size in options.sizes:
        print("\n" + table(runs, size))
    print("\n" + overheads(runs, options.sizes))
    return 0


if __name__ == "__main__":
    try:
        if "--engine" in sys.argv:
            sys.exit(main())
        environment.enter("bench")
        hips = environment.beside("hips", "autograd>=1.7", "numpy>=2.0")
        sys.exit(main(pythons=lambda engine: hips if engine == HIPS else sys.executable))
    except KeyboardInterrupt:
        sys.exit("interrupted")
