"""no_grad, enable_grad and detect_anomaly: in force where they are written, and nowhere else."""

from __future__ import annotations

import asyncio
import inspect
import math
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import AnomalyError, Op, Tensor, Value, detect_anomaly, enable_grad, no_grad
from autograd.engine.mode import mode


def records() -> bool:
    return (Value(1.0) * 2).requires_grad


@pytest.fixture(autouse=True)
def _modes_end_as_they_began() -> Iterator[None]:
    before = mode.get()
    yield
    assert mode.get() is before
    assert records()


# --- no_grad and enable_grad ---


def test_under_no_grad_results_are_numbers_without_a_past() -> None:
    x = Value(3.0)
    with no_grad():
        y = x * x + 1
        third = autograd.dot([x, x], [2.0, y])
    assert (y.data, y.requires_grad, y.inputs, y.op, y.is_leaf) == (10.0, False, (), None, True)
    assert (third.data, third.inputs) == (36.0, ())
    z = y * x
    z.backward()
    assert (x.grad, y.grad) == (10.0, None)


def test_a_leaf_made_under_no_grad_wants_its_gradient() -> None:
    with no_grad():
        x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6.0


def test_modes_nest_and_the_inner_one_decides() -> None:
    with no_grad():
        assert not records()
        with enable_grad():
            assert records()
            with no_grad():
                assert not records()
            assert records()
        assert not records()
    assert records()


def test_as_decorators_they_last_for_the_call() -> None:
    @no_grad()
    def quiet() -> tuple[bool, bool]:
        return records(), loud()

    @enable_grad()
    def loud() -> bool:
        return records()

    assert quiet() == (False, True)
    assert quiet.__name__ == "quiet"
    with no_grad():
        assert loud()
        assert quiet() == (False, True)


def test_a_decorated_function_may_call_itself() -> None:
    seen: list[bool] = []

    @no_grad()
    def down(n: int) -> None:
        if n:
            down(n - 1)
        seen.append(records())

    down(5)
    assert seen == [False] * 6


@pytest.mark.parametrize("switch", [no_grad, enable_grad, detect_anomaly])
def test_one_object_may_be_entered_many_times_over(switch: Callable[[], Any]) -> None:
    shared = switch()
    with enable_grad() if switch is no_grad else no_grad():
        outside = records()
        with shared, shared:
            inside = records()
            with shared:
                pass
            assert records() is inside
        assert records() is outside
        assert inside is (outside if switch is detect_anomaly else not outside)


def test_the_with_statement_hands_out_the_mode_itself() -> None:
    shared = no_grad()
    with shared as given:
        assert given is shared


