"""Graphs of the largest sizes, and many steps: memory stays flat, and all nodes are freed.

`tools/sanitize.py --slow` runs them at a tenth of the size, because GLASSGRAD_SOAK=0.1 says so.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, native

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not autograd.__compiled__, reason="this is the pure engine"),
]
SCALE = float(os.environ.get("GLASSGRAD_SOAK", "1"))
STATM = Path("/proc/self/statm")


def size(full: int) -> int:
    return int(full * SCALE)


def held() -> int:
    """Return the bytes that this process holds; 0 where the system does not say."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if STATM.exists() else 0


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    gc.collect()
    before = native.core.live()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    assert native.core.live() == before


def test_ten_million_nodes_live_at_once() -> None:
    count, x, before = size(10_000_000), Value(1.0), held()
    y: Any = x
    for _ in range(count):
        y = y + x
    assert native.core.live() >= count
    if SCALE == 1 and STATM.exists():
        assert held() - before < 80 * count
    y.backward()
    assert x.grad == count + 1.0


def test_a_million_steps_hold_no_more_memory_than_a_thousand() -> None:
    w, b = Value(0.5), Value(0.0)

    def steps(count: int) -> None:
        for k in range(count):
            loss = ((w * 0.25 + b).tanh() - 0.1) ** 2
            loss.backward()
            for p in (w, b):
                p.data -= 0.1 * p.grad
                p.grad = None
            if k % 7 == 0:
                loss.label = f"step {k}"

    steps(1000 if SCALE == 1 else 10_000)  # the allocator of a sanitizer holds what it keeps after more steps
    before, live = held(), native.core.live()
    steps(size(1_000_000))
    assert held() - before < 1_000_000
    assert native.core.live() == live
    assert abs((w * 0.25 + b).tanh().item() - 0.1) < 1e-6


def test_a_leaf_with_a_million_consumers() -> None:
    count, x = size(1_000_000), Value(3.0)
    total: Any = 0.0
    users = [x * 2.0 for _ in range(count)]
    for user in users:
        total = total + user
    total.backward()
    assert x.grad == 2.0 * count
    assert users[0].grad == users[-1].grad == 1.0


def test_a_sum_of_a_hundred_thousand_terms() -> None:
    count = size(100_000)
    leaves = [Value(float(k)) for k in range(count)]
    total = autograd.sum(leaves)
    total.backward()
    assert total.item() == count * (count - 1) / 2
    assert {x.grad for x in leaves} == {1.0}
    product = autograd.dot(leaves, leaves)
    product.backward()
    assert leaves[-1].grad == 1.0 + 2.0 * (count - 1)
