"""Functions in, functions out: derivatives of Python functions, nested to any order.

What this file knows is how a derivative meets the derivatives around it. Each call makes variables of its own for
the arguments, so an outer derivative never mistakes them for its own; and it hands back nodes or duals wherever the
answer depends on an outer variable, plain floats otherwise.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arguments import raw
from .dual import Dual, levels, zero
from .elementwise import identity
from .node import Node, enable_grad, mode
from .shaping import reshape, stack
from .sweep import sweep, topology
from .tensor import Tensor
from .value import Value, unrecorded

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """The gradient of `f`, a function that returns one number, with respect to its arguments `argnums`.

    An argument is a number, a Value, or a list or tuple of them; the gradient has its shape. Plain numbers in give
    plain numbers out, unless the answer depends on a Value that `f` got from outside. ValueError where `f` returns
    more than one number.

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
        value, pull, settle = _run(f, args, kwargs, argnums)
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

    >>> derivative(derivative(lambda x: x**3))(2.0)
    12.0
    """

    def slope(x: Any) -> Any:
        return jvp(f, x, 1.0)[1]

    return slope


def jvp(f: Function, x: Any, v: Any) -> tuple[Any, Any]:
    """`(f(x), J v)`: the value and how it changes when x moves along v, in one forward run. v has the shape of x.

    >>> jvp(lambda x: x[0] * x[1], [2.0, 3.0], [1.0, 0.0])
    (6.0, 3.0)
    """
    level = next(levels)
    outer = mode.get().recording
    with enable_grad():
        y = f(_zipped(lambda a, t: Dual(_number(a), _number(t), level), x, v))

    given = any(_holds_node(each) for each in leaves([x, v]))

    def own(out: Any) -> Dual:
        if not isinstance(out, Dual) or out.level != level:
            out = Dual(_result(out), 0.0, level)
        return Dual(_settled(out.payload, set(), given, outer), _settled(out.tangent, set(), given, outer), level)

    return mapped(lambda out: own(out).payload, y), mapped(lambda out: own(out).tangent, y)


def vjp(f: Function, x: Any) -> tuple[Any, Function]:
    """`(f(x), pullback)`, where pullback(u) is uᵀ J: what a gradient u at the result is at x. u has the shape of f(x).

    >>> value, pullback = vjp(lambda x: [x[0] * x[1], x[0]], [2.0, 3.0])
    >>> pullback([1.0, 10.0])
    [13.0, 2.0]
    """
    value, pull, settle = _run(f, (x,), {}, 0)

    def pullback(u: Any) -> Any:
        outs, seeds = leaves(value), leaves(_zipped(lambda _, seed: seed, value, u))
        total: Any = None
        for out, seed in zip(outs, seeds, strict=True):
            part = pull(out, seed)
            total = part if total is None else _zipped(operator.add, total, part)
        return settle(total)

    return settle(value), pullback


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """All first derivatives of `f`: the shape of its result, with the shape of the argument in place of each number.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def derivatives(*args: Any, **kwargs: Any) -> Any:
        value, pull, settle = _run(f, args, kwargs, argnums)
        return settle(mapped(lambda out: _rows(out, pull), value))

    return derivatives


def _rows(out: Any, pull: Function) -> Any:
    """The derivatives of one result: of a tensor, one pull per element, put together in its shape."""
    shape = tuple(getattr(out, "shape", ()))
    if not shape:
        return pull(out)
    rows = []
    for place in np.ndindex(shape):
        seed = np.zeros(shape)
        seed[place] = 1.0
        rows.append(pull(out, seed))

    def joined(*parts: Any) -> Any:
        return reshape(stack([_as_tensor(part) for part in parts]), (*shape, *np.shape(raw(parts[0]))))

    return _gathered(joined, rows)


def _gathered(join: Function, trees: list[Any]) -> Any:
    """Trees of one shape made one tree, whose leaves are `join` of theirs."""
    if isinstance(trees[0], (list, tuple)):
        return type(trees[0])([_gathered(join, list(branches)) for branches in zip(*trees, strict=True)])
    return join(*trees)


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


def _run(f: Function, args: Sequence[Any], kwargs: dict[str, Any], argnums: Argnums) -> tuple[Any, Function, Function]:
    """`f` on variables in place of its arguments; how to pull a result back to them; and how to hand things out."""
    which = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if len(set(which)) != len(which) or not all(type(n) is int for n in which):
        raise ValueError(f"argnums is one argument's number or several different ones, got {argnums!r}")
    for n in which:
        if not 0 <= n < len(args):
            raise ValueError(f"argnums names argument {n}, but the function was called with {len(args)}, from 0")
    asked = [args[n] for n in which]
    outer = mode.get().recording
    with enable_grad():
        tensors = any(isinstance(_innermost(leaf), (Tensor, np.ndarray)) for leaf in leaves(asked))
        variables = [mapped(lambda x: _variable(x, tensors), arg) for arg in asked]
        wrt = variables[0] if isinstance(argnums, int) else tuple(variables)
        bases = [_base(v) for v in leaves(wrt)]
        replaced = list(args)
        for n, variable in zip(which, variables, strict=True):
            replaced[n] = mapped(lambda x: x, variable)  # lists of f's own, which it may sort or empty
        value = mapped(_result, f(*replaced, **kwargs))
    given = any(_holds_node(a) for a in leaves(asked))
    own = {base.index for base in bases}

    def pull(out: Any, seed: Any = 1.0) -> Any:
        with enable_grad():
            flat = iter(_pulled(out, bases, seed))
        return mapped(lambda _: next(flat), wrt)

    def settle(tree: Any) -> Any:
        return mapped(lambda result: _settled(result, own, given, outer), tree)

    return value, pull, settle


