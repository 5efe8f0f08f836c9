"""Questions: what can be asked about a step, and what a wrong number says about the learner's thought.

The chain rule multiplies upstream and local, and contributions to one node add up; of arrays one element at a time is
asked for.
"""

from __future__ import annotations

import math
import numbers
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, final

import numpy as np

from ...engine.node import Node
from ..picture.figures import dimensions, nested, single
from ..picture.words import over
from .step import Flow, Step
from .stepper import Stepper

CLOSE: Final = 1e-3  # relative; the numbers in the questions have six digits


@dataclass(frozen=True)
class Question:
    step: Step
    about: Node
    flow: Flow | None
    truth: float
    text: str
    solution: str

    @abstractmethod
    def mistake(self, said: Said) -> str | None:
        """The thought behind a wrong number, where it can be recognised."""

    @abstractmethod
    def hint(self, more: bool) -> str:
        """Where to look."""


@final
@dataclass(frozen=True)
class Contribution(Question):
    part: Flow

    def mistake(self, said: Said) -> str | None:
        g, local = self.step.gradient, self.part.local
        if said.is_about(local):
            return f"this is the local derivative alone; the upstream gradient {shown(g)} is still to be multiplied in"
        if said.is_about(g):
            return f"this is the upstream gradient alone; the local derivative {self.part.formula} is still to come in"
        if self.part.before is not None and said.is_about(self.part.after):
            return "this is the sum so far; asked is what this step adds to it"
        if said.is_about(-self.truth):
            return "the size is right, the sign is not"
        if said.is_about(g + local):
            return "along a path the chain rule multiplies: upstream × local derivative, not their sum"
        return None

    def hint(self, more: bool) -> str:
        g = self.step.gradient
        hint = f"multiply the upstream gradient {shown(g)} by the local derivative d{self.step.name}/d{self.part.name}"
        # With nothing to multiply by, the local derivative is the answer itself.
        number = more and abs(g) != 1.0 and self.part.formula != shown(self.part.local)
        return f"{hint} = {self.part.formula}" + (f" = {shown(self.part.local)}" if number else "")


@final
@dataclass(frozen=True)
class Element(Question):
    part: Flow
    place: tuple[int, ...]

    def mistake(self, said: Said) -> str | None:
        flow, g = self.part, self.step.gradient
        if flow.rule != "g" and np.shape(g) == np.shape(flow.contribution) and said.is_about(_at(g, self.place)):
            return f"this is the gradient of {self.step.name} at this place; the rule {flow.rule} is still to come in"
        if flow.before is not None and said.is_about(_at(flow.after, self.place)):
            return "this is the sum so far; asked is what this step adds to it"
        if said.is_about(-self.truth):
            return "the size is right, the sign is not"
        for place in np.ndindex(np.shape(flow.contribution)):
            if said.is_about(_at(flow.contribution, place)):
                return f"this is what {_called(flow, place)} gets"
        return None

    def hint(self, more: bool) -> str:
        where = f", {over(self.part.summed)}" if self.part.summed else ""
        hint = f"work out {self.part.rule}{where}, with g the gradient of {self.step.name}"
        if not more or not self.place:
            return hint
        shape, place = dimensions(np.shape(self.part.contribution)), ",".join(map(str, self.place))
        return f"{hint}; of the {shape} numbers that it gives, asked is [{place}]"


@final
@dataclass(frozen=True)
class Total(Question):
    parts: tuple[float, ...]

    def mistake(self, said: Said) -> str | None:
        if any(said.is_about(part) for part in self.parts):
            return f"this is one contribution alone; all {len(self.parts)} of them add up (+=, not =)"
        if said.is_about(math.prod(self.parts)):
            return "contributions of several users are added, not multiplied"
        if said.is_about(-self.truth):
            return "the size is right, the sign is not"
        return None

    def hint(self, more: bool) -> str:
        return "add what all users hand to it: " + " + ".join(map(_bracketed, self.parts))


@dataclass(frozen=True, slots=True)
class Said:
    """A number as the learner gave it: its value, and how far it may be off as a rounded one."""

    value: float
    rounding: float
    digits: int

    @classmethod
    def of(cls, x: float | str) -> Said:
        if isinstance(x, bool) or not isinstance(x, (numbers.Real, str)):
            raise TypeError(f'an answer is a number, or text such as "0.5" or "1/2"; got {type(x).__name__}')
        text = x.strip().replace("−", "-") if isinstance(x, str) else str(x).removesuffix(".0")
        top, slash, bottom = text.partition("/")
        try:
            value = float(top) / float(bottom) if slash else float(text)
        except (ValueError, ZeroDivisionError):
            comma = "; the decimal sign is a point" if "," in text else ""
            raise ValueError(f"{text[:40]!r} is not a number I can read; try 0.5, -3, 1e-2 or 1/2{comma}") from None
        if slash or not math.isfinite(value):
            return cls(value, 0.0, 0)
        typed = Decimal(text).as_tuple()
        return cls(value, 0.5 * float(f"1e{typed.exponent}"), len(typed.digits))

    def is_about(self, truth: float) -> bool:
        if not math.isfinite(truth) or not math.isfinite(self.value):
            return self.value == truth or (math.isnan(self.value) and math.isnan(truth))
        if self.value == 0.0:
            return abs(truth) < 1e-12  # rounded to 0 by the arithmetic, which is nobody's mistake
        # One digit is not a rounded number: 1 for 0.7 would be right, and so would 1 for every local derivative.
        allowed = self.rounding * (1 + 1e-9) if self.digits >= 2 else 0.0
        return abs(self.value - truth) <= max(CLOSE * abs(truth), allowed)

    def is_near(self, truth: float) -> bool:
        if not math.isfinite(truth) or not math.isfinite(self.value) or self.value == 0.0:
            return False
        return abs(self.value - truth) <= max(0.05 * abs(truth), min(self.rounding, 0.5 * abs(truth)))


