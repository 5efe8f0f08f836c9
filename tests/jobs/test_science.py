"""Jobs of scientists and engineers, written as they would write them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, derivative, grad, jacobian

from .looked_at import look_at, slopes

XS, YS = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.7, 7.4, 20.1])


# --- curve fitting: a * exp(b * x) through four points ---


def misfit(a: Any, b: Any) -> Any:
    return ((a * ag.exp(b * XS) - YS) ** 2).mean()


def test_curve_fitting() -> None:
    a, b = grad(misfit, (0, 1))(np.array(1.0), np.array(1.0))  # arrays of no dimension, as the data are arrays
    assert (a, b) == pytest.approx((-0.1608343, -0.4917655), rel=1e-6)
    look_at(misfit(u := Tensor(1.0, requires_grad=True), v := Tensor(1.0, requires_grad=True)), {"a": u, "b": v})

    p = np.array([2.0, 0.8])
    for _ in range(20):  # Gauss-Newton: solve the normal equations
        residual = p[0] * np.exp(p[1] * XS) - YS
        j = jacobian(lambda p: p[0] * ag.exp(p[1] * XS) - YS)(p)
        p = p - ag.solve(j.T @ j, j.T @ residual)
    np.testing.assert_allclose(slopes(lambda p: np.mean((p[0] * np.exp(p[1] * XS) - YS) ** 2), p), 0.0, atol=1e-6)


# --- error propagation: a resistance from a voltage and a current that are correlated ---


def test_error_propagation() -> None:
    voltage, current = 5.0, 0.02
    covariance = np.array([[0.01**2, 0.3 * 0.01 * 2e-4], [0.3 * 0.01 * 2e-4, 2e-4**2]])

    def resistance(v: Any) -> Any:
        return v[0] / v[1]

    slope = np.array(grad(resistance)([voltage, current]))
    error = math.sqrt(slope @ covariance @ slope)
    relative = (0.01 / voltage) ** 2 + (2e-4 / current) ** 2 - 2 * covariance[0, 1] / (voltage * current)
    assert error == pytest.approx(voltage / current * math.sqrt(relative), rel=1e-13)
    v = [Value(voltage), Value(current)]
    look_at(resistance(v), {"voltage": v[0], "current": v[1]})


# --- an epidemic: the SIR model by the classical Runge-Kutta method ---


def infected(beta: Any, gamma: Any, steps: int = 6, dt: float = 2.0) -> Any:
    """Return the infected part of the population after some steps, and check that no one is lost."""

    def rate(s: Any, i: Any) -> tuple[Any, Any]:
        new = beta * s * i
        return -new, new - gamma * i

    s, i = 0.99, 0.01
    for _ in range(steps):
        k1 = rate(s, i)
        k2 = rate(s + dt / 2 * k1[0], i + dt / 2 * k1[1])
        k3 = rate(s + dt / 2 * k2[0], i + dt / 2 * k2[1])
        k4 = rate(s + dt * k3[0], i + dt * k3[1])
        s = s + dt / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0])
        i = i + dt / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])
    return i


def test_sir_model() -> None:
    found = grad(infected, (0, 1))(0.6, 0.2)
    want = slopes(lambda p: infected(p[0], p[1]), [0.6, 0.2])
    np.testing.assert_allclose(found, want, rtol=1e-8)
    assert derivative(lambda beta: infected(beta, 0.2))(0.6) == pytest.approx(found[0], rel=1e-13)
    beta, gamma = Value(0.6), Value(0.2)
    look_at(infected(beta, gamma, steps=2), {"beta": beta, "gamma": gamma})


# --- inverse kinematics: which angles bring the hand of a two-link arm to a point ---


def hand(angles: Any) -> Any:
    shoulder, elbow = angles[0], angles[0] + angles[1]
    return ag.stack([2.0 * ag.cos(shoulder) + ag.cos(elbow), 2.0 * ag.sin(shoulder) + ag.sin(elbow)])


def test_inverse_kinematics() -> None:
    target, q = np.array([1.5, 1.8]), np.array([0.3, 0.8])
    a, b = q[0], q[0] + q[1]
    closed = [[-2 * np.sin(a) - np.sin(b), -np.sin(b)], [2 * np.cos(a) + np.cos(b), np.cos(b)]]
    np.testing.assert_allclose(jacobian(hand)(q), closed, rtol=1e-14)
    x = Tensor(q, requires_grad=True)
    look_at(ag.sum((hand(x) - target) ** 2), {"q": x})

    for _ in range(10):  # Newton's method
        q = q - ag.solve(jacobian(hand)(q), hand(Tensor(q)).numpy() - target)
    np.testing.assert_allclose(hand(Tensor(q)).numpy(), target, atol=1e-14)


# --- a root that depends on a parameter, by implicit differentiation ---


def cubic(x: Any, a: Any) -> Any:
    return x * x * x + a * x - 1.0


def root_of_cubic(a: Any) -> Any:
    """Return the root by bisection, with one step of Newton's method that carries the derivative by a."""
    number = a.item() if isinstance(a, Value) else float(a)
    low, high = 0.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cubic(middle, number) < 0 else (low, middle)
    return low - cubic(low, a) / derivative(lambda x: cubic(x, number))(low)


