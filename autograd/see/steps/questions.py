"""The questions of an exercise: their text, their answers, and which mistake a wrong number comes from.

A contribution question asks for one contribution of a step; a total question asks for the sum of all contributions to
a node. Of arrays, each question asks for one element.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from ...engine.node import Node
from ..picture.formulas import summed_over
from ..picture.number_format import NO_GRADIENT, as_number, format_nested, format_shape
from .answer import Answer
from .step import Flow, Step
from .stepper import Stepper

WRONG_SIGN = "the size is right, the sign is not"


@dataclass(frozen=True)
class Question:
    """A question about one step.

    about     the node whose gradient is asked for
    flow      the contribution that is asked for; None where the total is asked for
    truth     the right answer
    text      the question in full, with the numbers it takes
    solution  the right answer with its computation
    """

    step: Step
    about: Node
    flow: Flow | None
    truth: float
    text: str
    solution: str

    @abstractmethod
    def mistake(self, answer: Answer) -> str | None:
        """Return which mistake a wrong answer comes from; None where it is not recognised."""

    @abstractmethod
    def hint(self, more: bool) -> str:
        """Return how to compute the answer; `more` adds a number or a position."""


@final
@dataclass(frozen=True)
class NumberContribution(Question):
    """Asks for a contribution that is the product of two numbers."""

    part: Flow

    def mistake(self, answer: Answer) -> str | None:
        g, local = self.step.gradient, self.part.local
        if answer.matches(local):
            return f"this is the local derivative alone; multiply it by the upstream gradient {six_digits(g)}"
        if answer.matches(g):
            return f"this is the upstream gradient alone; multiply it by the local derivative {self.part.formula}"
        if self.part.before is not None and answer.matches(self.part.after):
            return "this is the sum so far; the question is what this step adds to it"
        if answer.matches(-self.truth):
            return WRONG_SIGN
        if answer.matches(g + local):
            return "along a path the chain rule multiplies: upstream × local derivative, not their sum"
        return None

    def hint(self, more: bool) -> str:
        g, formula = six_digits(self.step.gradient), self.part.formula
        hint = f"multiply the upstream gradient {g} by the local derivative d{self.step.name}/d{self.part.name}"
        # Where the upstream gradient is 1 or -1, the local derivative would give the answer away.
        number = more and abs(self.step.gradient) != 1.0 and formula != six_digits(self.part.local)
        return f"{hint} = {formula}" + (f" = {six_digits(self.part.local)}" if number else "")


@final
@dataclass(frozen=True)
class ElementContribution(Question):
    """Asks for one element of a contribution that is an array, or that a rule without a local derivative computes."""

    part: Flow
    place: tuple[int, ...]

    def mistake(self, answer: Answer) -> str | None:
        flow, g = self.part, self.step.gradient
        if flow.rule != "g" and np.shape(g) == np.shape(flow.contribution) and answer.matches(_at(g, self.place)):
            return f"this is the gradient of {self.step.name} at this place; apply the rule {flow.rule} to it"
        if flow.before is not None and answer.matches(_at(flow.after, self.place)):
            return "this is the sum so far; the question is what this step adds to it"
        if answer.matches(-self.truth):
            return WRONG_SIGN
        for place in np.ndindex(np.shape(flow.contribution)):
            if answer.matches(_at(flow.contribution, place)):
                return f"this is the contribution to {_element_name(flow, place)}"
        return None

    def hint(self, more: bool) -> str:
        where = f", {summed_over(self.part.summed)}" if self.part.summed else ""
        hint = f"work out {self.part.rule}{where}, with g the gradient of {self.step.name}"
        if not more or not self.place:
            return hint
        shape, place = format_shape(np.shape(self.part.contribution)), ",".join(map(str, self.place))
        return f"{hint}; it has {shape} elements, and the question is about [{place}]"


@final
@dataclass(frozen=True)
class Total(Question):
    """Asks for the sum of all contributions to a node, and of what earlier sweeps left there."""

    parts: tuple[float, ...]
    earlier: float | None

    def mistake(self, answer: Answer) -> str | None:
        if self.earlier is not None and answer.matches(sum(self.parts)):
            return f"this is what this sweep contributes; earlier sweeps left {six_digits(self.earlier)} there, add it"
        if len(self.parts) > 1 and any(answer.matches(part) for part in self.parts):
            return f"this is one contribution alone; all {len(self.parts)} of them add up (+=, not =)"
        if answer.matches(math.prod(self.parts)):
            return "contributions of several users are added, not multiplied"
        if answer.matches(-self.truth):
            return WRONG_SIGN
        return None

    def hint(self, more: bool) -> str:
        left = "" if self.earlier is None else f" to the {six_digits(self.earlier)} that earlier sweeps left"
        return f"add the contributions of all users{left}: {' + '.join(map(_in_brackets, self.parts))}"


def questions(stepper: Stepper) -> Iterator[Question]:
    """Yield the questions about every step, in the order of the steps.

    For each input of a step: what is the contribution to it? After the last contribution to a node whose gradient is a
    sum, of several contributions or of one and an earlier gradient: what is its gradient?
    """
    uses: dict[Node, int] = {}
    for flow in (flow for step in stepper for flow in step.flows):
        uses[flow.input] = uses.get(flow.input, 0) + 1
    parts: dict[Node, list[Any]] = {}
    earlier: dict[Node, Any] = {}
    for step in stepper:
        for flow in step.flows:
            if flow.input not in parts:
                earlier[flow.input] = flow.before  # of a leaf, what earlier sweeps left there
            parts.setdefault(flow.input, []).append(flow.contribution)
            if flow.is_product:
                yield _number_contribution(stepper, step, flow)
            else:
                places = np.ndindex(np.shape(flow.contribution))
                yield from (_element_contribution(stepper, step, flow, place) for place in places)
        for node, last in {flow.input: flow for flow in step.flows}.items():
            is_sum = uses[node] > 1 or earlier[node] is not None
            if is_sum and len(parts[node]) == uses[node]:
                for place in np.ndindex(np.shape(last.after)):
                    yield _total(step, last, place, parts[node], earlier[node])


def _number_contribution(stepper: Stepper, step: Step, flow: Flow) -> NumberContribution:
    place = step.as_input(flow).replace("as input", "as its input")
    text = (
        f"step {step.number}: {step.name} = {step.made} = {six_digits(step.data)}, with {_inputs(stepper, step)}; "
        f"the gradient of {step.name} is {six_digits(step.gradient)}\n"
        f"the local derivative is d{step.name}/d{flow.name} = {flow.formula}{place}\n"
        f"what does {step.name} contribute to the gradient of {flow.name}{place}?"
    )
    return NumberContribution(step, flow.input, flow, float(flow.contribution), text, product(step, flow), flow)


def _element_contribution(stepper: Stepper, step: Step, flow: Flow, place: tuple[int, ...]) -> ElementContribution:
    position = step.as_input(flow).replace("as input", "as its input")
    summed = f", {summed_over(flow.summed)} where {flow.name} was broadcast" if flow.summed else ""
    text = (
        f"step {step.number}: {step.name} = {step.made} = {six_digits(step.data)}, with {_inputs(stepper, step)}; "
        f"the gradient of {step.name} is g = {six_digits(step.gradient)}\n"
        f"the rule for {flow.name}{position} is {flow.rule}{summed}\n"
        f"what does {step.name} contribute to the gradient of {_element_name(flow, place)}{position}?"
    )
    truth = _at(flow.contribution, place)
    solution = f"{_element_name(flow, place)} gets {six_digits(truth)}"
    return ElementContribution(step, flow.input, flow, truth, text, solution, flow, place)


def _inputs(stepper: Stepper, step: Step) -> str:
    """Return the inputs of a step with their data, `x = 3, w = -2`."""
    found = {stepper.names[i]: six_digits(i._data) for i in step.node.inputs if i in stepper.names}
    return ", ".join(f"{name} = {data}" for name, data in found.items())


def _total(step: Step, flow: Flow, place: tuple[int, ...], contributions: list[Any], earlier: Any) -> Total:
    name, after = _element_name(flow, place), _at(flow.after, place)
    parts = tuple(_at(each, place) for each in contributions)
    left = None if earlier is None else _at(earlier, place)
    times = "once" if len(parts) == 1 else f"{len(parts)} times"
    users = f"{flow.name} is used {times}, and {'it' if len(parts) == 1 else 'each use'} has contributed"
    before = "" if left is None else f"; earlier sweeps left {six_digits(left)} in the gradient of {name}"
    text = f"{users}{before}; what is the gradient of {name}?"
    terms = parts if left is None else (left, *parts)
    solution = f"{' + '.join(map(_in_brackets, terms))} = {six_digits(after)}"
    return Total(step, flow.input, None, after, text, solution, parts, left)


def _element_name(flow: Flow, place: tuple[int, ...]) -> str:
    return f"{flow.name}[{','.join(map(str, place))}]" if place else flow.name


def _at(x: Any, place: tuple[int, ...]) -> float:
    return float(x[place]) if isinstance(x, np.ndarray) else float(x)


def product(step: Step, flow: Flow) -> str:
    """Return `0.5 × -3 = -1.5`."""
    return f"{six_digits(step.gradient)} × {six_digits(flow.local)} = {six_digits(flow.contribution)}"


def _in_brackets(number: float) -> str:
    return f"({six_digits(number)})" if number < 0 else six_digits(number)


def six_digits(x: Any) -> str:
    """Format with six digits, so that an answer computed from shown numbers is right within a thousandth."""
    if isinstance(x, np.ndarray) and x.ndim:
        return format_nested(x, six_digits)
    number = as_number(x)
    return NO_GRADIENT if number is None else f"{number:.6g}" if number else "0"
