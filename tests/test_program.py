"""Program: names, constants, cuts and errors; that it is the graph to the bit is tested on random programs."""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Op, Program, Value, no_grad
from autograd.op import OPS

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
        (lambda x, y: Program(x * 2, [y]), ValueError, "input 0 is not .*this root's graph"),
        (lambda x, y: Program(x * 2, [x, y]), ValueError, "input 1 is not "),
        (lambda x, y: Program(x * 2, [x, x]), ValueError, "named twice"),
        (lambda x, y: Program(not_a_node, [x]), TypeError, "expected a Value, got float"),
        (lambda x, y: Program(x * 2, [not_a_node]), TypeError, "expected a Value, got float"),
        (lambda x, y: Program(x * 2 + 1, [x], max_nodes=2), ValueError, "3 nodes, more than max_nodes=2"),
        (lambda x, y: Program(x * y, [x, y])(1.0), TypeError, r"takes 2 inputs \(left, right\), got 1"),
        (lambda x, y: Program(x * y, [x, y])(1.0, 2.0, 3.0), TypeError, "got 3"),
        (lambda x, y: Program(x * y, [x, y])(1.0, "2"), TypeError, "input right takes a number .*, got str"),
        (lambda x, y: Program(x * y, [x, y])(None, 1.0), TypeError, "input left takes a number .*, got NoneType"),
        (lambda x, y: Program(x * y, [x, y])(x, 1.0), TypeError, "got Value"),
        (lambda x, y: Program(x * y, [x, y])(1j, 1.0), TypeError, "got complex"),
        (lambda x, y: Program(x * y, [x, y])(np.array([1.0, None]), 1.0), TypeError, "got ndarray"),
        (lambda x, y: Program(x * y, [x, y])(np.ones(2), np.ones(3)), ValueError, r"left \(2,\), right \(3,\)"),
    ],
)
def test_errors_say_what_was_got_and_what_was_expected(
    run: Callable[..., Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(Value(2.0, label="left"), Value(3.0, label="right"))
