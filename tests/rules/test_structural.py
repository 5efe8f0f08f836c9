"""Functions of lists of Values, and what a user's own op has to be."""

import itertools
import math
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Program, Tensor, Value, op
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from autograd.graph.rule_table import scalar_ops


@pytest.mark.parametrize("x", [0.0, 1.0, -1000.0, 1000.0, 1e6, 1e15, 1e17, 1e300])
def test_softmax_adds_up_to_one_at_any_size(x: float) -> None:
    values = [Value(x), Value(x), Value(x)]
    parts = autograd.softmax(values)
    assert [p.data for p in parts] == pytest.approx([1 / 3] * 3, rel=1e-14)
    assert [p.data for p in autograd.log_softmax(values)] == pytest.approx([-math.log(3)] * 3, rel=1e-14)
    parts[0].backward()
    assert [v.grad for v in values] == pytest.approx([2 / 9, -1 / 9, -1 / 9], rel=1e-12)


def test_softmax_of_nothing_but_minus_infinity_is_nan_as_in_pytorch() -> None:
    nothing = [-math.inf, -math.inf]
    assert np.isnan(autograd.softmax(nothing)).all()
    assert np.isnan(Tensor(nothing).softmax(0).numpy()).all()
    assert np.isnan(Tensor(nothing).log_softmax(0).numpy()).all()


def test_log_softmax_is_finite_where_softmax_underflows() -> None:
    assert autograd.log_softmax([0.0, 1000.0]) == [-1000.0, 0.0]
    assert autograd.logsumexp([1000.0, 1000.0]) == 1000.0 + math.log(2)
    assert autograd.logsumexp([-math.inf, -math.inf]) == -math.inf


def test_the_sum_in_logsumexp_is_a_float_next_to_the_exact_sum() -> None:
    draw = random.Random(0)
    for _ in range(1000):
        span = draw.choice((1.0, 40.0, 745.0))
        values = [-5.0 - draw.uniform(0.0, span) for _ in range(draw.randint(0, 60))]  # log1p tells their sums apart
        exact = sum(map(Fraction, map(math.exp, values)))
        nearest = float(exact)
        beside = math.nextafter(nearest, math.inf if nearest < exact else 0.0)
        assert autograd.logsumexp([0.0, *values]) in (math.log1p(nearest), math.log1p(beside))


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


@pytest.mark.parametrize("name", [op.name for op in scalar_ops() if op.takes is Takes.FIXED and op.name != "where"])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.bool_])
def test_arrays_of_integers_are_numbers_and_do_not_wrap_around(name: str, dtype: Any) -> None:
    each = OPS[name]
    numbers = np.array([0, 1, 100, 127][: 2 if dtype is np.bool_ else 4]).astype(dtype)
    if name in ("remainder", "floor_divide"):
        numbers = numbers[1:]  # integers have no answer for a divisor of 0
    got = each(*[numbers] * len(each.inputs))
    want = [each(*[float(x)] * len(each.inputs)) for x in numbers]
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


# losses

CONFIDENT = 4.248354255291589e-18  # sigmoid(-40)


def test_cross_entropy_and_its_gradient_keep_their_digits_where_the_target_is_almost_certain() -> None:
    x = Tensor([[40.0, 0.0], [0.0, 40.0]], requires_grad=True)
    loss = autograd.cross_entropy(x, [0, 1])
    np.testing.assert_allclose(loss.numpy(), [CONFIDENT, CONFIDENT], rtol=1e-14)
    loss.sum().backward()
    want = [[-CONFIDENT, CONFIDENT], [CONFIDENT, -CONFIDENT]]
    np.testing.assert_allclose(x.grad, want, rtol=1e-14)  # type: ignore[arg-type]
    v = [Value(40.0), Value(0.0)]
    of_values = autograd.cross_entropy(v, 0)
    of_values.backward()
    assert [of_values.data, v[0].grad, v[1].grad] == pytest.approx([CONFIDENT, -CONFIDENT, CONFIDENT], rel=1e-14)
    softened = Tensor([40.0, 0.0], requires_grad=True)
    softened.softmax(-1)[0].backward()
    np.testing.assert_allclose(softened.grad, [CONFIDENT, -CONFIDENT], rtol=1e-13)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [0, 1, 2])
def test_cross_entropy_of_values_is_that_of_a_tensor(target: int) -> None:
    for numbers in ([0.3, -1.2, 2.0], [1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1000.0]):
        x, values = Tensor(numbers, requires_grad=True), [Value(n) for n in numbers]
        parts = [Tensor([0.2, 0.5, 0.3], requires_grad=True), [Value(p) for p in (0.2, 0.5, 0.3)]]
        for mine, theirs in ((target, target), parts):
            x.grad = None
            for value in values:
                value.grad = None
            loss, of_values = autograd.cross_entropy(x, mine), autograd.cross_entropy(values, theirs)
            assert loss.shape == ()
            assert loss.item() == pytest.approx(of_values.data, rel=1e-13)
            assert 0 <= loss.item() < 2001
            loss.backward()
            of_values.backward()
            assert x.grad is not None
            assert x.grad.tolist() == pytest.approx([v.grad for v in values], rel=1e-12, abs=1e-16)
        assert parts[0].grad is not None  # type: ignore[attr-defined]
        assert parts[0].grad.tolist() == pytest.approx([v.grad for v in parts[1]], rel=1e-12)  # type: ignore[attr-defined]


