"""Dimensions, indices and lists as users mistype them: the right numbers or a refusal, never the numbers of another
call."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value

A = np.arange(1.0, 7.0).reshape(2, 3)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (-1, 0), (0, 2), (1,), (), 2])
def test_a_product_goes_over_every_dimension_named(axes: Any, keep: bool) -> None:
    a = np.linspace(0.5, 1.5, 24).reshape(2, 3, 4)
    x = Tensor(a, requires_grad=True)
    expected = np.prod(a, axis=axes, keepdims=keep)
    numpys: Any = np.prod(x, axis=axes, keepdims=keep)
    for y in (x.prod(axes, keep), numpys):
        assert y.shape == expected.shape
        np.testing.assert_allclose(y.data, expected, rtol=1e-13)
    x.prod(axes).sum().backward()
    over = np.prod(a, axis=axes, keepdims=True)
    assert x.grad is not None
    np.testing.assert_allclose(x.grad, np.broadcast_to(over, a.shape) / a, rtol=1e-12)


ONE_DIMENSION: dict[str, Callable[[Any], Any]] = {
    "cumsum": lambda x: x.cumsum((0, 1)),
    "cumprod": lambda x: x.cumprod(dim=(0, 1)),
    "argmax": lambda x: x.argmax((0, 1)),
    "argmin": lambda x: x.argmin(axis=(1, 0)),
    "max": lambda x: x.max((0, 1)),
    "sort": lambda x: x.sort((0, 1)),
    "split": lambda x: x.split(1, (0, 1)),
    "chunk": lambda x: x.chunk(2, (1, 0)),
    "concatenate": lambda x: ag.cat([x, x], (0, 1)),  # type: ignore[arg-type]
    "take": lambda x: x.take([0], (0, 1)),
    "gather": lambda x: x.gather((0, 1), [[0]]),
    "transpose": lambda x: x.transpose((0, 1), 0),
    "flatten": lambda x: x.flatten((0, 1)),
}


@pytest.mark.parametrize("name", ONE_DIMENSION)
def test_several_dimensions_are_refused_where_one_is_meant(name: str) -> None:
    with pytest.raises(TypeError, match=r"along one dimension, got dim=\(.*name one"):
        ONE_DIMENSION[name](Tensor(A, requires_grad=True))


@pytest.mark.parametrize("dim", [0, -1])
def test_a_number_has_a_first_and_a_last_dimension_as_in_pytorch(dim: int) -> None:
    x = Tensor(3.0, requires_grad=True)
    assert x.sum(dim).item() == x.mean(dim).item() == x.logsumexp(dim).item() == x.prod(dim).item() == 3.0
    with pytest.raises(IndexError, match="over dim=1"):
        x.sum(1)
    with pytest.raises(IndexError, match="over dim=-2"):
        x.sum(-2)


def test_a_variance_of_too_few_numbers_is_inf_or_nan_and_not_below_zero() -> None:
    x = Tensor(A, requires_grad=True)
    assert x.var(correction=6).item() == x.var(correction=10).item() == np.inf
    assert np.isnan(Tensor(np.zeros((0, 3)), requires_grad=True).std().item())


def test_an_empty_list_is_an_index_that_takes_nothing() -> None:
    x = Tensor(A, requires_grad=True)
    assert x[[]].shape == A[[]].shape == (0, 3)
    x[:, []].sum().backward()
    np.testing.assert_array_equal(x.grad, np.zeros((2, 3)))
    with pytest.raises(IndexError, match="integers or bools"):
        x[np.array([])]


def test_numpys_clip_is_called_by_its_own_names() -> None:
    x = Tensor(A, requires_grad=True)
    clip: Any = np.clip
    for y in (clip(x, 2, 3), clip(x, a_min=2, a_max=3), clip(x, min=2, max=3)):
        np.testing.assert_array_equal(y.data, np.clip(A, 2, 3))
    assert clip(Value(5.0), None, 3).data == 3.0
