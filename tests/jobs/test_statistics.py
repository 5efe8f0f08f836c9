"""The jobs of statisticians and people in finance: values and gradients against closed forms or differences."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, derivative, grad, hessian

from .differences import slopes
from .statistics import (
    DIED,
    FORBIDDEN,
    LOGITS,
    RATINGS,
    REWARDS,
    SEEN,
    SQUARES,
    TIMES,
    WINS,
    X,
    Y,
    call,
    chain,
    log_likelihood,
    log_survival_likelihood,
    negative_log_evidence,
    rating_likelihood,
    surrogate,
)  # fmt: skip


def test_option_greeks_to_third_order() -> None:
    s, v, years = 100.0, 0.2, 0.75
    spread = v * math.sqrt(years)
    d1 = (math.log(s / 95.0) + (0.03 + v * v / 2) * years) / spread
    d2, density = d1 - spread, math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    gamma = density / (s * spread)
    vega = s * density * math.sqrt(years)
    by_spot, by_volatility = lambda s: call(s, v), lambda v: call(s, v)
    greeks = {
        "delta": (derivative(by_spot)(s), (1 + math.erf(d1 / math.sqrt(2))) / 2),
        "gamma": (derivative(derivative(by_spot))(s), gamma),
        "speed": (derivative(derivative(derivative(by_spot)))(s), -gamma / s * (d1 / spread + 1)),
        "vega": (grad(call, 1)(s, v), vega),
        "vomma": (grad(grad(by_volatility))(v), vega * d1 * d2 / v),
        "ultima": (
            derivative(grad(grad(by_volatility)))(v),
            -vega / v**2 * (d1 * d2 * (1 - d1 * d2) + d1 * d1 + d2 * d2),
        ),
        "vanna": (derivative(lambda v: derivative(lambda s: call(s, v))(s))(v), -density * d2 / v),
        "zomma": (
            derivative(lambda v: derivative(derivative(lambda s: call(s, v)))(s))(v),
            gamma * (d1 * d2 - 1) / v,
        ),
    }
    for name, (found, want) in greeks.items():
        assert found == pytest.approx(want, rel=1e-11), name


def log_likelihood_of_all_paths(transitions: np.ndarray, emissions: np.ndarray) -> Any:
    weights = np.exp(transitions) * ~FORBIDDEN
    step = weights / weights.sum(1, keepdims=True)
    emit = np.exp(emissions) / np.exp(emissions).sum(1, keepdims=True)
    likelihood = 0.0
    for path in itertools.product(range(3), repeat=len(SEEN)):
        moves = math.prod(step[a, b] for a, b in itertools.pairwise(path))
        likelihood += (
            [0.6, 0.4, 1e-12][path[0]] * moves * math.prod(emit[k, x] for k, x in zip(path, SEEN, strict=True))
        )
    return math.log(likelihood)


def test_hidden_markov_model_with_forbidden_transitions() -> None:
    a, b = chain().values()
    assert log_likelihood(Tensor(a), Tensor(b)).item() == pytest.approx(log_likelihood_of_all_paths(a, b), rel=1e-13)
    by_a, by_b = grad(log_likelihood, (0, 1))(a, b)
    np.testing.assert_allclose(by_a, slopes(lambda a: log_likelihood_of_all_paths(a, b), a), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(by_b, slopes(lambda b: log_likelihood_of_all_paths(a, b), b), rtol=1e-6, atol=1e-8)
    assert not by_a[FORBIDDEN].any()


def test_policy_gradient() -> None:
    p = np.exp(LOGITS) / np.exp(LOGITS).sum()
    # Each action once, weighted with its probability: the expectation over all that may be sampled.
    found = grad(surrogate)(LOGITS, np.arange(3), p * REWARDS)
    np.testing.assert_allclose(found, p * (REWARDS - p @ REWARDS), rtol=1e-13)
    baseline = grad(surrogate)(LOGITS, np.arange(3), p * (REWARDS - p @ REWARDS))
    np.testing.assert_allclose(baseline, found, rtol=1e-12)

    actions = np.random.default_rng(0).choice(3, size=4000, p=p)
    sampled = grad(surrogate)(LOGITS, actions, REWARDS[actions] / len(actions))
    np.testing.assert_allclose(sampled, found, atol=0.03)


def test_survival_by_maximum_likelihood_with_censoring() -> None:
    rate = DIED.sum() / TIMES.sum()  # the estimate of an exponential distribution, whose shape is 1
    slope, _ = grad(log_survival_likelihood, (0, 1))(rate, 1.0)
    assert slope == pytest.approx(0.0, abs=1e-12)
    bend = hessian(lambda rate: log_survival_likelihood(rate, 1.0))(rate)
    assert -bend == pytest.approx(DIED.sum() / rate**2, rel=1e-12)  # the observed information

    def joint(p: Any) -> Any:
        return log_survival_likelihood(ag.exp(p[0]), ag.exp(p[1]))

    p = np.array([math.log(rate), 0.0])
    for _ in range(20):  # Newton's method, in logarithms
        p = p - ag.solve(hessian(joint)(p), grad(joint)(p))
    shape, times = math.exp(p[1]), TIMES ** math.exp(p[1])
    assert math.exp(p[0]) == pytest.approx((DIED.sum() / times.sum()) ** (1 / shape), rel=1e-10)  # known in closed form


def test_ratings_by_bradley_and_terry() -> None:
    games, r = WINS + WINS.T, RATINGS
    expected = games / (1 + np.exp(r[None, :] - r[:, None]))
    np.testing.assert_allclose(grad(rating_likelihood)(r), (WINS - expected).sum(1), rtol=1e-12)
    np.testing.assert_allclose(hessian(rating_likelihood)(r) @ np.ones(3), 0.0, atol=1e-14)  # only differences count

    for _ in range(10):  # Newton's method, with the mean of the ratings held at 0
        r = r - ag.solve(hessian(rating_likelihood)(r) - np.ones((3, 3)), grad(rating_likelihood)(r))
    expected = games / (1 + np.exp(r[None, :] - r[:, None]))
    np.testing.assert_allclose(expected.sum(1), WINS.sum(1), rtol=1e-12)  # each wins as often as expected


def test_gaussian_process_by_cholesky() -> None:
    length, noise = 0.9, 0.3
    kernel = np.exp(-0.5 * SQUARES / length**2) + noise**2 * np.eye(len(X))
    inverse = np.linalg.inv(kernel)
    rest = inverse - np.outer(inverse @ Y, inverse @ Y)
    by_length = 0.5 * np.sum(rest * np.exp(-0.5 * SQUARES / length**2) * SQUARES / length**3)
    by_noise = np.trace(rest) * noise
    found = grad(negative_log_evidence, (0, 1))(length, noise)
    np.testing.assert_allclose(found, [by_length, by_noise], rtol=1e-10)

    def joint(p: Any) -> Any:
        return negative_log_evidence(p[0], p[1])

    def by_slogdet(p: Any) -> Any:
        kernel = ag.exp(-0.5 * SQUARES / p[0] ** 2) + p[1] ** 2 * np.eye(len(X))
        evidence = ag.dot(ag.solve(kernel, Y), Y) + ag.slogdet(kernel).logabsdet
        return 0.5 * evidence + len(X) / 2 * math.log(2 * math.pi)

    p = np.array([length, noise])
    np.testing.assert_allclose(hessian(joint)(p), hessian(by_slogdet)(p), rtol=1e-9)
