"""Rows and directions of the built-in layout: nothing overlaps, arrows arrive straight, the page's width is kept."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from autograd.see.layout.geometry import Box, Layout, Line, Point
from autograd.see.layout.sugiyama import layered
from tests.sampling import one_in
from tests.see.layout.graphs import GRAPHS, LABEL, OP, VALUE, Graph, add_op, chain, computation, neuron
from tests.see.layout.test_sugiyama import NEAR, clear, labels, pieces, walk

PAGE = 1000.0


def loop(rounds: int, label: Box | None = LABEL) -> Graph:
    """Build x = tanh(w * x) in a loop, where w is one box."""
    boxes, lines = [VALUE, VALUE], []
    x = 1
    for _ in range(rounds):
        times = len(boxes)
        boxes += [OP, VALUE, OP, VALUE]
        lines += [Line(0, times, label), Line(x, times, label), Line(times, times + 1)]
        lines += [Line(times + 1, times + 2, label), Line(times + 2, times + 3)]
        x = times + 3
    return boxes, lines


def recurrent(steps: int) -> Graph:
    """Build h = tanh(w * h + u * x + b) in a loop, where x is new in each step and w, u, b are the same boxes."""
    boxes: list[Box] = [VALUE] * 4
    lines: list[Line] = []

    h = 3
    for _ in range(steps):
        x = len(boxes)
        boxes.append(VALUE)
        products = add_op(boxes, lines, 0, h), add_op(boxes, lines, 1, x)
        h = add_op(boxes, lines, add_op(boxes, lines, add_op(boxes, lines, *products), 2))
    return boxes, lines


LONG: list[Callable[[], Graph]] = [
    partial(chain, 40),
    partial(chain, 40, None),
    partial(loop, 20),
    partial(loop, 20, None),
    partial(recurrent, 12),
    *(partial(computation, seed, 120) for seed in range(8)),
]
WAYS: list[dict[str, Any]] = [{"direction": "TB"}, {"max_width": 400.0}]
CASES = [(make, way) for make in GRAPHS for way in WAYS] + [(make, {"max_width": PAGE}) for make in LONG]


# All of them take a minute. A graph has two cases, one after the other, so that a third of them has both directions.
@pytest.fixture(scope="module", params=one_in(3, range(len(CASES))))
def drawn(request: pytest.FixtureRequest) -> tuple[Graph, Layout]:
    make, way = CASES[request.param]
    graph = make()
    return graph, layered(*graph, **way)


def test_boxes_and_labels_never_overlap_and_are_inside_the_frame(drawn: tuple[Graph, Layout]) -> None:
    graph, layout = drawn
    things = [*zip(layout.centers, graph[0], strict=True), *labels(graph, layout)]
    for i, (p, a) in enumerate(things):
        assert all(clear(p, a, q, b) for q, b in things[:i])
    for p, size in [*things, *((point, Box(0, 0)) for curve in layout.curves for point in curve.points)]:
        assert size.width / 2 - NEAR <= p.x <= layout.width - size.width / 2 + NEAR
        assert size.height / 2 - NEAR <= p.y <= layout.height - size.height / 2 + NEAR


def test_lines_keep_clear_of_every_box_and_of_other_labels(drawn: tuple[Graph, Layout]) -> None:
    graph, layout = drawn
    things = [*zip(layout.centers, graph[0], strict=True), *labels(graph, layout)]
    for curve in layout.curves:
        for at in walk(curve):
            assert all(center == curve.label or clear(at, Box(0, 0), center, size) for center, size in things)


def test_lines_run_from_border_to_border_without_corners(drawn: tuple[Graph, Layout]) -> None:
    (boxes, lines), layout = drawn
    for line, curve in zip(lines, layout.curves, strict=True):
        start, end = curve.points[0], curve.points[-1]
        tail, head = layout.centers[line.tail], layout.centers[line.head]
        from_side = abs(start.x - tail.x - boxes[line.tail].width / 2) < NEAR and abs(start.y - tail.y) < NEAR
        from_below = abs(start.y - tail.y - boxes[line.tail].height / 2) < NEAR and abs(start.x - tail.x) < NEAR
        into_side = abs(head.x - boxes[line.head].width / 2 - end.x) < NEAR and abs(end.y - head.y) < NEAR
        into_top = abs(head.y - boxes[line.head].height / 2 - end.y) < NEAR and abs(end.x - head.x) < NEAR
        assert (from_side and into_side) or (from_below and into_top)
        for (_, _, arrive, at), (_, leave, _, _) in pairwise(pieces(curve)):
            turn = (at.x - arrive.x) * (leave.y - at.y) - (at.y - arrive.y) * (leave.x - at.x)
            assert abs(turn) < 1e-3, "the path goes on in the direction in which it arrived"


def last_direction(points: tuple[Point, ...]) -> tuple[float, float]:
    """Return the direction in which a path ends, which is that of its arrowhead."""
    before = next((p for p in reversed(points) if p != points[-1]), points[-1])
    return points[-1].x - before.x, points[-1].y - before.y


@pytest.mark.parametrize("make", [*LONG[:5], *(pytest.param(make, marks=pytest.mark.slow) for make in LONG[5:])])
def test_arrowheads_point_with_the_flow(make: Callable[[], Graph]) -> None:
    for curve in layered(*make(), max_width=PAGE).curves:
        x, y = last_direction(curve.points)
        assert x > 0
        assert abs(y) < NEAR
    for curve in layered(*make(), direction="TB").curves:
        x, y = last_direction(curve.points)
        assert abs(x) < NEAR
        assert y > 0


@pytest.mark.parametrize("make", LONG[:5])
def test_a_long_thin_graph_keeps_to_the_width_of_the_page(make: Callable[[], Graph]) -> None:
    layout = layered(*make(), max_width=PAGE)
    assert 0.6 * PAGE < layout.width <= PAGE
    assert layered(*make()).width > 4 * PAGE


def test_rows_read_like_lines_of_text() -> None:
    boxes, lines = chain(40)
    layout = layered(boxes, lines, max_width=PAGE)
    for line in lines:
        tail, head = layout.centers[line.tail], layout.centers[line.head]
        assert head.x > tail.x if head.y == tail.y else (head.x < tail.x and head.y > tail.y)


def test_a_leaf_stands_in_the_row_that_uses_it_first() -> None:
    boxes, lines = recurrent(12)
    layout = layered(boxes, lines, max_width=PAGE)
    inner = {line.head for line in lines}
    first = {line.tail: line.head for line in reversed(lines)}
    for leaf in set(range(len(boxes))) - inner:
        assert 0 < layout.centers[first[leaf]].x - layout.centers[leaf].x < PAGE / 2
        assert abs(layout.centers[first[leaf]].y - layout.centers[leaf].y) < 250


def test_a_layout_that_fits_or_is_high_is_not_cut() -> None:
    for graph in (neuron(), ([VALUE] * 81, [Line(i, 80, Box(1500, 28)) for i in range(80)])):
        assert layered(*graph, max_width=PAGE) == layered(*graph)


def test_from_top_to_bottom_labels_and_boxes_keep_their_sizes() -> None:
    layout = layered([VALUE, OP], [Line(0, 1, LABEL)], direction="TB", margin=0, rank_gap=10)
    assert layout.width == VALUE.width
    assert layout.height == VALUE.height + 10 + LABEL.height + 10 + OP.height


@pytest.mark.parametrize(
    ("make", "max_width", "turned"),
    [
        (neuron, None, False),
        (partial(chain, 3), None, False),
        (partial(chain, 12, None), None, True),
        (partial(chain, 12, None), PAGE, False),
        (partial(recurrent, 12), PAGE, False),
    ],
)
def test_auto_turns_a_drawing_that_would_not_fit_the_page(
    make: Callable[[], Graph], max_width: float | None, turned: bool
) -> None:
    chosen = layered(*make(), direction="auto", max_width=max_width)
    assert chosen == layered(*make(), direction="TB" if turned else "LR", max_width=max_width)


@pytest.mark.parametrize("make", [partial(chain, 2_500), partial(loop, 1_200), partial(recurrent, 450)])
@pytest.mark.parametrize("max_width", [None, PAGE])
def test_each_of_five_thousand_boxes_of_a_loop_is_placed(make: Callable[[], Graph], max_width: float | None) -> None:
    boxes, lines = make()
    assert len(layered(boxes, lines, max_width=max_width).centers) == len(boxes)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="direction is one of LR, TB, auto, got 'up'"):
        layered([VALUE], [], direction="up")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="max_width is -1; expected a finite number of px, 0 or more"):
        layered([VALUE], [], max_width=-1)
