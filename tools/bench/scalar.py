"""How fast is the engine on scalars? Beside micrograd, on micrograd's own demo: `python3 tools/bench/scalar.py`

The demo is the one of micrograd's notebook: an MLP 2-16-16-1 with relu, 100 points on two moons, max-margin loss
plus L2, and the whole step: forward over all points, zero_grad, backward, SGD. Four engines take it:

    micrograd       as published
    same source     micrograd's own nn.py, letter for letter, with only its import changed to ours
    dot             the same network in our words: the neuron is autograd.dot(w, x) + b, and the sums of the loss are
                    autograd.sum and autograd.dot
    pure Python     the same source on the engine that is not compiled

Each runs in a process of its own, turn and turn about: in one process, micrograd's reference cycles would be collected
on our time, and what the first engine leaves of the heap would be the second one's burden. What is printed is a
measurement on this machine, today; nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import random
import statistics
import sys
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench.measure import Collector, aligned, in_a_process, in_turn, spread

ENGINES = ("micrograd", "same source", "dot", "pure Python")
PURE = {"GLASSGRAD_PURE": "1"}  # what keeps the compiled engine out
SEED = 1337
ALPHA = 1e-4

Points = list[tuple[float, float]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Nanoseconds per node, beside micrograd in the same run.")
    parser.add_argument("--points", type=int, default=100, help="how many, on the two moons (default 100)")
    parser.add_argument("--hidden", type=int, default=16, help="neurons in each hidden layer (default 16)")
    parser.add_argument("--steps", type=int, default=3, help="timed steps per process (default 3)")
    parser.add_argument("--rounds", type=int, default=5, help="processes per engine (default 5)")
    parser.add_argument("--engine", choices=ENGINES, help="run this one here and print what came of it as JSON")
    options = parser.parse_args(arguments)
    if min(options.points, options.hidden, options.steps, options.rounds) < 1:
        parser.error("every number is at least 1")
    if options.engine:
        print(json.dumps(run(options.engine, options.points, options.hidden, options.steps)))
        return 0

    sizes = ["--points", str(options.points), "--hidden", str(options.hidden), "--steps", str(options.steps)]
    command = [sys.executable, os.path.abspath(__file__), *sizes, "--engine"]

    def measured(engine: str) -> dict[str, Any]:
        return in_a_process([*command, engine], [environment.ROOT], PURE if engine == "pure Python" else None)

    runs = in_turn(ENGINES, options.rounds, measured)
    what = f"MLP 2-{options.hidden}-{options.hidden}-1, {options.points} moon points, Python {environment.VERSION}"
    print(f"{what}: median (smallest to largest) of {options.rounds} x {options.steps} steps\n")
    print(table(runs))
    return 0


# --- one engine, in this process ---


def run(engine: str, points: int, hidden: int, steps: int) -> dict[str, Any]:
    """Train for one step to warm up and then `steps` timed ones; what they took, in seconds, nodes and bytes."""
    value, network = network_of(engine)
    random.seed(SEED)
    model = network(2, [hidden, hidden, 1])
    xs, ys = moons(points)
    collector = Collector()
    before = peak_memory()
    forward: list[float] = []
    backward: list[float] = []
    whole: list[float] = []
    collected: list[float] = []
    nodes = 0
    losses: list[float] = []
    for k in range(steps + 1):
        began, waited = time.perf_counter(), collector.seconds
        total = loss(engine, value, model, xs, ys)
        there = time.perf_counter()
        model.zero_grad()
        zeroed = time.perf_counter()
        total.backward()
        back = time.perf_counter()
        rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= rate * p.grad
        losses.append(total.data)
        if not k:
            nodes = count(total)
        ended = time.perf_counter()
        del total  # freeing the graph is part of the step, for those that can
        freed = time.perf_counter() - ended
        if k:
            forward.append(there - began)
            backward.append(back - zeroed)
            whole.append(ended - began + freed)
            collected.append(collector.seconds - waited)
    collector.stop()
    return {
        "nodes": nodes,
        "forward": forward,
        "backward": backward,
        "step": whole,
        "collected": collected,
        "memory": peak_memory() - before,
        "losses": losses,
    }


def network_of(engine: str) -> tuple[type, Callable[..., Any]]:
    """The engine's Value, and the MLP to go with it."""
    spec = importlib.util.find_spec("micrograd.nn")
    if spec is None or spec.origin is None:
        raise SystemExit("micrograd is not installed; `python3 tools/bench/scalar.py` installs it")
    with open(spec.origin, encoding="utf-8") as file:
        source = file.read()
    if engine == "micrograd":
        own = "from micrograd.engine import Value"
    else:
        own = "from autograd import Value"
        source = source.replace("from micrograd.engine import Value", own)
    if own not in source:
        raise SystemExit(f"this micrograd is another one than 0.1.0: its nn.py has no line `{own}`")
    module = types.ModuleType("network")
    exec(compile(source, spec.origin, "exec"), module.__dict__)  # micrograd's own module, as `import` would run it
    if engine == "dot":
        write_with_dot(module.Neuron)
    return module.Value, module.MLP


