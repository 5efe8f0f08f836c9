"""The memory of nodes: in which order free places are taken, how much memory is held, and where the search looks."""

from __future__ import annotations

import gc
import itertools
import random
from collections import Counter
from collections.abc import Iterator

import pytest

import autograd
from autograd import Value, native

pytestmark = pytest.mark.skipif(not autograd.__compiled__, reason="this is the pure engine")

SLAB = 1 << 21  # bytes
PER_SLAB = SLAB // 64 - 1  # nodes


@pytest.fixture(autouse=True)
def no_garbage() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def leaves(count: int) -> list[Value]:
    return [Value(0.0) for _ in range(count)]


def slabs(nodes: list[Value]) -> set[int]:
    return {id(node) // SLAB for node in nodes}


def test_freed_nodes_are_taken_again_in_the_order_of_their_places() -> None:
    before = leaves(10 * PER_SLAB)
    random.Random(0).shuffle(before)
    old = slabs(before)
    while before:
        before.pop()
    for _ in range(3):
        after = leaves(8 * PER_SLAB)
        places = [id(node) for node in after]
        back = [a for a, b in itertools.pairwise(places) if b < a]
        assert len(back) <= len(slabs(after))  # at most from the end of one slab to the begin of another
        assert len(slabs(after) - old) <= 1
        old |= slabs(after)
        del after


def test_at_most_a_quarter_of_the_memory_of_nodes_is_left_unused() -> None:
    draw = random.Random(0)
    kept: list[Value] = []
    found: set[int] = set()
    for _ in range(20):
        new = leaves(2 * PER_SLAB)
        found |= slabs(new)
        kept += draw.sample(new, PER_SLAB // 2)
        del new
    most = native.core.live() + 2 * PER_SLAB
    assert len(found) <= most / PER_SLAB / 0.75 + 1


@pytest.mark.parametrize("free", [1, PER_SLAB // 5])
def test_a_slab_with_few_free_places_is_not_searched(free: int) -> None:
    nodes = leaves(10 * PER_SLAB)
    while id(nodes[-1]) % SLAB != SLAB - 64:  # so that the search stands at the end of a slab
        nodes.append(Value(0.0))
    kept = [node for node in nodes if id(node) % SLAB < SLAB - free * 64]
    del nodes
    nearly_full = {
        slab for slab, count in Counter(id(node) // SLAB for node in kept).items() if count == PER_SLAB - free
    }
    assert len(nearly_full) >= 8
    assert slabs(leaves(2 * PER_SLAB)).isdisjoint(nearly_full)
