"""The questions about the forward pass: what is the data of this node? Of an array, each asks for one element."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from ...engine.forms import Kind
from ...engine.node import Node
from ...engine.quiet import quietly
from ..picture.formulas import op_formula
from ..picture.number_format import as_number, format_shape
from .practice_plan import Ask
from .question import (
    WRONG_SIGN,
    Numbers,
    Question,
    Wording,
    element,
    element_name,
    in_brackets,
    mistakes_of,
    six_digits,
)

# What people compute in place of an op: (op, wrong function, sentence).
CONFUSIONS: Final[tuple[tuple[str, Callable[..., float], str], ...]] = (
    ("mul", lambda a, b: a + b, "this is the sum; * multiplies"),
    ("add", lambda a, b: a * b, "this is the product; + adds"),
    ("add", lambda a, b: a - b, "this is the difference; + adds"),
    ("sub", lambda a, b: b - a, "this is the second minus the first; it is the other way round"),
    ("sub", lambda a, b: a + b, "this is the sum; - subtracts the second from the first"),
    ("div", lambda a, b: b / a, "this is the second divided by the first; it is the other way round"),
    ("div", lambda a, b: a * b, "this is the product; / divides"),
    ("pow", lambda a, b: a * b, "this is base times exponent; a power multiplies the base by itself"),
    ("pow", lambda a, b: b**a, "base and exponent have changed places"),
    ("square", lambda x: 2 * x, "this is twice the input; square multiplies it by itself"),
    ("sqrt", lambda x: x / 2, "this is half of the input, not its square root"),
    ("reciprocal", lambda x: -x, "this is the negative; the reciprocal is 1 divided by the input"),
    ("exp", lambda x: math.e * x, "this is e times the input; exp is e to the power of the input"),
    ("log", math.log10, "this is the logarithm to the base 10; log is the natural one, to the base e"),
    ("log", math.log2, "this is the logarithm to the base 2; log is the natural one, to the base e"),
    ("sin", lambda x: math.sin(math.radians(x)), "this takes the input as degrees; it is in radians"),
    ("cos", lambda x: math.cos(math.radians(x)), "this takes the input as degrees; it is in radians"),
    ("tan", lambda x: math.tan(math.radians(x)), "this takes the input as degrees; it is in radians"),
    ("tanh", lambda x: 1 / (1 + math.exp(-x)), "this is the sigmoid of the input, not tanh"),
    ("tanh", math.tan, "this is tan, not tanh"),
    ("sigmoid", math.tanh, "this is tanh of the input, not the sigmoid"),
    ("maximum", min, "this is the smaller of the two; maximum is the greater"),
    ("minimum", max, "this is the greater of the two; minimum is the smaller"),
    ("relu", lambda x: x, "relu gives 0 for a negative input"),
)


def forward_question(ask: Ask, shown: Numbers, blind: Numbers, data: Mapping[Node, Any]) -> Question:
    """Return the question; `shown` writes all numbers, `blind` leaves out those that answers give."""
    node, name = ask.about, shown.names[ask.about]
    truth = element(data[node], ask.place)
    made = op_formula(node, shown.names, data)
    return Question(
        now=name,
        truth=truth,
        solution=f"{element_name(name, ask.place)} = {six_digits(truth)}",
        open=_wording(ask, made, shown, data),
        blind=_wording(ask, made, blind, data),
        mistakes=mistakes_of(_mistakes(ask, shown.names, data)),
    )


def _wording(ask: Ask, made: str, numbers: Numbers, data: Mapping[Node, Any]) -> Wording:
    node, name = ask.about, numbers.names[ask.about]
    shape = np.shape(data[node])
    whole = f"{name} = {made}{numbers.inputs(node, data)}"
    text = f"forward: {whole}{f'; its shape is {format_shape(shape)}' if shape else ''}\n"
    text += f"what is the data of {element_name(name, ask.place)}?"
    hint = f"put the numbers into {name} = {made}"
    if numbers.blind or shape:
        return Wording(text, (hint, hint))
    put = {i: _put(data[i]) for i in node.inputs}
    return Wording(text, (hint, f"work out {op_formula(node, put, data)}"))


def _put(x: Any) -> str:
    number = as_number(x)
    return six_digits(x) if number is None else in_brackets(number)


def _mistakes(ask: Ask, names: Mapping[Node, str], data: Mapping[Node, Any]) -> Iterator[tuple[float, str]]:
    node, truth = ask.about, element(data[ask.about], ask.place)
    assert node.op is not None
    inputs = _inputs_at(ask, data)
    for op, wrong, says in CONFUSIONS if inputs else ():
        if op == node.op.name and (found := _computed(wrong, inputs)) is not None:
            yield found, says
    yield -truth, WRONG_SIGN
    if len(inputs) == 1:
        yield inputs[0], f"this is the input itself; apply {node.op.name} to it"
        if node.op.rule(0, 1) is not None and not np.shape(data[node]):
            slope = quietly(node.op.vjp, 0, 1.0, data[node], [data[i] for i in node.inputs], node.params)
            yield float(slope), f"this is the derivative of {node.op.name} there; the question is about its value"
    for other in np.ndindex(np.shape(data[node])):
        yield element(data[node], other), f"this is the data of {element_name(names[node], other)}"


def _inputs_at(ask: Ask, data: Mapping[Node, Any]) -> list[float]:
    """Return the inputs of the element that is asked for; nothing where it depends on more than one of each."""
    node = ask.about
    assert node.op is not None
    inputs = [np.asarray(data[i]) for i in node.inputs]
    if node.op.kind is not Kind.ELEMENTWISE or any(x.dtype == bool for x in inputs):
        return []
    shape = np.shape(data[node])
    return [float(np.broadcast_to(x, shape)[ask.place]) for x in inputs]


def _computed(function: Callable[..., float], inputs: list[float]) -> float | None:
    try:
        found = function(*inputs)
    except (ArithmeticError, ValueError):  # outside of its domain
        return None
    return float(found) if isinstance(found, float) else None
