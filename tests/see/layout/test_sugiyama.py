"""The built-in layout: nothing overlaps, lines are smooth and straight, errors are named, time is bounded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest

from autograd.see.layout.geometry import Box, Curve, Layout, Line, Point
from autograd.see.layout.sugiyama import layered
from tests.see.layout.graphs import GRAPHS, LABEL, OP, VALUE, Graph, chain, neuron

NEAR = 1e-6


@pytest.fixture(scope="module", params=range(len(GRAPHS)))
def drawn(request: pytest.FixtureRequest) -> tuple[Graph, Layout]:
    graph = GRAPHS[request.param]()
    return graph, layered(*graph)


def clear(p: Point, a: Box, q: Point, b: Box) -> bool:
    return abs(p.x - q.x) >= (a.width + b.width) / 2 - NEAR or abs(p.y - q.y) >= (a.height + b.height) / 2 - NEAR


def pieces(curve: Curve) -> Iterator[tuple[Point, Point, Point, Point]]:
    points = curve.points
    for i in range(0, len(points) - 1, 3):
        yield points[i], points[i + 1], points[i + 2], points[i + 3]


def walk(curve: Curve, steps: int = 6) -> Iterator[Point]:
    for p, q, r, s in pieces(curve):
        for i in range(steps + 1):
            t = i / steps
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            yield Point(a * p.x + b * q.x + c * r.x + d * s.x, a * p.y + b * q.y + c * r.y + d * s.y)


def labels(graph: Graph, layout: Layout) -> list[tuple[Point, Box]]:
    found = []
    for line, curve in zip(graph[1], layout.curves, strict=True):
        assert (line.label is None) == (curve.label is None)
        if line.label is not None and curve.label is not None:
            found.append((curve.label, line.label))
    return found


def test_boxes_and_labels_never_overlap(drawn: tuple[Graph, Layout]) -> None:
    graph, layout = drawn
    things = [*zip(layout.centers, graph[0], strict=True), *labels(graph, layout)]
    for i, (p, a) in enumerate(things):
        assert all(clear(p, a, q, b) for q, b in things[:i])


def test_everything_is_inside_the_frame(drawn: tuple[Graph, Layout]) -> None:
    graph, layout = drawn
    things = [*zip(layout.centers, graph[0], strict=True), *labels(graph, layout)]
    things += [(point, Box(0, 0)) for curve in layout.curves for point in curve.points]
    for p, size in things:
        assert p.x - size.width / 2 >= -NEAR
        assert p.x + size.width / 2 <= layout.width + NEAR
        assert p.y - size.height / 2 >= -NEAR
        assert p.y + size.height / 2 <= layout.height + NEAR


def test_lines_go_forward_from_border_to_border(drawn: tuple[Graph, Layout]) -> None:
    (boxes, lines), layout = drawn
    for line, curve in zip(lines, layout.curves, strict=True):
        start, end = curve.points[0], curve.points[-1]
        tail, head = layout.centers[line.tail], layout.centers[line.head]
        assert start.x == pytest.approx(tail.x + boxes[line.tail].width / 2)
        assert abs(start.y - tail.y) <= boxes[line.tail].height / 2 + NEAR
        assert end.x == pytest.approx(head.x - boxes[line.head].width / 2)
        assert abs(end.y - head.y) <= boxes[line.head].height / 2 + NEAR
        assert len(curve.points) in range(4, 10_000, 3)
        assert all(p.x <= q.x + NEAR for p, q in pairwise(curve.points))


def test_curves_are_smooth_and_never_overshoot(drawn: tuple[Graph, Layout]) -> None:
    _, layout = drawn
    for curve in layout.curves:
        for start, leave, arrive, end in pieces(curve):
            assert leave.y == start.y
            assert arrive.y == end.y


def test_lines_keep_clear_of_every_box_and_of_other_labels(drawn: tuple[Graph, Layout]) -> None:
    graph, layout = drawn
    things = [*zip(layout.centers, graph[0], strict=True), *labels(graph, layout)]
    for curve in layout.curves:
        for at in walk(curve):
            for center, size in things:
                if center != curve.label:
                    assert clear(at, Box(0, 0), center, size)


def test_a_line_runs_through_its_label(drawn: tuple[Graph, Layout]) -> None:
    graph, layout = drawn
    for line, curve in zip(graph[1], layout.curves, strict=True):
        if line.label is not None and curve.label is not None:
            left, right = curve.label.x - line.label.width / 2, curve.label.x + line.label.width / 2
            inside = [p for p in curve.points if left - NEAR <= p.x <= right + NEAR]
            around = [p for p in pieces(curve) if p[0].x <= left + NEAR and right <= p[3].x + NEAR]
            assert all(abs(p.y - curve.label.y) < 1e-5 for p in inside)
            assert any(p[0].y == p[3].y == pytest.approx(curve.label.y) for p in around)


@pytest.mark.parametrize("label", [None, LABEL])
@pytest.mark.parametrize("times", [2, 3, 5])
@pytest.mark.parametrize("far", [False, True])
def test_parallel_lines_are_separate_and_symmetric(label: Box | None, times: int, far: bool) -> None:
    boxes = [VALUE, OP] + [OP, VALUE] * (2 if far else 0)
    lines = [Line(0, 1, label)] * times
    if far:
        lines += [Line(0, 2), Line(2, 3), Line(3, 4), Line(4, 5), Line(5, 1)]
    layout = layered(boxes, lines)
    assert len({curve.points for curve in layout.curves[:times]}) == times
    if not far:
        middle = layout.height / 2
        assert all(center.y == pytest.approx(middle) for center in layout.centers)
        heights = sorted(curve.points[3].y - middle for curve in layout.curves)
        assert heights == pytest.approx([-y for y in reversed(heights)])


@pytest.mark.parametrize("label", [None, LABEL])
def test_a_chain_is_straight(label: Box | None) -> None:
    layout = layered(*chain(150, label))
    assert len({center.y for center in layout.centers}) == 1
    assert {p.y for curve in layout.curves for p in curve.points} == {layout.centers[0].y}


def test_a_neuron_is_symmetric() -> None:
    boxes, lines = neuron()
    y = [center.y for center in layered(boxes, lines).centers]
    assert y[0] < y[1] < y[2] < y[3], "inputs stand in the order they were given"
    assert y[5] == y[6] == pytest.approx((y[0] + y[1]) / 2)
    assert y[9] == pytest.approx((y[6] + y[8]) / 2)
    assert len(set(y[9:])) == 1, "the bias leaves the main line straight"


def test_a_leaf_stands_next_to_the_op_that_uses_it() -> None:
    boxes, lines = chain(10, None)
    leaf = len(boxes)
    layout = layered([*boxes, VALUE], [*lines, Line(leaf, 19)])
    assert layout.centers[17].x < layout.centers[leaf].x < layout.centers[19].x


def test_a_line_that_passes_many_columns_is_level() -> None:
    boxes, lines = chain(10)
    skip = layered(boxes, [*lines, Line(2, 19, LABEL)]).curves[-1]
    levels = [p[0].y for p in pieces(skip) if p[0].y == p[3].y]
    assert len(set(levels)) <= 2, "its own label's level, and perhaps that of the box it leaves"


def test_without_boxes_the_frame_is_empty() -> None:
    assert layered([], [], margin=5) == Layout(10, 10, (), ())


def test_one_box_fills_its_frame() -> None:
    assert layered([Box(40, 20)], [], margin=5) == Layout(50, 30, (Point(25, 15),), ())


def test_boxes_without_lines_fill_a_page_and_not_a_column() -> None:
    layout = layered([VALUE] * 100, [])
    assert 1 < layout.width / layout.height < 3


def test_the_gaps_are_kept() -> None:
    layout = layered([VALUE, VALUE, VALUE], [Line(0, 2), Line(1, 2)], rank_gap=300, box_gap=77, margin=9)
    a, b, c = layout.centers
    assert b.y - a.y == pytest.approx(VALUE.height + 77)
    assert c.x - a.x == pytest.approx(VALUE.width + 300)
    assert a.x - VALUE.width / 2 == pytest.approx(9)


def test_the_same_graph_gives_the_same_drawing_in_every_process() -> None:
    script = (
        "from autograd.see.layout.sugiyama import layered\nfrom tests.see.layout.graphs import computation\n"
        "print(*(repr(layered(*computation(seed))) for seed in range(5)))"
    )
    path = os.pathsep.join(filter(None, sys.path))
    printed = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        run = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        printed.add(run.stdout)
    assert len(printed) == 1


def test_a_deep_graph_is_placed() -> None:
    assert len(layered(*chain(2_000)).centers) == 4_001


@pytest.mark.parametrize(
    ("boxes", "lines", "message"),
    [
        ([VALUE], [Line(0, 0)], "cycle that holds up box 0"),
        ([VALUE, OP, OP], [Line(0, 1), Line(1, 2), Line(2, 1)], "cycle that holds up box 1"),
        ([VALUE], [Line(0, 1)], "line 0 has head 1; expected a box from 0 to 0"),
        ([VALUE, OP], [Line(0, 1), Line(-1, 1)], "line 1 has tail -1; expected a box from 0 to 1"),
        ([], [Line(0, 0)], "line 0 has tail 0; expected no lines, as there are no boxes"),
        ([VALUE, Box(-1, 4)], [], "box 1 is -1 x 4 px; expected finite sizes, 0 or more"),
        ([Box(4, float("nan"))], [], "box 0 is 4 x nan px"),
        ([VALUE, OP], [Line(0, 1, Box(3, -2))], "the label of line 0 is 3 x -2 px"),
    ],
)
def test_errors_say_what_was_got_and_what_is_expected(boxes: list[Box], lines: list[Line], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layered(boxes, lines)


@pytest.mark.parametrize("gap", ["rank_gap", "box_gap", "margin"])
def test_a_negative_gap_is_refused(gap: str) -> None:
    with pytest.raises(ValueError, match=f"{gap} is -1; expected a finite number of px, 0 or more"):
        layered([VALUE], [], **{gap: -1})  # type: ignore[arg-type]
