"""Node: one piece of data in a computation graph, and how it was computed.

A graph is nodes that point at their inputs. There is no tape and there are no closures: the op, the inputs and the data
of a node are all that the sweep needs. The order in which nodes are created is a topological order, because a node can
only be computed from nodes that exist; `_index` is a node's place in this order.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Final, TypeVar

from ..native import created as created
from .changes import refuse_change
from .mode import mode
from .op import NO_PARAMS, Op, Operand, Params
from .refusals import NotCopied

CONSTANT: Final = -1  # the index of a node that requires no gradient
FIELDS: Final = ("_changed", "_data", "_grad", "_index", "inputs", "label", "op", "params")  # of every node
N = TypeVar("N", bound="Node")


def fill(node: N, data: Any, op: Op | None, inputs: tuple[Any, ...], params: Params, label: str, index: int) -> N:
    """Set every slot of a new node; the only place that does."""
    node._data = data
    node._grad = None
    node._changed = 0
    node.op = op
    node.inputs = inputs
    node.params = params
    node.label = label
    node._index = index
    return node


class Node(NotCopied, Operand):
    """A piece of data and how it came about. A class of nodes has the slots FIELDS."""

    __slots__ = ()

    _in_c: ClassVar[bool] = False  # whether the compiled engine completes the class, with a `_fill` of its own
    _data: Any  # the number or the array
    _grad: Any
    _index: int  # place in creation order, or CONSTANT
    _changed: int  # when the data was last set, in creation order; 0: never
    op: Op | None  # the op it was computed by; None for a leaf
    inputs: tuple[Node, ...]  # the nodes it was computed from
    params: Params  # the op's metadata, such as leaky_relu's negative_slope
    label: str  # a name for people

    _fill = fill

    @property
    @abstractmethod
    def grad(self) -> Any:
        """d(root)/d(this node) after a backward pass from a root; None before one reaches the node."""

    @grad.setter
    @abstractmethod
    def grad(self, grad: Any) -> None: ...

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to this node."""
        return self._index >= 0

    @property
    def is_leaf(self) -> bool:
        """Whether the node was made by hand, not by an op."""
        return self.op is None

    def zero_grad(self) -> None:
        """Forget the gradient, so that the next backward pass starts anew."""
        self._grad = None

    @abstractmethod
    def item(self) -> float:
        """Return the bare number, without the graph."""

    @abstractmethod
    def detach(self) -> Node:
        """Return a leaf with the same data that requires no gradient."""

    @abstractmethod
    def _data_of(self, op: Op, args: tuple[Any, ...]) -> list[Any] | None:
        """Return the data of the args; None where they have to be lifted before the op can take them."""

    @abstractmethod
    def _lift(self, op: Op, args: tuple[Any, ...]) -> tuple[Node, ...]:
        """Return the args as nodes of one class: plain numbers and arrays become constants."""

    @abstractmethod
    def _compute(self, op: Op, xs: list[Any], params: Params) -> Any:
        """Compute the data of the result, in the form that this kind of node holds."""

    @abstractmethod
    def _unrecorded(self, op: Op, data: Any, inputs: tuple[Node, ...]) -> Any:
        """Return a result that no gradient flows to."""

    @abstractmethod
    def _fit(self, contribution: Any, own_op: Op | None = None) -> Any:
        """Return a contribution in the form of this node's gradient: its type, shape and dtype.

        `own_op` is the user's own op whose rule gave it; None where a rule of this package did.
        """

    @abstractmethod
    def _accumulated(self, gradient: Any, shared: bool) -> Any:
        """Return the `.grad` of a leaf after a sweep that found this gradient; `shared`: other nodes hold it too."""

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """Compute, and record a node that points at its inputs."""
        kind = type(self)
        xs = self._data_of(op, args)
        if xs is None:
            for arg in args:
                if isinstance(arg, Operand) and arg._precedence > self._precedence:
                    return arg._apply(op, args, params)
            args = self._lift(op, args)
            # Values beside an array were lifted to Tensors. Values alone are for the compiled engine, if there is one.
            if type(args[0]) is not kind or kind._in_c:
                return args[0]._apply(op, args, params)
            xs = [i._data for i in args]
        data = self._compute(op, xs, params)
        if op.ends:  # no gradient flows to a mask: the graph ends there
            args = tuple([i.detach() if i._index >= 0 and not op.rule(k, len(args)) else i for k, i in enumerate(args)])
        now = mode.get()
        index = CONSTANT
        if now.recording and op.rules:
            for i in args:
                if i._index >= 0:
                    index = next(created)
                    break
        if index >= 0:
            result = kind._fill(kind.__new__(kind), data, op, args, params, "", index)
        else:
            result = self._unrecorded(op, data, args)
        if now.watch is not None and op.rules:
            now.watch.forward(result, op, args)
        return result

    def _refuse_change(self, user: Node | None) -> None:
        """Raise RuntimeError where the data was set after `user` was computed from it, or after an op computed it."""
        if user is not None and self._changed > user._index:
            refuse_change("an input", user.op, self.label)
        if self.op is not None and self._changed > self._index:
            refuse_change("the result", self.op, self.label)


def constant(kind: type[N], data: Any, label: str = "") -> N:
    """Make a node that requires no gradient, on this very data."""
    return kind._fill(kind.__new__(kind), data, None, (), NO_PARAMS, label, CONSTANT)


def recorded(kind: type[N], data: Any, op: Op, inputs: tuple[Any, ...], params: Params = NO_PARAMS) -> N:
    """Make the node of a result, which points at its inputs."""
    return kind._fill(kind.__new__(kind), data, op, inputs, params, "", next(created))
