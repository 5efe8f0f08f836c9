"""Every op on every dtype, memory layout and shape that broadcasts: values, gradients, both modes, both orders.

Elementwise ops are looked up: their rows in `cases.py` are evaluated and differentiated with mpmath on a small grid of
points that float16 holds exactly, and the arrays are picked from that grid, so that what is expected in any shape and
layout is picked from the tables. The others have a row in `structural_cases.py`: what NumPy says, which with a complex
step is its derivative too.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp

import autograd as ag
from autograd import Tensor
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from tests.rules.cases import CASES
from tests.rules.structural_cases import STRUCTURAL

Array = np.ndarray
Shape = tuple[int, ...]
DTYPES: tuple[Any, ...] = (np.float64, np.float32, np.float16)

ELEMENTWISE = [
    name
    for name, op in OPS.items()
    if name in CASES and op.rules and op.kind == "elementwise" and op.takes is Takes.FIXED
]
SHAPES: list[tuple[Shape, Shape, Shape]] = [
    ((), (), ()),
    ((3,), (), (1,)),
    ((), (3,), (3,)),
    ((1,), (3,), ()),
    ((3,), (1,), (2, 1)),
    ((2, 3), (2, 3), (2, 3)),
    ((2, 3), (3,), (2, 1)),
    ((2, 1), (1, 3), (1, 1)),
    ((0, 3), (3,), (1, 1)),
    ((3,), (0, 1), (3,)),
    ((2, 1, 3), (1, 4, 1), (4, 3)),
]
BROADCAST = SHAPES[-1]


@dataclass(frozen=True)
class Layout:
    """How numbers lie in memory: what the user gives, the node that the op sees, and what flows back to the leaf.

    `repeats` says that all rows have to be the same.
    """

    store: Callable[[Array], Array]
    view: Callable[[Any, Shape], Any] = lambda x, shape: x
    back: Callable[[Array], Array] = lambda g: g
    repeats: bool = False


def read_only(values: Array) -> Array:
    found = np.array(values)
    found.setflags(write=False)
    return found


def every_second(values: Array) -> Array:
    """The numbers apart from one another, with others in between."""
    wide = np.full((*values.shape, 2), 77, values.dtype)
    wide[..., 0] = values
    return wide[..., 0]


def first_row(values: Array) -> Array:
    return np.array(values[:1] if values.ndim else values)


def rows_summed(g: Array) -> Array:
    return g.sum(0, keepdims=True) if g.ndim and len(g) else g


LAYOUTS: dict[str, Layout] = {
    "contiguous": Layout(np.array),
    "Fortran": Layout(lambda v: np.array(v, order="F")),
    "negative strides": Layout(lambda v: np.flip(np.flip(v).copy())),
    "apart": Layout(every_second),
    "read-only": Layout(read_only),
    "other byte order": Layout(lambda v: v.astype(v.dtype.newbyteorder())),
    "broadcast": Layout(lambda v: np.broadcast_to(first_row(v), v.shape), repeats=True),
    "a flipped node": Layout(lambda v: np.flip(v).copy(), lambda x, shape: ag.flip(x), np.flip),
    "a transposed node": Layout(lambda v: v.T, lambda x, shape: x.T, np.transpose),
    "a broadcast node": Layout(first_row, ag.broadcast_to, rows_summed, repeats=True),
}


# Derivatives of functions of arrays are for arrays in the byte order of the machine.
NATIVE = {name: layout for name, layout in LAYOUTS.items() if name != "other byte order"}


def placed(layout: Layout, values: Array) -> tuple[Array, Tensor, Any]:
    """The data that the user gives, the leaf made of it, and the node that the op gets."""
    given = layout.store(values)
    leaf = Tensor(given, requires_grad=given.dtype != bool)
    return given, leaf, layout.view(leaf, values.shape)


def summed_to(x: Array, shape: Shape) -> Array:
    """The sum over what broadcasting `shape` had copied."""
    extra = x.ndim - len(shape)
    axes = tuple(k for k in range(x.ndim) if k < extra or shape[k - extra] == 1)
    return np.asarray(x.sum(axes).reshape(shape))


def close(got: Any, want: Any, dtype: Any, error: float, note: object) -> None:
    """Equal to so many units in the last place of the dtype, of the largest number there is in it."""
    want = np.asarray(want)
    assert np.shape(got) == want.shape, note
    if want.size:
        allowed = error * float(np.finfo(dtype).eps) * max(1.0, float(np.abs(want).max()))
        assert np.abs(np.asarray(got, float) - want).max() <= allowed, (note, got, want)


# --- elementwise ops ---


@dataclass(frozen=True)
class Grid:
    """An op on all combinations of a few numbers per input: its values, and its derivative for each input."""

    points: tuple[Array, ...]
    value: Array
    slopes: tuple[Array, ...]


@functools.cache
def grid(name: str) -> Grid:
    case, op = CASES[name], OPS[name]
    points = []
    for k in range(len(op.inputs)):
        found = {round(float(point[k]) * 64) / 64 for point in case.points if 0.1 < abs(point[k]) < 3.5}
        points.append(np.array(sorted(found - {-1.0, 1.0})[:5]))  # there some functions end
    if name == "where":
        points[0] = np.array([False, True])
    shape = tuple(map(len, points))
    value, slopes = np.zeros(shape), tuple(np.zeros(shape) for _ in points)
    with mp.workdps(30):
        for place in np.ndindex(shape):
            at = [x[i] for x, i in zip(points, place, strict=True)]
            exact = [bool(x) if x.dtype == bool else mpmath.mpf(float(x)) for x in at]
            value[place] = case.reference(*exact)
            for k, rule in enumerate(op.rules):
                if rule is not None:
                    slopes[k][place] = mp.diff(
                        lambda x, k=k, exact=exact: mpmath.mpf(case.reference(*exact[:k], x, *exact[k + 1 :])), exact[k]
                    )
    return Grid(tuple(points), value, slopes)


@dataclass(frozen=True)
class Run:
    """An op on arrays picked from its grid, and what its result and its gradients have to be."""

    arrays: list[Array]
    shape: Shape
    value: Array
    slopes: list[Array]


def picked(name: str, shapes: tuple[Shape, ...], layout: Layout, dtype: Any) -> Run:
    table = grid(name)
    rng = np.random.default_rng(len(shapes))
    places = []
    for points, shape in zip(table.points, shapes, strict=False):
        place = rng.integers(len(points), size=shape)
        if layout.repeats and place.ndim:
            place[:] = place[:1]
        places.append(place)
    arrays = [x[p].astype(dtype if x.dtype != bool else bool) for x, p in zip(table.points, places, strict=True)]
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    index = tuple(np.broadcast_arrays(*places)) if len(places) > 1 else tuple(places)
    return Run(arrays, shape, np.asarray(table.value[index]), [np.asarray(s[index]) for s in table.slopes])


def called(name: str, *args: Any) -> Any:
    return OPS[name](*args, **CASES[name].params)


def shapes_of(name: str) -> list[tuple[Shape, ...]]:
    """The shapes for the inputs that the op has, each combination once."""
    return list(dict.fromkeys(shapes[: len(OPS[name].inputs)] for shapes in SHAPES))


@functools.cache
def seed_of(shape: Shape, dtype: Any) -> Array:
    """A gradient to start from, no number of it twice."""
    return np.linspace(0.5, 2.0, int(np.prod(shape))).reshape(shape).astype(dtype)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_elementwise_op_is_right_on_every_dtype_layout_and_shape(name: str) -> None:
    for layout_name, shapes, dtype in itertools.product(LAYOUTS, shapes_of(name), DTYPES):
        note, layout = (layout_name, shapes, dtype), LAYOUTS[layout_name]
        run = picked(name, shapes, layout, dtype)
        inputs = [placed(layout, values) for values in run.arrays]
        before = [given.copy() for given, _, _ in inputs]
        y = called(name, *[node for _, _, node in inputs])
        assert (y.dtype, y.requires_grad) == (dtype, True), note
        close(y.numpy(), run.value, dtype, 16, note)
        seed = seed_of(run.shape, dtype)
        y.backward(seed)
        for (given, leaf, _), values, slope, old in zip(inputs, run.arrays, run.slopes, before, strict=True):
            assert np.array_equal(given, old), note
            if leaf.requires_grad:
                assert leaf.grad is not None
                assert leaf.grad.dtype == dtype, note
                close(leaf.grad, layout.back(summed_to(seed * slope, values.shape)), dtype, 64, note)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_both_modes_of_an_elementwise_op_are_each_others_adjoint_to_second_order(name: str) -> None:
    wide_shapes = BROADCAST[: len(OPS[name].inputs)]
    every_shape = itertools.product(["contiguous"], shapes_of(name))
    for layout_name, shapes in [*itertools.product(NATIVE, [wide_shapes]), *every_shape]:
        layout, rng = LAYOUTS[layout_name], np.random.default_rng(0)
        run = picked(name, shapes, layout, np.float64)
        masks = [values for values in run.arrays if values.dtype == bool]
        givens = [layout.store(values) for values in run.arrays if values.dtype != bool]
        wide = [values.shape for values in run.arrays if values.dtype != bool]
        weight = rng.uniform(0.5, 1.5, run.shape)

        def f(xs: Any, masks: Any = masks, layout: Layout = layout, wide: Any = wide) -> Any:
            return called(name, *masks, *[layout.view(x, shape) for x, shape in zip(xs, wide, strict=True)])

        def loss(xs: Any, weight: Array = weight) -> Any:
            return ag.sum(ag.square(f(xs)) * weight)

        check_modes(f, loss, givens, (layout_name, shapes))


def check_modes(f: Any, loss: Any, givens: list[Array], note: object) -> None:
    """⟨u, Jv⟩ = ⟨Jᵀu, v⟩, and the Hessian times a vector: both ways of nesting, and differences of the gradient."""
    rng = np.random.default_rng(1)
    moves = [np.asarray(rng.normal(size=given.shape)) for given in givens]
    y, tangent = ag.jvp(f, givens, moves)
    u = rng.normal(size=np.shape(y))
    value, pull = ag.vjp(f, givens)
    np.testing.assert_allclose(y, value, rtol=1e-15, err_msg=str(note))
    rows = pull(u)
    paired = sum(float(np.sum(row * move)) for row, move in zip(rows, moves, strict=True))
    np.testing.assert_allclose(np.sum(u * tangent), paired, rtol=1e-12, atol=1e-12, err_msg=str(note))

    forward_over_reverse = ag.hvp(loss)(givens, moves)
    twice = ag.grad(lambda xs: sum(ag.sum(g * v) for g, v in zip(ag.grad(loss)(xs), moves, strict=True)))(givens)
    ends = [
        ag.grad(loss)([np.asarray(x + step * v) for x, v in zip(givens, moves, strict=True)]) for step in (1e-6, -1e-6)
    ]
    for one, other, high, low in zip(forward_over_reverse, twice, *ends, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10, err_msg=str(note))
        size = float(np.max(np.abs(one), initial=1.0))
        np.testing.assert_allclose(one, (high - low) / 2e-6, rtol=0, atol=2e-7 * size, err_msg=str(note))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if len(OPS[name].inputs) == 2])
def test_an_array_of_integers_is_a_constant_in_the_dtype_of_the_floats(name: str, dtype: Any) -> None:
    for kind, constant_first in itertools.product((np.int8, np.uint8, np.int64, np.bool_), (False, True)):
        whole: Array = np.array([[1, 2, 3], [3, 1, 2]]).astype(kind)
        floats: Array = np.array([0.5, 1.5, 2.5], dtype)
        leaves = [Tensor(floats, requires_grad=True) for _ in range(3)]
        ways = [whole, Tensor(whole), Tensor(whole.astype(dtype))]
        pairs = [(way, leaf) if constant_first else (leaf, way) for leaf, way in zip(leaves, ways, strict=True)]
        results = [called(name, a, b) for a, b in pairs]
        for y in results:
            y.backward(np.ones(y.shape))
        for leaf, y in zip(leaves, results, strict=True):
            assert leaf.grad is not None
            assert y.dtype == leaf.grad.dtype == dtype, kind
            close(y.numpy(), results[-1].numpy(), dtype, 0, kind)
            close(leaf.grad, leaves[-1].grad, dtype, 16, kind)


@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if len(OPS[name].inputs) == 2])
def test_each_leaf_of_a_mixture_has_a_gradient_of_its_own_dtype(name: str) -> None:
    for dtypes in itertools.permutations(DTYPES, 2):
        run = picked(name, BROADCAST, LAYOUTS["contiguous"], np.float64)
        leaves = [Tensor(a.astype(d), requires_grad=True) for a, d in zip(run.arrays, dtypes, strict=True)]
        y = called(name, *leaves)
        assert y.dtype == np.result_type(*dtypes)
        coarse = max(dtypes, key=lambda dtype: np.finfo(dtype).eps)
        y.backward(np.ones(y.shape))
        for leaf, slope in zip(leaves, run.slopes, strict=True):
            assert leaf.grad is not None
            assert leaf.grad.dtype == leaf.dtype
            close(leaf.grad, summed_to(slope, leaf.shape), coarse, 64, dtypes)


# --- structural ops ---

NUMBERS = np.array([[0.75, -1.25, 2.0], [1.5, 0.25, -0.5]])  # no two alike, and float16 has them


@pytest.mark.parametrize("name", STRUCTURAL)
def test_a_structural_op_is_right_on_every_dtype_and_layout(name: str) -> None:
    ours, numpys = STRUCTURAL[name]
    for layout_name, dtype in itertools.product(LAYOUTS, DTYPES):
        note, layout = (layout_name, dtype), LAYOUTS[layout_name]
        values = np.array(np.broadcast_to(NUMBERS[:1], (2, 3))) if layout.repeats else NUMBERS
        given, leaf, node = placed(layout, values.astype(dtype))
        before = given.copy()
        y, want = ours(node), numpys(values)
        assert (y.dtype, y.requires_grad) == (dtype, True), note
        close(y.numpy(), want, dtype, 16, note)
        seed = seed_of(y.shape, dtype)
        y.backward(seed)
        assert np.array_equal(given, before), note
        slopes = np.zeros((2, 3))
        for place in np.ndindex(2, 3):  # a complex step: no difference is taken, so no digit is lost
            moved = values.astype(complex)
            moved[place] += 1e-30j
            slopes[place] = np.sum(seed * numpys(moved).imag) / 1e-30
        assert leaf.grad is not None
        assert leaf.grad.dtype == dtype, note
        close(leaf.grad, layout.back(slopes), dtype, 64, note)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_both_modes_of_a_structural_op_are_each_others_adjoint_to_second_order(name: str) -> None:
    for layout_name, layout in NATIVE.items():
        values = np.array(np.broadcast_to(NUMBERS[:1], (2, 3))) if layout.repeats else NUMBERS

        def f(xs: Any, layout: Layout = layout) -> Any:
            return STRUCTURAL[name][0](layout.view(xs[0], (2, 3)))

        def loss(xs: Any, f: Any = f) -> Any:
            return ag.sum(ag.sin(f(xs)))

        check_modes(f, loss, [layout.store(values)], layout_name)


EMPTY: dict[str, Callable[[Any], Any]] = {
    "sum": ag.sum,
    "sum 0": lambda x: ag.sum(x, 0),
    "prod": ag.prod,
    "cumsum": lambda x: ag.cumsum(x, -1),
    "cumprod": lambda x: ag.cumprod(x, -1),
    "sort": lambda x: ag.sort(x)[0],
    "softmax": lambda x: ag.softmax(x, -1),
    "logsumexp": lambda x: ag.logsumexp(x, 0),
    "reshape": lambda x: ag.reshape(x, (*x.shape, 1)),
    "flatten": ag.flatten,
    "transpose": lambda x: ag.permute(x, *range(len(x.shape))[::-1]),
    "flip": ag.flip,
    "roll": lambda x: ag.roll(x, 1),
    "cat": lambda x: ag.cat([x, x], 0),
    "stack": lambda x: ag.stack([x, x]),
    "slice": lambda x: x[::-1],
    "repeats": lambda x: x[np.zeros(0, int)],
    "mask": lambda x: x[np.zeros(x.shape, bool)],
    "pad": lambda x: ag.pad(x, (1, 1)),
    "matmul": lambda x: ag.matmul(ag.unsqueeze(x, -1), ag.unsqueeze(x, -2)),
    "norm": ag.norm,
    "where": lambda x: ag.where(x > 0.0, x, 0.5 * x),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)], ids=str)
@pytest.mark.parametrize("name", EMPTY)
def test_an_array_of_no_numbers_has_a_gradient_of_no_numbers(name: str, shape: Shape, dtype: Any) -> None:
    x = Tensor(np.zeros(shape), requires_grad=True, dtype=dtype)
    y = EMPTY[name](x)
    assert y.dtype == dtype
    y.backward(np.ones(y.shape))
    assert x.grad is not None
    assert (x.grad.shape, x.grad.dtype) == (shape, dtype)
