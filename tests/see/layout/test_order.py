"""The order of items within a rank: crossings are counted exactly, and simple graphs have none."""

from itertools import pairwise
from random import Random

import pytest

from autograd.see.layout.geometry import Line
from autograd.see.layout.layers import split_into_layers
from autograd.see.layout.order import crossings, order_columns
from tests.see.layout.graphs import LABEL, VALUE, neuron


def test_a_neuron_has_no_crossings() -> None:
    graph = split_into_layers(*neuron())
    assert crossings(order_columns(graph), graph.after) == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_tree_has_no_crossings(seed: int) -> None:
    random = Random(seed)
    lines = [Line(child, random.randrange(child), random.choice([None, LABEL])) for child in range(1, 60)]
    graph = split_into_layers([VALUE] * 60, lines)
    assert crossings(order_columns(graph), graph.after) == 0


@pytest.mark.parametrize("seed", range(20))
def test_crossings_are_counted_as_by_comparing_all_pairs(seed: int) -> None:
    random = Random(seed)
    columns = [list(range(8)), list(range(8, 15)), list(range(15, 24))]
    after: list[list[int]] = [[] for _ in range(24)]
    for left, right in pairwise(columns):
        for item in random.sample(left, len(left)):
            after[item] = random.sample(right, random.randint(0, 4))
    segments = [(a, b) for a in range(24) for b in after[a]]
    side = {item: r for r, column in enumerate(columns) for item in column}
    slow = sum(a < c and b > d and side[a] == side[c] for a, b in segments for c, d in segments)
    assert crossings(columns, after) == slow
