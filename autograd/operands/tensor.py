"""Tensor: a node that holds an ndarray. The same rules, the same sweep; what is new is shapes, dtypes and memory."""

from __future__ import annotations

from typing import Any, Final, final

import numpy as np

from ..engine.dtypes import default, real_array
from ..engine.ieee import compute, runner
from ..engine.mode import Mode, mode
from ..engine.node import Node, created
from ..engine.op import NO_PARAMS, Op, Operand, Params
from ..engine.sweep import backward
from ..functions.arguments import array_of
from ..rules import structural as s, structural_forward
from .constants import constant, met, misfit, owned, settled
from .holder import Holder
from .value import Value

_new: Final = object.__new__


@final
class Tensor(Holder):
    """An array in a computation graph.

    `data` is copied: a number, nested lists of numbers, or an array. Floats get the default dtype, an array keeps its
    own; ints and bools are constants and indices, and refused where a gradient is asked for.

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = False, dtype: Any = None, label: str = "") -> None:
        if type(label) is not str:
            raise TypeError(f"a label is text, got {type(label).__name__}: {label!r:.60}")
        self._fill(real_array(data, dtype), label)
        if requires_grad:
            self.requires_grad_()

    def _fill(self, data: np.ndarray, label: str) -> None:
        self._data = data
        self._grad = None
        self._lent = None
        self.op = None
        self.inputs = ()
        self.params = NO_PARAMS
        self.label = label
        self._changed = 0
        self._index = -1

    def detach(self) -> Tensor:
        """A leaf with the same data that wants no gradient."""
        return leaf(self.numpy(), self.label)

    def backward(self, gradient: Any = None) -> None:
        """Go back through the graph: `.grad` of every node below becomes, or on leaves grows by, its gradient.

        `gradient` is what the sweep starts with, in the shape of this Tensor; it may be left out for one element.
        """
        backward(self, self._seed(gradient))

    def _seed(self, gradient: Any = None) -> np.ndarray:
        """What a backward pass from here starts with; RuntimeError where it cannot start."""
        if self._index < 0:
            raise RuntimeError(
                "backward() on a Tensor that wants no gradient: nothing it came from has requires_grad=True, or "
                "it was made under no_grad() or by detach()"
            )
        if gradient is None:
            if self._data.size != 1:
                raise RuntimeError(
                    f"backward() needs one number to start from, this Tensor has shape {self.shape}; reduce it first, "
                    "as with .sum() or .mean(), or give backward(gradient=...) of that shape"
                )
            return np.ones_like(self._data)
        seed = real_array(gradient._data if isinstance(gradient, Tensor) else gradient, self._data.dtype)
        if seed.shape != self.shape:
            raise ValueError(f"gradient has shape {seed.shape}, expected this Tensor's {self.shape}")
        return seed

    # How ops meet it

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """Compute on the arrays, and record a node that points at its inputs."""
        now = mode.get()
        # Tensors that all want a gradient are floats and need no looking after: most of a graph, in three quarters of
        # the time.
        if now.plain and self._index >= 0 and not op.foreign:
            run = runner()
            try:
                if op.unary:
                    y = run(op.array, self._data, **params) if params else run(op.array, self._data)
                    return recorded(y, op, args, params)
                if op.binary:
                    a, b = args
                    if type(a) is type(b) is Tensor:
                        if a._index >= 0 and b._index >= 0:
                            return recorded(run(op.array, a._data, b._data), op, args)
                    elif type(a) is float:
                        return recorded(run(op.array, a, self._data), op, args)
                    elif type(b) is float:
                        return recorded(run(op.array, self._data, b), op, args)
                    elif type(b) is np.ndarray and b.dtype is self._data.dtype:
                        b = _copied(b)
                        return recorded(run(op.array, self._data, b._data), op, (a, b))
            except ValueError as error:
                raise misfit(op, [arg._data if type(arg) is Tensor else arg for arg in args], error) from error
        return self._apply_generally(op, args, params, now)

    def _apply_generally(self, op: Op, args: tuple[Any, ...], params: Params, now: Mode) -> Any:
        arrays = []
        wanted = False
        wrapped = False
        whole = False
        for arg in args:
            if type(arg) is Tensor:
                arrays.append(arg._data)
                if arg._index >= 0:
                    wanted = True
                elif arg._data.dtype.kind != "f":
                    whole = wrapped = True
            elif type(arg) is float:
                arrays.append(arg)
            elif type(arg) is np.ndarray and arg.dtype is self._data.dtype and arg.dtype.kind == "f":
                arrays.append(arg)
                wrapped = True
            elif isinstance(arg, Operand) and arg._precedence > self._precedence:
                return arg._apply(op, args, params)
            else:
                arrays.append(constant(op, arg))
                wrapped = True
                whole = whole or type(arg) is np.ndarray
        if whole:
            arrays = met(op, args, arrays)
        if wanted and not op.smooth and None in op.rules:
            # What no gradient can flow to, such as the mask of a where, is a constant.
            args = tuple([
                arg.detach() if type(arg) is Tensor and arg._index >= 0 and op.rule(k, len(args)) is None else arg
                for k, arg in enumerate(args)
            ])  # fmt: skip
            wanted = any(type(arg) is Tensor and arg._index >= 0 for arg in args)
        try:
            y = compute(op.array, *arrays, **params)
        except ValueError as error:
            raise misfit(op, arrays, error) from error
        if op.foreign:
            y = owned(f"the array function of {op.name}", y, self._data.dtype)
        elif type(y) is not np.ndarray:
            y = np.asarray(y)
        if whole:
            y = settled(op, y, arrays)
        if wanted and now.recording and op.rules:
            if wrapped:
                args = tuple([_wrapped(arg, array) for arg, array in zip(args, arrays, strict=True)])
            result = recorded(y, op, args, params)
        else:
            # Not a view, of a transpose say: with no inputs, no one would notice what is written into their memory.
            result = leaf(np.array(y) if y.base is not None or any(y is array for array in arrays) else y)
        if now.watch is not None:
            now.watch.forward(result, op, args)
        return result

    def _fit(self, contribution: Any, user: Node | None = None) -> Any:
        """The contribution in this Tensor's shape and dtype: what broadcasting copied is summed up again, here only."""
        if self._changed:
            self._unchanged(user)
        data = self._data
        if isinstance(contribution, Operand):
            fitting: Any = of_values([contribution]) if type(contribution) is Value else contribution
            if fitting.shape != data.shape:
                fitting = s.sum_to(fitting, shape=data.shape)
            return fitting if array_of(fitting).dtype == data.dtype else s.cast(fitting, dtype=data.dtype.name)
        if user is not None and user.op is not None and user.op.foreign:
            contribution = owned(f"a rule of {user.op.name}", contribution, data.dtype)
        contribution = np.asarray(contribution, dtype=data.dtype)
        return contribution if contribution.shape == data.shape else structural_forward.sum_to(contribution, data.shape)

    def __repr__(self) -> str:
        text = np.array2string(self._data, separator=", ", prefix="Tensor(")
        kind = "" if self._data.dtype == default.dtype else f", dtype={self._data.dtype}"
        wants = ", requires_grad=True" if self._index >= 0 else ""
        name = f", label={self.label!r}" if self.label else ""
        return f"Tensor({text}{kind}{wants}{name})"


