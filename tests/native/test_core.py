"""The compiled engine is the pure one, faster: the same bits, errors and attributes, and no node that is not freed."""

from __future__ import annotations

import copy
import gc
import inspect
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, native, no_grad
from autograd.engine.op import NO_PARAMS
from autograd.engine.sweep import sweep
from autograd.native.sources import MODULES

from . import programs

compiled = pytest.mark.skipif(not autograd.__compiled__, reason="this is the pure engine")
ROOT = Path(__file__).parents[2]


def in_python(*arguments: str, pure: bool = False) -> str:
    """Run Python with the arguments and return what it printed."""
    environ = {**os.environ, "GLASSGRAD_PURE": "1" if pure else "0", "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, *arguments], env=environ, capture_output=True, text=True, timeout=1800)
    assert run.returncode == 0, run.stderr
    return run.stdout


def same_as_pure(module: ModuleType, first: int, last: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        here = [module.run(seed) for seed in range(first, last)]
    pure = in_python("-W", "ignore", "-m", module.__name__, str(first), str(last), pure=True).splitlines()
    assert pure[0] == "False"
    assert here == pure[1:]


@compiled
def test_a_random_program_has_the_bits_of_the_pure_engine() -> None:
    same_as_pure(programs, 0, 500)


@compiled
@pytest.mark.slow
def test_ten_thousand_random_programs_have_the_bits_of_the_pure_engine() -> None:
    same_as_pure(programs, 500, 10_500)


def test_the_environment_can_force_the_pure_engine() -> None:
    assert in_python("-c", "import autograd; print(autograd.__compiled__)", pure=True) == "False\n"


@compiled
def test_a_binary_of_another_source_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "source_hash", lambda: "another")
    for name in MODULES:
        with pytest.warns(RuntimeWarning, match=r"was built from another source .* build it again"):
            assert native._load(name) is None


@compiled
def test_a_second_copy_of_the_package_is_pure() -> None:
    again = "for name in [n for n in sys.modules if n.startswith('autograd')]: del sys.modules[name]"
    both = f"import sys, autograd as a; v = a.Value(2.0)\n{again}\nimport autograd as b; w = b.Value(3.0)"
    used = "(v * v).backward(); (w * w).backward(); print(a.__compiled__, b.__compiled__, v.grad, w.grad)"
    assert in_python("-c", f"{both}\n{used}") == "True False 4.0 6.0\n"


@contextmanager
def no_node_is_left() -> Iterator[None]:
    gc.collect()
    before = native.core.live()
    yield
    gc.collect()
    assert native.core.live() == before


@compiled
def test_the_module_of_values_is_not_loaded_again_into_the_compiled_engine() -> None:
    script = """
import importlib, autograd
from autograd import Value
try:
    importlib.reload(autograd.operands.value)
except ImportError as error:
    print(error)
x = Value(3.0)
(x * x).backward()
print(x.grad, autograd.operands.value.Value is Value)
"""
    error, result = in_python("-c", script).splitlines()
    assert "autograd.operands.value cannot be loaded again" in error
    assert result == "6.0 True"


@compiled
def test_every_node_is_freed_also_those_that_errors_left() -> None:
    with warnings.catch_warnings(), no_node_is_left():
        warnings.simplefilter("ignore")
        for seed in range(50):
            programs.run(seed)


@compiled
def test_a_million_nodes_in_a_row_are_freed_without_recursion() -> None:
    with no_node_is_left():
        y = x = Value(1.0)
        for _ in range(1_000_000):
            y = y + x
        y.backward()
        assert x.grad == 1_000_001.0
        assert native.core.live() > 1_000_000
        del x, y


@compiled
def test_reference_counts_hold() -> None:
    x, label, gradient = Value(2.0), "a label of some length", object()
    before = [sys.getrefcount(each) for each in (x, label, gradient, native.core)]
    for _ in range(1000):
        y = x * x + 1.0
        y.label = label
        y.grad = gradient
        y.inputs, y.op, y.params, y._index, y._data, y._changed  # noqa: B018
        y.backward()
        x.grad = None
        y = autograd.sum([x, y, x])
        y.data = 3.0
        del y
    after = [sys.getrefcount(each) for each in (x, label, gradient, native.core)]
    assert [a - b for a, b in zip(after, before, strict=True) if abs(a - b) > 5] == []


@compiled
def test_threads_that_share_a_leaf_lose_no_gradient() -> None:
    leaf = Value(1.0)
    cube = autograd.Op("cube", lambda x: x**3, lambda x: x**3, lambda g, y, x: g * 3.0 * x * x)

    def work(quick: bool) -> None:
        for _ in range(300):
            y = leaf * 2.0
            (y if quick else cube(y)).backward()  # the one in C, the other in Python

    threads = [threading.Thread(target=work, args=(k % 2 == 0,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert leaf.grad == 4 * 300 * (2.0 + 24.0)


def leaf(**fields: Any) -> Value:
    """Return a leaf of which these attributes were set."""
    found = Value(2.0)
    for name, value in fields.items():
        setattr(found, name, value)
    return found


SWEPT_IN_C: dict[str, Callable[[], Any]] = {
    "a float": lambda: Value(2.0),
    "an int": lambda: Value(2),
    "a bool": lambda: Value(True),
    "a float of NumPy": lambda: Value(np.float64(2.0)),
    "labelled": lambda: Value(2.0, label="x"),
    "labelled by place": lambda: Value(2, "x"),
    "labelled later": lambda: leaf(label="x"),
    "without a label again": lambda: leaf(label=""),
    "data set to a float": lambda: leaf(data=3.0),
    "data set to an int": lambda: leaf(data=3),
    "gradient set to 0": lambda: leaf(grad=0),
    "gradient set to 0.0": lambda: leaf(grad=0.0),
    "gradient set to None": lambda: leaf(grad=None),
    "detached": lambda: (Value(2.0) * 3.0).detach(),
    "of another's item": lambda: Value((Value(2.0) * 3.0).item()),
    "a parameter": lambda: nn.Neuron(2).parameters()[0],
    "a parameter of a copy": lambda: copy.deepcopy(nn.Neuron(2)).parameters()[0],
}
SWEPT_IN_PYTHON: dict[str, Callable[[], Any]] = {
    "gradient in the graph": lambda: leaf(grad=Value(1.0)),
    "gradient too large for a float": lambda: leaf(grad=10**400),
    "below an op of the user's": lambda: autograd.Op("own", lambda x: x, lambda x: x, lambda g, y, x: g)(Value(2.0)),
    "below an op that is not in C": lambda: autograd.digamma(Value(2.0)),
}


@compiled
@pytest.mark.parametrize("name", SWEPT_IN_C)
def test_a_graph_of_every_kind_of_leaf_is_swept_in_c(name: str) -> None:
    x, other = SWEPT_IN_C[name](), Value(1.0)
    assert native.sweep((x * other + x).tanh(), 1.0)
    assert other.grad is not None


@compiled
@pytest.mark.parametrize("name", SWEPT_IN_PYTHON)
def test_a_graph_that_only_python_knows_is_left_to_it(name: str) -> None:
    x, other = SWEPT_IN_PYTHON[name](), Value(1.0)
    assert not native.sweep((x * other + x).tanh(), 1.0)
    assert other.grad is None


def a_row(count: int) -> Any:
    y: Any = Value(1.0)
    for _ in range(count):
        y = y.tanh()
    return y


def a_heap(count: int) -> Any:
    """Add leaves two by two, then the sums, and so on; many nodes wait at a time."""
    level: list[Any] = [Value(1.0) for _ in range(count)]
    while len(level) > 1:
        level = [a + b for a, b in zip(level[::2], level[1::2], strict=False)] + level[len(level) // 2 * 2 :]
    return level[0]


def a_ladder(count: int) -> Any:
    """Let each node be read by the next two, so that there are more paths than a search could take."""
    a: Any = Value(1.0)
    b: Any = a * 0.5
    for _ in range(count):
        a, b = b, a * 0.5 + b * 0.25
    return b


def a_list_of_lists(count: int) -> Any:
    row: list[Any] = [Value(1.0) for _ in range(min(count, 100))]
    for _ in range(count // 100 + 1):
        row = [autograd.sum([x, *row]) for x in row]
    return autograd.dot(row, row)


@compiled
@pytest.mark.parametrize("count", [1, 2, 3, 30, 1500])  # of nodes, for which the memory of the search grows
@pytest.mark.parametrize("graph", [a_row, a_heap, a_ladder, a_list_of_lists])
def test_a_sweep_in_c_finds_the_nodes_and_gradients_of_one_in_python(graph: Callable[[int], Any], count: int) -> None:
    root = graph(count)
    wanted = list(sweep(root))
    for times in (1.0, 2.0):
        assert native.sweep(root, 1.0)
        assert [node.grad for node, _ in wanted] == [g if node.op else times * g for node, g in wanted]


@compiled
def test_what_a_search_found_before_it_was_left_to_python_is_found_by_the_next_one() -> None:
    x = Value(2.0)
    below: Any = a_heap(30) * x
    below = autograd.sum([below, x, below])
    assert not native.sweep(autograd.digamma(x) * below + below, 1.0)  # `below` is searched first
    assert x.grad is None
    wanted = list(sweep(below))
    assert native.sweep(below, 1.0)
    assert [node.grad for node, _ in wanted] == [g for _, g in wanted]


OPERANDS_OF_NUMPY: dict[str, Callable[[Any], Any]] = {
    "an integer": lambda x: x * np.int64(3),
    "a float of 32 bits": lambda x: np.float32(0.5) * x,
    "an array of no dimension": lambda x: x + np.array(2.0),
    "a mask": lambda x: autograd.where(np.bool_(True), x, 1.0),
    "a parameter": lambda x: autograd.leaky_relu(x, np.float64(0.5)),
}


@compiled
@pytest.mark.parametrize("name", OPERANDS_OF_NUMPY)
def test_an_operand_that_python_makes_a_constant_of_leaves_the_graph_in_c(name: str) -> None:
    x = Value(2.0)
    assert native.sweep(OPERANDS_OF_NUMPY[name](x), 1.0)
    assert x.grad is not None


@compiled
@pytest.mark.parametrize("params", [{"min": -1, "max": 1.5}, {"min": -1.0, "max": True}])
def test_the_parameters_of_an_op_are_none_of_its_inputs(params: dict[str, Any]) -> None:
    x = Value(0.5)
    y: Any = autograd.clip(x, **params)
    assert y.inputs == (x,)
    assert repr(y.params) == repr(params)
    assert native.sweep(y * y, 1.0)
    assert (y.grad, x.grad) == (1.0, 1.0)


@compiled
def test_what_was_recorded_while_something_watched_is_for_python_to_sweep() -> None:
    x = Value(2.0)
    with autograd.detect_anomaly():
        y = x * x
    assert not native.sweep(y + x, 1.0)
    (y + x).backward()
    assert x.grad == 5.0


@compiled
def test_a_mode_that_was_copied_into_a_context_holds_there_after_it_ended() -> None:
    import contextvars

    with autograd.no_grad():
        context = contextvars.copy_context()
    x = Value(1.0)
    y: Any = context.run(lambda: x * 2.0)
    assert not y.requires_grad
    assert (x * 2.0).requires_grad


@compiled
def test_a_number_among_the_inputs_becomes_one_constant() -> None:
    y: Any = Value(3.0) * 2.0
    assert y.inputs[1] is y.inputs[1]
    assert (y.inputs[1].data, y.inputs[1].requires_grad) == (2.0, False)


@pytest.mark.parametrize("lists", [([],), ([1.0, 2],), ([1.0], (2.0,)), ([], ())])
def test_an_op_of_lists_of_plain_numbers_gives_a_plain_number(lists: tuple[Any, ...]) -> None:
    found = autograd.sum(*lists) if len(lists) == 1 else autograd.dot(*lists)
    assert type(found) is float


@compiled
def test_no_python_code_that_could_change_the_lists_runs_while_an_op_of_lists_reads_them() -> None:
    found: list[str] = []
    xs: list[Any] = [Value(2.0), 3.0]

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            found.append(frame.f_code.co_name)

    with no_grad():
        sys.setprofile(note)
        try:
            y = native.apply(native.codes["dot"], NO_PARAMS, xs, xs)
        finally:
            sys.setprofile(None)
    assert y.data == 13.0
    assert found == []


def test_an_op_of_a_list_has_its_numbers_as_constants() -> None:
    x = Value(2.0)
    y = autograd.dot((x, 3), [4.0, x])
    y.backward()
    assert [(i.data, i.requires_grad) for i in y.inputs] == [(2.0, True), (3.0, False), (4.0, False), (2.0, True)]
    assert (y.data, x.grad) == (14.0, 7.0)


def test_a_value_says_what_it_takes_and_what_it_is() -> None:
    assert str(inspect.signature(Value)) == "(data: 'float', label: 'str' = '') -> 'None'"
    assert list(inspect.signature(Value.exp).parameters) == ["self"]
    assert not inspect.signature(Value(1.0).exp).parameters
    assert Value.exp.__doc__ is None
    assert (Value.__doc__ or "").startswith("A float in a computation graph.")
    assert str(Value.data.__doc__).startswith("The number.")
    assert str(Value.grad.__doc__).startswith("d(root)/d(this node)")
    assert repr(Value) == "<class 'autograd.operands.value.Value'>"
    with pytest.raises(TypeError, match="Value is final"):
        type("Own", (Value,), {})