def test_implicit_differentiation() -> None:
    x = root_of_cubic(2.0)
    assert cubic(x, 2.0) == pytest.approx(0.0, abs=1e-15)
    assert grad(root_of_cubic)(2.0) == pytest.approx(-x / (3 * x * x + 2.0), rel=1e-12)
    look_at(root_of_cubic(a := Value(2.0)), {"a": a})


# --- a physics-informed net: u'' + u = 0, u(0) = 0, u'(0) = 1, whose solution is a sine ---

T = np.linspace(0.0, 1.5, 8)[:, None]


def physics_loss(w: Any, b: Any, v: Any) -> Any:
    def u(t: Any) -> Any:
        return ag.matmul(ag.tanh(t * w + b), v)

    du = derivative(u)
    residual = derivative(du)(T) + u(T)
    start = np.zeros((1, 1))
    return ag.mean(residual**2) + ag.sum(u(start) ** 2) + ag.sum((du(start) - 1.0) ** 2)


def physics_loss_by_hand(w: np.ndarray, b: np.ndarray, v: np.ndarray) -> Any:
    def terms(t: np.ndarray) -> tuple[Any, Any, Any]:
        h = np.tanh(t * w + b)
        return h @ v, ((1 - h**2) * w) @ v, (-2 * h * (1 - h**2) * w**2) @ v

    (u, _, bent), (u0, du0, _) = terms(T), terms(np.zeros((1, 1)))
    return np.mean((bent + u) ** 2) + np.sum(u0**2) + np.sum((du0 - 1.0) ** 2)


def test_physics_informed_net() -> None:
    rng = np.random.default_rng(0)
    params = [rng.normal(size=4), rng.normal(size=4), rng.normal(size=(4, 1))]
    assert physics_loss(*map(Tensor, params)).item() == pytest.approx(physics_loss_by_hand(*params), rel=1e-12)
    for k, found in enumerate(grad(physics_loss, (0, 1, 2))(*params)):
        want = slopes(lambda p, k=k: physics_loss_by_hand(*[*params[:k], p, *params[k + 1 :]]), params[k])
        np.testing.assert_allclose(found, want, rtol=1e-7, atol=1e-8)
    w, b, v = (Tensor(p, requires_grad=True) for p in params)
    look_at(physics_loss(w, b, v), {"w": w, "b": b, "v": v})
    before = physics_loss_by_hand(*params)
    for _ in range(50):
        params = [p - 0.02 * g for p, g in zip(params, grad(physics_loss, (0, 1, 2))(*params), strict=True)]
    assert physics_loss_by_hand(*params) < before / 4
