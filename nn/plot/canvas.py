"""Make Axes, choose colours and dashes, and read numbers: what all plots share.

The colours have a contrast of at least 3:1 on white and on black, so that they serve light and dark styles, and people
with any common colour blindness can tell neighbours apart. Curves differ in dash and points in marker as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np

from autograd import Tensor, Value, shown

from ..module import Module

Axes = Any  # matplotlib.axes.Axes; not imported, so that mypy says the same whether or not matplotlib is installed
COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#b35994", "#8c6a1a", "#7a7a7a", "#6a5acd", "#c0506a")
DASHES: Final = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)), (0, (3, 3, 1, 3)))
MARKERS: Final = ("o", "^", "s", "D", "P", "X", "v", "*")


def color(k: int) -> str:
    """Return the colour of curve or class number k; they repeat after the last."""
    return COLORS[k % len(COLORS)]


def dash(k: int) -> Any:
    """Return the line style of curve number k."""
    return DASHES[k % len(DASHES)]


def marker(k: int) -> str:
    """Return the marker of class number k."""
    return MARKERS[k % len(MARKERS)]


def pyplot() -> Any:
    """Return matplotlib.pyplot. Raises ImportError, which names the extra, if matplotlib is not installed."""
    try:
        import matplotlib.pyplot
    except ImportError:
        raise ImportError('plots need matplotlib: pip install "glassgrad[plot]"') from None
    return matplotlib.pyplot


def one_axes(ax: Any, size: tuple[float, float] = (6.0, 4.0)) -> Axes:
    """Return the given Axes, or those of a new figure of this size in inches for None."""
    plt = pyplot()
    if ax is None:
        return plt.subplots(figsize=size, layout="constrained")[1]
    return _checked(ax)


def several_axes(ax: Any, count: int, columns: int, size: tuple[float, float]) -> np.ndarray:
    """Return `count` Axes as an array of one dimension: the given ones, or those of a new figure for None.

    `size` is that of one panel in inches, `columns` the largest number of panels side by side.
    """
    plt = pyplot()
    if ax is None:
        across = min(columns, count)
        down = -(-count // across)
        figure, grid = plt.subplots(
            down, across, figsize=(size[0] * across, size[1] * down), layout="constrained", squeeze=False
        )
        for unused in grid.ravel()[count:]:
            figure.delaxes(unused)
        return np.asarray(grid.ravel()[:count])
    given = list(np.asarray(ax, dtype=object).ravel())
    if len(given) != count:
        raise ValueError(f"ax must hold {count} Axes, one for each panel, got {len(given)}; leave it out for a figure")
    return np.array([_checked(each) for each in given], dtype=object)


def _checked(ax: Any) -> Axes:
    import matplotlib.axes

    if not isinstance(ax, matplotlib.axes.Axes):
        raise TypeError(f"ax must be matplotlib Axes, as plt.subplots() returns, got {type(ax).__name__}: {shown(ax)}")
    return ax


def ink() -> str:
    """Return the colour of text in the style that is in use."""
    return str(pyplot().rcParams["text.color"])


def whole_steps(ax: Axes) -> None:
    """Put the ticks of the x axis at whole numbers."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def numbers_in(name: str, series: Any) -> np.ndarray:
    """Return a series of numbers, or of nodes with one number, as an array of floats; None becomes nan."""
    if isinstance(series, (str, bytes)) or not isinstance(series, Collection):
        raise TypeError(f"{name!r} must be a list of numbers, got {type(series).__name__}: {shown(series)}")
    plain = [x.item() if isinstance(x, (Value, Tensor)) and np.ndim(x.data) == 0 else x for x in series]
    try:
        array = np.array([np.nan if x is None else x for x in plain], dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    if array.ndim != 1:
        raise TypeError(f"{name!r} must be a list of numbers, got a list with {_first_odd(plain)}")
    return array


def _first_odd(series: Sequence[Any]) -> str:
    odd = next((x for x in series if np.ndim(x) or isinstance(x, (str, bytes)) or not np.isscalar(x)), series)
    return f"{type(odd).__name__}: {shown(odd)}"


def evaluation_copy(model: Module) -> Any:
    """Return a copy of the model in evaluation mode, to compute with while the model itself stays as it is.

    A node that is kept in an attribute and is the result of an op is copied as a constant.
    """
    memo: dict[int, Any] = {}
    for module in model.modules():
        for _, node in module._members():
            if isinstance(node, (Value, Tensor)) and not node.is_leaf:
                memo[id(node)] = node.detach()
    twin = model.__deepcopy__(memo)
    return twin.eval()
