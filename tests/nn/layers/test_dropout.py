"""Dropout: probability, seeds, evaluation mode, edge cases."""

import math

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor
from nn import functional as F

X = np.random.default_rng(0).normal(size=(6, 4))


def test_dropout_zeroes_with_its_probability_keeps_the_mean_and_is_off_in_evaluation() -> None:
    ag.manual_seed(0)
    drop, x = nn.Dropout(0.3), ag.ones(100, 100, requires_grad=True)
    y = drop(x)
    assert set(np.unique(y.data)) == {0.0, 1 / 0.7}
    assert abs((y.numpy() == 0).mean() - 0.3) < 0.03
    y.sum().backward()
    assert x.grad is not None
    assert (x.grad == y.numpy()).all()
    assert drop.eval()(x) is x


def test_dropout_is_reproducible_by_seed_and_differs_between_calls() -> None:
    x = ag.ones(50)
    ag.manual_seed(1)
    first, second = F.dropout(x).tolist(), F.dropout(x).tolist()
    ag.manual_seed(1)
    assert F.dropout(x).tolist() == first != second
    assert (
        F.dropout(x, generator=np.random.default_rng(2)).tolist()
        == F.dropout(x, generator=np.random.default_rng(2)).tolist()
    )


def test_dropout_with_p_1_gives_zeros_even_for_inf_and_nan() -> None:
    x = Tensor([1.0, math.inf, -math.inf, math.nan], requires_grad=True)
    y = nn.Dropout(1.0)(x)
    assert y.tolist() == [0.0] * 4
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0] * 4


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_dropout_refuses_a_p_that_is_no_probability(p: float) -> None:
    with pytest.raises(ValueError, match="a probability from 0 to 1"):
        nn.Dropout(p)
    with pytest.raises(ValueError, match="a probability from 0 to 1"):
        F.dropout(Tensor(X), p)
