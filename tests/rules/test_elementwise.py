"""Every promise an op makes, kept by every op: the tests go over the rows of `cases.py` and know no op by name.

mpmath is asked at 500 digits and not at 30, so that its own central differences are good to more than 30 digits
where a derivative is 1e-300 times the function: tanh'(350), say.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mpmath import mp

import autograd
from autograd import GradientError, Op, Symbol, Tensor, Value, check_gradients
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from autograd.graph.rule_table import scalar_ops
from autograd.operands.complex_number import ANALYTIC
from autograd.operands.dual import Dual
from autograd.operands.symbol import literal, written

from .cases import CASES, Case, Point

SMOOTH = [(name, point) for name, case in CASES.items() if OPS[name].rules for point in case.points]
KINKS = [(name, point, slopes) for name, case in CASES.items() for point, slopes in case.kinks]
SPECIALS = [(name, point, value) for name, case in CASES.items() for point, value in case.specials]
VALUES = [(name, point) for name, case in CASES.items() for point in case.points]
DIFFERENTIABLE = [name for name in CASES if OPS[name].rules]
BITWISE = [name for name in CASES if name.startswith("bitwise_")]
COMPARISONS = [name for name in CASES if not OPS[name].rules and name not in BITWISE]
SEVERAL = [name for name in DIFFERENTIABLE if OPS[name].takes is not Takes.FIXED or len(OPS[name].inputs) > 1]
# Differences need room, 1/64 to either side. Points close to an edge are written with more digits than two.
TAME = [(name, point) for name, point in SMOOTH if all(0.2 <= abs(x) <= 3.0 and x == round(x, 2) for x in point)]

DIGITS = 500
STEP = mp.mpf("1e-40")
TINY = 1e-300  # below it, floats lose digits whatever the rule


def same(a: Any, b: Any) -> bool:
    """Equal to the bit, all nans alike."""
    return bool((a != a and b != b) or (a == b and math.copysign(1.0, a) == math.copysign(1.0, b)))


def close(got: float, want: Any, error: float, scale: float = 0.0) -> bool:
    """Whether `got` is `want` to a relative error; `scale` is what the error is relative to where that is larger."""
    want = float(want)
    if got == want or (got != got and want != want):
        return True
    return bool(abs(got - want) <= error * max(abs(want), scale) + TINY)


def places(name: str, point: Point) -> list[int]:
    """The inputs that a gradient flows to."""
    op = OPS[name]
    return [k for k in range(len(point)) if op.rules and op.rule(k, len(point)) is not None]


def written_by_user(name: str, *args: Any) -> Any:
    """The op, called the way a user calls it, with the parameters of its row."""
    case = CASES[name]
    call: Callable[..., Any] = getattr(autograd, name, OPS[name]) if case.call is None else case.call
    return call(*args, **case.params)


def variables(name: str, point: Point) -> list[Any]:
    """The point with a Value in every place that a gradient flows to."""
    wanted = places(name, point)
    return [Value(x) if k in wanted else x for k, x in enumerate(point)]


def gradient(name: str, point: Point) -> list[float]:
    """Backward through the op alone, for the inputs that a gradient flows to."""
    args = variables(name, point)
    written_by_user(name, *args).backward()
    gradients = [args[k].grad for k in places(name, point)]
    assert all(type(g) is float for g in gradients)
    return gradients


def vjps(name: str, g: Any, point: Sequence[Any]) -> list[Any]:
    """The rules of the op themselves."""
    op, params = OPS[name], CASES[name].params
    y = op(*point, **params)
    params = {**op.params, **params}
    return [op.vjp(k, g, y, point, params) for k in range(len(point)) if op.rule(k, len(point)) is not None]


def exact(case: Case, point: Sequence[Any]) -> Any:
    with mp.workdps(DIGITS):
        return case.reference(*(x if isinstance(x, bool) else mp.mpf(x) for x in point))


def slope(f: Callable[..., Any], point: Sequence[Any], *inputs: int) -> Any:
    """The derivative of an mpmath function with respect to one input, or two of them, by central differences."""
    with mp.workdps(DIGITS):
        if not inputs:
            return f(*(x if isinstance(x, bool) else mp.mpf(x) for x in point))
        k, *rest = inputs
        h = STEP * (abs(mp.mpf(point[k])) or 1)
        moved = [[x + s * h if j == k else x for j, x in enumerate(map(number, point))] for s in (1, -1)]
        return (slope(f, moved[0], *rest) - slope(f, moved[1], *rest)) / (2 * h)


def number(x: Any) -> Any:
    return x if isinstance(x, bool) else mp.mpf(x)


def named(cases: Sequence[tuple[Any, ...]]) -> list[str]:
    return [f"{case[0]}{case[1]}" for case in cases]


each_smooth = pytest.mark.parametrize(("name", "point"), SMOOTH, ids=named(SMOOTH))
each_tame = pytest.mark.parametrize(("name", "point"), TAME, ids=named(TAME))
each_op = pytest.mark.parametrize("name", DIFFERENTIABLE)


def test_every_op_has_its_row_and_every_row_its_op() -> None:
    assert list(CASES) == [op.name for op in OPS.values() if not op.rules or op in scalar_ops()]


def test_every_differentiable_op_has_a_tame_point_and_a_special_one() -> None:
    assert {name for name, _ in TAME} == set(DIFFERENTIABLE)
    assert {name for name, _, _ in SPECIALS} == set(CASES)


# values


@pytest.mark.parametrize(("name", "point"), VALUES, ids=named(VALUES))
def test_value_agrees_with_mpmath(name: str, point: Point) -> None:
    # 4e-15 is 18 ulp: what a formula of a few steps may lose, each of them good to an ulp. Where a row
    # allows more, it says why.
    case = CASES[name]
    got = OPS[name](*point, **case.params)
    assert close(got, exact(case, point), case.error), (got, exact(case, point))


@pytest.mark.parametrize(("name", "point", "value"), SPECIALS, ids=named(SPECIALS))
def test_special_values_are_ieee_and_never_raise_warn_or_turn_complex(name: str, point: Point, value: float) -> None:
    got = OPS[name](*point, **CASES[name].params)
    assert type(got) is type(value)
    assert same(got, value) or (value == 0 and got == 0 and name == "log_sigmoid"), got
    on_nodes = written_by_user(name, *variables(name, point))
    assert same(on_nodes.data if isinstance(on_nodes, Value) else on_nodes, got)


@pytest.mark.parametrize("name", CASES)
def test_function_operator_method_and_numpy_float_give_the_same_bits(name: str) -> None:
    case, op = CASES[name], OPS[name]
    for point in case.everywhere:
        value = op(*point, **case.params)
        assert same(op(*(np.float64(x) if type(x) is float else x for x in point), **case.params), value)
        if not op.rules:
            continue
        args = variables(name, point)
        results = [written_by_user(name, *args), op(*args, **case.params)]
        if case.method:
            results.append(getattr(args[0], name)(*args[1:], **case.params))
        for result in results:
            assert isinstance(result, Value)
            assert same(result.data, value)


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_of_values_are_those_of_their_data(name: str) -> None:
    for a, b in CASES[name].everywhere:
        want = CASES[name].reference(a, b)
        assert written_by_user(name, Value(a), Value(b)) is want
        assert written_by_user(name, Value(a), b) is want
        assert written_by_user(name, a, Value(b)) is want
        assert OPS[name](a, b) is want


def test_the_public_functions_are_the_ops_themselves() -> None:
    for name, case in CASES.items():
        if case.call is None and name not in ("identity", "round"):  # round(x, 2) is a function of its own
            assert getattr(autograd, name) is OPS[name]
    methods = {name for name in OPS if callable(getattr(Value, name, None))}
    assert methods == {name for name, case in CASES.items() if case.method}


def test_default_parameters() -> None:
    assert autograd.leaky_relu(-3.0) == -0.03
    assert autograd.elu(-1.0) == math.expm1(-1.0)
    assert autograd.clip(-1e300) == -1e300
    assert autograd.clip(5.0, -1, 1) == autograd.clip(5.0, max=1) == 1.0
    assert Value(-5.0).clip(min=-2.0).data == -2.0


@pytest.mark.parametrize("x", [2.0, Value(2.0), autograd.Tensor([2.0])])
def test_a_parameter_is_a_plain_number_whichever_way_it_is_given(x: Any) -> None:
    bound = Value(1.0)
    ways: list[dict[str, Any]] = [{"min": bound}, {"min": bound, "max": 3.0}]
    for given in ways:
        for by_place in ((), tuple(given.values())):
            with pytest.raises(
                TypeError, match=r"got a Value as its parameter 'min', expected a plain number: .* maximum"
            ):
                autograd.clip(x, *by_place, **({} if by_place else given))
    with pytest.raises(TypeError, match="the parameter 'min' of clip is a number, got '1'"):
        autograd.clip(x, min="1", max=3.0)
    with pytest.raises(TypeError, match="unknown parameter 'low'; it has min, max"):
        autograd.clip(x, low=1.0, max=3.0)


def test_sum_and_dot_add_from_left_to_right_to_the_bit() -> None:
    # 1e16 + 1 is 1e16: exact summation would give 1e16 + 2, and not what a + b + c gives.
    assert autograd.sum([1e16, 1.0, 1.0]) == 1e16 + 1.0 + 1.0 == 1e16
    assert autograd.sum([Value(1e16), 1.0, Value(1.0)]).data == 1e16
    assert autograd.dot([1e16, 1.0, 1.0], [1.0, 1.0, 1.0]) == 1e16


# first derivatives


@each_smooth
def test_first_derivative_agrees_with_mpmath_to_its_last_digits(name: str, point: Point) -> None:
    # Relative to the derivative itself, however small it is: sigmoid'(40) has 15 digits right after 4.248354e-18.
    case = CASES[name]
    wanted = [slope(case.reference, point, k) for k in places(name, point)]
    got = gradient(name, point)
    assert all(close(g, w, case.error) for g, w in zip(got, wanted, strict=True)), (got, [float(w) for w in wanted])


@pytest.mark.parametrize(
    ("name", "x", "derivative"),
    [
        ("sigmoid", 40.0, 4.248354255291589e-18),
        ("tanh", 20.0, 1.6993417021166355e-17),
        ("sigmoid", -40.0, 4.248354255291589e-18),
    ],
)
def test_digits_that_the_textbook_form_loses(name: str, x: float, derivative: float) -> None:
    (got,) = gradient(name, (x,))
    assert abs(got - derivative) <= 4e-15 * derivative


@pytest.mark.parametrize(("name", "point", "slopes"), KINKS, ids=named(KINKS))
def test_gradient_at_a_kink_is_the_convention(name: str, point: Point, slopes: Point) -> None:
    got = gradient(name, point)
    assert all(g == s or (g != g and s != s) for g, s in zip(got, slopes, strict=True)), got


def test_conventions_hold_with_a_plain_exponent_or_base() -> None:
    x = Value(0.0)
    (x**0).backward()
    assert x.grad == 0.0
    b = Value(2.0)
    (0.0**b).backward()
    assert b.grad == 0.0
    x = Value(-3.0)
    (x**2).backward()
    assert x.grad == -6.0


@each_op
def test_gradients_never_raise_warn_or_turn_complex(name: str) -> None:
    for point in CASES[name].everywhere:
        assert all(type(g) is float for g in gradient(name, point)), point


# second derivatives


def function(name: str, point: Point) -> Callable[[list[Any]], Any]:
    """The op as a function of a list of the inputs that a gradient flows to."""
    wanted = places(name, point)

    def f(xs: list[Any]) -> Any:
        args = list(point)
        for k, x in zip(wanted, xs, strict=True):
            args[k] = x
        return written_by_user(name, *args)

    return f


@each_smooth
def test_second_derivative_agrees_with_mpmath(name: str, point: Point) -> None:
    # A second derivative is put together from terms of the size of f'/x or f'; where they cancel, as in
    # asin''(1e-9), it is as good as those terms are, so the error is relative to f' where that is larger.
    case = CASES[name]
    wanted = places(name, point)
    first = [abs(float(slope(case.reference, point, k))) for k in wanted]
    second = autograd.hessian(function(name, point))([point[k] for k in wanted])
    for i, j in ((i, j) for i in range(len(wanted)) for j in range(len(wanted))):
        want = slope(case.reference, point, wanted[i], wanted[j])
        assert close(second[i][j], want, 4 * case.error, max(first[i], first[j])), (i, j, second[i][j], float(want))


@each_tame
def test_second_derivative_is_the_same_through_every_mixture_of_modes(name: str, point: Point) -> None:
    f = function(name, point)
    xs = [point[k] for k in places(name, point)]
    reverse = autograd.hessian(f)(xs)
    for k in range(len(xs)):

        def along(x: Any, k: int = k) -> Any:
            return f([x if j == k else other for j, other in enumerate(xs)])

        d, g = autograd.derivative, autograd.grad
        for mixture in (g(g(along)), d(g(along)), g(d(along)), d(d(along))):
            assert close(mixture(xs[k]), reverse[k][k], 1e-14, 1e-14)


@each_tame
def test_check_gradients_agrees_to_second_order(name: str, point: Point) -> None:
    xs = [point[k] for k in places(name, point)]
    report = check_gradients(function(name, point), xs, order=2)
    assert report.ok
    assert len(report.rows) == len(xs) + len(xs) ** 2
    assert {row.method for row in report.rows[: len(xs)]} == {"complex step" if CASES[name].analytic else "differences"}


def test_the_ops_differentiated_by_a_complex_step_are_the_analytic_ones() -> None:
    assert {op.name for op in ANALYTIC} == {name for name, case in CASES.items() if case.analytic}


# one rule, many readings


@each_smooth
def test_forward_mode_is_reverse_mode(name: str, point: Point) -> None:
    # One input at a time both modes evaluate the same rule on the same numbers, so they agree to the bit.
    wanted = places(name, point)
    reverse = gradient(name, point)
    f, xs = function(name, point), [point[k] for k in wanted]
    for k in range(len(xs)):
        value, tangent = autograd.jvp(f, xs, [1.0 if j == k else 0.0 for j in range(len(xs))])
        assert same(value, OPS[name](*point, **CASES[name].params))
        assert close(tangent, reverse[k], 1e-15, 1e-15 * abs(reverse[k]))
        alone = autograd.derivative(lambda x, k=k: f([x if j == k else other for j, other in enumerate(xs)]))(xs[k])
        assert same(alone, reverse[k]) or alone == reverse[k]


@pytest.mark.parametrize("name", CASES)
def test_symbol_text_of_a_rule_evaluates_to_the_rule_to_the_bit(name: str) -> None:
    op, case = OPS[name], CASES[name]
    params = {**op.params, **case.params}
    namespace: dict[str, Any] = {"inf": math.inf, "nan": math.nan}
    namespace |= {key: on_lists(each) if each.takes is not Takes.FIXED else each for key, each in OPS.items()}
    for point in case.everywhere:
        letters = [f"x{k}" for k in range(len(point))]
        symbols = [Symbol(letter) for letter in letters]
        y = op(*point, **case.params)
        # np.float64, as in a Program: Python's own floats raise where IEEE has an answer.
        numbers = {"g": -1.7, "y": y, **dict(zip(letters, point, strict=True))}
        namespace |= {key: np.float64(x) if type(x) is float else x for key, x in numbers.items()}
        with np.errstate(all="ignore"):
            assert same(eval(written(op, symbols, params), namespace), y)
            for k in places(name, point):
                for upstream, g in ((Symbol("g"), -1.7), (literal(1.0), 1.0)):
                    text = str(op.vjp(k, upstream, Symbol("y"), symbols, params))
                    assert same(eval(text, namespace), op.vjp(k, g, y, point, params)), (point, text)


def on_lists(op: Op) -> Callable[..., Any]:
    return lambda *groups: op(*(x for group in groups for x in group))


@each_op
def test_an_array_gets_what_its_elements_get(name: str) -> None:
    # NumPy's exp, log and powers are good to an ulp or two, and are not the C library's.
    case, op = CASES[name], OPS[name]
    for size in {len(p) for p in case.everywhere}:
        points = [p for p in case.everywhere if len(p) == size]
        columns = [np.array(column) for column in zip(*points, strict=True)]
        if name == "where":
            columns[0] = columns[0].astype(bool)
        with np.errstate(all="ignore"):
            values = op(*columns, **case.params)
            contributions = vjps(name, np.full(len(points), -1.7), columns)
        for row, point in enumerate(points):
            assert close(values[row], op(*point, **case.params), case.error), point
            for of_array, of_point in zip(contributions, vjps(name, -1.7, point), strict=True):
                part = of_array[row] if isinstance(of_array, np.ndarray) else of_array
                assert close(part, of_point, case.error), point


@pytest.mark.parametrize("name", SEVERAL)
def test_same_node_in_all_places(name: str) -> None:
    case = CASES[name]
    count = 4 if OPS[name].takes is not Takes.FIXED else len(OPS[name].inputs)
    for number in case.diagonal:
        point = tuple(True if OPS[name].rule(k, count) is None else number for k in range(count))

        def f(t: Any, point: Point = point, case: Case = case) -> Any:
            return case.reference(*(x if x is True else t for x in point))

        def ours(t: Any, point: Point = point) -> Any:
            return written_by_user(name, *(x if x is True else t for x in point))

        x = Value(number)
        y = ours(x)
        assert sum(i is x for i in y.inputs) == len(places(name, point))
        y.backward()
        assert x.grad is not None
        assert close(x.grad, slope(f, (number,), 0), case.error, 1.0)
        assert close(autograd.derivative(ours)(number), x.grad, 1e-15, 1.0)
        assert close(autograd.grad(autograd.grad(ours))(number), slope(f, (number,), 0, 0), 4 * case.error, 4.0)


NUMBERS: list[Callable[[float], Any]] = [float, np.float64, lambda x: np.array(x), lambda x: Fraction(x)]


@pytest.mark.parametrize("name", SEVERAL)
def test_a_plain_number_on_either_side_is_a_constant(name: str) -> None:
    for point in CASES[name].points:
        full = gradient(name, point)
        value = OPS[name](*point, **CASES[name].params)
        wanted = places(name, point)
        for kind in NUMBERS:
            for k, g in zip(wanted, full, strict=True):
                x = Value(point[k])
                args = [x if j == k else kind(n) if j in wanted else n for j, n in enumerate(point)]
                y = written_by_user(name, *args)
                assert isinstance(y, Value)
                assert same(y.data, value)
                assert [i for i in y.inputs if i.requires_grad] == [x]
                y.backward()
                assert x.grad is not None
                assert same(x.grad, g)


@pytest.mark.parametrize(("symbol", "name"), [("+", "add"), ("-", "sub"), ("*", "mul"), ("/", "div"), ("**", "pow")])
def test_integers_are_numbers_on_either_side(symbol: str, name: str) -> None:
    for three in (3, np.int64(3), np.float64(3), np.float32(3)):
        for left, right in ((Value(2.0), three), (three, Value(2.0))):
            result = eval(f"left {symbol} right", {"left": left, "right": right})
            a, b = (float(x.item() if isinstance(x, Value) else x) for x in (left, right))
            assert isinstance(result, Value)
            assert result.data == OPS[name](a, b)
    flag = Value(2.0) * True
    assert flag.data == 2.0


# rules that are wrong are found


def spoiled(op: Op, position: int) -> Op:
    """The op with one rule that is one percent too large."""
    rules = list(op.rules)
    right = rules[position]
    assert right is not None
    rules[position] = lambda *args, **params: right(*args, **params) * 1.01
    return Op(op.name, op.scalar, op.array, *rules, inputs=op.inputs, params=op.params, takes=op.takes)


@each_op
def test_a_wrong_rule_of_any_op_is_found_and_its_element_named(name: str) -> None:
    op, case = OPS[name], CASES[name]
    found = 0
    for position in (k for k, rule in enumerate(op.rules) if rule is not None):
        wrong = spoiled(op, position)
        for point in (p for n, p in TAME if n == name):
            wanted = places(name, point)
            slopes = gradient(name, point)

            def f(*xs: Any, point: Point = point, wanted: Sequence[int] = wanted, wrong: Op = wrong) -> Any:
                inputs = dict(zip(wanted, xs, strict=True))
                return wrong(*(inputs.get(k, x) for k, x in enumerate(point)), **case.params)

            touched = {j for j, k in enumerate(wanted) if op.rule(k, len(point)) is op.rules[position] and slopes[j]}
            if op.takes is not Takes.FIXED:
                size = len(point) // len(op.rules)
                touched = {j for j in range(len(wanted)) if j // size == position and slopes[j]}
            if not touched:
                continue
            with pytest.raises(GradientError) as caught:
                check_gradients(f, *(point[k] for k in wanted))
            letters = ["x"] if len(wanted) == 1 else [f"x{j}" for j in range(len(wanted))]
            assert [row.element for row in caught.value.report.failed] == [f"df/d{letters[j]}" for j in sorted(touched)]
            assert all(f"df/d{letters[j]}" in str(caught.value) for j in touched)
            found += 1
    assert found or name in ("sign", "floor", "ceil", "round", "floor_divide")  # one percent of 0 is 0


def test_a_wrong_second_derivative_is_found_at_order_2_and_only_there() -> None:
    triple = Op("triple_square", lambda x: 3 * x * x, lambda x: 3 * x * x, lambda g, y, x: g * 5 * x)  # 6 is right
    cube = Op("cube", lambda x: x * x * x, lambda x: x * x * x, lambda g, y, x: g * triple(x))
    assert check_gradients(cube, 2.0).ok
    with pytest.raises(GradientError, match="1 of 2 derivatives are wrong") as caught:
        check_gradients(cube, 2.0, order=2)
    (row,) = caught.value.report.failed
    assert row.element == "d²f/dxdx"
    assert row.analytic == 10.0
    assert abs(row.numeric - 12.0) < 1e-6
    assert "WRONG" in str(caught.value)


@pytest.mark.parametrize(
    ("f", "slopes"),
    [
        (autograd.abs, "(-1 and 1)"),
        (autograd.relu, "(0 and 1)"),
        (lambda x: autograd.maximum(x, 0.0), "(0 and 1)"),
        (lambda x: autograd.clip(x, 0.0, 1.0), "(0 and 1)"),
    ],
)
def test_a_kink_is_named_as_a_kink_and_any_slope_between_is_right(f: Callable[..., Any], slopes: str) -> None:
    report = check_gradients(f, 0.0)
    assert report.rows[0].note == f"kink: the one-sided slopes differ {slopes}"
    assert "kink" in str(report)


def test_a_wrong_slope_at_a_kink_is_found_and_named_as_one() -> None:
    steep = Op("abs", operator.abs, np.absolute, lambda g, y, x: g * 3)
    with pytest.raises(GradientError, match="WRONG, kink"):
        check_gradients(steep, 0.0)


# an op of one's own


def test_an_op_of_two_inputs_with_a_parameter_gets_it_in_both_rules() -> None:
    scaled = Op(
        "scaled",
        lambda a, b, k: k * a * b,
        lambda a, b, k: k * a * b,
        lambda g, y, a, b, k: g * k * b,
        lambda g, y, a, b, k: g * k * a,
        params={"k": 2.0},
    )
    for k in (2.0, 5.0):
        a, b = Value(3.0), Value(4.0)
        scaled(a, b, k=k).backward()
        assert (a.grad, b.grad) == (4.0 * k, 3.0 * k)


def test_an_op_of_two_inputs_with_one_rule_passes_nothing_to_the_other() -> None:
    gate = Op("gate", lambda m, a: m * a, lambda m, a: m * a, None, lambda g, y, m, a: g * m, inputs=("m", "a"))
    m, a = Value(3.0), Value(4.0)
    gate(m, a).backward()
    assert (m.grad, a.grad) == (None, 3.0)
    assert autograd.jvp(lambda x: gate(x[0], x[1]), [3.0, 4.0], [1.0, 1.0]) == (12.0, 3.0)


def test_a_dual_of_a_dual_keeps_their_tangents_apart() -> None:
    x = Dual(Dual(3.0, 1.0, level=1), 1.0, level=2)
    cube = x * x * x
    assert (cube.payload.payload, cube.payload.tangent, cube.tangent.payload, cube.tangent.tangent) == (27, 27, 27, 18)


@pytest.mark.parametrize("size", [1, 5000])
@pytest.mark.parametrize("op", [autograd.elu, autograd.selu, autograd.relu, autograd.leaky_relu, autograd.tanh])
def test_an_array_keeps_the_sign_of_a_zero_where_a_float_does(op: Callable[..., Any], size: int) -> None:
    for zero in (0.0, -0.0):
        expected = math.copysign(1.0, op(Value(zero)).data)
        assert np.array_equal(np.copysign(1.0, op(Tensor(np.full(size, zero))).data), np.full(size, expected)), zero
