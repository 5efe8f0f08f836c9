"""The derivative table as text: every op's rules applied to symbols, so that the docs cannot differ from the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..engine.op import OPS, Op
from ..engine.text import text_table
from ..operands.symbol import Symbol, literal, rule_text, written

# Where a rule computes with shapes or metadata there is no text without an example of them.
EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "transpose": {"axes": (1, 2, 0)},
    "sum_over": {"axis": 1, "keepdims": False},
    "spread": {"axis": 1, "keepdims": False, "shape": Symbol("shape")},
    "amax": {"axis": None, "keepdims": False},
    "logsumexp_over": {"axis": None, "keepdims": False},
    "log_softmax": {"axis": 1},
    "concatenate": {"axis": 0},
    "cumsum": {"axis": 0, "reverse": False},
    "einsum": {"subscripts": "ij,jk->ik"},
}
EXAMPLE_SHAPES: Final = ((2, 3), (3, 4))


def derivative_table(format: str = "text") -> str:
    """Every op with its derivatives, generated from the rules; `y` is the result, `format` is "text" or "markdown".

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
        raise ValueError(f'format is "text" or "markdown", got {format!r}')
    return text_table(rows, gap="   ")


def scalar_ops() -> list[Op]:
    """The ops whose derivatives are numbers: all but those that change shapes."""
    return [op for op in OPS.values() if op.rules and not op.positional and (op.variadic or op.kind == "elementwise")]


def structural_ops() -> list[Op]:
    """The ops that look across the shape of arrays."""
    scalar = scalar_ops()
    return [op for op in OPS.values() if any(op.rules) and op not in scalar]


def _symbols(op: Op) -> list[Symbol]:
    return [Symbol(name) for name in op.inputs]


def _spelling(op: Op) -> str:
    if op.variadic or op.params:
        return op.signature()
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
    names = ("a", "b") if op.variadic else op.inputs
    shapes = EXAMPLE_SHAPES if op.positional else (None,) * len(names)
    symbols = [Symbol(name, dims=dims, for_people=True) for name, dims in zip(names, shapes, strict=True)]
    return symbols, EXAMPLES.get(op.name) or {name: Symbol(name) for name in op.params}


def _structure(op: Op) -> str:
    symbols, params = _example(op)
    return written(op, symbols, params)


def _contributions(op: Op) -> Iterator[str]:
    """What the gradient g at the result contributes to each input."""
    symbols, params = _example(op)
    g, y = (Symbol(name, for_people=True) for name in ("g", "y"))
    for position, x in enumerate(symbols):
        if op.rule(position, len(symbols)) is not None:
            yield f"to {x}: {rule_text(op, position, g, y, symbols, params)}"
