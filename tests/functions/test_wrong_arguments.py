"""Wrong arguments around arrays: each is refused with what was got, what was expected and what to do."""

import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, check_gradients, grad, hessian, zoom

A = np.arange(1.0, 7.0).reshape(2, 3)
X = Tensor(A, requires_grad=True)
ONES = np.ones(3)

REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: X @ {1, 2, 3}, TypeError, r"matmul takes a Tensor or an array, got set; write Tensor\(...\)"),
    (lambda: ag.max([X, X]), TypeError, r"got list; .*stack\(...\) around nodes"),
    (lambda: X @ Value(1.0), TypeError, r"takes a list of Values or a Tensor, got Value; see stack\(values\)"),
    (lambda: np.asarray(X), TypeError, r"of a Tensor use t.numpy\(\)"),
    (lambda: X.split([1, -1, 3], 1), ValueError, "none negative, that add up to 3, and they add up to 3"),
    (lambda: X.reshape(2.5), TypeError, "reshape takes the lengths of dimensions, integers, got float: 2.5"),
    (lambda: X.reshape("ab"), TypeError, "integers, got str: 'ab'"),
    (lambda: X.view(np.float32), TypeError, "integers, got type"),
    (lambda: X.reshape(-2, -3), ValueError, r"to \(-2, -3\): a length is 0 or more, or -1"),
    (lambda: X.expand(2.0, 3), TypeError, "broadcast_to takes the lengths of dimensions, integers, got float"),
    (lambda: X.unsqueeze(1.5), TypeError, "unsqueeze takes the number of a new dimension, an integer, got float"),
    (lambda: X.unsqueeze(None), TypeError, "unsqueeze takes .* got NoneType"),
    (
        lambda: np.einsum(X, [0, 1]),
        TypeError,
        r'einsum takes its subscripts first, as in einsum\("ij->i", x\), got Tensor',
    ),
    (lambda: check_gradients(lambda t: t.sum(), np.array([1, 2])), ValueError, "integers only.*one of them floats"),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_wrong_arguments_are_refused_with_a_remedy(k: int) -> None:
    call, error, says = REFUSED[k]
    with pytest.raises(error, match=says):
        call()


def test_a_number_beside_array_arguments_can_be_differentiated() -> None:
    def f(p: Any, q: Any) -> Any:
        return (p * q * q).sum()

    assert grad(f, argnums=1)(A, 2.0) == 4.0 * A.sum()
    assert hessian(f, argnums=1)(A, 2.0) == 2.0 * A.sum()
    assert grad(lambda q, scale: (q * q * scale).sum())(3.0, scale=A) == 6.0 * A.sum()


def test_zoom_into_an_overflow_gives_inf_without_a_warning() -> None:
    x = Tensor(np.full(3, 1e308), requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert zoom((x * x * 2.0).sum()).data == np.inf


@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("count", [2, 64, 65, 300])
def test_a_concatenation_of_many_tensors_matches_numpy_and_is_made_of_small_ops(count: int, dim: int) -> None:
    arrays = [np.full((2, 2), float(k)) for k in range(count)]
    parts = [Tensor(a, requires_grad=True) for a in arrays]
    whole = ag.cat(parts, dim)
    np.testing.assert_array_equal(whole.data, np.concatenate(arrays, dim))
    assert len(whole.inputs) <= 64
    (whole * whole).sum().backward()
    for part, a in zip(parts, arrays, strict=True):
        np.testing.assert_array_equal(part.grad, 2.0 * a)


@pytest.mark.parametrize(
    ("function", "near"),
    [
        (lambda t: np.tensordot(t, t), "nearest to it: einsum"),
        (lambda t: np.pad(t, 1), "nearest to it: autograd.pad"),
        (np.diff, r"nearest to it: t\[1:\] - t\[:-1\]"),
        (np.linalg.qr, "np.qr cannot take a Tensor: it would cut the graph. For"),
        (np.linalg.cond, "np.cond cannot take a Tensor: it would cut the graph. For"),
        (lambda t: np.isclose(t, t), "np.isclose cannot take a Tensor: it would cut the graph. For"),
        (lambda t: np.linalg.lstsq(t, A), "np.lstsq cannot take a Tensor: it would cut the graph. For"),
    ],
)
def test_a_refused_numpy_function_names_the_nearest_function_here(function: Callable[[Any], Any], near: str) -> None:
    with pytest.raises(TypeError, match=near):
        function(X)


def test_a_masked_array_is_refused_because_the_mask_would_be_lost() -> None:
    with pytest.raises(TypeError, match=r"masked array: give .filled\(...\)"):
        Tensor(np.ma.array([1.0, 2.0], mask=[False, True]))


MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])


