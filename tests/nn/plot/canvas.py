"""matplotlib without a screen, for the tests of plots, which are skipped where it is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

matplotlib: Any = pytest.importorskip("matplotlib", reason="matplotlib is not installed; pip install glassgrad[plot]")
matplotlib.use("Agg")
plt: Any = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Close all figures after a test, and fail if a plot has changed a setting of matplotlib."""
    before = dict(matplotlib.rcParams)
    yield
    plt.close("all")
    assert dict(matplotlib.rcParams) == before


def line(ax: Any, label: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the data of the line with this label."""
    [found] = [each for each in ax.lines if each.get_label() == label]
    return np.asarray(found.get_xdata(), float), np.asarray(found.get_ydata(), float)


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def state(model: Any) -> list[Any]:
    """Return all that a plot could change in a model: attributes, modes, data to the bit, gradients."""
    nodes = [*model.parameters(), *model.buffers()]
    numbers = [
        (id(n), np.asarray(n.data).tobytes(), None if n.grad is None else np.array(n.grad).tobytes()) for n in nodes
    ]
    attributes = [
        {name: id(x) for name, x in vars(m).items() if name not in ("_known", "training")} for m in model.modules()
    ]
    return [numbers, attributes, [m.training for m in model.modules()]]
