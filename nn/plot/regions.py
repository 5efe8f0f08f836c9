"""decision_boundary: the regions in which a classifier of points in the plane predicts each class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from autograd import Tensor, Value, enable_grad, no_grad, shown

from ..checks import integer, number
from ..module import Module
from ..perceptron import Perceptron
from .canvas import Axes, color, evaluation_copy, ink, marker, one_axes

SHAPING: Final = {"reshape", "take", "squeeze", "transpose", "unsqueeze"}  # ops that keep numbers as they are
SCORES: Final = {"add", "sub", "linear", "matmul", "dot", "tanh"}  # ops whose results are no probabilities


def decision_boundary(
    model: Callable[[Any], Any],
    X: Any,
    y: Any,
    ax: Any = None,
    *,
    threshold: float | None = None,
    resolution: int | None = None,
    margin: float = 0.15,
    names: Sequence[str] | None = None,
) -> Axes:
    """Draw the regions where a classifier predicts each class, the border between them, and the samples.

    model       a Module of Tensors or of Values, a Perceptron, or a function of a Tensor with shape (n, 2). It returns
                one score per class, or one score for two classes, or integers, which are the classes themselves
    X, y        samples, shape (n, 2), and their classes: 0 to K - 1, or for two classes also -1 and 1
    threshold   the score above which the second of two classes is predicted; None takes 0.5 if the output is the
                result of sigmoid, and else 0, as for logits and for scores of a hinge loss
    resolution  points of the grid along each axis; None takes 200, or 60 for a model of Values
    margin      space around the samples, as a share of their range
    names       the names of the classes in the legend

    A Module computes on a copy in evaluation mode and under no_grad, so that the model itself is unchanged, even if
    the call is interrupted. Raises ValueError if shapes or classes do not fit, or if one output could be a probability
    or a score.
    """
    points, classes = _samples(X, y)
    labels = [str(label) for label in names] if names is not None else [f"class {label}" for label in classes[0]]
    by_row = isinstance(model, Module) and any(isinstance(p, Value) for p in model.parameters())
    count = integer("resolution", (60 if by_row else 200) if resolution is None else resolution, 2)
    space = np.maximum(number("margin", margin, 0) * np.ptp(points, axis=0), 1e-3)
    sides = [np.linspace(a, b, count) for a, b in zip(points.min(0) - space, points.max(0) + space, strict=True)]
    grid = np.stack(np.meshgrid(*sides), axis=-1)
    scores = _leads(model, grid.reshape(-1, 2), by_row, threshold, classes[0]).reshape(-1, count, count)
    if names is None and len(scores) > len(labels):  # a class of which there are no samples
        labels = [f"class {k}" for k in range(len(scores))]
    if len(labels) != len(scores):
        raise ValueError(f"expected {len(scores)} names, one for each class, got {len(labels)}")
    ax = one_axes(ax)
    _draw(ax, sides, scores)
    for k, label in enumerate(labels):
        own = points[classes[1] == k]
        style = {"marker": marker(k), "color": color(k), "edgecolors": ink(), "linewidths": 0.6}
        ax.scatter(own[:, 0], own[:, 1], s=28, label=label, zorder=3, **style)
    ax.set_xlabel("x₁")
    ax.set_ylabel("x₂")
    ax.set_xlim(sides[0][0], sides[0][-1])
    ax.set_ylim(sides[1][0], sides[1][-1])
    ax.legend()
    return ax


def _samples(X: Any, y: Any) -> tuple[np.ndarray, tuple[list[int], np.ndarray]]:
    """Return the points, and the labels of the classes with the number of each sample's class among them."""
    points, labels = (np.asarray(a.data if isinstance(a, Tensor) else a) for a in (X, y))
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"X holds points in the plane, shape (n, 2), got shape {points.shape}; choose two columns")
    if points.dtype.kind not in "fiub" or not np.isfinite(points).all():
        raise ValueError("X must hold finite numbers; remove or replace the others")
    if labels.shape not in {(len(points),), (len(points), 1)}:
        raise ValueError(
            f"expected a class for each of {len(points)} samples, shape ({len(points)},), got shape {labels.shape}"
        )
    flat = labels.ravel()
    if flat.dtype.kind not in "fiub" or not (flat == np.floor(flat)).all():
        raise ValueError(
            "y must hold classes, whole numbers such as 0 and 1; convert names with np.unique(y, return_inverse=True)"
        )
    flat = flat.astype(np.int64)
    if set(flat.tolist()) <= {-1, 1} and -1 in flat:
        return points.astype(float), ([-1, 1], (flat + 1) // 2)
    if flat.min() < 0:
        raise ValueError(f"the classes must be 0 to K - 1, or -1 and 1; got {sorted(set(flat.tolist()))}")
    return points.astype(float), (list(range(max(2, int(flat.max()) + 1))), flat)


def _leads(model: Any, grid: np.ndarray, by_row: bool, threshold: float | None, labels: list[int]) -> np.ndarray:
    """Return by how much each class leads the best other one, shape (classes, points); the largest is predicted."""
    outputs, op = _outputs(model, grid, by_row)
    if outputs.ndim == 2 and outputs.shape[1] == 1:
        outputs = outputs[:, 0]
    if outputs.ndim not in (1, 2) or len(outputs) != len(grid) or not outputs.size:
        raise ValueError(
            f"the model returns shape {outputs.shape} for {len(grid)} points; expected ({len(grid)},), or "
            f"({len(grid)}, classes)"
        )
    if np.isnan(outputs).any():
        raise ValueError(
            "the model returns nan for some points, so their class is unknown; look for its origin with "
            "detect_anomaly()"
        )
    if outputs.ndim == 2:
        if threshold is not None:
            raise ValueError(f"threshold is for a model with one output; this one has {outputs.shape[1]}")
        scores = outputs.T.astype(np.float64)
    elif outputs.dtype.kind in "iub":
        known = labels if labels[0] < 0 else list(range(max(labels[-1], int(outputs.max())) + 1))
        if unknown := sorted(set(np.unique(outputs).tolist()) - set(known)):
            raise ValueError(f"the model returns the class {unknown[0]}, and y has {', '.join(map(str, labels))}")
        scores = np.stack([(outputs == label).astype(float) for label in known])
    else:
        score = outputs.astype(np.float64) - _threshold(outputs, op, threshold)
        scores = np.stack([-score, score]) / 2
    if len(scores) < len(labels):
        raise ValueError(f"y has the class {labels[-1]}, and the model tells only {len(scores)} classes")
    scores = np.clip(scores, -1e300, 1e300)  # inf - inf would be nan
    best_two = np.sort(scores, axis=0)[-2:]
    lead: np.ndarray = scores - np.where(scores == best_two[1], best_two[0], best_two[1])
    return lead


def _threshold(outputs: np.ndarray, op: str, threshold: float | None) -> float:
    """Return the score that parts two classes."""
    if threshold is not None:
        return number("threshold", threshold)
    if op == "sigmoid":
        return 0.5
    if op not in SCORES and outputs.min() >= 0 and outputs.max() <= 1:
        raise ValueError(
            "the outputs lie between 0 and 1, so they may be probabilities or scores; give threshold=0.5 for "
            "probabilities, or threshold=0.0 for scores"
        )
    return 0.0


def _outputs(model: Any, grid: np.ndarray, by_row: bool) -> tuple[np.ndarray, str]:
    """Return what the model says of the points, and the name of the op that computed it."""
    if not callable(model):
        raise TypeError(f"decision_boundary() takes a model or a function, got {type(model).__name__}: {shown(model)}")
    if isinstance(model, Perceptron):  # its sum, unlike its class, shows where the border is between grid points
        if len(model.w) != 2:
            raise ValueError(f"this perceptron takes {len(model.w)} inputs, and points in the plane have 2")
        return grid @ np.array(model.w) + model.b, "add"
    known = isinstance(model, Module)
    copy = evaluation_copy(model) if known else model
    if by_row:
        with enable_grad():
            op = _last_op(copy([float(x) for x in grid[0]]))
        with no_grad():
            return np.array([_plain(copy(row)) for row in grid.tolist()]), op
    floats = [p.dtype for p in copy.parameters() if p.dtype.kind == "f"] if known else []
    X = Tensor(grid, dtype=floats[0] if floats else None)
    with enable_grad():
        op = _last_op(copy(X[:2]))
    with no_grad():
        return _plain(copy(X)), op


def _plain(y: Any) -> np.ndarray:
    if isinstance(y, (list, tuple)):
        return np.array([_plain(each) for each in y])
    return np.asarray(y.data if isinstance(y, (Tensor, Value)) else y)


def _last_op(y: Any) -> str:
    """Return the name of the op that computed the numbers of y, or an empty string."""
    while isinstance(y, (Tensor, Value)) and y.op is not None and y.op.name in SHAPING:
        y = y.inputs[0]
    return y.op.name if isinstance(y, (Tensor, Value)) and y.op is not None else ""


def _draw(ax: Axes, sides: list[np.ndarray], scores: np.ndarray) -> None:
    """Fill the region of each class and draw the borders between them."""
    for k, lead in enumerate(scores):
        if lead.max() > 0:
            ax.contourf(*sides, lead, levels=[0.0, np.inf], colors=[color(k)], alpha=0.25)
    for lead in scores[:1] if len(scores) == 2 else scores:  # two classes have one border
        if lead.min() < 0 < lead.max():
            ax.contour(*sides, lead, levels=[0.0], colors=[ink()], linewidths=1.2)
