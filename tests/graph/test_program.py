"""Program: names, constants, cuts and errors; shapes and dtypes of arrays. That a program of Values is the graph to the
bit is tested on random programs; that one of Tensors is, here."""

from __future__ import annotations

import keyword
import math
import random as random_module
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Op, Program, Stepper, Tensor, Value, native, no_grad
from autograd.engine.op import BUILT_IN, OPS
from autograd.engine.sweep import graph_nodes
from tests.calculus.test_tensor_transforms import random
from tests.native.test_core import in_python
from tests.operands.test_random_tensor_graphs import program as random_program, rerun
from tests.rules.structural_cases import STRUCTURAL

not_a_node: Any = 2.0


def test_the_source_is_straight_line_python_with_the_labels_as_names() -> None:
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.88, label="b")
    s = w * x + b
    s.label = "sum before tanh"
    assert Program(s.tanh(), [w, x, b]).source == (
        "def forward(w, x, b):\n"
        "    v1 = w * x\n"
        "    sum_before_tanh = v1 + b\n"
        "    v2 = tanh(sum_before_tanh)\n"
        "    return v2\n"
        "\n\n"
        "def value_and_grad(w, x, b):\n"
        "    v1 = w * x\n"
        "    sum_before_tanh = v1 + b\n"
        "    v2 = tanh(sum_before_tanh)\n"
        "    g_v2 = 1.0\n"
        "    g_sum_before_tanh = g_v2 * square(sech(sum_before_tanh))\n"
        "    g_v1 = g_sum_before_tanh\n"
        "    g_b = g_sum_before_tanh\n"
        "    g_w = g_v1 * x\n"
        "    g_x = g_v1 * w\n"
        "    return v2, [g_w, g_x, g_b]\n"
    )


def test_a_gradient_that_comes_in_parts_is_summed_in_the_order_of_the_sweep() -> None:
    x = Value(3.0, label="x")
    lines = Program(x - (x - x * x), [x]).source.split("def value_and_grad")[1].splitlines()
    assert lines[-8:] == [
        "    g_v3 = 1.0",
        "    g_x = g_v3",
        "    g_v2 = -g_v3",
        "    g_x = g_x + g_v2",
        "    g_v1 = -g_v2",
        "    g_x = g_x + g_v1 * x",
        "    g_x = g_x + g_v1 * x",
        "    return v3, [g_x]",
    ]


def test_a_part_that_is_itself_a_sum_is_added_as_the_sweep_adds_it() -> None:
    odd = Op("odd", lambda x: x, lambda x: x, lambda g, y, x: g * 0.1 - g * x)
    x = Value(0.7, label="x")
    root = odd(x) + odd(x) + x
    root.backward()
    assert Program(root, [x]).value_and_grad(0.7) == (root.data, [x.grad])


LABELS = [
    ["class", "lambda", "None", "True", "if"],
    ["inf", "nan", "x", "tanh", "sum"],
    ["x", "x", "x_2", "x", "x_3"],
    ["x", "g_x", "g_g_x", "g_g_g_x", "g_x"],
    ["g_x", "x", "g_x_2", "x_2", "g_v1"],
    ["v1", "v2", "v", "", "v1"],
    ["x 1", "1x", "a-b", "a+b", "…"],
    ["größe", "λ", "重み", "x²", "é"],
    ["µ", "μ", "ﬁ", "fi", "𝐱"],  # the micro sign and the Greek letter, the ligature: one name each to Python
    ["𝐢𝐟", "ｘ", "x", "ſ", "s"],
    ["forward", "value_and_grad", "__builtins__", "__debug__", "_"],
    ["x\n", 'x"', "x'", "x)", "import os; os.abort()"],
    ["gate", "where", "power", "print", "self"],
]


