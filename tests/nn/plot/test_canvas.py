"""What all plots promise: the import is lazy, settings are kept, every style works, colours can be told apart."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn.plot.canvas import COLORS, DASHES, MARKERS

from .canvas import closed_figures as closed_figures, matplotlib, plt

X, Y = np.array([[0.0, 0.0], [1.0, 1.0]]), [0, 1]
LINEAR = nn.Linear(2, 1)
PLOTS: dict[str, Callable[..., Any]] = {
    "activations": lambda ax=None: nn.plot.activations(["relu"], ax=ax),
    "decision_boundary": lambda ax=None: nn.plot.decision_boundary(LINEAR, X, Y, ax, resolution=5),
    "history": lambda ax=None: nn.plot.history({"loss": [2.0, 1.0], "val_loss": [3.0, 2.0]}, ax),
    "gradient_flow": lambda ax=None: nn.plot.gradient_flow({"0": [0.1, 0.0]}, ax),
    "schedule": lambda ax=None: nn.plot.schedule(nn.optim.SGD([Value(1.0)], lr=0.1), 3, ax),
    "loss_surface": lambda ax=None: nn.plot.loss_surface(LINEAR, lambda m: (m(Tensor(X)) ** 2).mean(), 2, ax, points=5),
    "confusion_matrix": lambda ax=None: nn.plot.confusion_matrix([[3, 1], [0, 2]], ax=ax),
}


def test_the_table_has_every_plot() -> None:
    public = {name for name, x in vars(nn.plot).items() if callable(x)}
    assert public - {"gradient_norms"} == set(PLOTS)


@pytest.mark.parametrize("style", ["default", "dark_background"])
@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_a_plot_draws_on_given_axes_or_makes_a_figure(
    plot: Callable[..., Any], style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot called plt.show()"))
    with plt.style.context(style):
        before = dict(matplotlib.rcParams)
        figure, ax = plt.subplots()
        assert np.ravel(np.array(plot(ax), dtype=object)).tolist() == [ax]
        assert len(plt.get_fignums()) == 1
        made = np.ravel(np.array(plot(), dtype=object))[0]
        assert made.figure is not figure
        assert made.get_xlabel()
        for each in (figure, made.figure):
            each.canvas.draw()
        assert dict(matplotlib.rcParams) == before


def test_nn_does_not_import_matplotlib_and_a_plot_names_the_extra() -> None:
    code = (
        "import sys, nn; assert 'matplotlib' not in sys.modules; sys.modules['matplotlib'] = None\n"
        "try: nn.plot.history({'loss': [1.0]})\n"
        "except ImportError as error: print(error)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == 'plots need matplotlib: pip install "glassgrad[plot]"\n'


def linear_light(color: str) -> np.ndarray:
    rgb = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_has_contrast_on_white_and_on_black(color: str) -> None:
    luminance = linear_light(color) @ [0.2126, 0.7152, 0.0722]
    assert min(1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05) >= 3


# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIELAB for linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb, 1e-6, None) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("matrix", BLINDNESS.values(), ids=BLINDNESS)
def test_neighbouring_colours_differ_for_the_colour_blind(matrix: Any) -> None:
    seen = [lab(np.clip(np.array(matrix) @ linear_light(color), 0, 1)) for color in COLORS]
    assert min(np.linalg.norm(a - b) for a, b in pairwise(seen)) >= 15


def test_dashes_and_markers_differ() -> None:
    assert len(set(COLORS)) == len(set(DASHES)) == len(set(MARKERS)) == 8


def test_the_cells_of_a_confusion_matrix_hold_the_counts_and_can_be_read() -> None:
    matrix = np.array([[50, 2, 0], [30, 35, 0], [0, 0, 0]])
    ax = nn.plot.confusion_matrix(matrix, ["cat", "dog", "elephant"])
    assert [text.get_text() for text in ax.texts] == [str(n) for n in matrix.ravel()]
    [image] = ax.images
    assert np.asarray(image.get_array()) == pytest.approx(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["cat", "dog", "elephant"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    for share in np.linspace(0, 1, 101):
        fill = linear_light(matplotlib.colors.to_hex(image.cmap(share))) @ [0.2126, 0.7152, 0.0722]
        ratio = 1.05 / (fill + 0.05) if share < 0.47 else (fill + 0.05) / 0.05
        assert ratio >= 4.4, share


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        ([[1, 2]], None, r"shape \(classes, classes\), got shape \(1, 2\)"),
        ([1, 2], None, r"got shape \(2,\)"),
        ([[1, -1], [0, 0]], None, "holds counts, finite numbers >= 0"),
        ([[1, np.nan], [0, 0]], None, "holds counts"),
        ([["a"]], None, "holds counts"),
        ([[1, 2], [3, 4]], ["a"], "expected 2 names, one for each class, got 1"),
    ],
)
def test_what_is_no_confusion_matrix_is_refused(matrix: Any, names: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.plot.confusion_matrix(matrix, names)