def questions(stepper: Stepper) -> Iterator[Question]:
    to_come: dict[Node, int] = {}
    for flow in (flow for step in stepper for flow in step.flows):
        to_come[flow.input] = to_come.get(flow.input, 0) + 1
    parts: dict[Node, list[Any]] = {}
    for step in stepper:
        for flow in step.flows:
            parts.setdefault(flow.input, []).append(flow.contribution)
            if flow.is_product:
                yield _contribution(stepper, step, flow)
            else:
                yield from (_element(stepper, step, flow, place) for place in np.ndindex(np.shape(flow.contribution)))
        for node, last in {flow.input: flow for flow in step.flows}.items():
            if len(parts[node]) == to_come[node] > 1:
                for place in np.ndindex(np.shape(last.after)):
                    yield _total(step, last, place, tuple(_at(part, place) for part in parts[node]))


def _contribution(stepper: Stepper, step: Step, flow: Flow) -> Contribution:
    data = {stepper.names[i]: shown(i.item()) for i in step.node.inputs if i in stepper.names}
    known = ", ".join(f"{key} = {number}" for key, number in data.items())
    twice = sum(other.input is flow.input for other in step.flows) > 1
    place = f", as its input {flow.position + 1}" if twice else ""
    text = (
        f"step {step.number}: {step.name} = {step.made} = {shown(step.data)}, with {known}; "
        f"the gradient of {step.name} is {shown(step.gradient)}\n"
        f"the local derivative is d{step.name}/d{flow.name} = {flow.formula}{place}\n"
        f"what does {step.name} contribute to the gradient of {flow.name}{place}?"
    )
    return Contribution(step, flow.input, flow, float(flow.contribution), text, product(step, flow), flow)


def _element(stepper: Stepper, step: Step, flow: Flow, place: tuple[int, ...]) -> Element:
    inputs = {stepper.names[i]: shown(i._data) for i in step.node.inputs if i in stepper.names}
    known = ", ".join(f"{key} = {data}" for key, data in inputs.items())
    twice = sum(other.input is flow.input for other in step.flows) > 1
    way = f", as its input {flow.position + 1}" if twice else ""
    summed = f", {over(flow.summed)} where {flow.name} was broadcast" if flow.summed else ""
    text = (
        f"step {step.number}: {step.name} = {step.made} = {shown(step.data)}, with {known}; "
        f"the gradient of {step.name} is g = {shown(step.gradient)}\n"
        f"the rule for {flow.name}{way} is {flow.rule}{summed}\n"
        f"what does {step.name} contribute to the gradient of {_called(flow, place)}{way}?"
    )
    truth = _at(flow.contribution, place)
    solution = f"{_called(flow, place)} gets {shown(truth)}"
    return Element(step, flow.input, flow, truth, text, solution, flow, place)


def _total(step: Step, flow: Flow, place: tuple[int, ...], parts: tuple[float, ...]) -> Total:
    name, count = _called(flow, place), len(parts)
    text = f"{flow.name} is used {count} times, and each use has contributed; what is the gradient of {name}?"
    after = _at(flow.after, place)
    solution = f"{' + '.join(map(_bracketed, parts))} = {shown(after)}"
    return Total(step, flow.input, None, after, text, solution, parts)


def _called(flow: Flow, place: tuple[int, ...]) -> str:
    return f"{flow.name}[{','.join(map(str, place))}]" if place else flow.name


def _at(x: Any, place: tuple[int, ...]) -> float:
    return float(x[place]) if isinstance(x, np.ndarray) else float(x)


def product(step: Step, flow: Flow) -> str:
    """`0.5 × -3 = -1.5`."""
    return f"{shown(step.gradient)} × {shown(flow.local)} = {shown(flow.contribution)}"


def _bracketed(number: float) -> str:
    return f"({shown(number)})" if number < 0 else shown(number)


def shown(x: Any) -> str:
    """Six digits, so that a learner who computes with what is shown gets within a thousandth."""
    if isinstance(x, np.ndarray) and x.ndim:
        return nested(x, shown)
    number = single(x)
    return "–" if number is None else f"{number:.6g}" if number else "0"