@pytest.mark.parametrize("labels", LABELS, ids=str)
def test_any_labels_make_a_program_that_runs(labels: list[str]) -> None:
    gate = Op("gate", lambda a, b: a * b, lambda a, b: a * b, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
    inputs = [Value(k + 2.0, label=label) for k, label in enumerate(labels)]
    a, b, c, d, e = inputs
    root = gate(a, b).tanh() * c + autograd.sum([d, e, a * a]) * autograd.where(a > 0, b, c)
    root.backward()
    program = Program(root, inputs)
    assert len(set(program.inputs)) == 5
    for name in program.inputs:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert name not in OPS
    numbers = [x.data for x in inputs]
    assert program(*numbers) == root.data
    assert program.value_and_grad(*numbers) == (root.data, [x.grad for x in inputs])


def test_labels_of_inner_nodes_are_names_too_and_give_way_to_those_of_inputs() -> None:
    x = Value(2.0, label="x")
    inner = x * x
    inner.label = "x"
    root = inner + x
    root.label = "loss"
    program = Program(root, [x])
    assert program.inputs == ["x"]
    assert "    x_2 = x * x\n    loss = x_2 + x\n    return loss\n" in program.source
    assert program(5.0) == 30.0


def test_leaves_that_are_no_inputs_are_captured_as_the_numbers_they_hold() -> None:
    x, w = Value(2.0, label="x"), Value(0.1, label="w")
    program = Program(x * w * 3 + Value(0.5).detach(), [x])
    w.data = 7.0
    assert "v1 = x * 0.1" in program.source
    assert program(1.0) == 1.0 * 0.1 * 3 + 0.5
    assert program.value_and_grad(1.0) == (0.1 * 3 + 0.5, [0.1 * 3])
    assert Program(x * w, [x])(1.0) == 7.0


@pytest.mark.parametrize(
    "constant", [math.inf, -math.inf, math.nan, -0.0, 0.0, 1e300, 5e-324, 2.0**60, -1.5, 1.0, -1.0]
)
@pytest.mark.parametrize(
    "f",
    [
        lambda x, c: x * c,
        lambda x, c: c * x,
        lambda x, c: x + c,
        lambda x, c: c - x,
        lambda x, c: x / c,
        lambda x, c: c / x,
        lambda x, c: x**c,
        lambda x, c: c**x,
        lambda x, c: x / c / c,
        lambda x, c: 1 / autograd.maximum(x, c),
        lambda x, c: autograd.minimum(c, x) ** 0.5,
        lambda x, c: autograd.where(x > c, x, c) ** -1.5,
        lambda x, c: autograd.sum([x, c]) / autograd.dot([x, c], [c, x]),
        lambda x, c: 1 / (autograd.sign(x) * c),
        lambda x, c: -(x // c),
        lambda x, c: c**0.3 * x,
        lambda x, c: x / (c / 0.0),
        lambda x, c: x / (c * 0.0) + -c / c,
    ],
)
def test_any_constant_gives_the_bits_of_the_graph(f: Callable[..., Any], constant: float) -> None:
    for number in (1.7, -0.3, 0.0, -0.0, math.inf, math.nan):
        x = Value(number, label="x")
        root = f(x, Value(constant))
        root.backward()
        value, (gradient,) = Program(root, [x]).value_and_grad(number)
        assert same(value, root.data)
        assert x.grad is not None
        assert same(gradient, x.grad)


def same(a: float, b: float) -> bool:
    return type(a) is type(b) is float and ((a != a and b != b) or np.float64(a).tobytes() == np.float64(b).tobytes())


def test_an_inner_node_as_an_input_cuts_off_what_lies_behind_it() -> None:
    x = Value(2.0, label="x")
    h = x * x
    h.label = "h"
    root = h * 3 + h
    program = Program(root, [h])
    assert "x" not in program.source.replace("def", "").replace("exp", "")
    assert program.value_and_grad(5.0) == (20.0, [4.0])
    both = Program(root + x, [h, x])
    assert both.value_and_grad(5.0, 1.0) == (21.0, [4.0, 1.0])
    behind = Program(root, [h, x])  # x only works through h, and h is given
    assert behind.value_and_grad(5.0, 1.0) == (20.0, [4.0, 0.0])
    value, gradients = behind.value_and_grad(np.ones(3), np.ones(3))
    assert [g.tolist() for g in (value, *gradients)] == [[4.0] * 3, [4.0] * 3, [0.0] * 3]


def test_the_root_as_an_input_and_a_root_that_is_a_constant() -> None:
    x = Value(2.0, label="x")
    assert Program(x, [x]).value_and_grad(5.0) == (5.0, [1.0])
    assert Program(x, x).inputs == ["x"]
    assert Program(x * 3, [x * 3][:0])() == 6.0
    with no_grad():
        y = x * 3
    assert Program(y, [])() == 6.0
    value, (gradient,) = Program(x, [x]).value_and_grad(np.arange(3.0))
    assert (value.tolist(), gradient.tolist()) == ([0.0, 1.0, 2.0], [1.0, 1.0, 1.0])


def test_numbers_give_floats_and_arrays_give_arrays_of_their_own() -> None:
    x, y = Value(2.0), Value(3.0)
    program = Program(x * y + 1, [x, y])
    for two, three in ((2, 3), (2.0, 3.0), (np.float64(2), np.int64(3)), (np.array(2.0), True + 2)):
        value, gradients = program.value_and_grad(two, three)
        assert (value, gradients) == (7.0, [3.0, 2.0])
        assert {type(n) for n in (value, *gradients, program(two, three))} == {float}
    column, row = np.array([[1.0], [2.0]]), np.array([1.0, 2.0, 3.0])
    value, gradients = program.value_and_grad(column, row)
    assert value.tolist() == (column * row + 1).tolist()
    assert [g.shape for g in gradients] == [(2, 3), (2, 3)]
    gradients[0][:] = 0.0  # an array that can be written to and that no other result shares
    assert gradients[1].tolist() == [[1.0] * 3, [2.0] * 3]
    assert row.tolist() == [1.0, 2.0, 3.0]
    assert program(np.array([], dtype=np.float64), 1.0).shape == (0,)
    assert program(np.array([1, 2]), 0.5).tolist() == [1.5, 2.0]
    assert program(np.array([1, 2], dtype=np.float32), np.float32(0.5)).dtype == np.float32


def test_nothing_warns_or_raises_where_ieee_has_an_answer() -> None:
    x = Value(1.0)
    program = Program((1 / x).log() + x**-2, [x])
    value, (gradient,) = program.value_and_grad(np.array([0.0, -1.0, math.inf]))
    assert value[0] == math.inf
    assert np.isnan(value[1])
    assert np.isnan(gradient[0]) or math.isinf(gradient[0])
    assert program(0.0) == math.inf


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda x, y: Program(x * 2, [y]), ValueError, r"input 0 \(right\) is not .*this root's graph"),
        (lambda x, y: Program(x * 2, [x, y]), ValueError, r"input 1 \(right\) is not "),
        (lambda x, y: Program(x * 2, [x, x]), ValueError, "named twice"),
        (lambda x, y: Program(not_a_node, [x]), TypeError, "takes a Value or a Tensor, .* got float"),
        (lambda x, y: Program(x * 2, [not_a_node]), TypeError, "expected one, got float"),
        (lambda x, y: Program(x * 2, not_a_node), TypeError, "expected one, got float"),
        (lambda x, y: Program(x * 2 + 1, [x], max_nodes=2), ValueError, "3 nodes, more than max_nodes=2"),
        (
            lambda x, y: Program(x * y, [x, y])(1.0),
            TypeError,
            r"takes 2 inputs \(left, right\), got 1; pass each input by itself",
        ),
        (lambda x, y: Program(x * y, [x, y])(1.0, 2.0, 3.0), TypeError, "got 3"),
        (lambda x, y: Program(x * y, [x, y])(1.0, "2"), TypeError, "input right takes a number .*, got str"),
        (lambda x, y: Program(x * y, [x, y])(None, 1.0), TypeError, "input left takes a number .*, got NoneType"),
        (lambda x, y: Program(x * y, [x, y])(x, 1.0), TypeError, "got Value"),
        (lambda x, y: Program(x * y, [x, y])(1j, 1.0), TypeError, "got complex"),
        (lambda x, y: Program(x * y, [x, y])(np.array([1.0, None]), 1.0), TypeError, "got an array of object"),
        (lambda x, y: Program(x * y, [x, y])(np.ones(2), np.ones(3)), ValueError, r"left \(2,\), right \(3,\)"),
    ],
)
def test_errors_say_what_was_got_and_what_was_expected(
    run: Callable[..., Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(Value(2.0, label="left"), Value(3.0, label="right"))


def test_messages_about_many_inputs_name_the_first_ones_and_the_arrays_that_do_not_fit() -> None:
    inputs = [Value(1.0, label=f"w{k}") for k in range(300)]
    program = Program(autograd.sum(inputs), inputs)
    assert repr(program).startswith("<Program of w0, w1, w2, w3, w4, w5, w6, w7 and 292 more, ")
    with pytest.raises(TypeError, match=r"takes 300 inputs \(w0, .*, w7 and 292 more\), got 1"):
        program(1.0)
    numbers: list[Any] = [1.0] * 298
    with pytest.raises(ValueError, match=r"do not fit together: w0 \(2,\), w299 \(3,\); expected"):
        program(np.ones(2), *numbers, np.ones(3))


# --- the tape ---

on_tape = pytest.mark.skipif(native.interpreter is None, reason="the pure engine has no tape")
# The ops that NumPy computes on an array as on each number. Its exp, log, tan and others may differ in the last bit.
AGREEING = (
    "add", "sub", "mul", "div", "neg", "square", "reciprocal", "sqrt", "abs", "maximum", "minimum", "clip",
    "relu", "leaky_relu", "hypot", "identity",
)  # fmt: skip
EVERY = tuple(
    op.name for op in BUILT_IN.values() if op.kind == "elementwise" and op.rules and op.name not in ("where", "dot")
)


def random_graph(seed: int, names: tuple[str, ...]) -> Callable[[list[Any]], list[Any]]:
    """Return a function that applies the same random ops to any inputs, and returns two results."""

    def apply(inputs: list[Any]) -> list[Any]:
        draw = random_module.Random(seed)
        pool = list(inputs)
        for _ in range(draw.randint(3, 30)):
            few = [draw.choice(pool) if draw.random() < 0.8 else Value(draw.gauss(0.0, 2.0)) for _ in range(3)]
            kind = draw.random()
            if kind < 0.15:
                pool.append(draw.choice((autograd.sum, lambda xs: autograd.dot(xs, xs[::-1])))(few))
            elif kind < 0.2 and "exp" in names:
                pool.append(autograd.logsumexp(few))
            else:
                op = OPS[draw.choice([name for name in names if name in _SPELLED])]
                pool.append(op(*few[: len(op.inputs)], **(op.example or op.params)))
        return [pool[-1] * pool[-2] + inputs[0], pool[-1]]

    return apply


_SPELLED = set(EVERY) - {"lgamma", "digamma", "polygamma", "logsumexp"}  # these have no C
POINTS = [[0.3, -1.2, 2.0], [0.0, -0.0, 1.0], [math.inf, 5e-324, -3.0], [math.nan, 700.0, 0.5]]


def bits(numbers: Any) -> list[bytes]:
    return [b"nan" if x != x else np.float64(x).tobytes() for x in numbers]


@on_tape
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_the_tape_has_the_bits_of_the_text_and_of_the_graph(first: int) -> None:
    for seed in range(first, first + 20):
        graph = random_graph(seed, EVERY)
        for point in POINTS:
            inputs = list(map(Value, point))
            roots = graph(inputs)
            both = roots[0] + roots[1]
            reached = [x for x in inputs if x in set(graph_nodes(both))]
            program = Program(both, reached)
            recording, numbers = program._recording, [x.item() for x in reached]
            assert recording is not None
            value, gradients = program.value_and_grad(*numbers)
            both.backward()
            wanted = [both.data, *(0.0 if x.grad is None else x.grad for x in reached)]
            assert bits([value, *gradients]) == bits(wanted), f"program {seed} at {point}"
            with np.errstate(all="ignore"):
                text = program._source.functions()[1](*map(np.float64, numbers))
            assert bits([text[0], *text[1]]) == bits(wanted), f"program {seed} at {point}"


@on_tape
@pytest.mark.parametrize("names", [AGREEING, EVERY], ids=["as NumPy", "every op"])
def test_samples_on_the_tape_have_the_bits_of_the_graph_of_each(names: tuple[str, ...]) -> None:
    columns = random(3, 70, seed=3) * 2.0
    seeds = [random(70, seed=4), random(70, seed=5)]
    for seed in range(20):
        graph = random_graph(seed, names)
        inputs = list(map(Value, columns[:, 0].tolist()))
        roots = graph(inputs)
        reached = [k for k, x in enumerate(inputs) if x in set(graph_nodes(*roots))]
        program = Program(roots, [inputs[k] for k in reached])
        values, gradients = program.value_and_grad(*columns[reached], gradient=seeds)
        for sample in range(70):
            inputs = list(map(Value, columns[:, sample].tolist()))
            stepper = Stepper(graph(inputs), gradient=[float(each[sample]) for each in seeds])
            stepper.finish()
            found = stepper.gradients()
            wanted = [root.item() for root in stepper.roots], [found.get(inputs[k], 0.0) for k in reached]
            assert bits(v[sample] for v in values) == bits(wanted[0]), f"program {seed}, sample {sample}"
            assert bits(g[sample] for g in gradients) == bits(wanted[1]), f"program {seed}, sample {sample}"
        if names is AGREEING:
            with np.errstate(all="ignore"):
                text = program._source.functions()[1](*columns[reached], *[seeds[k] for k in program._starts])
            for ours, theirs in zip([*values, *gradients], [*text[0], *text[1]], strict=True):
                assert bits(ours) == bits(np.full(70, theirs))


@on_tape
def test_the_text_of_a_program_on_the_tape_is_made_when_it_is_asked_for_with_the_numbers_of_before() -> None:
    x, w, c = Value(2.0, label="x"), Value(0.1, label="w"), Value(3.0, label="c")
    roots = [x * w, c]
    program = Program(roots, [x])
    assert program(5.0) == [0.5, 3.0]
    assert program._source._writer is None
    w.data, c.data = 7.0, 8.0
    assert program.source.startswith("def forward(x):\n    v1 = x * 0.1\n    return [v1, 3]\n")
    assert program.inputs == ["x"]
    assert program(np.float32(5.0)) == [pytest.approx(0.5), 3.0]  # by the text


cube: Any = Op("cube", lambda x: x * x * x, lambda x: x * x * x, lambda g, y, x: g * 3.0 * x * x)


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: cube(x), 12.0),
        (lambda x: autograd.digamma(x), 0.6449340668482264),
        (lambda x: autograd.stack([x, x]).sum(), 2.0),
    ],
    ids=["a user's own op", "an op without C", "a Tensor"],
)
def test_what_the_tape_does_not_know_runs_as_text(f: Callable[..., Any], slope: float) -> None:
    x = Value(2.0, label="x")
    root = f(x)
    program = Program(root, [x])
    assert program._recording is None
    assert program.value_and_grad(2.0) == (root.item(), [pytest.approx(slope)])


