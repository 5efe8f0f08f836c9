"""Functions of lists of Values, and what a user's own op has to be."""

import math
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Program, Value, op
from autograd.op import OPS
from autograd.table import scalar_ops


@pytest.mark.parametrize("x", [0.0, 1.0, -1000.0, 1000.0, 1e6, 1e15, 1e17, 1e300])
def test_softmax_adds_up_to_one_at_any_size(x: float) -> None:
    values = [Value(x), Value(x), Value(x)]
    parts = autograd.softmax(values)
    assert [p.data for p in parts] == pytest.approx([1 / 3] * 3, rel=1e-14)
    assert [p.data for p in autograd.log_softmax(values)] == pytest.approx([-math.log(3)] * 3, rel=1e-14)
    parts[0].backward()
    assert [v.grad for v in values] == pytest.approx([2 / 9, -1 / 9, -1 / 9], rel=1e-12)


def test_log_softmax_is_finite_where_softmax_underflows() -> None:
    assert autograd.log_softmax([0.0, 1000.0]) == [-1000.0, 0.0]
    assert autograd.logsumexp([1000.0, 1000.0]) == 1000.0 + math.log(2)
    assert autograd.logsumexp([-math.inf, -math.inf]) == -math.inf


def test_lists_are_checked() -> None:
    with pytest.raises(ValueError, match="2 and 1 values"):
        autograd.dot([1.0, 2.0], [Value(3.0)])
    with pytest.raises(TypeError, match="takes a list"):
        autograd.sum(Value(1.0))
    for function in (autograd.mean, autograd.logsumexp, autograd.softmax):
        with pytest.raises(ValueError, match="no values"):
            function([])
    assert autograd.sum([]) == 0.0
    assert autograd.dot([], []) == 0.0


@pytest.mark.parametrize("name", [op.name for op in scalar_ops() if not op.variadic and op.name != "where"])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.bool_])
def test_arrays_of_integers_are_numbers_and_do_not_wrap_around(name: str, dtype: Any) -> None:
    each = OPS[name]
    numbers = np.array([0, 1, 100, 127][: 2 if dtype is np.bool_ else 4]).astype(dtype)
    got = each(*[numbers] * each.arity)
    want = [each(*[float(x)] * each.arity) for x in numbers]
    np.testing.assert_allclose(got, want, rtol=1e-14)


def test_a_rule_with_an_if_is_told_what_to_write() -> None:
    leaky = op("leaky_if", lambda x: x, lambda x: x, lambda g, y, x: g if x > 0 else -g)
    try:
        v = Value(-3.0, label="v")
        y = leaky(v)
        y.backward()
        assert v.grad == -1.0
        assert ">-1</text>" in autograd.draw(y).svg  # the number stands where the formula cannot
        with pytest.raises(TypeError, match="use where"):
            Program(y, [v])
    finally:
        del OPS["leaky_if"]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: op("exp", math.exp, np.exp, lambda g, y, x: g), ValueError, "already"),
        (lambda: op("my op", math.exp, np.exp, lambda g, y, x: g), ValueError, "Python name"),
        (lambda: op("class", math.exp, np.exp, lambda g, y, x: g), ValueError, "Python name"),
        (lambda: op("cut", math.exp, np.exp), ValueError, "has no rule"),
        (lambda: op("few", math.exp, np.exp, lambda g, y, x: g, inputs=("a", "b")), ValueError, "expected one each"),
        (lambda: op("three", math.exp, np.exp, 3), TypeError, "made of functions"),  # type: ignore[arg-type]
        (lambda: autograd.leaky_relu(Value(1.0), "a"), TypeError, "is a number"),
        (lambda: autograd.clip(Value(1.0), [1]), TypeError, "is a number"),
    ],
)
def test_an_op_that_cannot_work_is_refused(make: Any, error: type[Exception], message: str) -> None:
    before = set(OPS)
    with pytest.raises(error, match=message):
        make()
    assert set(OPS) == before


def test_a_rule_that_overflows_pythons_floats_gives_inf() -> None:
    cube = op("cube_", lambda x: x * x * x, lambda x: x * x * x, lambda g, y, x: g * 3 * x**2)
    pair = op("pair_", lambda a, b: a * b, lambda a, b: a * b, lambda g, y, a, b: g * a**2, lambda g, y, a, b: g)
    try:
        v, w = Value(1e200), Value(1e200)
        cube(v).backward()
        pair(w, 2.0).backward()
        assert v.grad == w.grad == math.inf
    finally:
        del OPS["cube_"], OPS["pair_"]


def test_a_program_with_a_fixed_mask_is_for_one_sample() -> None:
    x = Value(3.0, label="x")
    program = Program(autograd.where(x > 0, x, -x), [x])
    assert program(3.0) == 3.0
    with pytest.raises(ValueError, match="one sample"):
        program(np.array([3.0, -3.0]))
    np.testing.assert_array_equal(Program(abs(x), [x])(np.array([3.0, -3.0])), [3.0, 3.0])


@pytest.mark.parametrize(("x", "order"), [(1e200, 1), (-1e200, 1), (1000.0, 3), (-1000.0, 3)])
@pytest.mark.parametrize(
    "name", ["gelu", "silu", "mish", "normal_cdf", "normal_pdf", "erf", "tanh", "sigmoid", "softplus", "elu", "selu"]
)
def test_activations_and_their_derivatives_are_finite_far_out(name: str, x: float, order: int) -> None:
    f: Any = OPS[name]
    for _ in range(order + 1):
        assert math.isfinite(f(x))
        f = autograd.grad(f)
