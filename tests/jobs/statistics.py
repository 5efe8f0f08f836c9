"""Jobs of statisticians and people in finance, written as they would write them.

`test_statistics.py` tests their values and gradients, `test_graphs.py` their graphs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag

from .job import Job

# --- option Greeks: a European call by Black and Scholes, to third order ---


def call(spot: Any, volatility: Any, strike: float = 95.0, rate: float = 0.03, years: float = 0.75) -> Any:
    spread = volatility * math.sqrt(years)
    d1 = (ag.log(spot / strike) + (rate + volatility * volatility / 2) * years) / spread
    return spot * ag.normal_cdf(d1) - strike * math.exp(-rate * years) * ag.normal_cdf(d1 - spread)


# --- a hidden Markov model from left to right: transitions back are forbidden, their logarithm is -inf ---

FORBIDDEN = np.array([[0, 0, 1], [1, 0, 0], [1, 1, 0]], bool)

SEEN = [0, 1, 1, 0, 1]


def log_likelihood(transitions: Any, emissions: Any) -> Any:
    """Return the log-likelihood of SEEN by the forward algorithm; the first state is one of the first two."""
    step = ag.log_softmax(ag.masked_fill(transitions, FORBIDDEN, -math.inf), 1)
    emit = ag.log_softmax(emissions, 1)
    state = np.log([0.6, 0.4, 1e-12]) + emit[:, SEEN[0]]
    for symbol in SEEN[1:]:
        state = ag.logsumexp(ag.unsqueeze(state, 1) + step, 0) + emit[:, symbol]
    return ag.logsumexp(state)


def chain() -> dict[str, np.ndarray]:
    """Return the unnormalized logarithms of the probabilities of transitions and emissions."""
    rng = np.random.default_rng(1)
    return {"transitions": rng.normal(size=(3, 3)), "emissions": rng.normal(size=(3, 2))}


# --- policy gradient: the expected reward of a choice among three ---

REWARDS = np.array([1.0, 0.2, -0.5])
LOGITS = np.array([0.1, -0.3, 0.4])


def surrogate(logits: Any, actions: np.ndarray, weights: np.ndarray) -> Any:
    """Return the sum of weight * log(probability) of the actions taken; its gradient is that of the reward."""
    return ag.sum(ag.log_softmax(logits, 0)[actions] * weights)


# --- survival times, some of them censored: the Weibull distribution by maximum likelihood ---

TIMES = np.array([1.2, 3.4, 2.2, 5.0, 0.7, 4.1, 5.0])

DIED = np.array([1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0])


def log_survival_likelihood(rate: Any, shape: Any) -> Any:
    """Return the log-likelihood: the log hazard of those who died, less the accumulated hazard of all."""
    hazard = ag.log(shape) + ag.log(rate) + (shape - 1.0) * ag.log(rate * TIMES)
    return ag.sum(DIED * hazard) - ag.sum(ag.pow(rate * TIMES, shape))


# --- ratings from the results of games, by Bradley and Terry ---

WINS = np.array([[0, 3, 2], [1, 0, 4], [1, 1, 0]])
RATINGS = np.array([0.3, 0.1, -0.4])


def rating_likelihood(ratings: Any) -> Any:
    return ag.sum(ag.log_sigmoid(ag.unsqueeze(ratings, 1) - ag.unsqueeze(ratings, 0)) * WINS)


# --- a Gaussian process: the marginal likelihood by a Cholesky decomposition ---

X, Y = np.linspace(0.0, 3.0, 6), np.sin(np.linspace(0.0, 3.0, 6))

SQUARES = (X[:, None] - X[None, :]) ** 2


def negative_log_evidence(length: Any, noise: Any) -> Any:
    kernel = ag.exp(-0.5 * SQUARES / length**2) + noise**2 * np.eye(len(X))
    factor = ag.cholesky(kernel)
    white = ag.solve(factor, Y)
    return 0.5 * ag.sum(white**2) + ag.sum(ag.log(ag.diag(factor))) + len(X) / 2 * math.log(2 * math.pi)


# --- all of them, with the numbers they are looked at with ---

JOBS = {
    "option Greeks": Job(call, {"spot": 100.0, "volatility": 0.2}),
    "HMM with forbidden transitions": Job(log_likelihood, chain()),
    "policy gradient": Job(lambda logits: surrogate(logits, np.arange(3), REWARDS / 3), {"logits": LOGITS}),
    "survival with censoring": Job(log_survival_likelihood, {"rate": 0.3, "shape": 1.2}),
    "ratings by Bradley-Terry": Job(rating_likelihood, {"ratings": RATINGS}),
    "Gaussian process by Cholesky": Job(negative_log_evidence, {"length": 0.9, "noise": 0.3}),
}