def test_the_pure_engine_runs_the_text() -> None:
    script = "from autograd import *; x = Value(3.0); p = Program(x * x, [x]); print(p._recording, p.value_and_grad(5))"
    assert in_python("-c", script, pure=True) == "None (25.0, [10.0])\n"


@on_tape
def test_samples_broadcast_on_the_tape() -> None:
    x, y, z = Value(1.0), Value(2.0), Value(3.0)
    program = Program(x * y + z, [x, y, z])
    column, row = np.arange(40.0)[:, None], np.arange(3.0)[::-1]
    value, gradients = program.value_and_grad(column, row, 0.5)
    np.testing.assert_array_equal(value, column * row + 0.5)
    for found, wanted in zip(gradients, (row, column, 1.0), strict=True):
        np.testing.assert_array_equal(found, np.full((40, 3), wanted))
    unaligned = np.frombuffer(b"." + np.arange(3.0).tobytes(), np.uint8)[1:].view(np.float64)
    swapped = np.arange(3.0).astype(">f8")
    for given in (unaligned, swapped, [0, 1, 2], np.arange(6.0)[::2] / 2.0):
        assert program(given, 2.0, 1.0).tolist() == [1.0, 3.0, 5.0]


# --- Tensors ---


def identical(a: Any, b: Any) -> bool:
    """Whether two results have one type, dtype, shape and every bit in common, a nan being a nan."""
    if type(a) is float:
        return same(a, b)
    same_bits: bool = a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return same_bits