@pytest.mark.parametrize("switch", [no_grad, enable_grad, detect_anomaly])
def test_an_interrupt_when_the_mode_was_just_set_leaves_no_mode(switch: Callable[[], Any]) -> None:
    def after_call(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_return" and argument == mode.set:  # Python handles Ctrl-C when a function in C has returned
            sys.setprofile(None)
            raise KeyboardInterrupt

    before = mode.get()
    sys.setprofile(after_call)
    try:
        with pytest.raises(KeyboardInterrupt), switch():
            raise AssertionError("the interrupt did not come")
    finally:
        sys.setprofile(None)
    assert mode.get() is before


@pytest.mark.parametrize("error", [ValueError("within"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
@pytest.mark.parametrize("switch", [no_grad, enable_grad, detect_anomaly])
def test_an_exception_comes_through_and_ends_the_mode(switch: Callable[[], Any], error: BaseException) -> None:
    with no_grad() if switch is enable_grad else enable_grad():
        before = mode.get()
        with pytest.raises(type(error)), switch():
            raise error
        assert mode.get() is before

        @switch()  # type: ignore[untyped-decorator,unused-ignore]
        def fails() -> None:
            raise error

        with pytest.raises(type(error)):
            fails()
        assert mode.get() is before


def generator() -> Iterator[int]:
    yield 1


async def coroutine() -> int:
    return 1


async def asynchronous_generator() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize("switch", [no_grad, enable_grad, detect_anomaly])
@pytest.mark.parametrize("function", [generator, coroutine, asynchronous_generator])
def test_what_runs_after_the_call_cannot_be_decorated(switch: Callable[[], Any], function: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=rf"{function.__name__}.*runs after the call; write `with \w+\(\):` inside"):
        switch()(function)


def in_a_thread(work: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def test_a_thread_started_under_no_grad_records() -> None:
    with no_grad():
        assert in_a_thread(records)
        assert not records()


def test_a_mode_in_one_thread_leaves_the_others_alone() -> None:
    entered, seen = threading.Event(), threading.Event()

    def other() -> bool:
        with no_grad():
            entered.set()
            seen.wait(10)
            return records()

    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(other()))
    thread.start()
    assert entered.wait(10)
    here = records()
    seen.set()
    thread.join()
    assert (here, found) == (True, [False])


def test_one_shared_object_serves_two_threads_at_once() -> None:
    shared = no_grad()
    with shared:

        def other() -> tuple[bool, bool, bool]:
            before = records()
            with shared:
                within = records()
            return before, within, records()

        assert in_a_thread(other) == (True, False, True)
        assert not records()


def test_asyncio_tasks_keep_their_modes_apart() -> None:
    async def quiet(entered: asyncio.Event, done: asyncio.Event) -> bool:
        with no_grad():
            entered.set()
            await done.wait()
            return records()

    async def loud(entered: asyncio.Event, done: asyncio.Event) -> bool:
        await entered.wait()
        found = records()
        done.set()
        return found

    async def together() -> tuple[list[bool], bool]:
        entered, done = asyncio.Event(), asyncio.Event()
        found = await asyncio.gather(quiet(entered, done), loud(entered, done))
        return list(found), records()

    assert asyncio.run(together()) == ([False, True], True)


def test_a_task_begins_in_the_mode_it_was_made_in() -> None:
    async def look() -> bool:
        await asyncio.sleep(0)
        return records()

    async def make() -> tuple[bool, bool]:
        with no_grad():
            task = asyncio.ensure_future(look())
        return await task, records()

    assert asyncio.run(make()) == (False, True)


# --- detect_anomaly ---


def line_of(function: Callable[..., Any], text: str) -> str:
    """`test_modes.py:12: the line`, of the one line of the function that holds the text."""
    lines, first = inspect.getsourcelines(function)
    ((number, line),) = [(first + k, line.strip()) for k, line in enumerate(lines) if text in line]
    return f"{Path(__file__).name}:{number}: {line}"


def test_forward_it_names_the_op_the_inputs_and_the_line() -> None:
    def f(x: Value) -> Value:
        y = x * 2
        return y.log()  # here

    with pytest.raises(AnomalyError) as found, detect_anomaly():
        f(Value(-1.5, label="x"))
    assert "log gave nan, from a node = -3.0" in str(found.value)
    assert line_of(f, "# here") in str(found.value)


@pytest.mark.parametrize(
    ("write", "complaint"),
    [
        (lambda x, z: x / z, "div gave inf, from x = 2.0, z = 0.0"),
        (lambda x, z: z / z, "div gave nan, from z = 0.0, z = 0.0"),
        (lambda x, z: (x * 500).exp(), "exp gave inf, from a node = 1000.0"),
        (lambda x, z: (-x) ** 0.5, "pow gave nan, from a node = -2.0, 0.5"),
        (lambda x, z: z.log(), "log gave -inf, from z = 0.0"),
        (lambda x, z: z * math.inf, "mul gave nan, from z = 0.0, inf"),
        (lambda x, z: autograd.sum([x, 1e308, 1e308]), "sum gave inf, from x = 2.0, 1e+308, 1e+308"),
        (lambda x, z: autograd.dot([z, x], [math.inf, 1.0]), "dot gave nan, from z = 0.0, x = 2.0, inf, 1.0"),
    ],
)
def test_forward_it_shows_what_went_in(write: Callable[[Value, Value], Value], complaint: str) -> None:
    with pytest.raises(AnomalyError) as found, detect_anomaly():
        write(Value(2.0, label="x"), Value(0.0, label="z"))
    assert complaint in str(found.value)


def test_of_many_inputs_it_shows_the_first() -> None:
    with pytest.raises(AnomalyError, match=r"sum gave inf, from 1e\+308, .* and 12 more"), detect_anomaly():
        autograd.sum([1e308] * 19 + [Value(1.0)])


def test_forward_it_stops_at_the_first_that_is_not_finite() -> None:
    with pytest.raises(AnomalyError, match=r"^log gave -inf"), detect_anomaly():
        (Value(0.0).log() * 0.0).sqrt()


def test_backward_it_names_the_op_the_input_and_the_line_of_the_forward() -> None:
    def f(x: Value) -> Value:
        y = x.sqrt()  # here
        return y + 1.0

    x = Value(0.0, label="x")
    with detect_anomaly():
        root = f(x)
        with pytest.raises(AnomalyError) as found:
            root.backward()
    assert "backward through sqrt brought the gradient of its input 1 to inf, at x = 0.0" in str(found.value)
    assert line_of(f, "# here") in str(found.value)
    assert x.grad is None
    assert root.grad is None


def test_backward_it_stops_at_the_first_rule_that_gives_it() -> None:
    x = Value(0.0)
    with detect_anomaly():
        root = (x.sqrt() * 1.0 + 1.0) * 2.0
        with pytest.raises(AnomalyError, match="sqrt brought the gradient of its input 1 to inf"):
            root.backward()


def test_backward_it_finds_a_rule_that_gives_nan_where_the_forward_is_finite() -> None:
    wrong = Op("wrong", lambda a, b: a, lambda a, b: a, lambda g, y, a, b: g, lambda g, y, a, b: math.nan)
    with detect_anomaly():
        root = wrong(Value(1.0), Value(2.0, label="second"))
        with pytest.raises(AnomalyError, match=r"its input 2 to nan, at a node = 1\.0, second = 2\.0"):
            root.backward()


ZERO_TIMES_INF = "the gradient that arrives there is 0, .* 0 × inf is nan: keep the input away from this point"
OTHER_BRANCH = r"where\(\) took its other branch there, .* as in where\(mask, f\(where\(mask, x, 1\.0\)\), 0\.0\)"


@pytest.mark.parametrize(
    ("write", "remedy"),
    [
        (lambda x: x.sqrt() * 0.0, ZERO_TIMES_INF),
        (lambda x: (x.sqrt() + 1.0) * 0.0, ZERO_TIMES_INF),
        (lambda x: autograd.where(x > 0, x.sqrt(), 0.0), OTHER_BRANCH),
        (lambda x: autograd.where(x > 0, x.sqrt() * 2.0 + 1.0, 0.0), OTHER_BRANCH),
        (lambda x: autograd.where(x > 0, x**0.5, 0.0), OTHER_BRANCH),
    ],
)
@pytest.mark.parametrize(
    "leaf", [lambda: Value(0.0), lambda: Tensor([4.0, 0.0], requires_grad=True)], ids=["Value", "Tensor"]
)
def test_backward_it_tells_the_remedy_where_zero_meets_an_infinite_derivative(
    leaf: Callable[[], Any], write: Callable[[Any], Any], remedy: str
) -> None:
    with detect_anomaly():
        root = write(leaf())
        root = root.sum() if isinstance(root, Tensor) else root
        with pytest.raises(AnomalyError, match=remedy):
            root.backward()


def in_several_lines(x: Any) -> Any:
    return autograd.where(
        x > 0,
        1 / (x * 0.0),
        0.0,
    )


def before_the_branch(x: Any) -> Any:
    root = x.sqrt()
    return autograd.where(x > 0, root, 0.0)


STILL_NAN = r"this value still makes the gradient nan, because its derivative is not finite"


@pytest.mark.parametrize(
    ("f", "effect"),
    [
        (lambda x: autograd.where(x > 0, x.sqrt(), 0.0), STILL_NAN),
        (lambda x: autograd.where(x > 0, x.log(), 0.0), "this value does no harm, but this mode stops at it"),
        (in_several_lines, STILL_NAN),
        (before_the_branch, STILL_NAN),
    ],
)
@pytest.mark.parametrize("x", [-1.0, np.array([2.0, -1.0])])
def test_forward_it_tells_what_an_untaken_branch_of_where_does(f: Any, effect: str, x: Any) -> None:
    def loss(x: Any) -> Any:
        return f(x) if isinstance(x, Value) else f(x).sum()

    message = rf"\n  if the where\(\) in line \d+ .*{effect}.*mask, f\("
    with detect_anomaly(), pytest.raises(AnomalyError, match=message):
        autograd.grad(loss)(x)
    gradient = autograd.grad(loss)(x)
    assert np.isnan(gradient).any() == (effect == STILL_NAN)  # the message tells the truth


def test_forward_it_tells_nothing_of_where_if_there_is_none_or_no_gradient() -> None:
    def without(x: Any) -> Any:
        return x.sqrt()

    with detect_anomaly(), pytest.raises(AnomalyError) as caught:
        without(Value(-1.0))
    assert "where()" not in str(caught.value)


def test_backward_the_remedy_for_where_helps() -> None:
    x = Tensor([4.0, 0.0], requires_grad=True)
    with detect_anomaly():
        autograd.where(x > 0, autograd.where(x > 0, x, 1.0).sqrt(), 0.0).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.25, 0.0]


def test_an_infinite_derivative_that_meets_another_gradient_gets_no_such_remedy() -> None:
    x = Value(0.0)
    with detect_anomaly(), pytest.raises(AnomalyError) as found:
        autograd.where(x >= 0, x.sqrt(), 0.0).backward()
    assert "0 × inf" not in str(found.value)


class Root(nn.Module):
    """The square root, or the logarithm."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x)


def with_root(function: Callable[[Any], Any]) -> nn.Sequential:
    """Return a network in which the function gets zeros."""
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), Root(function)), nn.Linear(3, 1))
    nn.init.zeros_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    return model


def test_forward_it_names_the_module() -> None:
    model = with_root(autograd.log)
    for switch in (no_grad, enable_grad):
        with pytest.raises(AnomalyError, match=r"\n  in the module 1\.1, Root\(\)"), detect_anomaly(), switch():
            model(Tensor([[1.0, 2.0]]))


def test_backward_it_names_the_module() -> None:
    model = with_root(autograd.sqrt)
    with pytest.raises(AnomalyError, match=r"sqrt.*\n.*\n  in the module 1\.1, Root\(\)"), detect_anomaly():
        model(Tensor([[1.0, 2.0]])).sum().backward()


def test_outside_of_modules_it_names_none() -> None:
    with pytest.raises(AnomalyError) as found, detect_anomaly():
        Value(0.0).log()
    assert "in the module" not in str(found.value)


def test_backward_it_finds_a_sum_of_finite_contributions_that_overflows() -> None:
    x = Value(0.1, label="x")
    with detect_anomaly():
        root = x * 1e308 + x * 1e308
        with pytest.raises(AnomalyError, match=r"mul brought the gradient of its input 1 to inf, at x = 0\.1, 1e\+308"):
            root.backward()
    assert x.grad is None


def test_a_graph_from_before_is_looked_at_on_the_way_back_but_has_no_line() -> None:
    root = Value(0.0).sqrt() + 1.0
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"sqrt brought .* to inf.*\n  made before"):
        root.backward()


def test_a_mistake_is_not_seen_without_it() -> None:
    """The four faults above again, with no one watching: IEEE's numbers, no exception."""
    x = Value(0.0)
    y = x.sqrt()
    y.backward()
    assert x.grad == math.inf
    assert Value(-1.0).log().data != Value(-1.0).log().data


def test_the_mode_is_over_after_the_error() -> None:
    with pytest.raises(AnomalyError), detect_anomaly():
        Value(-1.0).log()
    assert math.isnan(Value(-1.0).log().data)


def test_as_a_decorator_it_watches_the_call() -> None:
    @detect_anomaly()
    def f(x: float) -> Value:
        return Value(x).log()

    assert f(1.0).data == 0.0
    with pytest.raises(AnomalyError):
        f(-1.0)
    assert math.isnan(Value(-1.0).log().data)


@pytest.mark.parametrize("order", [(no_grad, detect_anomaly), (detect_anomaly, no_grad)])
def test_it_watches_under_no_grad_in_either_order(order: tuple[Callable[[], Any], ...]) -> None:
    with ExitStack() as modes:
        for switch in order:
            modes.enter_context(switch())
        assert not records()
        with pytest.raises(AnomalyError, match="log gave nan"):
            Value(-1.0, label="x").log()


def test_it_watches_its_own_thread_only() -> None:
    with detect_anomaly():
        assert in_a_thread(lambda: math.isnan(Value(-1.0).log().data))


def test_what_it_watches_has_the_same_bits() -> None:
    def run() -> list[str]:
        x, w = Value(0.3), Value(-1.7)
        y = (autograd.dot([x, w], [w, 2.0]).tanh() + x.exp() / 3).log1p() ** 2
        y.backward()
        return [float.hex(number) for number in (y.data, x.grad, w.grad) if number is not None]

    with detect_anomaly():
        watched = run()
    assert watched == run()
    assert len(watched) == 3


# of Tensors


@pytest.mark.parametrize(
    ("write", "complaint"),
    [
        (lambda x, z: x / z, "div gave inf at [1, 0] of shape (2, 2), from x = [[1.0, 2.0], "
                               "[3.0, 4.0]], z = [[1.0], [0.0]]"),
        (lambda x, z: (-x).log(), "log gave nan at [0, 0] of shape (2, 2), from a node = [[-1.0, -2.0], [-3.0, -4.0]]"),
        (lambda x, z: autograd.log(z).sum(), "log gave -inf at [1, 0] of shape (2, 1), from z = [[1.0], [0.0]]"),
        (lambda x, z: x @ np.full((2, 5), 1e308), "matmul gave inf at [0, 0] of shape (2, 5), from x = [[1.0, 2.0], "
                                                  "[3.0, 4.0]], an array with shape (2, 5)"),
        (lambda x, z: (x * 1e308).sum(), "sum_over gave inf, from a node = [[1e+308, "),
        (lambda x, z: autograd.where(x > 3, math.nan, x), "where gave nan at [1, 1] of shape (2, 2), from "),
        (lambda x, z: z[0, 0] / z[1, 0], "div gave inf, from a node = 1.0, a node = 0.0"),
    ],
)  # fmt: skip
def test_forward_of_tensors_it_says_which_element_and_what_went_in(write: Callable[..., Any], complaint: str) -> None:
    with pytest.raises(AnomalyError) as found, detect_anomaly():
        write(Tensor([[1.0, 2.0], [3.0, 4.0]], label="x"), Tensor([[1.0], [0.0]], requires_grad=True, label="z"))
    assert complaint in str(found.value)


def test_forward_of_large_tensors_it_shows_the_element_that_went_in() -> None:
    def f(x: Any, row: Any) -> Any:
        y = np.divide(x, row)  # here
        return y.sum()

    x, row = Tensor(np.ones((50, 40)), label="x"), Tensor(np.ones(40), requires_grad=True)
    row.data[7] = 0.0
    with pytest.raises(AnomalyError) as found, detect_anomaly():
        f(x, row)
    first, line = str(found.value).splitlines()
    assert first == (
        "div gave inf at [0, 7] of shape (50, 40), from x with shape (50, 40), 1.0 there, "
        "a node with shape (40,), 0.0 there"
    )
    assert line_of(f, "# here") in line
    x.data[3, 2], x.data[5, 2] = math.inf, -math.inf
    with pytest.raises(AnomalyError, match=r"nan, from x with shape \(50, 40\), not all finite: inf at \[3, 2\]"):
        watched_sum(x)


@detect_anomaly()
def watched_sum(x: Tensor) -> Any:
    return x.sum()


# an inf that is meant


SCORES = [[1.0, 2.0, 3.0], [0.5, -1.0, 0.25]]
FUTURE = np.array([[False, True, True], [False, False, True]])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: autograd.softmax(x.masked_fill(FUTURE, -math.inf), 1),
        lambda x: autograd.log_softmax(x + np.where(FUTURE, -math.inf, 0.0), 1)[:, 0],
        lambda x: autograd.logsumexp(autograd.where(FUTURE, -math.inf, x), 1),
        lambda x: autograd.where(FUTURE, -math.inf, x).amax(1),
        lambda x: autograd.minimum(x, math.inf),
        lambda x: 1.0 / (x * x + np.where(FUTURE, math.inf, 0.0)),
        lambda x: autograd.exp(x * 0.5 - np.where(FUTURE, math.inf, 0.0)),
    ],
)
def test_an_inf_that_is_written_passes_forward_and_backward(f: Callable[[Any], Any]) -> None:
    x = Tensor(SCORES, requires_grad=True)
    with detect_anomaly():
        f(x).sum().backward()
    assert x.grad is not None
    assert np.isfinite(x.grad).all()
    assert f(Tensor(SCORES)).tolist() == f(x).tolist()


def test_an_inf_that_is_given_passes_on_values() -> None:
    x = Value(2.0)
    with detect_anomaly():
        y = autograd.logsumexp([x, -math.inf, x * 1.0]) + 1.0 / (x + math.inf)
        y.backward()
        assert (x * math.inf).data == math.inf
    assert x.grad == pytest.approx(1.0)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (x - x, x * 0.0),
        lambda x: (x * 2.0, x * 2.0 - x),
        lambda x: (x.sum(), x.sum() - x.sum()),
        lambda x: (-x, autograd.sin(-x)),
    ],
)
def test_a_nan_that_follows_from_a_given_inf_names_where_it_came_in(f: Callable[[Any], Any]) -> None:
    def masked(x: Any) -> Any:
        y = autograd.where(FUTURE, -math.inf, x)  # here
        return f(y)

    with pytest.raises(AnomalyError) as found, detect_anomaly():
        masked(Tensor(SCORES, requires_grad=True))
    first, line, origin = str(found.value).splitlines()
    assert " gave nan" in first
    assert "-inf was given to where, " in origin
    assert line_of(masked, "# here") in origin
    assert line


