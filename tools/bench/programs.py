"""How fast does a Program run? Beside micrograd, CasADi SX and JAX: `python3 tools/bench/programs.py`

The network is that of `scalar.py`, an MLP 2-16-16-1 with relu, and there are two works:

    floats     the loss of all points with its L2 term, and its gradient at 337 parameters, as one graph
    samples    the loss of one point, recorded once, at many points: a value and 337 gradients for each of them

micrograd builds the graph of all points anew each time; the others record theirs once, which is timed too. What
micrograd takes for one of many samples is that time by the number of points. JAX takes no part in `floats`: to compile
that graph takes it more than five minutes. Each engine runs in a process of its own, turn and turn about, and the times
are processor time. The losses, of samples their sum, are printed too: they say that the work was the same.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench import scalar
from bench.measure import aligned, in_a_process, in_turn, spread

WORKS = {"floats": ("micrograd", "ours", "casadi"), "samples": ("micrograd", "ours", "casadi", "jax")}
# What is installed beside the project for an engine; the others are in the extra `bench`.
PEERS = {"casadi": ("numpy", "casadi"), "jax": ("numpy", "jax")}
HIDDEN = 16
POINTS = 100

MODULES = {"micrograd": ["micrograd.engine"], "ours": ["autograd"], "casadi": ["casadi"], "jax": ["jax.numpy"]}

Run = Callable[[], float]  # computes the value and all gradients and returns the sum of the values


def seconds(engine: str, work: str, runs: int, samples: int) -> dict[str, Any]:
    """Return what an engine takes in this process: seconds to build, seconds of each run, and the loss.

    `build` is all that is done once: recording the operations, and what the engine makes of them. `program` is the part
    of it that makes a Program of a graph that is there.

    A run of micrograd is always over POINTS points, and for `samples` its seconds are scaled.
    """
    for module in MODULES[engine]:
        importlib.import_module(module)
    began = time.process_time()
    run, program = ENGINES[engine](work, samples)
    total = run()  # the first one compiles, in JAX, and gets memory
    built = time.process_time() - began
    found = []
    for _ in range(runs):
        began = time.process_time()
        run()
        found.append(time.process_time() - began)
    scale = samples / POINTS if engine == "micrograd" and work == "samples" else 1.0
    middle = statistics.median(found)
    return {
        "build": max(0.0, built - middle),
        "program": program,
        "run": [scale * each for each in found],
        "loss": total,
    }


# --- the work, for any numbers ---


def parameters() -> list[float]:
    """Return the parameters that micrograd's network starts with: of each neuron its weights and its bias."""
    random.seed(scalar.SEED)
    found = []
    for inputs, outputs in ((2, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 1)):
        for _ in range(outputs):
            found += [*(random.uniform(-1, 1) for _ in range(inputs)), 0.0]
    return found


def points(count: int) -> tuple[list[float], list[float], list[float]]:
    """Return the coordinates of points on the two moons, and which of them each is on."""
    xs, ys = scalar.moons(count)
    return [x[0] for x in xs], [x[1] for x in xs], list(map(float, ys))


def hinge(w: Sequence[Any], x: Sequence[Any], y: Any, relu: Callable[[Any], Any]) -> Any:
    """Return the loss of one point, in the order of micrograd's sums."""
    rest = iter(w)
    for outputs in (HIDDEN, HIDDEN, 1):
        layer = []
        for _ in range(outputs):
            terms = [next(rest) * each for each in x]
            act = sum(terms, next(rest))
            layer.append(relu(act) if outputs > 1 else act)
        x = layer
    return relu(1.0 + -y * x[0])


def whole(w: Sequence[Any], relu: Callable[[Any], Any]) -> Any:
    """Return the loss of all points."""
    losses = [hinge(w, (a, b), y, relu) for a, b, y in zip(*points(POINTS), strict=True)]
    return sum(losses) * (1.0 / POINTS) + scalar.ALPHA * sum(p * p for p in w)


# --- the engines: each returns a run of the work, and the seconds to make a Program ---


def micrograd(work: str, samples: int) -> tuple[Run, float]:
    value, network = scalar.network_of("micrograd")
    random.seed(scalar.SEED)
    model = network(2, [HIDDEN, HIDDEN, 1])
    xs, ys = scalar.moons(POINTS)

    def run() -> float:
        model.zero_grad()
        total = scalar.loss("micrograd", value, model, xs, ys)
        total.backward()
        return float(total.data)

    return run, 0.0