def agrees(f: Callable[[list[Any]], Any], arrays: list[np.ndarray]) -> bool:
    """Whether the program of f at these arrays is the graph to the bit, in its value and in every gradient."""
    inputs = [Tensor(array, requires_grad=True) for array in arrays]
    root = f(inputs)
    how = {} if root.size == 1 else {"gradient": random(*root.shape, seed=9).astype(root.dtype)}
    root.backward(**how)
    inputs = [x for x in inputs if x.grad is not None]
    written = Program(root, inputs)
    numbers = [x.numpy() for x in inputs]
    value, gradients = written.value_and_grad(*numbers, **how)
    wanted = [root, root, *(Tensor(np.asarray(x.grad)) for x in inputs)]
    found = [value, written(*numbers), *gradients]
    plain = [t.numpy() if t.shape else t.item() for t in wanted]
    return all(identical(a, b) for a, b in zip(found, plain, strict=True))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", STRUCTURAL)
def test_every_structural_op_is_the_graph_to_the_bit(name: str, dtype: Any) -> None:
    x, f = random(2, 3).astype(dtype), STRUCTURAL[name][0]
    assert agrees(lambda xs: f(xs[0]), [x])
    assert agrees(lambda xs: autograd.sum(autograd.sin(f(xs[0])) ** 2 + f(xs[0]) ** 3), [x])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_random_programs_of_tensors_are_the_graph_to_the_bit(dtype: Any) -> None:
    for seed in range(30):
        arrays = random_program(seed, np.array)[0]
        assert agrees(rerun(seed), [a.astype(dtype) for a in arrays]), f"program {seed}"


