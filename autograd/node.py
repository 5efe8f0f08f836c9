"""Node: what a dynamic computation graph is made of, and whether it is being recorded.

A graph is nodes that point at their inputs. There is no tape and there are no closures: a node knows its op, its
inputs and its data, and that is all the sweep needs. Creation order is a topological order, because a node can
only be made from inputs that exist; `index` is the place in it.
"""

from __future__ import annotations

import inspect
import itertools
from abc import abstractmethod
from collections.abc import Callable
from contextlib import ContextDecorator
from contextvars import ContextVar
from typing import Any, Final, NoReturn, Self, TypeVar, final

from .arithmetic import Arithmetic
from .op import Op, Params

_Function = TypeVar("_Function", bound=Callable[..., Any])

creation: Final = itertools.count()


_RUN_LATER: Final = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)


class Watch:
    """Someone who looks at every op as it happens; `anomaly.py` has the one there is."""

    __slots__ = ()

    @abstractmethod
    def forward(self, result: Node, op: Op, args: tuple[Any, ...]) -> None:
        """The op has just given this result."""

    @abstractmethod
    def backward(self, node: Node) -> None:
        """A sweep is about to apply the rules of the node's op."""

    @abstractmethod
    def contribution(self, node: Node, to: Node, gradient: Any) -> None:
        """A rule has just contributed to this input of the node, whose gradient is this by now."""


@final
class Mode:
    """Whether ops record nodes, and who watches. Modes nest: `outer` is the one to go back to."""

    __slots__ = ("outer", "plain", "recording", "watch")

    def __init__(self, recording: bool, watch: Watch | None, outer: Mode | None) -> None:
        self.recording: Final = recording
        self.watch: Final = watch
        self.outer: Final = outer
        self.plain: Final = recording and watch is None


# One per thread and per task, so that no_grad() in one thread leaves the other threads alone.
mode: Final[ContextVar[Mode]] = ContextVar("autograd_mode", default=Mode(True, None, None))  # noqa: B039 (immutable)


class Switch(ContextDecorator):
    """Base of the modes: a context manager and a decorator that keeps no state of its own, so one can be shared."""

    def __enter__(self) -> Self:
        now = mode.get()
        mode.set(self._changed(now))
        return self

    def __exit__(self, *exception: object) -> None:
        outer = mode.get().outer
        if outer is not None:
            mode.set(outer)

    def _changed(self, now: Mode) -> Mode:
        return now

    def __call__(self, func: _Function) -> _Function:
        if any(runs_later(func) for runs_later in _RUN_LATER):
            raise TypeError(
                f"{type(self).__name__} cannot decorate the generator or coroutine {func.__name__}: its body runs "
                f"after the call; write `with {type(self).__name__}():` inside it"
            )
        return super().__call__(func)


class no_grad(Switch):
    """Within it, ops compute and record nothing: their results want no gradient.

    >>> w = Value(3.0)
    >>> with no_grad():
    ...     y = w * w
    >>> y.requires_grad, y.inputs
    (False, ())
    """

    def _changed(self, now: Mode) -> Mode:
        return Mode(False, now.watch, now)


class enable_grad(Switch):
    """Within it, ops record again, inside a `no_grad()` too."""

    def _changed(self, now: Mode) -> Mode:
        return Mode(True, now.watch, now)


class Node(Arithmetic):
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

    __slots__ = ("_data", "_grad", "index", "inputs", "label", "op", "params")

    _data: Any
    _grad: Any
    op: Op | None
    inputs: tuple[Any, ...]
    params: Params
    label: str
    index: int

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
        return self.index >= 0

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
    def fit(self, contribution: Any, user: Node | None = None) -> Any:
        """What `user` contributes to this node's gradient, in the form this node's gradient has."""

    def unchanged(self, user: Node) -> None:
        """RuntimeError where the data is not what it was when `user` was computed from it."""

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
