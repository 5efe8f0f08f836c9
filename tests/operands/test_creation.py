"""Functions that make Tensors: sizes, dtypes, seeds, and the arguments that they refuse."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor

a: Any = autograd  # untyped, because mypy would refuse the wrong arguments below
ROOT = Path(__file__).resolve().parents[1]
SIZED = [autograd.zeros, autograd.ones, autograd.rand, autograd.randn]
RANDOM: dict[str, Any] = {
    "rand": lambda **k: autograd.rand(3, 4, **k),
    "randn": lambda **k: autograd.randn(3, 4, **k),
    "randint": lambda **k: autograd.randint(0, 1000, (3, 4), **k),
    "randperm": lambda **k: autograd.randperm(12, **k),
}


@pytest.mark.parametrize("make", SIZED, ids=lambda make: make.__name__)
@pytest.mark.parametrize("size", [(), (0,), (3,), (2, 3), (2, 0, 1)])
def test_a_size_is_given_as_numbers_or_as_one_tuple(make: Any, size: tuple[int, ...]) -> None:
    assert make(size).shape == make(list(size)).shape == size
    if size:
        assert make(*size).shape == make(*map(np.int64, size)).shape == size
    for dtype in (np.float16, np.float32, np.float64):
        x = make(size, dtype=dtype, requires_grad=True)
        assert (x.dtype, x.requires_grad, x.is_leaf) == (dtype, True, True)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: autograd.zeros(2), np.zeros(2)),
        (lambda: autograd.ones(2, dtype=int), np.ones(2, int)),
        (lambda: autograd.full((2, 2), 3), np.full((2, 2), 3)),
        (lambda: autograd.full(2, 3.5), np.full(2, 3.5)),
        (lambda: autograd.full(2, True), np.full(2, True)),
        (lambda: autograd.full((), 3, dtype=np.float32), np.float32(3)),
        (lambda: autograd.eye(2), np.eye(2)),
        (lambda: autograd.eye(2, 3, dtype=bool), np.eye(2, 3, dtype=bool)),
        (lambda: autograd.arange(4), np.arange(4)),
        (lambda: autograd.arange(5, 0, -2), np.arange(5, 0, -2)),
        (lambda: autograd.arange(3, 3), np.arange(0)),
        (lambda: autograd.arange(4.0), np.arange(4.0)),
        (lambda: autograd.arange(0, 1, 0.1), np.arange(10) * 0.1),
        (lambda: autograd.arange(4, dtype=np.float16), np.arange(4, dtype=np.float16)),
        (lambda: autograd.linspace(-1, 1, 5), np.linspace(-1, 1, 5)),
        (lambda: autograd.linspace(0, 1, 0), np.zeros(0)),
        (lambda: autograd.linspace(2, 3, 1, dtype=np.float32), np.array([2], np.float32)),
        (lambda: autograd.zeros_like(Tensor([[1, 2]])), np.zeros((1, 2), int)),
        (lambda: autograd.ones_like(np.array([1, 2], np.float32)), np.array([1, 1], np.float32)),
        (lambda: autograd.ones_like(Tensor([1, 2]), dtype=float), np.ones(2)),
        (lambda: np.zeros_like(Tensor([1.0, 2.0])), np.zeros(2)),
    ],
)
def test_constants_and_ranges_match_numpy(made: Any, expected: np.ndarray) -> None:
    x = made()
    assert type(x) is Tensor
    assert (x.dtype, x.shape, x.requires_grad) == (expected.dtype, expected.shape, False)
    np.testing.assert_array_equal(x.numpy(), expected)


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_gives_the_same_bits_with_the_default_generator_and_with_a_given_one(name: str) -> None:
    draw = RANDOM[name]
    first = autograd.manual_seed(7)
    assert first is autograd.default_generator()
    one, two = draw(), draw()
    assert one.tolist() != two.tolist()
    autograd.manual_seed(7)
    assert draw().tolist() == one.tolist()
    before = autograd.default_generator().bit_generator.state
    assert draw(generator=np.random.Generator(np.random.PCG64(7))).tolist() == one.tolist()
    assert autograd.default_generator().bit_generator.state == before  # the default one has not moved


def test_a_seed_gives_the_same_bits_in_every_process() -> None:
    code = (
        "import autograd as a; a.manual_seed(3);"
        "print([x.numpy().tobytes().hex() for x in (a.rand(3), a.randn(3), a.randint(9, (3,)), a.randperm(5))])"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_uniform_numbers_stay_below_one_in_every_dtype(dtype: Any) -> None:
    class Highest(np.random.Generator):
        def random(self, size: Any) -> Any:  # type: ignore[override]
            return np.full(size, 1 - 2.0**-53)

    x = autograd.rand(2, dtype=dtype, generator=Highest(np.random.PCG64(0)))
    assert x.dtype == dtype
    assert x.tolist() == [1 - float(np.finfo(dtype).epsneg)] * 2


def test_random_numbers_have_the_distribution_they_are_named_for() -> None:
    g = np.random.default_rng(0)
    u, n = autograd.rand(20000, generator=g).numpy(), autograd.randn(20000, generator=g).numpy()
    i, p = autograd.randint(-2, 3, (5000,), generator=g).numpy(), autograd.randperm(100, generator=g).numpy()
    assert (u >= 0).all()
    assert (u < 1).all()
    assert u.mean() == pytest.approx(0.5, abs=0.01)
    assert n.mean() == pytest.approx(0, abs=0.03)
    assert n.std() == pytest.approx(1, abs=0.03)
    assert sorted(set(i.tolist())) == [-2, -1, 0, 1, 2]
    assert sorted(p.tolist()) == list(range(100))
    assert autograd.randint(2, (3, 1)).shape == (3, 1)


def test_floats_are_made_in_the_default_dtype() -> None:
    autograd.set_default_dtype(np.float32)
    try:
        for x in (
            *(make(2) for make in SIZED),
            autograd.full(2, 1.0),
            autograd.eye(2),
            autograd.arange(2.0),
            autograd.linspace(0, 1, 2),
        ):
            assert x.dtype == np.float32
        assert autograd.arange(2).dtype == np.int64
    finally:
        autograd.set_default_dtype(np.float64)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: a.zeros(), TypeError, r"needs a size: zeros\(2, 3\)"),
        (lambda: a.zeros(2.5), TypeError, "zeros takes the lengths of dimensions, integers, got float: 2.5"),
        (lambda: a.randn("ab"), TypeError, "integers, got str: 'ab'"),
        (lambda: a.rand(2, -1), ValueError, r"\(2, -1\); expected no negative length"),
        (lambda: a.ones(2, dtype=complex), TypeError, "complex128"),
        (lambda: a.ones(2, dtype=int, requires_grad=True), TypeError, "only floats have gradients"),
        (lambda: a.arange(3, requires_grad=True), TypeError, "only floats have gradients"),
        (lambda: a.randn(2, dtype=int), TypeError, "float16, float32 or float64"),
        (lambda: a.full(2, [1.0, 2.0]), ValueError, r"one number to fill with, got an array of shape \(2,\)"),
        (lambda: a.arange(3, 0), ValueError, "from 3 in steps of 1 does not reach 0"),
        (lambda: a.arange(0, 1, 0), ValueError, "in steps of 0 does not reach 1; give a step towards"),
        (lambda: a.arange("a"), TypeError, "takes numbers, got str"),
        (lambda: a.linspace(0, np.inf, 3), ValueError, "end=inf"),
        (lambda: a.linspace(0, 1, -1), ValueError, "steps=-1; expected 0 or more"),
        (lambda: a.eye(2.5), TypeError, "eye takes an integer as n, got float: 2.5"),
        (lambda: a.eye(2, -1), ValueError, "m=-1; expected 0 or more"),
        (lambda: a.randint(3), TypeError, "randint needs a size"),
        (lambda: a.randint(3, 3, (2,)), ValueError, "from 3 to below 3"),
        (lambda: a.randint(0.5, (2,)), TypeError, "integers as low and high, got float: 0.5"),
        (lambda: a.rand(2, generator=3), TypeError, "numpy.random.Generator, got int"),
        (lambda: a.manual_seed(-1), ValueError, "from 0 on, got -1"),
        (lambda: a.manual_seed("a"), ValueError, "from 0 on"),
        (lambda: a.zeros_like(a.Value(1.0)), TypeError, "zeros_like takes"),
    ],
)
def test_wrong_arguments_are_refused_by_name(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        make()
