"""The words of pictures and tables: how a number is written, and a node's local derivatives as text and number."""

from __future__ import annotations

from typing import Any

from ..node import Node
from ..symbol import Symbol, literal

NO_GRADIENT = "–"  # not 0: nothing has arrived yet


def figure(number: float | None) -> str:
    """Four digits are enough to follow by; None is a gradient that has not come yet."""
    if number is None:
        return NO_GRADIENT
    text = f"{number:.4g}"
    return "0" if text == "-0" else text


def equation(formula: str, number: float) -> str:
    """`w = -3`, or only the number where the formula is one."""
    return formula if formula == figure(number) else f"{formula} = {figure(number)}"


def term(i: Any, name: dict[Node, str]) -> Symbol:
    """A node by its name, a constant as its number."""
    return Symbol(name[i]) if isinstance(i, Node) else literal(i)


def local_derivatives(node: Node, name: dict[Node, str]) -> list[tuple[str, float] | None]:
    """d(node)/d(input) for each input, as a formula and as a number; None for an input no gradient flows to."""
    if node.op is None:
        return []
    terms = [term(i, name) for i in node.inputs]
    data = [i._data if isinstance(i, Node) else i for i in node.inputs]
    found: list[tuple[str, float] | None] = []
    for position, i in enumerate(node.inputs):
        if isinstance(i, Node) and i.requires_grad:
            formula = node.op.vjp(position, literal(1.0), Symbol(name[node]), terms, node.params)
            number = node.op.vjp(position, 1.0, node._data, data, node.params)
            found.append((str(formula if isinstance(formula, Symbol) else literal(formula)), float(number)))
        else:
            found.append(None)
    return found
