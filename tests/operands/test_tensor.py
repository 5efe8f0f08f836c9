"""Tensor: what it holds, its memory, its gradients against Value's, and what NumPy makes of it."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from autograd.engine.sweep import sweep
from tests.rules.cases import CASES

# ruff: noqa: RUF005

GRID = [[1.0, 2.0], [3.0, 4.0]]


def leaf(data: Any = GRID, dtype: Any = None, label: str = "") -> Tensor:
    return Tensor(data, requires_grad=True, dtype=dtype, label=label)


# what it holds


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1.5, "float64", ()),
        ([1.0, 2], "float64", (2,)),
        (((1.0,), (2.0,)), "float64", (2, 1)),
        ([], "float64", (0,)),
        ([[]], "float64", (1, 0)),
        (1, "int64", ()),
        ([True, False], "bool", (2,)),
        (np.float32(1), "float32", ()),
        (np.zeros((2, 3), np.float32), "float32", (2, 3)),
        (np.zeros(2, np.float16), "float16", (2,)),
        (np.zeros(2, np.uint8), "uint8", (2,)),
        (np.zeros(2, ">f8"), "float64", (2,)),
        (range(3), "int64", (3,)),
    ],
)
def test_numbers_lists_and_arrays_are_taken(data: Any, dtype: str, shape: tuple[int, ...]) -> None:
    x = Tensor(data)
    assert (x.dtype, x.shape, x.ndim, x.dim()) == (np.dtype(dtype), shape, len(shape), len(shape))
    assert x.size == x.numel() == np.size(data)
    assert x.tolist() == np.array(data).tolist()
    assert (x.grad, x.op, x.inputs, x.label, x.is_leaf, x.requires_grad) == (None, None, (), "", True, False)


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (1j, TypeError, "complex numbers"),
        ([1j], TypeError, "complex numbers"),
        (None, TypeError, "objects"),
        ("a", TypeError, "text"),
        ([1.0, "a"], TypeError, "text"),
        (b"a", TypeError, "bytes"),
        (object(), TypeError, "objects"),
        (10**30, TypeError, "larger integer"),
        (np.array([1], dtype=object), TypeError, "objects"),
        (np.array("2020", "M8[D]"), TypeError, "datetime"),
        (np.zeros(2, np.longdouble), TypeError, "at most 64 bits"),
        ([[1, 2], [3]], ValueError, "different lengths"),
        (Value(1.0), TypeError, r"got a Value: use stack\(values\)"),
        ([Value(1.0)], TypeError, r"list of nodes.*stack\(values\)"),
        ([[1.0], (Value(1.0),)], TypeError, r"list of nodes.*stack\(values\)"),
        (Tensor(1.0), TypeError, r"got a Tensor.*detach"),
        ([Tensor(1.0)], TypeError, r"stack\(values\)"),
    ],
)
def test_what_is_no_grid_of_real_numbers_is_refused_by_name(data: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        Tensor(data)


def test_gradients_are_for_floats() -> None:
    for data in ([1, 2], [True], np.zeros(2, np.int8)):
        with pytest.raises(TypeError, match="only floats have gradients"):
            Tensor(data, requires_grad=True)
        assert Tensor(data, requires_grad=True, dtype=float).requires_grad
    with pytest.raises(TypeError, match="only floats"):
        Tensor([1]).requires_grad_()
    assert not leaf().requires_grad_(False).requires_grad
    with pytest.raises(RuntimeError, match="only a leaf"):
        leaf().sum().requires_grad_(False)
    for dtype in (complex, object, "U1", np.longdouble):
        with pytest.raises(TypeError, match="not known here"):
            Tensor([1.0], dtype=dtype)
    with pytest.raises(TypeError, match="label is text"):
        Tensor(1.0, label=3)  # type: ignore[arg-type]


def test_the_default_dtype_is_for_floats_without_one() -> None:
    try:
        autograd.set_default_dtype(np.float32)
        assert Tensor([1.0]).dtype == Tensor(2.0).dtype == np.float32
        assert Tensor(np.zeros(2)).dtype == np.float64
        assert Tensor([1]).dtype == np.int64
        assert repr(Tensor([1.0])) == "Tensor([1.])"
    finally:
        autograd.set_default_dtype(np.float64)
    for dtype in (int, complex, np.longdouble, bool):
        with pytest.raises(TypeError, match="is not known here; use float16, float32 or float64"):
            autograd.set_default_dtype(dtype)


def test_the_array_given_is_copied() -> None:
    given = np.array(GRID)
    x, seed = leaf(given), np.ones((2, 2))
    given[0, 0] = 99.0
    assert x.tolist() == GRID
    y = x * 1.0
    y.backward(seed)
    x.data -= 0.5
    assert given.tolist() == [[99.0, 2.0], [3.0, 4.0]]
    assert x.grad is not None
    x.grad[...] = 7.0
    assert seed.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    copy = x.numpy()
    copy[...] = 0
    assert x.tolist() == [[0.5, 1.5], [2.5, 3.5]]
    assert type(copy) is np.ndarray


def test_a_constant_array_and_an_index_may_be_written_into_afterwards() -> None:
    x, a, rows = leaf([1.0, 2.0, 3.0]), np.array([2.0, 3.0]), np.array([0, 0])
    y = (x[rows] * a).sum()
    a[:] = 100.0
    rows[:] = 2
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [5.0, 0.0, 0.0]


def test_a_detached_tensor_has_memory_of_its_own() -> None:
    x = leaf()
    y = (x * x).sum()
    d = x.detach()
    d.data[0] = 100.0
    assert x.tolist() == GRID
    assert not d.requires_grad
    y.backward()


def test_it_shows_what_it_is() -> None:
    assert repr(Tensor([1.0, 2.0])) == "Tensor([1., 2.])"
    assert repr(leaf([1.0], dtype=np.float32, label="w")) == (
        "Tensor([1.], dtype=float32, requires_grad=True, label='w')"
    )
    assert f"{Tensor(1.25):.1f}" == "1.2"
    assert Tensor([[2.5]]).item() == 2.5
    assert type(Tensor(2.5).item()) is float
    x = leaf()
    assert len(x) == 2
    assert [row.tolist() for row in x] == GRID
    assert x.T.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert all(row.requires_grad for row in x)
    assert bool(Tensor([1.0]))
    assert not Tensor(0.0)
    asked: list[tuple[Callable[[], Any], type[Exception]]] = [
        (lambda: bool(x), ValueError),
        (x.item, ValueError),
        (lambda: len(Tensor(1.0)), TypeError),
        (lambda: iter(Tensor(1.0)), TypeError),
        (lambda: float(x), TypeError),
        (lambda: float(Tensor(1.0)), TypeError),
        (lambda: np.array(x), TypeError),
        (lambda: np.array([x, x]), TypeError),
        (x.backward, RuntimeError),
        (Tensor(1.0).backward, RuntimeError),
        (lambda: x.sum().backward(np.ones(3)), ValueError),
    ]
    for ask, error in asked:
        with pytest.raises(error):
            ask()


# elementwise ops

SHAPES: list[tuple[tuple[int, ...], ...]] = [
    ((), ()),
    ((3,), ()),
    ((), (3,)),
    ((1,), (3,)),
    ((3,), (1,)),
    ((2, 1), (3,)),
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((0, 3), (3,)),
    ((0, 3), (1, 1)),
    ((3,), (0, 1)),
    ((2, 1, 3), (1, 4, 1)),
]
ELEMENTWISE = [
    name
    for name, op in OPS.items()
    if name in CASES and op.rules and op.kind == "elementwise" and op.takes is Takes.FIXED
]


def filled(name: str, position: int, shape: tuple[int, ...]) -> Any:
    """The points of the op's row, one after another, where a Value takes them as well."""
    points = [point[position] for point in CASES[name].points]
    return np.resize(np.array(points, dtype=float), shape)


