"""Give the compiled engine what it needs of the Python: the class that it completes, the ops, the modes."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

from ..engine.accumulation import commits
from ..engine.mode import mode, switched
from ..engine.node import Node
from ..engine.op import NO_PARAMS, OPS
from ..engine.refusals import refuse_attribute
from ..native import core, names
from ..rules import lists as lists  # imported so that OPS has all that the engine needs

N = TypeVar("N", bound=Node)


def compiled(cls: type[N]) -> type[N]:
    """Return the type in C that has the methods of this class; the class itself where the engine is not compiled.

    The type has the fields of a node, the operators and `_apply`, which calls that of `Node` for all that is left to
    Python.
    """
    if core is None:
        return cls
    ops = [OPS[name] if name else None for name in names]
    python: Any = cls
    made: type[N] = core.connect(
        cls,
        # what C calls for all that it leaves to Python: other arguments of a Value, a `data` that is no float, pow with
        # a modulus, any other op, an attribute that is not to be set
        lambda value, args, named=NO_PARAMS: python.__init__(value, *args, **named),
        python.data.__set__,
        python.__pow__,
        Node._apply,
        refuse_attribute,
        ops,
        {op: code for code, op in enumerate(ops) if op},
        [tuple(op.params) if op else () for op in ops],
        NO_PARAMS,
        "",  # the label of a node that has none
        switched,
        mode.get,
        mode.set,
        commits.obj,
        python.data.__doc__,
        python.grad.__doc__,
    )
    made.__doc__ = cls.__doc__
    made.__signature__ = inspect.signature(cls)  # type: ignore[attr-defined]
    return made
