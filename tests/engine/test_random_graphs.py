"""Random programs: directed acyclic graphs with sharing, repeated inputs, constants and ops of any number of inputs.

The reference is forward mode written a second time, here, from nothing but `math`: a number with its partial
derivatives. It imports no rule of the engine and has the derivatives in other forms, those of the textbooks. Programs
stay where these are good: no value above 12, no kink, pole or edge of a domain closer than a hundredth or so.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd
from autograd import Program, Value
from autograd.engine.sweep import graph_nodes

PROGRAMS = 20_000
BLOCK = 1_000
SAMPLE = 40  # of the programs of a block, one in so many is also looked at in the slower ways

LARGEST = 12.0
STEEPEST = 1e4
NEAR = 0.01  # what counts as too close to a kink; what matters is that it is far more than rounding


class Number(NamedTuple):
    """A value, its partial derivatives by input, and for each the sum of the sizes of its terms.

    The sizes are what an error of rounding is relative to: 1e8 - 1e8 is not 0 to sixteen digits.
    """

    value: float
    partials: list[float]
    sizes: list[float]


def chained(value: float, locals_: list[float], inputs: list[Number]) -> Number:
    """The chain rule: the local derivatives, and the inputs they are with respect to."""
    pairs = list(zip(locals_, inputs, strict=True))
    width = range(len(inputs[0].partials))
    partials = [math.fsum([d * i.partials[k] for d, i in pairs]) for k in width]
    return Number(value, partials, [sum([abs(d) * i.sizes[k] for d, i in pairs]) for k in width])


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def gauss(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def phi(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def mish_slope(x: float) -> float:
    t = math.tanh(math.log(1 + math.exp(x)))
    return t + x * (1 - t * t) * logistic(x)


Unary = tuple[Callable[[float], bool], Callable[[float], float], Callable[[float], float]]


def anywhere(x: float) -> bool:
    return True


def off_zero(x: float) -> bool:
    return abs(x) > NEAR


# Where it may be used, its value, its derivative.
UNARY: dict[str, Unary] = {
    "neg": (anywhere, lambda x: -x, lambda x: -1.0),
    "square": (lambda x: abs(x) < 3.4, lambda x: x * x, lambda x: 2 * x),
    "reciprocal": (lambda x: abs(x) > 0.2, lambda x: 1 / x, lambda x: -1 / x**2),
    "sqrt": (lambda x: x > 0.1, math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    "exp": (lambda x: x < 2.4, math.exp, math.exp),
    "expm1": (lambda x: x < 2.4, math.expm1, math.exp),
    "log": (lambda x: x > 0.1, math.log, lambda x: 1 / x),
    "log1p": (lambda x: x > -0.9, math.log1p, lambda x: 1 / (1 + x)),
    "sin": (anywhere, math.sin, math.cos),
    "cos": (anywhere, math.cos, lambda x: -math.sin(x)),
    "tan": (lambda x: abs(math.cos(x)) > 0.2, math.tan, lambda x: 1 / math.cos(x) ** 2),
    "asin": (lambda x: abs(x) < 0.9, math.asin, lambda x: 1 / math.sqrt(1 - x * x)),
    "acos": (lambda x: abs(x) < 0.9, math.acos, lambda x: -1 / math.sqrt(1 - x * x)),
    "atan": (anywhere, math.atan, lambda x: 1 / (1 + x * x)),
    "sinh": (lambda x: abs(x) < 3, math.sinh, math.cosh),
    "cosh": (lambda x: abs(x) < 3, math.cosh, math.sinh),
    "tanh": (lambda x: abs(x) < 4, math.tanh, lambda x: 1 - math.tanh(x) ** 2),
    "sigmoid": (lambda x: abs(x) < 6, logistic, lambda x: logistic(x) * (1 - logistic(x))),
    "log_sigmoid": (lambda x: abs(x) < 6, lambda x: math.log(logistic(x)), lambda x: 1 - logistic(x)),
    "softplus": (lambda x: abs(x) < 6, lambda x: math.log(1 + math.exp(x)), logistic),
    "relu": (off_zero, lambda x: x if x > 0 else 0.0, lambda x: 1.0 if x > 0 else 0.0),
    "leaky_relu": (off_zero, lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01),
    "elu": (off_zero, lambda x: x if x > 0 else math.exp(x) - 1, lambda x: 1.0 if x > 0 else math.exp(x)),
    "gelu": (lambda x: abs(x) < 4, lambda x: x * phi(x), lambda x: phi(x) + x * gauss(x)),
    "silu": (lambda x: abs(x) < 6, lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * (1 - logistic(x)))),
    "mish": (lambda x: abs(x) < 4, lambda x: x * math.tanh(math.log(1 + math.exp(x))), mish_slope),
    "erf": (lambda x: abs(x) < 4, math.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
    "abs": (off_zero, abs, lambda x: 1.0 if x > 0 else -1.0),
    "sign": (off_zero, lambda x: 1.0 if x > 0 else -1.0, lambda x: 0.0),
}

Binary = tuple[Callable[[float, float], bool], Callable[[float, float], tuple[float, float, float]]]


def apart(a: float, b: float) -> bool:
    return abs(a - b) > NEAR


def always(a: float, b: float) -> bool:
    return True


# Where it may be used; its value, and the derivatives with respect to the one and the other.
BINARY: dict[str, Binary] = {
    "add": (always, lambda a, b: (a + b, 1.0, 1.0)),
    "sub": (always, lambda a, b: (a - b, 1.0, -1.0)),
    "mul": (always, lambda a, b: (a * b, b, a)),
    "div": (lambda a, b: abs(b) > 0.2, lambda a, b: (a / b, 1 / b, -a / b**2)),
    "pow": (
        lambda a, b: 0.2 < a < 4 and abs(b) < 3,
        lambda a, b: (a**b, b * a**b / a, math.log(a) * a**b),
    ),
    "atan2": (
        lambda a, b: math.hypot(a, b) > 0.3 and (abs(a) > NEAR or b > 0),
        lambda a, b: (math.atan2(a, b), b / (a * a + b * b), -a / (a * a + b * b)),
    ),
    "hypot": (
        lambda a, b: math.hypot(a, b) > 0.3,
        lambda a, b: (math.sqrt(a * a + b * b), a / math.sqrt(a * a + b * b), b / math.sqrt(a * a + b * b)),
    ),
    "maximum": (apart, lambda a, b: (a, 1.0, 0.0) if a > b else (b, 0.0, 1.0)),
    "minimum": (apart, lambda a, b: (a, 1.0, 0.0) if a < b else (b, 0.0, 1.0)),
}

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
}

# Sums and products twice: programs that people write are mostly made of them.
NAMES = [*UNARY, *BINARY, *BINARY, "add", "mul", "add", "mul", "clip", "where", "sum", "dot", "logsumexp", "mean"]


def step(rng: random.Random, pool: list[tuple[Any, Number]]) -> tuple[Any, Number] | None:
    """One op on members of the pool, taken twice in both worlds; None where it would leave the region."""
    name = rng.choice(NAMES)
    if name in UNARY:
        allowed, f, df = UNARY[name]
        x, dx = rng.choice(pool)
        if not allowed(dx.value):
            return None
        return (-x if name == "neg" else getattr(autograd, name)(x)), chained(f(dx.value), [df(dx.value)], [dx])
    if name in BINARY:
        fits, both = BINARY[name]
        (a, da), (b, db) = rng.choice(pool), rng.choice(pool)
        if not fits(da.value, db.value):
            return None
        value, *slopes = both(da.value, db.value)
        op = OPERATORS.get(name) or getattr(autograd, name)
        return op(a, b), chained(value, slopes, [da, db])
    if name == "clip":
        x, dx = rng.choice(pool)
        low, high = sorted((rng.uniform(-2, 2), rng.uniform(-2, 2)))
        if not (apart(dx.value, low) and apart(dx.value, high)):
            return None
        inside = low < dx.value < high
        return autograd.clip(x, low, high), chained(min(max(dx.value, low), high), [1.0 if inside else 0.0], [dx])
    if name == "where":
        (m, dm), (a, da), (b, db) = (rng.choice(pool) for _ in range(3))
        if not off_zero(dm.value):
            return None
        mask = dm.value > 0
        slopes = [1.0, 0.0] if mask else [0.0, 1.0]
        return autograd.where(m > 0, a, b), chained(da.value if mask else db.value, slopes, [da, db])
    chosen = [rng.choice(pool) for _ in range(rng.randint(1, 4))]
    xs, dxs = [x for x, _ in chosen], [d for _, d in chosen]
    values = [d.value for d in dxs]
    if name == "sum":
        return autograd.sum(xs), chained(ordered(values), [1.0] * len(xs), dxs)
    if name == "mean":
        return autograd.mean(xs), chained(ordered(values) / len(xs), [1 / len(xs)] * len(xs), dxs)
    if name == "dot":
        others = [rng.choice(pool) for _ in chosen]
        weights = [d.value for _, d in others]
        total = ordered([v * w for v, w in zip(values, weights, strict=True)])
        return autograd.dot(xs, [x for x, _ in others]), chained(total, weights + values, dxs + [d for _, d in others])
    total = sum(math.exp(v) for v in values)
    return autograd.logsumexp(xs), chained(math.log(total), [math.exp(v) / total for v in values], dxs)


def ordered(values: list[float]) -> float:
    """The sum from left to right, rounded after every step: from Python 3.12 on the builtin does it another way."""
    total = values[0]
    for value in values[1:]:
        total += value
    return total


def program(seed: int) -> tuple[list[Value], Any, Number]:
    """A random program: its inputs, its result as a graph, and its result as numbers with partial derivatives."""
    rng = random.Random(seed)
    count = rng.randint(1, 3)
    inputs = [Value(rng.uniform(-2, 2)) for _ in range(count)]
    pool: list[tuple[Any, Number]] = []
    for k, x in enumerate(inputs):
        unit = [1.0 if j == k else 0.0 for j in range(count)]
        pool.append((x, Number(x.data, unit, unit)))
    nothing = [0.0] * count
    for _ in range(rng.randint(0, 2)):
        number = rng.choice((0.5, 2.0, 3.0, -1.0, rng.uniform(-3, 3)))
        pool.append((number, Number(number, nothing, nothing)))
    length = len(pool) + rng.randint(6, 10)
    while len(pool) < length:
        made = step(rng, pool)
        if made is None or not isinstance(made[0], Value):
            continue
        if abs(made[1].value) < LARGEST and max(made[1].sizes) < STEEPEST:
            pool.append(made)
    result, number_ = pool[-1]
    for x, d in pool[count:-1]:  # nothing that was made goes unused
        result, number_ = result + x, chained(number_.value + d.value, [1.0, 1.0], [number_, d])
    return inputs, result, number_


def blocks() -> list[range]:
    return [range(start, start + BLOCK) for start in range(0, PROGRAMS, BLOCK)]


@pytest.mark.parametrize("seeds", blocks(), ids=str)
def test_random_programs_agree_with_dual_numbers_written_independently(seeds: range) -> None:
    for seed in seeds:
        inputs, result, want = program(seed)
        result.backward()
        assert abs(result.data - want.value) <= 1e-12 * max(1.0, abs(want.value)), seed
        for k, x in enumerate(inputs):
            assert x.grad is None or type(x.grad) is float
            got = x.grad or 0.0
            assert abs(got - want.partials[k]) <= 1e-12 * want.sizes[k], (seed, k, got, want)


def test_the_programs_have_what_graphs_have() -> None:
    shared = repeated = constants = several = 0
    ops: set[str] = set()
    for seed in range(BLOCK):
        _, result, _ = program(seed)
        uses: dict[int, int] = {}
        for node in graph_nodes(result, wanted=True)[::-1]:
            inner = [i for i in node.inputs if i.requires_grad]
            constants += len(inner) < len(node.inputs)
            repeated += len({id(i) for i in inner}) < len(inner)
            several += len(inner) > 2
            for i in {id(i) for i in inner}:
                uses[i] = uses.get(i, 0) + 1
            ops.add(node.op.name if node.op is not None else "leaf")
        shared += max(uses.values()) > 1
    assert min(shared, repeated, constants, several) > BLOCK // 4
    assert ops >= {*UNARY, *BINARY, "clip", "where", "sum", "dot", "logsumexp", "leaf"}


sample = pytest.mark.parametrize(
    "seeds", [range(s, s + BLOCK * 5, SAMPLE) for s in range(0, PROGRAMS, BLOCK * 5)], ids=str
)


def reached(inputs: list[Value], result: Value) -> list[Value]:
    """The inputs that the result depends on, as a graph."""
    nodes = {id(node) for node in graph_nodes(result, wanted=True)[::-1]}
    return [x for x in inputs if id(x) in nodes]


@sample
def test_program_is_the_graph_to_the_bit(seeds: range) -> None:
    for seed in seeds:
        inputs, result, _ = program(seed)
        inputs = reached(inputs, result)
        result.backward()
        written = Program(result, inputs)
        numbers = [x.data for x in inputs]
        assert written(*numbers) == result.data, seed
        assert written.value_and_grad(*numbers) == (result.data, [x.grad for x in inputs]), seed


@sample
def test_program_on_arrays_is_the_program_row_by_row(seeds: range) -> None:
    rng = np.random.default_rng(0)
    for seed in seeds:
        inputs, result, want = program(seed)
        inputs = reached(inputs, result)
        written = Program(result, inputs)
        # So close to the traced sample that no kink lies between.
        columns = [x.data + 1e-6 * rng.standard_normal(5) for x in inputs]
        if "the mask is fixed" in written.source:
            with pytest.raises(ValueError, match="one sample, not for several"):
                written.value_and_grad(*columns)
            continue
        values, gradients = written.value_and_grad(*columns)
        assert values.shape == (5,)
        for row in range(5):
            value, gradient = written.value_and_grad(*[float(column[row]) for column in columns])
            assert abs(values[row] - value) <= 1e-14 * max(1.0, abs(value)) * 20, seed
            for got, one, size in zip(gradients, gradient, want.sizes, strict=False):
                assert abs(got[row] - one) <= 1e-13 * max(1.0, size, max(want.sizes)), seed


def replayed(seed: int) -> Callable[[list[Any]], Any]:
    """The program as a function of its inputs."""
    inputs, result, _ = program(seed)
    order = graph_nodes(result, wanted=True)

    def f(xs: list[Any]) -> Any:
        place: dict[int, Any] = {id(x): new for x, new in zip(inputs, xs, strict=True)}
        for node in order:
            if node.op is not None:
                args = [place.get(id(i), i.item()) for i in node.inputs]
                place[id(node)] = node.op(*args, **node.params)
        return place[id(result)]

    return f


@sample
def test_forward_mode_is_reverse_mode(seeds: range) -> None:
    for seed in seeds:
        inputs, result, want = program(seed)
        f, xs = replayed(seed), [x.data for x in inputs]
        value, pullback = autograd.vjp(f, xs)
        assert value == result.data
        row = pullback(1.0)
        direction = [random.Random(seed + k).uniform(-1, 1) for k in range(len(xs))]
        value, along = autograd.jvp(f, xs, direction)
        assert value == result.data
        size = sum(s * abs(v) for s, v in zip(want.sizes, direction, strict=True))
        assert abs(along - sum(r * v for r, v in zip(row, direction, strict=True))) <= 1e-13 * size, seed
        for k, partial in enumerate(row):
            unit = [1.0 if j == k else 0.0 for j in range(len(xs))]
            assert abs(autograd.jvp(f, xs, unit)[1] - partial) <= 1e-13 * want.sizes[k], seed


@sample
def test_backward_twice_gives_leaves_exactly_twice_and_inner_nodes_once(seeds: range) -> None:
    for seed in seeds:
        _, result, _ = program(seed)
        result.backward()
        nodes = graph_nodes(result, wanted=True)[::-1]
        once = [node.grad for node in nodes]
        result.backward()
        for node, grad in zip(nodes, once, strict=True):
            assert grad is not None
            assert node.grad == (2 * grad if node.is_leaf else grad), seed


@sample
def test_hessian_is_symmetric_and_is_the_derivative_of_the_gradient(seeds: range) -> None:
    for seed in list(seeds)[::4]:
        inputs, _, _ = program(seed)
        f, xs = replayed(seed), [x.data for x in inputs]
        hessian = autograd.hessian(f)(xs)
        size = max(1.0, max(abs(h) for row in hessian for h in row))
        for i in range(len(xs)):
            for j in range(i):
                assert abs(hessian[i][j] - hessian[j][i]) <= 1e-10 * size, seed
        for k in range(len(xs)):
            unit = [1.0 if j == k else 0.0 for j in range(len(xs))]
            column = autograd.hvp(f)(xs, unit)
            assert all(abs(column[i] - hessian[i][k]) <= 1e-10 * size for i in range(len(xs))), seed