def called(name: str, *args: Any) -> Any:
    return OPS[name](*args, **CASES[name].params)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_every_elementwise_op_is_the_value_op_element_by_element(name: str) -> None:
    arity = len(OPS[name].inputs)
    for shapes in SHAPES:
        shapes = (shapes * 2)[:arity]
        arrays = [filled(name, k, shape) for k, shape in enumerate(shapes)]
        if name == "where":
            arrays[0] = arrays[0] > 0
        tensors = [Tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
        y = called(name, *tensors)
        shape = np.broadcast_shapes(*shapes)
        assert (y.shape, y.dtype, y.requires_grad) == (shape, np.float64, True)
        seed = np.linspace(0.5, 2.0, y.size).reshape(shape)
        y.backward(seed)
        spread = [np.broadcast_to(a, shape) for a in arrays]
        wanted = [np.zeros(shape) for _ in arrays]
        for place in np.ndindex(shape):
            values = [Value(float(a[place])) if a.dtype.kind == "f" else bool(a[place]) for a in spread]
            result = called(name, *values)
            np.testing.assert_allclose(y.data[place], result.item(), rtol=1e-13, atol=1e-300)
            (result * float(seed[place])).backward()
            for total, value in zip(wanted, values, strict=True):
                total[place] = value.grad or 0.0 if isinstance(value, Value) else 0.0
        for x, total, own in zip(tensors, wanted, shapes, strict=True):
            if not x.requires_grad:
                assert x.grad is None
                continue
            extra = len(shape) - len(own)
            axes = tuple(k for k in range(len(shape)) if k < extra or own[k - extra] == 1)
            assert x.grad is not None
            with np.errstate(all="ignore"):
                np.testing.assert_allclose(x.grad, total.sum(axes).reshape(own), rtol=1e-11, atol=1e-280)


# memory

PROGRAMS: dict[str, Callable[[Any, Any], Any]] = {
    "a + b": lambda a, b: (a + b).sum(),
    "two sums": lambda a, b: a.sum() + b.sum(),
    "the same twice": lambda a, b: a + a + b + b,
    "a result twice": lambda a, b: (lambda y: y + y)(a * b),
    "reshape": lambda a, b: a.reshape(4) + b.reshape(4),
    "transpose": lambda a, b: a.T + b.T,
    "a view of a view": lambda a, b: a.T.reshape(4)[None] + b.reshape(1, 4),
    "broadcast": lambda a, b: autograd.broadcast_to(a, 3, 2, 2) + b,
    "stack": lambda a, b: autograd.stack([a, b]),
    "cat": lambda a, b: autograd.cat([a, b, a], 1),
    "flip": lambda a, b: a.flip(0) + b,
    "identity": lambda a, b: OPS["identity"](a) + b,
    "max": lambda a, b: a.amax(0) + b.amax(0),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("data", [GRID, 2.0], ids=["array", "number"])
def test_no_gradient_shares_memory_with_anything(name: str, data: Any) -> None:
    if data == 2.0 and name not in ("a + b", "two sums", "the same twice", "a result twice", "identity", "stack"):
        return
    a, b = leaf(data), leaf(data)
    y = PROGRAMS[name](a, b)
    found: list[Any] = []
    waiting = [y]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tensor) and node.requires_grad and all(node is not other for other in found):
            found.append(node)
            waiting += node.inputs
    y.backward(np.ones(y.shape))
    for node in found:
        grad = node.grad
        assert type(grad) is np.ndarray
        assert grad is node.grad
        assert grad.flags.writeable
        assert grad.shape == node.shape
        for other in found:
            assert not np.shares_memory(grad, other.data)
            assert other is node or not np.shares_memory(grad, other.grad)
    assert a.grad is not None
    assert b.grad is not None
    inner = [(node, node.grad.copy()) for node in found if not node.is_leaf]
    before = a.grad.copy(), b.grad.copy()
    y.backward(np.ones(y.shape))
    assert [a.grad.tolist(), b.grad.tolist()] == [(2 * before[0]).tolist(), (2 * before[1]).tolist()]
    assert type(a.grad) is np.ndarray
    assert all(node.grad.tolist() == grad.tolist() for node, grad in inner)


def test_every_array_that_a_sweep_gives_is_finished_and_written_into_no_more() -> None:
    a, b = leaf(), leaf()
    y = a * b
    z = (y + y) + (a + y) + (y + b) + a * 3.0 + a  # a sum hands the array that it is given to both
    seed = np.ones(z.shape)
    swept = [(node, g, np.array(g)) for node, g in sweep(z, seed)]
    assert all(np.array_equal(g, then) for _, g, then in swept)
    found = {node: g for node, g, _ in swept}
    assert [found[a].tolist(), found[b].tolist()] == [(4 * b.data + 5).tolist(), (4 * a.data + 1).tolist()]
    assert (seed.tolist(), a.grad, y.grad) == (np.ones(z.shape).tolist(), None, None)


@pytest.mark.parametrize("given", [0.0, [1.0, 2.0], Tensor([1.0]), np.float64(3.0)])
def test_what_a_grad_is_set_to_is_what_it_is(given: Any) -> None:
    a = leaf()
    for node in (a, a * 2):
        node.grad = given
        assert node.grad is given


def test_every_layout_is_right_and_the_users_memory_is_never_written() -> None:
    base = np.arange(24.0).reshape(4, 6) + 1
    frozen = base[:2].copy()
    frozen.setflags(write=False)
    layouts = {
        "negative strides": base[::-1, ::-2],
        "transposed": base.T,
        "broadcast": np.broadcast_to(base[0], (3, 6)),
        "read-only": frozen,
        "zero-size": base[:0],
        "0-d": base[0, 0, ...],
        "Fortran": np.asfortranarray(base),
    }
    for name, a in layouts.items():
        before = a.tolist()
        x, c = leaf(a), leaf(a)
        y = (x * a).log() + c / a
        y.backward(np.ones(y.shape))
        np.testing.assert_allclose(y.data, np.log(a * a) + 1, err_msg=name)
        np.testing.assert_allclose(x.grad, 1 / a, err_msg=name)  # type: ignore[arg-type]
        np.testing.assert_allclose(c.grad, 1 / a, err_msg=name)  # type: ignore[arg-type]
        x.data -= 0.1 * (x.grad if x.grad is not None else 0.0)
        assert a.tolist() == before
        views: list[Callable[[Any], Any]] = [
            lambda t: t.flip(),
            lambda t: t.T,
            lambda t: t.flatten(),
            lambda t: t.sum(),
        ]
        for f in views:
            x.grad = None
            shown = f(x)
            (shown * shown).sum().backward()
            wanted = 2 * (x.numpy() if shown.size == x.size else np.full(x.shape, x.numpy().sum()))
            np.testing.assert_allclose(x.grad, wanted, err_msg=name)  # type: ignore[call-overload]


def test_a_backward_pass_is_done_or_untouched() -> None:
    a, b = leaf(), leaf()
    y = (a * b).sum()
    b.data += 1
    a.grad = np.ones((2, 2))
    with pytest.raises(RuntimeError, match="changed"):
        y.backward()
    assert a.grad.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert (b.grad, y.grad) == (None, None)
    z = (a * 2 + b).sum()
    a.grad = np.ones(3)
    with pytest.raises(ValueError, match=re.escape("expected (2, 2)")):
        z.backward()
    assert (b.grad, z.grad) == (None, None)


# writing into .data


def _each_row(x: Tensor) -> None:
    for row in x.data:
        row += 1


def _kept(x: Tensor) -> None:
    data = x.data
    data[1:][0] = 9


def _add(x: Tensor, more: float = 1.0) -> None:
    x.data += more


def _new(x: Tensor) -> None:
    x.data = np.zeros(x.shape)


def _held_over(x: Tensor) -> None:
    data = x.data
    x.data += 0
    data[0, 0] = 5


WRITES: dict[str, Callable[[Tensor], Any]] = {
    "x.data[0] =": lambda x: x.data.__setitem__(0, 9.0),
    "x.data[mask] =": lambda x: x.data.__setitem__(x.data > 1, 9.0),
    "x.data +=": _add,
    "x.data = new": _new,
    "fill": lambda x: x.data.fill(3.0),
    "sort": lambda x: x.data[::-1].sort(0),
    "a view": _kept,
    "a transposed view": lambda x: x.data.T.__setitem__(0, 9.0),
    "rows": _each_row,
    "ravel": lambda x: x.data.ravel().__setitem__(0, 9.0),
    "held over": _held_over,
    "out=": lambda x: np.add(1.0, 2.0, out=x.data),
    "out= by place": lambda x: np.add(np.ones((2, 2)), x.data, x.data),
    "matmul out=": lambda x: np.matmul(np.eye(2), np.eye(2), out=x.data),
    "mean out=": lambda x: np.mean(np.ones((2, 2, 2)), axis=0, out=x.data),
    "take out=": lambda x: np.take(np.ones((2, 2)), [0, 1], axis=0, out=x.data),
    "concatenate out=": lambda x: np.concatenate([np.ones((1, 2))] * 2, out=x.data),
    "clip out=": lambda x: np.clip(x.data, 2.0, 3.0, out=x.data),
    "copyto": lambda x: np.copyto(x.data, 5.0),
    "copyto dst=": lambda x: np.copyto(dst=x.data, src=5.0),
    "add.at": lambda x: np.add.at(x.data, 0, 1.0),
    "fill_diagonal": lambda x: np.fill_diagonal(x.data, 0.0),
    "put_along_axis": lambda x: np.put_along_axis(x.data, np.array([[0], [0]]), 9.0, 1),
}
BACK_DOORS: dict[str, Callable[[Tensor], Any]] = {
    "asarray": lambda x: np.asarray(x.data).__setitem__(0, 9.0),
    "flat": lambda x: x.data.flat.__setitem__(0, 9.0),
    "memoryview": lambda x: memoryview(x.data).__setitem__((0, 0), 9.0),  # type: ignore[call-overload, arg-type]
    "view": lambda x: x.data.view(np.ndarray).__setitem__(0, 9.0),
    "random out=": lambda x: np.random.default_rng(0).random(out=x.data),
    "put": lambda x: x.data.put([0], [9.0]),
    "byteswap": lambda x: x.data.byteswap(inplace=True),
    "resize": lambda x: x.data.resize((1, 2)),
    "nan_to_num": lambda x: np.nan_to_num(x.data, copy=False, nan=1.0),
}


@pytest.mark.parametrize("way", WRITES)
def test_data_written_into_before_backward_is_refused_with_op_and_line(way: str) -> None:
    x = leaf(label="weights")
    before = x.tolist()
    y = (x * x).sum()
    WRITES[way](x)
    assert x.tolist() != before
    with pytest.raises(RuntimeError, match=r"mul \(weights\).*changed") as caught:
        y.backward()  # this very line
    assert __file__ in str(caught.value)
    assert "y.backward()  # this very line" in str(caught.value)
    assert x.grad is None
    z = (x * x).sum()  # and from here on all is well
    z.backward()
    np.testing.assert_array_equal(x.grad, 2 * x.numpy())


@pytest.mark.parametrize("way", BACK_DOORS)
def test_a_way_to_write_that_cannot_be_noticed_is_shut(way: str) -> None:
    x = leaf()
    with pytest.raises((ValueError, TypeError)):
        BACK_DOORS[way](x)
    assert x.tolist() == GRID


def test_a_change_of_a_constant_a_result_or_what_a_view_shows_is_refused() -> None:
    x, c = leaf(), Tensor(GRID)
    y = (x * c).sum()
    c.data[0] = 9.0
    with pytest.raises(RuntimeError, match="input of mul"):
        y.backward()
    z = x.exp()
    z.data[0] = 9.0
    with pytest.raises(RuntimeError, match="result of exp"):
        z.backward(np.ones((2, 2)))
    with pytest.raises(RuntimeError, match="changed"):
        z.sum().backward()  # used only after the change, but the rule of exp reads it
    shown = x.reshape(4)
    w = (x * x).sum()
    shown.data[0] = 50.0
    assert x.tolist()[0][0] == 50.0  # a reshape is a view, as in NumPy
    with pytest.raises(RuntimeError, match="input of mul"):
        w.backward()


def test_writing_between_steps_is_fine() -> None:
    p = leaf([4.0, -2.0])
    for _ in range(60):
        p.zero_grad()
        (p * p).sum().backward()
        assert p.grad is not None
        p.data -= 0.1 * p.grad
    np.testing.assert_allclose(p.data, 0.0, atol=1e-4)
    held = p.data
    y = (p * p).sum()
    y.backward()
    held[...] = 3.0
    assert p.tolist() == [3.0, 3.0]
    with pytest.raises(ValueError, match=re.escape("has shape (2,), got (3,)")):
        p.data = np.zeros(3)
    with pytest.raises(TypeError, match="complex"):
        p.data = np.zeros(2) + 1j
    p.data = [1, 2]
    assert (p.dtype, p.tolist()) == (np.float64, [1.0, 2.0])


# NumPy's own functions

A = np.array(GRID)
NUMPY: list[Callable[[Any], Any]] = [
    np.exp, np.tanh, np.square, np.abs, np.negative, np.arcsin,
    lambda t: np.add(A, t), lambda t: np.multiply(t, A), lambda t: np.divide(A, t), lambda t: np.power(t, 2),
    lambda t: np.float32(2) * t, lambda t: np.float64(2) - t, lambda t: np.int64(2) / t, lambda t: A * t,
    lambda t: A - t, lambda t: A / t, lambda t: A**t, lambda t: A @ t, lambda t: t @ A, lambda t: A[0] @ t,
    np.sum, lambda t: np.sum(t, axis=0), lambda t: np.sum(t, axis=(0, 1), keepdims=True), np.mean,
    lambda t: np.mean(t, axis=1, keepdims=True), np.var, np.std, lambda t: np.var(t, axis=0, ddof=1),
    lambda t: np.concatenate([t, A]), lambda t: np.concatenate([A, t], axis=1), lambda t: np.stack([A, t], axis=1),
    lambda t: np.where(A > 2, t, 0.0), lambda t: np.clip(t, 0.2, 0.5), np.max, lambda t: np.max(t, axis=0),
    lambda t: np.min(t, axis=1), lambda t: np.amax(t, axis=0, keepdims=True), np.prod, lambda t: np.prod(t, axis=1),
    np.transpose, lambda t: np.transpose(t, (1, 0)), lambda t: np.reshape(t, (4,)), lambda t: np.reshape(t, -1),
    lambda t: np.matmul(A, t), lambda t: np.einsum("ij,jk->ik", A, t), lambda t: np.einsum("ij->i", t),
    lambda t: np.cumsum(t, axis=0), lambda t: np.cumprod(t, axis=1), np.squeeze, lambda t: np.expand_dims(t, 0),
    lambda t: np.dot(A[0], t[0]), lambda t: np.outer(t[0], A[1]), np.sort, lambda t: np.sort(t, axis=0),
    np.linalg.norm, np.tril, np.triu, np.diag, lambda t: np.roll(t, 1), lambda t: np.roll(t, 1, axis=0), np.flip,
    lambda t: np.flip(t, axis=0), lambda t: np.broadcast_to(t, (3, 2, 2)), lambda t: np.split(t, 1)[0],
    lambda t: np.split(t, 2)[1], lambda t: np.split(t, [1], axis=1)[1],
    # What NumPy means by these arguments, or without them, is not what PyTorch means.
    np.cumsum, np.cumprod, lambda t: np.dot(t, A), lambda t: np.dot(A[0], t), lambda t: np.dot(t, 2.0 * t[0, 0]),
    lambda t: np.tril(t, k=-1), lambda t: np.triu(t, k=1), lambda t: np.diag(t, k=1), np.ravel,
    lambda t: np.concatenate([t, A], axis=None), lambda t: np.sort(t, axis=None), lambda t: np.take(t, [0, 3]),
    lambda t: np.take(t, [1, 1], axis=1), lambda t: np.take_along_axis(t, np.array([[1], [0]]), axis=1),
    lambda t: np.swapaxes(t, 0, 1), lambda t: np.moveaxis(t[None], 0, -1), lambda t: np.roll(t, shift=1, axis=1),
    lambda t: np.linalg.norm(t, axis=1), lambda t: np.linalg.norm(t, 1, axis=0), lambda t: np.linalg.norm(t[0], 3),
    lambda t: np.linalg.norm(t, ord="fro", axis=(0, 1), keepdims=True),
    lambda t: np.std(t, axis=0, ddof=1, keepdims=True), lambda t: np.prod(t, axis=0, keepdims=True),
    lambda t: np.prod(t, axis=(1, 0)),
    lambda t: np.stack((t, t), axis=-1),
    lambda t: np.squeeze(t[None], 0), lambda t: np.einsum("ii->i", t), lambda t: np.einsum("...j,jk", t, A),
    lambda t: np.einsum("ij,jk,kl->li", t, A, t),
]  # fmt: skip


@pytest.mark.parametrize("f", NUMPY)
def test_numpys_own_functions_are_ours_and_connected(f: Callable[[Any], Any]) -> None:
    a = np.array([[0.1, 0.6], [0.7, 0.3]])
    x = Tensor(a, requires_grad=True)
    y = f(x)
    assert type(y) is Tensor
    assert y.requires_grad
    assert y.dtype == np.float64
    wanted = np.asarray(f(a))
    assert y.shape == wanted.shape
    np.testing.assert_allclose(y.data, wanted, rtol=1e-13)
    seed = np.linspace(1.0, 2.0, y.size).reshape(y.shape)
    y.backward(seed)
    numeric = np.zeros((2, 2))
    for place in np.ndindex(2, 2):
        step = np.zeros((2, 2))
        step[place] = 1e-6
        numeric[place] = np.sum(seed * (np.asarray(f(a + step)) - np.asarray(f(a - step)))) / 2e-6
    np.testing.assert_allclose(x.grad, numeric, rtol=1e-6, atol=1e-8)  # type: ignore[arg-type]


def test_numpys_questions_about_shape_and_order_are_answered() -> None:
    x = leaf([[3.0, 1.0, 2.0]])
    assert (np.shape(x), np.ndim(x), np.size(x), np.size(x, 1)) == ((1, 3), 2, 3, 3)
    assert np.argsort(x).tolist() == [[1, 2, 0]]
    assert np.argmax(x, axis=1).tolist() == [0]
    assert not np.all(x > 1.0)
    assert np.any(x > 2.0, axis=1).tolist() == [True]


@pytest.mark.parametrize(
    ("f", "near"),
    [
        (np.median, "nearest to it: mean"),
        (np.fabs, "nearest to it: abs"),
        (lambda t: np.vstack([t, t]), "nearest to it: stack"),
        (lambda t: np.linalg.norm(t, 1, (1, 0)), "norm of order 1 is of one axis, or of a matrix in the last two"),
        (lambda t: np.dot(t, t[None, None]), "use einsum"),
    ],
)
def test_what_we_lack_is_refused_with_what_is_nearest_to_it(f: Callable[[Any], Any], near: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(near)):
        f(leaf())


@pytest.mark.parametrize(
    ("name", "f"),
    [
        ("pinv", np.linalg.pinv),
        ("fft", np.fft.fft),
        ("median", np.median),
        ("tile", lambda t: np.tile(t, 2)),
        ("spacing", np.spacing),
        ("heaviside", lambda t: np.heaviside(t, t)),
        ("add.reduce", np.add.reduce),
        ("exp with out=", lambda t: np.exp(t, out=np.zeros((2, 2)))),
        ("vstack", lambda t: np.vstack([t, t])),
        ("copyto", lambda t: np.copyto(np.zeros((2, 2)), t)),
        ("pad", lambda t: np.pad(t, 1)),
        ("array_equal", lambda t: np.array_equal(t, A)),
        ("outer", lambda t: np.multiply.outer(t, A)),
    ],
)
def test_what_we_lack_is_refused_by_name(name: str, f: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=re.escape(name)):
        f(leaf())


# errors


def _errors() -> Iterator[tuple[Callable[[Tensor], Any], type[Exception], str]]:
    yield lambda x: x @ Tensor([1.0, 2.0, 3.0]), ValueError, "(2, 2) and (3,)"
    yield lambda x: x @ 2.0, TypeError, "float"
    yield lambda x: x @ Tensor(2.0), ValueError, "use *"
    yield lambda x: autograd.cat([x, Tensor([1.0])]), ValueError, "[(2, 2), (1,)]"
    yield lambda x: autograd.cat([x, Tensor(np.ones((2, 3)))]), ValueError, "(2, 2) and (2, 3)"
    yield lambda x: autograd.cat([]), ValueError, "at least one"
    yield lambda x: autograd.stack([x, x[0]]), ValueError, "[(2, 2), (2,)]"
    yield lambda x: x.reshape(3), ValueError, "(2, 2) does not go into (3,)"
    yield lambda x: x.reshape(-1, -1), ValueError, "(-1, -1)"
    yield lambda x: x.reshape(-1, 3), ValueError, "(2, 2) does not go into (-1, 3)"
    yield lambda x: x.expand(3, 3), ValueError, "(2, 2) does not broadcast to (3, 3)"
    yield (
        lambda x: x + Tensor([1.0, 2.0, 3.0]),
        ValueError,
        "(2, 2) and (3,), which do not broadcast: counted from the right, their dimensions -1 have lengths 2 and 3",
    )
    yield lambda x: x.sum(5), IndexError, "dim=5, but the shape (2, 2)"
    yield lambda x: x.sum((0, 0)), ValueError, "twice"
    for name in ("sum", "prod", "max", "argmin", "cumsum", "unsqueeze"):
        yield partial(getattr(autograd, name), dim=0, axis=1), TypeError, f"{name} got both dim and axis"
    for name in ("max", "argmax", "cumsum", "cumprod", "sort"):
        yield (
            partial(getattr(autograd, name), dim=(0, 1)),
            TypeError,
            f"{name} goes along one dimension, got dim=(0, 1)",
        )
    yield lambda x: autograd.cross_entropy(x, [0, 1], axis=(0, 1)), TypeError, "one dimension, got dim=(0, 1)"  # type: ignore[arg-type]
    yield lambda x: x[0].tril(), ValueError, "tril takes a matrix or several, got shape (2,)"
    yield lambda x: x[None].diag(), ValueError, "diag takes a vector or a matrix, got shape (1, 2, 2)"
    yield lambda x: x.softmax(), TypeError, "softmax(x, dim=-1)"
    yield lambda x: x.cumsum(), TypeError, "cumsum(x, dim=-1)"
    yield lambda x: x[5], IndexError, "out of bounds"
    yield lambda x: x[Tensor([0.5])], IndexError, "integers or bools"
    yield lambda x: x.unsqueeze(7), IndexError, "dim=7 of shape (2, 2)"
    yield lambda x: x.outer(x), ValueError, "(2, 2) and (2, 2)"
    yield lambda x: x.split([1, 2]), ValueError, "shape (2, 2)"
    yield lambda x: autograd.einsum("ij", x[0]), ValueError, "shape (2,)"
    yield lambda x: autograd.einsum("ij,jk", x), ValueError, "names 2 inputs, got 1"
    yield lambda x: autograd.einsum("...ijk", x), ValueError, "names 3 dimensions, the input has shape (2, 2)"
    yield lambda x: autograd.einsum("ij->ii", x), ValueError, "the result names each letter once"
    yield lambda x: autograd.einsum("ij->ik", x), ValueError, "letters of the inputs only"
    yield lambda x: autograd.einsum("i...->i", x), ValueError, "the result does not name them"
    yield lambda x: autograd.einsum("i1", x), ValueError, "takes letters"
    yield lambda x: autograd.einsum("ij,jk", x, np.ones((3, 2))), ValueError, "'j' is 2 long in one place and 3"
    yield lambda x: autograd.einsum("ii", x[:, :1]), ValueError, "'i' is 2 long in one place and 1"
    yield lambda x: x.max(x), TypeError, "number of a dimension, got Tensor"
    yield lambda x: x.var(False), TypeError, "number of a dimension, got bool"
    yield lambda x: x.mean(0.5), TypeError, "number of a dimension, got float"
    yield lambda x: x.flatten(5), IndexError, "flatten over dim=5, but the shape (2, 2)"
    yield lambda x: x.flatten(1, 0), ValueError, "flatten from dim 1 to 0"
    yield lambda x: x.transpose(0, 2), IndexError, "transpose over dim=2"
    yield lambda x: x.permute(0), ValueError, "each of its 2 dimensions once, got (0,)"
    yield lambda x: autograd.cat([x, x], 2), IndexError, "concatenate over dim=2"
    yield lambda x: x.roll(1, 2), IndexError, "roll over dim=2"
    yield lambda x: x.split(0), ValueError, "pieces of size 0"
    yield lambda x: x.chunk(0), ValueError, "into 0 pieces"
    yield lambda x: x.sort(2), IndexError, "sort over dim=2"
    yield lambda x: x.gather(1, [0]), ValueError, "as many dimensions as x, got shapes (1,) and (2, 2)"
    yield lambda x: x.gather(1, [[0.5]]), IndexError, "integer indices, got float64"
    yield lambda x: x.take(0.5), IndexError, "integer indices, got float64"
    yield lambda x: x.norm(0), ValueError, "norm takes p above 0"
    yield lambda x: x.masked_fill([[1, 0], [0, 1]], 0.0), TypeError, "mask of bools, got int64"
    yield lambda x: autograd.pad(x, (1,)), ValueError, "pairs of widths"
    yield lambda x: autograd.pad(x, (1, 1), "reflect"), ValueError, "got 'reflect'"
    yield lambda x: x[None] @ np.ones((3, 2, 2)) @ np.ones((2, 2, 2)), ValueError, "batches of 3 and of 2"
    yield lambda x: Tensor(1.0).gather(0, 0), IndexError, "has no dimension"
    yield lambda x: x + ["a"], TypeError, "got text"
    yield lambda x: x + [Value(1.0)], TypeError, "use stack(values)"
    yield lambda x: x + None, TypeError, "NoneType"
    yield lambda x: x * 1j, TypeError, "complex"
    yield lambda x: x * np.array(["a"]), TypeError, "array of <U1"


@pytest.mark.parametrize(("f", "error", "says"), list(_errors()))
def test_errors_say_what_was_got(f: Callable[[Tensor], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        f(leaf())
