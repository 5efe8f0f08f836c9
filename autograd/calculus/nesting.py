"""How a derivative meets the derivatives around it.

Each derivative makes variables of its own for its arguments, so an outer one never mistakes them for its own; and it
hands back nodes or duals wherever the answer depends on an outer variable, plain numbers and arrays otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.ieee import quietly
from ..engine.mode import enable_grad, mode
from ..engine.node import Node
from ..engine.sweep import graph_nodes, sweep
from ..operands.dual import Dual, zero
from ..operands.tensor import Tensor
from ..operands.value import Value, constant
from ..rules.elementwise import identity
from .trees import Function, leaves, mapped

Argnums = int | tuple[int, ...]
Given = type[Node] | None


def run(f: Function, args: Sequence[Any], kwargs: dict[str, Any], argnums: Argnums) -> tuple[Any, Function, Function]:
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
        # An array among the other arguments is met by the variables too, and a Value does not mix with arrays.
        tensors = any(isinstance(innermost(leaf), (Tensor, np.ndarray)) for leaf in leaves([*args, *kwargs.values()]))
        variables = [mapped(lambda x: _variable(x, tensors), arg) for arg in asked]
        wrt = variables[0] if isinstance(argnums, int) else tuple(variables)
        bases: list[Node] = [innermost(v) for v in leaves(wrt)]
        replaced = list(args)
        for n, variable in zip(which, variables, strict=True):
            replaced[n] = mapped(lambda x: x, variable)  # lists of f's own, which it may sort or empty
        value = mapped(checked, f(*replaced, **kwargs))
    given = kind_given(leaves(asked))
    own = {base._index for base in bases}

    def pull(out: Any, seed: Any = 1.0) -> Any:
        with enable_grad():
            # The seed is a plain array, and a rule may do arithmetic on it before it meets a node.
            flat = iter(quietly(_pulled, out, bases, seed))
        return mapped(lambda _: next(flat), wrt)

    def settle(tree: Any) -> Any:
        return mapped(lambda result: settled(result, own, given, outer), tree)

    return value, pull, settle


def _variable(x: Any, tensors: bool) -> Any:
    """A variable of our own in the place of x, with x behind it where an outer derivative watches x."""
    if isinstance(x, Dual):
        return Dual(_variable(x.payload, tensors), x.tangent, x.level)
    if isinstance(x, Node) and x.requires_grad:
        return identity(x)
    if tensors:
        return Tensor(plain(x._data if isinstance(x, Node) else np.asarray(x)), requires_grad=True)
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
    wanted = {base._index for base in bases}
    gradients = {node._index: g for node, g in sweep(out, seed, record=True) if node._index in wanted}
    return [gradients.get(base._index, none) for base, none in zip(bases, nothing, strict=True)]


def kind_given(numbers: list[Any]) -> Given:
    """Which nodes there are among the arguments, and so among the answers: Tensors, Values or none."""
    found = {kind for number in numbers for kind in _kinds(number)}
    return Tensor if Tensor in found else Value if found else None


def _kinds(x: Any) -> list[type[Node]]:
    return _kinds(x.payload) + _kinds(x.tangent) if isinstance(x, Dual) else [type(x)] if isinstance(x, Node) else []


def settled(result: Any, own: set[int], given: Given, outer: bool) -> Any:
    """A node only where the answer depends on something outside of this derivative, else the number or array in it."""
    if isinstance(result, Dual):
        payload, tangent = (settled(part, own, given, outer) for part in (result.payload, result.tangent))
        return Dual(payload, tangent, result.level)
    if isinstance(result, Node):
        below = graph_nodes(result, wanted=True) if result.requires_grad else []
        foreign = any(node.is_leaf and node._index not in own for node in below)
        if given or foreign:
            return result if outer else result.detach()
        result = result._array() if isinstance(result, Tensor) else result.item()
    elif given:
        return Tensor(result) if given is Tensor else constant(result)
    # A copy: it may be the user's own array, or the gradient of another argument too, or a view not to be written.
    return np.array(result) if isinstance(result, np.ndarray) and result.shape else float(result)


def innermost(x: Any) -> Any:
    """What is in a Dual, and in the Dual in that."""
    while isinstance(x, Dual):
        x = x.payload
    return x


def plain(x: Any) -> Any:
    """A number or an array of them, as floats; nodes and duals as they are."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "fiub":
        return x if x.dtype.kind == "f" else x.astype(np.float64)
    return x if isinstance(x, (Node, Dual)) else Value(x).item()


def checked(x: Any) -> Any:
    """One result of the user's function; TypeError where it is None."""
    if x is None:
        raise TypeError("the function returned None, expected a number or a list of numbers; is a `return` missing?")
    return plain(x)