def ours(work: str, samples: int) -> tuple[Run, float]:
    import numpy as np

    from autograd import Program, Value

    w = parameters()
    leaves = list(map(Value, w))
    relu: Callable[[Any], Any] = lambda x: x.relu()  # noqa: E731
    point = [Value(0.5), Value(-0.5), Value(1.0)]
    root = whole(leaves, relu) if work == "floats" else hinge(leaves, point[:2], point[2], relu)
    inputs = leaves if work == "floats" else [*leaves, *point]
    began = time.process_time()
    program = Program(root, inputs, max_nodes=1_000_000)
    taken = time.process_time() - began
    columns = [] if work == "floats" else list(map(np.array, points(samples)))
    return lambda: float(np.sum(program.value_and_grad(*w, *columns)[0])), taken


def casadi(work: str, samples: int) -> tuple[Run, float]:
    import casadi as ca
    import numpy as np

    w = ca.SX.sym("w", len(parameters()))
    each = [w[k] for k in range(w.shape[0])]
    relu: Callable[[Any], Any] = lambda x: ca.fmax(x, 0.0)  # noqa: E731
    if work == "floats":
        loss = whole(each, relu)
        function = ca.Function("f", [w], [loss, ca.gradient(loss, w)])
        given: list[Any] = [parameters()]
    else:
        x = ca.SX.sym("x", 3)
        loss = hinge(each, (x[0], x[1]), x[2], relu)
        function = ca.Function("f", [w, x], [loss, ca.gradient(loss, w)]).map(samples)
        given = [np.tile(parameters(), (samples, 1)).T, np.array(points(samples))]
    matrices = list(map(ca.DM, given))
    return lambda: float(np.sum(np.array(function(*matrices)[0]))), 0.0


def jax(work: str, samples: int) -> tuple[Run, float]:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    w = list(map(jnp.float64, parameters()))

    def loss(w: Any, a: Any, b: Any, y: Any) -> Any:
        return hinge(w, (a, b), y, lambda x: jnp.maximum(x, 0.0))

    function = jax.jit(jax.vmap(jax.value_and_grad(loss), in_axes=(None, 0, 0, 0)))
    columns = list(map(jnp.array, points(samples)))
    return lambda: float(jnp.sum(jax.block_until_ready(function(w, *columns))[0])), 0.0


ENGINES: dict[str, Callable[[str, int], tuple[Run, float]]] = {
    "micrograd": micrograd,
    "ours": ours,
    "casadi": casadi,
    "jax": jax,
}


# --- the table ---


def table(work: str, runs: dict[str, list[dict[str, Any]]], samples: int) -> str:
    """Return one column per engine: the times, and how many of its runs one of micrograd's takes."""
    middle = {name: statistics.median(s for run in each for s in run["run"]) for name, each in runs.items()}
    rows = [[work if work == "floats" else f"{samples:,} samples", *runs]]
    rows.append(["ms per run", *(spread([1e3 * s for run in e for s in run["run"]], 2) for e in runs.values())])
    rows.append(["ms to build", *(spread([1e3 * run["build"] for run in e], 1) for e in runs.values())])
    rows.append(
        ["of it, the Program of a graph", *(spread([1e3 * run["program"] for run in e], 1) for e in runs.values())]
    )
    rows.append(["micrograd's run / this one", *(f"{middle['micrograd'] / each:,.0f}" for each in middle.values())])
    rows.append(["loss", *(f"{each[0]['loss']:.10f}" for each in runs.values())])
    return aligned(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Seconds that a recorded graph takes, beside other engines.")
    parser.add_argument("--samples", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--runs", type=int, default=10, help="timed runs per process (default 10)")
    parser.add_argument("--rounds", type=int, default=5, help="processes per engine (default 5)")
    parser.add_argument("--engine", choices=ENGINES, help="run this one here and print what came of it as JSON")
    parser.add_argument("--work", choices=WORKS, help="this work alone")
    options = parser.parse_args(arguments)
    if min(options.samples, options.runs, options.rounds) < 1:
        parser.error("every number is at least 1")
    if options.engine:
        work = options.work or "samples"
        print(json.dumps(seconds(options.engine, work, options.runs, options.samples)))
        return 0
    for work in [options.work] if options.work else WORKS:
        sizes = ["--samples", str(options.samples), "--runs", str(options.runs), "--work", work, "--engine"]

        def measured(engine: str, sizes: list[str] = sizes) -> dict[str, Any]:
            python = environment.beside(engine, *PEERS[engine]) if engine in PEERS else sys.executable
            return in_a_process([python, os.path.abspath(__file__), *sizes, engine], [environment.ROOT])

        print(table(work, in_turn(WORKS[work], options.rounds, measured), options.samples), end="\n\n")
    return 0


if __name__ == "__main__":
    try:
        if "--engine" not in sys.argv:
            environment.enter("bench")
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
