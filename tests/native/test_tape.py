"""The tape: the bits of the engine for floats and for samples, no read out of bounds, all or nothing, threads."""

from __future__ import annotations

import itertools
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
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from autograd.graph.program_tape import ROW
from autograd.graph.tape import FIRST, LATER, NONE, Tape, _flow
from tests.interrupts import needs_timer
from tests.native.points import SPECIAL, SPELLED

pytestmark = pytest.mark.skipif(native.interpreter is None, reason="this is the pure engine")

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


def test_a_fixed_mask_is_refused_for_several_samples() -> None:
    x = Value(2.0)
    program = on_the_tape(autograd.where(True, x, 0.0), [x])
    assert program(np.array([7.0])).tolist() == [7.0]
    with pytest.raises(ValueError, match="a `where` whose mask was fixed"):
        program(np.array([7.0, 8.0]))


@pytest.mark.parametrize("seed", range(20))
def test_a_logsumexp_of_many_has_the_bits_of_the_engine(seed: int) -> None:
    draw = random.Random(seed)
    point = [draw.choice((draw.gauss(0.0, 1.0), draw.uniform(-745.0, 0.0), -math.inf)) for _ in range(200)]
    inputs = list(map(Value, point))
    root = autograd.logsumexp(inputs)
    root.backward()
    assert on_the_tape(root, inputs).value_and_grad(*point) == (root.data, [x.grad for x in inputs])


# --- where gradients flow ---


def flow_by_loops(code: list[int], operands: list[list[int]], leaves: int, inputs: list[int], roots: list[int]) -> Any:
    """Return what `_flow` returns, found one operand at a time as the engine's sweep would find it."""
    moving, reached = set(inputs), set(roots)
    ops = [OPS[list(native.codes)[each - 1]] for each in code]

    def is_ruled(k: int, position: int) -> bool:
        op = ops[k]
        is_parameter = op.takes is not Takes.LISTS and position >= len(op.inputs)
        return not is_parameter and op.rule(position, len(operands[k])) is not None

    for k, own in enumerate(operands):
        if any(slot in moving for position, slot in enumerate(own) if is_ruled(k, position)):
            moving.add(leaves + k)
    flow = [[NONE] * len(own) for own in operands]
    for k, own in reversed(list(enumerate(operands))):
        before = reached.copy()
        for position, slot in enumerate(own if leaves + k in reached else ()):
            if is_ruled(k, position) and slot in moving:
                flow[k][position] = LATER if slot in before else FIRST
                reached.add(slot)
    return [slot in moving for slot in range(leaves + len(code))], list(itertools.chain(*flow))


def test_gradients_flow_from_a_root_to_every_operand_with_a_rule_that_depends_on_an_input() -> None:
    draw = random.Random(0)
    codes = [native.codes[name] for name in ("add", "relu", "where", "clip", "elu", "sum", "dot", "logsumexp")]
    ends = set()
    for _ in range(3000):
        leaves, count = draw.randint(1, 5), draw.randint(0, 8)
        code = draw.choices(codes, k=count)
        operands = []
        for k, each in enumerate(code):
            op = OPS[list(native.codes)[each - 1]]
            size = draw.randint(1, 3) if op.takes is Takes.LISTS else 1
            operands.append(draw.choices(range(leaves + k), k=size * (len(op.inputs) + len(op.params))))
        inputs = draw.sample(range(leaves), draw.randint(1, leaves))
        roots = draw.choices(range(leaves + count), k=draw.randint(1, 2))
        first = list(itertools.accumulate(map(len, operands), initial=0))
        numbers = [np.array([*itertools.chain(*each)], np.uint32) for each in ([first], operands, [inputs], [roots])]
        moving, flow = _flow(np.array(code, np.uint8), numbers[0], numbers[1], leaves, numbers[2], numbers[3])
        assert (moving.tolist(), flow.tolist()) == flow_by_loops(code, operands, leaves, inputs, roots)
        ends.update(flow.tolist())
    assert ends == {NONE, FIRST, LATER}


# --- arrays that are no tape ---

ADD, RELU, DOT = (native.codes[name] if native.interpreter else 0 for name in ("add", "relu", "dot"))
RIGHT: dict[str, Any] = {  # y = relu(a + b)
    "ops": bytes([ADD, RELU]),
    "first": array("I", [0, 2, 3]),
    "operands": array("I", [0, 1, 2]),
    "data": array("d", [1.0, 2.0]),
    "inputs": array("I", [0, 1]),
    "roots": array("I", [3]),
}


