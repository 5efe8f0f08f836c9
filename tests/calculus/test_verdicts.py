"""check_gradients gives no false verdict: 30 right functions with branches, masks, kinks pass, 30 wrong ones fail."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import GradientError, Op, Tensor, check_gradients
from nn import functional as F

Function = Callable[..., Any]
TWO = np.array([[1.0, 2.0], [3.0, 5.0]])
GRID = np.array([[0.5, -1.25, 2.0], [0.75, 0.25, -0.5]])


def bisection(steps: int) -> Function:
    """A root of y² = x, which comparisons find: its only dependence on x is in the branches."""

    def root(x: Any) -> Any:
        low, high = 0.0, 3.0
        for _ in range(steps):
            middle = (low + high) / 2
            low, high = (low, middle) if middle * middle > x else (middle, high)
        return 0.0 * x + low

    return root


def golden_section(x: Any) -> Any:
    """The minimum of (y - x)², found by comparisons."""
    low, high = -4.0, 4.0
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if (a - x) ** 2 < (b - x) ** 2 else (a, high)
    return x * 0.0 + low


def newton(x: Any) -> Any:
    """A root of y² = x by Newton's method, which stops by a comparison: its result depends on x itself."""
    y = 0.5 * x + 0.5
    for _ in range(50):
        new = (y + x / y) / 2
        if abs(new - y) < 1e-15:
            break
        y = new
    return y


def implicit(x: Any) -> Any:
    """A root found by bisection, with one step of Newton's method that brings the derivative in."""
    low = bisection(60)(x.item())
    return low - (low * low - x) / (2 * low)


def piecewise(x: Any) -> Any:
    return x * x if x > 1 else 2 * x - 1 if x > 0 else -ag.exp(x)


def interpolated(x: Any) -> Any:
    knots, heights = [0.0, 1.0, 2.0, 3.0], [1.0, 0.5, 2.0, -1.0]
    k = sum(1 for knot in knots[1:-1] if x > knot)
    return heights[k] + (x - knots[k]) * (heights[k + 1] - heights[k])


def largest(x: Any) -> Any:
    best = x[0]
    for each in x[1:]:
        if each > best:
            best = each
    return best * best


def bubble_sorted(x: Any) -> Any:
    found = list(x)
    for end in range(len(found), 1, -1):
        for k in range(end - 1):
            if found[k] > found[k + 1]:
                found[k], found[k + 1] = found[k + 1], found[k]
    return [each * (k + 1) for k, each in enumerate(found)]


def collatz(x: Any) -> Any:
    for _ in range(12):
        x = x / 2 if x > 4 else 3 * x + 1
    return x


RIGHT: dict[str, tuple[Function, Any]] = {
    "a function in pieces, above": (piecewise, 2.5),
    "a function in pieces, between": (piecewise, 0.25),
    "a function in pieces, below": (piecewise, -1.5),
    "next to a branch": (piecewise, 1.0 + 1e-7),
    "linear interpolation": (interpolated, 1.3),
    "the largest of a list": (largest, [1.0, 3.0, 2.0]),
    "a list sorted by comparisons": (bubble_sorted, [3.0, 1.0, 2.0]),
    "an iteration with branches": (collatz, 5.3),
    "Newton's method": (newton, 2.0),
    "an implicit root": (implicit, 2.0),
    "steep": (lambda x: ag.sin(1e6 * x), 0.3),
    "steep and small": (lambda x: 1e-12 * ag.sin(1e5 * x), 0.3),
    "large": (lambda x: 1e12 * ag.exp(x) - 1e12, 0.3),
    "cancelling": (lambda x: (1.0 + x) ** 8 - 1.0 - 8 * x, 1e-3),
    "far from zero": (lambda x: x**3, 1e8),
    "near zero": (lambda x: x**3, 1e-9),
    "flat": (lambda x: ag.exp(-x * x), 12.0),
    "polynomial of high degree": (lambda x: x**40, 1.5),
    "a pole nearby": (lambda x: 1.0 / (x - 1.0), 1.001),
    "relu on its flat side": (ag.relu, -1.0),
    "relu next to its kink": (ag.relu, 1e-6),
    "relu at its kink": (ag.relu, 0.0),
    "abs at its kink": (ag.abs, 0.0),
    "a step function": (lambda x: x * 0.0 + (1.0 if x > 0 else 0.0), 0.5),
    "a mask": (lambda x: ag.where(x > 0.0, x * x, -x).sum(), GRID),
    "a filled mask": (lambda x: ag.softmax(x.masked_fill(GRID > 1.0, -math.inf), 1), GRID),
    "the largest of each row": (lambda x: x.max(1)[0], GRID),
    "sorted rows": (lambda x: (x.sort(1)[0] * np.arange(3.0)).sum(), GRID),
    "clipped": (lambda x: x.clip(-0.75, 0.6), GRID),
    "a median by sorting": (lambda x: x.reshape(6).sort()[0][2:4].mean(), GRID),
    "a branch on a sum": (lambda x: (x * x).sum() if x.sum() > 0 else x.sum(), GRID),
    "Huber's loss": (lambda x: ag.where(ag.abs(x) < 1.0, 0.5 * x * x, ag.abs(x) - 0.5).sum(), GRID),
}

