"""Bypasses: the size of a layered graph is in proportion to its boxes and lines, and long lines run beside columns."""

from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from autograd.see.layout.bypasses import bypass_levels
from autograd.see.layout.coordinates import y_coordinates
from autograd.see.layout.layers import PASSED, split_into_layers
from autograd.see.layout.order import order_columns
from autograd.see.layout.sugiyama import layered
from autograd.see.layout.tracks import tracks
from tests.see.layout.graphs import (
    Graph,
    chain,
    computation,
    far_reaching,
    neuron,
    one_leaf_in_every_op,
    sum_of_random_ops,
    used_everywhere,
)

LONG_LINES: list[Callable[[], Graph]] = [
    *(partial(far_reaching, seed) for seed in range(4)),
    partial(far_reaching, 5, 400, 300),
    partial(sum_of_random_ops, 30),
    partial(sum_of_random_ops, 300),
    partial(used_everywhere, 2, 600),
    partial(one_leaf_in_every_op, 300),
    partial(computation, 7, 1_600),
]


@pytest.mark.parametrize("make", LONG_LINES)
def test_the_items_are_in_proportion_to_the_boxes_and_lines(make: Callable[[], Graph]) -> None:
    boxes, lines = make()
    graph = split_into_layers(boxes, lines)
    passed = sum(graph.rank[line.head] - graph.rank[line.tail] - 1 for line in lines)
    assert passed > 4 * (len(boxes) + len(lines)), "expected a graph with longer lines, which tests something"
    assert len(graph.size) <= 4 * (len(boxes) + len(lines))
    assert sum(map(len, graph.after)) <= 4 * (len(boxes) + len(lines))
    assert sum(graph.shared) <= PASSED * (len(boxes) + len(lines))


@pytest.mark.parametrize("make", LONG_LINES[:-1])
def test_the_curves_are_in_proportion_to_the_boxes_and_lines(make: Callable[[], Graph]) -> None:
    boxes, lines = make()
    assert sum(len(curve.points) for curve in layered(boxes, lines).curves) <= 30 * (len(boxes) + len(lines))


@pytest.mark.parametrize("make", [neuron, partial(chain, 150), partial(computation, 3)])
def test_a_graph_without_many_long_lines_has_no_bypasses(make: Callable[[], Graph]) -> None:
    boxes, lines = make()
    graph = split_into_layers(boxes, lines)
    assert set(graph.branch) == {None}
    for k, line in enumerate(lines):
        assert [graph.rank[item] for item in graph.path(k)] == [
            *range(graph.rank[line.tail], graph.rank[line.head] + 1)
        ]


@pytest.mark.parametrize("make", LONG_LINES[:-1])
def test_bypasses_run_outside_of_the_columns_they_pass_on_levels_of_their_own(make: Callable[[], Graph]) -> None:
    graph = split_into_layers(*make())
    columns = order_columns(graph)
    y = y_coordinates(graph, columns, 20.0)
    levels = bypass_levels(graph, y, 10.0)
    ends = [(line.tail, branch) for line, branch in zip(graph.lines, graph.branch, strict=True) if branch is not None]
    assert levels.keys() == {box for box, _ in ends} != set()
    spans = [
        (graph.rank[box], max(graph.rank[branch] for tail, branch in ends if tail == box), levels[box])
        for box in levels
    ]
    nested = [
        (outer, inner) for start, end, outer in spans for first, last, inner in spans
        if start < first and last < end and (outer < 0) == (inner < 0)
    ]  # fmt: skip
    assert sum(abs(outer) > abs(inner) for outer, inner in nested) >= 2 * len(nested) / 3
    for i, (first, last, level) in enumerate(spans):
        items = [item for column in columns[first : last + 1] for item in column]
        top = min(y[item] - graph.size[item].height / 2 for item in items)
        bottom = max(y[item] + graph.size[item].height / 2 for item in items)
        assert level <= top - 10 or level >= bottom + 10
        for other_first, other_last, other in spans[:i]:
            assert abs(level - other) >= 10 - 1e-6 or other_last < first or last < other_first


@pytest.mark.parametrize("seed", range(10))
def test_tracks_are_as_few_as_spans_overlap(seed: int) -> None:
    random = Random(seed)
    spans = sorted((start, start + random.randint(1, 9)) for start in random.choices(range(30), k=40))
    found = list(zip(spans, tracks(spans), strict=True))
    deepest = max(sum(start <= place < end for start, end in spans) for place in range(40))
    assert {track for _, track in found} == set(range(deepest))
    for i, ((start, end), track) in enumerate(found):
        assert all(track != other or end <= a or b <= start for (a, b), other in found[:i])
