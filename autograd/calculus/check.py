"""check_gradients: compare the derivatives of a function with numeric ones, and report those that are wrong.

This file reads the arguments and the results of the function and names their elements. `judge.py` decides which
derivatives are right.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..engine.mode import no_grad
from ..engine.text import shown
from ..operands.tensor import Tensor
from .judge import Judge
from .nesting import require_function
from .numeric import EPSILON, as_float64, as_node, moved, numbers_in, results_at
from .report import GradientError as GradientError, Report
from .trees import Function, leaves, mapped, named_leaves

MAX_ELEMENTS: Final = 64  # for more elements, derivatives are compared along directions


def check_gradients(f: Function, *args: Any, order: int = 1, tolerance: float = 1e-6) -> Report:
    """Compare the first derivatives of `f` at `args` with numeric ones; with order=2 the second derivatives too.

    `f` returns a number, an array or a list of them. The args are numbers, arrays, Values, Tensors or lists of them;
    arrays of integers are passed to `f` unchanged. For up to 64 elements every derivative is compared. For more, eight
    derivatives along random directions are compared, the same in every run, and if one is wrong, an element that is
    wrong is searched for. float32 is too coarse for differences: arguments in it are cast to float64, and the report
    says so.

    Raises GradientError if a relative error is above `tolerance` and larger than the rounding errors of the numeric
    derivative. At a kink any slope between the slopes on either side is right; at a jump none is; at a vertical tangent
    the infinite slope is right. The report names the element, the error, and these cases, and notes an argument that
    changes no result.

    >>> print(check_gradients(lambda x: x * x, 3.0))
    element  analytic  numeric  rel. error  by
    df/dx           6        6     0.0e+00  complex step
    >>> print(check_gradients(lambda x: x[:, 0] * 2.0, np.ones((1, 2))))
    element        analytic  numeric  rel. error  by
    df[0]/dx[0,0]         2        2     0.0e+00  complex step
    df[0]/dx[0,1]         0        0     0.0e+00  complex step
    """
    require_function(f)
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {shown(order)}")
    if not tolerance > 0:
        raise ValueError(
            f"tolerance is a number above 0, got {shown(tolerance)}: numeric derivatives are inexact; use 1e-9, say"
        )
    if not args:
        raise ValueError("check_gradients got no arguments to differentiate at; call check_gradients(f, x, ...)")
    point, g, names = _differentiable(f, args)
    outs = _checked_results(g, point)
    notes = []
    if any(_is_coarse(leaf) for leaf in leaves(list(args))):
        notes.append("float32 is too coarse to check gradients in: the arguments were taken as float64")
    epsilon = EPSILON
    if any(_is_coarse(out) for out in outs):
        epsilon, tolerance = 2.0**-23, max(tolerance, 1e-2)
        notes.append(f"float32 is too coarse, and the function computes in it: judged to {tolerance:g} only")
    judge = Judge(tolerance, epsilon)
    count = numbers_in(outs).size * len(names) ** order
    every = len(names) <= MAX_ELEMENTS and count <= MAX_ELEMENTS * MAX_ELEMENTS
    check = judge.every if every else judge.along_directions
    rows = check(g, point, names, _result_names(outs), order)
    notes += [
        f"no result changes with {name} here: is it used, or cut off?" for name in _without_effect(g, point, names)
    ]
    report = Report(rows, notes)
    if not report.ok:
        raise GradientError(report)
    return report


def _differentiable(f: Function, args: tuple[Any, ...]) -> tuple[list[Any], Function, list[str]]:
    """Leave out the arguments that are arrays of integers.

    Return the other arguments as numbers and arrays, `f` as a function of these, and the names of their elements.
    """
    moves = [not all(_is_integer_array(leaf) for leaf in leaves(arg)) or not leaves(arg) for arg in args]
    point = [mapped(as_float64, arg) for arg, moving in zip(args, moves, strict=True) if moving]
    if not point:
        raise ValueError("check_gradients got arrays of integers only, which have no gradient; make one of them floats")
    names = [
        name
        for k, (arg, moving) in enumerate(zip(args, moves, strict=True))
        if moving
        for name in _element_names(f"x{k}" if len(args) > 1 else "x", arg)
    ]

    def of_moving(*x: Any) -> Any:
        given = iter(x)
        return f(*[next(given) if moving else arg for arg, moving in zip(args, moves, strict=True)])

    return point, of_moving, names


def _checked_results(f: Function, point: list[Any]) -> list[Any]:
    """Return the results of f at the point; ValueError if its derivatives there cannot be checked."""
    if not np.isfinite(numbers_in(point)).all():
        raise ValueError(f"gradients are checked at finite numbers, got {point}")
    with no_grad():
        outs = leaves(f(*mapped(as_node, point)))
    if not numbers_in(outs).size:
        raise ValueError("the function returned no numbers, so there is nothing to check; expected one or more")
    if not np.array_equal(numbers_in(outs), results_at(f, point), equal_nan=True):
        raise ValueError(f"the function returns different results at the same point {point}: fix its random numbers")
    return outs


def _without_effect(f: Function, point: list[Any], names: list[str]) -> list[str]:
    """Return the names of the numbers and arrays that change no result when all of their elements move a little."""
    here, found, start = results_at(f, point), [], 0
    for leaf in leaves(point):
        own = range(start, start + np.size(leaf))
        start = own.stop
        part = np.zeros(len(names))
        part[own] = np.linspace(0.5, 1.0, len(own)) * 2.0**-6  # not equal: softmax is the same where all inputs rise
        if len(own) and all(
            np.array_equal(here, results_at(f, moved(point, sign * part, lambda x, d: x + d)), equal_nan=True)
            for sign in (1.0, -1.0)
        ):
            found.append(names[own.start].removesuffix(f"[{','.join(['0'] * np.ndim(leaf))}]"))
    return found


def _is_integer_array(x: Any) -> bool:
    """Tell whether x is an array of integers or bools: labels, indices or a mask, which have no gradient."""
    return isinstance(x, (np.ndarray, Tensor)) and x.dtype.kind in "iub"


def _is_coarse(x: Any) -> bool:
    """Tell whether x has floats of fewer than 64 bits."""
    return isinstance(x, (np.ndarray, np.floating, Tensor)) and x.dtype.kind == "f" and x.dtype.itemsize < 8


def _element_names(name: str, tree: Any) -> list[str]:
    """Name every element: `x`; `x[0]` and `x[1]` in a list; `x[0,0]` and so on in an array."""
    names = []
    for path, leaf in named_leaves(name, tree):
        if shape := np.shape(as_float64(leaf)):
            names += [f"{path}[{','.join(map(str, place))}]" for place in np.ndindex(shape)]
        else:
            names.append(path)
    return names


def _result_names(outs: list[Any]) -> list[list[str]]:
    """Name the elements of each result."""
    return [_element_names(f"f[{k}]" if len(outs) > 1 else "f", out) for k, out in enumerate(outs)]
