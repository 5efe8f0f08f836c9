"""Run a function on variables of its own, so that derivatives nest.

Why a derivative needs variables of its own: in this program the inner function is x * y, and its derivative with
respect to y is x. The outer one differentiates x * x, which gives 2x.

>>> grad(lambda x: x * grad(lambda y: x * y)(x))(3.0)
6.0

The inner function is called at y = x. If it got x itself for y, it would compute x * x, its derivative would be 2x, and
the program would return 12:

>>> x = Value(3.0)
>>> y = x
>>> (x * y).backward()
>>> y.grad
6.0

So `_variable` makes a new node, with x as its input: the inner derivative stops at y, and the outer one goes on to x.

>>> x = Value(3.0)
>>> y = identity(x)
>>> (x * y).backward()
>>> y.grad
3.0

Why results may be nodes: the inner derivative is x, and the outer derivative goes through it. So an inner derivative
returns nodes or duals if the result depends on an outer variable, and plain numbers and arrays otherwise (`Caller`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, final

import numpy as np

from ..engine.mode import enable_grad, mode
from ..engine.node import Node, constant, created
from ..engine.quiet import quietly
from ..engine.sweep import graph_nodes, sweep
from ..engine.text import shown
from ..operands.complex_number import ComplexNumber, NotAnalyticError
from ..operands.dual import Dual, innermost, zero_tangent
from ..operands.tensor import Tensor
from ..operands.value import Value
from ..rules.elementwise import identity
from .trees import Function, leaves, mapped

Argnums = int | tuple[int, ...]


@final
class Run:
    """A function, run once with variables in place of some arguments; gradients are pulled back to these.

    `value` is what the function returned: a tree of nodes, duals and numbers.
    """

    __slots__ = ("_caller", "_nodes", "_own", "_variables", "value")

    def __init__(self, f: Function, args: Sequence[Any], kwargs: dict[str, Any], argnums: Argnums) -> None:
        numbers = _argument_numbers(argnums, len(args))
        start = next(created)
        self._caller: Final = Caller([args[n] for n in numbers])
        with enable_grad():
            # If any argument is an array, all variables are Tensors: f may call the methods of an array on each.
            tensors = any(
                isinstance(innermost(leaf), (Tensor, np.ndarray)) for leaf in leaves([*args, *kwargs.values()])
            )
            variables = {n: mapped(lambda x: _variable(x, tensors), args[n]) for n in numbers}
            given = list(args)
            for n, variable in variables.items():
                given[n] = mapped(lambda x: x, variable)  # new lists, because f may sort or empty its own
            self.value: Final = mapped(require_result, f(*given, **kwargs))
        self._own: Final = range(start, next(created))
        self._variables: Final = variables[argnums] if isinstance(argnums, int) else tuple(variables.values())
        self._nodes: Final[list[Node]] = [innermost(variable) for variable in leaves(self._variables)]

    def pull(self, result: Any, seed: Any = 1.0) -> Any:
        """Return the gradient of one result, times `seed`, with respect to the variables, in their structure."""
        with enable_grad():
            # Quietly, because a rule may compute with the seed, a plain array, before it meets a node.
            gradients = iter(quietly(_pulled, result, self._nodes, seed))
        return mapped(lambda _: next(gradients), self._variables)

    def answer(self, tree: Any) -> Any:
        """Return a value or gradient as the caller can use it: see `Caller.answer`."""
        return self._caller.answer(tree, self._own)


def _argument_numbers(argnums: Argnums, count: int) -> tuple[int, ...]:
    """Return argnums as a tuple; ValueError if they are not different numbers of `count` arguments."""
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if len(set(numbers)) != len(numbers) or not all(type(n) is int for n in numbers):
        raise ValueError(f"argnums is the number of one argument or a tuple of different numbers, got {shown(argnums)}")
    for n in numbers:
        if not 0 <= n < count:
            raise ValueError(
                f"argnums names argument {shown(n)}, but the function was called with {count} positional arguments, "
                "counted from 0"
            )
    return numbers


def _variable(x: Any, tensors: bool) -> Any:
    """Return a new variable with the value of x. It has x as its input if an outer derivative may go on to x."""
    if isinstance(x, ComplexNumber):
        raise NotAnalyticError
    if isinstance(x, Dual):
        return Dual(_variable(x.payload, tensors), x.tangent, x.level)
    if isinstance(x, Node) and x.requires_grad:
        return identity(x)
    if tensors:
        return Tensor(as_floats(x._data if isinstance(x, Node) else np.asarray(x)), requires_grad=True)
    return Value(x.item() if isinstance(x, Node) else x)


def _pulled(result: Any, variables: list[Node], seed: Any) -> list[Any]:
    """Return the gradient of the result, times `seed`, with respect to each variable."""
    if isinstance(seed, Dual):
        # The gradient is linear in the seed, so its tangent is the gradient for the tangent of the seed.
        payloads = _pulled(result, variables, seed.payload)
        tangents = _pulled(result, variables, seed.tangent)
        return [p + Dual(zero_tangent(p), t, seed.level) for p, t in zip(payloads, tangents, strict=True)]
    if isinstance(result, Dual):
        # d/dx (p + t epsilon) = dp/dx + dt/dx epsilon
        payloads = _pulled(result.payload, variables, seed)
        tangents = _pulled(result.tangent, variables, seed)
        return [Dual(p, t, result.level) for p, t in zip(payloads, tangents, strict=True)]
    zeros = [zero_tangent(variable) for variable in variables]
    if not isinstance(result, Node) or not result.requires_grad:
        return zeros
    if isinstance(result, Tensor) and not isinstance(seed, Node):
        seed = np.broadcast_to(np.asarray(seed, dtype=result.dtype), result.shape)
    wanted = {variable._index for variable in variables}
    gradients = {node._index: g for node, g in sweep(result, seed, record=True) if node._index in wanted}
    return [gradients.get(variable._index, zero) for variable, zero in zip(variables, zeros, strict=True)]


@final
class Caller:
    """The code that called a derivative: which kind of results it can use.

    It is made before the function runs, when the mode is still that of the caller.
    """

    __slots__ = ("kind", "recording")

    def __init__(self, arguments: Any) -> None:
        kinds = {kind for leaf in leaves(arguments) for kind in _node_kinds(leaf)}
        self.kind: Final = Tensor if Tensor in kinds else Value if kinds else None  # of the nodes among the arguments
        self.recording: Final = mode.get().recording

    def answer(self, tree: Any, own: range) -> Any:
        """Return the results in the tree as nodes if the caller gave nodes or a result depends on an outer variable.

        Otherwise return plain numbers and arrays. `own` has the indices of what was made while the function ran: the
        variables of this derivative and of derivatives inside it. In `grad(grad(f, 1), 0)(2.0, 3.0)` the result of the
        outer derivative depends on the inner variable, which is of no use to the caller.
        """
        return mapped(lambda result: self._answer(result, own), tree)

    def _answer(self, result: Any, own: range) -> Any:
        if isinstance(result, Dual):
            return Dual(self._answer(result.payload, own), self._answer(result.tangent, own), result.level)
        if isinstance(result, Node):
            if self.kind or _depends_on_others(result, own):
                return result if self.recording else result.detach()
            result = result._array() if isinstance(result, Tensor) else result.item()
        elif self.kind:
            return Tensor(result) if self.kind is Tensor else constant(Value, result)
        # A copy, because the array may be the user's own, another gradient too, or a view that is read-only.
        return np.array(result) if isinstance(result, np.ndarray) and result.shape else float(result)


def _node_kinds(x: Any) -> list[type[Node]]:
    """Return the classes of the nodes in x, which may be a Dual of nodes."""
    if isinstance(x, Dual):
        return _node_kinds(x.payload) + _node_kinds(x.tangent)
    return [type(x)] if isinstance(x, Node) else []


def _depends_on_others(result: Node, own: range) -> bool:
    """Tell whether the result depends on a leaf that requires a gradient and was not made while our function ran."""
    return result.requires_grad and any(
        node.is_leaf and node._index not in own for node in graph_nodes(result, wanted=True)
    )


def as_floats(x: Any) -> Any:
    """Return a number as a float and an array as an array of floats; nodes and duals as they are.

    Raises NotAnalyticError for a ComplexNumber: the derivatives here are of real numbers, so `check_gradients` of a
    function that calls grad or jvp takes differences.
    """
    if isinstance(x, ComplexNumber):
        raise NotAnalyticError
    if isinstance(x, np.ndarray) and x.dtype.kind in "fiub":
        return x if x.dtype.kind == "f" else x.astype(np.float64)
    return x if isinstance(x, (Node, Dual)) else Value(x).item()


def require_function(f: Any) -> None:
    """Raise TypeError where `f` cannot be called."""
    if not callable(f):
        raise TypeError(
            f"derivatives are of functions: expected one such as lambda x: x**2, got {type(f).__name__} {shown(f)}; "
            "for the gradient of a result, call its backward() and read .grad"
        )


def require_result(x: Any) -> Any:
    """Return one result of the user's function as floats; TypeError if it is None."""
    if x is None:
        raise TypeError("the function returned None, expected a number or a list of numbers; is a `return` missing?")
    return as_floats(x)
