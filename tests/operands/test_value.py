"""The data that a Value takes, and the data that it refuses with a message."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value

# --- making one ---


@pytest.mark.parametrize(
    ("data", "held"),
    [
        (3.5, 3.5),
        (3, 3.0),
        (True, 1.0),
        (10**20, 1e20),
        (Fraction(1, 3), 1 / 3),
        (np.float64(0.1), 0.1),
        (np.float32(0.1), 0.10000000149011612),
        (np.float16(0.1), 0.0999755859375),
        (np.int64(7), 7.0),
        (np.uint64(2**63), 9223372036854775808.0),
        (np.bool_(True), 1.0),
        (np.array(2.5), 2.5),
        (np.array(3), 3.0),
        (math.inf, math.inf),
    ],
)
def test_any_one_real_number_is_held_as_a_float(data: Any, held: float) -> None:
    for v in (Value(data), set_data(data)):
        assert type(v.data) is float
        assert v.data == held
    assert math.isnan(Value(math.nan).data)


def set_data(data: Any) -> Value:
    v = Value(0.0)
    v.data = data
    return v


REFUSED: list[tuple[Any, str]] = [
    ("3", "str '3'; convert it first"),
    (np.str_("3"), "str_"),
    (None, "got None"),
    (1j, "complex 1j; the functions here are real"),
    (np.complex128(1j), "complex128"),
    (b"3", "bytes b'3'"),
    (Decimal("1.5"), "Decimal"),
    ([1.0], "list [1.0]; make one Value per element"),
    ((1.0,), "tuple"),
    ({}, "dict {}"),
    (object, "type <class 'object'>"),
    (np.array([1.0]), "array of float64 with shape (1,); make one Value per element"),
    (np.array([[1.0]]), "array of float64 with shape (1, 1)"),
    (np.array(1.0, dtype=object), "array of object with shape ()"),
    (np.array([None], dtype=object), "array of object with shape (1,)"),
    (np.array(1j), "array of complex128"),
    (np.array("3"), "array of <U1"),
    (np.datetime64("2020-01-01"), "datetime64"),
    (np.timedelta64(1, "s"), "timedelta64"),
]


@pytest.mark.parametrize(("data", "named"), REFUSED)
def test_anything_else_is_refused_by_name(data: Any, named: str) -> None:
    v = Value(1.0)
    # An array of numbers beside a Value makes a Tensor; tests/operands/test_border.py has those.
    beside = () if np.ndim(data) else (v.__add__, v.__rmul__, v.__lt__)
    for give in (Value, set_data, v.backward, *beside):
        with pytest.raises(TypeError) as refusal:
            give(data)
        assert named in str(refusal.value)


def test_a_value_of_a_value_is_refused() -> None:
    v: Any = Value(1.0)
    for give in (Value, set_data, v.backward):
        with pytest.raises(TypeError, match=r"a node already; .* use v\.item\(\)"):
            give(v)


@pytest.mark.parametrize("huge", [10**400, -(10**400), Fraction(10**400, 3)])
def test_an_integer_too_large_for_a_float_is_refused(huge: Any) -> None:
    for give in (Value, set_data, Value(1.0).__add__, Value(1.0).__radd__):
        with pytest.raises(ValueError, match="too large"):
            give(huge)


def test_refused_data_leaves_the_old_data() -> None:
    v = Value(1.5)
    with pytest.raises(TypeError):
        v.data = None  # type: ignore[assignment]
    assert v.data == 1.5


@pytest.mark.parametrize("label", [3, b"x", ["x"], 1.5, object()])
def test_a_label_is_text(label: Any) -> None:
    with pytest.raises(TypeError, match=f"label is text, got {type(label).__name__}"):
        Value(1.0, label=label)


@pytest.mark.parametrize("label", [None, 0, b"", [], False])
def test_a_label_that_is_nothing_is_not_text_either(label: Any) -> None:
    with pytest.raises(TypeError, match="label is text"):
        Value(1.0, label=label)


def test_a_leaf_says_what_it_is() -> None:
    v = Value(2.0, "x")
    assert (v.data, v.grad, v.op, v.inputs, v.label) == (2.0, None, None, (), "x")
    assert v.is_leaf
    assert v.requires_grad


def test_a_result_says_what_it_was_computed_by_and_from() -> None:
    x = Value(2.0)
    y = x * 3
    assert y.op is not None
    assert y.op.name == "mul"
    assert y.inputs[0] is x
    three = y.inputs[1]
    assert (three.item(), three.requires_grad, three.is_leaf) == (3.0, False, True)
    assert y.requires_grad
    assert not y.is_leaf
    assert y._index > x._index


def test_the_same_node_twice_is_an_input_twice() -> None:
    x = Value(2.0)
    first, second = (x * x).inputs
    assert first is x
    assert second is x


def test_a_value_has_no_room_for_a_misspelt_attribute() -> None:
    v = Value(1.0)
    assert not hasattr(v, "__dict__")
    assert not hasattr(v * 2, "__dict__")
    with pytest.raises(AttributeError):
        v.dat = 2.0  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        v.requires_grad = False  # type: ignore[misc]


# --- seeing one ---


def test_repr_shows_data_grad_and_label() -> None:
    x = Value(2.0, label="x's")
    assert repr(x) == str(x) == f"{x}" == 'Value(2.0, grad=None, label="x\'s")'
    (x * 3).backward()
    assert repr(x) == 'Value(2.0, grad=3.0, label="x\'s")'
    assert repr(Value(-math.inf)) == "Value(-inf, grad=None)"


@pytest.mark.parametrize("spec", [".3f", ">10.2e", "+g", "_.1f", "08.3f", "%"])
def test_format_is_that_of_the_number(spec: str) -> None:
    assert format(Value(1234.5678), spec) == format(1234.5678, spec)


def test_format_refuses_what_a_number_refuses() -> None:
    with pytest.raises(ValueError, match="format code"):
        format(Value(1.0), "d")


def test_item_is_the_bare_number() -> None:
    item = (Value(2.0) * 3).item()
    assert type(item) is float
    assert item == 6.0


CUTS = [
    (float, "float(Value) would cut the graph. Use .item()"),
    (int, "int(Value) would cut the graph; use int(v.item())"),
    (complex, ".item()"),
    (math.exp, "autograd.exp instead of math.exp"),
    (math.isnan, ".item()"),
    (math.floor, ".item()"),
    ("%.3f".__mod__, "f'{v:.3f}'"),
    (lambda v: np.array([v]), "does not turn into an array"),
    (lambda v: np.array([v, v], dtype=object), "does not turn into an array"),
    (lambda v: np.array([[v, 1.0], [2.0, v]]), "does not turn into an array"),
    (np.array, "np.array([v.item() for v in values])"),
    (np.asarray, "does not turn into an array"),
    (np.float64, "does not turn into an array"),
    (lambda v: np.full(2, v), "does not turn into an array"),
    (lambda v: np.zeros(2).fill(v), "would cut the graph"),
    (lambda v: np.zeros(2).__setitem__(0, v), "graph"),
]


@pytest.mark.parametrize(("cut", "advice"), CUTS)
def test_what_would_cut_the_graph_is_refused_and_says_what_to_do(cut: Callable[[Value], Any], advice: str) -> None:
    with pytest.raises(TypeError) as refusal:
        cut(Value(2.0))
    assert advice in str(refusal.value) or advice in str(refusal.value.__cause__)


@pytest.mark.parametrize(
    "nonsense",
    [round, len, iter, lambda v: v[0], lambda v: [1, 2][v], lambda v: v @ v],
)
def test_what_has_no_meaning_on_a_value_is_a_type_error(nonsense: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        nonsense(Value(1.0))


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy, lambda v: copy.deepcopy([v]), pickle.dumps])
@pytest.mark.parametrize("make", [lambda: Value(1.0), lambda: Value(1.0) * 2], ids=["leaf", "result"])
def test_a_value_is_not_copied_or_pickled(copying: Callable[[Any], Any], make: Callable[[], Value]) -> None:
    with pytest.raises(TypeError, match=r"not copied or pickled: use Value\(v\.item\(\)\)"):
        copying(make())


# --- its gradient, and living without one ---


def test_grad_is_none_until_a_backward_pass_reaches_the_node() -> None:
    x, other = Value(2.0), Value(3.0)
    y = x * x
    assert (x.grad, y.grad) == (None, None)
    y.backward()
    assert (x.grad, y.grad, other.grad) == (4.0, 1.0, None)


def test_zero_grad_goes_back_to_none() -> None:
    x = Value(2.0)
    (x * x).backward()
    x.zero_grad()
    assert x.grad is None
    (x * x).backward()
    assert x.grad == 4.0


class Rounded(float):
    """A float that converts to another one."""

    def __float__(self) -> float:
        return float(round(self))


def test_of_a_subclass_of_float_the_number_is_that_which_it_is() -> None:
    number = Rounded(2.6)
    x = Value(number)
    assert (x.data, type(x.data)) == (2.6, float)
    x.data = Rounded(2.7)
    assert (x.data, type(x.data)) == (2.7, float)
    results: list[Any] = [Value(1.0) * number, autograd.sum([Value(0.0), number]), autograd.clip(Value(1.0), number)]
    assert [y.data for y in results] == [2.6, 2.6, 2.6]
    x.backward(Rounded(0.6))
    assert x.grad == 0.6


def test_setting_data_changes_this_node_and_nothing_computed_from_it() -> None:
    x = Value(2.0)
    y = x * x
    x.data = 5
    assert (x.data, y.data, (x * x).data) == (5.0, 4.0, 25.0)


def test_detach_is_a_leaf_with_the_number_and_no_way_back() -> None:
    x = Value(2.0, label="x")
    y = x * 3
    d = y.detach()
    assert (d.data, d.requires_grad, d.is_leaf, d.inputs, d.grad) == (6.0, False, True, (), None)
    assert x.detach().label == "x"
    z = d * x  # a number times x, whatever d was made from
    z.backward()
    assert x.grad == 6.0
    assert (d.grad, y.grad) == (None, None)
    assert not (d * 2 + 1).requires_grad


# --- comparing ---


def test_values_compare_by_data() -> None:
    two, three = Value(2.0), Value(3.0)
    pairs: list[tuple[Any, Any]] = [(two, three), (two, 3), (2, three), (two, Fraction(3)), (np.float64(2.0), three)]
    for a, b in pairs:
        found = [a < b, a <= b, a > b, a >= b, a == b, a != b]
        assert found == [True, True, False, False, False, True]
        assert {type(answer) for answer in found} <= {bool, np.bool_}
    assert two == Value(2.0) == 2
    assert operator.ne(two, Value(2.0)) is False
    nan = Value(math.nan)
    assert operator.eq(nan, nan) is False
    assert operator.ne(nan, nan) is True
    assert sorted([three, two]) == [two, three]
    assert max(two, three) is three


@pytest.mark.parametrize("stranger", [None, "2.0", b"2", [2.0], (2.0,), {}, 2j, object(), Decimal(2)])
def test_equal_to_something_that_is_no_number_is_a_question_with_the_answer_no(stranger: object) -> None:
    v = Value(2.0)
    assert (v == stranger) is False
    assert (stranger == v) is False
    assert (v != stranger) is True
    assert v not in [stranger]


def test_hash_is_by_identity() -> None:
    a, b = Value(2.0), Value(2.0)
    assert a == b
    assert hash(a) == hash(a)
    assert len({a, b, a}) == 2
    gradient_of = {a: "a", b: "b"}
    a.data = 7.0
    assert (gradient_of[a], gradient_of[b]) == ("a", "b")


def test_in_a_list_it_is_the_data_that_is_found() -> None:
    values = [Value(1.0), Value(2.0)]
    assert Value(2.0) in values
    assert 2 in values
    assert values.index(Value(2.0)) == 1
    assert Value(3.0) not in values


@pytest.mark.parametrize("data", [0.0, -0.0, 1.0, -2.0, math.inf, math.nan])
def test_truth_is_that_of_the_number(data: float) -> None:
    assert bool(Value(data)) is bool(data)


# --- arithmetic with plain numbers on either side ---

OPERATORS: list[tuple[str, Callable[[Any, Any], Any], Callable[[float, float], tuple[float, float]]]] = [
    ("+", operator.add, lambda a, b: (1.0, 1.0)),
    ("-", operator.sub, lambda a, b: (1.0, -1.0)),
    ("*", operator.mul, lambda a, b: (b, a)),
    ("/", operator.truediv, lambda a, b: (1 / b, -a / b / b)),
    ("**", operator.pow, lambda a, b: (b * a ** (b - 1), a**b * math.log(a))),
]
PLAIN: list[Any] = [
    3.0, 3, True, Fraction(3, 2), np.float64(1.5), np.float32(1.5), np.float16(1.5), np.longdouble(1.5), np.int64(3),
    np.int8(3), np.uint8(3), np.bool_(True), np.array(1.5), np.array(3),
]  # fmt: skip


@pytest.mark.parametrize("plain", PLAIN, ids=lambda p: type(p).__name__)
@pytest.mark.parametrize(("sign", "apply", "slopes"), OPERATORS, ids=[o[0] for o in OPERATORS])
def test_a_plain_number_stands_on_either_side_of_every_operator(
    sign: str, apply: Callable[[Any, Any], Any], slopes: Callable[[float, float], tuple[float, float]], plain: Any
) -> None:
    number = float(plain)
    for left in (False, True):
        x = Value(2.0)
        y = apply(plain, x) if left else apply(x, plain)
        a, b = (number, 2.0) if left else (2.0, number)
        assert type(y) is Value
        assert y.data == apply(a, b)
        y.backward()
        assert x.grad == pytest.approx(slopes(a, b)[1 if left else 0], rel=1e-15)


@pytest.mark.parametrize(("sign", "apply", "slopes"), OPERATORS, ids=[o[0] for o in OPERATORS])
def test_both_sides_of_an_operator_can_be_values(
    sign: str, apply: Callable[[Any, Any], Any], slopes: Callable[[float, float], tuple[float, float]]
) -> None:
    a, b = Value(2.0), Value(3.0)
    apply(a, b).backward()
    assert (a.grad, b.grad) == pytest.approx(slopes(2.0, 3.0), rel=1e-15)


def test_in_place_operators_make_a_new_node() -> None:
    x = Value(2.0)
    y = x
    y += 1
    y *= x
    assert (x.data, y.data) == (2.0, 6.0)
    y.backward()
    assert x.grad == 5.0


@pytest.mark.parametrize(
    ("write", "data", "slope"),
    [(operator.neg, 2.0, -1.0), (operator.pos, -2.0, 1.0), (abs, 2.0, -1.0), (lambda x: pow(x, 2), 4.0, -4.0)],
)
def test_signs_abs_and_pow_are_python_s(write: Callable[[Any], Any], data: float, slope: float) -> None:
    x = Value(-2.0)
    y = write(x)
    assert y.data == data
    y.backward()
    assert x.grad == slope


def test_pow_with_a_modulus_is_refused() -> None:
    with pytest.raises(TypeError):
        pow(Value(2.0), 2, 5)


def test_builtin_sum_starts_at_its_zero() -> None:
    xs = [Value(1.0), Value(2.0), Value(3.0)]
    total = sum(xs)
    assert isinstance(total, Value)
    total.backward()
    assert (total.data, [x.grad for x in xs]) == (6.0, [1.0, 1.0, 1.0])


# --- NumPy on the left, and NumPy's functions ---


@pytest.mark.parametrize("scalar", [np.float64(2), np.float32(2), np.float16(2), np.int64(2), np.uint8(2), np.array(2)])
def test_a_numpy_scalar_on_the_left_keeps_the_graph(scalar: Any) -> None:
    v = Value(3.0)
    y = scalar * v + scalar / v - (scalar - v)
    assert type(y) is Value
    y.backward()
    assert v.grad == pytest.approx(2 - 2 / 9 + 1, rel=1e-15)


@pytest.mark.parametrize(
    ("call", "plain"),
    [
        (lambda v: np.exp(v), lambda v: autograd.exp(v)),
        (lambda v: np.add(1.0, v), lambda v: 1.0 + v),
        (lambda v: np.subtract(v, v * 2), lambda v: v - v * 2),
        (lambda v: np.maximum(v, 3.0), lambda v: autograd.maximum(v, 3.0)),
        (lambda v: np.maximum(v, v * v), lambda v: autograd.maximum(v, v * v)),
        (lambda v: np.abs(v), lambda v: abs(v)),
        (lambda v: np.absolute(v), lambda v: abs(v)),
        (lambda v: np.arctan2(v, 2.0), lambda v: autograd.atan2(v, 2.0)),
        (lambda v: np.hypot(3.0, v), lambda v: autograd.hypot(3.0, v)),
        (lambda v: np.power(v, 3), lambda v: v**3),
        (lambda v: np.square(v), lambda v: v.square()),
        (lambda v: np.negative(v), lambda v: -v),
        (lambda v: np.where(v > 1, v * v, 0.0), lambda v: v * v),
        (lambda v: np.where(True, v, 0.0), lambda v: v),
        (lambda v: np.clip(v, 0.0, 2.0), lambda v: v.clip(0.0, 2.0)),
        (lambda v: np.clip(v, a_min=0.0, a_max=2.0), lambda v: v.clip(0.0, 2.0)),
    ],
)
def test_numpy_s_functions_go_to_ours(call: Callable[[Any], Any], plain: Callable[[Any], Any]) -> None:
    v, w = Value(1.25), Value(1.25)
    ours, expected = call(v), plain(w)
    assert type(ours) is Value
    assert ours.data == expected.data
    ours.backward()
    expected.backward()
    assert v.grad == w.grad
    assert v.grad is not None


def test_numpy_s_comparisons_go_to_ours() -> None:
    v = Value(2.0)
    assert np.less(1.0, v)
    assert not np.greater_equal(1.0, v)
    assert np.equal(v, 2.0)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda v: np.float_power(v, 2), "np.float_power"),
        (lambda v: np.heaviside(v, 1.0), "np.heaviside"),
        (lambda v: np.sum(v), "np.sum"),
        (lambda v: np.mean(v), "np.mean"),
        (lambda v: np.stack([v, v]), "np.stack"),
        (lambda v: np.linspace(0, v, 3), "np.linspace"),
        (lambda v: np.isclose(v, 2.0), "np.isclose"),
        (lambda v: np.nan_to_num(v), "np.nan_to_num"),
        (lambda v: np.interp(v, [0, 1], [0, 1]), "np.interp"),
        (lambda v: np.add.reduce(v), "np.add.reduce"),
        (lambda v: np.add.accumulate(v), "np.add.accumulate"),
        (lambda v: np.add.outer(v, v), "np.add.outer"),
        (lambda v: np.add.at(np.zeros(2), 0, v), "np.add.at"),
        (lambda v: np.add(1.0, v, out=np.zeros(1)), "np.add with out="),
        (lambda v: np.add(np.zeros(1), 1.0, out=v), "np.add with out="),
        (lambda v: np.exp(v, where=True), "np.exp with where="),
        (lambda v: np.exp(v, dtype=float), "np.exp with dtype="),
    ],
)
def test_what_numpy_has_and_we_have_not_is_refused_by_name(call: Callable[[Any], Any], named: str) -> None:
    with pytest.raises(TypeError) as refusal:
        call(Value(0.5))
    assert named in str(refusal.value)


def test_adding_to_an_array_in_place_is_refused_and_leaves_the_array() -> None:
    array = np.zeros(2)
    with pytest.raises(TypeError):
        array += Value(1.0)
    assert array.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "function",
    [
        np.mean, np.sum, np.prod, np.max, np.std, np.sort, np.argmax, np.cumsum, np.linalg.norm, np.array,
        np.atleast_1d, np.add.reduce, np.exp, np.square, lambda vs: np.dot(vs, [1.0, 2.0]), lambda vs: np.ones(2) * vs,
        lambda vs: np.einsum("i,i", vs, vs), lambda vs: np.concatenate([vs, vs]), lambda vs: np.allclose(vs, 1.0),
        np.vectorize(lambda v: v),
    ],
)  # fmt: skip
def test_a_list_of_values_never_becomes_an_array_behind_our_back(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"stack\(values\) makes a Tensor .* keeps the graph.* bare numbers"):
        function([Value(1.0), Value(2.0)])
