"""Record a function for a live page, with Values as its arguments, and check that one graph serves the whole range."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from ...engine.node import Node
from ...engine.text import printable, shown
from ...graph.program import Program
from ...operands.value import Value
from .sliders import checked_range, step_of

Function = Callable[..., Any]
LOOKS = 16  # intervals of a range at whose ends the graph is compared with the function


def recorded(function: Function, ranges: Mapping[str, Any]) -> tuple[Node, dict[Node, tuple[float, float]]]:
    """Return the result of the function at the start of the ranges, and the range of each argument.

    ValueError where the function takes another way elsewhere in the ranges: the graph of one point has no branches.
    """
    limits = {name: checked_range(name, given) for name, given in ranges.items()}
    call = _call(function, list(limits))
    inputs = [Value(_start(low, high), label=name) for name, (low, high) in limits.items()]
    root = call(*inputs)
    if not isinstance(root, Value) or not root.requires_grad:
        raise TypeError(
            f"live plots a function that returns one Value computed from its arguments, got {type(root).__name__}: "
            f"{shown(root)}; use autograd's own exp, sin, ... in it"
        )
    _look_for_branches(call, root, inputs, list(limits.values()))
    return root, dict(zip(inputs, limits.values(), strict=True))


def _start(low: float, high: float) -> float:
    """Return a point at two thirds of the range, on a step of the slider: the middle is often a kink, such as 0."""
    step = step_of(low, high)
    return float(f"{low + step * round((high - low) * 2 / 3 / step):.12g}")


def _call(function: Function, names: list[str]) -> Function:
    """Return the function of these arguments by place; TypeError where it takes others."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function that is written in C
        return function
    kinds = {name: p.kind for name, p in parameters.items()}
    if inspect.Parameter.VAR_POSITIONAL in kinds.values() and not set(names) & set(kinds):
        return function  # an op, which names no parameters
    needed = [n for n, p in parameters.items() if p.default is p.empty and "VAR" not in p.kind.name]
    missing, unknown = [n for n in needed if n not in names], [n for n in names if n not in kinds]
    if inspect.Parameter.VAR_KEYWORD in kinds.values():
        unknown = []
    if missing or unknown:
        names_of_wrong = printable(", ".join(missing or unknown))
        wrong = f"no range for {names_of_wrong}" if missing else f"a range for {names_of_wrong}"
        raise TypeError(
            f"the function takes ({', '.join(kinds)}), and got {wrong}; give each argument its range, as in "
            f"live(f, {', '.join(f'{name}=(-3, 3)' for name in needed or kinds)})"
        )
    by_place = [name for name in names if kinds.get(name) is inspect.Parameter.POSITIONAL_ONLY]
    return lambda *values: function(
        *[value for name, value in zip(names, values, strict=True) if name in by_place],
        **{name: value for name, value in zip(names, values, strict=True) if name not in by_place},
    )


def _look_for_branches(call: Function, root: Value, inputs: list[Value], limits: list[tuple[float, float]]) -> None:
    program = Program(root, inputs)
    start = [i.data for i in inputs]
    for k, (low, high) in enumerate(limits):
        for j in range(LOOKS + 1):
            at = [*start[:k], low + (high - low) * j / LOOKS, *start[k + 1 :]]
            now = call(*[Value(x) for x in at])
            expected, found = float(now if not isinstance(now, Node) else now.item()), program(*at)
            if not (
                math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-300) or (found != found and expected != expected)
            ):
                place = ", ".join(f"{i.label}={x:.4g}" for i, x in zip(inputs, at, strict=True))
                raise ValueError(
                    f"the function takes another way at {place} than at its start: it gives {expected:.6g} there, and "
                    f"the graph recorded at the start gives {found:.6g}. A page computes one graph without branches: "
                    "use maximum, minimum, abs, relu or clip for `if` and where, or narrow the range"
                )
