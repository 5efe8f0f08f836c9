"""Ops of a user's own: what their functions return may be anything, and is looked at."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, Value, op
from autograd.engine.op import OPS, Op

KEPT = np.array([1.0, 2.0, 3.0])


def same(x: Any) -> Any:
    return x


def on(g: Any, y: Any, x: Any) -> Any:
    return g


@pytest.fixture
def define() -> Iterator[Callable[..., Op]]:
    """Ops that are gone after the test."""
    before = set(OPS)
    yield lambda array, *rules, **how: op("own", same, array, *rules, **how)
    for name in OPS.keys() - before:
        del OPS[name]


def leaf(requires_grad: bool = True) -> Tensor:
    return Tensor([1.0, 2.0, 3.0], requires_grad=requires_grad)


def test_a_gradient_is_no_array_that_a_rule_keeps(define: Callable[..., Op]) -> None:
    x = leaf()
    define(same, lambda g, y, x: KEPT)(x).sum().backward()
    assert x.grad is not None
    x.grad *= 10.0
    assert KEPT.tolist() == [1.0, 2.0, 3.0]


def test_a_gradient_is_not_the_data_that_a_rule_hands_on(define: Callable[..., Op]) -> None:
    x, c = leaf(), leaf(requires_grad=False)
    define(lambda a, b: a * b, lambda g, y, a, b: b, lambda g, y, a, b: a)(x, c).sum().backward()
    assert x.grad is not None
    x.grad *= 10.0
    assert c.data.tolist() == [1.0, 2.0, 3.0]


def test_a_result_is_not_the_array_that_was_handed_in(define: Callable[..., Op]) -> None:
    own = define(lambda a, b: a, lambda g, y, a, b: g, lambda g, y, a, b: 0.0)
    given, c = np.array([1.0, 2.0, 3.0]), leaf(requires_grad=False)
    for first, second in ((given, leaf()), (given, leaf(requires_grad=False)), (c, leaf()), (c, c)):
        own(first, second).data[0] = 100.0
    assert given.tolist() == c.data.tolist() == [1.0, 2.0, 3.0]


def test_a_copy_that_wants_no_gradient_is_not_its_original() -> None:
    c = leaf(requires_grad=False)
    OPS["identity"](c).data[0] = 100.0
    assert c.data.tolist() == [1.0, 2.0, 3.0]


def test_integers_and_bools_from_an_array_function_are_floats_where_a_gradient_flows(define: Callable[..., Op]) -> None:
    x = Tensor([-1.0, 2.0], requires_grad=True, dtype="float32")
    y = define(lambda x: x > 0, on)(x)
    assert y.dtype == np.float32
    (y * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3.0, 3.0]


WRONG: dict[str, Any] = {
    "None": None,
    "text": "1.0",
    "objects": np.array([object()] * 3),
    "complex numbers": np.array([1j] * 3),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("requires_grad", [True, False])
def test_an_array_function_that_gives_no_real_numbers_is_refused_by_name(
    define: Callable[..., Op], what: str, requires_grad: bool
) -> None:
    with pytest.raises(TypeError, match=r"the array function of own gave .*, expected real numbers"):
        define(lambda x: WRONG[what], on)(leaf(requires_grad))


@pytest.mark.parametrize("what", WRONG)
def test_a_rule_that_gives_no_real_numbers_is_refused_by_name(define: Callable[..., Op], what: str) -> None:
    x = leaf()
    with pytest.raises(TypeError, match=r"a rule of own gave .*, expected real numbers"):
        define(same, lambda g, y, x: WRONG[what])(x).sum().backward()
    assert x.grad is None


@pytest.mark.parametrize(("wrong", "got"), [(None, "None"), ("1", "str"), ([1.0], "list"), (1j, "complex")])
def test_a_rule_on_values_that_gives_no_number_is_named(wrong: Any, got: str) -> None:
    x = Value(2.0)
    own = op("own", lambda x: x, lambda x: x, lambda g, y, x: wrong)
    try:
        with pytest.raises(TypeError, match=f"a rule of own gives one real number, got {got}"):
            own(x).backward()
    finally:
        del OPS["own"]
    assert x.grad is None
