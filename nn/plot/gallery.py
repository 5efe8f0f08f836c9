"""activations: a gallery of activation functions with their derivatives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

import autograd as ag
from autograd import Tensor, shown

from .. import functional as F
from ..module import Module
from ..neuron import ACTIVATIONS
from .canvas import color, evaluation_copy, ink, several_axes

FUNCTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    **{name: function for name, (function, _) in ACTIVATIONS.items()},
    "hardtanh": F.hardtanh,
    "log_sigmoid": ag.log_sigmoid,
}
REACH: Final = 4.0  # the plots go from -4 to 4
NEAR: Final = 1e-6  # distance to the two sides of a possible kink
JUMP: Final = 1e-3  # a change of the derivative over 2 NEAR that only a kink makes


def activations(names: Iterable[Any] | None = None, ax: Any = None) -> np.ndarray:
    """Draw activation functions with their derivatives, which autograd computes, one panel each.

    names  names such as "relu" or "gelu"; an elementwise function or Module may stand in place of a name; None
           means all of the gallery
    ax     as many Axes as names; None makes a figure

    Where the derivative jumps, its line is broken, open circles mark its limits, and a filled circle marks the value
    that autograd takes at that point. Returns an array of Axes. Raises ValueError for an unknown name.
    """
    if isinstance(names, str) or callable(names):
        names = [names]
    shown = [_function(name) for name in (FUNCTIONS if names is None else names)]
    if not shown:
        raise ValueError(f"activations() got no names; give some of {', '.join(FUNCTIONS)}")
    panels = several_axes(ax, len(shown), columns=4, size=(3.0, 2.6))
    for k, (panel, (title, function)) in enumerate(zip(panels, shown, strict=True)):
        _draw(panel, title, function)
        if k == 0:
            panel.legend(loc="upper left", fontsize="small")
    return panels


def _function(name: Any) -> tuple[str, Callable[[Any], Any]]:
    """Return the title and the function for a name, a function or a Module."""
    if isinstance(name, Module):
        return repr(name), evaluation_copy(name)
    if callable(name):
        return getattr(name, "__name__", type(name).__name__), name
    if not isinstance(name, str) or name not in FUNCTIONS:
        raise ValueError(
            f"unknown activation {shown(name)}; expected a function, a Module or one of {', '.join(FUNCTIONS)}"
        )
    return name, FUNCTIONS[name]


def _draw(ax: Any, title: str, function: Callable[[Any], Any]) -> None:
    x = np.round(np.linspace(-REACH, REACH, 801), 2)  # rounded: 0, 1 and -1 are among the points to the last bit
    with ag.no_grad():
        y = np.asarray(function(Tensor(x)).data)
    if y.shape != x.shape:
        raise ValueError(f"{title} returns shape {y.shape} for shape {x.shape}; expected an elementwise function")
    derivative = ag.grad(lambda t: function(t).sum())
    left, slope, right = derivative(x - NEAR), derivative(x), derivative(x + NEAR)
    kinks = np.flatnonzero(np.abs(right - left) > JUMP)
    ax.axhline(0, color=ink(), linewidth=0.5, alpha=0.5)
    ax.axvline(0, color=ink(), linewidth=0.5, alpha=0.5)
    ax.plot(x, y, color=color(0), label="f(x)")
    xs, slopes = x, slope.copy()
    for k in kinks[::-1]:  # from the right, so that the positions before it stay valid
        xs = np.concatenate([xs[:k], [x[k] - NEAR, x[k], x[k] + NEAR], xs[k + 1 :]])
        slopes = np.concatenate([slopes[:k], [left[k], np.nan, right[k]], slopes[k + 1 :]])
    ax.plot(xs, slopes, color=color(1), linestyle="--", label="f′(x)")
    for k in kinks:
        sides = {"marker": "o", "markersize": 4, "linestyle": "none", "color": color(1)}
        ax.plot([x[k], x[k]], [left[k], right[k]], fillstyle="none", **sides)
        ax.plot([x[k]], [slope[k]], **sides)
    ax.set_title(title)
    ax.set_xlabel("x")
