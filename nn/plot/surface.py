"""loss_surface: the loss around the parameters of a model, along one or two random directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor, Value, no_grad, shown

from ..checks import integer, number
from ..module import Module
from .canvas import Axes, color, evaluation_copy, one_axes

Direction = list[Any]  # one array or float for each parameter


def loss_surface(
    model: Module,
    loss: Callable[[Any], Any],
    directions: int = 2,
    ax: Any = None,
    *,
    span: float = 1.0,
    points: int = 25,
    seed: int = 0,
) -> Axes:
    """Draw the loss around the parameters along two random directions as contours, or along one as a curve.

    model       a Module of Tensors or of Values; its parameters stand at the centre of the picture
    loss        a function that takes a model and returns its loss, one number, such as
                `lambda model: criterion(model(X), y)`. It is called points ** directions times
    directions  2 or 1
    span        how far to go on both sides: at 1 a filter has moved by its own norm
    points      points along each direction
    seed        chooses the directions

    The directions are normalized by filter (Li et al., "Visualizing the Loss Landscape of Neural Nets", 2018): the
    part of each filter, the weights of one output, has the norm of the filter, and biases stay as they are. In a
    model of Values, a list of them in a Module is a filter. Where no parameter has filters, each one is a filter.

    The loss is computed on a copy of the model in evaluation mode and under no_grad: the model itself is unchanged,
    even if the call is interrupted. Points with a loss that is inf or nan stay empty. Raises ValueError if the loss is
    finite nowhere or the same everywhere.
    """
    if not isinstance(model, Module):
        raise TypeError(f"loss_surface() takes a Module, got {type(model).__name__}: {shown(model)}")
    if not callable(loss):
        raise TypeError(
            f"loss must be a function that takes a model, such as lambda model: criterion(model(X), y); got "
            f"{type(loss).__name__}: {shown(loss)}"
        )
    if integer("directions", directions, 1) > 2:
        raise ValueError(f"a surface has 1 or 2 directions, got {directions}")
    if not 0 < number("span", span) < np.inf:
        raise ValueError(f"span must be a finite number > 0, got {span}")
    steps = np.linspace(-span, span, integer("points", points, 3))
    draw = np.random.default_rng(integer("seed", seed, 0))
    twin = evaluation_copy(model)
    ways = [_direction(twin, draw) for _ in range(directions)]
    losses = _losses(twin, loss, ways, steps)
    ax = one_axes(ax)
    if directions == 1:
        _curve(ax, steps, losses)
    else:
        _contours(ax, steps, losses)
    return ax


def _losses(twin: Module, loss: Callable[[Any], Any], ways: list[Direction], steps: np.ndarray) -> np.ndarray:
    """Return the loss at each point of the grid; the last axis is the first direction. Nan stands for inf, too."""
    parameters = list(twin.parameters())
    centre = [np.array(p.data) if isinstance(p, Tensor) else p.data for p in parameters]
    losses = np.empty((len(steps),) * len(ways))
    with no_grad(), np.errstate(all="ignore"):
        for index in np.ndindex(losses.shape):
            amounts = [steps[k] for k in reversed(index)]
            for parameter, start, *parts in zip(parameters, centre, *ways, strict=True):
                moved = start + sum(a * part for a, part in zip(amounts, parts, strict=True))
                parameter.data = moved if isinstance(parameter, Value) else np.asarray(moved, dtype=parameter.dtype)
            losses[index] = _one_number(loss(twin))
    losses[~np.isfinite(losses)] = np.nan
    if np.isnan(losses).all():
        raise ValueError("the loss is inf or nan at every point; look for its origin with detect_anomaly()")
    if np.nanmin(losses) == np.nanmax(losses):
        raise ValueError(
            f"the loss is {np.nanmin(losses):g} at every point, so there is nothing to see; loss(model) must compute "
            "with the model that it is given, a copy of yours"
        )
    return losses


def _one_number(y: Any) -> float:
    plain = y.data if isinstance(y, (Tensor, Value)) else y
    if np.size(plain) != 1 or np.asarray(plain).dtype.kind not in "fiub":
        raise TypeError(f"loss(model) must return one number, got {type(y).__name__} {shown(y)}; take its mean")
    return float(np.asarray(plain).item())


def _direction(model: Module, draw: np.random.Generator) -> Direction:
    """Return a random direction, normalized by filter. Parameters outside of filters have 0."""
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError("the model has no parameters, so its loss has no surface")
    filters = _filters(model) or [[(p, ...)] for p in parameters]
    parts = {id(p): np.zeros(np.shape(p.data)) for p in parameters}
    for each in filters:
        data = np.concatenate([np.ravel(np.asarray(p.data)[at]) for p, at in each]).astype(np.float64)
        random = draw.standard_normal(len(data))
        random *= np.linalg.norm(data) / np.linalg.norm(random)
        start = 0
        for p, at in each:
            part = parts[id(p)][at]
            parts[id(p)][at] = random[start : start + np.size(part)].reshape(np.shape(part))
            start += np.size(part)
    return [float(parts[id(p)]) if isinstance(p, Value) else parts[id(p)] for p in parameters]


def _filters(model: Module) -> list[list[tuple[Any, Any]]]:
    """Return the filters, each a list of a parameter and the place in it: `...` for the whole of a Value."""
    filters: list[list[tuple[Any, Any]]] = []
    seen: set[int] = set()
    for module in model.modules():
        lists: dict[str, list[tuple[Any, Any]]] = {}
        for name, p in module.named_parameters(recurse=False):
            if id(p) in seen:
                continue
            seen.add(id(p))
            if isinstance(p, Value) and "." in name:
                lists.setdefault(name.rpartition(".")[0], []).append((p, ...))
            elif isinstance(p, Tensor) and p.ndim >= 2:
                filters += [[(p, k)] for k in range(len(p))]
        filters += lists.values()
    return filters


def _curve(ax: Axes, steps: np.ndarray, losses: np.ndarray) -> None:
    ax.plot(steps, losses, color=color(0), label="loss")
    ax.plot([0.0], [np.interp(0.0, steps, losses)], "o", color=color(1), label="the model")
    ax.set_xlabel("distance along the direction")
    ax.set_ylabel("loss")
    ax.legend()


def _contours(ax: Axes, steps: np.ndarray, losses: np.ndarray) -> None:
    """Draw lines with their losses on a coloured ground; the colours are logarithmic where the losses differ much."""
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.ticker import LogLocator, MaxNLocator

    shown = np.ma.masked_invalid(losses)
    least, most = shown.min(), shown.max()
    wide = least > 0 and most / least > 30
    norm = (LogNorm if wide else Normalize)(least, most)
    ground = ax.pcolormesh(steps, steps, shown, cmap="cividis", norm=norm, shading="nearest", rasterized=True)
    levels = np.geomspace(least, most, 9)[1:-1] if wide else MaxNLocator(10).tick_values(least, most)
    lines = ax.contour(steps, steps, shown, levels=levels, colors="white", linewidths=0.8)
    ax.clabel(lines, fmt="%.3g", fontsize="small")
    ticks: dict[str, Any] = {"ticks": LogLocator(subs=(1, 2, 5)), "format": "%.3g"} if wide else {}
    ax.figure.colorbar(ground, ax=ax, label="loss", **ticks).ax.minorticks_off()
    ax.plot([0.0], [0.0], "*", color=color(1), markeredgecolor="white", markersize=14, label="the model")
    ax.set_xlabel("distance along direction 1")
    ax.set_ylabel("distance along direction 2")
    ax.set_aspect("equal")
    ax.legend(loc="upper right")
