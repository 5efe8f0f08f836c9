"""float32 and float16 all the way: no op, no rule and no rule of a rule makes them wider."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad
from autograd.engine.forms import Takes
from autograd.engine.op import OPS

from ..rules.cases import CASES
from ..rules.structural_cases import STRUCTURAL

NARROW = [np.float32, np.float16]
ELEMENTWISE = [name for name, op in OPS.items() if name in CASES and op.rules and op.takes is Takes.FIXED]
INTEGERS = np.array([[1, 2, 3], [4, 5, 6]])
# More than one input, or more than the table of structural functions has.
MORE: dict[str, Callable[[Any], Any]] = {
    "linear of itself": lambda x: autograd.linear(x, x[:, :], x[:, 0]),
    "cross_entropy": lambda x: autograd.cross_entropy(x, [0, 2]),
    "cross_entropy of probabilities": lambda x: autograd.cross_entropy(x, x),
    "cross_entropy of rows": lambda x: autograd.cross_entropy(x, autograd.one_hot(np.array([0, 2]), 3)),
    "bce of ints": lambda x: autograd.binary_cross_entropy_with_logits(x, INTEGERS > 3),
    "ints": lambda x: x * Tensor(INTEGERS) + INTEGERS,
    "bools": lambda x: x * Tensor(INTEGERS > 2) * (INTEGERS > 3),
    "numpy's numbers": lambda x: x * np.float64(0.5) + np.sqrt(2.0) - np.int64(1),
    "numbers": lambda x: (2 * x + 0.5) ** 2 / 3 - True,
    "amax ties": lambda x: autograd.amax(x * 0.0, 1) * autograd.amin(x, 0)[0],
    "norm 3": lambda x: x.norm(3, 0),
    "einsum lost": lambda x: autograd.einsum("ij,kl->i", x, x),
    "einsum diagonal": lambda x: autograd.einsum("ii->i", x[:, :2]),
    "take": lambda x: x.take([0, 0, 5]),
    "pad": lambda x: autograd.pad(x, (1, 1), value=3.0),
    "where": lambda x: autograd.where(INTEGERS > 2, x, 1),
    "clip": lambda x: autograd.clip(x, -1, 1.0),
    "std": lambda x: x.std(0, unbiased=False),
}
FUNCTIONS = {**{name: ours for name, (ours, _) in STRUCTURAL.items()}, **MORE}
WIDE = np.linspace(-1.0, 1.0, 12).reshape(3, 4)  # of float64
# An array that no dtype was given for, in every place that takes one.
BARE: dict[str, Callable[[Any], Any]] = {
    "product": lambda x: x * WIDE[:2, :3],
    "product from the left": lambda x: WIDE[:2, :3] * x,
    "number in an array": lambda x: x + np.array(0.1),
    "spread by a product": lambda x: x * np.ones((4, 1, 3)),
    "matmul": lambda x: x @ WIDE,
    "matmul from the left": lambda x: autograd.matmul(WIDE.T[:, :2], x),
    "batches": lambda x: x @ np.stack([WIDE, -WIDE]),
    "einsum": lambda x: autograd.einsum("ij,jk->ki", x, WIDE),
    "linear": lambda x: autograd.linear(x, WIDE.T),
    "weights": lambda x: autograd.linear(WIDE.T, x[:, :], x[:, 0]),
    "where": lambda x: autograd.where(WIDE[:2, :3] > 0, WIDE[:2, :3], x),
    "cat": lambda x: autograd.cat([x, WIDE[:, :3]]),
}


def doubled(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: f(x.double())


# The same where the user asks for the wider dtype.
WIDER: dict[str, Callable[[Any], Any]] = {
    **{f"{name}, doubled": doubled(f) for name, f in BARE.items()},
    "a wider Tensor": lambda x: x * Tensor(WIDE[:2, :3]),
    "a wider Tensor, spread": lambda x: x * Tensor(np.ones((4, 1, 3))),
}


def widths(dtype: Any, f: Callable[..., Any], *arrays: Any) -> Iterator[Any]:
    """The dtypes of everything: the result, its graph, all gradients, their graph, the gradient of that, jvp."""
    wanted = tuple(k for k, a in enumerate(arrays) if a.dtype.kind == "f")
    xs = [Tensor(a, requires_grad=k in wanted) for k, a in enumerate(arrays)]
    y = f(*xs)
    y.backward(np.ones(y.shape))
    for node in graph(y):
        yield node.dtype
        if node.grad is not None:
            yield node.grad.dtype

    def slope(*args: Any) -> Any:
        found = grad(lambda *z: f(*z).sum(), wanted)(*args)
        return autograd.sum([(g * g).sum() for g in found])

    yield from (node.dtype for node in graph(slope(*xs)))
    yield from (g.dtype for g in grad(slope, wanted)(*[Tensor(a) for a in arrays]))

    def moved(moving: list[Any]) -> Any:
        given = iter(moving)
        return f(*[next(given) if k in wanted else a for k, a in enumerate(arrays)])

    floats = [arrays[k] for k in wanted]
    yield from (each.dtype for each in autograd.jvp(moved, floats, floats) if isinstance(each, np.ndarray))


def graph(root: Tensor) -> Iterator[Tensor]:
    """The floats in a graph."""
    nodes, seen = [root], set[int]()
    while nodes:
        node = nodes.pop()
        if isinstance(node, Tensor) and id(node) not in seen:
            seen.add(id(node))
            nodes += [i for i in node.inputs if isinstance(i, Tensor)]
            if node.dtype.kind == "f":
                yield node


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_elementwise_op_makes_a_narrow_dtype_wider(name: str, dtype: Any) -> None:
    op, case = OPS[name], CASES[name]
    arrays = [np.full(3, case.diagonal[k % 2] / 2 + 0.1, dtype) for k in range(len(op.inputs))]
    if name == "where":
        arrays[0] = arrays[0] > 0
    assert set(widths(dtype, lambda *xs: op(*xs, **case.params), *arrays)) == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_makes_a_narrow_dtype_wider(name: str, dtype: Any) -> None:
    x = np.array([[0.5, 1.5, -0.25], [2.0, 0.75, 1.0]], dtype)
    assert set(widths(dtype, FUNCTIONS[name], x)) == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("name", WIDER)
def test_a_second_gradient_has_the_dtype_of_the_leaf_where_a_wider_one_came_in(name: str, dtype: Any) -> None:
    x = Tensor(np.array([[0.5, 1.5, -0.25], [2.0, 0.75, 1.0]], dtype))
    f = WIDER[name]
    first = grad(lambda z: autograd.sin(f(z)).sum())
    assert f(x).dtype == np.float64
    assert first(x).dtype == grad(lambda z: (first(z) * first(z)).sum())(x).dtype == dtype


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("name", BARE)
def test_an_array_takes_the_dtype_of_the_tensor_it_meets(name: str, dtype: Any) -> None:
    x = np.array([[0.5, 1.5, -0.25], [2.0, 0.75, 1.0]], dtype)
    assert set(widths(dtype, BARE[name], x)) == {np.dtype(dtype)}


def test_products_of_tensors_of_two_dtypes_are_refused_not_computed_in_the_wider_one() -> None:
    x, w = Tensor(WIDE), Tensor(WIDE.T, dtype="float32")
    for product in (
        lambda: x @ w,
        lambda: autograd.matmul(w, x),
        lambda: autograd.linear(x, w.T[:2]),
        lambda: autograd.linear(x, w.T[:2], w[0, :2]),
        lambda: autograd.einsum("ij,jk->ik", x, w),
    ):
        with pytest.raises(TypeError, match=r"Tensors of float\d\d and of float\d\d; cast one"):
            product()


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("name", WIDER)
def test_grad_has_the_dtype_of_the_leaf_where_a_wider_one_came_in(name: str, dtype: Any) -> None:
    x = Tensor(np.array([[0.5, 1.5, -0.25], [2.0, 0.75, 1.0]], dtype), requires_grad=True)
    for _ in range(2):
        WIDER[name](x).sum().backward()
        assert x.grad is not None
        assert x.grad.dtype == dtype


def test_a_gradient_comes_back_through_a_change_of_dtype() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True, dtype=np.float32)
    y = x.double() * np.array([0.1, 0.2])
    assert y.dtype == np.float64
    y.half().sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    assert x.grad.tolist() == np.array([0.1, 0.2], np.float32).tolist()
    assert x.float() is x
    for whole in (x.long(), x.to(bool), x.to("uint8")):
        assert not whole.requires_grad
    value, tangent = autograd.jvp(lambda z: z.to("float32") * 2, np.ones(2), np.ones(2))
    assert value.dtype == tangent.dtype == np.float32
    with pytest.raises(TypeError, match="complex128 is not known here"):
        x.to(complex)


def test_integers_become_floats_of_the_default_dtype() -> None:
    n = Tensor([1, 4])
    autograd.set_default_dtype(np.float32)
    try:
        for y in (n / 2, n * 0.5, n.sqrt(), n.mean(), n.softmax(0)):
            assert y.dtype == np.float32
        assert (n * 2).dtype == n.sum().dtype == np.int64
        assert n.double().dtype == np.float64
    finally:
        autograd.set_default_dtype(np.float64)
    assert (n / 2).dtype == np.float64
