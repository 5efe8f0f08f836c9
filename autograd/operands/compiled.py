"""Give the compiled engine what it needs of the Python: the class that it completes, the ops, the modes."""

from __future__ import annotations

import inspect
from typing import TypeVar

from ..engine.accumulation import commits
from ..engine.mode import USUAL, mode, switched
from ..engine.node import Node
from ..engine.op import NO_PARAMS, OPS
from ..native import core
from ..rules import lists as lists  # imported so that OPS has all that the engine needs

N = TypeVar("N", bound=Node)


def compiled(cls: type[N]) -> type[N]:
    """Return the type in C that has the methods of this class; the class itself where the engine is not compiled.

    The type has the fields of a node, the operators and `_apply`, which calls that of `Node` for all that is left to
    Python.
    """
    if core is None:
        return cls
    ops = [OPS[name] if name else None for name in core.names]
    made: type[N] = core.connect(cls, Node._apply, ops, NO_PARAMS, mode.get, USUAL, switched, commits)
    made.__doc__ = cls.__doc__
    made.__signature__ = inspect.signature(cls)  # type: ignore[attr-defined]
    return made
