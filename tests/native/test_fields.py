"""How a node was computed is read and not set; the other attributes are set, and any Python code may run in between."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, clip, digamma, tanh

compiled = pytest.mark.skipif(not autograd.__compiled__, reason="in the pure engine these are plain slots")


class Last:
    """Calls a function when it is freed."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.function = function

    def __del__(self) -> None:
        self.function()


def product() -> Any:
    return Value(2.0) * Value(3.0)


@compiled
@pytest.mark.parametrize(("name", "new"), [("op", None), ("op", tanh), ("inputs", ()), ("params", {}), ("_index", -1)])
def test_how_a_node_was_computed_is_read_and_not_set(name: str, new: Any) -> None:
    for y in (Value(2.0), Value(2.0) * 3.0, clip(Value(2.0), 0, 1), digamma(Value(2.0))):
        before = getattr(y, name)
        with pytest.raises(AttributeError, match=f"the {name} of a Value is read and not set; compute a new one"):
            setattr(y, name, new)
        with pytest.raises(AttributeError, match=f"the {name} of a Value cannot be deleted"):
            delattr(y, name)
        with pytest.raises(AttributeError):
            vars(Value)[name].__set__(y, new)
        assert getattr(y, name) == before


@compiled
@pytest.mark.parametrize("name", ["data", "grad", "label", "_data", "_grad", "_changed"])
def test_an_attribute_that_is_set_is_not_deleted(name: str) -> None:
    y = product()
    y.backward()
    before = getattr(y, name)
    with pytest.raises(AttributeError, match=f"the {name} of a Value cannot be deleted; set a `grad` to None"):
        delattr(y, name)
    assert getattr(y, name) == before
    try:
        vars(Value)[name].__delete__(y)
    except (TypeError, SystemError):
        assert getattr(y, name) == before
    else:
        assert getattr(y, name) in (None, "")


@compiled
@pytest.mark.parametrize("made", [lambda: Value(2.0), product, lambda: product().detach()])
def test_a_node_is_filled_once(made: Callable[[], Any]) -> None:
    y = made()
    before = (y.data, y.op, y.inputs, y.requires_grad)
    with pytest.raises(TypeError, match="a Value is filled once; make a new one"):
        y.__init__(7.0)
    with pytest.raises(TypeError, match="a Value is filled once; make a new one"):
        y._fill(7.0, tanh, (Value(1.0),), {}, "", 1)
    assert (y.data, y.op, y.inputs, y.requires_grad) == before


@compiled
def test_a_node_may_be_filled_by_what_it_is_filled_with() -> None:
    y: Any = Value.__new__(Value)

    class Filling:
        def __float__(self) -> float:
            y._fill(7.0, tanh, (Value(1.0),), {}, "inner", 1)
            return 8.0

    with pytest.raises(TypeError, match="a Value is filled once"):
        y._fill(Filling(), None, (), {}, "outer", 2)
    assert (y.data, y.op, y.label) == (7.0, tanh, "inner")


@compiled
def test_a_label_that_was_set_before_a_node_is_filled_is_freed() -> None:
    found: list[str] = []
    y: Any = Value.__new__(Value)
    y.label = Last(lambda: found.append(y.label))
    y._fill(7.0, None, (), {}, "label", 1)
    assert found == ["label"]


@pytest.mark.parametrize("name", ["label", "grad"])
def test_an_attribute_may_be_read_and_set_while_the_former_one_is_freed(name: str) -> None:
    for new in (None, 1.0, 0, "new"):
        for again in ("again", 2.0, None):
            found: list[Any] = []
            y = product()

            def last(y: Any = y, found: list[Any] = found, again: Any = again) -> None:
                found.append(getattr(y, name))
                setattr(y, name, again)

            setattr(y, name, Last(last))
            setattr(y, name, new)
            assert found == [new]
            assert getattr(y, name) == again


@pytest.mark.parametrize("given", [0, 7, True, -0.0, np.float64(0.5)])
def test_a_gradient_that_is_set_to_a_number_is_a_float(given: Any) -> None:
    x = Value(2.0)
    x.grad = given
    assert (type(x.grad), repr(x.grad)) == (float, repr(float(given)))


@pytest.mark.parametrize("given", [10**400, Fraction(1, 3), "text"])
def test_a_gradient_that_is_set_to_anything_else_is_kept(given: Any) -> None:
    x = Value(2.0)
    x.grad = given
    assert x.grad is given


def change(y: Any, label: str) -> None:
    y.label = label
    assert [i.data for i in y.inputs] == [1.0, 2.0]
    y.data = 3.0


def test_the_collector_may_change_a_node_while_its_inputs_are_read() -> None:
    before = gc.get_threshold()
    x = Value(1.0)
    try:
        for k in range(20):
            gc.disable()
            y: Any = x * 2.0
            cycle: list[Any] = [Last(functools.partial(change, y, f"y{k}"))]
            cycle.append(cycle)
            del cycle
            gc.set_threshold(1)
            gc.enable()  # the next tuple starts it
            assert [i.data for i in y.inputs] == [1.0, 2.0]
            gc.collect()
            assert (y.label, y.data) == (f"y{k}", 3.0)
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
