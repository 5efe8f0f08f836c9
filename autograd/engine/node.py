"""Node: what a dynamic computation graph is made of, and whether it is being recorded.

A graph is nodes that point at their inputs. There is no tape and there are no closures: a node knows its op, its
inputs and its data, and that is all the sweep needs. Creation order is a topological order, because a node can
only be made from inputs that exist; `index` is the place in it.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn

from .caller import caller
from .op import Op, Operand, Params

created: Final = itertools.count()


class Node(Operand):
    """A piece of data and how it came about.

    data           what the node holds
    grad           d(root)/d(this node) after a backward pass from a root; None before one reaches the node
    op, inputs     what it was computed by and from; None and () for a leaf. An input is a node, or plain data
                   where it is a constant.
    params         the op's metadata, such as leaky_relu's negative_slope
    label          a name for people
    index          the place in creation order
    requires_grad  whether a gradient is wanted for it
    """

    __slots__ = ("_changed", "_data", "_grad", "_index", "inputs", "label", "op", "params")

    _data: Any
    _grad: Any
    op: Op | None
    inputs: tuple[Any, ...]
    params: Params
    label: str
    _index: int
    _changed: int  # when the data was last set, counted as the index is; 0: never

    @property
    def grad(self) -> Any:
        """d(root)/d(this node) after a backward pass from a root; None before one reaches the node."""
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = grad

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it. A node that wants none has no place in the order, index -1."""
        return self._index >= 0

    @property
    def is_leaf(self) -> bool:
        """Whether the node was made by hand, not by an op."""
        return self.op is None

    @abstractmethod
    def item(self) -> float:
        """The bare number, without the graph."""

    @abstractmethod
    def detach(self) -> Node:
        """A leaf with the same data that wants no gradient."""

    @abstractmethod
    def _fit(self, contribution: Any, user: Node | None = None) -> Any:
        """What `user` contributes to this node's gradient, in the form this node's gradient has."""

    def _unchanged(self, user: Node | None) -> None:
        """Raise RuntimeError where the data was set after `user` was computed from it, or after an op computed it."""
        used = user is not None and self._changed > user._index
        if used or (self.op is not None and self._changed > self._index):
            op = user.op if used and user is not None else self.op
            raise RuntimeError(changed_message(self, "an input" if used else "the result", op))

    def __copy__(self) -> NoReturn:
        self._refuse_copy()

    def __deepcopy__(self, memo: object) -> NoReturn:
        self._refuse_copy()

    def __reduce__(self) -> NoReturn:
        self._refuse_copy()

    def _refuse_copy(self) -> NoReturn:
        kind = type(self).__name__
        raise TypeError(
            f"a {kind} is a place in a graph and is not copied or pickled: use {kind}(v.item()) for a new leaf with "
            "the same number, v.detach() for one that wants no gradient"
        )


def changed_message(node: Node, which: str, op: Op | None) -> str:
    """Say that a node's data was set after it was used, and what to do."""
    name = f" ({node.label})" if node.label else ""
    return (
        f"the data of {which} of {op.name if op else 'an op'}{name} was changed after it was used, so the gradient "
        "would be wrong; call backward() and make the Stepper before optimizer.step() or any other change of .data, "
        f"or compute the result again\n  {caller()}"
    )


def refuse_changed(nodes: Iterable[Node]) -> None:
    """Raise RuntimeError where data among these nodes was set after the graph was computed from it."""
    for user, node in changed_edges(nodes):
        node._unchanged(user)


def changed_edges(nodes: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield (user, node) where the data of `node` was set after `user` was computed; user is node for a result."""
    for user in nodes:
        if user.op is not None and user._changed > user._index >= 0:
            yield user, user
        for i in user.inputs:
            if isinstance(i, Node) and i._changed > user._index >= 0:
                yield user, i
