"""Jobs of scientists and engineers, written as they would write them.

`test_science.py` tests their values and gradients, `test_graphs.py` their graphs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from autograd import Value, derivative

from .job import Job

# --- curve fitting: a * exp(b * x) through four points ---

XS, YS = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.7, 7.4, 20.1])


def misfit(a: Any, b: Any) -> Any:
    return ((a * ag.exp(b * XS) - YS) ** 2).mean()


# --- error propagation: a resistance from a voltage and a current that are correlated ---


def resistance(v: Any) -> Any:
    return v[0] / v[1]


# --- an epidemic: the SIR model by the classical Runge-Kutta method ---


def infected(beta: Any, gamma: Any, steps: int = 6, dt: float = 2.0) -> Any:
    """Return the infected part of the population after some steps."""

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


# --- inverse kinematics: which angles bring the hand of a two-link arm to a point ---


def hand(angles: Any) -> Any:
    shoulder, elbow = angles[0], angles[0] + angles[1]
    return ag.stack([2.0 * ag.cos(shoulder) + ag.cos(elbow), 2.0 * ag.sin(shoulder) + ag.sin(elbow)])


TARGET = np.array([1.5, 1.8])


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


# --- a physics-informed net: u'' + u = 0, u(0) = 0, u'(0) = 1, whose solution is a sine ---

T = np.linspace(0.0, 1.5, 8)[:, None]


def physics_loss(w: Any, b: Any, v: Any) -> Any:
    def u(t: Any) -> Any:
        return ag.matmul(ag.tanh(t * w + b), v)

    du = derivative(u)
    residual = derivative(du)(T) + u(T)
    start = np.zeros((1, 1))
    return ag.mean(residual**2) + ag.sum(u(start) ** 2) + ag.sum((du(start) - 1.0) ** 2)


def network() -> dict[str, np.ndarray]:
    """Return the initial weights of the net."""
    rng = np.random.default_rng(0)
    return {"w": rng.normal(size=4), "b": rng.normal(size=4), "v": rng.normal(size=(4, 1))}


# --- all of them, with the numbers they are looked at with ---

JOBS = {
    "curve fitting": Job(misfit, {"a": 1.0, "b": 1.0}),
    "error propagation": Job(
        lambda voltage, current: resistance([voltage, current]), {"voltage": 5.0, "current": 0.02}
    ),
    "SIR model by Runge-Kutta": Job(infected, {"beta": 0.6, "gamma": 0.2}),
    "inverse kinematics": Job(lambda q: ag.sum((hand(q) - TARGET) ** 2), {"q": np.array([0.3, 0.8])}),
    "root by implicit differentiation": Job(root_of_cubic, {"a": 2.0}),
    "physics-informed net": Job(physics_loss, network()),
}
