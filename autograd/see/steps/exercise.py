"""`practice`: the Stepper's table with its gradients hidden until the learner has answered.

The numbers of the forward pass are shown from the start. No gradient is shown before the questions about it are
answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from ...engine.node import Node
from ...engine.text import text_table
from ..picture.number_format import as_number, format_line, format_shape
from ..picture.plain_text import shorten
from .answer import Answer
from .questions import Question, product, questions, six_digits
from .step import LONGEST_FORMULA, NUMBER_COLUMNS, Flow, Step
from .stepper import Stepper

TRIES: Final = 2  # wrong answers before a hint shows more
MOST_ELEMENTS: Final = 16  # of an array that one can practise on


def practice(root: Node, labels: Mapping[str, object] | None = None) -> Practice:
    """Return an exercise: backprop through the graph of `root`, as questions to the learner.

    `labels` names nodes, as in a Stepper. The gradients of Tensors are asked for element by element. Raise ValueError
    where a Tensor has more than 16 elements, and RuntimeError where data was set after the graph was computed from it.

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
    """The reaction to an answer. It is true where the answer is right; `counted` tells whether it was a try."""

    right: bool
    text: str
    counted: bool = True

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        return self.text


@final
class Practice:
    """Questions about every step of the sweep, in the order of the steps; str() is the table so far.

    For each input of each step: what does the step contribute to it? For each node whose gradient is a sum, after the
    last contribution to it: what is its gradient? No `.grad` is written.
    """

    def __init__(self, root: Node, labels: Mapping[str, object] | None = None) -> None:
        self.stepper: Final = Stepper(root, labels)
        if len(self.stepper.roots) > 1:
            raise ValueError(f"practice takes one root, got {len(self.stepper.roots)}; practise on their sum, a + b")
        for node, name in self.stepper.names.items():
            shape = np.shape(node._data)
            if np.size(node._data) > MOST_ELEMENTS:
                raise ValueError(
                    f"practice asks for one number at a time, and {name} has {format_shape(shape)} of them; practise "
                    f"on smaller arrays (at most {MOST_ELEMENTS} elements), or on one scalar: practice(zoom(t))"
                )
        self._questions: Final = list(questions(self.stepper))
        # The last question about each node: after it, the gradient of the node may be shown.
        self._last_about: Final = {question.about: k for k, question in enumerate(self._questions)}
        # The last question about each contribution, by step and position of the input.
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
        """How many questions were answered right at the first try, and how many were asked."""
        return self._right, self._place

    def answer(self, x: float | str) -> Verdict:
        """Answer the present question: 0.5, "0.5", "1/2", "-3e-2".

        An answer is right within a thousandth, or if it is the right number rounded to two digits or more. Raise
        IndexError when no question is left, and TypeError where x is neither a number nor text.
        """
        question = self._present()
        try:
            answer = Answer.read(x)
        except ValueError as error:
            return Verdict(False, str(error), counted=False)
        if answer.matches(question.truth):
            self._right += self._wrong == 0
            self._go_on()
            return Verdict(True, f"right: {question.solution}")
        mistake = question.mistake(answer)
        if mistake is None and answer.is_near(question.truth):
            return Verdict(False, "close: give it with more digits", counted=False)
        self._wrong += 1
        return Verdict(False, f"not yet: {mistake or question.hint(more=self._wrong >= TRIES)}")

    def reveal(self) -> str:
        """Return the answer to the present question and go to the next; it does not count as right."""
        solution = self._present().solution
        self._go_on()
        return solution

    def _present(self) -> Question:
        if self._place == len(self):
            raise IndexError(f"all {len(self)} questions are answered; practice(root) begins again")
        return self._questions[self._place]

    def _go_on(self) -> None:
        self._place += 1
        self._wrong = 0

    def _is_known(self, node: Node) -> bool:
        return self._last_about.get(node, -1) < self._place

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [self.stepper.header]
        for step in self.stepper:
            gradient = _format(step.gradient) if self._is_known(step.node) else "?"
            how = shorten(step.made, LONGEST_FORMULA) or "leaf"
            begin = (str(step.number), step.name, how, _format(step.data), gradient)
            for flow in step.flows:
                answered = self._asked.get((step.number, flow.position), -1) < self._place
                total = f"{_format(flow.before)} → {_format(flow.after)}" if self._is_known(flow.input) else "?"
                contribution = _contribution(step, flow) if answered else "?"
                rows.append((*begin, flow.name, _derivative(flow, answered), contribution, total))
                begin = ("", "", "", "", "")
            if not step.flows:
                rows.append((*begin, "", "", "", ""))
        return text_table(rows, NUMBER_COLUMNS)

    def questions(self) -> list[str]:
        """Return the questions that are left, one line each; `question` has the numbers that the present one takes."""
        return [f"step {q.step.number}: {q.text.splitlines()[-1]}" for q in self._questions[self._place :]]

    def __repr__(self) -> str:
        return f"<Practice on {self.stepper.names[self.stepper.root]}, {self._place} of {len(self)} answered>"


def _contribution(step: Step, flow: Flow) -> str:
    return product(step, flow) if flow.is_product else format_line(flow.contribution)


def _derivative(flow: Flow, answered: bool) -> str:
    if not flow.is_product:
        return flow.derivation()
    local = six_digits(flow.local)
    return f"{flow.formula} = {local}" if answered and flow.formula != local else flow.formula


def _format(x: Any) -> str:
    return six_digits(x) if x is None or as_number(x) is not None else format_line(x)
