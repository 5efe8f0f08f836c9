"""Rosenblatt's perceptron: it learns every linearly separable gate and reports when it cannot."""

import itertools
from typing import Any

import numpy as np
import pytest

import nn

from .networks import XOR


def test_no_perceptron_learns_xor_and_fit_reports_it() -> None:
    rows, classes = [x for x, _ in XOR], [int(y) for _, y in XOR]
    for order in itertools.permutations(range(4)):
        gate = nn.Perceptron(2)
        report = gate.fit([rows[k] for k in order], [classes[k] for k in order])
        assert report.separable is False
        assert not report.converged
        assert all(report.mistakes)
        assert [gate(x) for x in rows] != classes
    assert "not linearly separable" in str(report)


@pytest.mark.parametrize(
    "truth", [t for t in itertools.product((0, 1), repeat=4) if t not in ((0, 1, 1, 0), (1, 0, 0, 1))]
)
def test_a_perceptron_learns_each_of_the_fourteen_linearly_separable_gates(truth: tuple[int, ...]) -> None:
    gate = nn.Perceptron(2, lr=0.5)
    report = gate.fit(np.array([x for x, _ in XOR]), list(truth))
    assert report.converged
    assert report.mistakes[-1] == 0
    assert all(report.mistakes[:-1])
    assert tuple(gate(x) for x, _ in XOR) == truth


def test_a_perceptron_learns_by_rosenblatts_rule_and_only_from_mistakes() -> None:
    gate = nn.Perceptron(2, lr=0.1)
    gate.w, gate.b = [1.0, -1.0], 0.5
    assert gate.update([1.0, 2.0], 1)  # a mistake: it returned 0
    assert gate.w == [1.0 + 0.1 * 1.0, -1.0 + 0.1 * 2.0]
    assert gate.b == 0.5 + 0.1
    before = list(gate.w)
    assert not gate.update([1.0, 0.0], 1)
    assert gate.w == before


def test_a_perceptron_that_runs_out_of_epochs_does_not_claim_a_result() -> None:
    report = nn.Perceptron(2).fit([[0.0, 0.0], [1.0, 1.0]], [1, 0], max_epochs=1)
    assert report.separable is None
    assert "not converged after 1 epochs" in str(report)


@pytest.mark.parametrize(
    ("rows", "classes", "complaint"),
    [
        ([[0.0, 1.0]], [-1], "convert -1 and 1 with"),
        ([[0.0, 1.0]], [0.5], "the classes must be 0 and 1, got 0.5"),
        ([[0.0, 1.0, 2.0]], [1], "takes 2 inputs, got 3"),
        ([[0.0, 1.0]], [1, 0], r"got shapes \(1, 2\) and \(2,\)"),
        ([], [], "expected rows of 2 numbers"),
        ([[0.0, float("nan")], [1.0, 1.0]], [0, 1], "the samples have nan or inf"),
    ],
)
def test_invalid_samples_and_classes_of_a_perceptron_are_refused(rows: Any, classes: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        nn.Perceptron(2).fit(rows, classes)


def test_a_perceptron_shows_its_inputs_and_its_rate() -> None:
    assert repr(nn.Perceptron(2, lr=0.5)) == "Perceptron(2, lr=0.5)"