@pytest.mark.parametrize("name", [op.name for op in OPS.values() if op.kind == "elementwise" and op.rules])
@pytest.mark.parametrize(
    "shapes", [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2,)), ((), ()), ((0,), ())]
)
def test_every_elementwise_op_is_the_graph_to_the_bit(name: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    each = OPS[name]
    arrays = [np.abs(random(*shapes[k % 2], seed=k)) * 0.5 + 0.1 for k in range(len(each.inputs))]
    mask = [np.array(True)] if each.rules[0] is None else []
    for dtype in (np.float64, np.float32):
        assert agrees(lambda xs: autograd.sum(each(*mask, *xs[len(mask) :])), [a.astype(dtype) for a in arrays])


def layer() -> tuple[Tensor, Tensor, Tensor]:
    x = Tensor(random(4, 3), label="x")
    return x, Tensor(random(3, 2), requires_grad=True, label="W"), Tensor(random(2), requires_grad=True, label="b")


def test_the_source_of_tensors_says_shapes_and_sums_up_what_was_broadcast() -> None:
    x, w, b = layer()
    lines = Program((x @ w + b).tanh().mean(), [x, w, b]).source.splitlines()
    assert lines[lines.index("") + 2 :] == [
        "def value_and_grad(x, W, b):",
        "    # x: float64 (4, 3), W: float64 (3, 2), b: float64 (2,)",
        "    v1 = x @ W  # (4, 2)",
        "    v2 = v1 + b  # (4, 2)",
        "    v3 = tanh(v2)  # (4, 2)",
        "    v4 = asarray(sum_over(v3))  # ()",
        "    v5 = asarray(v4 / 8.0)  # ()",
        "    g_v5 = ones_like(v5)",
        "    g_v4 = g_v5 / 8.0",
        "    g_v3 = spread(g_v4, shape=v3.shape)",
        "    g_v2 = g_v3 * square(sech(v2))",
        "    g_v1 = g_v2",
        "    g_b = fit(g_v2, b)",
        "    g_x = g_v1 @ mT(W)",
        "    g_W = mT(x) @ g_v1",
        "    return v5, [g_x, g_W, g_b]",
    ]


def test_tensors_that_are_no_inputs_and_indices_are_constants_by_name() -> None:
    x, w, b = layer()
    places = np.array([2, 0])
    root = (x @ w)[places, 1:] * Tensor([3.0]) + b
    program = Program(root, x)
    assert {name: array.tolist() for name, array in program.constants.items()} == {
        "W": w.tolist(),
        "b": b.tolist(),
        "c1": [3.0],
        "index1": [2, 0],
    }
    assert program.source.splitlines()[:4] == [
        "# c1: float64 (1,), as it was recorded",
        "# W: float64 (3, 2), as it was recorded",
        "# b: float64 (2,), as it was recorded",
        "# index1: int64 (2,), as it was recorded",
    ]
    places[:] = 1
    w.data[:] = 0.0
    assert program(x.numpy()).tolist() == root.tolist()


@pytest.mark.parametrize(
    "labels", [*LABELS, ["fit", "slice", "Ellipsis", "asarray", "index1"], ["c1", "c1", "ones"]], ids=str
)
def test_any_labels_make_a_program_of_tensors_that_runs(labels: list[str]) -> None:
    def f(xs: list[Any]) -> Any:
        for x, label in zip(xs, labels, strict=False):
            x.label = label
        picked = xs[0][..., 1:] * xs[1][:, None, 0] + xs[2][np.array([1, 0])][:, :1] / Tensor([[2.0]], label=labels[0])
        return autograd.einsum("ij->i", picked).sum() + Tensor(3.0) * xs[2].sum()

    assert agrees(f, [random(2, 2, seed=k) for k in range(3)])


def test_integers_meet_floats_as_in_the_graph_and_have_no_gradient() -> None:
    n, mask = Tensor(np.array([2**24 + 1, 5]), label="n"), Tensor(np.array([True, False]), label="mask")
    x = Tensor(np.array([0.1, 0.7], np.float32), requires_grad=True, label="x")
    root = autograd.sum(autograd.where(mask, x * n, x / n))
    root.backward()
    value, (gradient, *none) = Program(root, [x, mask]).value_and_grad(x.numpy(), mask.numpy())
    assert value == root.item()
    assert x.grad is not None
    assert identical(gradient, x.grad)
    assert none == [None]
    with pytest.raises(TypeError, match="input mask takes bool as it was recorded, got float64"):
        Program(root, [x, mask])(x.numpy(), [0.5, 1.0])


def test_values_and_tensors_in_one_program() -> None:
    a, b = Value(2.0, label="a"), Value(-0.3, label="b")
    scale = Tensor([1.0, 10.0], requires_grad=True, label="scale")
    root = (autograd.stack([a * b, b.tanh() + a]) * scale).sum()
    root.backward()
    program = Program(root, [a, b, scale])
    value, (to_a, to_b, to_scale) = program.value_and_grad(2.0, -0.3, scale.numpy())
    assert (value, to_a, to_b) == (root.item(), a.grad, b.grad)
    assert scale.grad is not None
    assert to_scale.tolist() == scale.grad.tolist()
    with pytest.raises(ValueError, match=r"input b takes one number, got shape \(2,\)"):
        program(2.0, [1.0, 2.0], scale.numpy())


def test_a_program_of_tensors_hands_out_floats_and_arrays_of_its_own() -> None:
    x = Tensor(random(3), requires_grad=True, label="x")
    value, (gradient,) = Program(x.sum(), [x]).value_and_grad([1, 2, 3])
    assert (type(value), value, gradient.tolist()) == (float, 6.0, [1.0, 1.0, 1.0])
    gradient[:] = 0.0  # of a sum it would be one number, spread
    given = random(3)
    assert Program(x * 1.0, [x])(given) is not given
    found = Program(x[:2], [x])(given)
    found[:] = 0.0
    assert given.all()
    single = Program((x * x).sum(), [x]).value_and_grad(given.astype(np.float32))[1][0]
    assert single.dtype == np.float32


BATCH: dict[str, Callable[[Any, Any, Any], Any]] = {
    "layer": lambda x, w, b: (x @ w + b).relu(),
    "row sums": lambda x, w, b: (x * x).sum(1),
    "columns": lambda x, w, b: x[:, 1:] * b,
    "gram": lambda x, w, b: x @ x.T,
    "running sum": lambda x, w, b: x.cumsum(0) @ w,
    "squares": lambda x, w, b: (x**2).amax(1) ** 0.5,
}
WHOLE: dict[str, Callable[[Any, Any, Any], Any]] = {
    "mean": lambda x, w, b: (x @ w + b).mean(),
    "sum": lambda x, w, b: (x @ w).sum(0) + b,
    "reshape": lambda x, w, b: x.reshape(2, 6),
    "row": lambda x, w, b: x[0] @ w,
    "constant": lambda x, w, b: x + np.ones((4, 3)),
    "contraction": lambda x, w, b: x.T @ x,
    "mask": lambda x, w, b: autograd.where(x > 0.0, x, 0.0),
    "joined": lambda x, w, b: autograd.cat([x, x * 2.0]) * w[0, 0],
    "spread": lambda x, w, b: x + b.sum().expand(4, 1),
}


@pytest.mark.parametrize("rows", [1, 2, 7])
@pytest.mark.parametrize("name", BATCH)
def test_a_batch_of_another_length_is_taken_where_every_op_passes_it_on(name: str, rows: int) -> None:
    x, w, b = layer()
    program = Program(BATCH[name](x.requires_grad_(), w, b) * w[0, 0] + b[0], [x, w, b])
    other = random(rows, 3, seed=4)
    again = Tensor(other, requires_grad=True)
    root = BATCH[name](again, w, b) * w[0, 0] + b[0]
    u = random(*root.shape, seed=5)
    for leaf in (again, w, b):
        leaf.grad = None
    root.backward(u)
    value, gradients = program.value_and_grad(other, w.numpy(), b.numpy(), gradient=u)
    assert value.tolist() == root.tolist()
    for found, leaf in zip(gradients, (again, w, b), strict=True):
        np.testing.assert_array_equal(found, leaf.grad)


@pytest.mark.parametrize("name", WHOLE)
def test_a_length_that_was_written_into_the_program_is_refused(name: str) -> None:
    x, w, b = layer()
    root = WHOLE[name](x.requires_grad_(), w, b) * w.sum() * b.sum()
    program = Program(root, [x, w, b])
    how = {} if root.size == 1 else {"gradient": np.ones(root.shape)}
    assert identical(np.asarray(program(x.numpy(), w.numpy(), b.numpy())), root.numpy())
    for rows in (1, 5):
        with pytest.raises(ValueError, match=r"recorded with x \(4, 3\).*not right for x .*record the graph again"):
            program.value_and_grad(random(rows, 3), w.numpy(), b.numpy(), **how)


def test_a_broadcast_that_was_none_when_it_was_recorded_is_refused() -> None:
    x = Tensor(random(1, 3), requires_grad=True, label="x")
    y = Tensor(random(1, 3), requires_grad=True, label="y")
    program = Program(x * y, [x, y])
    message = r"g_y comes out in shape \(4, 3\), where y has \(1, 3\); record"
    with pytest.raises(ValueError, match=message):
        program.value_and_grad(random(4, 3), random(1, 3), gradient=np.ones((4, 3)))
    assert program(random(4, 3), random(1, 3)).shape == (4, 3)
    with pytest.raises(ValueError, match=r"one number when it was recorded, and has shape \(2, 1\) now"):
        Program(x.sum(1, keepdim=True), [x]).value_and_grad(random(2, 3))


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda p, x, s: p(x[0]), ValueError, r"input x takes an array of 2 dimensions, as the recorded \(4, 3\), got"),
        (lambda p, x, s: p(Tensor(x)), TypeError, "got Tensor"),
        (
            lambda p, x, s: p.value_and_grad(x),
            ValueError,
            r"the value has shape \(4, 3\): give gradient=",
        ),
        (
            lambda p, x, s: p.value_and_grad(x, gradient=x[0]),
            ValueError,
            r"gradient= has shape \(3,\), expected",
        ),
        (lambda p, x, s: p.value_and_grad(x[:2], gradient=x), ValueError, r"g_v1 comes out in shape \(4, 3\)"),
        (lambda p, x, s: s.value_and_grad(x, gradient=1.0), TypeError, "value of this program is one number"),
    ],
)
def test_errors_of_arrays_say_what_was_got_and_what_was_expected(
    run: Callable[..., Any], error: type[Exception], message: str
) -> None:
    x, _, _ = layer()
    with pytest.raises(error, match=message):
        run(Program(x.requires_grad_() * 2.0, [x]), x.numpy(), Program(x.sum(), [x]))


