"""The tape: the bits of the engine for floats and for samples, no read out of bounds, all or nothing, threads."""

from __future__ import annotations

import math
import random
import signal
import struct
import sys
import threading
import time
import warnings
from array import array
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Op, Program, Value, native
from autograd.graph.program_tape import ROW
from tests.interrupts import needs_timer
from tests.native.points import SPECIAL, SPELLED

pytestmark = pytest.mark.skipif(native.tape is None, reason="this is the pure engine")

LISTS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": autograd.sum,
    "dot": lambda xs: autograd.dot(xs, [*xs[1:], xs[0]]),
    "logsumexp": autograd.logsumexp,
}


def bits(x: float) -> bytes:
    return b"nan" if x != x else struct.pack("<d", x)


def numbers(seed: str, count: int) -> list[float]:
    """Return numbers of every size, special ones among them."""
    draw = random.Random(seed)
    return [
        draw.choice(SPECIAL) if draw.random() < 0.3 else draw.gauss(0.0, draw.choice((1.0, 30.0))) for _ in range(count)
    ]


def on_the_tape(root: Value, inputs: list[Value]) -> Program:
    program = Program(root, inputs)
    assert program._recording is not None
    return program


def assert_bits_of_the_engine(f: Callable[[list[Any]], Any], count: int, seed: Any) -> None:
    """Compare the value and the gradients of f on the tape, for floats and for samples, with those of the engine."""
    samples = [numbers(f"{seed} {k}", 75) for k in range(count)]  # three blocks of different lengths
    wanted = []
    for point in zip(*samples, strict=True):
        inputs = list(map(Value, point))
        root = f(inputs)
        root.backward()
        slopes = [x.grad for x in inputs]
        wanted.append(list(map(bits, [root.data, *[0.0 if g is None else g for g in slopes]])))
        value, gradients = on_the_tape(root, inputs).value_and_grad(*point)
        assert list(map(bits, [value, *gradients])) == wanted[-1], point
    value, gradients = on_the_tape(root, inputs).value_and_grad(*map(np.array, samples))
    found = [list(map(bits, each)) for each in zip(value, *gradients, strict=True)]
    assert found == wanted


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("op", [op for op in SPELLED if op.name != "where"], ids=lambda op: op.name)
def test_every_elementwise_op_has_the_bits_of_the_engine(op: Op) -> None:
    params = dict(op.example or op.params)
    assert_bits_of_the_engine(lambda xs: op(*xs, **params) * xs[0] + op(*xs, **params), len(op.inputs), op.name)


@pytest.mark.parametrize("name", LISTS)
def test_every_op_of_a_list_has_the_bits_of_the_engine(name: str) -> None:
    assert_bits_of_the_engine(lambda xs: LISTS[name]([*xs, xs[1] * xs[2]]) * xs[0], 5, name)
    assert_bits_of_the_engine(lambda xs: LISTS[name](xs), 1, name)


def test_a_fixed_mask_chooses_as_it_was_recorded() -> None:
    x, y = Value(2.0), Value(-3.0)
    for mask in (True, False):
        program = on_the_tape(autograd.where(mask, x * 2.0, y * 5.0), [x, y])
        assert program.value_and_grad(7.0, 11.0) == ((14.0, [2.0, 0.0]) if mask else (55.0, [0.0, 5.0]))


@pytest.mark.parametrize("seed", range(20))
def test_a_logsumexp_of_many_has_the_bits_of_the_engine(seed: int) -> None:
    draw = random.Random(seed)
    point = [draw.choice((draw.gauss(0.0, 1.0), draw.uniform(-745.0, 0.0), -math.inf)) for _ in range(200)]
    inputs = list(map(Value, point))
    root = autograd.logsumexp(inputs)
    root.backward()
    assert on_the_tape(root, inputs).value_and_grad(*point) == (root.data, [x.grad for x in inputs])


# --- arrays that are no tape ---

ADD, RELU, DOT = (native.names.index(name) if native.tape else 0 for name in ("add", "relu", "dot"))
RIGHT: dict[str, Any] = {  # y = relu(a + b)
    "codes": bytes([ADD, RELU]),
    "first": array("I", [0, 2, 3]),
    "operands": array("I", [0, 1, 2]),
    "data": array("d", [1.0, 2.0]),
    "inputs": array("I", [0, 1]),
    "roots": array("I", [3]),
}


