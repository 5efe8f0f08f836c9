"""What users mistype around arrays: refused in words that say what was got, what was expected and what to do."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, check_gradients, grad, hessian, zoom

A = np.arange(1.0, 7.0).reshape(2, 3)
X = Tensor(A, requires_grad=True)

REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: X @ [1, 2, 3], TypeError, r"matmul takes a Tensor or an array, got list; write Tensor\(...\)"),
    (lambda: ag.max([X, X]), TypeError, r"got list; .*stack\(...\) around nodes"),
    (lambda: X @ Value(1.0), TypeError, r"takes a list of Values or a Tensor, got Value; see stack\(values\)"),
    (lambda: np.asarray(X), TypeError, r"of a Tensor use t.numpy\(\)"),
    (lambda: X.split([1, -1, 3], 1), ValueError, "none negative, that add up to 3, and they add up to 3"),
    (lambda: X.reshape(2.5), TypeError, "reshape takes the lengths of dimensions, integers, got float: 2.5"),
    (lambda: X.reshape("ab"), TypeError, "integers, got str: 'ab'"),
    (lambda: X.view(np.float32), TypeError, "integers, got type"),
    (lambda: X.reshape(-2, -3), ValueError, r"to \(-2, -3\): a length is 0 or more, or -1"),
    (lambda: X.expand(2.0, 3), TypeError, "broadcast_to takes the lengths of dimensions, integers, got float"),
    (lambda: X.unsqueeze(1.5), TypeError, "unsqueeze takes the place of a new dimension, an integer, got float"),
    (lambda: X.unsqueeze(None), TypeError, "unsqueeze takes .* got NoneType"),
    (
        lambda: np.einsum(X, [0, 1]),
        TypeError,
        r'einsum takes its subscripts first, as in einsum\("ij->i", x\), got Tensor',
    ),
    (lambda: check_gradients(lambda t: t.sum(), np.array([1, 2])), ValueError, "integers only.*one of them floats"),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_what_to_do(k: int) -> None:
    call, error, says = REFUSED[k]
    with pytest.raises(error, match=says):
        call()


def test_a_number_among_arguments_that_are_arrays_is_differentiated_like_them() -> None:
    def f(p: Any, q: Any) -> Any:
        return (p * q * q).sum()

    assert grad(f, argnums=1)(A, 2.0) == 4.0 * A.sum()
    assert hessian(f, argnums=1)(A, 2.0) == 2.0 * A.sum()
    assert grad(lambda q, scale: (q * q * scale).sum())(3.0, scale=A) == 6.0 * A.sum()


def test_zooming_into_what_overflows_gives_inf_without_a_warning() -> None:
    x = Tensor(np.full(3, 1e308), requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert zoom((x * x * 2.0).sum()).data == np.inf


@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("count", [2, 64, 65, 300])
def test_a_concatenation_of_many_is_that_of_numpy_and_no_op_of_it_has_hundreds_of_inputs(count: int, dim: int) -> None:
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
        (np.linalg.inv, "np.inv cannot take a Tensor: it would cut the graph. For"),
        (np.linalg.det, "np.det cannot take a Tensor: it would cut the graph. For"),
        (lambda t: np.isclose(t, t), "np.isclose cannot take a Tensor: it would cut the graph. For"),
        (lambda t: np.linalg.solve(t, A), "np.solve cannot take a Tensor: it would cut the graph. For"),
    ],
)
def test_the_nearest_to_a_function_of_numpys_is_one_that_users_can_call(
    function: Callable[[Any], Any], near: str
) -> None:
    with pytest.raises(TypeError, match=near):
        function(X)


def test_a_masked_array_is_refused_because_the_mask_would_be_lost() -> None:
    with pytest.raises(TypeError, match=r"masked array: give .filled\(...\)"):
        Tensor(np.ma.array([1.0, 2.0], mask=[False, True]))


def test_values_are_stacked_along_the_one_dimension_there_is() -> None:
    values = [Value(1.0), Value(2.0)]
    assert ag.stack(values, dim=-1).shape == ag.stack(values, axis=0).shape == (2,)
    with pytest.raises(IndexError, match=r"dim=1 of Values, .*expected 0"):
        ag.stack(values, dim=1)


ONES = np.ones(3)


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
def test_what_a_derivative_hands_out_is_an_array_of_its_own(call: Callable[[], Any]) -> None:
    arrays = call()
    for k, array in enumerate(arrays):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in arrays[k + 1 :])


@pytest.mark.parametrize(
    ("given", "says"),
    [(A + 1j, "got an array of complex128"), (X, r"got Tensor; give its numbers, as with t.numpy\(\)")],
)
def test_a_program_says_what_is_not_a_number_in_an_input(given: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        ag.Program((X * X).sum(), [X])(given)
