"""Decision boundaries: where the border runs, for every kind of model, and that the model stays as it was."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor

from ...interrupts import interrupted_at
from .canvas import closed_figures as closed_figures, legend, state

X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
Y = np.array([0, 0, 1, 1])


def border(ax: Any) -> np.ndarray:
    """Return the points of the drawn border, shape (n, 2)."""
    lines = [c for c in ax.collections if getattr(c, "filled", None) is False]
    return np.concatenate([path.vertices for each in lines for path in each.get_paths()])


def region(ax: Any, point: tuple[float, float]) -> int:
    """Return the number of the region that the point is in."""
    filled = [c for c in ax.collections if getattr(c, "filled", False)]
    [found] = [k for k, each in enumerate(filled) if any(path.contains_point(point) for path in each.get_paths())]
    return found


def line_model(kind: str) -> Any:
    """Return a classifier whose second class is x1 + 2 x2 > 1."""
    logit = nn.Linear(2, 1)
    logit.load_state_dict({"weight": [[4.0, 8.0]], "bias": [-4.0]})
    two = nn.Linear(2, 2)
    two.load_state_dict({"weight": [[-2.0, -4.0], [2.0, 4.0]], "bias": [2.0, -2.0]})
    mlp = nn.MLP.from_tensor(nn.Sequential(logit))
    perceptron = nn.Perceptron(2)
    perceptron.w, perceptron.b = [1.0, 2.0], -1.0
    return {
        "logit": logit,
        "one dimension": nn.Sequential(logit, nn.Flatten(0)),
        "probability": nn.Sequential(logit, nn.Sigmoid()),
        "tanh": nn.Sequential(logit, nn.Tanh()),
        "two scores": two,
        "float32": copy.deepcopy(logit).float(),
        "Values": mlp,
        "function": lambda points: logit(points).sigmoid()[:, 0],
        "classes": lambda points: two(points).argmax(dim=1),
        "perceptron": perceptron,
    }[kind]


KINDS = ["logit", "one dimension", "probability", "tanh", "two scores", "float32", "Values", "function", "classes",
         "perceptron"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_border_is_where_the_prediction_changes(kind: str) -> None:
    ax = nn.plot.decision_boundary(line_model(kind), X, Y, resolution=41)
    cell = 1.3 / 40 if kind == "classes" else 0.0  # a border between classes runs between grid points
    curved = 0.01 if kind in ("probability", "tanh", "function") else 1e-6
    points = border(ax)
    assert len(points) > 20
    assert np.abs(points @ [1.0, 2.0] - 1).max() <= 3 * cell + curved
    assert [region(ax, point) for point in ((0.1, 0.1), (0.9, 0.9), (0.2, 0.3), (0.2, 0.5))] == [0, 1, 0, 1]


@pytest.mark.parametrize("labels", [Y, 2 * Y - 1, Y.astype(float), Y[:, None], Tensor(Y), Y.tolist()])
def test_classes_may_be_written_in_every_usual_way(labels: Any) -> None:
    ax = nn.plot.decision_boundary(line_model("logit"), Tensor(X), labels, resolution=5)
    shown = [each for each in ax.collections if each.get_label().startswith("class")]
    assert [np.asarray(each.get_offsets()).tolist() for each in shown] == [X[:2].tolist(), X[2:].tolist()]
    first = "class -1" if np.min(np.asarray(labels.data if isinstance(labels, Tensor) else labels)) < 0 else "class 0"
    assert legend(ax) == [first, "class 1"]
    assert len({each.get_paths()[0].vertices.shape for each in shown}) == 2  # two markers


def test_several_classes_have_a_region_each() -> None:
    model = nn.Linear(2, 3)  # the class of the nearest corner among (0, 0), (1, 0) and (0, 1)
    model.load_state_dict({"weight": [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]], "bias": [0.0, -1.0, -1.0]})
    ax = nn.plot.decision_boundary(model, X[:3], [0, 1, 2], names=["a", "b", "c"], resolution=31)
    assert legend(ax) == ["a", "b", "c"]
    assert [region(ax, point) for point in ((0.1, 0.1), (0.9, 0.2), (0.2, 0.9))] == [0, 1, 2]
    assert len(np.unique([each.get_facecolor().tolist() for each in ax.collections if getattr(each, "filled", False)],
                         axis=0)) == 3  # fmt: skip
    without = nn.plot.decision_boundary(model, X[:2], [0, 1], resolution=5)
    assert legend(without) == ["class 0", "class 1", "class 2"]


@pytest.mark.parametrize("threshold", [0.1, 0.9])
def test_a_given_threshold_moves_the_border(threshold: float) -> None:
    ax = nn.plot.decision_boundary(line_model("probability"), X, Y, threshold=threshold, resolution=201)
    logit = np.log(threshold / (1 - threshold))
    assert border(ax) @ [4.0, 8.0] - 4.0 == pytest.approx(logit, abs=1e-2)


class Remembering(nn.Module):
    """A network with batch norm, dropout, and an attribute that keeps the last hidden node."""

    def __init__(self) -> None:
        self.first, self.norm, self.last = nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)
        self.drop = nn.Dropout(0.5)
        self.hidden: Any = None

    def forward(self, x: Any) -> Any:
        self.hidden = self.drop(self.norm(self.first(x)))
        return self.last(self.hidden)


def test_the_model_predicts_in_evaluation_mode_and_stays_in_its_own() -> None:
    model = Remembering()
    model(Tensor(X)).sum().backward()
    model.norm.eval()
    before, hidden = state(model), model.hidden
    ag.manual_seed(3)
    nn.plot.decision_boundary(model, X, Y, resolution=11)
    assert state(model) == before
    assert model.hidden is hidden
    drawn = ag.rand(1).item()
    ag.manual_seed(3)
    assert ag.rand(1).item() == drawn  # no random number was used up


@pytest.mark.parametrize("line", range(1, 1500, 53))
def test_ctrl_c_leaves_the_model_as_it_was(line: int) -> None:
    model = Remembering()
    before = state(model)
    assert interrupted_at(line, lambda: nn.plot.decision_boundary(model, X, Y, resolution=2))
    assert state(model) == before


def bare(*outputs: float) -> Any:
    return lambda points: np.resize(outputs, len(points))


@pytest.mark.parametrize(
    ("model", "points", "labels", "options", "error", "message"),
    [
        ("model", X, Y, {}, TypeError, "takes a model or a function, got str"),
        (bare(1.0), X[:, :1], Y, {}, ValueError, r"points in the plane, shape \(n, 2\), got shape \(4, 1\)"),
        (bare(1.0), X * np.nan, Y, {}, ValueError, "X must hold finite numbers"),
        (bare(1.0), X, Y[:3], {}, ValueError, r"a class for each of 4 samples, shape \(4,\), got shape \(3,\)"),
        (bare(1.0), X, Y + 0.5, {}, ValueError, "y must hold classes, whole numbers"),
        (bare(1.0), X, ["a", "b", "a", "b"], {}, ValueError, "y must hold classes"),
        (bare(1.0), X, Y - 2, {}, ValueError, r"0 to K - 1, or -1 and 1; got \[-2, -1\]"),
        (bare(1.0, 0.2), X, Y, {}, ValueError, "may be probabilities or scores; give threshold=0.5"),
        (bare(np.nan), X, Y, {}, ValueError, "returns nan for some points"),
        (bare(3.0), X, [0, 1, 2, 2], {}, ValueError, "y has the class 2, and the model tells only 2 classes"),
        (lambda points: points[:3], X, Y, {}, ValueError, r"returns shape \(3, 2\) for 4 points"),
        (lambda points: points, X, Y, {"threshold": 0.5}, ValueError, "threshold is for a model with one output"),
        (lambda points: np.full(len(points), 2), X, 2 * Y - 1, {}, ValueError, "returns the class 2, and y has -1, 1"),
        (bare(3.0), X, Y, {"names": ["a"]}, ValueError, "expected 2 names, one for each class, got 1"),
        (bare(3.0), X, Y, {"resolution": 1}, ValueError, "resolution must be an integer >= 2"),
        (bare(3.0), X, Y, {"margin": -1}, ValueError, "margin must be a number from 0"),
        (bare(3.0), X, Y, {"ax": 3}, TypeError, "ax must be matplotlib Axes"),
    ],
)
def test_what_does_not_fit_is_refused(
    model: Any, points: Any, labels: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        nn.plot.decision_boundary(model, points, labels, **{"resolution": 2, **options})


def test_infinite_scores_and_one_region_are_drawn() -> None:
    ax = nn.plot.decision_boundary(bare(np.inf), X, Y, resolution=5)
    assert region(ax, (0.5, 0.5)) == 0  # the only one that is drawn