def made(**changed: Any) -> Any:
    return native.tape.Tape(*{**RIGHT, **changed}.values())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"codes": bytes([ADD])}, "first does not fit"),
        ({"first": array("I", [0, 2])}, "first does not fit"),
        ({"first": array("I", [])}, "first does not fit"),
        ({"first": array("I", [1, 2, 3])}, "first does not fit"),
        ({"first": array("I", [0, 2, 4])}, "first does not fit"),
        ({"first": array("I", [0, 4, 3])}, "first does not rise"),
        ({"first": array("I", [0, 2**32 - 1, 3])}, "first does not rise"),
        ({"codes": bytes([ADD, 0])}, "a code is that of no op"),
        ({"codes": bytes([ADD, 255])}, "a code is that of no op"),
        ({"codes": bytes([RELU, RELU])}, "a wrong number of operands"),
        ({"codes": bytes([ADD, DOT])}, "a wrong number of operands"),
        ({"codes": bytes([ADD, DOT]), "first": array("I", [0, 3, 3])}, "a wrong number of operands"),
        ({"operands": array("I", [0, 2, 2])}, "comes after it"),
        ({"operands": array("I", [0, 1, 3])}, "comes after it"),
        ({"operands": array("I", [0, 1, 2**32 - 1])}, "comes after it"),
        ({"inputs": array("I", [2])}, "an input is not a leaf"),
        ({"inputs": array("I", [2**32 - 1])}, "an input is not a leaf"),
        ({"roots": array("I", [4])}, "a root is no slot"),
        ({"data": array("d", [])}, "comes after it"),
        ({"data": b"1234567"}, "a wrong size"),
        ({"roots": b"123"}, "a wrong size"),
    ],
)
def test_arrays_that_point_out_of_each_other_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made(**changed)


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_no_array_is_refused(name: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        made(**{name: 3})
    with pytest.raises((TypeError, ValueError)):
        made(**{name: np.zeros((4, 4))[:, 1]})


def test_random_arrays_are_refused_or_run_within_bounds() -> None:
    draw = random.Random(0)
    accepted = 0
    for _ in range(20_000):
        changed: dict[str, Any] = {}
        for name in draw.sample(list(RIGHT), 2):
            old = RIGHT[name]
            length = draw.choice((len(old), len(old), draw.randint(0, 5)))
            values = [draw.choice((0, 1, 2, 3, 4, 100, 2**31, 2**32 - 1)) for _ in range(length)]
            changed[name] = array("d", values) if name == "data" else bytes(v % 256 for v in values)
            if name not in ("codes", "data"):
                changed[name] = array("I", values)
        try:
            tape = made(**changed)
        except ValueError:
            continue
        accepted += 1
        inputs, roots = (len({**RIGHT, **changed}[name]) for name in ("inputs", "roots"))
        for samples in (1, 40):
            tape.run(samples, np.ones(inputs + roots), (), np.empty((inputs + roots) * samples))
    assert accepted > 100


@pytest.mark.parametrize(
    ("samples", "numbers", "columns", "results"),
    [
        (0, np.ones(3), (), np.empty(3)),
        (-1, np.ones(3), (), np.empty(3)),
        (1, np.ones(2), (), np.empty(3)),
        (1, np.ones(4), (), np.empty(3)),
        (1, np.ones(3), (), np.empty(2)),
        (1, np.ones(3), (), np.empty(4)),
        (1, np.ones(3), (), None),
        (2, np.ones(3), (), np.empty(3)),
        (2, np.ones(3), (np.ones(2),), np.empty(6)),
        (2, np.ones(3), (np.ones(3), None, None), np.empty(6)),
        (2**62, np.ones(3), (), np.empty(6)),
        (1, b"1234", (), np.empty(3)),
        (1, np.ones(3), (), b"12345678" * 3),
        (1, np.ones(3), [], np.empty(3)),
        (1, np.ones(3), (), [np.empty(3)]),
        (1, 1.0, (), np.empty(3)),
        (2, np.ones(3), (1.0, None, None), np.empty(6)),
        (1, memoryview(bytes(32))[1:25], (), np.empty(3)),
    ],
)
def test_a_run_with_arrays_of_other_sizes_is_refused(samples: int, numbers: Any, columns: Any, results: Any) -> None:
    with pytest.raises((TypeError, ValueError, BufferError)):
        made().run(samples, numbers, columns, results)


def test_a_tape_copies_its_arrays() -> None:
    operands = array("I", RIGHT["operands"])
    tape = made(operands=operands)
    operands[0] = 2**32 - 1
    result = np.empty(3)
    tape.run(1, array("d", [1.0, 2.0, 1.0]), (), result)
    assert result.tolist() == [3.0, 1.0, 1.0]


# --- runs ---


def deep(length: int = 300) -> tuple[Program, list[float]]:
    """Return a program of some hundred nodes, and numbers for it."""
    inputs = [Value(0.3), Value(-0.7)]
    root = inputs[0]
    for k in range(length):
        root = (root * inputs[k % 2] + 0.1).tanh()
    return on_the_tape(root, inputs), [0.3, -0.7]


class Stopped(Exception):
    """What the handler of a signal raises here."""


@needs_timer
def test_a_run_over_many_samples_can_be_interrupted_and_gives_nothing() -> None:
    program, _ = deep()
    samples = np.linspace(-1.0, 1.0, 400_000)  # a few seconds
    before = program.value_and_grad(samples[:100], 0.5)

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    old = signal.signal(signal.SIGALRM, stop)
    result = None
    began = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Stopped):
            result = program.value_and_grad(samples, 0.5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, old)
    assert result is None
    assert time.process_time() - began < 2.0
    after = program.value_and_grad(samples[:100], 0.5)
    assert before[0].tolist() == after[0].tolist()
    assert [g.tolist() for g in before[1]] == [g.tolist() for g in after[1]]