def test_one_hot_classes_are_probabilities() -> None:
    x = Tensor([[0.3, -1.2, 2.0], [1.0, 2.0, 3.0]], dtype=np.float32)
    by_class = autograd.cross_entropy(x, [2, 0])
    by_row = autograd.cross_entropy(x, autograd.one_hot(np.array([2, 0]), 3))
    assert by_class.dtype == by_row.dtype == np.float32
    np.testing.assert_allclose(by_class.numpy(), by_row.numpy(), rtol=1e-6)
    values = [Value(0.3), Value(-1.2), Value(2.0)]
    for target in (autograd.one_hot(2), autograd.one_hot(2).numpy(), Tensor(2), 2):
        assert autograd.cross_entropy(values, target).data == pytest.approx(by_class[0].item(), rel=1e-6)


def test_one_hot_rows_go_on_as_in_pytorch() -> None:
    rows = autograd.one_hot(Tensor([2, 0]), num_classes=-1)
    assert isinstance(rows, Tensor)
    assert rows.dtype == np.int64
    assert rows.float().dtype == np.float32
    weight = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
    for x in (rows, rows.double(), rows.numpy()):
        y: Any = x @ weight
        np.testing.assert_array_equal(y.numpy(), [[5.0, 6.0], [1.0, 2.0]])
    y.sum().backward()
    assert weight.grad is not None
    np.testing.assert_array_equal(weight.grad, [[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]])
    np.testing.assert_array_equal(rows.argmax(1), [2, 0])
    with pytest.raises(TypeError, match="one_hot takes an integer as num_classes, got float"):
        autograd.one_hot([1], 2.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="labels from 0 to 2, expected 0 to 1"):
        autograd.one_hot([0, 2], 2)


