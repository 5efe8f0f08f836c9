"""The derivative table as text: every op's rules applied to symbols, so that the docs cannot differ from the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..engine.calling import signature
from ..engine.forms import Kind, Takes
from ..engine.op import OPS, Op
from ..engine.text import shown, text_table
from ..operands.spelling import PEOPLE
from ..operands.symbol import Symbol, literal, rule_text, written

EXAMPLE_SHAPES: Final = ((2, 3), (3, 4))


def derivative_table(format: str = "text") -> str:
    """Return every op with its derivatives, generated from the rules. In a notebook it is shown as a table.

    `y` is the result, `format` is "text" or "markdown".

    An op that changes shapes has no derivative that is one number: its row says what flows back to each input when `g`
    arrives at the result. In the examples `a` has the shape (2, 3) and `b` the shape (3, 4).

    >>> for line in derivative_table().splitlines():
    ...     if line.startswith(("tanh", "a @ b")):
    ...         print(" ".join(line.split()))
    tanh(x) d/dx = square(sech(x))
    a @ b to a: g @ bᵀ, to b: aᵀ @ g
    """
    rows = [("y", "derivatives"), *((_spelling(op), ",  ".join(_derivatives(op))) for op in scalar_ops())]
    rows += [(_structure(op), ",  ".join(_contributions(op))) for op in structural_ops()]
    if format == "markdown":
        cells = [f"| `{spelling}` | `{derivatives}` |" for spelling, derivatives in rows[1:]]
        return "\n".join(["| y | derivatives |", "|---|---|", *cells])
    if format != "text":
        raise ValueError(f'format is "text" or "markdown", got {shown(format)}')
    return text_table(rows, gap="   ", caption="Derivatives of every op; y is the result")


def scalar_ops() -> list[Op]:
    """The ops whose derivatives are numbers: all but those that change shapes."""
    return [op for op in OPS.values() if op.rules and (op.takes is Takes.LISTS or op.kind is Kind.ELEMENTWISE)]


def structural_ops() -> list[Op]:
    """The ops that look across the shape of arrays."""
    scalar = scalar_ops()
    return [op for op in OPS.values() if any(op.rules) and op not in scalar]


def _symbols(op: Op) -> list[Symbol]:
    return [Symbol(name) for name in op.inputs]


def _spelling(op: Op) -> str:
    if op.takes is not Takes.FIXED or op.params:
        return signature(op)
    return written(op, _symbols(op), {})


def _derivatives(op: Op) -> Iterator[str]:
    """The derivative with respect to each input: its rule at g = 1, with the parameters by name."""
    params = {name: Symbol(name) for name in op.params}
    for position, rule in enumerate(op.rules):
        if rule is not None:
            text = rule_text(op, position, literal(1.0), Symbol("y"), _symbols(op), params)
            yield f"d/d{op.inputs[position]} = {text}"


def _example(op: Op) -> tuple[list[Symbol], dict[str, Any]]:
    """Inputs and parameters to write an op down with."""
    names = ("a", "b") if op.takes is not Takes.FIXED else op.inputs
    shapes = EXAMPLE_SHAPES if op.takes is Takes.SEQUENCE else (None,) * len(names)
    symbols = [Symbol(name, dims=dims, spelling=PEOPLE) for name, dims in zip(names, shapes, strict=True)]
    given = dict.fromkeys(op.params) if op.example is None else op.example
    by_name = [name for name in given if op.example is None or name == "shape"]
    return symbols, {**given, **{name: Symbol(name) for name in by_name}}


def _structure(op: Op) -> str:
    symbols, params = _example(op)
    return written(op, symbols, params)


def _contributions(op: Op) -> Iterator[str]:
    """Yield what the gradient g at the result contributes to each input."""
    symbols, params = _example(op)
    g, y = (Symbol(name, spelling=PEOPLE) for name in ("g", "y"))
    for position, x in enumerate(symbols):
        if op.rule(position, len(symbols)) is not None:
            yield f"to {x}: {rule_text(op, position, g, y, symbols, params)}"
