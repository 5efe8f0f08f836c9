"""Practice: the stepper's table with its numbers hidden until the learner has said them.

What this file knows is what may be seen when: no gradient is shown before it was answered; the numbers of the forward
pass are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from ...engine.node import Node
from ...engine.text import text_table
from ..picture.figures import dimensions, in_line, single
from ..picture.words import cut
from .questions import Question, Said, product, questions, shown
from .step import RIGHT, WIDEST, Flow, Step
from .stepper import Stepper

TRIES: Final = 2  # wrong ones, before a hint shows more
LARGEST: Final = 16  # elements of an array that one can practise on


def practice(root: Node, labels: Mapping[str, object] | None = None) -> Practice:
    """Backprop through the graph of `root` as questions to the learner; `labels` names nodes, as in a Stepper.

    The gradients of Tensors are asked for element by element. ValueError where one has more than 16.

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
        for node, name in self.stepper.names.items():
            shape = np.shape(node._data)
            if np.size(node._data) > LARGEST:
                raise ValueError(
                    f"practice asks for one number at a time, and {name} has {dimensions(shape)} of them; practise on "
                    f"smaller arrays (at most {LARGEST} elements), or on one scalar of the graph: practice(zoom(t))"
                )
        self._questions: Final = list(questions(self.stepper))
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
            said = Said.of(x)
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

    def _present(self) -> Question:
        if self._place == len(self):
            raise IndexError(f"all {len(self)} questions are answered")
        return self._questions[self._place]

    def _move(self) -> None:
        self._place += 1
        self._wrong = 0

    def _known(self, node: Node) -> bool:
        return self._settled.get(node, -1) < self._place

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [self.stepper.header]
        for step in self.stepper:
            gradient = _told(step.gradient) if self._known(step.node) else "?"
            begin = (str(step.number), step.name, cut(step.made, WIDEST) or "leaf", _told(step.data), gradient)
            for flow in step.flows:
                answered = self._asked.get((step.number, flow.position), -1) < self._place
                total = f"{_told(flow.before)} → {_told(flow.after)}" if self._known(flow.input) else "?"
                product = _product(step, flow) if answered else "?"
                rows.append((*begin, flow.name, _derivative(flow, answered), product, total))
                begin = ("", "", "", "", "")
            if not step.flows:
                rows.append((*begin, "", "", "", ""))
        return text_table(rows, RIGHT)

    def questions(self) -> list[str]:
        """What is still to be answered, in short: the full text of each, in its turn, has the numbers it takes."""
        return [f"step {q.step.number}: {q.text.splitlines()[-1]}" for q in self._questions[self._place :]]

    def __repr__(self) -> str:
        return f"<Practice on {self.stepper.names[self.stepper.root]}, {self._place} of {len(self)} answered>"


def _product(step: Step, flow: Flow) -> str:
    return product(step, flow) if flow.is_product else in_line(flow.contribution)


def _derivative(flow: Flow, answered: bool) -> str:
    if not flow.is_product:
        return flow.derivation()
    return f"{flow.formula} = {shown(flow.local)}" if answered and flow.formula != shown(flow.local) else flow.formula


def _told(x: Any) -> str:
    return shown(x) if x is None or single(x) is not None else in_line(x)