def _variable(x: Any, tensors: bool) -> Any:
    """A variable of our own in the place of x, with x behind it where an outer derivative watches x."""
    if isinstance(x, Dual):
        return Dual(_variable(x.payload, tensors), x.tangent, x.level)
    if isinstance(x, Node) and x.requires_grad:
        return identity(x)
    if tensors:
        data = x._data if isinstance(x, Node) else np.asarray(x)
        return Tensor(data if data.dtype.kind == "f" else data.astype(np.float64), requires_grad=True)
    return Value(x.item() if isinstance(x, Node) else x)


def _pulled(out: Any, bases: list[Node], seed: Any) -> list[Any]:
    """The gradient of `out`, times `seed`, with respect to each base."""
    if isinstance(seed, Dual):
        # The seed moves too: u^T J is linear in u.
        payloads, tangents = _pulled(out, bases, seed.payload), _pulled(out, bases, seed.tangent)
        return [p + Dual(zero(p), t, seed.level) for p, t in zip(payloads, tangents, strict=True)]
    if isinstance(out, Dual):
        # d/dx (p + t eps) = dp/dx + dt/dx eps
        pairs = zip(_pulled(out.payload, bases, seed), _pulled(out.tangent, bases, seed), strict=True)
        return [Dual(payload, tangent, out.level) for payload, tangent in pairs]
    nothing = [zero(base) for base in bases]
    if not isinstance(out, Node) or not out.requires_grad:
        return nothing
    if isinstance(out, Tensor) and not isinstance(seed, Node):
        seed = np.broadcast_to(np.asarray(seed, dtype=out.dtype), out.shape)
    wanted = {base.index for base in bases}
    gradients = {node.index: g for node, g in sweep(out, seed, record=True) if node.index in wanted}
    return [gradients.get(base.index, none) for base, none in zip(bases, nothing, strict=True)]


def _settled(result: Any, own: set[int], given: bool, outer: bool) -> Any:
    """A node only where the answer depends on something outside of this derivative, else the number in it."""
    if isinstance(result, Dual):
        payload, tangent = (_settled(part, own, given, outer) for part in (result.payload, result.tangent))
        return Dual(payload, tangent, result.level)
    if not isinstance(result, Node):
        if isinstance(result, np.ndarray):
            return Tensor(result) if given else result
        return unrecorded(result) if given else result
    foreign = result.requires_grad and any(node.is_leaf and node.index not in own for node in topology(result))
    if not (given or foreign):
        return result.numpy() if isinstance(result, Tensor) and result.shape else result.item()
    return result if outer else result.detach()


def _holds_node(x: Any) -> bool:
    return _holds_node(x.payload) or _holds_node(x.tangent) if isinstance(x, Dual) else isinstance(x, Node)


def _innermost(x: Any) -> Any:
    while isinstance(x, Dual):
        x = x.payload
    return x


def _base(variable: Any) -> Node:
    while isinstance(variable, Dual):
        variable = variable.payload
    node: Node = variable
    return node


def _number(x: Any) -> Any:
    if isinstance(x, np.ndarray) and x.dtype.kind in "fiub":
        return x if x.dtype.kind == "f" else x.astype(np.float64)
    return x if isinstance(x, (Node, Dual)) else Value(x).item()


def _result(x: Any) -> Any:
    if x is None:
        raise TypeError("the function returned None, expected a number or a list of numbers; is a `return` missing?")
    return _number(x)


def mapped(f: Function, tree: Any) -> Any:
    """f on every number of a number, or of nested lists and tuples of numbers."""
    if isinstance(tree, (list, tuple)):
        branches = [mapped(f, branch) for branch in tree]
        return branches if isinstance(tree, list) else tuple(branches)
    return f(tree)


def _zipped(f: Function, tree: Any, other: Any) -> Any:
    """f on every number of one tree and the number in the same place of the other."""
    if isinstance(tree, (list, tuple)):
        if not isinstance(other, (list, tuple)) or len(other) != len(tree):
            got = f"{len(other)} of them" if isinstance(other, (list, tuple)) else f"{other!r:.40}"
            raise ValueError(f"the two have to have the same shape: expected a list of {len(tree)}, got {got}")
        branches = [_zipped(f, a, b) for a, b in zip(tree, other, strict=True)]
        return branches if isinstance(tree, list) else tuple(branches)
    if isinstance(other, (list, tuple)):
        raise ValueError(f"the two have to have the same shape: expected one number, got a list of {len(other)}")
    return f(tree, other)


def leaves(tree: Any) -> list[Any]:
    flat: list[Any] = []
    mapped(flat.append, tree)
    return flat
