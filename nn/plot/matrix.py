"""confusion_matrix: how many samples of each class were taken for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor

from .canvas import Axes, one_axes


def confusion_matrix(matrix: Any, names: Sequence[str] | None = None, ax: Any = None) -> Axes:
    """Draw a confusion matrix: each cell holds its count, and its colour is the share in its row.

    matrix  counts, shape (classes, classes): rows are the true classes, columns the predicted ones
    names   the names of the classes; None numbers them from 0

    Raises ValueError if the matrix is not square, or holds a number that is negative or not finite.

    >>> ax = nn.plot.confusion_matrix([[8, 2], [0, 10]])
    >>> [cell.get_text() for cell in ax.texts]
    ['8', '2', '0', '10']
    """
    counts = np.asarray(matrix.data if isinstance(matrix, Tensor) else matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(f"a confusion matrix has shape (classes, classes), got shape {counts.shape}")
    if counts.dtype.kind not in "fiub" or not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError("a confusion matrix holds counts, finite numbers >= 0; this one has others")
    labels = [str(k) for k in range(len(counts))] if names is None else [str(name) for name in names]
    if len(labels) != len(counts):
        raise ValueError(f"expected {len(counts)} names, one for each class, got {len(labels)}")
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    side = max(3.6, 0.55 * len(labels) + 1.6)
    ax = one_axes(ax, (side + 0.8, side))
    image = ax.imshow(shares, cmap="cividis", vmin=0.0, vmax=1.0)
    ax.figure.colorbar(image, ax=ax, label="share of the true class")
    turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if max(map(len, labels)) > 6 else {}
    ax.set_xticks(range(len(labels)), labels, **turned)
    ax.set_yticks(range(len(labels)), labels)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    ax.grid(False)
    for row, column in np.ndindex(counts.shape):
        # The colours go from dark blue to light yellow; at 0.47, white and black text have the same contrast.
        shade = "white" if shares[row, column] < 0.47 else "black"
        ax.text(column, row, _count(counts[row, column]), ha="center", va="center", color=shade)
    return ax


def _count(number: Any) -> str:
    return f"{number:g}" if isinstance(number, np.floating) else f"{int(number):,}"
