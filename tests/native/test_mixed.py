"""Graphs in which all that Python does is mixed with what C does: the bits, errors and nodes of the pure engine."""

from __future__ import annotations

import re
import warnings

import pytest

from . import mixed
from .test_core import compiled, no_node_is_left, same_as_pure


@compiled
def test_a_mixed_graph_has_the_bits_of_the_pure_engine() -> None:
    same_as_pure(mixed, 0, 200)


@compiled
@pytest.mark.slow
def test_three_thousand_mixed_graphs_have_the_bits_of_the_pure_engine() -> None:
    same_as_pure(mixed, 200, 3_200)


@pytest.mark.filterwarnings("ignore")
def test_the_graphs_are_mixed() -> None:
    notes = "; ".join(mixed.run(seed) for seed in range(100))
    for event in ("plain", "own_op", "sweep", "stepper", "unrecorded", "anomalies", "nested", "tensor", "program"):
        assert re.search(rf"; {event} \w+: ", notes), f"no error came in the middle of {event}"
    for error in ("Broken: forward", "Broken: rule", "Halt: forward", "Halt: rule", "AnomalyError: ", "was changed"):
        assert error in notes
    for op in mixed.OWN:
        assert f"<op {op.name}>" in notes


@compiled
def test_every_node_of_a_mixed_graph_is_freed() -> None:
    with warnings.catch_warnings(), no_node_is_left():
        warnings.simplefilter("ignore")
        for seed in range(100):
            mixed.run(seed)
