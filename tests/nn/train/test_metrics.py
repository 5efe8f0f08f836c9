"""Metrics have the values of their definitions, and do not depend on how the samples are divided into batches."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn import functional as F, train
from nn.train.evaluation import Meter, threshold_of
from nn.train.metrics import metric_list

SCORES = np.array([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0], [1.0, 2.0, 3.0], [9.0, 8.0, 7.0], [0.0, 1.0, 0.5]])
LABELS = np.array([0, 2, 2, 1, 1])  # predicted are 0, 1, 2, 0, 1
ONE = np.array([0.7, -0.2, 0.1, -3.0])
SIGNS = np.array([1, 1, -1, -1])


def found(metric: Any, output: Any, target: Any, threshold: float = 0.0) -> Any:
    [made] = metric_list([metric], threshold)
    return made.value(made.add(np.zeros(0), output, target))


@pytest.mark.parametrize(
    ("metric", "output", "target", "expected"),
    [
        ("accuracy", SCORES, LABELS, 3 / 5),
        ("acc", Tensor(SCORES), Tensor(LABELS), 3 / 5),
        ("accuracy", SCORES, np.eye(3)[LABELS], 3 / 5),
        ("accuracy", ONE, SIGNS, 2 / 4),
        ("accuracy", ONE[:, None], (SIGNS > 0).astype(float), 2 / 4),
        ("accuracy", [Value(x) for x in ONE], Tensor(SIGNS), 2 / 4),
        ("accuracy", [[Value(x) for x in row] for row in SCORES], LABELS, 3 / 5),
        (train.Accuracy(threshold=0.5), np.array([0.6, 0.4]), np.array([1, 1]), 1 / 2),
        ("top_1", SCORES, LABELS, 3 / 5),
        ("top_2", SCORES, LABELS, 5 / 5),
        (train.TopK(3), SCORES, LABELS, 1.0),
        ("mae", np.array([1.0, 2.0]), np.array([2.0, 4.0]), 1.5),
        ("mae", [Value(1.0), Value(2.0)], [2.0, 4.0], 1.5),
        ("r2", np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]), 1.0),
        ("r2", np.array([2.0, 2.0, 2.0]), np.array([1.0, 2.0, 3.0]), 0.0),
        ("r2", np.array([[1.0, 2.0], [3.0, 2.0]]), np.array([[1.0, 1.0], [3.0, 3.0]]), 0.5),
        ("f1", ONE, SIGNS, 2 * 1 / (2 * 1 + 1 + 1)),
        ("f1", SCORES, LABELS, np.mean([2 / 3, 2 / 4, 2 / 3])),
        (train.F1("micro"), SCORES, LABELS, 3 / 5),
        (train.F1("macro"), ONE, SIGNS, 1 / 2),
        ("f1", SCORES[:2], np.array([0, 1]), 1.0),  # the third class occurs nowhere and does not count
        (F.mse_loss, Tensor([1.0, 3.0]), Tensor([1.0, 1.0]), 2.0),
        (lambda output, target: 0.25, SCORES, LABELS, 0.25),
    ],
)
def test_a_metric_has_the_value_of_its_definition(metric: Any, output: Any, target: Any, expected: float) -> None:
    assert found(metric, output, target) == pytest.approx(expected, rel=1e-14)


def test_a_confusion_matrix_has_a_row_for_each_true_class() -> None:
    assert found("confusion_matrix", SCORES, LABELS).tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    assert found("confusion_matrix", ONE, SIGNS).tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("name", ["accuracy", "top_2", "f1", "confusion_matrix", "mae", "r2"])
def test_metrics_do_not_depend_on_the_batches(name: str) -> None:
    draw = np.random.default_rng(0)
    if name in ("mae", "r2"):
        target: Any = 1e6 + draw.standard_normal((40, 2))
        output: Any = target + 0.5 * draw.standard_normal((40, 2))
    else:
        output, target = draw.standard_normal((40, 4)), draw.integers(0, 4, 40)
    [metric] = metric_list([name], 0.0)
    whole = metric.value(metric.add(np.zeros(0), output, target))
    for size in (1, 7, 39):
        totals = np.zeros(0)
        for k in range(0, 40, size):
            totals = metric.add(totals, output[k : k + size], target[k : k + size])
        assert np.allclose(metric.value(totals), whole, rtol=1e-9, atol=0)


def test_the_loss_of_an_epoch_weights_batches_by_their_size() -> None:
    meter = Meter([]).after(1.0, np.zeros(3), np.zeros(3)).after(5.0, np.zeros(1), np.zeros(1))
    assert meter.logs("val_") == {"val_loss": 2.0}


def test_scores_of_probabilities_are_compared_with_one_half() -> None:
    summed = partial(F.binary_cross_entropy, reduction="sum")
    assert [threshold_of(loss) for loss in (F.binary_cross_entropy, nn.BCELoss(), summed)] == [0.5] * 3
    assert threshold_of(F.binary_cross_entropy_with_logits) == threshold_of(nn.BCEWithLogitsLoss()) == 0.0


@pytest.mark.parametrize(
    ("metric", "output", "target", "complaint"),
    [
        ("accuracy", SCORES, LABELS[:4], r"scores of shape \(5, 3\) and a target of shape \(4,\)"),
        ("accuracy", SCORES, LABELS + 1, "the classes of 3 scores are 0 to 2, got 1 to 3"),
        ("accuracy", ONE, SIGNS[:2], r"a target of shape \(2,\)"),
        ("mae", np.zeros((3, 1)), np.zeros(3), r"mae got an output of shape \(3, 1\) and a target of shape \(3,\)"),
        ("top_9", SCORES, LABELS, "scores of at least 9 classes"),
    ],
)
def test_shapes_that_do_not_match_are_refused(metric: str, output: Any, target: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        found(metric, output, target)


def test_an_average_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match='average must be "macro"'):
        train.F1("weighted")
