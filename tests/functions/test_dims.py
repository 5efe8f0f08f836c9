"""Dims and axes, given by PyTorch's and by NumPy's names: the result is right or the call is refused."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value

A = np.arange(1.0, 7.0).reshape(2, 3)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (-1, 0), (0, 2), (1,), (), 2])
def test_prod_reduces_every_dimension_named(axes: Any, keep: bool) -> None:
    a = np.linspace(0.5, 1.5, 24).reshape(2, 3, 4)
    x = Tensor(a, requires_grad=True)
    expected = np.prod(a, axis=axes, keepdims=keep)
    by_numpy: Any = np.prod(x, axis=axes, keepdims=keep)
    for y in (x.prod(axes, keep), by_numpy):
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
    "softmax": lambda x: x.softmax(dim=(0, 1)),
    "log_softmax": lambda x: x.log_softmax(axis=(0, 1)),
    "flatten": lambda x: x.flatten((0, 1)),
}


@pytest.mark.parametrize("name", ONE_DIMENSION)
def test_several_dimensions_are_refused_where_one_is_expected(name: str) -> None:
    with pytest.raises(TypeError, match=r"along one dimension, got dim=\(.*name one"):
        ONE_DIMENSION[name](Tensor(A, requires_grad=True))


# fmt: off
KEEPING = (
    "sum", "mean", "var", "std", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "all", "any", "norm",
    "logsumexp",
)
ALONG = ("cumsum", "cumprod", "sort", "softmax", "log_softmax", "squeeze", "unsqueeze")
# fmt: on

# Functions that take a dimension by either name, called with their other arguments. The dims 0 and -1 are the defaults
# of some of them, and must be refused beside an axis all the same.
BOTH: dict[str, Callable[..., Any]] = {
    **{name: getattr(ag, name) for name in (*KEEPING, *ALONG)},
    **{name: lambda x, name=name, **k: getattr(ag, name)([x, x], **k) for name in ("cat", "concatenate", "stack")},
    "cross_entropy": lambda x, **k: ag.cross_entropy(x, [0, 1], **k),
    "cross": lambda x, **k: ag.cross(x, x, **k),
    "stack of Values": lambda x, **k: ag.stack([Value(1.0), Value(2.0)], **k),
    "split": lambda x, **k: ag.split(x, 1, **k),
    "chunk": lambda x, **k: ag.chunk(x, 2, **k),
    "take": lambda x, **k: ag.take(x, [0], **k),
    "flip": lambda x, dim, axis: ag.flip(x, dim, axis=axis),
    "roll": lambda x, dim, axis: ag.roll(x, 1, dim, axis=axis),
}


@pytest.mark.parametrize("dim", [0, -1])
@pytest.mark.parametrize("name", BOTH)
def test_a_dimension_given_by_both_names_is_refused(name: str, dim: int) -> None:
    for x in (Tensor(A, requires_grad=True), A):
        with pytest.raises(TypeError, match="got both dim and axis, which mean the same; give one"):
            BOTH[name](x, dim=dim, axis=0)


def test_the_table_has_every_function_that_takes_a_dimension_by_either_name() -> None:
    both = {name for name, f in vars(ag).items() if inspect.isfunction(f) and "axis" in inspect.signature(f).parameters}
    assert both - set(BOTH) == set()


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("name", KEEPING)
def test_keepdim_and_keepdims_that_differ_are_refused(name: str, keep: bool) -> None:
    x = Tensor(A, requires_grad=True)
    for function in (getattr(ag, name), lambda x, **k: getattr(x, name)(**k)):
        with pytest.raises(TypeError, match=f"got keepdim={keep} and keepdims={not keep}, which mean the same"):
            function(x, dim=1, keepdim=keep, keepdims=not keep)
        for options in ({"keepdim": keep}, {"keepdims": keep}, {"keepdim": keep, "keepdims": keep}):
            found = function(x, dim=1, **options)
            assert np.ndim(found[0] if name in ("max", "min") else found) == 1 + keep


def test_a_correction_given_by_several_names_is_refused() -> None:
    x = Tensor(A)
    for function in (ag.var, ag.std, lambda x, **k: x.var(**k)):
        with pytest.raises(TypeError, match="several of correction, unbiased and ddof, which mean the same; give one"):
            function(x, correction=1, ddof=0)
        with pytest.raises(TypeError, match="several of"):
            function(x, unbiased=True, ddof=1)


@pytest.mark.parametrize("dim", [0, -1])
def test_a_tensor_without_dimensions_accepts_the_first_and_the_last_dim_as_in_pytorch(dim: int) -> None:
    x = Tensor(3.0, requires_grad=True)
    assert x.sum(dim).item() == x.mean(dim).item() == x.logsumexp(dim).item() == x.prod(dim).item() == 3.0
    with pytest.raises(IndexError, match="over dim=1"):
        x.sum(1)
    with pytest.raises(IndexError, match="over dim=-2"):
        x.sum(-2)


def test_a_variance_of_too_few_elements_is_inf_or_nan_and_not_negative() -> None:
    x = Tensor(A, requires_grad=True)
    assert x.var(correction=6).item() == x.var(correction=10).item() == np.inf
    assert np.isnan(Tensor(np.zeros((0, 3)), requires_grad=True).std().item())


def test_an_empty_list_as_index_selects_nothing() -> None:
    x = Tensor(A, requires_grad=True)
    assert x[[]].shape == A[[]].shape == (0, 3)
    x[:, []].sum().backward()
    np.testing.assert_array_equal(x.grad, np.zeros((2, 3)))
    with pytest.raises(IndexError, match="integers or bools"):
        x[np.array([])]


def test_numpy_clip_accepts_its_own_argument_names() -> None:
    x = Tensor(A, requires_grad=True)
    clip: Any = np.clip
    for y in (clip(x, 2, 3), clip(x, a_min=2, a_max=3), clip(x, min=2, max=3)):
        np.testing.assert_array_equal(y.data, np.clip(A, 2, 3))
    assert clip(Value(5.0), None, 3).data == 3.0
