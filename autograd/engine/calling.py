"""Match the arguments of a call, `clip(x, -1, 1)` or `clip(x, max=1)`, to an op's inputs and parameters."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from .forms import Kind, Takes
from .op import Op, Operand, Params
from .text import shown


def bind(op: Op, args: tuple[Any, ...], params: Params) -> tuple[tuple[Any, ...], Params]:
    """Separate the inputs from the parameters, which may be given by place or by name; TypeError where they misfit."""
    count = len(args) if op.takes is not Takes.FIXED else len(op.inputs)
    if not count <= len(args) <= count + len(op.params):
        raise TypeError(f"{signature(op)} takes {_counts(op)}, got {len(args)}")
    given = dict(zip(op.params, args[count:], strict=False))
    for key in params:
        if key not in op.params:
            known = f"it has {', '.join(op.params)}" if op.params else "it has none"
            raise TypeError(f"{op.name} got an unknown parameter {key!r}; {known}")
        if key in given:
            raise TypeError(f"{op.name} got its parameter {key!r} twice, by place and by name")
    given |= params
    bound = dict(op.params)
    for key, value in given.items():
        if value is not None:
            bound[key] = _checked(op, key, value)
        elif op.kind is Kind.ELEMENTWISE:
            _require_no_number(op, key)
    if given and all(value is None for value in given.values()) and op.kind is Kind.ELEMENTWISE:
        raise TypeError(f"{op.name} got None for {' and '.join(given)}; give a number for {' or '.join(op.params)}")
    return args[:count], bound


def _require_no_number(op: Op, key: str) -> None:
    """Raise TypeError for a None that is not a bound left open, as in `clip(x, None, 1.0)`."""
    default = op.params[key]
    if isinstance(default, numbers.Real) and not math.isinf(default):
        raise TypeError(f"the parameter {key!r} of {op.name} is a number, got None; leave it out for {default!r}")


def _checked(op: Op, key: str, value: Any) -> Any:
    if isinstance(value, Operand) and not value._is_text:
        raise TypeError(
            f"{op.name} got a {type(value).__name__} as its parameter {key!r}, expected a plain number: "
            "no gradient flows to a parameter; if it has to learn, write the function with maximum, minimum or where"
        )
    if op.kind is Kind.ELEMENTWISE and not isinstance(value, numbers.Real | Operand):
        raise TypeError(f"the parameter {key!r} of {op.name} is a number, got {shown(value)}")
    return value.item() if isinstance(value, np.generic) else value  # np.float64 would widen a float32


def signature(op: Op) -> str:
    """Return how a user calls the op: `clip(x, min=-inf, max=inf)`."""
    if op.takes is not Takes.FIXED:
        return f"{op.name}({', '.join('[a, b, ...]' for _ in op.rules)})"
    return f"{op.name}({', '.join([*op.inputs, *(f'{k}={_short(v)}' for k, v in op.params.items())])})"


def _counts(op: Op) -> str:
    inputs = f"{len(op.inputs)} input{'s' * (len(op.inputs) != 1)}"
    return f"{inputs} and at most {len(op.params)} parameters" if op.params else inputs


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
