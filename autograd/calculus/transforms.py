"""Derivatives of Python functions: grad, jacobian, jvp and others, which nest to any order.

Arguments and results are trees (`trees.py`): numbers, arrays, Values, Tensors, and lists, tuples and dicts of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.dtypes import rounded
from ..engine.mode import enable_grad
from ..engine.node import created
from ..engine.op import Operand
from ..functions.arguments import array_of, shape_of
from ..functions.reshaping import reshape
from ..operands.creation import stack
from ..operands.dual import Dual, levels, zero_tangent
from ..operands.tensor import Tensor
from ..rules.elementwise import add
from .nesting import Argnums, Caller, Run, as_floats, require_function, require_result
from .trees import Function, is_container, leaves, mapped


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """Return a function that computes the gradient of `f` with respect to its arguments `argnums`.

    `f` returns one number; ValueError if it returns several. An argument is a number, an array, a Value, a Tensor, or a
    list, tuple, named tuple or dict of them, and the gradient has its structure and its shapes.

    The gradient of nodes is nodes. That of plain numbers and arrays is plain (a float if it has no dimension), unless
    it depends on a node that `f` got from outside.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["a"] ** 2 + p["b"])({"a": 3.0, "b": 1.0})
    {'a': 6.0, 'b': 1.0}
    """
    both = value_and_grad(f, argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Function, argnums: Argnums = 0) -> Function:
    """Return a function that computes `(f(...), grad(f)(...))` in one run of `f`."""
    require_function(f)

    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = Run(f, args, kwargs, argnums)
        value = run.value
        if is_container(value):
            raise ValueError(
                f"grad takes a function that returns one number, got one that returns a {type(value).__name__} of "
                f"{len(value)}; use jacobian, or sum the results"
            )
        shape = tuple(shape_of(value))
        if math.prod(shape) != 1:
            raise ValueError(
                f"grad takes a function that returns one number, got one that returns an array of shape {shape}; use "
                "jacobian, or reduce it, as with .sum()"
            )
        return run.answer(value), run.answer(run.pull(value))

    return value_and_gradient


def derivative(f: Function) -> Function:
    """Return a function that computes the derivative of `f`, a function of one number, in forward mode.

    `f` may return a list. For an array, `f` must work element by element; so does its derivative.

    >>> derivative(derivative(lambda x: x**3))(2.0)
    12.0
    """
    require_function(f)

    def slope(x: Any) -> Any:
        return jvp(f, x, 1.0 if is_container(x) else _ones(x))[1]

    return slope


def _ones(x: Any) -> Any:
    """The tangent of a number or an array whose elements all move at speed 1."""
    array = array_of(x)
    return np.ones(array.shape, array.dtype) if array.shape else 1.0


def jvp(f: Function, x: Any, v: Any) -> tuple[Any, Any]:
    """Compute `(f(x), J v)`, where J v is the change of f(x) as x moves along v, in one forward run.

    v has the structure and shape of x.

    >>> jvp(lambda x: x[0] * x[1], [2.0, 3.0], [1.0, 0.0])
    (6.0, 3.0)
    """
    require_function(f)
    level = next(levels)
    caller = Caller([x, v])
    start = next(created)
    with enable_grad():
        y = f(mapped(lambda a, t: _moving(as_floats(a), as_floats(t), level), x, v))
    own = range(start, next(created))

    def payload(result: Any) -> Any:
        return result.payload if _is_of_level(result, level) else require_result(result)

    def tangent(result: Any) -> Any:
        return result.tangent if _is_of_level(result, level) else zero_tangent(require_result(result))

    return caller.answer(mapped(payload, y), own), caller.answer(mapped(tangent, y), own)


def _is_of_level(result: Any, level: int) -> bool:
    """Tell whether the result moves with the variable of this level; another Dual belongs to an outer derivative."""
    return isinstance(result, Dual) and result.level == level


def _moving(x: Any, v: Any, level: int) -> Dual:
    """A Dual of x that moves along v, in the dtype of x if both are arrays."""
    v = _require_shape(v, x)
    arrays = isinstance(x, np.ndarray) and isinstance(v, np.ndarray)
    return Dual(x, rounded(v, x.dtype) if arrays else v, level)


def _require_shape(v: Any, x: Any) -> Any:
    """Return v if it has the shape of x; ValueError otherwise, because broadcasting it could hide a mistake."""
    expected, got = array_of(x).shape, array_of(v).shape
    if expected != got:
        raise ValueError(
            f"tangents and gradients have the shape of what they belong to: expected {expected}, got {got}"
        )
    return v


def vjp(f: Function, x: Any) -> tuple[Any, Function]:
    """Compute `(f(x), pullback)`, where pullback(u) is uᵀ J: the gradient at x for the gradient u at f(x).

    u has the structure and shape of f(x).

    >>> value, pullback = vjp(lambda x: [x[0] * x[1], x[0]], [2.0, 3.0])
    >>> pullback([1.0, 10.0])
    [13.0, 2.0]
    """
    require_function(f)
    run = Run(f, (x,), {}, 0)

    def pullback(u: Any) -> Any:
        seeds = mapped(lambda result, seed: _require_shape(as_floats(seed), result), run.value, u)
        total: Any = None
        for result, seed in zip(leaves(run.value), leaves(seeds), strict=True):
            part = run.pull(result, seed)
            total = part if total is None else mapped(add, total, part)
        return run.answer(total)

    return run.answer(run.value), pullback


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """Return a function that computes all first derivatives of `f`.

    They have the structure of the result of `f`, with the structure of the argument in place of each number. If `f`
    takes an array of shape (2, 3) and returns one of shape (4,), the derivatives are an array of shape (4, 2, 3).

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    require_function(f)

    def derivatives(*args: Any, **kwargs: Any) -> Any:
        run = Run(f, args, kwargs, argnums)
        return run.answer(mapped(lambda result: _derivatives_of(result, run), run.value))

    return derivatives


def _derivatives_of(result: Any, run: Run) -> Any:
    """The derivatives of one result; of an array, one pull for each element, joined in its shape."""
    shape = tuple(shape_of(result))
    if not shape:
        return run.pull(result)
    if 0 in shape:
        return mapped(lambda x: np.zeros((*shape, *array_of(x).shape), array_of(x).dtype), run.pull(result))
    rows = []
    for place in np.ndindex(shape):
        seed = np.zeros(shape)
        seed[place] = 1.0
        rows.append(run.pull(result, seed))

    def joined(*parts: Any) -> Any:
        stacked = stack([part if isinstance(part, Operand) else Tensor(part) for part in parts])
        return reshape(stacked, (*shape, *array_of(parts[0]).shape))

    return mapped(joined, *rows)


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """Return a function that computes all second derivatives of `f`, which returns one number.

    >>> hessian(lambda x: x[0] * x[0] * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Function) -> Function:
    """Return a function (x, v) that computes the Hessian of `f` at x times v, without computing the Hessian.

    It takes the forward-mode derivative of the gradient.

    >>> hvp(lambda x: x[0] * x[0] * x[1])([2.0, 3.0], [1.0, 0.0])
    [6.0, 4.0]
    """
    require_function(f)

    def product(x: Any, v: Any) -> Any:
        return jvp(grad(f), x, v)[1]

    return product