def leaf(data: np.ndarray, label: str = "") -> Tensor:
    """A leaf that wants no gradient, on this very array."""
    leaf: Tensor = _new(Tensor)
    leaf._fill(data, label)
    return leaf


def of_values(values: list[Value]) -> Tensor:
    """Values as the elements of a Tensor, which stays connected to them."""
    data = np.array([value.item() for value in values])
    if mode.get().recording and any(value._index >= 0 for value in values):
        return recorded(data, s.stacked, tuple(values))
    return leaf(data)


def recorded(data: Any, op: Op, inputs: tuple[Any, ...], params: Params = NO_PARAMS) -> Tensor:
    """A node that an op gave."""
    node: Tensor = _new(Tensor)
    node._data = data if type(data) is np.ndarray else np.asarray(data)
    node._grad = None
    node._lent = None
    node.op = op
    node.inputs = inputs
    node.params = params
    node.label = ""
    node._changed = 0
    node._index = next(created)
    return node


def _wrapped(arg: Any, array: Any) -> Any:
    """An input as a node keeps it: a Tensor or a float."""
    if type(arg) is float or (type(arg) is Tensor and arg._data is array):
        return arg
    if isinstance(array, (bool, int, float)):
        return float(array)
    return _copied(array, arg.label if type(arg) is Tensor else "")


def _copied(array: Any, label: str = "") -> Tensor:
    """A constant: a copy, because the user may write into an array of theirs before backward reads it."""
    return leaf(np.array(array), label)
