"""check_gradients: its report, its verdicts on right and wrong derivatives, and the calls that it refuses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import GradientError, Op, Tensor, Value, check_gradients
from autograd.calculus.numeric import relative_error
from autograd.functions.arguments import array_of

Function = Callable[..., Any]

wrong = Op("wrong", lambda x: x * x, lambda x: x * x, lambda g, y, x: g * 3 * x)


def test_the_report_is_a_table() -> None:
    assert str(check_gradients(lambda x: x * x, 3.0)) == (
        "element  analytic  numeric  rel. error  by\ndf/dx           6        6     0.0e+00  complex step"
    )


def test_the_report_of_a_failure_names_the_derivative_the_numbers_and_the_reason() -> None:
    with pytest.raises(GradientError) as caught:
        check_gradients(lambda x, y: (wrong(x) + autograd.abs(x - 2)) * autograd.relu(y), 2.0, 5.0)
    first, header, *lines = str(caught.value).splitlines()
    assert first == "1 of 2 derivatives are wrong"
    assert header.split() == ["element", "analytic", "numeric", "rel.", "error", "by"]
    assert [line.split()[0] for line in lines] == ["df/dx0", "df/dx1"]
    assert lines[0].endswith("differences  WRONG, kink: the one-sided slopes differ (15 and 25)")
    assert "WRONG" not in lines[1]
    assert len({line.index("differences") for line in lines}) == 1


def test_the_error_carries_the_report_and_is_an_assertion_error() -> None:
    with pytest.raises(AssertionError) as caught:
        check_gradients(wrong, 2.0)
    assert isinstance(caught.value, GradientError)
    report = caught.value.report
    assert not report.ok
    assert [row.element for row in report.failed] == ["df/dx"]
    assert report.rows[0].error == pytest.approx(1 / 3)
    assert report.rows[0].analytic == 6.0
    assert report.rows[0].numeric == pytest.approx(4.0, rel=1e-9)
    assert "WRONG" in repr(report)


@pytest.mark.parametrize(
    ("f", "args", "elements"),
    [
        (lambda x: x * x, (2.0,), ["df/dx"]),
        (lambda x, y: x * y, (2.0, 3.0), ["df/dx0", "df/dx1"]),
        (lambda x: x[0] * x[1][0], ([2.0, [3.0]],), ["df/dx[0]", "df/dx[1][0]"]),
        (lambda x, y: x[0] * y, ([2.0], 3.0), ["df/dx0[0]", "df/dx1"]),
        (lambda x: [x, x * x], (2.0,), ["df[0]/dx", "df[1]/dx"]),
        (
            lambda x: [x[0], x[0] * x[1]],
            ([2.0, 3.0],),
            ["df[0]/dx[0]", "df[1]/dx[0]", "df[0]/dx[1]", "df[1]/dx[1]"],
        ),
    ],
)
def test_elements_are_named_after_the_arguments(f: Function, args: tuple[Any, ...], elements: list[str]) -> None:
    assert [row.element for row in check_gradients(f, *args).rows] == elements


def test_second_order_adds_every_second_derivative() -> None:
    report = check_gradients(lambda x, y: x * x * y, 2.0, 3.0, order=2)
    assert [(row.element, row.analytic) for row in report.rows] == [
        ("df/dx0", 12.0),
        ("df/dx1", 4.0),
        ("d²f/dx0dx0", 6.0),
        ("d²f/dx1dx0", 4.0),
        ("d²f/dx0dx1", 4.0),
        ("d²f/dx1dx1", 0.0),
    ]


@pytest.mark.parametrize("x", [0.5, Value(0.5), np.float64(0.5)])
def test_functions_may_call_methods_whatever_the_arguments_are(x: Any) -> None:
    assert check_gradients(lambda v: (v.tanh() + v.exp()).log(), x, order=2).ok
    assert check_gradients(lambda vs: vs[0].relu() * vs[1].sigmoid(), [x, x], order=2).ok


@pytest.mark.parametrize(
    "cut",
    [lambda x: x * x.item(), lambda x: x * x.data, lambda x: x * x.detach(), lambda x: x + math.sin(x.item())],
)
def test_a_cut_graph_is_found(cut: Function) -> None:
    with pytest.raises(GradientError, match="WRONG"):
        check_gradients(cut, 3.0)


def test_the_method_is_a_complex_step_if_every_op_is_analytic_and_differences_otherwise() -> None:
    methods: dict[str, list[Function]] = {
        "complex step": [lambda x: autograd.tanh(x) * autograd.exp(x), lambda x: x**2.5, lambda x: 1 / x],
        "differences": [autograd.relu, autograd.gelu, lambda x: autograd.tanh(x) + autograd.abs(x)],
    }
    for method, functions in methods.items():
        for f in functions:
            assert [row.method for row in check_gradients(f, 0.75).rows] == [method]


def test_a_complex_step_is_rejected_where_the_complex_function_differs_from_the_real_one() -> None:
    # log(-1) is complex and not real, so the number that the rule gives there is not a derivative.
    with pytest.raises(GradientError) as caught:
        check_gradients(autograd.log, -1.0)
    (row,) = caught.value.report.rows
    assert (row.method, row.note) == ("differences", "not finite")
    assert math.isnan(row.numeric)
    assert check_gradients(lambda x: autograd.sqrt(x * x), -3.0).rows[0].analytic == -1.0


def test_branches_on_comparisons_are_followed() -> None:
    def f(x: Any) -> Any:
        return x * x if x > 1 else 2 * x

    assert check_gradients(f, 3.0).rows[0].analytic == 6.0
    assert check_gradients(f, 0.5).rows[0].analytic == 2.0


def test_at_a_kink_slopes_between_the_one_sided_ones_are_right_and_others_are_wrong() -> None:
    def bent(slope: float) -> Op:
        return Op("bent", abs, np.absolute, lambda g, y, x: g * slope)

    for slope in (-1.0, 0.0, 0.5, 1.0):
        assert check_gradients(bent(slope), 0.0).rows[0].note.startswith("kink")
    for slope in (-1.1, 1.1, math.nan):
        with pytest.raises(GradientError, match="kink"):
            check_gradients(bent(slope), 0.0)


@pytest.mark.parametrize("x", [1e-3, 0.1, -0.02])
def test_a_kink_nearby_is_not_reported(x: float) -> None:
    report = check_gradients(autograd.abs, x)
    assert report.rows[0].note == ""
    assert report.rows[0].numeric == pytest.approx(math.copysign(1.0, x), rel=1e-9)


def test_a_sharp_bend_is_not_a_kink() -> None:
    # The slopes on the left and right differ by 6 over the small step, but in proportion to the step.
    (row,) = check_gradients(lambda x: autograd.cos(1e4 * x) + 0 * autograd.erf(x), 0.0).rows
    assert (row.method, row.note, row.numeric) == ("differences", "", 0.0)


def test_tolerance_is_relative() -> None:
    almost = Op("almost", lambda x: x * x, lambda x: x * x, lambda g, y, x: g * 2 * x * (1 + 1e-4))
    for x in (3.0, 3e6):
        assert check_gradients(almost, x, tolerance=1e-3).ok
        with pytest.raises(GradientError):
            check_gradients(almost, x, tolerance=1e-5)


def test_a_derivative_that_is_not_finite_is_reported() -> None:
    with pytest.raises(GradientError, match="not finite"):
        check_gradients(Op("odd", lambda x: x, lambda x: x, lambda g, y, x: g * math.nan), 1.0)


@pytest.mark.parametrize(
    ("a", "b", "error"),
    [
        (1.0, 1.0, 0.0),
        (2.0, 1.0, 0.5),
        (1e-9, 2e-9, 0.5),
        (math.inf, math.inf, 0.0),
        (math.inf, 1.0, math.inf),
        (math.nan, 1.0, math.inf),
        (math.nan, math.nan, 0.0),
    ],
)
def test_relative_error(a: float, b: float, error: float) -> None:
    assert relative_error(a, b) == error


def test_checking_writes_no_gradients() -> None:
    x, w = Value(2.0), Value(3.0)
    x.grad = 7.0
    assert check_gradients(lambda v: v * v * w, x, order=2).ok
    assert (x.grad, w.grad) == (7.0, None)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda: check_gradients(lambda: 1.0), ValueError, "no arguments to differentiate at"),
        (lambda: check_gradients(lambda x: x, 1.0, order=3), ValueError, "order is 1 or 2, got 3"),
        (lambda: check_gradients(lambda x: None, 1.0), TypeError, "None"),
        (lambda: check_gradients(lambda x: x, "1"), TypeError, "one real number, got str"),
    ],
)
def test_wrong_calls_are_refused(run: Function, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run()


def test_a_wrong_sign_is_found_however_small_the_function() -> None:
    flipped = Op("flipped", lambda x: x * x, lambda x: x * x, lambda g, y, x: -g * 2 * x)
    for scale in (1e-3, 1e-7, 1e-12):
        with pytest.raises(GradientError):
            check_gradients(lambda x, s=scale: flipped(x) * s, 3.0)
        assert check_gradients(lambda x, s=scale: x.relu() * s, 3.0).ok


@pytest.mark.parametrize("x", [0.0, 1e-9])
def test_a_jump_is_not_reported_as_a_kink(x: float) -> None:
    step = Op("step", lambda x: float(x > 0), lambda x: x > 0, lambda g, y, x: g * 123)
    with pytest.raises(GradientError, match="jump"):
        check_gradients(step, x)


@pytest.mark.parametrize("x", [1e-7, 3e-7, 1e-6, -3e-7, 10000.001])
def test_right_slopes_close_to_a_kink_pass(x: float) -> None:
    assert check_gradients(autograd.abs, x).ok
    assert check_gradients(lambda v: autograd.relu(v - 1e4), x).ok


def test_a_vertical_tangent_has_an_infinite_slope() -> None:
    assert check_gradients(autograd.sqrt, 0.0).ok


@pytest.mark.parametrize("n", [100, 101, 150, -101])
def test_right_derivatives_of_large_powers_of_negative_numbers_pass(n: int) -> None:
    assert check_gradients(lambda x: x**n, -1.01).ok


@pytest.mark.parametrize("x", [float("inf"), float("nan")])
def test_gradients_are_checked_at_finite_numbers(x: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        check_gradients(autograd.relu, x)


def test_a_function_with_different_results_at_the_same_point_is_refused() -> None:
    numbers = iter(range(100))
    with pytest.raises(ValueError, match="different results"):
        check_gradients(lambda x: x * next(numbers), 1.0)


# Arrays and Tensors

VJP = Callable[..., Any]


def structural(name: str, array: VJP, rule: VJP, kind: str = "other") -> Op:
    return Op(name, array, array, rule, kind=kind)


SHAPES = [(2, 3), (9, 8)]  # checked by every derivative, and along directions
WRONG: dict[str, Op] = {
    "elementwise": Op("cubed", lambda x: x**3, lambda x: x**3, lambda g, y, x: g * 2 * x * x),
    "in one place": Op("odd", np.sin, np.sin, lambda g, y, x: g * autograd.where(x > 1.2, 1.0, autograd.cos(x))),
    "sum": structural("sum_wrong", np.sum, lambda g, y, x: autograd.broadcast_to(2.0 * g, x.shape), "linear"),
    "reversal": structural("turn", lambda x: x[::-1], lambda g, y, x: g, "linear"),
    "a shape of its own": structural("gram", lambda x: x @ x.T, lambda g, y, x: autograd.matmul(g, x)),
}
# Right to first order and wrong to second: array_of cuts the graph.
SECOND: dict[str, Op] = {
    "elementwise": Op("cut", lambda x: x * x, lambda x: x * x, lambda g, y, x: g * 2 * array_of(x)),
    "structural": structural("squares", lambda x: np.sum(x * x), lambda g, y, x: g * 2.0 * array_of(x)),
}


def array(shape: tuple[int, ...]) -> Any:
    """An array of numbers between -1 and 1, with 1.5 at one place."""
    x = np.random.default_rng(0).uniform(-1.0, 1.0, shape)
    x[1, 2] = 1.5
    return x


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_op_is_caught_among_all_derivatives_and_along_directions(name: str, shape: tuple[int, ...]) -> None:
    scale = np.linspace(1.0, 2.0, shape[0])
    with pytest.raises(GradientError, match="WRONG") as caught:
        check_gradients(lambda x: autograd.sum(WRONG[name](x).T * scale), array(shape))
    if name == "in one place":
        assert {row.element for row in caught.value.report.failed if "x[" in row.element} >= {"df/dx[1,2]"}
    right: dict[str, Function] = {"elementwise": lambda x: x**3, "in one place": autograd.sin, "sum": autograd.sum}
    if name in right:
        assert check_gradients(lambda x: autograd.sum(right[name](x).T * scale), array(shape)).ok


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SECOND)
def test_a_rule_that_cannot_be_differentiated_again_is_caught(name: str, shape: tuple[int, ...]) -> None:
    def f(x: Any) -> Any:
        return autograd.sum(SECOND[name](x))

    assert check_gradients(f, array(shape)).ok
    with pytest.raises(GradientError, match=r"d²f/dx\[0,0\]dx\[0,0\].*WRONG|d\(v1·∇f\) along w1 .*WRONG"):
        check_gradients(f, array(shape), order=2)


def test_the_report_of_an_array_names_results_and_elements_by_index() -> None:
    assert str(check_gradients(lambda x: autograd.sum(x, 0) * 2.0, np.array([[1.0, 2.0]]))) == (
        "element        analytic  numeric  rel. error  by\n"
        "df[0]/dx[0,0]         2        2     0.0e+00  complex step\n"
        "df[1]/dx[0,0]         0        0     0.0e+00  complex step\n"
        "df[0]/dx[0,1]         0        0     0.0e+00  complex step\n"
        "df[1]/dx[0,1]         2        2     0.0e+00  complex step"
    )
    report = check_gradients(lambda x, w: [autograd.sum(x * w[0]), w[1]], np.array([3.0]), [np.array(2.0), 5.0])
    assert [(row.element, row.analytic) for row in report.rows] == [
        ("df[0]/dx0[0]", 2.0),
        ("df[1]/dx0[0]", 0.0),
        ("df[0]/dx1[0]", 3.0),
        ("df[1]/dx1[0]", 0.0),
        ("df[0]/dx1[1]", 0.0),
        ("df[1]/dx1[1]", 1.0),
    ]


def test_second_derivatives_of_several_arrays_have_names_of_their_own() -> None:
    a, b = np.array([[1.0, 2.0]]), np.array([3.0])
    report = check_gradients(lambda a, b: autograd.sum(a * a * b), Tensor(a), b, order=2)
    second = {row.element: row.analytic for row in report.rows if row.element.startswith("d²")}
    assert len(second) == 9
    assert second["d²f/dx0[0,1]dx1[0]"] == second["d²f/dx1[0]dx0[0,1]"] == 4.0
    assert (second["d²f/dx0[0,0]dx0[0,0]"], second["d²f/dx1[0]dx1[0]"]) == (6.0, 0.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_kinks_are_named_with_their_element(shape: tuple[int, ...]) -> None:
    x = array(shape)
    x[1, 1] = x[0, 2] = 0.0
    report = check_gradients(lambda x: autograd.sum(autograd.abs(x)), x)
    kinks = {row.element: row.note for row in report.rows if row.note}
    assert {name for name in kinks if "[" in name} == {"df/dx[0,2]", "df/dx[1,1]"}
    assert set(kinks.values()) == {"kink: the one-sided slopes differ (-1 and 1)"}
    assert len(kinks) == 2


def test_a_wrong_slope_is_found_beside_a_kink() -> None:
    x = array((9, 8))
    x[3, 3] = 0.0
    bad = Op("abs_", np.abs, np.abs, lambda g, y, x: g * autograd.sign(x) * autograd.where(x > 1.2, 1.2, 1.0))
    with pytest.raises(GradientError, match=r"df/dx\[1,2\] .*WRONG"):
        check_gradients(lambda x: autograd.sum(bad(x)), x)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_float32_arguments_are_taken_as_float64_and_the_report_says_so(shape: tuple[int, ...], dtype: Any) -> None:
    for x in (array(shape).astype(dtype), Tensor(array(shape).astype(dtype))):
        report = check_gradients(lambda x: autograd.sum(autograd.gelu(x)), x)
        assert max(row.error for row in report.rows) < 1e-7
        assert str(report).splitlines()[-1] == (
            "float32 is too coarse to check gradients in: the arguments were taken as float64"
        )


def test_a_function_that_computes_in_float32_is_judged_with_a_larger_tolerance() -> None:
    def rough(slope: float) -> Op:
        return Op("rough", np.sin, lambda x: np.sin(x, dtype=np.float32), lambda g, y, x: g * slope * autograd.cos(x))

    for shape in SHAPES:
        report = check_gradients(lambda x: rough(1.0)(x), array(shape))
        assert "the function computes in it: judged to 0.01 only" in str(report)
        with pytest.raises(GradientError):
            check_gradients(lambda x: rough(1.1)(x), array(shape))


def test_arrays_of_integers_are_passed_on_unchanged() -> None:
    rows, mask = np.array([1, 0, 1]), Tensor(np.array([True, False, True]))
    report = check_gradients(lambda x, k, m: autograd.where(m, x[k], 0.0), np.array([2.0, 3.0]), rows, mask)
    assert [row.element for row in report.rows if row.analytic] == ["df[0]/dx0[1]", "df[2]/dx0[1]"]


COMPOSITES: dict[str, Function] = {
    "layer": lambda x: autograd.tanh(x @ x[:2].T + Tensor([1.0, 2.0])).sum(0),
    "logsumexp": lambda x: autograd.logsumexp(x @ x.T),
    "largest": lambda x: x.max(1)[0] * x.amin(),
    "picked": lambda x: x[[1, 0, 1]].flip(0) @ x[0:1].T,
    "einsum": lambda x: autograd.einsum("ij,kj->ik", x, x).exp(),
}


@pytest.mark.parametrize("name", COMPOSITES)
def test_composites_are_right_to_second_order(name: str) -> None:
    x = array((2, 3))
    report = check_gradients(COMPOSITES[name], x, order=2)
    assert max(row.error for row in report.rows) < 1e-7
    if name in ("layer", "einsum"):
        assert {row.method for row in report.rows if "²" not in row.element} == {"complex step"}


@pytest.mark.parametrize("cut", [lambda x: x * x.detach(), lambda x: x * x.numpy(), lambda x: x * x.data])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_cut_graph_of_arrays_is_found(cut: Function, shape: tuple[int, ...]) -> None:
    with pytest.raises(GradientError, match="WRONG"):
        check_gradients(lambda x: autograd.sum(cut(x)), array(shape))


@pytest.mark.parametrize("tolerance", [0.0, -1e-6, float("nan")])
def test_a_tolerance_that_nothing_can_meet_is_refused(tolerance: float) -> None:
    with pytest.raises(ValueError, match="tolerance is a number above 0, got"):
        check_gradients(lambda x: x * x, 3.0, tolerance=tolerance)
