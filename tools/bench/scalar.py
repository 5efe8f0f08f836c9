"""One step of micrograd's own demo in one engine: an MLP 2-16-16-1 with relu, 100 points, max-margin loss and L2.

The step is forward over all points, zero_grad, backward, SGD, and freeing the graph. It runs in these ways:

    micrograd       as published; `no collector` is the same without Python's cycle collector
    glassgrad       micrograd's own nn.py, letter for letter, with only its import changed to ours; `pure` is the same
                    on the engine that is not compiled
    glassgrad, dot  the same network in our words: the neuron is autograd.dot(w, x) + b, and the sums of the loss are
                    autograd.sum and autograd.dot
    pytorch         the same source with tensors of no dimension for Values

`tools/bench/run.py` runs each in a process of its own: in one process, micrograd's reference cycles would be collected
in another engine's time, and what the first engine leaves of the heap would be the second one's burden.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import math
import random
import time
import types
from collections.abc import Callable
from typing import Any

from bench.measure import Figures, memory
from bench.peers import MICROGRAD, PYTORCH

DOT, PURE, NO_COLLECTOR = "dot", "pure", "no collector"
SEED = 1337
ALPHA = 1e-4

Points = list[tuple[float, float]]


def measure(engine: str, how: str, quick: bool, points: int = 100, hidden: int = 16) -> Figures:
    """Train for one step to warm up and then some timed ones; return processor seconds, and bytes per node."""
    if how == NO_COLLECTOR:
        gc.disable()
    random.seed(SEED)
    value, network = network_of(engine, how)
    model = network(2, [hidden, hidden, 1])
    xs, ys = moons(points)
    nodes, size = node_size(lambda: loss(how, value, model, xs, ys))
    found: Figures = {"step": [], "forward": [], "backward": [], "nodes": [nodes], "bytes": [size], "check": []}
    for k in range(40):
        began = time.process_time()
        total = loss(how, value, model, xs, ys)
        there = time.process_time()
        for p in model.parameters():  # as zero_grad does, but PyTorch refuses a 0
            p.grad = None if engine == PYTORCH else 0
        zeroed = time.process_time()
        total.backward()
        back = time.process_time()
        rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= rate * p.grad
        if k < 2:
            found["check"].append(float(total.data))
        del total  # freeing the graph is part of the step, for those that can
        if k:
            found["forward"].append(there - began)
            found["backward"].append(back - zeroed)
            found["step"].append(time.process_time() - began)
        if len(found["step"]) >= (1 if quick else 3) and sum(found["step"]) > 0.3:
            break
    found["per sample"] = [each / points for each in found["step"]]
    return found


def network_of(engine: str, how: str = "") -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the engine's Value, and the MLP to go with it."""
    spec = importlib.util.find_spec("micrograd.nn")
    if spec is None or spec.origin is None:
        raise SystemExit("micrograd is not installed; `python3 tools/environment.py test` installs it")
    with open(spec.origin, encoding="utf-8") as file:
        source = file.read()
    line = "from micrograd.engine import Value"
    if line not in source:
        raise SystemExit(f"this micrograd is another one than 0.1.0: its nn.py has no line `{line}`")
    module = types.ModuleType("network")
    module.__dict__["Value"] = value_of(engine)
    exec(compile(source.replace(line, ""), spec.origin, "exec"), module.__dict__)
    if how == DOT:
        write_with_dot(module.Neuron)
    return module.Value, module.MLP


def value_of(engine: str) -> Callable[..., Any]:
    """Return a function that makes a leaf."""
    if engine == MICROGRAD:
        from micrograd.engine import Value

        return Value  # type: ignore[no-any-return]
    if engine == PYTORCH:
        import torch

        torch.set_num_threads(1)
        return functools.partial(torch.tensor, dtype=torch.float64, requires_grad=True)
    import autograd

    return autograd.Value


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


def loss(how: str, value: Callable[..., Any], model: Any, xs: Points, ys: list[int]) -> Any:
    """The loss of micrograd's notebook, in its words; by `dot`, its two sums are one op each."""
    inputs = [list(map(value, xrow)) for xrow in xs]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(ys, scores, strict=True)]
    weights = model.parameters()
    if how == DOT:
        import autograd

        return autograd.sum(losses) * (1.0 / len(losses)) + ALPHA * autograd.dot(weights, weights)
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = ALPHA * sum(p * p for p in weights)
    return data_loss + reg_loss


def node_size(build: Callable[[], Any]) -> tuple[int, float]:
    """Return the nodes of the graph that `build` makes, and the bytes that each of them takes."""
    warm, before = build(), memory()
    held = [build() for _ in range(4)]
    grown = memory() - before
    nodes = count(warm)
    del warm, held
    gc.collect()
    return nodes, grown / (4 * nodes)


def count(root: Any) -> int:
    """Count the nodes of the graph below the root, in the words of its engine; PyTorch's are its functions."""
    seen = {id(root): root}
    waiting = [root]
    while waiting:
        for i in inputs_of(waiting.pop()):
            if id(i) not in seen:
                seen[id(i)] = i
                waiting.append(i)
    return len(seen)


def inputs_of(node: Any) -> list[Any]:
    if hasattr(node, "_prev"):
        return list(node._prev)
    if hasattr(node, "grad_fn"):
        return [node.grad_fn]
    if hasattr(node, "next_functions"):
        return [function for function, _ in node.next_functions if function]
    return list(node.inputs)
