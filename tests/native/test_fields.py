"""The attributes of a node that has been recorded may be set again, and any Python code may run in between."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, tanh


class Last:
    """Calls a function when it is freed."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.function = function

    def __del__(self) -> None:
        self.function()


def product(then: Callable[[Any], object]) -> Any:
    """Return the product of two Values, to which something was done."""
    y = Value(2.0) * Value(3.0)
    then(y)
    return y


CHANGED: dict[str, tuple[Callable[[Any], object], list[float]]] = {
    "no inputs": (lambda y: setattr(y, "inputs", ()), []),
    "one input": (lambda y: setattr(y, "inputs", (Value(5.0),)), [5.0]),
    "its own inputs": (lambda y: setattr(y, "inputs", y.inputs), [2.0, 3.0]),
    "more inputs": (lambda y: setattr(y, "inputs", y.inputs * 2), [2.0, 3.0, 2.0, 3.0]),
    "a list of inputs": (lambda y: setattr(y, "inputs", [Value(5.0)]), [5.0]),
    "no op": (lambda y: setattr(y, "op", None), [2.0, 3.0]),
    "another op": (lambda y: setattr(y, "op", tanh), [2.0, 3.0]),
    "made a leaf": (lambda y: y.__init__(7.0), []),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_node_has_the_inputs_that_it_was_given(name: str) -> None:
    then, inputs = CHANGED[name]
    assert [i.data for i in product(then).inputs] == inputs


def test_a_node_without_op_passes_no_gradient_on() -> None:
    a = Value(2.0)
    y: Any = a * 3.0
    y.op = None
    (y * 2.0).backward()
    assert (y.grad, a.grad) == (2.0, None)


@pytest.mark.parametrize("new", [(), (Value(5.0),), (Value(5.0), Value(6.0)), [Value(5.0)]], ids=repr)
def test_inputs_may_be_read_and_set_while_the_former_ones_are_freed(new: Any) -> None:
    for again in ([], [Value(7.0)] * 1000):
        a = Value(2.0)
        y: Any = a * Value(3.0)
        found: list[Any] = []

        def last(y: Any = y, found: list[Any] = found, again: list[Value] = again) -> None:
            found.extend(y.inputs)
            y.inputs = tuple(again)

        a.grad = Last(last)
        del a
        y.inputs = new
        assert found == list(new)
        assert list(y.inputs) == again


def test_op_may_be_read_while_the_former_one_is_freed() -> None:
    for new in (None, tanh):
        found: list[Any] = []
        y: Any = Value(2.0) * 3.0

        def last(y: Any = y, found: list[Any] = found) -> None:
            found.append(y.op)

        y.op = Last(last)
        y.op = new
        assert found == [new]


def test_the_collector_may_set_inputs_while_they_are_read() -> None:
    x = Value(1.0)
    y: Any = x * x
    counts = itertools.cycle((50, 1, 70, 2))
    before = gc.get_threshold()
    try:
        for _ in range(20):
            gc.disable()
            cycle: list[Any] = [Last(lambda: setattr(y, "inputs", (x,) * next(counts)))]
            cycle.append(cycle)
            del cycle
            gc.set_threshold(1)
            gc.enable()  # the next tuple starts it
            assert set(y.inputs) == {x}
    finally:
        gc.enable()
        gc.set_threshold(*before)


def test_a_value_that_was_refused_data_is_as_before() -> None:
    x = (Value(2.0) * 3.0).detach()
    for wrong in (Value(9.0), 10**400, "9"):
        with pytest.raises((TypeError, ValueError)):
            x.__init__(wrong)  # type: ignore[arg-type]
        assert (x.data, x.requires_grad) == (6.0, False)


def test_no_subclass_of_a_value_gives_a_wrong_number() -> None:
    class Lenient:
        def __init_subclass__(cls) -> None:
            """Let Value, the next base, not know of it."""

    own: Any = type("Own", (Lenient, Value), {})
    with pytest.raises(TypeError):
        own(3.0) + 1.0
