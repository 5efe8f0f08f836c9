"""Random programs on arrays: shapes that broadcast, reductions, products, indices, sharing.

The reference is forward mode without a rule: NumPy runs the same program on complex numbers, x + 1e-30i times a
direction, and what comes out along i is the derivative in that direction, to the last digits since no difference is
taken. Nothing of the engine is in it. Programs stay where this is good: no value above 8, no kink, pole or edge of a
domain closer than a hundredth.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.engine.sweep import graph_nodes
from tests.engine.test_random_graphs import program as scalar_program, replayed

PROGRAMS = 5_000
BLOCK = 500
SAMPLE = 20  # of the programs of a block, one in so many is also looked at in the slower ways

LARGEST = 8.0
NEAR = 0.01
STEP = 1e-30

Array = np.ndarray
Made = tuple[Any, Array]  # ours, and NumPy's with its derivative
Pool = list[Made]
SHAPES: list[tuple[int, ...]] = [(), (1,), (3,), (2, 1), (2, 3), (1, 3), (3, 3), (2, 1, 3), (0, 3), (4,)]


def apart(x: Array) -> bool:
    """Whether no two numbers are close to one another."""
    return not np.any(np.diff(np.sort(x.real, axis=None)) < NEAR)


def off_zero(x: Array) -> bool:
    return bool(np.all(np.abs(x.real) > NEAR))


def anywhere(x: Array) -> bool:
    return True


Unary = tuple[Callable[[Array], bool], Callable[[Any], Any], Callable[[Array], Array]]

# Where it may be used, ours, NumPy's.
UNARY: dict[str, Unary] = {
    "neg": (anywhere, lambda x: -x, lambda x: -x),
    "square": (anywhere, ag.square, lambda x: x * x),
    "tanh": (anywhere, ag.tanh, np.tanh),
    "sin": (anywhere, ag.sin, np.sin),
    "cos": (anywhere, ag.cos, np.cos),
    "atan": (anywhere, ag.atan, np.arctan),
    "exp": (anywhere, ag.exp, np.exp),
    "sigmoid": (anywhere, ag.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    "softplus": (anywhere, ag.softplus, lambda x: np.log(1 + np.exp(x))),
    "silu": (anywhere, ag.silu, lambda x: x / (1 + np.exp(-x))),
    "sqrt": (lambda x: bool(np.all(x.real > 0.1)), ag.sqrt, np.sqrt),
    "log": (lambda x: bool(np.all(x.real > 0.1)), ag.log, np.log),
    "reciprocal": (lambda x: bool(np.all(np.abs(x.real) > 0.2)), ag.reciprocal, lambda x: 1 / x),
    "relu": (off_zero, ag.relu, lambda x: np.where(x.real > 0, x, 0)),
    "abs": (off_zero, ag.abs, lambda x: np.where(x.real > 0, x, -x)),
    "where": (off_zero, lambda x: ag.where(x > 0, x, 0.5 * x), lambda x: np.where(x.real > 0, x, 0.5 * x)),
    "constant": (anywhere, lambda x: 2.0 - 0.5 * x, lambda x: 2 - 0.5 * x),
}

Binary = tuple[Callable[[Array, Array], bool], Callable[[Any, Any], Any], Callable[[Array, Array], Array]]


def always(a: Array, b: Array) -> bool:
    return True


def different(a: Array, b: Array) -> bool:
    return off_zero(a - b)


BINARY: dict[str, Binary] = {
    "add": (always, lambda a, b: a + b, lambda a, b: a + b),
    "sub": (always, lambda a, b: a - b, lambda a, b: a - b),
    "mul": (always, lambda a, b: a * b, lambda a, b: a * b),
    "div": (lambda a, b: bool(np.all(np.abs(b.real) > 0.2)), lambda a, b: a / b, lambda a, b: a / b),
    "pow": (lambda a, b: bool(np.all(a.real > 0.2)), lambda a, b: a**b, lambda a, b: np.exp(b * np.log(a))),
    "hypot": (
        lambda a, b: bool(np.all((a * a + b * b).real > 0.1)),
        ag.hypot,
        lambda a, b: np.sqrt(a * a + b * b),
    ),
    "maximum": (different, ag.maximum, lambda a, b: np.where(a.real > b.real, a, b)),
    "minimum": (different, ag.minimum, lambda a, b: np.where(a.real < b.real, a, b)),
    "where of two": (
        different,
        lambda a, b: ag.where(a < b, a, b * 2.0),
        lambda a, b: np.where(a.real < b.real, a, b * 2),
    ),
}


def elementwise(rng: random.Random, pool: Pool) -> Made | None:
    name = rng.choice([*UNARY, *BINARY, *BINARY])
    if name in UNARY:
        x, z = rng.choice(pool)
        allowed, ours, numpys = UNARY[name]
        return (ours(x), numpys(z)) if allowed(z) else None
    (a, za), (b, zb) = rng.choice(pool), rng.choice(pool)
    fits, both, theirs = BINARY[name]
    try:
        wide = np.broadcast_arrays(za, zb)
    except ValueError:
        return None
    return (both(a, b), theirs(za, zb)) if fits(*wide) else None


# What changes shapes: of ours, NumPy's and the dimensions chosen; None where the shape has no place for it.


# Complex on purpose: one branch for each function that changes a shape.
def shaped(rng: random.Random, pool: Pool) -> Made | None:  # noqa: C901
    x, z = rng.choice(pool)
    n, shape = z.ndim, z.shape
    name = rng.choice(("reshape", "permute", "unsqueeze", "squeeze", "broadcast", "flip", "roll", "pad", "join", "tri"))
    if name == "reshape":
        return ag.reshape(x, -1), z.reshape(-1)
    if name == "unsqueeze":
        k = rng.randint(0, n)
        return ag.unsqueeze(x, k), np.expand_dims(z, k)
    if name == "squeeze":
        return ag.squeeze(x), np.squeeze(z)
    if name == "broadcast":
        wide = (2, *(3 if length == 1 else length for length in shape))
        return ag.broadcast_to(x, wide), np.broadcast_to(z, wide)
    if n == 0:
        return None
    k = rng.randrange(n)
    if name == "permute":
        order = rng.sample(range(n), n)
        return ag.permute(x, order), z.transpose(order)
    if name == "flip":
        return ag.flip(x, k), np.flip(z, k)
    if name == "roll":
        shift = rng.randint(-4, 4)
        return ag.roll(x, shift, k), np.roll(z, shift, k)
    if name == "pad":
        widths = rng.randint(0, 2), rng.randint(0, 2)
        return ag.pad(x, widths), np.pad(z, [(0, 0)] * (n - 1) + [widths])
    if name == "join":
        y, w = rng.choice([(y, w) for y, w in pool if w.shape == shape])
        if rng.random() < 0.5:
            return ag.cat([x, y, x], k), np.concatenate([z, w, z], k)
        return ag.stack([x, y], k), np.stack([z, w], k)
    if n < 2:
        return ag.diag(x, k), np.diag(z, k)
    return (ag.tril(x), np.tril(z)) if rng.random() < 0.5 else (ag.triu(x, 1), np.triu(z, 1))


def picked(rng: random.Random, pool: Pool) -> Made | None:
    x, z = rng.choice(pool)
    if not z.ndim or 0 in z.shape:
        return None
    k = rng.randrange(z.ndim)
    length = z.shape[k]
    name = rng.choice(("slice", "integer", "repeats", "mask", "pairs", "gather", "split"))
    if name == "gather":
        places = np.array([rng.randrange(length) for _ in range(z.size)]).reshape(z.shape)
        return ag.gather(x, k, places), np.take_along_axis(z, places, k)
    if name == "split":
        return ag.split(x, 2, k)[-1], np.split(z, range(2, length, 2), k)[-1]
    index: Any
    if name == "slice":
        index = (..., slice(rng.choice((None, 0, 1, -2)), None, rng.choice((1, 2, -1))), None)
    elif name == "integer":
        index = (*(slice(None),) * k, rng.randrange(-length, length))
    elif name == "repeats":
        index = (*(slice(None),) * k, np.array([rng.randrange(-length, length) for _ in range(4)]))
    elif name == "mask":
        index = np.array([rng.random() < 0.6 for _ in range(z.size)]).reshape(z.shape)
    else:
        index = tuple(np.array([rng.randrange(m) for _ in range(3)]) for m in z.shape)
    return x[index], z[index]


def reduced(rng: random.Random, pool: Pool) -> Made | None:
    x, z = rng.choice(pool)
    k: Any = rng.choice((None, *range(-z.ndim, z.ndim), *([tuple(range(z.ndim))] if z.ndim else [])))
    keep = rng.random() < 0.5
    name = rng.choice(("sum", "mean", "var", "std", "norm", "logsumexp", "amax", "amin", "sum", "mean"))
    if name == "sum":
        return ag.sum(x, k, keep), z.sum(k, keepdims=keep)
    if z.size == 0:
        return None
    mean = z.mean(k, keepdims=True)
    if name == "mean":
        return ag.mean(x, k, keep), z.mean(k, keepdims=keep)
    if name == "logsumexp":
        return ag.logsumexp(x, k, keep), np.log(np.exp(z).sum(k, keepdims=keep))
    if name == "norm":
        squares = (z * z).sum(k, keepdims=keep)
        return (ag.norm(x, 2, k, keep), np.sqrt(squares)) if np.all(squares.real > 0.1) else None
    if name in ("var", "std"):
        variance = ((z - mean) ** 2).sum(k, keepdims=keep) / (z.size // mean.size - 1 or 1)
        if z.size == mean.size or not np.all(variance.real > 0.1):
            return None
        return (ag.var(x, k, 1, keep), variance) if name == "var" else (ag.std(x, k, 1, keep), np.sqrt(variance))
    if not apart(z):
        return None
    return (
        (ag.amax(x, k, keep), z.max(k, keepdims=keep))
        if name == "amax"
        else (ag.amin(x, k, keep), z.min(k, keepdims=keep))
    )


def along(rng: random.Random, pool: Pool) -> Made | None:
    x, z = rng.choice(pool)
    if not z.ndim or z.size == 0:
        return None
    k = rng.randrange(-z.ndim, z.ndim)
    name = rng.choice(("cumsum", "cumprod", "prod", "softmax", "log_softmax", "sort", "max"))
    if name == "cumsum":
        return ag.cumsum(x, k), z.cumsum(k)
    if name == "cumprod":
        return ag.cumprod(x, k), z.cumprod(k)
    if name == "prod":
        return ag.prod(x, k), z.prod(k)
    powers = np.exp(z)
    if name == "softmax":
        return ag.softmax(x, k), powers / powers.sum(k, keepdims=True)
    if name == "log_softmax":
        return ag.log_softmax(x, k), z - np.log(powers.sum(k, keepdims=True))
    if not apart(z):
        return None
    return (ag.sort(x, k)[0], np.sort(z, k)) if name == "sort" else (ag.max(x, k)[0], z.max(k))


def multiplied(rng: random.Random, pool: Pool) -> Made | None:
    (a, za), (b, zb) = rng.choice(pool), rng.choice(pool)
    if za.ndim == zb.ndim == 1 and rng.random() < 0.5:
        return ag.outer(a, b), np.outer(za, zb)
    if za.ndim == zb.ndim == 2 and za.shape[1] == zb.shape[1]:
        if rng.random() < 0.5:
            return ag.einsum("ij,kj->ki", a, b), zb @ za.T
        return ag.linear(a, b), za @ zb.T
    if not (za.ndim and zb.ndim) or za.shape[-1] != zb.shape[-2 if zb.ndim > 1 else 0]:
        return None
    try:
        return ag.matmul(a, b), za @ zb
    except ValueError:  # batches that do not broadcast
        return None


KINDS = (elementwise, elementwise, elementwise, shaped, picked, reduced, along, multiplied)


def program(seed: int, make: Callable[[Array], Any]) -> tuple[list[Any], list[Array], Any, complex]:
    """A random program on what `make` makes of arrays: its inputs, their directions, its result, and NumPy's."""
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    inputs, directions, pool = [], [], []
    for shape in rng.choices(SHAPES, k=3):
        value, direction = numbers.uniform(-2, 2, shape), numbers.uniform(-1, 1, shape)
        inputs.append(make(np.asarray(value)))
        directions.append(np.asarray(direction))
        pool.append((inputs[-1], np.asarray(value + 1j * STEP * direction)))
    unused = set(range(3))
    for _ in range(9):
        made = rng.choice(KINDS)(rng, pool)
        if made is None:
            continue
        value = np.asarray(made[1])
        if value.size < 60 and value.ndim < 5 and np.all(np.abs(value.real) < LARGEST):
            pool.append((made[0], value))
    total: Any = 0.0
    want: Any = 0.0
    for k, (x, z) in enumerate(pool):
        if k >= len(pool) - 4 or k in unused:  # the last ones, and every input
            total, want = total + ag.sum(x), want + z.sum()
    return inputs, directions, total, complex(want)