@pytest.mark.parametrize(
    ("logits", "target", "error", "says"),
    [
        ([[1.0, 2.0]], [2], IndexError, "got the class 2, expected 0 to 1: 2 classes"),
        ([[1.0, 2.0]], [-1], IndexError, "got the class -1"),
        ([[1.0, 2.0]], [0, 1], ValueError, r"shape \(1, 2\) and a target of shape \(2,\); expected classes of shape"),
        ([[1.0, 2.0]], [0.0], TypeError, "classes are integers, got float64"),
        (1.0, 0, ValueError, "dimension for the classes"),
    ],
)
def test_classes_that_there_are_not_are_refused(logits: Any, target: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        autograd.cross_entropy(Tensor(logits), target)


def test_one_class_is_certain() -> None:
    v = Value(3.0)
    loss = autograd.cross_entropy([v], 0)
    loss.backward()
    assert (loss.data, v.grad) == (0.0, 0.0)


# on arrays of Values: the scalar graph inside an op of Tensors

INSIDE: dict[str, tuple[int, dict[str, Any]]] = {  # name -> how many inputs, and the parameters
    "sum_over": (1, {"axis": (1,), "keepdims": False}),
    "amax": (1, {"axis": (1,), "keepdims": False}),
    "logsumexp_over": (1, {"axis": (1,), "keepdims": False}),
    "log_softmax": (1, {"axis": (1,)}),
    "cumsum": (1, {"axis": 0, "reverse": False}),
    "matmul": (2, {}),
    "linear": (3, {}),
    "concatenate": (2, {"axis": 0}),
    "einsum": (2, {"subscripts": "ij,kj->ik"}),
}


@pytest.mark.parametrize("name", INSIDE)
def test_an_op_of_arrays_runs_on_values_as_well_with_the_same_gradients(name: str) -> None:
    count, params = INSIDE[name]
    numbers = np.array([[1.0, 2.0], [3.0, -0.5]])
    values: Any = np.empty((2, 2), object)
    for place in np.ndindex(2, 2):
        values[place] = Value(float(numbers[place]))
    x = Tensor(numbers, requires_grad=True)
    y, scalars = OPS[name](*[x] * count, **params), OPS[name].array(*[values] * count, **params)
    seed = np.arange(1.0, y.size + 1).reshape(y.shape)
    y.backward(seed)
    autograd.sum([v * float(u) for v, u in zip(scalars.ravel(), seed.ravel(), strict=True)]).backward()
    for place in np.ndindex(y.shape):
        assert scalars[place].data == pytest.approx(y.data[place], rel=1e-14)
    assert x.grad is not None
    for place in np.ndindex(2, 2):
        assert (values[place].grad or 0.0) == pytest.approx(x.grad[place], rel=1e-12, abs=1e-14)


def test_a_class_that_a_list_has_not_is_refused() -> None:
    with pytest.raises(IndexError, match="class 3, expected 0 to 1"):
        autograd.cross_entropy([Value(1.0), Value(2.0)], 3)


@pytest.mark.parametrize(
    ("x", "y", "gradient"),
    [
        ([1000.0, 1000.0], 1000.0 + math.log(2), [0.5, 0.5]),
        ([-1000.0, -1000.0, -1000.0], -1000.0 + math.log(3), [1 / 3, 1 / 3, 1 / 3]),
        ([0.0, -40.0], CONFIDENT, [1.0, CONFIDENT]),
        ([-math.inf, 2.0], 2.0, [0.0, 1.0]),
        ([math.inf, 2.0], math.inf, [math.nan, 0.0]),
        ([-math.inf, -math.inf], -math.inf, [0.0, 0.0]),
        ([math.nan, 0.0], math.nan, [math.nan, math.nan]),
        ([], -math.inf, []),
    ],
)
def test_logsumexp_is_right_for_every_size_and_for_no_number(x: Any, y: float, gradient: list[float]) -> None:
    for shape, dim in (((-1,), None), ((1, -1), -1), ((-1, 1), 0)):
        grid = Tensor(np.array(x).reshape(shape if len(x) else [max(n, 0) for n in shape]), requires_grad=True)
        result = grid.logsumexp(dim)
        np.testing.assert_allclose(result.numpy().ravel(), [y], rtol=1e-14)
        result.sum().backward()
        assert grid.grad is not None
        np.testing.assert_allclose(grid.grad.ravel(), gradient, rtol=1e-12)


INF, NAN = math.inf, math.nan
SCORES = np.array([
    [1.0, 2.0, 3.0], [2.0, 1.0, 2.0], [1.0, 1.0, 1.0], [1000.0, -1000.0, 1000.0], [-INF, 0.0, 0.0],
    [INF, 0.0, 0.0], [INF, INF, 1.0], [-INF, -INF, -INF], [NAN, 1.0, 2.0], [NAN, NAN, INF],
])  # fmt: skip


@pytest.mark.parametrize(
    "function",
    [
        lambda rows: autograd.logsumexp(rows, 1),
        lambda rows: autograd.log_softmax(rows, 1),
        lambda rows: autograd.cross_entropy(rows, np.full(len(rows), 1), 1),
    ],
    ids=["logsumexp", "log_softmax", "cross_entropy"],
)
def test_a_row_of_scores_gives_the_same_beside_any_other_row(function: Any) -> None:
    for rows in itertools.product(SCORES, repeat=2):
        np.testing.assert_array_equal(function(np.array(rows)), [function(row[None])[0] for row in rows])


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3), (0, 3), (2, 2, 0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_is_the_product_with_the_transpose_plus_the_bias(shape: tuple[int, ...], bias: bool) -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape), rng.normal(size=(5, 3)), *([rng.normal(size=5)] if bias else [])]

    def composite(x: Any, weight: Any, *b: Any) -> Any:
        return autograd.matmul(x, weight.T) + (b[0] if b else 0.0)

    found = []
    for f in (autograd.linear, composite):
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        y = f(*tensors)
        assert y.shape == (*shape[:-1], 5)
        y.backward(np.cos(np.arange(y.size)).reshape(y.shape))
        found.append([y.numpy(), *(t.grad for t in tensors)])
        tangents = [np.sin(np.arange(a.size)).reshape(a.shape) for a in arrays]
        found[-1] += autograd.jvp(lambda xs, f=f: f(*xs), arrays, tangents)
    for mine, wanted in zip(*found, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-14)


def test_the_tangent_of_a_bias_alone_has_the_shape_of_the_result() -> None:
    x, weight = np.ones((4, 3)), np.ones((2, 3))
    tangent = autograd.jvp(lambda b: autograd.linear(x, weight, b), np.zeros(2), np.array([1.0, 2.0]))[1]
    assert tangent.tolist() == [[1.0, 2.0]] * 4


@pytest.mark.parametrize(
    ("x", "weight", "bias", "says"),
    [
        ((2, 3), (5, 4), None, r"x of shape \(2, 3\) and a weight of shape \(5, 4\); expected \(..., in\)"),
        ((2, 3), (3,), None, "weight of shape"),
        ((), (5, 4), None, "x of shape"),
        ((2, 4), (5, 4), (4,), r"bias of shape \(4,\), expected \(5,\)"),
        ((2, 4), (5, 4), (2, 5), r"bias of shape \(2, 5\)"),
    ],
)
def test_linear_refuses_shapes_that_do_not_fit(x: Any, weight: Any, bias: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        autograd.linear(Tensor(np.ones(x)), Tensor(np.ones(weight)), None if bias is None else Tensor(np.ones(bias)))
