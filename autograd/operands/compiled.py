"""Connect the compiled engine with the Python: pass it the class Value, the ops and the modes, and apply ops in it."""

from __future__ import annotations

import inspect
from typing import Any, Final, TypeVar

from ..engine.accumulation import commits
from ..engine.mode import mode, switched
from ..engine.node import Node
from ..engine.op import NO_PARAMS, OPS, Op, Params
from ..engine.refusals import refuse_attribute
from ..native import apply, codes, core, is_taken
from ..rules import lists as lists  # imported so that OPS has all that the engine needs

N = TypeVar("N", bound=Node)
EXACT: Final = 2**53  # a float can be any integer up to here; Python compares a float with a larger one exactly
OPS_IN_C: Final = [OPS[name] for name in codes]  # in the order of their codes, from 1
_CODES: Final = {OPS[name]: code for name, code in codes.items()}


def compiled(cls: type[N]) -> type[N]:
    """Return the type in C that inherits the methods of this class; the class itself if the engine is not compiled.

    The type adds the fields of a node and the operators. C calls `Node._apply` for the ops that it leaves to Python.
    """
    if core is None:
        return cls
    if is_taken(core):
        raise ImportError(
            f"{cls.__module__} cannot be loaded again: the compiled engine has the Values of this process; start "
            "Python anew, or set GLASSGRAD_PURE=1 before it starts"
        )
    python: Any = cls
    made: type[N] = core.connect(
        cls,
        # what C calls where it leaves the work to Python: other arguments of a Value, a `data` that is no float, pow
        # with a modulus, any other operand, an attribute that cannot be set
        lambda value, args, named=NO_PARAMS: python.__init__(value, *args, **named),
        python.data.__set__,
        python.__pow__,
        lambda code, *args: Node._apply(next(x for x in args if type(x) is made), OPS_IN_C[code - 1], args, NO_PARAMS),
        refuse_attribute,
        [None, *OPS_IN_C],  # the op of each code
        (None, (), NO_PARAMS, "", None),  # op, inputs, params, label and grad of a node that has no others
        switched,
        mode.get,
        mode.set,
        "in_c",  # the attribute of a mode that C reads
        commits.obj,
        python.data.__doc__,
        python.grad.__doc__,
    )
    made.__doc__ = cls.__doc__
    made.__signature__ = inspect.signature(cls)  # type: ignore[attr-defined]
    return made


def apply_compiled(self: Node, op: Op, args: tuple[Any, ...], params: Params) -> Any:
    """Apply an op in C, or in Python if C leaves it to Python."""
    given = list(args)
    if params:
        given += [params[name] for name in op.params]
        if any(type(x) is int and abs(x) > EXACT for x in given):
            return Node._apply(self, op, args, params)
    found = apply(_CODES.get(op, 0), params, given)
    return Node._apply(self, op, args, params) if found is None else found