def rerun(seed: int) -> Callable[[list[Any]], Any]:
    """The same program as a function of its inputs."""

    def run(xs: list[Any]) -> Any:
        given = iter(xs)
        return program(seed, lambda a: next(given))[2]

    return run


@pytest.mark.parametrize("seeds", [range(s, s + BLOCK) for s in range(0, PROGRAMS, BLOCK)], ids=str)
def test_random_programs_agree_with_a_complex_step_through_numpy(seeds: range) -> None:
    for seed in seeds:
        leaves, directions, total, want = program(seed, lambda a: Tensor(a, requires_grad=True))
        total.backward()
        assert abs(total.item() - want.real) <= 1e-11 * max(1.0, abs(want.real)), seed
        back, size = 0.0, 1.0
        for x, v in zip(leaves, directions, strict=True):
            assert x.grad is not None
            assert (x.grad.shape, x.grad.dtype) == (x.shape, np.float64)
            back += float(np.sum(x.grad * v))
            size += float(np.sum(np.abs(x.grad * v)))
        assert abs(back - want.imag / STEP) <= 1e-11 * size, (seed, back, want.imag / STEP)


def test_the_programs_have_what_programs_have() -> None:
    ops: set[str] = set()
    broadcast = shared = empty = 0
    for seed in range(BLOCK):
        _, _, total, _ = program(seed, lambda a: Tensor(a, requires_grad=True))
        uses: dict[int, int] = {}
        for node in graph_nodes(total, wanted=True)[::-1]:
            inner = [i for i in node.inputs if isinstance(i, Tensor)]
            broadcast += len({i.shape for i in inner}) > 1
            empty += isinstance(node, Tensor) and node.size == 0
            for i in inner:
                uses[id(i)] = uses.get(id(i), 0) + 1
            ops.add(node.op.name if node.op is not None else "leaf")
        shared += max(uses.values()) > 1
    assert min(broadcast, shared, empty) > BLOCK // 5
    wanted = {
        "add",
        "mul",
        "div",
        "pow",
        "hypot",
        "maximum",
        "minimum",
        "where",
        "matmul",
        "einsum",
        "sum_over",
        "amax",
    }
    wanted |= {"reshape", "transpose", "broadcast_to", "take", "put", "concatenate", "cumsum", "tanh", "relu", "leaf"}
    assert ops >= wanted


