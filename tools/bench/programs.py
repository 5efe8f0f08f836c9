"""The time to run a recorded graph again, beside CasADi SX and JAX.

The network is that of `scalar.py`, an MLP 2-16-16-1 with relu, and there are two works:

    floats     the loss of all points with its L2 term, and its gradient at 337 parameters, as one graph
    samples    the loss of one point, recorded once, at 10,000 points: a value and 337 gradients for each of them

CasADi takes part in `floats`, JAX in `samples`: to compile the graph of `floats` takes JAX more than five minutes.
micrograd records nothing; `scalar.py` measures its time for the same.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from bench import scalar
from bench.measure import Figures, timed
from bench.peers import CASADI, JAX, OURS

FLOATS, SAMPLES = "floats", "samples"
COUNT = 10_000  # samples
HIDDEN = 16
POINTS = 100

Run = Callable[[], float]  # computes the value and all gradients and returns the sum of the values


def measure(engine: str, how: str, quick: bool, samples: int = COUNT) -> Figures:
    """Return the seconds of each run and of each sample, and of `build`: all that is done once.

    That is recording the operations, and what the engine makes of them, at the latest in the first run.
    """
    import_module({OURS: "autograd", CASADI: "casadi", JAX: "jax.numpy"}[engine])
    began = time.process_time()
    run = ENGINES[engine, how](samples)
    total = run()  # the first one compiles, in JAX, and gets memory
    built = time.process_time() - began
    found = timed(run, 3 if quick else 10, warm=0)
    found["build"] = [max(0.0, built - statistics.median(found["step"]))]
    return {**found, "per sample": [each / samples for each in found["step"]], "check": [total]}


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


# --- the engines: each returns a run of the work ---


def relu_of(x: Any) -> Any:
    return x.relu()


def our_floats(samples: int) -> Run:
    from autograd import Program, Value

    w = parameters()
    leaves = list(map(Value, w))
    program = Program(whole(leaves, relu_of), leaves, max_nodes=1_000_000)
    return lambda: float(program.value_and_grad(*w)[0])


def our_samples(samples: int) -> Run:
    import numpy as np

    from autograd import Program, Value

    w, columns = parameters(), list(map(np.array, points(samples)))
    leaves = list(map(Value, w))
    a, b, y = Value(0.5), Value(-0.5), Value(1.0)
    program = Program(hinge(leaves, (a, b), y, relu_of), [*leaves, a, b, y], max_nodes=1_000_000)
    return lambda: float(np.sum(program.value_and_grad(*w, *columns)[0]))


def casadi_floats(samples: int) -> Run:
    import casadi as ca

    w = ca.SX.sym("w", len(parameters()))
    loss = whole([w[k] for k in range(w.shape[0])], lambda x: ca.fmax(x, 0.0))
    function = ca.Function("f", [w], [loss, ca.gradient(loss, w)])
    given = ca.DM(parameters())
    return lambda: float(function(given)[0])


def jax_samples(samples: int) -> Run:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    w = list(map(jnp.float64, parameters()))

    def loss(w: Any, a: Any, b: Any, y: Any) -> Any:
        return hinge(w, (a, b), y, lambda x: jnp.maximum(x, 0.0))

    function = jax.jit(jax.vmap(jax.value_and_grad(loss), in_axes=(None, 0, 0, 0)))
    columns = list(map(jnp.array, points(samples)))
    return lambda: float(jnp.sum(jax.block_until_ready(function(w, *columns))[0]))


ENGINES: dict[tuple[str, str], Callable[[int], Run]] = {
    (OURS, FLOATS): our_floats,
    (OURS, SAMPLES): our_samples,
    (CASADI, FLOATS): casadi_floats,
    (JAX, SAMPLES): jax_samples,
}
