"""Value: a node that holds one float. This is the engine that micrograd's readers know."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, NoReturn, final

import numpy as np

from ..engine.dtypes import number
from ..engine.node import FIELDS, Node, constant, created, recorded
from ..engine.op import NO_PARAMS, Op, Params
from ..engine.refusals import near_names, refuse_constant_root, refuse_graph_options
from ..engine.sweep import backward
from ..engine.text import shown
from ..native import core
from ..rules.structural import as_value
from ..rules.structural_forward import of_array
from .compiled import apply_compiled, compiled
from .node_table import node_table
from .operators import Operators

MICROGRAD: Final = {"_prev": "inputs", "_op": "op.name"}  # its names of the same things


@final
@compiled
class Value(Operators, Node):
    """A float in a computation graph.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)

    A Value takes no other attributes, because room for them would make every node larger. Keep numbers of your
    own, such as the momentum of a parameter, in a dict keyed by the node:

    >>> momentum = {x: 0.0}
    >>> momentum[x] = 0.9 * momentum[x] + x.grad
    """

    __slots__ = FIELDS if core is None else ()  # the compiled engine has them in C
    _in_c = core is not None

    def __init__(self, data: float, label: str = "") -> None:
        if not isinstance(label, str):
            raise TypeError(f"a label is text, got {type(label).__name__}: {shown(label)}")
        self._fill(number(data, "a Value holds"), None, (), NO_PARAMS, label, next(created))

    def __init_subclass__(cls) -> None:
        raise TypeError("Value is final: the engine knows a Value by its exact type; keep one in a class of your own")

    @property
    def data(self) -> float:
        """The number. Setting it, as an optimizer does, changes this node and nothing computed from it."""
        data: float = self._data
        return data

    @data.setter
    def data(self, data: float) -> None:
        new = number(data, "a Value holds")
        self._changed, self._data = next(created), new  # one statement: Ctrl-C never finds new data with an old mark

    @property
    def grad(self) -> Any:
        """d(root)/d(this node) after a backward pass from a root; None before one reaches the node."""
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        if isinstance(grad, float) or type(grad) in (int, bool):
            with suppress(OverflowError):
                grad = float(grad)  # as in the compiled engine, which keeps a number
        self._grad = grad

    def item(self) -> float:
        """Return the bare number, without the graph."""
        return self.data

    def detach(self) -> Value:
        """Return a leaf with the same number that requires no gradient: nothing computed from it reaches this node."""
        return constant(Value, self._data, self.label)

    def backward(self, gradient: float = 1.0, *, retain_graph: Any = None, create_graph: Any = None) -> None:
        """Set `.grad` of every node below to d(self)/d(node); leaves add it to the gradient that they have.

        `gradient` is what the sweep starts with at this node. RuntimeError where there is no graph to go back through.
        """
        refuse_graph_options(retain_graph, create_graph)
        if self._index < 0:
            refuse_constant_root("Value")
        backward(self, number(gradient, "backward() starts with"))

    if core is not None:
        _apply = apply_compiled

    def _data_of(self, op: Op, args: tuple[Any, ...]) -> list[Any] | None:
        xs = []
        for arg in args:
            if type(arg) is not Value:
                return None
            xs.append(arg._data)
        return None if op.scalar is of_array else xs

    def _lift(self, op: Op, args: tuple[Any, ...]) -> tuple[Node, ...]:
        nodes = []
        for arg in args:
            if type(arg) is not Value:
                if type(arg) is not float:
                    if _has_dimensions(arg):
                        return _lifted_to_tensors(op, args)
                    arg = number(arg, f"{op.name} of a Value takes Values and numbers: expected")
                arg = constant(Value, arg)
            nodes.append(arg)
        return _lifted_to_tensors(op, args) if op.scalar is of_array else tuple(nodes)

    def _compute(self, op: Op, xs: list[Any], params: Params) -> Any:
        data = op.forward(xs, params)
        return data if type(data) is float or not op.rules else number(data, f"{op.name} gives")

    def _unrecorded(self, op: Op, data: Any, inputs: tuple[Node, ...]) -> Any:
        return constant(Value, data) if op.rules else data  # a comparison of Values is a bool

    def _fit(self, contribution: Any, own_op: Op | None = None) -> Any:
        if type(contribution) is float or type(contribution) is Value:
            return contribution
        if isinstance(contribution, Node):  # in a sweep that records, from a Tensor made of this Value
            return recorded(Value, contribution.item(), as_value, (contribution,))
        return number(contribution, f"a rule of {own_op.name if own_op else 'an op'} gives")

    def _accumulated(self, gradient: float, shared: bool) -> float:
        return gradient if self._grad is None else number(self._grad, "a .grad holds") + gradient

    def __getattr__(self, name: str) -> NoReturn:
        near = MICROGRAD.get(name) or near_names(Value, name)
        meant = f" (did you mean {near}?)" if near else ""
        of_tensor = "" if name.startswith("_") else "; a Tensor may have it, and stack(values) makes one of Values"
        raise AttributeError(f"a Value has no {name!r}{meant}{of_tensor}")

    def _refuse_elements(self, *_: object) -> NoReturn:
        raise TypeError(
            "a Value is one number and has no elements, so [...], len, `in`, a loop and @ are not for it: the product "
            "of two is a * b, and stack(values) makes a Tensor of several"
        )

    # No __getitem__: with it, NumPy would take a Value for a sequence.
    __setitem__ = __delitem__ = __len__ = __contains__ = __reversed__ = _refuse_elements
    __iter__ = None  # so isinstance(v, Iterable) is false
    __matmul__ = __rmatmul__ = _refuse_elements

    def __bool__(self) -> bool:
        return bool(self._data != 0.0)

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def _repr_html_(self) -> str:
        return node_table(self)

    def __repr__(self) -> str:
        name = f", label={self.label!r}" if self.label else ""
        return f"Value({self._data!r}, grad={self.grad!r}{name})"


def _has_dimensions(arg: object) -> bool:
    """Tell whether arg is an array or a list: an op on a Value and one of these gives a Tensor."""
    return isinstance(arg, (list, tuple)) or (isinstance(arg, np.ndarray) and arg.ndim > 0)


def _lifted_to_tensors(op: Op, args: tuple[Any, ...]) -> tuple[Node, ...]:
    from .tensor import lifted  # here: tensor.py imports this file

    return lifted(op, args)
