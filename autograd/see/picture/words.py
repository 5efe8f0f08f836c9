"""The words of pictures and tables: what an op says as a formula, a node's local derivatives as text and number, and
which text can be shown at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engine.ieee import quietly
from ...engine.node import Node
from ...engine.op import Op
from ...engine.text import display_width
from ...graph.naming import is_number, names, terms
from ...operands.symbol import SPOKEN, Symbol, literal, rule_text, written
from .figures import figure, in_line

LONGEST, LONGEST_RULE = 28, 40  # letters of a formula that stands beside an arrow
_ELEMENT = re.compile(r"[^\W\d]\w*\[\d+(?:,\d+)*\]")
# They turn round what follows them, and a label need not close what it opens.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def equation(formula: str, local: Any) -> str:
    """`w = -3`, or only the number where the formula is one; an array in full where it is small."""
    if _is_number(formula):
        return figure(local)
    return formula if local is None else f"{formula} = {in_line(local)}"


def beside_an_arrow(derivative: Derivative) -> tuple[str, ...]:
    """The same in lines for a picture. A formula that would tear it apart is left to the tooltip."""
    formula, local = derivative.formula, derivative.local
    more = (over(derivative.summed),) if derivative.summed else ()
    if isinstance(local, np.ndarray) and local.size == 1:
        local = local.item()
    if local is None or isinstance(local, np.ndarray):
        return (cut(formula, LONGEST_RULE), *more)
    if _is_number(formula):
        return (figure(local), *more)
    if display_width(formula) > LONGEST:
        return (f"… = {figure(local)}", *more)
    return (formula, f"= {figure(local)}", *more)


def over(dims: tuple[int, ...]) -> str:
    """Where a contribution was summed up because broadcasting had copied: `summed over dim 0`."""
    return f"summed over dim{'s' * (len(dims) > 1)} {' and '.join(map(str, dims))}"


def spelling(op: Op) -> str:
    """What stands in an op's circle."""
    return op.infix.sign or SPOKEN.get(op.name, op.name)


def _is_number(formula: str) -> bool:
    try:
        float(formula)
    except ValueError:
        return False
    return "_" not in formula


def named(nodes: Iterable[Node], labels: Mapping[str, object] | None = None) -> dict[Node, str]:
    """What formulas call each node: as in a program, but for x[0,1], which no variable can be called and people read.

    It stays x_0_1 where another node has that label too, or is called x itself.
    """
    nodes = list(nodes)
    inputs = {i for node in nodes for i in node.inputs}
    given = {node for node in (labels or {}).values() if isinstance(node, Node)}
    found = names([node for node in nodes if not is_number(node) or node not in inputs or node in given], labels)
    taken = set(found.values())
    for node in found:
        label = node.label
        if _ELEMENT.fullmatch(label) and label not in taken and label.partition("[")[0] not in taken:
            found[node] = label
            taken.add(label)
    return found


def made(node: Node, name: Mapping[Node, str]) -> str:
    """What a node was computed as, `x1 * w1`; empty for a leaf."""
    return written(node.op, _terms(node, name), node.params) if node.op is not None else ""


def _terms(node: Node, name: Mapping[Node, str]) -> list[Symbol]:
    """The inputs as formulas name them; those of a Tensor know their shapes, and are spelled for people."""
    found = terms(node, name)
    if type(node._data) is float:
        return found
    return [
        Symbol(term.text, term.binding, term.value, np.shape(i._data), for_people=True)
        for term, i in zip(found, node.inputs, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Derivative:
    """What stands on the arrow from an input to an op.

    formula  the local derivative, `b`; where it is no number or array, as that of a matrix product, the rule instead
    local    its value: a float, an array whose elements are each the derivative of one element, or None
    rule     what the op does to the gradient g that arrives, `g * b` or `g @ bᵀ`
    summed   the dimensions along which broadcasting copied the input, so that its gradient is a sum over them
    """

    formula: str
    local: Any
    rule: str
    summed: tuple[int, ...] = ()


def local_derivatives(node: Node, name: Mapping[Node, str], data: Mapping[Node, Any]) -> list[Derivative | None]:
    """d(node)/d(input) for each input; None for an input no gradient flows to."""
    op = node.op
    if op is None:
        return []
    inputs = _terms(node, name)
    numbers = [data[i] for i in node.inputs]
    scalar = type(node._data) is float
    shape = () if scalar else node._data.shape
    g, y = (Symbol(text, dims=shape, for_people=not scalar) for text in ("g", name[node]))
    # An array has one derivative for each element only where each element is by itself.
    by_itself = scalar or op.kind == "elementwise"
    found: list[Derivative | None] = []
    for position, i in enumerate(node.inputs):
        if not i.requires_grad:
            found.append(None)
            continue
        local: Any = None
        if scalar:
            local = float(op.vjp(position, 1.0, data[node], numbers, node.params))
        elif by_itself:
            local = quietly(op.vjp, position, 1.0, data[node], numbers, node.params)
            local = float(local) if np.ndim(local) == 0 else local
        try:
            formula = str(rule_text(op, position, literal(1.0), y, inputs, node.params)) if by_itself else ""
            rule = formula if scalar else str(rule_text(op, position, g, y, inputs, node.params))
        except (TypeError, AttributeError, ValueError):
            # A rule that asks `if x > 0` or calls math.exp cannot be written down; its number stands.
            formula = rule = str(literal(local)) if type(local) is float else f"the rule of {op.name}"
        broadcast = not scalar and (op.kind == "elementwise" or rule == "g")
        summed = summed_dims(shape, np.shape(i._data)) if broadcast else ()
        found.append(Derivative(formula or rule, local, rule, summed))
    return found


def summed_dims(wide: tuple[int, ...], narrow: tuple[int, ...]) -> tuple[int, ...]:
    """The dimensions of a wide shape that are summed up to get to a narrow one."""
    extra = len(wide) - len(narrow)
    if extra < 0:  # the rule gave one number for all
        return ()
    return (*range(extra), *(extra + k for k, n in enumerate(narrow) if n == 1 != wide[extra + k]))


def clean(text: str) -> str:
    """Text that can be shown. A replacement character stands for what no picture, page or terminal can hold: control
    characters, halves of a pair, non-characters; white space of any kind is a space."""
    return "".join(" " if c.isspace() else c if _can_be_shown(c) else "\ufffd" for c in text)


def _can_be_shown(c: str) -> bool:
    return not (unicodedata.category(c) in ("Cc", "Cs") or ord(c) & 0xFFFE == 0xFFFE or c in _TURNING)


def cut(text: str, longest: int) -> str:
    """On one line, and no longer than this."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
