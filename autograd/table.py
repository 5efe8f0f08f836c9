"""The derivative table as text: every op's rules applied to symbols, so that the docs cannot differ from the engine."""

from __future__ import annotations

from collections.abc import Iterator

from .op import OPS, Op
from .symbol import Symbol, literal, rule_text, written


def derivative_table(format: str = "text") -> str:
    """Every op with its derivatives, generated from the rules; `y` is the result, `format` is "text" or "markdown".

    >>> [line for line in derivative_table().splitlines() if line.startswith("tanh")]
    ['tanh(x)                                  d/dx = square(sech(x))']
    """
    rows = [("y", "derivatives"), *((_spelling(op), ",  ".join(_derivatives(op))) for op in scalar_ops())]
    if format == "markdown":
        cells = [f"| `{spelling}` | `{derivatives}` |" for spelling, derivatives in rows[1:]]
        return "\n".join(["| y | derivatives |", "|---|---|", *cells])
    if format != "text":
        raise ValueError(f'format is "text" or "markdown", got {format!r}')
    width = max(len(spelling) for spelling, _ in rows) + 3
    return "\n".join(f"{spelling:{width}}{derivatives}" for spelling, derivatives in rows)


def scalar_ops() -> list[Op]:
    """The ops whose derivatives are numbers: all but those that change shapes."""
    return [op for op in OPS.values() if op.rules and not op.positional and (op.variadic or op.kind == "elementwise")]


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