def write_with_dot(neuron: Any) -> None:
    import autograd

    def call(self: Any, x: list[Any]) -> Any:
        act = autograd.dot(self.w, x) + self.b
        return act.relu() if self.nonlin else act

    neuron.__call__ = call


def moons(points: int) -> tuple[Points, list[int]]:
    """Two half circles that reach into one another, with noise of 0.1, and which of the two each point is on."""
    draw = random.Random(SEED)
    xs: Points = []
    ys: list[int] = []
    for k in range(points):
        angle, side = math.pi * draw.random(), 1 if k % 2 else -1
        x, y = (math.cos(angle), math.sin(angle)) if side < 0 else (1 - math.cos(angle), 0.5 - math.sin(angle))
        xs.append((x + draw.gauss(0, 0.1), y + draw.gauss(0, 0.1)))
        ys.append(side)
    return xs, ys


def loss(engine: str, value: type, model: Callable[..., Any], xs: Points, ys: list[int]) -> Any:
    """The loss of micrograd's notebook, in its words; in ours, its two sums are one op each."""
    inputs = [list(map(value, xrow)) for xrow in xs]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(ys, scores, strict=True)]
    weights = model.parameters()  # type: ignore[attr-defined]
    if engine == "dot":
        import autograd

        return autograd.sum(losses) * (1.0 / len(losses)) + ALPHA * autograd.dot(weights, weights)
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = ALPHA * sum(p * p for p in weights)
    return data_loss + reg_loss


def count(root: Any) -> int:
    """The nodes of the graph below the root, in either engine's words."""
    seen = {id(root): root}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for i in node._prev if hasattr(node, "_prev") else node.inputs:
            if type(i) is type(root) and id(i) not in seen:
                seen[id(i)] = i
                waiting.append(i)
    return len(seen)


def peak_memory() -> int:
    """The most bytes this process has held; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


# --- the table ---


def table(runs: dict[str, list[dict[str, Any]]]) -> str:
    """One column per engine: the times, and how many of our steps one of micrograd's takes."""
    rows: list[list[str]] = [["", *runs]]

    def per(what: str, divide_by: str = "", scale: float = 1.0) -> list[list[float]]:
        return [
            [scale * each / (run[divide_by] if divide_by else 1) for run in engine for each in run[what]]
            for engine in runs.values()
        ]

    def shares(engine: list[dict[str, Any]]) -> list[float]:
        return [100 * sum(run["collected"]) / sum(run["step"]) for run in engine]

    steps = {engine: statistics.median(s for run in each for s in run["step"]) for engine, each in runs.items()}
    rows.append(["nodes per step", *(f"{engine[0]['nodes']:,}" for engine in runs.values())])
    rows.append(["ns per node, forward", *(spread(each, 0) for each in per("forward", "nodes", 1e9))])
    rows.append(["ns per node, backward", *(spread(each, 0) for each in per("backward", "nodes", 1e9))])
    rows.append(["seconds per step", *(spread(each, 3) for each in per("step"))])
    rows.append(["of it in the collector, %", *(spread(shares(engine), 0) for engine in runs.values())])
    rows.append(["peak memory of a run, MB", *(spread([r["memory"] / 1e6 for r in e], 0) for e in runs.values())])
    rows.append(["micrograd's step / this one", *(f"{steps['micrograd'] / each:.1f}" for each in steps.values())])
    rows.append(["loss after the last step", *(f"{engine[0]['losses'][-1]:.12f}" for engine in runs.values())])
    return aligned(rows)


if __name__ == "__main__":
    try:
        if "--engine" not in sys.argv:
            environment.enter("bench")
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
