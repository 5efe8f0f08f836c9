"""What the compiled engine does while each allocation fails in turn: `python -m tests.native.failing SCENARIO`.

It runs in a process of its own, and prints how often an allocation failed and how often the scenario was tried. It
asserts that after a failure no node is left, the counts of references to what the scenario was given are as before, a
graph that was given has the same sweep, and gradients are all written or none. In a debug build of Python it also
asserts that the count of all references is as before. No scenario goes through the engine in Python: Python 3.11 itself
loses references where memory fails in some of its own functions, such as `tuple` of a generator.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import sys
from array import array
from collections.abc import Callable
from typing import Any, Final

from autograd import Value, native, no_grad
from autograd.engine.mode import USUAL, mode
from autograd.engine.op import NO_PARAMS, Op
from autograd.graph.tape import FIRST

_testcapi: Any = importlib.import_module("_testcapi")  # which a Python may lack
PER_SLAB: Final = (1 << 14) - 1  # nodes of 64 bytes
NUMBERS: Final = array("d", [1.0, 2.0, 1.0])
WRITTEN, READ = array("Q", [0, 1, 5]), array("Q", [2, 3, 4])  # rows of the memory of the tape below
SUM, DOT, LOGSUMEXP, LEAKY_RELU, WHERE, REMAINDER = (
    native.codes.get(name, 0) for name in ("sum", "dot", "logsumexp", "leaky_relu", "where", "remainder")
)
IN_ROW: Final = 40  # successes in a row after which no allocation is left to fail

own: Final = Op("halve", lambda x: x / 2.0, lambda x: x / 2.0, lambda g, y, x: g / 2.0)


class Given:
    """What a scenario starts from; made anew each time, while memory is there."""

    def __init__(self) -> None:
        self.x, self.w = Value(2.0), Value(3.0)
        self.label, self.gradient, self.whole = "a label of some length", 10**400, 12345678901234567890
        self.pair, self.sloped = [self.x, self.w], [self.x, 0.2]
        self.many = [self.x, self.w, self.x, self.w]
        self.inputs, self.params, self.slope = (self.x, self.w), {"a parameter": 1.0}, {"negative_slope": 0.2}
        self.numbers, self.choice = [self.x, 4.0], [True, self.x, 1.0]
        self.product: Any = self.x * self.w
        self.number: Any = self.x * 2.0
        self.deep: Any = self.x
        for _ in range(50):
            self.deep = self.deep * self.w + 1.0
        self.ends = [self.x, self.deep, self.w]
        # A tape of a + b, with a and b as inputs. An op may look at three operands.
        add = bytes([native.codes["add"]])
        ops = (add, array("I", [0, 2]), array("I", [0, 1, 0]))
        self.tape = (*ops, bytes([FIRST, FIRST]), 2)
        self.memory, self.result = array("d", bytes(8 * 6)), array("d", bytes(8 * 3))

    def counts(self) -> dict[str, int]:
        return {name: sys.getrefcount(each) for name, each in vars(self).items()}

    def gradients(self) -> set[Any]:
        return {self.x.grad, self.w.grad}


def operators(given: Given) -> None:
    x, w = given.x, given.w
    (x + w, x - 1.0, 2 * w, x / w, x**w, -x, abs(x), given.whole * x)


def methods(given: Given) -> None:
    given.x.tanh(), given.x.exp(), given.w.log(), given.w.sigmoid(), given.x.relu()


def lists(given: Given) -> None:
    native.apply(SUM, NO_PARAMS, given.many)
    native.apply(SUM, NO_PARAMS, given.numbers)
    native.apply(DOT, NO_PARAMS, given.pair, given.numbers)
    native.apply(LOGSUMEXP, NO_PARAMS, given.many)


def two_inputs(given: Given) -> None:
    native.apply(REMAINDER, NO_PARAMS, given.pair)
    native.apply(REMAINDER, NO_PARAMS, given.numbers)


def parameters(given: Given) -> None:
    native.apply(LEAKY_RELU, given.slope, given.sloped)
    native.apply(WHERE, NO_PARAMS, given.choice)


def leaves(given: Given) -> None:
    Value(1.0), Value(2), Value(3.0, label=given.label), Value(4.0, given.label)


def attributes(given: Given) -> None:
    y = given.product
    y.label = given.label
    y.grad = given.gradient
    y.grad, y.label, y.op, y.params, y._index, y._changed, y._data  # noqa: B018
    y._changed = 2**40
    y._data = 5.0
    y.label = ""


def filling(given: Given) -> None:
    Value.__new__(Value)._fill(2.0, own, given.inputs, given.params, given.label, 10**9)
    Value.__new__(Value)._fill(2.0, None, (), NO_PARAMS, "", -1)


def numbers_as_inputs(given: Given) -> None:
    given.number.inputs, given.number.inputs  # noqa: B018


def backward(given: Given) -> None:
    given.product.backward()


def backward_again(given: Given) -> None:
    given.x.grad = 0
    given.product.backward()
    given.product.backward(2.0)


def backward_of_many(given: Given) -> None:
    given.deep.backward()


def without_recording(given: Given) -> None:
    with no_grad():
        given.x * given.w


def graph_as_arrays(given: Given) -> None:
    native.core.graph(given.ends, 1)


def tapes(given: Given) -> None:
    native.interpreter.run(given.tape, given.memory, 1, WRITTEN, NUMBERS, READ, given.result, 1, 1, True)


def refused(given: Given) -> None:
    for name, wrong in (("_data", "text"), ("_changed", 2.5)):
        try:
            setattr(given.product, name, wrong)
        except TypeError:
            continue
        raise AssertionError(f"{name} was set to {wrong!r}")
    assert native.apply(SUM, NO_PARAMS, [given.x, "text", given.w]) is None
    assert native.apply(SUM, NO_PARAMS, [given.x, None, given.w]) is None


SCENARIOS: Final[dict[str, Callable[[Given], None]]] = {
    each.__name__: each
    for each in (
        operators, methods, lists, two_inputs, parameters, leaves, attributes, filling, numbers_as_inputs, backward,
        backward_again, backward_of_many, without_recording, graph_as_arrays, tapes, refused,
    )
}  # fmt: skip
KEEPING: Final = ("attributes", "numbers_as_inputs")  # a node keeps what these set


def fill_slabs(kept: list[Value]) -> None:
    """Take all nodes of a slab. The slabs before it have few free ones, so the next node needs memory."""
    in_row = 0
    while in_row < PER_SLAB:
        kept.append(Value(0.0))
        in_row = in_row + 1 if len(kept) > 1 and id(kept[-1]) == id(kept[-2]) + 64 else 1


def slope(given: Given) -> Any:
    """Return the gradient of the first leaf after a sweep of the deep graph."""
    given.deep.backward()
    return given.x.grad


def fails(scenario: Callable[[Given], None], given: Given, which: int) -> bool:
    """Run the scenario while allocation number `which` fails, and tell whether it raised MemoryError."""
    _testcapi.set_nomemory(which, which + 1)
    try:
        scenario(given)
    except MemoryError:
        return True
    finally:
        _testcapi.remove_mem_hooks()
    return False


def one_round(name: str, kept: list[Value]) -> tuple[int, int]:
    """Let each allocation of a scenario fail in turn; return how many failed, and how often the scenario was tried."""
    scenario = SCENARIOS[name]
    whole = slope(Given())
    failed = in_row = 0
    gc.collect()
    for which in itertools.count():
        before = native.core.live() - len(kept)
        given = Given()
        fill_slabs(kept)
        counts = given.counts()
        has_failed = fails(scenario, given, which)
        mode.set(USUAL)  # to leave a mode takes memory too: where that failed, the mode is still on
        gc.collect()
        if name == "tapes" and not has_failed:
            assert given.result.tolist() == [3.0, 1.0, 1.0]
        if name.startswith("backward"):
            assert given.gradients() in ({None}, {0, None}) or None not in given.gradients(), given.gradients()
        elif name not in KEEPING:
            wrong = {each: (counts[each], now) for each, now in given.counts().items() if now != counts[each]}
            assert not wrong, f"allocation {which}: counts of references before and after: {wrong}"
            assert slope(given) == whole, f"allocation {which}: a sweep after it gives {given.x.grad}, not {whole}"
        del given
        gc.collect()
        left = native.core.live() - len(kept) - before
        assert left == 0, f"allocation {which}: {left} nodes are left"
        failed += has_failed
        in_row = 0 if has_failed else in_row + 1
        if in_row == IN_ROW:
            break
    return failed, which + 1


def grows(name: str, kept: list[Value]) -> int:
    """Return how many references a round leaves behind, without those to what is kept.

    A debug build of Python counts all references that there are.
    """
    totals = array("q", [0, 0, 0])  # which holds no references itself
    for k in range(len(totals)):
        one_round(name, kept)
        gc.collect()
        totals[k] = sys.gettotalrefcount() - len(kept)
    return totals[2] - totals[1]


def main(name: str) -> None:
    SCENARIOS[name](Given())  # what is made once is made now
    kept: list[Value] = []
    found = one_round(name, kept)
    if hasattr(sys, "gettotalrefcount"):
        left = grows(name, kept)
        assert left == 0, f"a round leaves {left} references behind"
    print(*found)


if __name__ == "__main__":
    main(sys.argv[1])