def made(**changed: Any) -> Tape:
    return Tape(*{**RIGHT, **changed}.values())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ops": bytes([ADD])}, "first does not fit"),
        ({"first": array("I", [0, 2])}, "first does not fit"),
        ({"first": array("I", [])}, "first does not fit"),
        ({"first": array("I", [1, 2, 3])}, "first does not fit"),
        ({"first": array("I", [0, 2, 4])}, "first does not fit"),
        ({"first": array("I", [0, 4, 3])}, "first does not rise"),
        ({"first": array("I", [0, 2**32 - 1, 3])}, "first does not rise"),
        ({"ops": bytes([ADD, 0])}, "a code is that of no op"),
        ({"ops": bytes([ADD, 255])}, "a code is that of no op"),
        ({"ops": bytes([RELU, RELU])}, "a wrong number of operands"),
        ({"ops": bytes([ADD, DOT])}, "a wrong number of operands"),
        ({"ops": bytes([ADD, DOT]), "first": array("I", [0, 3, 3])}, "a wrong number of operands"),
        ({"operands": array("I", [0, 2, 2])}, "comes after it"),
        ({"operands": array("I", [0, 1, 3])}, "comes after it"),
        ({"operands": array("I", [0, 1, 2**32 - 1])}, "comes after it"),
        ({"inputs": array("I", [2])}, "an input is not a leaf"),
        ({"inputs": array("I", [2**32 - 1])}, "an input is not a leaf"),
        ({"roots": array("I", [4])}, "a root is no slot"),
        ({"data": array("d", [])}, "comes after it"),
        ({"data": b"1234567"}, "a multiple of element size"),
        ({"roots": b"123"}, "a multiple of element size"),
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
            if name not in ("ops", "data"):
                changed[name] = array("I", values)
        try:
            tape = made(**changed)
        except ValueError:
            continue
        accepted += 1
        count = sum(len({**RIGHT, **changed}[name]) for name in ("inputs", "roots"))
        assert len(tape.run([1.0] * count, True)) == count
        for samples in (3, 40):
            assert tape.run_samples([1.0] * count, True, samples).shape == (count, samples)
            assert tape.run_samples([np.ones(samples)] * count, True, samples).shape == (count, samples)
    assert accepted > 100


@pytest.mark.parametrize(
    ("given", "gradients"),
    [
        ([1.0, 2.0], True),
        ([1.0, 2.0, 3.0, 4.0], True),
        ([1.0, 2.0, 3.0], False),
        ([], True),
        ([1.0, 2.0, "text"], True),
        ([1.0, 2.0, None], True),
        ([1.0, 2.0, np.ones(2)], True),
    ],
)
def test_a_run_takes_a_number_for_each_input_and_each_root(given: list[Any], gradients: bool) -> None:
    with pytest.raises((TypeError, ValueError)):
        made().run(given, gradients)
    for samples in (1, 40):
        with pytest.raises((TypeError, ValueError)):
            made().run_samples(given, gradients, samples)


@pytest.mark.parametrize(
    "column",
    [
        np.ones(39),
        np.ones(41),
        np.ones(0),
        np.ones(()),
        np.ones((40, 1)),
        np.array(["text"] * 40),
        [1.0] * 40,
        [1.0] * 32,
    ],
    ids=lambda column: f"{np.asarray(column).dtype} {np.shape(column)}",
)
def test_a_run_takes_an_element_for_each_sample(column: Any) -> None:
    for k in range(3):
        given = [1.0, 2.0, 1.0]
        given[k] = column
        with pytest.raises((TypeError, ValueError)):
            made().run_samples(given, True, 40)


def test_a_column_is_read_as_numbers_of_eight_bytes_side_by_side() -> None:
    whole, wide = np.arange(40), np.arange(80.0)
    for column in (whole, whole.astype(np.float32), whole.astype(">f8"), wide[::2] / 2.0, wide[40:] - 40.0):
        values, *slopes = made().run_samples([column, 2.0, 1.0], True, 40)
        assert values.tolist() == (whole + 2.0).tolist()
        assert [each.tolist() for each in slopes] == [[1.0] * 40, [1.0] * 40]


