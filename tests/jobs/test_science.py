"""The jobs of scientists and engineers: values and gradients against closed forms or differences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, derivative, grad, jacobian

from .differences import slopes
from .science import TARGET, XS, YS, T, cubic, hand, infected, misfit, network, physics_loss, resistance, root_of_cubic


def test_curve_fitting() -> None:
    a, b = grad(misfit, (0, 1))(1.0, 1.0)
    assert type(a) is type(b) is float
    assert (a, b) == pytest.approx((-0.1608343, -0.4917655), rel=1e-6)

    p = np.array([2.0, 0.8])
    for _ in range(20):  # Gauss-Newton: solve the normal equations
        residual = p[0] * np.exp(p[1] * XS) - YS
        j = jacobian(lambda p: p[0] * ag.exp(p[1] * XS) - YS)(p)
        p = p - ag.solve(j.T @ j, j.T @ residual)
    np.testing.assert_allclose(slopes(lambda p: np.mean((p[0] * np.exp(p[1] * XS) - YS) ** 2), p), 0.0, atol=1e-6)


def test_error_propagation() -> None:
    voltage, current = 5.0, 0.02
    covariance = np.array([[0.01**2, 0.3 * 0.01 * 2e-4], [0.3 * 0.01 * 2e-4, 2e-4**2]])

    slope = np.array(grad(resistance)([voltage, current]))
    error = math.sqrt(slope @ covariance @ slope)
    relative = (0.01 / voltage) ** 2 + (2e-4 / current) ** 2 - 2 * covariance[0, 1] / (voltage * current)
    assert error == pytest.approx(voltage / current * math.sqrt(relative), rel=1e-13)


def test_sir_model() -> None:
    found = grad(infected, (0, 1))(0.6, 0.2)
    want = slopes(lambda p: infected(p[0], p[1]), [0.6, 0.2])
    np.testing.assert_allclose(found, want, rtol=1e-8)
    assert derivative(lambda beta: infected(beta, 0.2))(0.6) == pytest.approx(found[0], rel=1e-13)


def test_inverse_kinematics() -> None:
    q = np.array([0.3, 0.8])
    a, b = q[0], q[0] + q[1]
    closed = [[-2 * np.sin(a) - np.sin(b), -np.sin(b)], [2 * np.cos(a) + np.cos(b), np.cos(b)]]
    np.testing.assert_allclose(jacobian(hand)(q), closed, rtol=1e-14)

    for _ in range(10):  # Newton's method
        q = q - ag.solve(jacobian(hand)(q), hand(Tensor(q)).numpy() - TARGET)
    np.testing.assert_allclose(hand(Tensor(q)).numpy(), TARGET, atol=1e-14)


def test_implicit_differentiation() -> None:
    x = root_of_cubic(2.0)
    assert cubic(x, 2.0) == pytest.approx(0.0, abs=1e-15)
    assert grad(root_of_cubic)(2.0) == pytest.approx(-x / (3 * x * x + 2.0), rel=1e-12)


def physics_loss_by_hand(w: np.ndarray, b: np.ndarray, v: np.ndarray) -> Any:
    def terms(t: np.ndarray) -> tuple[Any, Any, Any]:
        h = np.tanh(t * w + b)
        return h @ v, ((1 - h**2) * w) @ v, (-2 * h * (1 - h**2) * w**2) @ v

    (u, _, bent), (u0, du0, _) = terms(T), terms(np.zeros((1, 1)))
    return np.mean((bent + u) ** 2) + np.sum(u0**2) + np.sum((du0 - 1.0) ** 2)


def test_physics_informed_net() -> None:
    params = [*network().values()]
    assert physics_loss(*map(Tensor, params)).item() == pytest.approx(physics_loss_by_hand(*params), rel=1e-12)
    for k, found in enumerate(grad(physics_loss, (0, 1, 2))(*params)):
        want = slopes(lambda p, k=k: physics_loss_by_hand(*[*params[:k], p, *params[k + 1 :]]), params[k])
        np.testing.assert_allclose(found, want, rtol=1e-7, atol=1e-8)
    before = physics_loss_by_hand(*params)
    for _ in range(50):
        params = [p - 0.02 * g for p, g in zip(params, grad(physics_loss, (0, 1, 2))(*params), strict=True)]
    assert physics_loss_by_hand(*params) < before / 4