# Right functions of which the derivatives are differences of large terms: what is left of them is a rounding error.
CANCELLING: dict[str, tuple[Function, Any]] = {
    "batch norm of two rows": (lambda x: (F.batch_norm(x, None, None, training=True) ** 3).sum(), TWO),
    "batch norm of two rows of one column": (
        lambda x: F.batch_norm(x, None, None, training=True).sum(),
        np.array([[0.1], [-0.01]]),
    ),
    "batch norm of two rows and a cube": (
        lambda x: (F.batch_norm(x, None, None, training=True) ** 3).sum(),
        np.array([[0.25, 3.5], [-1.5, 3.0]]),
    ),
    "deviations from the mean": (lambda x: ((x - x.mean()) * 1e3).sum(), GRID),
    "rows of length 1": (lambda x: (x / ag.sqrt((x * x).sum(1, keepdim=True))).square().sum(), GRID),
    "layer norm of two columns": (lambda x: F.layer_norm(x, (2,)), TWO),
    "softmax adds up to 1": (lambda x: ag.softmax(x, 1).sum(), GRID),
    "weights that add up to 1": (lambda x: (x / x.sum()).sum(), GRID),
    "a vector of length 1": (lambda x: (x / x.norm()).norm(), GRID),
    "sin and cos": (lambda x: ag.sin(x) ** 2 + ag.cos(x) ** 2, 1.3),
    "exp of log": (lambda x: ag.exp(ag.log(x)) - x, 3.7),
    "an inverse": (lambda x: x @ ag.inv(x), TWO),
    "gelu in two ways": (lambda x: 1e9 * (ag.gelu(x) - x * ag.normal_cdf(x)) + x, 0.7),
}


def rule(name: str, forward: Function, slope: Function) -> Function:
    """An op with a derivative that is wrong."""
    return Op(name, forward, forward, lambda g, y, x: g * slope(x, y))