@pytest.mark.parametrize("samples", [-1, 2**62])
def test_a_run_of_no_possible_number_of_samples_is_refused(samples: int) -> None:
    with pytest.raises((ValueError, MemoryError)):
        made().run_samples([1.0, 2.0, 1.0], True, samples)


def test_a_tape_copies_its_arrays() -> None:
    given = {name: bytearray(part) for name, part in RIGHT.items()}
    tape = made(**given)
    for part in given.values():
        part[:] = b"\xff" * len(part)
    assert tape.run([1.0, 2.0, 1.0], True) == [3.0, 1.0, 1.0]
    assert tape.run_samples([1.0, np.full(40, 2.0), 1.0], True, 40).tolist() == [[3.0] * 40, [1.0] * 40, [1.0] * 40]


def test_where_the_interpreter_refuses_an_argument_it_holds_no_array() -> None:
    ops = [bytes([ADD]), array("I", [0, 2]), array("I", [0, 1, 0])]
    arrays = {name: bytearray(8 * 12) for name in ("flow", "memory", "given", "results")}
    flow, memory, given, results = arrays.values()
    rows = [array("Q", [0, 1, 5]), array("Q", [2, 3, 4])]
    right = [(*ops, flow, 2), memory, 1, rows[0], given, rows[1], results, 1, 1]
    for k in range(len(right)):
        with pytest.raises(TypeError):
            native.interpreter.run(*right[:k], None, *right[k + 1 :], True)
    for each in arrays.values():
        each.append(0)  # a BufferError where something holds it


# --- runs ---


def deep(length: int = 300) -> tuple[Program, list[float]]:
    """Return a program of some hundred nodes, and numbers for it."""
    inputs = [Value(0.3), Value(-0.7)]
    root = inputs[0]
    for k in range(length):
        root = (root * inputs[k % 2] + 0.1).tanh()
    return on_the_tape(root, inputs), [0.3, -0.7]


def test_the_gradient_at_a_root_that_another_root_is_computed_from_starts_anew_in_each_block() -> None:
    x = Value(0.5)
    y = x * x
    program = Program([y, y * 3.0], [x])
    assert program._recording is not None
    samples = np.arange(100.0)
    for seeds in ([1.0, 2.0], [1.0, np.full(100, 2.0)], [np.ones(100), 2.0]):
        assert program.value_and_grad(samples, gradient=seeds)[1][0].tolist() == (samples * 14.0).tolist()


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


@pytest.mark.parametrize(
    "run",
    [
        lambda program, p: program.value_and_grad(*p),
        lambda program, p: program(np.full(900, p[0]), p[1]).tolist(),
        lambda program, p: (program.value_and_grad(*p), program(np.full(900, p[0]), p[1]).tolist()),
    ],
    ids=["floats", "samples", "both"],
)
def test_threads_that_run_one_program_do_not_meet(run: Callable[[Program, list[float]], Any]) -> None:
    program, _ = deep()
    points = [[0.1 * k, 1.0 - 0.2 * k] for k in range(4)]
    wanted = [run(program, p) for p in points]
    wrong: list[int] = []

    def work(k: int) -> None:
        wrong.extend(k for _ in range(60) if run(program, points[k]) != wanted[k])

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_reference_counts_hold() -> None:
    x = Value(2.0)
    y = x * x + 1.0
    tape, column = made(), np.ones(40)
    before = [sys.getrefcount(each) for each in (x, y, column, tape, *tape._arrays[:4])]
    for _ in range(1000):
        native.core.graph([x, y], 1)
        tape.run([1.0, 2.0, 1.0], True)
        tape.run_samples([column, 2.0, 1.0], True, 40)
    after = [sys.getrefcount(each) for each in (x, y, column, tape, *tape._arrays[:4])]
    assert [a - b for a, b in zip(after, before, strict=True) if abs(a - b) > 5] == []


def arrays(ends: list[Any], leaves: int) -> tuple[list[Any], ...]:
    """Return the nodes of a graph, and for each its data, its op and the number of its inputs; then their places."""
    nodes, rows, places = native.core.graph(ends, leaves)
    row = np.frombuffer(rows, ROW)
    names = ["", *native.codes]
    ops = [names[code] for code in row["code"]]
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