@pytest.mark.parametrize("changed", ["w", "y", "z"])
def test_a_graph_whose_data_was_set_since_is_refused(changed: str) -> None:
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = x * w
    z = y + 1.0
    {"w": w, "y": y, "z": z}[changed].data = 50.0
    with pytest.raises(RuntimeError, match=r"was changed after it was used.*compute|was changed after it was used"):
        Program(z, [x])


def test_a_matrix_without_an_answer_is_not_called_a_wrong_shape() -> None:
    a = Tensor(np.stack([np.eye(2)] * 3), requires_grad=True, label="a")
    program = Program(autograd.inv(a), [a])
    assert program(np.stack([2.0 * np.eye(2)] * 5)).shape == (5, 2, 2)
    for shape in ((3, 2, 2), (5, 2, 2)):
        with pytest.raises(np.linalg.LinAlgError, match=r"^inv got a matrix that has no answer .* it is singular"):
            program(np.ones(shape))
    with pytest.raises(np.linalg.LinAlgError, match=r"^cholesky got a matrix .* not positive definite"):
        Program(autograd.cholesky(a), [a])(-np.stack([np.eye(2)] * 5))
    with pytest.raises(ValueError, match=r"recorded with a \(3, 2, 2\) and is not right for a \(3, 2, 3\)") as caught:
        program(np.ones((3, 2, 3)))
    assert not isinstance(caught.value, np.linalg.LinAlgError)
    assert "inv got shape (3, 2, 3), expected square matrices" in str(caught.value)


