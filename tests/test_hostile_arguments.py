"""What users mistype around arrays: refused in words that say what was got, what was expected and what to do."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, check_gradients, grad, hessian, zoom
from autograd.shapes import segment

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
    (lambda: X.unsqueeze(1.5), TypeError, "unsqueeze takes the place of the new dimension, an integer, got float"),
    (lambda: X.unsqueeze(None), TypeError, "unsqueeze takes .* got NoneType"),
    (lambda: ag.einsum(X), TypeError, r'einsum takes its subscripts first, as in einsum\("ij->i", x\), got Tensor'),
    (lambda: check_gradients(lambda t: t.sum(), np.array([1, 2])), ValueError, "integers only.*make one of them floats"),
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


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_each_input_of_a_concatenation_lies_where_numpy_puts_it(axis: int) -> None:
    parts = [np.full((2, 2), float(k)) for k in range(4)]
    whole = np.concatenate(parts, axis)
    for k, part in enumerate(parts):
        np.testing.assert_array_equal(whole[segment(parts, axis, k)], part)
