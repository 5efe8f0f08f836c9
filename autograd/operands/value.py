"""Value: a node that holds one float. The engine of micrograd's readers."""

from __future__ import annotations

import numbers
from typing import Any, Final, final

import numpy as np

from ..engine.mode import Mode, mode
from ..engine.node import Node, created
from ..engine.op import NO_PARAMS, Op, Operand, Params
from ..engine.sweep import backward
from ..rules.structural import as_value
from .operators import Arithmetic


@final
class Value(Arithmetic, Node):
    """A float in a computation graph.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """

    __slots__ = ()

    def __init__(self, data: float, label: str = "") -> None:
        self._data = data if type(data) is float else number(data, "a Value holds")
        if not isinstance(label, str):
            raise TypeError(f"a label is text, got {type(label).__name__}: {label!r:.60}")
        self._grad = None
        self._changed = 0
        self.op = None
        self.inputs = ()
        self.params = NO_PARAMS
        self.label = label
        self._index = next(created)

    def __init_subclass__(cls) -> None:
        raise TypeError("Value is final: the engine knows a Value by its exact type; keep one in a class of your own")

    @property
    def data(self) -> float:
        """The number in it. Setting it, as an optimizer does, changes this node and nothing computed from it."""
        data: float = self._data
        return data

    @data.setter
    def data(self, data: float) -> None:
        self._data = number(data, "a Value holds")
        self._changed = next(created)

    def item(self) -> float:
        """The bare number, without the graph."""
        return self.data

    def detach(self) -> Value:
        """A leaf with the same number that wants no gradient: what is computed from it is cut off from here."""
        return unrecorded(self._data, self.label)

    def backward(self, gradient: float = 1.0) -> None:
        """Go back through the graph: `.grad` of every node below becomes, or on leaves grows by, d(self)/d(node).

        `gradient` is what the sweep starts with at this node. RuntimeError where there is no graph to go back through.
        """
        if self._index < 0:
            raise RuntimeError(
                "backward() on a Value that wants no gradient: it was made under no_grad() or by detach(), so there is "
                "no graph to go back through; compute it outside of no_grad()"
            )
        backward(self, number(gradient, "backward() starts with"))

    def zero_grad(self) -> None:
        """Forget the gradient, so that the next backward pass starts anew."""
        self._grad = None

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """Compute, and record a node that points at its inputs."""
        now = mode.get()
        if now.plain and op.smooth:
            # Nearly all of any graph; the general way below says the same in three times the time.
            try:
                if op.binary:
                    a, b = args
                    if type(a) is Value and a._index >= 0:
                        kind = type(b)
                        if kind is Value or kind is float:
                            return recorded(op.scalar(a._data, b._data if kind is Value else b), op, args)
                    elif type(a) is float and self._index >= 0:
                        return recorded(op.scalar(a, self._data), op, args)
                    if type(a) is int or type(b) is int:
                        return self._apply(op, tuple([float(x) if type(x) is int else x for x in args]), params)
                elif op.variadic:
                    kinds = set(map(type, args))
                    if self._index >= 0 and kinds <= _PLAIN:
                        floats = (
                            [arg if type(arg) is float else arg._data for arg in args]
                            if float in kinds
                            else [arg._data for arg in args]
                        )
                        return recorded(op.scalar(*floats), op, args)
                elif op.unary and self._index >= 0:
                    return recorded(op.scalar(self._data), op, args)
            except (ValueError, ZeroDivisionError, OverflowError):
                pass  # IEEE has an answer all the same
        return self._apply_generally(op, args, params, now)

    def _apply_generally(self, op: Op, args: tuple[Any, ...], params: Params, now: Mode) -> Any:
        for arg in args:
            if isinstance(arg, Operand) and arg._precedence > self._precedence:
                return arg._apply(op, args, params)  # a Dual around the Value, say
        floats = [arg._data if type(arg) is Value else arg if type(arg) is float else constant(op, arg) for arg in args]
        y = op.forward(tuple(floats), params)
        if not op.rules:
            return y
        if now.recording and any(arg._index >= 0 for arg in args if type(arg) is Value):
            # What no gradient can flow to, such as the mask of a where, is a constant, kept as a plain number.
            inputs = [
                arg if type(arg) is Value and op.rule(k, len(args)) is not None else floats[k]
                for k, arg in enumerate(args)
            ]
            result = recorded(y, op, tuple(inputs), params)
        else:
            result = unrecorded(y)
        if now.watch is not None:
            now.watch.forward(result, op, args)
        return result

    def _fit(self, contribution: Any, user: Node | None = None) -> Any:
        if type(contribution) is Value:
            return contribution
        if isinstance(contribution, Node):  # of a Tensor that this Value is an element of
            return recorded(contribution.item(), as_value, (contribution,))
        return float(contribution)

    def __bool__(self) -> bool:
        return bool(self._data != 0.0)

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        name = f", label={self.label!r}" if self.label else ""
        return f"Value({self._data!r}, grad={self.grad!r}{name})"


_PLAIN: Final = frozenset((Value, float))
_new: Final = Value.__new__


def recorded(data: float, op: Op, inputs: tuple[Any, ...], params: Params = NO_PARAMS) -> Value:
    """A node that an op gave. `Value(...)` is for users: to take and check its arguments is two thirds of its time."""
    value = _new(Value)
    value._data = data if type(data) is float else number(data, f"{op.name} gives")
    value._grad = None
    value._changed = 0
    value.op = op
    value.inputs = inputs
    value.params = params
    value.label = ""
    value._index = next(created)
    return value


def unrecorded(data: float, label: str = "") -> Value:
    """A leaf that wants no gradient."""
    value = Value(data, label)
    value._index = -1
    return value


def number(data: object, what: str) -> float:
    """`data` as a float, where it is one real number; `what` begins the sentence that refuses all else."""
    if isinstance(data, (numbers.Real, np.bool_)) or (
        isinstance(data, np.ndarray) and data.ndim == 0 and data.dtype.kind in "fiub"
    ):
        try:
            return float(data)
        except OverflowError:
            raise ValueError(f"{what} a 64-bit float, got an integer too large for one (1.8e308)") from None
        except TypeError:
            pass  # np.timedelta64 counts as an integer in NumPy's eyes
    raise TypeError(f"{what} one real number, got {_name(data)}{_advice(data)}")


def constant(op: Op, arg: object) -> float:
    """A plain number that meets a Value in an op."""
    if isinstance(arg, Operand):
        raise TypeError(f"{op.name} got a Value and a {type(arg).__name__}; make a Tensor of Values with stack(values)")
    return number(arg, f"{op.name} of a Value takes Values and numbers: expected")


def _name(data: object) -> str:
    if data is None:
        return "None"
    if isinstance(data, np.ndarray):
        return f"an array of {data.dtype} with shape {data.shape}"
    return f"{type(data).__name__} {data!r:.60}"


def _advice(data: object) -> str:
    if isinstance(data, Operand):
        return ", which is a node already; for a new leaf with the same number use v.item()"
    if isinstance(data, str):
        return "; convert it first, with float(...)"
    if isinstance(data, (list, tuple, np.ndarray)):
        return "; make one Value per element, [Value(x) for x in ...]"
    if isinstance(data, complex):
        return "; the functions here are real"
    return ""
