"""gradient_norms and gradient_flow: the norm of the gradient in each layer, now and over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograd import shown

from ..module import Module
from ..neuron import Layer
from ..optim.clipping import p_norm
from ..optim.parameters import gradient
from .canvas import Axes, color, dash, ink, numbers_in, one_axes, whole_steps


def gradient_norms(model: Module) -> dict[str, float | None]:
    """Return the norm of the present gradient of each layer, as a dict from the layer's name to a number.

    A layer is a Module with parameters of its own; in an MLP of Values it is a Layer with all its neurons. None means
    that no parameter of the layer has a gradient, which is not the same as 0. Call it after `backward()`.

    >>> model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    >>> (model(Tensor([[0.0]])) * 0).sum().backward()
    >>> nn.plot.gradient_norms(model)
    {'0': 0.0, '1': 0.0}
    """
    if not isinstance(model, Module):
        raise TypeError(f"gradient_norms() takes a Module, got {type(model).__name__}: {shown(model)}")
    norms: dict[str, float | None] = {}
    seen: set[int] = set()
    for name, module in model.named_modules():
        parameters = [p for p in module.parameters(recurse=isinstance(module, Layer)) if id(p) not in seen]
        seen.update(map(id, parameters))
        gradients = [gradient(p) for p in parameters if p.grad is not None]
        if parameters:
            norms[name or type(module).__name__] = p_norm(gradients, 2.0) if gradients else None
    if all(norm is None for norm in norms.values()):
        raise ValueError("no parameter of the model has a gradient; call gradient_norms() after loss.backward()")
    return norms


def gradient_flow(norms: Mapping[str, Any] | Iterable[Mapping[str, Any]], ax: Any = None) -> Axes:
    """Draw the norm of the gradient of each layer over the steps, on a logarithmic axis.

    norms  a dict from the name of a layer to one norm per step; or a list that has what `gradient_norms(model)`
           returned in each step

    Lines that drift apart downward mean vanishing gradients, and upward exploding ones. A norm of 0 has no place on
    a logarithmic axis and is a triangle at the bottom; inf and nan are crosses at the top. None leaves a gap.

    >>> ax = nn.plot.gradient_flow({"0": [1e-3, 1e-5], "1": [1e-1, 1e-2]})
    >>> ax.get_yscale(), [line.get_label() for line in ax.lines]
    ('log', ['0', '1'])
    """
    given = _by_layer(norms)
    layers = {name: numbers_in(name, series) for name, series in given.items()}
    for name, series in layers.items():
        if (series < 0).any():
            raise ValueError(f"a norm is >= 0, and the layer {name!r} has {series.min():g}")
    if not any(len(series) for series in layers.values()):
        raise ValueError("gradient_flow() got no norms; give it a list of results of gradient_norms(model)")
    ax = one_axes(ax)
    marks: dict[str, list[tuple[int, np.ndarray]]] = {"v": [], "x": []}
    for k, (name, series) in enumerate(layers.items()):
        steps = np.arange(1, len(series) + 1)
        shown = np.isfinite(series) & (series > 0)
        ax.plot(
            steps,
            np.where(shown, series, np.nan),
            color=color(k),
            linestyle=dash(k),
            marker="o" if len(series) <= 30 else None,
            markersize=3,
            label=name,
        )
        missing = np.array([norm is None for norm in given[name]], dtype=bool)
        marks["v"].append((k, steps[series == 0]))
        marks["x"].append((k, steps[~np.isfinite(series) & ~missing]))
    _mark(ax, marks)
    ax.set_yscale("log")
    ax.set_xlabel("step")
    ax.set_ylabel("norm of the gradient")
    whole_steps(ax)
    ax.legend(title="layer", fontsize="small", loc="center left", bbox_to_anchor=(1.01, 0.5))  # covers no line
    return ax


def _mark(ax: Axes, marks: dict[str, list[tuple[int, np.ndarray]]]) -> None:
    """Mark steps where a norm has no place on the axis: "v" for 0 at the bottom, "x" for inf and nan at the top."""
    for sign, height, meaning in (("v", 0.02, "0"), ("x", 0.98, "inf or nan")):
        for k, steps in marks[sign]:
            if len(steps):
                place = {"transform": ax.get_xaxis_transform(), "linestyle": "none", "markersize": 5}
                ax.plot(steps, np.full(len(steps), height), color=color(k), marker=sign, label="_", **place)
        if any(len(steps) for _, steps in marks[sign]):
            ax.plot([], [], linestyle="none", color=ink(), marker=sign, label=meaning)


def _by_layer(norms: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the norms as a dict from layer to list."""
    if isinstance(norms, Mapping):
        return {str(name): series for name, series in norms.items()}
    steps = list(norms) if isinstance(norms, Iterable) and not isinstance(norms, (str, bytes)) else [norms]
    for step in steps:
        if not isinstance(step, Mapping):
            raise TypeError(
                "gradient_flow() takes a dict from layer to list of norms, or a list of results of "
                f"gradient_norms(model), got {type(step).__name__}: {shown(step)}"
            )
    names = dict.fromkeys(str(name) for step in steps for name in step)
    return {name: [step.get(name) for step in steps] for name in names}