@pytest.mark.parametrize("node", [Tensor([1.0, 2.0, 3.0], requires_grad=True), Value(2.0)])
@pytest.mark.parametrize("function", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow])
def test_a_masked_array_in_a_formula_is_refused_on_either_side(function: Callable[..., Any], node: Any) -> None:
    with pytest.raises(TypeError, match=f"a masked array does not mix with a {type(node).__name__}: the graph would"):
        function(MASKED, node)
    with pytest.raises(TypeError, match=r"a masked array|an array of float64 with shape"):
        function(node, MASKED)


def test_an_integer_too_large_for_a_float_is_refused_by_a_tensor_as_by_a_value() -> None:
    for node in (X, Value(1.0)):
        with pytest.raises(ValueError, match=r"too large for .*\(1.8e308\)"):
            node * 10**400


def overflowing_stepper() -> Any:
    x = Tensor([1.0], requires_grad=True, dtype="float32")
    x.grad = np.full(1, 3e38, np.float32)
    ag.Stepper((x * 3e38).sum()).commit()
    return x.grad


def overflowing_program() -> Any:
    x = Tensor([1.0, 2.0], requires_grad=True, dtype="float32")
    return ag.Program(x * 2.0, [x]).value_and_grad(x.numpy(), gradient=[1e300, 1.0])[1][0][:1]


OVERFLOWS: dict[str, Callable[[], Any]] = {
    "the seed of a gradient": lambda: grad(lambda z: (z / 0.0).sum())(ONES),
    "the seed of a number": lambda: grad(lambda z: z * 1e308 * 1e308)(np.array(1.0)),
    "jacobian": lambda: np.diag(ag.jacobian(lambda z: z / 0.0)(ONES)),
    "vjp": lambda: ag.vjp(lambda z: z * 1e308, ONES)[1](ONES * 1e308),
    "a sum in vjp": lambda: ag.vjp(lambda z: [z * 1.0, z * 1.0], ONES)[1]([ONES * 1.7e308] * 2),
    "a direction of jvp": lambda: ag.jvp(lambda z: z, ONES.astype(np.float32), ONES * 1e300)[1],
    "a float16": lambda: Tensor([1e6], dtype="float16").data,
    "a float16 in place": lambda: Tensor([1e6]).to_("float16").data,
    "integers": lambda: (Tensor([1.0], dtype="float16") * np.array([10**6])).data,
    "a stepper": overflowing_stepper,
    "a program": overflowing_program,
}


@pytest.mark.parametrize("what", OVERFLOWS)
def test_an_overflow_is_inf_even_if_numpy_is_set_to_raise(what: str) -> None:
    with np.errstate(all="raise"):
        assert np.all(np.isposinf(OVERFLOWS[what]()))
        assert set(np.geterr().values()) == {"raise"}


def test_a_nan_is_not_cast_to_an_integer_silently() -> None:
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        Tensor([np.nan], dtype=int)


def test_values_are_stacked_along_dimension_0_only() -> None:
    values = [Value(1.0), Value(2.0)]
    assert ag.stack(values, dim=-1).shape == ag.stack(values, axis=0).shape == (2,)
    with pytest.raises(IndexError, match=r"dim=1 of Values, .*expected 0"):
        ag.stack(values, dim=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: grad(lambda p, q: (p + q).sum(), argnums=(0, 1))(ONES, ONES),
        lambda: grad(lambda p, q: ((p + q) * 2.0).sum(), argnums=(0, 1))(ONES, ONES),
        lambda: [ag.vjp(lambda p: p.reshape(1, 3), ONES)[1](ONES.reshape(1, 3)), ONES],
        lambda: [*ag.jvp(lambda p: p, ONES, ONES), ONES],
        lambda: [ag.jacobian(lambda p: p)(ONES), *ag.value_and_grad(lambda p: p.sum())(ONES)[1:]],
    ],
)
def test_derivatives_return_writable_arrays_that_share_no_memory(call: Callable[[], Any]) -> None:
    arrays = call()
    for k, array in enumerate(arrays):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in arrays[k + 1 :])


@pytest.mark.parametrize(
    ("given", "says"),
    [(A + 1j, "got an array of complex128"), (X, r"got Tensor; give its numbers, as with t.numpy\(\)")],
)
def test_a_program_refuses_inputs_that_are_not_real_numbers(given: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        ag.Program((X * X).sum(), [X])(given)
