"""Functions in, functions out: derivatives of Python functions, nested to any order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.dtypes import rounded
from ..engine.mode import enable_grad, mode
from ..functions.arguments import array_of
from ..functions.reshaping import reshape, stack
from ..operands.dual import Dual, levels, zero
from ..operands.tensor import Tensor
from ..rules.elementwise import add
from .nesting import Argnums, checked, kind_given, plain, run, settled
from .trees import Function, gathered, leaves, mapped, zipped


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """The gradient of `f`, a function that returns one number, with respect to its arguments `argnums`.

    An argument is a number, an array, a Value, a Tensor, or a list or tuple of them; the gradient has its shape. Plain
    numbers and arrays in give plain ones out (of no dimension: a float), unless the answer depends on a node that `f`
    got from outside; nodes in give nodes out. ValueError where `f` returns more than one number.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = value_and_grad(f, argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Function, argnums: Argnums = 0) -> Function:
    """A function that returns `(f(...), grad(f)(...))` from one run of `f`."""

    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        value, pull, settle = run(f, args, kwargs, argnums)
        if isinstance(value, (list, tuple)):
            raise ValueError(
                f"grad takes a function that returns one number, got one that returns a {type(value).__name__} of "
                f"{len(value)}; use jacobian, or sum the results"
            )
        shape = tuple(getattr(value, "shape", ()))
        if math.prod(shape) != 1:
            raise ValueError(
                f"grad takes a function that returns one number, got one that returns an array of shape {shape}; use "
                "jacobian, or reduce it, as with .sum()"
            )
        return settle(value), settle(pull(value))

    return value_and_gradient


def derivative(f: Function) -> Function:
    """The derivative of a function of one number, in forward mode; `f` may return a list.

    At an array, `f` works element by element, and its derivative does too.

    >>> derivative(derivative(lambda x: x**3))(2.0)
    12.0
    """

    def slope(x: Any) -> Any:
        return jvp(f, x, 1.0 if isinstance(x, (list, tuple)) else _ones(x))[1]

    return slope


def _ones(x: Any) -> Any:
    """How a number or an array moves when each of its elements moves by one."""
    shape = np.shape(array_of(x))
    return np.ones(shape, array_of(x).dtype) if shape else 1.0


def jvp(f: Function, x: Any, v: Any) -> tuple[Any, Any]:
    """`(f(x), J v)`: the value and how it changes when x moves along v, in one forward run. v has the shape of x.

    >>> jvp(lambda x: x[0] * x[1], [2.0, 3.0], [1.0, 0.0])
    (6.0, 3.0)
    """
    level = next(levels)
    outer = mode.get().recording
    with enable_grad():
        y = f(zipped(lambda a, t: _moving(plain(a), plain(t), level), x, v))

    given = kind_given(leaves([x, v]))

    def own(out: Any) -> Dual:
        if not isinstance(out, Dual) or out.level != level:
            out = Dual(checked(out), zero(checked(out)), level)
        return Dual(settled(out.payload, set(), given, outer), settled(out.tangent, set(), given, outer), level)

    return mapped(lambda out: own(out).payload, y), mapped(lambda out: own(out).tangent, y)


def _moving(x: Any, v: Any, level: int) -> Dual:
    """x, moving along v, in the dtype of x where both are arrays."""
    v = _along(v, x)
    both = isinstance(x, np.ndarray) and isinstance(v, np.ndarray)
    return Dual(x, rounded(v, x.dtype) if both else v, level)


def _along(v: Any, x: Any) -> Any:
    """The direction v, where it has the shape of x; ValueError where it would have to be broadcast."""
    if np.shape(array_of(v)) != np.shape(array_of(x)):
        raise ValueError(
            f"the two have to have the same shape: expected one of {np.shape(array_of(x))}, got {np.shape(array_of(v))}"
        )
    return v


def vjp(f: Function, x: Any) -> tuple[Any, Function]:
    """`(f(x), pullback)`, where pullback(u) is uᵀ J: what a gradient u at the result is at x. u has the shape of f(x).

    >>> value, pullback = vjp(lambda x: [x[0] * x[1], x[0]], [2.0, 3.0])
    >>> pullback([1.0, 10.0])
    [13.0, 2.0]
    """
    value, pull, settle = run(f, (x,), {}, 0)

    def pullback(u: Any) -> Any:
        outs, seeds = leaves(value), leaves(zipped(lambda out, seed: _along(plain(seed), out), value, u))
        total: Any = None
        for out, seed in zip(outs, seeds, strict=True):
            part = pull(out, seed)
            total = part if total is None else zipped(add, total, part)
        return settle(total)

    return settle(value), pullback


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """All first derivatives of `f`: the shape of its result, with the shape of the argument in place of each number.

    For an array of shape (2, 3) that `f` makes one of shape (4,) it is an array of shape (4, 2, 3).

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def derivatives(*args: Any, **kwargs: Any) -> Any:
        value, pull, settle = run(f, args, kwargs, argnums)
        return settle(mapped(lambda out: _rows(out, pull), value))

    return derivatives


def _rows(out: Any, pull: Function) -> Any:
    """The derivatives of one result: of a tensor, one pull per element, put together in its shape."""
    shape = tuple(getattr(out, "shape", ()))
    if not shape:
        return pull(out)
    if 0 in shape:
        return mapped(lambda part: np.zeros((*shape, *np.shape(array_of(part))), array_of(part).dtype), pull(out))
    rows = []
    for place in np.ndindex(shape):
        seed = np.zeros(shape)
        seed[place] = 1.0
        rows.append(pull(out, seed))

    def joined(*parts: Any) -> Any:
        return reshape(stack([_as_tensor(part) for part in parts]), (*shape, *np.shape(array_of(parts[0]))))

    return gathered(joined, rows)


def _as_tensor(x: Any) -> Any:
    return x if isinstance(x, (Tensor, Dual)) else Tensor(x)


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """All second derivatives of `f`, a function that returns one number.

    >>> hessian(lambda x: x[0] * x[0] * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Function) -> Function:
    """A function (x, v) that gives the Hessian of `f` at x times v, without the Hessian: forward over reverse.

    >>> hvp(lambda x: x[0] * x[0] * x[1])([2.0, 3.0], [1.0, 0.0])
    [6.0, 4.0]
    """

    def product(x: Any, v: Any) -> Any:
        return jvp(grad(f), x, v)[1]

    return product
