"""ComplexNumber: a complex step gives the derivative of analytic ops, and other ops refuse it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value
from autograd.operands.complex_number import ComplexNumber, NotAnalyticError

STEP = 1e-20


@pytest.mark.parametrize(
    ("f", "derivative"),
    [
        (lambda x: x * x * x, 12.0),
        (lambda x: autograd.log(x) / 2, 0.25),
        (lambda x: 3.0 ** autograd.sin(x), 3.0 ** math.sin(2.0) * math.log(3.0) * math.cos(2.0)),
        (lambda x: Value(5.0) * x, 5.0),
        (lambda x: autograd.sum([x, x * x]), 5.0),
        (lambda x: x * x if x > 1 else 7 * x, 4.0),
    ],
)
def test_a_complex_step_gives_the_derivative(f: Callable[[Any], Any], derivative: float) -> None:
    y = f(ComplexNumber(2.0 + 1j * STEP))
    assert y.number.imag / STEP == pytest.approx(derivative, rel=1e-15)


def test_a_complex_array_passes_linear_ops_and_products() -> None:
    x = ComplexNumber(np.array([[1.0, 2.0], [3.0, 4.0]]) + 1j * STEP)
    y = (x.T @ Tensor([1.0, 10.0])).reshape(2, 1)
    assert y.shape == (2, 1)
    np.testing.assert_array_equal(y.number.real, [[31.0], [42.0]])
    np.testing.assert_allclose(y.number.imag / STEP, [[11.0], [11.0]])


@pytest.mark.parametrize(
    "f",
    [
        autograd.relu,
        autograd.abs,
        autograd.erf,
        lambda x: autograd.maximum(x, 0.0),
        lambda x: (-x) ** 3.0,
        lambda x: x.item(),
        lambda x: x.data,
        lambda x: x.detach(),
        lambda x: x.numpy(),
        lambda x: autograd.argmax(x),
    ],
)
def test_what_is_not_analytic_or_loses_the_step_is_refused(f: Callable[[Any], Any]) -> None:
    with pytest.raises(NotAnalyticError):
        f(ComplexNumber(2.0 + 1j * STEP))
