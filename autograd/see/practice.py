"""Practice: the stepper's table with its numbers hidden until the learner has said them.

What this file knows is what can be asked about a step, and what a wrong number says about the learner's thought: the
chain rule multiplies upstream and local, and contributions to one node add up. No gradient is shown before it was
answered; the numbers of the forward pass are.
"""

from __future__ import annotations

import math
import numbers
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, final

from ..node import Node
from .step import HEADER, RIGHT, WIDEST, Flow, Step
from .steps import Stepper
from .words import cut, table

CLOSE: Final = 1e-3  # relative; the numbers in the questions have six digits
TRIES: Final = 2  # wrong ones, before a hint shows more


def practice(root: Node, labels: Mapping[str, object] | None = None) -> Practice:
    """Backprop through the graph of `root` as questions to the learner; `labels` names nodes, as in a Stepper.

    >>> x = Value(3.0, label="x")
    >>> task = practice(x * x)
    >>> print(task.answer(2))
    not yet: multiply the upstream gradient 1 by the local derivative dv1/dx = x
    >>> print(task.answer("3"))
    right: 1 × 3 = 3
    """
    return Practice(root, labels)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say about an answer. True where it is right; `counted` where it was one of the tries."""

    right: bool
    text: str
    counted: bool = True

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        return self.text


@final
class Practice:
    """Questions about every step of the sweep, in its order.

    For each input of each step: what does the step contribute to it? For each node with several users, when the last
    of them has contributed: what is its gradient? The graph's own `.grad` are left alone. str() is the table so far.
    """

    def __init__(self, root: Node, labels: Mapping[str, object] | None = None) -> None:
        self.stepper: Final = Stepper(root, labels)
        self._questions: Final = list(_questions(self.stepper))
        # A node's gradient may be shown when the last question about it is answered.
        self._settled: Final = {question.about: k for k, question in enumerate(self._questions)}
        self._asked: Final = {(q.step.number, q.flow.position): k for k, q in enumerate(self._questions) if q.flow}
        self._place = 0
        self._wrong = 0
        self._right = 0

    def __len__(self) -> int:
        return len(self._questions)

    @property
    def question(self) -> str | None:
        """The present question; None when all are answered."""
        return self._questions[self._place].text if self._place < len(self) else None

    @property
    def score(self) -> tuple[int, int]:
        """How many were right at the first try, and how many are behind."""
        return self._right, self._place

    def answer(self, x: float | str) -> Verdict:
        """Say the number: 0.5, "0.5", "1/2", "-3e-2". Right within a thousandth, or rounded to two digits or more.

        IndexError when there is no question left, TypeError where x is neither number nor text.
        """
        question = self._present()
        try:
            said = _Said.of(x)
        except ValueError as error:
            return Verdict(False, str(error), counted=False)
        if said.is_about(question.truth):
            self._right += self._wrong == 0
            self._move()
            return Verdict(True, f"right: {question.solution}")
        thought = question.mistake(said)
        if thought is None and said.is_near(question.truth):
            return Verdict(False, "close: give it with more digits", counted=False)
        self._wrong += 1
        return Verdict(False, f"not yet: {thought or question.hint(more=self._wrong >= TRIES)}")

    def reveal(self) -> str:
        """The answer to the present question, and on to the next; it does not count as right."""
        solution = self._present().solution
        self._move()
        return solution

    def _present(self) -> _Question:
        if self._place == len(self):
            raise IndexError(f"all {len(self)} questions are answered")
        return self._questions[self._place]

    def _move(self) -> None:
        self._place += 1
        self._wrong = 0

    def _known(self, node: Node) -> bool:
        return self._settled.get(node, -1) < self._place

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [HEADER]
        for step in self.stepper:
            gradient = _shown(step.gradient) if self._known(step.node) else "?"
            begin = (str(step.number), step.name, cut(step.made, WIDEST) or "leaf", _shown(step.data), gradient)
            for flow in step.flows:
                answered = self._asked[step.number, flow.position] < self._place
                total = f"{_shown(flow.before)} → {_shown(flow.after)}" if self._known(flow.input) else "?"
                product = _product(step, flow) if answered else "?"
                rows.append((*begin, flow.name, _derivative(flow, answered), product, total))
                begin = ("", "", "", "", "")
            if not step.flows:
                rows.append((*begin, "", "", "", ""))
        return table(rows, RIGHT)

    def questions(self) -> list[str]:
        """What is still to be answered, in short: the full text of each, in its turn, has the numbers it takes."""
        return [f"step {q.step.number}: {q.text.splitlines()[-1]}" for q in self._questions[self._place :]]

    def __repr__(self) -> str:
        return f"<Practice on {self.stepper.names[self.stepper.root]}, {self._place} of {len(self)} answered>"


@dataclass(frozen=True)
class _Question:
    step: Step
    about: Node
    flow: Flow | None
    truth: float
    text: str
    solution: str

    @abstractmethod
    def mistake(self, said: _Said) -> str | None:
        """The thought behind a wrong number, where it can be recognised."""

    @abstractmethod
    def hint(self, more: bool) -> str:
        """Where to look."""


@final
@dataclass(frozen=True)
class _Contribution(_Question):
    part: Flow

    def mistake(self, said: _Said) -> str | None:
        g, local = self.step.gradient, self.part.local
        if said.is_about(local):
            return f"this is the local derivative alone; the upstream gradient {_shown(g)} is still to be multiplied in"
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
        hint = f"multiply the upstream gradient {_shown(g)} by the local derivative d{self.step.name}/d{self.part.name}"
        # With nothing to multiply by, the local derivative is the answer itself.
        number = more and abs(g) != 1.0 and self.part.formula != _shown(self.part.local)
        return f"{hint} = {self.part.formula}" + (f" = {_shown(self.part.local)}" if number else "")


@final
@dataclass(frozen=True)
class _Total(_Question):
    parts: tuple[float, ...]

    def mistake(self, said: _Said) -> str | None:
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
class _Said:
    """A number as the learner gave it: its value, and how far it may be off as a rounded one."""

    value: float
    rounding: float
    digits: int

    @classmethod
    def of(cls, x: float | str) -> _Said:
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


def _questions(stepper: Stepper) -> Iterator[_Question]:
    to_come: dict[Node, int] = {}
    for flow in (flow for step in stepper for flow in step.flows):
        to_come[flow.input] = to_come.get(flow.input, 0) + 1
    parts: dict[Node, list[float]] = {}
    for step in stepper:
        for flow in step.flows:
            parts.setdefault(flow.input, []).append(flow.contribution)
            yield _contribution(stepper, step, flow)
        for node, last in {flow.input: flow for flow in step.flows}.items():
            if len(parts[node]) == to_come[node] > 1:
                yield _total(step, last, tuple(parts[node]))


def _contribution(stepper: Stepper, step: Step, flow: Flow) -> _Contribution:
    data = {stepper.names[i]: _shown(i.item()) for i in step.node.inputs if isinstance(i, Node)}
    known = ", ".join(f"{key} = {number}" for key, number in data.items())
    twice = sum(other.input is flow.input for other in step.flows) > 1
    place = f", as its input {flow.position + 1}" if twice else ""
    text = (
        f"step {step.number}: {step.name} = {step.made} = {_shown(step.data)}, with {known}; "
        f"the gradient of {step.name} is {_shown(step.gradient)}\n"
        f"the local derivative is d{step.name}/d{flow.name} = {flow.formula}{place}\n"
        f"what does {step.name} contribute to the gradient of {flow.name}{place}?"
    )
    return _Contribution(step, flow.input, flow, flow.contribution, text, _product(step, flow), flow)


def _total(step: Step, flow: Flow, parts: tuple[float, ...]) -> _Total:
    text = f"{flow.name} is used {len(parts)} times, and each use has contributed; what is the gradient of {flow.name}?"
    solution = f"{' + '.join(map(_bracketed, parts))} = {_shown(flow.after)}"
    return _Total(step, flow.input, None, flow.after, text, solution, parts)


def _product(step: Step, flow: Flow) -> str:
    return f"{_shown(step.gradient)} × {_shown(flow.local)} = {_shown(flow.contribution)}"


def _derivative(flow: Flow, answered: bool) -> str:
    return f"{flow.formula} = {_shown(flow.local)}" if answered and flow.formula != _shown(flow.local) else flow.formula


def _bracketed(number: float) -> str:
    return f"({_shown(number)})" if number < 0 else _shown(number)


def _shown(number: float | None) -> str:
    """Six digits, so that a learner who computes with what is shown gets within a thousandth."""
    return "–" if number is None else f"{number:.6g}" if number else "0"
