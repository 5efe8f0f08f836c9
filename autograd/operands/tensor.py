"""Tensor: a node that holds an ndarray. Rules and sweep are those of a Value; shapes, dtypes and memory are new."""

from __future__ import annotations

from typing import Any, ClassVar, Self, final

import numpy as np
from numpy import ndarray

from ..engine.dtypes import default, real_array, real_dtype
from ..engine.mode import mode
from ..engine.node import CONSTANT, FIELDS, Node, constant, created, recorded
from ..engine.op import NO_PARAMS, Op, Operand, Params
from ..engine.quiet import is_quiet, quiet
from ..engine.raw_data import is_index
from ..engine.refusals import refuse_constant_root, refuse_graph_options, refuse_start, require_one_element
from ..engine.sweep import backward
from ..engine.text import shown
from ..functions.arguments import array_of
from ..rules import structural as s, structural_forward
from ..rules.elementwise import identity
from .array_methods import ArrayMethods
from .constants import as_operands, checked, misfit, owned, settled
from .node_table import node_table
from .value import Value
from .watched_array import WatchedArray, same_memory


@final
class Tensor(ArrayMethods, Node):
    """An array in a computation graph.

    `data` is copied: a number, nested lists of numbers, or an array. Floats get the default dtype, an array keeps its
    own; ints and bools are constants and indices, and refused where a gradient is asked for.

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])
    """

    __slots__ = FIELDS
    _precedence: ClassVar[int] = 1  # a Value beside a Tensor becomes one

    def __init__(self, data: Any, requires_grad: bool = False, dtype: Any = None, label: str = "") -> None:
        if type(label) is not str:
            raise TypeError(f"a label is text, got {type(label).__name__}: {shown(label)}")
        self._fill(real_array(data, dtype), None, (), NO_PARAMS, label, CONSTANT)
        if requires_grad:
            self.requires_grad_()

    # --- the data ---

    @property
    def data(self) -> np.ndarray:
        """The array. Writing into it is noticed: a backward pass through what was computed before is refused."""
        return WatchedArray.of(self)

    @data.setter
    def data(self, data: Any) -> None:
        if type(data) is WatchedArray and data.owner is self and same_memory(data, self._data):
            return  # the second half of `x.data += 1`, which has been written and noticed already
        if isinstance(data, Tensor) and data._index < 0:
            data = data._data
        new = real_array(data, self._data.dtype)
        if new.shape != self._data.shape:
            raise ValueError(
                f"the data of this Tensor has shape {self._data.shape}, got {new.shape}; make a new Tensor"
            )
        self._changed, self._data = next(created), new  # one statement: Ctrl-C never finds new data with an old mark

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each dimension."""
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> Any:
        """NumPy's dtype of the elements."""
        return self._data.dtype

    def _array(self) -> np.ndarray:
        array: np.ndarray = self._data
        return array

    def item(self) -> Any:
        """Return the bare number, where there is one element."""
        if self._data.size != 1:
            raise ValueError(f"item() is for one element, this Tensor has shape {self.shape}; use numpy() or tolist()")
        return self._data.item()

    def numpy(self) -> np.ndarray:
        """Return a copy of the data as an array, without the graph."""
        return np.array(self._data)

    def tolist(self) -> Any:
        """Return the data as nested lists."""
        return self._data.tolist()

    def detach(self) -> Tensor:
        """Return a leaf with the same data that requires no gradient."""
        return constant(Tensor, self.numpy(), self.label)

    def to_(self, dtype: Any) -> Self:
        """Cast the data of a leaf, and its gradient, to another dtype in place; return the Tensor."""
        if self.op is not None:
            raise RuntimeError("only a leaf can be cast in place, and this Tensor is the result of an op")
        wanted = real_dtype(dtype)
        if self._index >= 0 and wanted.kind != "f":
            raise TypeError(f"only floats have gradients, got dtype {wanted}")
        data = real_array(self._data, wanted)
        grad = None if self._grad is None else real_array(self._grad, wanted)
        self._changed, self._data, self._grad = next(created), data, grad
        return self

    # --- the gradient ---

    @property
    def grad(self) -> np.ndarray | None:
        """The gradient after a backward pass, None before; memory of its own, to be scaled or clipped in place."""
        if type(self._grad) is tuple:  # lent, see accumulation.py
            self._grad = np.array(self._grad[0])
        return self._grad  # type: ignore[no-any-return]

    @grad.setter
    def grad(self, grad: np.ndarray | None) -> None:
        self._grad = grad

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it; setting it is `requires_grad_`."""
        return self._index >= 0

    @requires_grad.setter
    def requires_grad(self, requires_grad: bool) -> None:
        self.requires_grad_(requires_grad)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for a gradient, or no longer, on a leaf; return the Tensor."""
        if self.op is not None:
            raise RuntimeError("only a leaf can be asked for a gradient, and this Tensor is the result of an op")
        if requires_grad and self._data.dtype.kind != "f":
            raise TypeError(f"only floats have gradients, got dtype {self._data.dtype}; use dtype=float")
        self._index = (self._index if self._index >= 0 else next(created)) if requires_grad else CONSTANT
        return self

    def backward(self, gradient: Any = None, *, retain_graph: Any = None, create_graph: Any = None) -> None:
        """Set `.grad` of every node below to its gradient; leaves add it to the gradient that they have.

        `gradient` is what the sweep starts with, in the shape of this Tensor; it may be left out for one element.
        """
        refuse_graph_options(retain_graph, create_graph)
        backward(self, self._seed(gradient))

    def _seed(self, gradient: Any = None) -> np.ndarray:
        """Return what a backward pass from here starts with; RuntimeError where it cannot start."""
        if self._index < 0:
            refuse_constant_root("Tensor")
        if gradient is None:
            if self._data.size != 1:
                refuse_start(self.shape)
            return np.ones_like(self._data)
        seed = real_array(gradient._data if isinstance(gradient, Tensor) else gradient, self._data.dtype)
        if seed.shape != self.shape:
            raise ValueError(f"gradient has shape {seed.shape}, expected this Tensor's {self.shape}")
        return seed

    # --- how ops meet it ---

    def _data_of(self, op: Op, args: tuple[Any, ...]) -> list[Any] | None:
        dtype = self._data.dtype
        xs = []
        for arg in args:
            if type(arg) is not Tensor or arg._data.dtype is not dtype:
                return None
            xs.append(arg._data)
        return xs if dtype.kind == "f" else None

    def _lift(self, op: Op, args: tuple[Any, ...]) -> tuple[Node, ...]:
        dtype = self._data.dtype
        if dtype.kind != "f":
            return lifted(op, args)
        nodes = []
        for position, arg in enumerate(args):
            kind = type(arg)
            if kind is float:
                array = np.array(arg, dtype) if is_quiet() else quiet.run(np.array, arg, dtype)
                nodes.append(constant(Tensor, array))
            elif kind is ndarray and (arg.dtype is dtype or is_index(op, position, len(args), arg)):
                nodes.append(constant(Tensor, arg.copy()))  # its owner may write into it before backward reads it
            elif kind is Tensor and (arg._data.dtype is dtype or is_index(op, position, len(args), arg._data)):
                nodes.append(arg)
            else:
                return lifted(op, args)
        return tuple(nodes)

    def _compute(self, op: Op, xs: list[Any], params: Params) -> Any:
        try:
            data = op.array(*xs, **params) if is_quiet() else quiet.run(op.array, *xs, **params)
        except ValueError as error:
            raise misfit(op, xs, error) from error
        if not op.built_in:  # a user's own function may return the array it was given
            return owned(f"the array function of {op.name}", data, self._data.dtype)
        if type(data) is not ndarray:  # a number, which NumPy makes of arrays without a dimension
            data = np.asarray(data)
        return data if data.dtype is self._data.dtype else settled(op, data, xs)

    def _unrecorded(self, op: Op, data: Any, inputs: tuple[Node, ...]) -> Any:
        # Never a view, of a transpose say: with no inputs, no one would notice what is written into their memory.
        shared = data.base is not None or any(data is i._data for i in inputs)
        return constant(Tensor, np.array(data) if shared else data)

    def _fit(self, contribution: Any, own_op: Op | None = None) -> Any:
        """Return the contribution in this Tensor's shape and dtype; broadcast dimensions are summed here only."""
        data = self._data
        if type(contribution) is ndarray and contribution.dtype is data.dtype and contribution.shape == data.shape:
            # Nearly all. An own op may return an array that it keeps.
            return contribution if own_op is None else np.array(contribution)
        if isinstance(contribution, Operand):
            fitting: Any = of_values([contribution]) if type(contribution) is Value else contribution
            if fitting.shape != data.shape:
                fitting = s.sum_to(fitting, shape=data.shape)
            return fitting if array_of(fitting).dtype == data.dtype else s.cast(fitting, dtype=data.dtype.name)
        if own_op is not None:
            contribution = owned(f"a rule of {own_op.name}", contribution, data.dtype)
        contribution = np.asarray(contribution, dtype=data.dtype)
        return contribution if contribution.shape == data.shape else structural_forward.sum_to(contribution, data.shape)

    def _accumulated(self, gradient: np.ndarray, shared: bool) -> Any:
        before = self._grad
        if isinstance(before, Node):
            raise TypeError("a .grad holds plain numbers, and this one was set to a node; set it to None")
        if before is None:
            return np.array(gradient) if shared or gradient.base is not None else gradient
        if np.shape(before) != gradient.shape:
            raise ValueError(
                f"a .grad was set to the shape {np.shape(before)}, expected {gradient.shape}; set it to None"
            )
        return np.asarray(before + gradient, dtype=gradient.dtype)

    # --- as a Python object ---

    # fmt: off
    def __iadd__(self, other: object) -> Self: return self._updated(self + other)
    def __isub__(self, other: object) -> Self: return self._updated(self - other)
    def __imul__(self, other: object) -> Self: return self._updated(self * other)
    def __itruediv__(self, other: object) -> Self: return self._updated(self / other)
    # fmt: on

    def _updated(self, new: Self) -> Self:
        """`p -= rate * p.grad` under no_grad() changes the leaf p, as in PyTorch; elsewhere p is a new Tensor."""
        if self._index < 0 or self.op is not None or mode.get().recording:
            return new
        self.data = new._data
        return self

    def __bool__(self) -> bool:
        require_one_element("Tensor", self._data.size)
        return bool(self._data.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    _repr_html_ = node_table

    def __repr__(self) -> str:
        text = np.array2string(self._data, separator=", ", prefix="Tensor(")
        kind = "" if self._data.dtype == default.dtype else f", dtype={self._data.dtype}"
        wants = ", requires_grad=True" if self._index >= 0 else ""
        name = f", label={self.label!r}" if self.label else ""
        return f"Tensor({text}{kind}{wants}{name})"


def lifted(op: Op, args: tuple[Any, ...]) -> tuple[Tensor, ...]:
    """Return the args of an op as Tensors, in the dtypes that it computes in; gradients flow back to Values."""
    data = [arg._data if isinstance(arg, Node) else checked(op, arg) for arg in args]
    arrays = as_operands(op, args, data)
    return tuple([
        arg if type(arg) is Tensor and arg._data is array else _lifted(arg, array)
        for arg, array in zip(args, arrays, strict=True)
    ])  # fmt: skip


def _lifted(arg: Any, array: Any) -> Tensor:
    """Return a Value as a Tensor that stays connected to it, anything else as a constant."""
    if type(arg) is Value and arg._index >= 0 and mode.get().recording:
        found = recorded(Tensor, np.array(arg._data), identity, (arg,))
        return found if array.dtype == found._data.dtype else s.cast(found, dtype=array.dtype.name)
    # A copy of a user's array, since they may write into it before backward reads it.
    data = np.array(array) if array is arg or type(array) is not ndarray else array
    return constant(Tensor, data, arg.label if isinstance(arg, Node) else "")


def of_values(values: list[Value]) -> Tensor:
    """Make a Tensor with Values as its elements, which stays connected to them."""
    data = np.array([value.item() for value in values])
    if mode.get().recording and any(value._index >= 0 for value in values):
        return recorded(Tensor, data, s.stacked, tuple(values))
    return constant(Tensor, data)
