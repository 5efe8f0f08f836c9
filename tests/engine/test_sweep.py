"""The backward pass: right however often it runs, all or nothing, at any depth, with nothing left over."""

from __future__ import annotations

import gc
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import autograd
from autograd import Op, Value, native, no_grad
from autograd.engine.sweep import sweep
from autograd.rules.elementwise import pow as power
from tests.interrupts import needs_timer

# --- accumulation ---


def test_backward_twice_gives_leaves_exactly_twice_and_inner_nodes_the_last() -> None:
    x, w = Value(0.3), Value(-1.7)
    h = (x * w).tanh()
    y = h * h + h * x
    y.backward()
    once = {node: node.grad for node in (x, w, h, y)}
    y.backward()
    assert [x.grad, w.grad] == [2 * as_float(once[x]), 2 * as_float(once[w])]
    assert [h.grad, y.grad] == [once[h], once[y]]


def as_float(gradient: float | None) -> float:
    assert gradient is not None
    return gradient


def test_two_losses_that_share_a_subgraph_add_up_on_the_leaves() -> None:
    x = Value(3.0)
    shared = x * x
    first, second = shared * 2, shared * 5
    first.backward()
    second.backward()
    assert x.grad == 2 * 6 + 5 * 6
    assert shared.grad == 5.0


def test_the_losses_apart_give_what_their_sum_gives() -> None:
    def leaves_after(together: bool) -> list[float | None]:
        a, b = Value(2.0), Value(-3.0)
        shared = (a * b + 1) * b
        losses = [shared * shared, shared * a]
        for loss in [losses[0] + losses[1]] if together else losses:
            loss.backward()
        return [a.grad, b.grad]

    assert leaves_after(together=True) == leaves_after(together=False)


