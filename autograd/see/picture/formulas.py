"""Write a graph's formulas for people: the names of nodes, how a node was computed, and its local derivatives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...engine.forms import Kind
from ...engine.node import Node
from ...engine.op import Op
from ...engine.quiet import quietly
from ...engine.text import display_width
from ...graph.naming import identifiers, is_number, terms, wanted_names
from ...operands.spelling import PEOPLE, PYTHON
from ...operands.symbol import SPOKEN, Symbol, literal, rule_text, written
from .number_format import format_line, format_number
from .plain_text import shorten

LONGEST_FORMULA: Final = 28  # characters of a local derivative beside an arrow
LONGEST_RULE: Final = 40  # characters of a rule beside an arrow
_ELEMENT: Final = re.compile(r"(?:\w+\.)*[^\W\d]\w*\[\d+(?:,\d+)*\]")
_PATH: Final = re.compile(r"(?=.*[^\d.])\w+(?:\.\w+)+")  # not 0.1, which reads as a number


@dataclass(frozen=True, slots=True)
class LocalDerivative:
    """The derivative of a node with respect to one of its inputs.

    formula  the derivative as text, `b`; where it is not a number or an array, as for a matrix product, the rule
    local    its value: a float, an array with the derivative of each element, or None where there is only the rule
    rule     the contribution that the op computes from the gradient g that arrives, `g * b` or `g @ bᵀ`
    summed   the dimensions along which broadcasting copied the input; the contribution is summed over them
    """

    formula: str
    local: Any
    rule: str
    summed: tuple[int, ...] = ()


def display_names(nodes: Iterable[Node], labels: Mapping[str, object] | None = None) -> dict[Node, str]:
    """Return the name of each node in formulas; plain numbers have none.

    It is the name that a program uses. Only a name such as `x[0,1]` or `0.weight`, which cannot name a variable, is
    kept as it is, unless another node has the same name or is called `x`; then it is `x_0_1`, as in a program.
    """
    nodes = list(nodes)
    inputs = {i for node in nodes for i in node.inputs}
    wanted = wanted_names(nodes, labels)
    # A number in a formula needs no name, unless it is all there is to see.
    found = identifiers(
        {node: name for node, name in wanted.items() if name or not is_number(node) or node not in inputs}
    )
    taken = set(found.values())
    for node in found:
        name = wanted[node]
        if not name:
            continue
        element = _ELEMENT.fullmatch(name) and name.partition("[")[0] not in taken
        if name not in taken and (element or _PATH.fullmatch(name)):
            found[node] = name
            taken.add(name)
    return found


def op_symbol(op: Op) -> str:
    """Return the text in an op's circle: its sign, such as `+`, or its name."""
    return op.infix.sign or SPOKEN.get(op.name, op.name)


def op_formula(node: Node, name: Mapping[Node, str], data: Mapping[Node, Any] | None = None) -> str:
    """Return how a node was computed, such as `x1 * w1`; an empty string for a leaf."""
    return written(node.op, _input_symbols(node, name, data), node.params) if node.op is not None else ""


def _input_symbols(node: Node, name: Mapping[Node, str], data: Mapping[Node, Any] | None) -> list[Symbol]:
    """Return the inputs as formulas name them. The inputs of a Tensor carry their shapes and are spelled for people."""
    found = terms(node, name, data)
    if type(node._data) is float:
        return found
    return [
        Symbol(term.text, term.binding, term.value, np.shape(i._data), PEOPLE)
        for term, i in zip(found, node.inputs, strict=True)
    ]


def input_data(node: Node, data: Mapping[Node, Any]) -> list[Any]:
    """Return the recorded data of each input."""
    return [data[i] for i in node.inputs]


def has_derivative(node: Node) -> bool:
    """Tell whether d(node)/d(input) is a number, or one number per element: the op treats each element separately."""
    return node.op is not None and (type(node._data) is float or node.op.kind is Kind.ELEMENTWISE)


