"""Integers keep their meaning, masks and remainders have operators, and NumPy's and PyTorch's forms of calls work."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Program, Tensor, Value, grad

A = np.arange(1.0, 7.0).reshape(2, 3)
MASK = np.array([True, False, True, False])
OTHER = np.array([True, True, False, False])
ANY: Any = Tensor
ANY_VALUE: Any = Value(1.0)
HUNDREDS = np.array([100, 100], np.uint8)

SAME: dict[str, tuple[Callable[[], Any], Any]] = {
    "prod of uint8": (lambda: Tensor(HUNDREDS).prod(), np.prod(HUNDREDS)),
    "cumprod of uint8": (lambda: Tensor(HUNDREDS).cumprod(0), np.cumprod(HUNDREDS)),
    "sum of uint8": (lambda: Tensor(np.tile(HUNDREDS, 2)).sum(), np.sum(np.tile(HUNDREDS, 2))),
    "cumsum of int8": (lambda: Tensor(HUNDREDS.astype(np.int8)).cumsum(0), np.cumsum(HUNDREDS.astype(np.int8))),
    "prod of bools": (lambda: Tensor(MASK).prod(), np.prod(MASK)),
    "amin of uint8": (lambda: Tensor(np.array([0, 5], np.uint8)).amin(), np.uint8(0)),
    "& of ints": (lambda: Tensor([6, 3]) & Tensor([4, 1]), np.array([4, 1])),
    "| of ints": (lambda: Tensor([6, 3]) | 8, np.array([14, 11])),
    "^ of ints": (lambda: 5 ^ Tensor([6, 3]), np.array([3, 6])),
    "~ of ints": (lambda: ~Tensor([6, 3]), np.array([-7, -4])),
    "& of masks": (lambda: Tensor(MASK) & OTHER, MASK & OTHER),
    "| of masks": (lambda: Tensor(MASK) | OTHER, MASK | OTHER),
    "^ of masks": (lambda: Tensor(MASK) ^ OTHER, MASK ^ OTHER),
    "~ of masks": (lambda: ~Tensor(MASK), ~MASK),
    "% of ints": (lambda: Tensor([-7, 7]) % 3, np.array([2, 1])),
    "// of ints": (lambda: 7 // Tensor([-2, 2]), np.array([-4, 3])),
    "tril of ints": (lambda: Tensor([[1, 2], [3, 4]]).tril(), np.array([[1, 0], [3, 4]])),
    "triu of bools": (lambda: Tensor(np.ones((2, 2), bool)).triu(), np.triu(np.ones((2, 2), bool))),
    "relu of int8": (lambda: Tensor(np.array([-1, 2], np.int8)).relu(), np.array([0, 2], np.int8)),
    "relu of an array": (lambda: ag.relu(np.array([-1, 2])), np.array([0, 2])),
    "clip of ints": (lambda: Tensor([-5, 5]).clip(0, 3), np.array([0, 3])),
    "abs of an array": (lambda: ag.abs(np.array([-5, 5])), np.array([5, 5])),
    "flatten a list": (lambda: ag.flatten([[1.0], [2.0]]), np.array([1.0, 2.0])),
    "tril of a list": (lambda: ag.tril([[1, 2], [3, 4]]), np.array([[1, 0], [3, 4]])),
    "roll a list": (lambda: ag.roll([1.0, 2.0, 3.0], 1), np.array([3.0, 1.0, 2.0])),
    "moveaxis": (lambda: np.moveaxis(ANY(A[None]), (0, 1), (1, 2)), np.moveaxis(A[None], (0, 1), (1, 2))),
    "broadcast_to": (lambda: np.broadcast_to(Tensor(A[0]), shape=(2, 3)), np.broadcast_to(A[0], (2, 3))),
    "roll": (lambda: np.roll(Tensor(A), (1, 1)), np.roll(A, (1, 1))),
    "dot": (lambda: np.dot(Tensor(A), 2.0), np.dot(A, 2.0)),
    "isnan": (lambda: np.isnan(Tensor([np.nan, 1.0])), np.array([True, False])),
    "isinf": (lambda: np.isinf(Tensor([-np.inf, 1.0])), np.array([True, False])),
    "isfinite": (lambda: np.isfinite(Tensor([np.nan, np.inf, 1.0])), np.array([False, False, True])),
    "logical_or": (lambda: np.logical_or(Tensor([0.0, 2.0]), False), np.array([False, True])),
    "logical_and": (lambda: np.logical_and(Tensor([0.0, 2.0]), True), np.array([False, True])),
    "logical_xor": (lambda: np.logical_xor(Tensor([0.0, 2.0]), True), np.array([True, False])),
    "logical_not": (lambda: np.logical_not(Tensor([0.0, 2.0])), np.array([True, False])),
    "sum dtype": (lambda: np.sum(Tensor(A), dtype=np.float32), np.sum(A, dtype=np.float32)),
    "mean dtype": (lambda: Tensor([1, 2]).mean(dtype="float32"), np.float32(1.5)),
    "prod dtype": (lambda: Tensor([3, 2]).prod(dtype="float32"), np.float32(6)),
    "softmax dtype": (lambda: Tensor([1, 1]).softmax(0, dtype="float32"), np.array([0.5, 0.5], np.float32)),
    "clamp": (lambda: Tensor(A).clamp(min=2.0), np.clip(A, 2, None)),
    "ravel": (lambda: Tensor(A).ravel(), A.ravel()),
    "clone": (lambda: Tensor(A).clone(), A),
    "repeat": (lambda: Tensor(A).repeat(2, 1, 3), np.tile(A, (2, 1, 3))),
    "to cpu": (lambda: Tensor(A).to("cpu"), A),
    "exp of int8": (lambda: Tensor(np.array([0, 1], np.int8)).exp(), np.exp([0.0, 1.0])),
    "reciprocal of ints": (lambda: Tensor([2, 4]).reciprocal(), np.array([0.5, 0.25])),
    "div of int8": (lambda: Tensor(np.array([1, 3], np.int8)) / np.array([2, 2], np.int8), np.array([0.5, 1.5])),
    "sigmoid of bools": (lambda: Tensor(MASK).sigmoid(), 1 / (1 + np.exp(-MASK.astype(float)))),
    "square of int8": (lambda: Tensor(np.array([3, 4], np.int8)).square(), np.array([9, 16], np.int8)),
    "round of int8": (lambda: Tensor(np.array([3, 4], np.int8)).round(), np.array([3, 4], np.int8)),
    "round to decimals": (lambda: Tensor(A / 7).round(2), np.round(A / 7, 2)),
    "exp of a list": (lambda: ag.exp([0.0, 1.0]), np.exp([0.0, 1.0])),
    "sum of a nested list": (lambda: ag.sum([[1.0, 2.0], [3.0, 4.0]]), np.float64(10.0)),
    "softmax of a nested list": (lambda: ag.softmax([[1.0, 1.0], [2.0, 2.0]], 1), np.full((2, 2), 0.5)),
    "argmax of a list": (lambda: ag.argmax([1.0, 3.0]), np.int64(1)),
    "cholesky of bools": (lambda: ag.cholesky(Tensor(np.eye(2, dtype=bool))), np.eye(2)),
    "log2": (lambda: np.log2(Tensor([8.0])), np.array([3.0])),
}


@pytest.mark.parametrize("name", SAME)
def test_numbers_and_dtype_are_numpys(name: str) -> None:
    got, want = SAME[name][0](), SAME[name][1]
    array = got.numpy() if isinstance(got, Tensor) else got
    assert np.asarray(array).dtype == np.asarray(want).dtype
    np.testing.assert_array_equal(array, want)


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: Tensor([1.0]) & Tensor([1.0]), TypeError, "& takes masks or integers, got float64; compare first"),
    (lambda: Value(1.0) | 2, TypeError, r"\| takes masks or integers"),
    (lambda: ~Tensor([1.0]), TypeError, "~ takes masks or integers"),
    (lambda: Tensor([1]) % 0, ZeroDivisionError, "make floats of them"),
    (lambda: ag.exp(10**400), ValueError, "too large for a 64-bit float"),
    (lambda: ag.flatten([Value(1.0)]), TypeError, "stack"),
    (lambda: ag.exp([Value(1.0)]), TypeError, r"use stack\(values\)"),
    (lambda: ag.stack(3.0), TypeError, r"stack takes a list, got float; write stack\(\[a, b\]\)"),
    (lambda: -Tensor(MASK), TypeError, "~ inverts a mask"),
    (lambda: ag.jvp(lambda x: x[0], 2.0, 1.0), IndexError, "has no dimension: it is one number"),
    (lambda: ag.exp({"w": 1.0}), TypeError, "give one of its entries"),
    (lambda: grad(ag.exp)(1j), TypeError, "give its .real and its .imag"),
    (lambda: ANY_VALUE.sum(), AttributeError, r"a Value has no 'sum'.*stack\(values\)"),
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_has_no_answer_is_refused_in_words(k: int) -> None:
    call, error, words = REFUSED[k]
    with pytest.raises(error, match=words):
        call()


def test_lists_nested_too_deep_are_refused_in_words() -> None:
    nested: Any = 1.0
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ValueError, match="nested more than 64 deep"):
        Tensor(nested)
    while isinstance(nested, list):  # freeing it at once would recurse in Python itself
        nested = nested.pop()


def test_a_remainder_is_differentiated_on_values_and_in_programs() -> None:
    assert grad(lambda a, b: a % b, (0, 1))(7.5, 2.0) == (1.0, -3.0)
    assert grad(lambda a: 7.5 % a)(2.0) == -3.0
    assert grad(lambda a: a // 2.0)(7.5) == 0.0
    x = Value(7.5, label="x")
    program = Program(x % 2 + x // 2, [x])
    assert "x % 2" in program.source
    assert program.value_and_grad(7.5) == (4.5, [1.0])


def test_nothing_but_minus_infinity_has_no_gradient_in_either_mode() -> None:
    inf = float("inf")

    def f(x: Any) -> Any:
        return ag.logsumexp([ag.logsumexp([x - inf, x - inf]), x])

    assert grad(f)(2.0) == 1.0
    assert ag.derivative(f)(2.0) == 1.0
    assert grad(grad(f))(2.0) == 0.0
    assert grad(lambda x: ag.logsumexp(x))(np.array([-inf, -inf])).tolist() == [0.0, 0.0]


def test_logsumexp_of_one_number_has_a_derivative_in_forward_mode() -> None:
    assert ag.jvp(ag.logsumexp, 2.0, 3.0) == (2.0, 3.0)
    assert ag.hvp(lambda x: ag.logsumexp(x * x))(2.0, 1.0) == 2.0


def test_the_derivatives_of_lgamma_go_on() -> None:
    assert grad(grad(ag.lgamma))(1.0) == pytest.approx(np.pi**2 / 6, rel=1e-14)


def test_an_invalid_target_of_kl_div_gives_nan() -> None:
    from nn import functional

    assert np.isnan(functional.kl_div(Tensor([-1.0]), Tensor([-0.5])).item())