WRONG: dict[str, tuple[Function, Any]] = {
    "bisection of 60 steps": (bisection(60), 2.0),
    "bisection of 30 steps": (bisection(30), 2.0),
    "bisection of 22 steps": (bisection(22), 2.0),
    "bisection between bounds that move": (lambda x: x * 0.0 + bisection(50)(x + 0.1) * 2.0, 1.3),
    "bisection in a longer formula": (lambda x: ag.exp(bisection(60)(x)) + x, 2.0),
    "bisection of each element": (lambda x: x[0] * bisection(60)(x[1]), [2.0, 0.7]),
    "golden section": (golden_section, 1.2),
    "a digit search": (lambda x: 0.0 * x + sum(2.0**-k for k in digits(x)), 0.7),
    "counted decimals": (lambda x: 0.0 * x + count(x), 0.31234567891),
    "a table of fine steps": (lambda x: 0.0 * x + math.floor(x.item() * 1e6) / 1e6 if hasattr(x, "item") else x, 0.3),
    "detached": (lambda x: x * x.detach(), 3.0),
    "detached in a sum": (lambda x: (x + (x * x).detach()).sum(), GRID),
    "taken out": (lambda x: x * math.exp(x.item()), 0.5),
    "data used": (lambda x: (x * Tensor(x.data)).sum(), GRID),
    "a new leaf": (lambda x: Tensor(x.numpy()).sum() + 0.0 * x.sum(), GRID),
    "under no_grad": (lambda x: _without_graph(x), 0.5),
    "a mask instead of a product": (lambda x: x * float((x * x).item()), 2.0),
    "wrong factor": (rule("w1", lambda x: x * x, lambda x, y: x), 1.5),
    "wrong sign": (rule("w2", np.cos, lambda x, y: ag.sin(x)), 0.5),
    "missing term": (rule("w3", lambda x: x * np.exp(x), lambda x, y: ag.exp(x)), 0.5),
    "off by a millionth": (rule("w4", lambda x: x * x, lambda x, y: 2.00001 * x), 1.5),
    "right at one point only": (rule("w5", lambda x: x**3, lambda x, y: 3 * x), 2.0),
    "no derivative": (rule("w6", np.tanh, lambda x, y: 0.0 * x), 0.3),
    "infinite": (rule("w7", np.sqrt, lambda x, y: x / 0.0 if isinstance(x, np.ndarray) else math.inf), 2.0),
    "not a number": (rule("w8", np.sin, lambda x, y: math.nan * x), 0.4),
    "wrong beside a kink": (rule("w9", np.abs, lambda x, y: 1.1 * ag.sign(x)), 0.01),
    "wrong slope at a kink": (rule("w10", np.abs, lambda x, y: 1.5 + 0.0 * x), 0.0),
    "wrong in one element": (rule("w11", np.sin, lambda x, y: ag.cos(x) * ag.where(x == 2.0, 0.9, 1.0)), GRID),
    "a jump": (lambda x: x + (1.0 if x > 0.5 else 0.0), 0.5),
    "wrong and small": (rule("w12", lambda x: 1e-15 * x * x, lambda x, y: 1e-15 * x), 1.5),
    "a sum that forgets the shape": (rule("w13", lambda x: x * 3.0, lambda x, y: 3.0 * ag.sign(x)), GRID),
}


def digits(x: Any) -> list[int]:
    """The binary digits of a number below 1, found by comparisons."""
    found, rest = [], 0.0
    for k in range(1, 50):
        if x >= rest + 2.0**-k:
            rest += 2.0**-k
            found.append(k)
    return found


def count(x: Any) -> float:
    """The first nine decimal digits of a number, each found by counting."""
    found = 0.0
    for k in range(1, 10):
        while x >= found + 10.0**-k:
            found += 10.0**-k
    return found


def _without_graph(x: Any) -> Any:
    with ag.no_grad():
        y = x * x
    return x + y


def test_there_are_thirty_of_each() -> None:
    assert min(len(RIGHT), len(WRONG)) >= 30


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_function_passes(name: str) -> None:
    f, at = RIGHT[name]
    assert check_gradients(f, at).ok


@pytest.mark.parametrize("name", CANCELLING)
def test_a_derivative_that_is_a_rounding_error_raises_no_alarm(name: str) -> None:
    f, at = CANCELLING[name]
    assert check_gradients(f, at, order=2).ok


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_function_fails(name: str) -> None:
    f, at = WRONG[name]
    with pytest.raises(GradientError, match="WRONG"):
        check_gradients(f, at)


def test_the_numeric_derivative_of_a_root_found_by_bisection_is_right() -> None:
    with pytest.raises(GradientError) as caught:
        check_gradients(bisection(60), 2.0)
    (row,) = caught.value.report.rows
    assert row.analytic == 0.0
    assert row.numeric == pytest.approx(0.353553, abs=1e-6)


def test_an_argument_that_changes_no_result_is_noted() -> None:
    report = check_gradients(lambda x, y, z: x * 2.0 + 0.0 * y.sum() + z["a"], 1.0, GRID, {"a": 1.0, "b": 2.0})
    assert report.notes == [
        "no result changes with x1 here: is it used, or cut off?",
        "no result changes with x2['b'] here: is it used, or cut off?",
    ]
    assert check_gradients(lambda x: ag.softmax(x, 1), GRID).notes == []
