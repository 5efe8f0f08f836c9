"""The cost of a node in graphs of two sizes and in a chain of a million: to build, to sweep backward and to free it."""

from __future__ import annotations

import itertools
import random
import time

from bench import scalar
from bench.measure import Figures
from bench.peers import OURS

SIZES = {"10,000": 15, "1,000,000": 1524}  # nodes of the demo's graph, and the points that give so many


def measure(engine: str, how: str, quick: bool) -> Figures:
    """Return processor seconds: per node of the graphs of `SIZES`, and for the parts of the chain."""
    found: Figures = {name: cost_per_node(points, 3 if quick else 5) for name, points in SIZES.items()}
    for name, seconds in chain(3 if quick else 5).items():
        found[name] = seconds
    return found


def cost_per_node(points: int, times: int) -> list[float]:
    """Return the seconds to build, sweep and free the graph of the demo, per node."""
    random.seed(scalar.SEED)
    value, network = scalar.network_of(OURS)
    model, (xs, ys) = network(2, [16, 16, 1]), scalar.moons(points)
    nodes = scalar.count(scalar.loss("", value, model, xs, ys))
    repeats = max(100_000 // nodes, 1)

    def step() -> None:
        scalar.loss("", value, model, xs, ys).backward()

    step()
    found = []
    for _ in range(times):
        began = time.process_time()
        for _ in range(repeats):
            step()
        found.append((time.process_time() - began) / repeats / nodes)
    return found


def chain(times: int, length: int = 1_000_000) -> Figures:
    """Return the seconds for y = y + x, so many times over."""
    from autograd import Value

    found: Figures = {"build": [], "backward": [], "free": [], "together": []}
    for _ in range(times + 1):
        clock = [time.process_time()]
        y = x = Value(1.0)
        for _ in range(length):
            y = y + x
        clock.append(time.process_time())
        y.backward()
        clock.append(time.process_time())
        assert x.grad == length + 1.0
        del x, y
        clock.append(time.process_time())
        for name, (began, ended) in zip(found, [*itertools.pairwise(clock), (clock[0], clock[-1])], strict=True):
            found[name].append(ended - began)
    return {name: seconds[1:] for name, seconds in found.items()}  # the first time, memory comes from the system