def local_derivatives(
    node: Node, name: Mapping[Node, str], data: Mapping[Node, Any], stale: bool = False
) -> list[LocalDerivative | None]:
    """Return d(node)/d(input) for each input; None for an input that requires no gradient.

    `stale` says that `data` is not what the node was computed from. Then no derivative has a value.
    """
    op = node.op
    if op is None:
        return []
    inputs = _input_symbols(node, name, data)
    numbers = input_data(node, data)
    scalar = type(node._data) is float
    shape = () if scalar else node._data.shape
    g, y = (Symbol(text, dims=shape, spelling=PYTHON if scalar else PEOPLE) for text in ("g", name[node]))
    per_element = has_derivative(node)
    found: list[LocalDerivative | None] = []
    for position, i in enumerate(node.inputs):
        if not 0 <= i._index < node._index:
            found.append(None)
            continue
        local: Any = None
        if per_element and not stale:
            local = quietly(op.vjp, position, 1.0, data[node], numbers, node.params)
            local = float(local) if np.ndim(local) == 0 else local
        try:
            formula = str(rule_text(op, position, literal(1.0), y, inputs, node.params)) if per_element else ""
            rule = formula if scalar else str(rule_text(op, position, g, y, inputs, node.params))
        except (TypeError, AttributeError, ValueError):
            # A rule that asks `if x > 0` or calls math.exp has no formula: its value is shown instead.
            formula = rule = str(literal(local)) if type(local) is float else f"the rule of {op.name}"
        if stale and _is_number(formula):  # this derivative is the same for all data
            local = float(formula)
        broadcast = not scalar and (op.kind is Kind.ELEMENTWISE or rule == "g")
        summed = summed_dims(shape, np.shape(i._data)) if broadcast else ()
        found.append(LocalDerivative(formula or rule, local, rule, summed))
    return found


def summed_dims(wide: tuple[int, ...], narrow: tuple[int, ...]) -> tuple[int, ...]:
    """Return the dimensions of the shape `wide` that a sum removes to give the shape `narrow`."""
    extra = len(wide) - len(narrow)
    if extra < 0:  # the rule gave one number for all elements
        return ()
    return (*range(extra), *(extra + k for k, n in enumerate(narrow) if n == 1 != wide[extra + k]))


def equation(formula: str, local: Any) -> str:
    """Return `w = -3`, or only the value where the formula is a number; a small array is given in full."""
    if _is_number(formula):
        return format_line(local) if local is not None else formula
    return formula if local is None else f"{formula} = {format_line(local)}"


def arrow_lines(derivative: LocalDerivative) -> tuple[str, ...]:
    """Return the same in lines for an arrow. A formula that is too long for a picture is left to the tooltip."""
    formula, local = derivative.formula, derivative.local
    more = (summed_over(derivative.summed),) if derivative.summed else ()
    if isinstance(local, np.ndarray) and local.size == 1:
        local = local.item()
    if local is None:
        return (*_broken(formula), *more)
    if isinstance(local, np.ndarray):
        return (shorten(formula, LONGEST_RULE), *more)
    if _is_number(formula):
        return (format_number(local), *more)
    if display_width(formula) > LONGEST_FORMULA:
        return (f"… = {format_number(local)}", *more)
    return (formula, f"= {format_number(local)}", *more)


def _broken(formula: str) -> tuple[str, ...]:
    """Return a rule in one line, or in two where it is too long for one: the second begins with an operator."""
    if len(formula) <= LONGEST_RULE:
        return (formula,)
    at = max(formula.rfind(sign, 0, LONGEST_RULE) for sign in (" * ", " @ ", " / ", " + ", " - "))
    if at <= 0:
        return (shorten(formula, LONGEST_RULE),)
    return formula[:at], shorten(formula[at + 1 :], LONGEST_RULE)


def summed_over(dims: tuple[int, ...]) -> str:
    """Say over which dimensions a contribution is summed: `summed over dims 0 and 2`."""
    return f"summed over dim{'s' * (len(dims) > 1)} {' and '.join(map(str, dims))}"


def _is_number(formula: str) -> bool:
    try:
        float(formula)
    except ValueError:
        return False
    return "_" not in formula
