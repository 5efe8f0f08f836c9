"""The notes of modules' calls: what is noted, what is not, and that nothing is kept alive or grows."""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Value, enable_grad, no_grad
from autograd.engine import calls
from autograd.engine.calls import Call, calls_between
from autograd.engine.node import created
from nn import MLP, Module, Neuron


class Function(Module):
    """A module that calls a function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def noted(work: Callable[[], object]) -> list[Call]:
    start = next(created)
    work()
    return calls_between(start, next(created))


def test_a_call_notes_where_its_nodes_stand_in_creation_order() -> None:
    x = Value(2.0)
    square, twice = Function(lambda x: x * x), Function(lambda x: x + x)
    y, z = square(x), twice(x)
    first, second = calls_between(x._index, next(created))
    assert (first.module, second.module) == (square, twice)
    assert first.start < y._index < first.end < second.start < z._index < second.end


def test_calls_nest_as_the_modules_called_each_other() -> None:
    net = MLP(2, [2, 1])
    found = noted(lambda: net([1.0, 2.0]))
    first, last = net.layers
    assert [call.module for call in found] == [net, first, *first.neurons, last, *last.neurons]
    assert all(found[0].start <= call.start < call.end <= found[0].end for call in found)


def test_a_module_that_calls_itself_is_noted_at_each_depth() -> None:
    halves = Function(lambda x, depth: halves(x, depth - 1) + halves(x, depth - 1) if depth else x * x)
    found = noted(lambda: halves(Value(1.0), 2))
    assert [call.module for call in found] == [halves] * 7
    assert [sum(o.start < c.start and c.end < o.end for o in found) for c in found] == [0, 1, 2, 2, 1, 2, 2]


def test_arguments_and_the_result_are_passed_on() -> None:
    assert Function(lambda *args, **kwargs: (args, kwargs))(1, 2, key=3) == ((1, 2), {"key": 3})


def test_nothing_is_noted_where_nothing_is_recorded() -> None:
    neuron = Neuron(1)
    with no_grad():
        assert noted(lambda: neuron([1.0])) == []
        with enable_grad():
            assert len(noted(lambda: neuron([1.0]))) == 1


def test_a_call_that_raises_is_not_noted_and_the_calls_inside_and_after_it_are() -> None:
    x, square = Value(2.0), Function(lambda x: x * x)

    def fail() -> None:
        square(x)
        raise OSError("the disk is full")

    failing = Function(fail)

    def work() -> None:
        with pytest.raises(OSError, match="the disk is full"):
            failing()
        square(x)

    assert [call.module for call in noted(work)] == [square, square]


def test_calls_of_another_thread_are_its_own() -> None:
    x, square = Value(2.0), Function(lambda x: x * x)
    other: list[Call] = []

    def work() -> None:
        thread = threading.Thread(target=lambda: other.extend(noted(lambda: square(x))))
        thread.start()
        thread.join()

    assert noted(work) == []
    assert [call.module for call in other] == [square]


def test_a_note_keeps_neither_the_module_nor_its_graph_alive() -> None:
    x, start = Value(2.0), next(created)
    module = MLP(1, [1])
    gone = [weakref.ref(module)]
    module([x])
    del module
    gc.collect()
    assert gone[0]() is None
    found = calls_between(start, next(created))
    assert [call.module for call in found] == [None] * 3
    assert [call.kind for call in found] == ["MLP", "Layer", "Neuron"]


def test_only_the_last_calls_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MOST_CALLS", 4)
    monkeypatch.setattr(calls, "_notes", calls._Notes())
    x, square = Value(2.0), Function(lambda x: x * x)
    start = next(created)
    results = [square(x) for _ in range(10)]
    found = calls_between(start, next(created))
    assert [call.start for call in found] == [y._index - 1 for y in results[-4:]]


def test_calls_that_overlap_without_nesting_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = calls._Notes()
    monkeypatch.setattr(calls, "_notes", notes)
    reference = weakref.ref(Neuron(1))
    for start, end in [(5, 20), (10, 30), (12, 15), (40, 50)]:
        notes.flat.extend((start, end, reference, "Neuron"))
    assert [(call.start, call.end) for call in calls_between(0, 100)] == [(5, 20), (12, 15), (40, 50)]
    assert [(call.start, call.end) for call in calls_between(21, 45)] == [(10, 30), (40, 50)]


def test_nn_uses_the_public_function() -> None:
    assert autograd.noted_call is calls.noted_call