def test_an_inf_made_of_finite_numbers_beside_a_given_one_is_found() -> None:
    with pytest.raises(AnomalyError, match="log gave"), detect_anomaly():
        Tensor([math.inf, 0.0]).log()


def test_backward_a_nan_that_follows_from_a_given_inf_names_it() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True, label="x")
    with detect_anomaly():
        large = x * Tensor([math.inf, 1.0], label="big")
        y = autograd.where(np.array([True, False]), x, large).sum()
        with pytest.raises(
            AnomalyError, match=r"mul brought .* nan at \[0\].*\n.*\n  big = inf at \[0\] .* given to mul"
        ):
            y.backward()


def test_backward_of_tensors_it_says_which_element_of_which_input_and_the_line_of_the_forward() -> None:
    def f(x: Tensor) -> Tensor:
        return (x.sqrt() * 2.0).sum()  # here

    for size in (3, 30):
        x = Tensor(np.arange(size)[::-1], requires_grad=True, dtype=float, label="x")
        with detect_anomaly():
            root = f(x)
            with pytest.raises(AnomalyError) as found:
                root.backward()
        message = str(found.value)
        assert f"backward through sqrt brought the gradient of its input 1 to inf at [{size - 1}]" in message
        assert (
            f"of shape ({size},), at x " + ("= [2.0, 1.0, 0.0]" if size == 3 else "with shape (30,), 0.0 there")
            in message
        )
        assert line_of(f, "# here") in message
        assert x.grad is None