def test_a_where_that_no_input_decides_takes_several_samples() -> None:
    x, a, b = Value(2.0), Value(3.0), Value(4.0)
    fixed = autograd.where(a > 0.0, a, b)
    assert Program(x * fixed, [x])(np.arange(3.0)).tolist() == [0.0, 3.0, 6.0]
    mask = (a > 0.0).detach() if isinstance(a > 0.0, Value) else Value(1.0).detach()
    for root, inputs in ((autograd.where(mask, a, b), [mask]), (autograd.where(mask, x, b), [x])):
        with pytest.raises(ValueError, match="whose mask was fixed when it was recorded"):
            Program(root, inputs)(np.arange(3.0))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_a_result_that_depends_on_no_input_is_a_float_for_each_sample(dtype: type) -> None:
    x, two = Value(3.0), Value(2.0)
    fixed, product = Program([two, x * two], [x])(np.arange(3).astype(dtype))
    assert (fixed.dtype, fixed.tolist()) == (np.float64, [2.0] * 3)
    assert product.tolist() == [0.0, 2.0, 4.0]


@pytest.mark.parametrize("bounds", [(False, 2.0), (-1.0, False), (True, 2), (-1, 1)])
def test_a_bound_that_is_a_bool_or_an_integer_gives_the_float_of_the_graph(bounds: tuple[Any, Any]) -> None:
    for number in (-3.0, 3.0):
        x = Value(number)
        y = autograd.cbrt(-x.clip(*bounds))
        y.backward()
        value, gradients = Program(y, [x]).value_and_grad(number)
        assert [math.copysign(1.0, value), value, *gradients] == [math.copysign(1.0, y.data), y.data, x.grad]