def test_threads_that_run_one_program_do_not_meet() -> None:
    program, _ = deep()
    points = [[0.1 * k, 1.0 - 0.2 * k] for k in range(4)]
    wanted = [(program.value_and_grad(*p), program(np.full(900, p[0]), p[1]).tolist()) for p in points]
    wrong: list[int] = []

    def work(k: int) -> None:
        for _ in range(60):
            found = (program.value_and_grad(*points[k]), program(np.full(900, points[k][0]), points[k][1]).tolist())
            if found != wanted[k]:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_reference_counts_hold() -> None:
    x = Value(2.0)
    y = x * x + 1.0
    tape, numbers, result = made(), np.ones(3), np.empty(3)
    before = [sys.getrefcount(each) for each in (x, y, numbers, result, native.tape.Tape)]
    for _ in range(1000):
        native.core.graph([x, y], 1)
        tape.run(1, numbers, (), result)
        made()
    after = [sys.getrefcount(each) for each in (x, y, numbers, result, native.tape.Tape)]
    assert [a - b for a, b in zip(after, before, strict=True) if abs(a - b) > 5] == []


def arrays(ends: list[Any], leaves: int) -> tuple[list[Any], ...]:
    """Return the nodes of a graph, and for each its data, its op and the number of its inputs; then their places."""
    nodes, rows, places = native.core.graph(ends, leaves)
    row = np.frombuffer(rows, ROW)
    ops = [native.names[code] for code in row["code"]]
    return (
        nodes,
        row["data"].tolist(),
        ops,
        row["inputs"].tolist(),
        [place - 1 for place in memoryview(places).cast("I")],
    )


def test_the_graph_as_arrays_takes_lists_of_values_alone() -> None:
    x = Value(2.0)
    y = x * x
    assert native.core.graph([y, 3.0], 0) is None
    assert native.core.graph([None, y], 1) is None
    assert arrays([x, y], -1) == arrays([x, y], 0)
    assert native.core.graph([x], 3)[2] == b""
    assert arrays([x, y], 1) == ([x, y], [2.0, 4.0], ["", "mul"], [0, 2], [0, 0])
    y.backward()
    assert x.grad == 4.0


def test_what_counts_as_a_leaf_has_no_inputs() -> None:
    x = Value(2.0)
    y = x * x
    z = y + 1.0
    nodes, data, ops, counts, places = arrays([y, z], 1)
    assert (nodes[:2], data, ops, counts, places) == ([y, z], [4.0, 5.0, 1.0], ["", "add", ""], [0, 2, 0], [0, 2])


def test_the_parameters_of_an_op_are_operands_behind_its_inputs() -> None:
    x = Value(2.0)
    low, slope = autograd.clip(x, -1.0, 1.5), autograd.leaky_relu(x * -1.0, 0.25)
    root = low * slope + autograd.elu(low, 2.0)
    program = on_the_tape(root, [x])
    root.backward()
    assert program.value_and_grad(2.0) == (root.data, [x.grad])


def test_a_million_nodes_in_a_row_are_recorded_without_recursion() -> None:
    y = x = Value(1.0)
    for _ in range(1_000_000):
        y = y + x
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program = Program(y, [x], max_nodes=2_000_000)
    assert program.value_and_grad(2.0) == (2_000_002.0, [1_000_001.0])