def test_forward_mode_is_the_complex_step_too() -> None:
    for seed in range(0, PROGRAMS, SAMPLE):
        leaves, directions, _, want = program(seed, np.array)
        f = rerun(seed)
        value, tangent = ag.jvp(f, leaves, directions)
        gradients = ag.grad(f)(leaves)
        size = 1.0 + sum(float(np.sum(np.abs(g * v))) for g, v in zip(gradients, directions, strict=True))
        assert abs(value - want.real) <= 1e-11 * max(1.0, abs(want.real)), seed
        assert abs(tangent - want.imag / STEP) <= 1e-11 * size, seed


def test_a_program_of_values_is_the_program_of_tensors_element_by_element() -> None:
    rng = np.random.default_rng(0)
    for seed in range(0, PROGRAMS, SAMPLE):
        f = replayed(seed)
        numbers = [x.data for x in scalar_program(seed)[0]]
        # So close to the numbers that were traced that no kink lies between.
        columns = [x + 1e-6 * rng.standard_normal(3) for x in numbers]
        vectors = [Tensor(column, requires_grad=True) for column in columns]
        y = ag.broadcast_to(f(vectors), 3)
        y.backward(np.ones(3))
        for row in range(3):
            values = [Value(float(column[row])) for column in columns]
            points = [Tensor(float(column[row]), requires_grad=True) for column in columns]
            one, point = f(values), f(points)
            for node in (one, point):
                node.backward()
            for got in (point.item(), y.numpy()[row]):
                assert abs(got - one.data) <= 1e-12 * max(1.0, abs(one.data)), seed
            for value, t, vector in zip(values, points, vectors, strict=True):
                assert (t.grad is None, vector.grad is None) == (value.grad is None,) * 2
                if t.grad is not None and vector.grad is not None:
                    for slope in (float(t.grad), vector.grad[row]):
                        assert abs(slope - value.grad) <= 1e-10 * max(10.0, abs(value.grad)), seed