def test_backward_of_what_was_broadcast_it_shows_the_inputs_by_shape() -> None:
    b, x = Tensor([1.0, 2.0], requires_grad=True, label="b"), Tensor(np.full((20, 2), 1e200), label="x")
    with detect_anomaly():
        root = (b * x * 1e-100).sum()
        with pytest.raises(AnomalyError, match=r"mul brought .* input 1 to inf at \[0\] of shape \(2,\), at b = \[1"):
            root.backward(1e300)


def test_a_graph_of_tensors_with_integers_and_of_float32_is_not_taken_for_a_changed_one() -> None:
    x = Tensor(np.array([1.5, 0.1], np.float32), requires_grad=True)
    v = Value(2.0)
    with detect_anomaly():
        (x * Tensor([3, 7]) + autograd.stack([v, v * 3.0])).softmax(0)[1].backward()
    assert x.grad is not None
    assert v.grad is not None


def test_a_tensor_changed_between_forward_and_backward_is_refused_under_it_too() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    with detect_anomaly():
        y = (x * x).sum()
        x.data[0] = 3.0
        with pytest.raises(RuntimeError, match="an input of mul was changed"):
            y.backward()


def test_second_order_is_watched_too() -> None:
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"nan|inf"):
        autograd.hvp(lambda x: (x**1.5).sum())(np.array([1.0, 0.0]), np.ones(2))
