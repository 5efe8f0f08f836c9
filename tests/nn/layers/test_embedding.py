"""Embedding: lookup, gradients, padding, pretrained rows."""

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor


def test_an_embedding_returns_rows_and_adds_the_gradients_of_repeated_ones() -> None:
    table = nn.Embedding(3, 2)
    table([0, 2, 2]).sum().backward()
    assert table.weight.grad is not None
    assert table.weight.grad.tolist() == [[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]


def test_the_padding_row_is_zero_and_gets_no_gradient() -> None:
    table = nn.Embedding(3, 2, padding_idx=-1)
    assert table.padding_idx == 2
    assert table([2]).tolist() == [[0.0, 0.0]]
    table(Tensor([0, 2, 2])).sum().backward()
    assert table.weight.grad is not None
    assert table.weight.grad.tolist() == [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("places", "error", "complaint"),
    [
        ([3], IndexError, "rows 0 to 2, got 3"),
        ([-1], IndexError, "rows 0 to 2, got -1"),
        ([0.0], TypeError, "takes integers, got float64"),
    ],
)
def test_an_embedding_refuses_indices_that_are_out_of_range_or_not_integers(
    places: Any, error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        nn.Embedding(3, 2)(places)


def test_an_embedding_from_pretrained_rows_is_frozen_by_default() -> None:
    rows = np.arange(6.0, dtype=np.float32).reshape(3, 2)
    fixed, free = nn.Embedding.from_pretrained(Tensor(rows)), nn.Embedding.from_pretrained(rows, freeze=False)
    assert fixed([2, 0]).tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert (fixed.weight.requires_grad, free.weight.requires_grad, free.weight.dtype) == (False, True, np.float32)
    assert list(fixed.state_dict()) == ["weight"]
    with pytest.raises(ValueError, match=r"two dimensions, got shape \(3,\)"):
        nn.Embedding.from_pretrained([1.0, 2.0, 3.0])
