"""The questions about the backward pass: contributions and totals. Of arrays, each question asks for one element."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...engine.node import Node
from ..picture.formulas import summed_over
from ..picture.number_format import format_shape
from .practice_plan import Ask, Asked
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
from .step import Flow, Step

SO_FAR = "this is the sum so far; the question is what this step adds to it"
MOST_OTHERS = 20  # inputs whose derivative a wrong answer is compared with: a sum may have thousands


def backward_question(ask: Ask, shown: Numbers, blind: Numbers, data: Mapping[Node, Any]) -> Question:
    """Return the question; `shown` writes all numbers, `blind` leaves out those that answers give."""
    assert ask.step is not None
    assert ask.flow is not None
    if ask.what is Asked.TOTAL:
        return _total(ask, ask.flow)
    if ask.flow.is_product:
        return _number(ask.step, ask.flow, shown, blind, data)
    return _element(ask.step, ask.flow, ask.place, shown, blind, data)


# --- a contribution that is the product of two numbers ---


def _number(step: Step, flow: Flow, shown: Numbers, blind: Numbers, data: Mapping[Node, Any]) -> Question:
    return Question(
        now=step.name,
        truth=float(flow.contribution),
        solution=product(step, flow),
        open=_number_wording(step, flow, shown, data),
        blind=_number_wording(step, flow, blind, data),
        mistakes=mistakes_of(_number_mistakes(step, flow)),
        arrow=f"{step.name} {flow.position}",
    )


def _number_wording(step: Step, flow: Flow, numbers: Numbers, data: Mapping[Node, Any]) -> Wording:
    place = _as_input(flow)
    g = numbers.gradient_of(step.node, step.gradient)
    text = (
        f"step {step.number}: {_made(step, numbers, data)}; the gradient of {step.name} is {g}\n"
        f"the local derivative is d{step.name}/d{flow.name} = {flow.formula}{place}\n"
        f"what does {step.name} contribute to the gradient of {flow.name}{place}?"
    )
    hint = f"multiply the upstream gradient {g} by the local derivative d{step.name}/d{flow.name} = {flow.formula}"
    # Where the upstream gradient is 1 or -1, the local derivative would give the answer away.
    local = six_digits(flow.local)
    number = not numbers.blind and abs(step.gradient) != 1.0 and flow.formula != local
    return Wording(text, (hint, f"{hint} = {local}" if number else hint))


def _number_mistakes(step: Step, flow: Flow) -> Iterator[tuple[float, str]]:
    g, local = float(step.gradient), float(flow.local)
    yield local, f"this is the local derivative alone; multiply it by the upstream gradient {six_digits(g)}"
    yield g, f"this is the upstream gradient alone; multiply it by the local derivative {flow.formula}"
    if flow.before is not None:
        yield float(flow.after), SO_FAR
    for other in step.flows[:MOST_OTHERS]:
        if other is not flow and other.is_product:
            says = f"the local derivative with respect to {flow.name}{_as_input(flow)} is {flow.formula}"
            yield float(other.contribution), f"this is the contribution to {other.name}{_as_input(other)}; {says}"
            yield float(other.local), f"this is the derivative with respect to {other.name}; {says}"
    yield -g * local, WRONG_SIGN
    yield g + local, "multiply the upstream gradient by the local derivative; do not add them"
    if local:
        yield g / local, "this is the upstream gradient divided by the local derivative; multiply them"
    yield float(step.data), f"this is the data of {step.name}; the question is about a gradient"


# --- an element of a contribution that is an array, or that a rule without a local derivative computes ---


def _element(
    step: Step, flow: Flow, place: tuple[int, ...], shown: Numbers, blind: Numbers, data: Mapping[Node, Any]
) -> Question:
    truth = element(flow.contribution, place)
    return Question(
        now=step.name,
        truth=truth,
        solution=f"{element_name(flow.name, place)} gets {six_digits(truth)}",
        open=_element_wording(step, flow, place, shown, data),
        blind=_element_wording(step, flow, place, blind, data),
        mistakes=mistakes_of(_element_mistakes(step, flow, place)),
        arrow=f"{step.name} {flow.position}",
    )


def _element_wording(
    step: Step, flow: Flow, place: tuple[int, ...], numbers: Numbers, data: Mapping[Node, Any]
) -> Wording:
    position, summed = _as_input(flow), summed_over(flow.summed) if flow.summed else ""
    text = (
        f"step {step.number}: {_made(step, numbers, data)}; "
        f"the gradient of {step.name} is g = {numbers.gradient_of(step.node, step.gradient)}\n"
        f"the rule for {flow.name}{position} is {flow.rule}"
        f"{f', {summed} where {flow.name} was broadcast' if summed else ''}\n"
        f"what does {step.name} contribute to the gradient of {element_name(flow.name, place)}{position}?"
    )
    hint = f"work out {flow.rule}{summed and ', '}{summed}, with g the gradient of {step.name}"
    shape, index = format_shape(np.shape(flow.contribution)), ",".join(map(str, place))
    more = f"{hint}; it has {shape} elements, and the question is about [{index}]" if place else hint
    return Wording(text, (hint, more))


def _element_mistakes(step: Step, flow: Flow, place: tuple[int, ...]) -> Iterator[tuple[float, str]]:
    g = step.gradient
    if flow.rule != "g" and np.shape(g) == np.shape(flow.contribution):
        says = f"this is the gradient of {step.name} at this place; apply the rule {flow.rule} to it"
        yield element(g, place), says
    if flow.before is not None:
        yield element(flow.after, place), SO_FAR
    yield -element(flow.contribution, place), WRONG_SIGN
    for other in np.ndindex(np.shape(flow.contribution)):
        yield element(flow.contribution, other), f"this is the contribution to {element_name(flow.name, other)}"


# --- the sum of all contributions to a node, and of what earlier sweeps left there ---


def _total(ask: Ask, flow: Flow) -> Question:
    name, after = element_name(flow.name, ask.place), element(flow.after, ask.place)
    parts = [element(part, ask.place) for _, part in ask.parts]
    left = None if ask.earlier is None else element(ask.earlier, ask.place)
    times = "once" if len(parts) == 1 else f"{len(parts)} times"
    users = f"{flow.name} is used {times}, and {'it' if len(parts) == 1 else 'each use'} has contributed"
    before = "" if left is None else f"; earlier sweeps left {six_digits(left)} in the gradient of {name}"
    text = f"{users}{before}; what is the gradient of {name}?"
    more = "" if left is None else f" to the {six_digits(left)} that earlier sweeps left"
    hint = f"add the contributions of all uses{more}"
    numbers = f"{hint}: {' + '.join(map(in_brackets, parts))}"
    terms = parts if left is None else [left, *parts]
    return Question(
        now=flow.name,
        truth=after,
        solution=f"{' + '.join(map(in_brackets, terms))} = {six_digits(after)}",
        open=Wording(text, (numbers, numbers)),
        blind=Wording(text, (hint, hint)),
        mistakes=mistakes_of(_total_mistakes(parts, left, after)),
    )


def _total_mistakes(parts: list[float], left: float | None, after: float) -> Iterator[tuple[float, str]]:
    if left is not None:
        yield sum(parts), f"this is what this sweep contributes; earlier sweeps left {six_digits(left)} there, add it"
    if len(parts) > 1:
        says = f"this is one contribution alone; all {len(parts)} of them add up (+=, not =)"
        yield from ((part, says) for part in parts)
        yield math.prod(parts), "this is the product of the contributions; add them instead"
    if len(parts) > 2:
        yield from ((after - part, f"the contribution {six_digits(part)} is missing in this sum") for part in parts)
    yield -after, WRONG_SIGN


# --- words ---


def _made(step: Step, numbers: Numbers, data: Mapping[Node, Any]) -> str:
    """Return `n = x * w = -6, with x = 3, w = -2`."""
    result = numbers.data_of(step.node, step.data)
    return f"{step.name} = {step.made} = {result}{numbers.inputs(step.node, data)}"


def _as_input(flow: Flow) -> str:
    return flow.as_input.replace("as input", "as its input")


def product(step: Step, flow: Flow) -> str:
    """Return `0.5 × -3 = -1.5`."""
    return f"{six_digits(step.gradient)} × {six_digits(flow.local)} = {six_digits(flow.contribution)}"
