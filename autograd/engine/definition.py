"""The definition of ops, ours and a user's own, checked before they are entered among the ops."""

from __future__ import annotations

import keyword
from typing import Any

from .forms import MASKS, Takes
from .op import BUILT_IN, OPS, Op, Rule
from .text import shown


def op(name: str, scalar: Rule, array: Rule, *rules: Rule | None, **fields: Any) -> Op:
    """Define an op and enter it in the register `OPS`.

    `scalar` works on floats and may raise as the `math` module does; `array` works on ndarrays. Give one rule per
    input. The `fields` are those of Op by name: inputs (their names), params (metadata with its defaults), and others.

    >>> cube = op("cube", lambda x: x * x * x, lambda x: x * x * x, lambda g, y, x: g * 3 * x * x)
    >>> cube(2.0)
    8.0
    >>> _ = OPS.pop("cube")
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"an op's name is a Python name, so that formulas can call it; got {shown(name)}")
    if name in BUILT_IN:
        raise ValueError(f"there is an op {name!r} already, which other rules rely on; choose another name")
    made = Op(name, scalar, array, *rules, **fields)
    if not rules and made.infix.sign not in MASKS:
        raise ValueError(f"{name} has no rule, so it would cut the graph; give it one rule per input")
    if made.takes is Takes.FIXED and rules and len(rules) != len(made.inputs):
        raise ValueError(f"{name} has {len(rules)} rules for the inputs {', '.join(made.inputs)}; expected one each")
    for function in (scalar, array, *(rule for rule in rules if rule is not None)):
        if not callable(function):
            raise TypeError(f"{name} is made of functions, got {shown(function)}")
    OPS[name] = made
    return made