def test_a_node_passes_its_gradient_on_once_and_whole() -> None:
    """Recursion from c would send half of b's gradient on, twice over, and give a gradient of 6."""
    a = Value(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert (c.grad, b.grad, a.grad) == (1.0, 2.0, 4.0)


def test_thirty_doublings_take_thirty_steps() -> None:
    x = Value(1.0)
    y = x
    for _ in range(30):
        y = y + y
    y.backward()
    assert x.grad == 2.0**30
    assert len(list(sweep(y))) == 31


@pytest.mark.parametrize(
    ("write", "slope"),
    [
        (lambda x: x * x, 6.0),
        (lambda x: x / x, 0.0),
        (lambda x: x - x, 0.0),
        (lambda x: autograd.sum([x, x, x]), 3.0),
        (lambda x: autograd.dot([x, x], [x, 2.0]), 8.0),
        (lambda x: autograd.where(x > 0, x, x), 1.0),
        (lambda x: autograd.maximum(x, x), 1.0),
    ],
)
def test_the_same_node_in_several_places_gets_all_that_is_due(write: Callable[[Value], Value], slope: float) -> None:
    x = Value(3.0)
    write(x).backward()
    assert x.grad == slope


def test_backward_on_a_leaf_gives_it_what_the_pass_starts_with() -> None:
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward(0.5)
    assert x.grad == 1.5


def test_the_gradient_it_starts_with_scales_them_all() -> None:
    x = Value(3.0)
    y = x * x
    y.backward(gradient=0.5)
    assert (y.grad, x.grad) == (0.5, 3.0)
    y.backward(-1)
    assert (y.grad, x.grad) == (-1.0, -3.0)


@pytest.mark.parametrize("make", [lambda x: x.detach(), lambda x: x.detach() * 2], ids=["detached", "of a detached"])
def test_backward_without_a_graph_is_refused(make: Callable[[Value], Value]) -> None:
    x = Value(2.0)
    with pytest.raises(RuntimeError, match="no graph to go back through"):
        make(x).backward()
    with no_grad():
        y = x * x
    with pytest.raises(RuntimeError, match="no_grad"):
        y.backward()
    assert (x.grad, y.grad) == (None, None)


def test_backward_works_under_no_grad_on_what_was_recorded_before() -> None:
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6.0


# --- the sweep itself ---


def build(seed: int = 0, size: int = 40) -> tuple[list[Value], Value]:
    """Leaves, and the root of a random graph that shares most of its nodes."""
    draw = random.Random(seed)
    leaves = [Value(draw.uniform(-1, 1)) for _ in range(4)]
    nodes = list(leaves)
    for _ in range(size):
        a, b = draw.choice(nodes), draw.choice(nodes[-6:])
        nodes.append(draw.choice([a * b, a + b, a - b, a.tanh(), a.sin() * 2]))
    return leaves, autograd.sum(nodes)


def test_the_sweep_goes_newest_first_and_every_gradient_is_finished_when_it_comes() -> None:
    _, root = build()
    swept = list(sweep(root))
    root.backward()
    assert [node._index for node, _ in swept] == sorted({node._index for node, _ in swept}, reverse=True)
    assert swept[0] == (root, 1.0)
    assert [g for _, g in swept] == [node.grad for node, _ in swept]


def test_a_sweep_touches_no_grad() -> None:
    _, root = build()
    assert {node.grad for node, _ in sweep(root)} == {None}


def test_a_sweep_that_is_dropped_in_the_middle_leaves_no_trace() -> None:
    leaves, root = build()
    plain = list(sweep(root))
    dropped = sweep(root)
    for _ in range(len(plain) // 2):
        next(dropped)
    del dropped
    assert [leaf.grad for leaf in leaves] == [None] * 4
    assert list(sweep(root)) == plain


def test_sweeps_that_are_paused_inside_one_another_do_not_meet() -> None:
    _, root = build()
    plain = list(sweep(root))
    outer = []
    for k, step in enumerate(sweep(root)):
        outer.append(step)
        if k % 7 == 0:
            assert list(sweep(root)) == plain
            root.backward()
    assert outer == plain
    zipped = list(zip(sweep(root), sweep(root, seed=2.0), strict=True))
    assert [one for one, _ in zipped] == plain
    assert [two for _, (_, two) in zipped] == [2 * g for _, g in plain]


def test_with_record_the_gradients_are_nodes_with_a_graph_of_their_own() -> None:
    x = Value(3.0)
    gradient = dict(sweep(x**3, record=True))[x]
    assert isinstance(gradient, Value)
    assert gradient.data == 27.0
    gradient.backward()
    assert x.grad == 18.0


def test_constants_are_skipped_not_multiplied_by_zero() -> None:
    """d(x ** 2) wants log(x) for the exponent, which at x = -3 is nan; the constant 2 never asks for it."""
    calls: list[str] = []

    def counted(name: str, rule: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any) -> Any:
            calls.append(name)
            return rule(*args)

        return counting

    base, exponent = power.rules
    assert base is not None
    assert exponent is not None
    counting = Op("pow", power.scalar, power.array, counted("base", base), counted("exponent", exponent))
    x = Value(-3.0)
    for two in (2.0, Value(2.0).detach()):
        counting(x, two).backward()
    assert calls == ["base", "base"]
    assert x.grad == -12.0
    calls.clear()
    counting(2.0, x).backward()
    assert calls == ["exponent"]
    calls.clear()
    counting(Value(3.0), Value(2.0)).backward()  # the counting can tell: here both are wanted
    assert calls == ["base", "exponent"]


def test_an_input_whose_rule_is_none_gets_nothing() -> None:
    """At the second input, at the first, and where all the inputs are Values: each took another way once."""
    first = Op("first", lambda a, b: a, lambda a, b: a, lambda g, y, a, b: g, None)
    second = Op("second", lambda a, b: b, lambda a, b: b, None, lambda g, y, a, b: g)
    for op, expected in ((first, (1.0, None)), (second, (None, 1.0))):
        a, b = Value(2.0), Value(3.0)
        op(a, b).backward()
        assert (a.grad, b.grad) == expected
        x = Value(2.0)
        op(x, x).backward()
        assert x.grad == 1.0


# --- all or nothing ---


class Interrupts:
    """An op, the identity, whose rule raises at the call it is told to."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.calls = 0
        self.fatal = -1
        self.op = Op("interrupts", lambda x: x, lambda x: x, self.rule)

    def rule(self, g: Any, y: Any, x: Any) -> Any:
        self.calls += 1
        if self.calls == self.fatal:
            raise self.error
        return g

    def arm(self, fatal: int) -> None:
        self.calls, self.fatal = 0, fatal


@pytest.mark.parametrize("error", [RuntimeError("in a rule"), KeyboardInterrupt(), MemoryError()], ids=repr)
def test_a_rule_that_raises_leaves_every_grad_as_it_was(error: BaseException) -> None:
    fails = Interrupts(error)
    x, w = Value(2.0), Value(3.0)
    nodes = [x, w]
    for _ in range(100):
        nodes.append(fails.op(nodes[-1] * w + x))
    root = nodes[-1]
    (x * w).backward()
    before = [node.grad for node in nodes]
    draw = random.Random(0)
    for fatal in (1, 2, 100, *(draw.randint(1, 100) for _ in range(30))):
        fails.arm(fatal)
        with pytest.raises(type(error)):
            root.backward()
        assert fails.calls == fatal
        assert [node.grad for node in nodes] == before
    fails.arm(-1)
    root.backward()
    assert root.grad == 1.0


@needs_timer
def test_ctrl_c_leaves_the_grads_of_the_pass_before_or_those_of_this_one() -> None:
    """A real SIGINT, at some 150 moments spread over the whole of backward(), its last lines included."""
    x = Value(1.0)
    nodes = [x]
    for _ in range(1500):
        nodes.append(nodes[-1] * 1.0 + x)
    root = nodes[-1]
    x.zero_grad()
    began = time.perf_counter()
    root.backward()
    whole = time.perf_counter() - began
    step = as_float(x.grad)  # an integer, and adding it up is exact
    inner = [node.grad for node in nodes[1:]]
    for node in nodes:
        node.zero_grad()

    finished, cut = 0, 0
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    callbacks, gc.callbacks[:] = gc.callbacks[:], []  # those of a test library must not be what is interrupted
    try:
        for k in range(150):
            already = x.grad
            try:
                signal.setitimer(signal.ITIMER_REAL, 1e-6 + whole * (k % 50) / 40)
                root.backward()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                cut += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            done = x.grad != already
            finished += done
            if done:
                assert x.grad == (already or 0.0) + step
            assert [node.grad for node in nodes[1:]] == (inner if finished else [None] * 1500)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, old)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        gc.callbacks[:] = callbacks
    assert cut > 20
    root.backward()  # and no lock is left held
    assert x.grad == step * (finished + 1)


# --- depth, width, and what is left over ---

DEEP = 1_000_000


def test_a_chain_of_a_million_ops_builds_sweeps_shows_itself_and_frees() -> None:
    limit = sys.getrecursionlimit()
    assert limit <= 1000
    with collector_off():
        before = blocks()
        x = Value(1.0)
        y = x
        for _ in range(DEEP):
            y = y + 1.0
        y.backward()
        assert (y.data, x.grad, y.grad) == (DEEP + 1.0, 1.0, 1.0)
        assert repr(y) == f"Value({DEEP + 1.0!r}, grad=1.0)"
        assert f"{y:.1f}" == f"{DEEP + 1.0:.1f}"
        paused = sweep(y)
        assert next(paused) == (y, 1.0)
        del paused
        held = blocks() - before
        assert held >= DEEP
        del y
        assert blocks() - before < held / 1000
        assert gc.collect() < 1000
    assert sys.getrecursionlimit() == limit


def blocks() -> int:
    """Blocks of memory that are in use; a node of the compiled engine is one that Python does not count."""
    return sys.getallocatedblocks() + (native.core.live() if autograd.__compiled__ else 0)


def test_an_op_of_a_hundred_thousand_inputs_and_a_node_with_as_many_users() -> None:
    xs = [Value(float(k)) for k in range(100_000)]
    total = autograd.sum(xs)
    total.backward()
    assert {x.grad for x in xs} == {1.0}
    x = Value(2.0)
    autograd.sum([x * float(k % 3) for k in range(100_000)]).backward()
    assert x.grad == sum(float(k % 3) for k in range(100_000))


@contextmanager
def collector_off() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def train(weights: list[Value], steps: int) -> None:
    for k in range(steps):
        loss = (autograd.dot(weights, [1.0, 0.5]).tanh() - float(k % 2)) ** 2
        for w in weights:
            w.zero_grad()
        loss.backward()
        for w in weights:
            w.data -= 0.01 * as_float(w.grad)


def test_twenty_thousand_steps_with_the_collector_off_grow_by_nothing() -> None:
    weights = [Value(0.1), Value(-0.2)]
    with collector_off():
        train(weights, 500)
        before = sys.getallocatedblocks()
        train(weights, 20_000)
        assert sys.getallocatedblocks() - before < 100  # one block a step that stayed would be 20,000
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            gc.collect()
            ours = [each for each in gc.garbage if type(each).__module__.startswith("autograd")]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
        assert ours == []


@pytest.mark.parametrize(
    "use",
    [
        lambda y: None,
        lambda y: y.backward(),
        lambda y: [next(sweep(y)) for _ in range(3)],
        lambda y: list(sweep(y, record=True)) and None,
        lambda y: autograd.grad(autograd.grad(lambda x: (x * y).tanh()))(0.5) and None,
        lambda y: repr(y) and None,
    ],
    ids=["built", "swept", "paused", "recorded", "nested", "shown"],
)
def test_a_graph_is_freed_by_its_last_reference_and_not_by_the_collector(use: Callable[[Value], Any]) -> None:
    x = Value(0.5)

    def once() -> None:
        y = x
        for _ in range(200):
            y = y * x + 1.0
        use(y)

    with collector_off():
        for _ in range(10):  # fills what Python keeps for later
            once()
        before = sys.getallocatedblocks()
        for _ in range(10):
            once()
        assert sys.getallocatedblocks() - before < 200  # less than one of the ten graphs


def test_a_failed_pass_holds_on_to_nothing() -> None:
    fails = Interrupts(ValueError("in a rule"))
    x = Value(0.5)

    def once() -> None:
        y = fails.op(x)
        for _ in range(200):
            y = y * x + 1.0
        fails.arm(1)
        try:
            y.backward()
        except ValueError as error:
            error.__traceback__ = None

    with collector_off():
        once()
        fails.error = ValueError("another")
        before = sys.getallocatedblocks()
        for _ in range(10):
            once()
        assert sys.getallocatedblocks() - before < 200


def test_eight_threads_that_share_leaves_give_exactly_the_sum() -> None:
    """Whole numbers as floats: their sum is the same in any order, and one lost addition shows."""
    leaves = [Value(float(k + 1)) for k in range(5)]
    rounds, errors = 300, []
    together = threading.Barrier(8)

    def work(number: int) -> None:
        try:
            together.wait()
            for _ in range(rounds):
                autograd.sum([leaf * float(number) for leaf in leaves]).backward()
        except BaseException as error:  # a thread's own would only be printed
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    assert [leaf.grad for leaf in leaves] == [float(rounds * sum(range(8)))] * 5


def test_data_set_after_it_was_used_is_refused_with_the_cure_and_nothing_is_written() -> None:
    x, w = Value(3.0, "x"), Value(2.0, "w")
    for which, message in ((1, r"an input of mul \(w\)"), (2, "an input of exp"), (3, "the result of add")):
        y = x * w
        z = y.exp() + 1.0
        changed = (x, w, y, z)[which]
        changed.data = changed.data * 1.0
        with pytest.raises(RuntimeError, match=f"the data of {message} was changed after it was used.*optimizer.step"):
            z.backward()
        assert x.grad is w.grad is None
    z = (x * w).exp()
    z.backward()
    assert x.grad == 2.0 * z.data


def test_a_constant_whose_data_was_set_after_it_was_used_is_noticed_too() -> None:
    x, c = Value(3.0), Value(2.0).detach()
    y = x * c
    c.data = 5.0
    with pytest.raises(RuntimeError, match="the data of an input of mul was changed"):
        y.backward()
    assert x.grad is None


def test_setting_data_before_it_is_used_is_no_change() -> None:
    x = Value(3.0)
    x.data = 4.0
    y = x * x
    y.backward()
    assert x.grad == 8.0
