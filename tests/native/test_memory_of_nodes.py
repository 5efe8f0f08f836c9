"""The memory of nodes: in which order free places are taken, how much memory is held, and where the search looks."""

from __future__ import annotations

import gc
import itertools
import random
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

import autograd
from autograd import Value, native
from tests.native.test_core import in_python

pytestmark = pytest.mark.skipif(not autograd.__compiled__, reason="this is the pure engine")

NODE = 64  # bytes
PER_SLAB = (1 << 14) - 1  # nodes


@pytest.fixture(autouse=True)
def no_garbage() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def leaves(count: int) -> list[Value]:
    return [Value(0.0) for _ in range(count)]


def places(nodes: list[Value]) -> list[int]:
    return [id(node) for node in nodes]


def whole_slabs(count: int) -> list[Value]:
    """Return new leaves, of which the last ones are all nodes of so many slabs, up to the end of the last one."""
    nodes = leaves(1)
    found, in_row = 0, 1
    while found < count:
        nodes.append(Value(0.0))
        in_row = in_row + 1 if id(nodes[-1]) == id(nodes[-2]) + NODE else 1
        found += in_row == PER_SLAB
    return nodes


def test_each_node_is_a_line_of_the_cache() -> None:
    assert all(place % NODE == 0 for place in places(leaves(2 * PER_SLAB)))


def test_freed_nodes_are_taken_again_in_the_order_of_their_places() -> None:
    before = leaves(20 * PER_SLAB)
    random.Random(0).shuffle(before)
    old = set(places(before))
    while before:
        before.pop()
    for _ in range(3):
        after = leaves(16 * PER_SLAB)
        back = [a for a, b in itertools.pairwise(places(after)) if b < a]
        assert len(back) <= 18  # at most from the end of one slab to the begin of another
        new = set(places(after)) - old
        assert len(new) <= 2 * PER_SLAB
        old |= new
        del after


def test_at_most_a_quarter_of_the_memory_of_nodes_is_left_unused() -> None:
    draw = random.Random(0)
    kept: list[Value] = []
    found: set[int] = set()
    for _ in range(20):
        new = leaves(4 * PER_SLAB)
        found |= set(places(new))
        kept += draw.sample(new, PER_SLAB)
        del new
    most = native.core.live() + 4 * PER_SLAB
    assert len(found) <= most / 0.75 + PER_SLAB


def taken_again(one_in: int) -> float:
    """Free one in so many nodes of 40 slabs, and return which part of the next nodes is in their places."""
    nodes = whole_slabs(40)
    free = set(places(nodes[::one_in]))
    del nodes[::one_in]
    return len(free.intersection(places(leaves(PER_SLAB)))) / PER_SLAB


@pytest.mark.parametrize(("one_in", "part"), [(5, 0.0), (3, 1.0)])
def test_slabs_are_searched_again_only_where_a_quarter_of_them_is_free(one_in: int, part: float) -> None:
    """So the search passes at most three nodes that are in use for each one that it takes."""
    code = f"from {__name__} import taken_again; print(taken_again({one_in}))"
    assert float(in_python("-c", code)) == part


def memory_of(make: Callable[[], object], count: int = 1000) -> float:
    """Return how many bytes Python hands out for each object, at least once without a new slab."""
    found = []
    for _ in range(3):
        tracemalloc.start()
        made = [make() for _ in range(count)]
        found.append(tracemalloc.get_traced_memory()[0] / count)
        tracemalloc.stop()
        del made
    return min(found)


def test_an_op_of_one_input_or_two_is_in_the_node_itself() -> None:
    x = Value(0.5)
    for make in (lambda: x * x, x.tanh, lambda: autograd.tanh(x), lambda: autograd.maximum(x, x)):
        assert memory_of(make) < 16  # a place in the list
    assert memory_of(lambda: autograd.sum([x, x])) > 64
