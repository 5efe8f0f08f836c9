"""`practice`: the steps of a graph as questions, with the numbers hidden until the learner has answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, final, get_args

import numpy as np

from ...engine.node import Node
from ...engine.replacement import replace_file
from ...engine.sweep import graph_nodes
from ...engine.text import text_table
from ..picture.drawing import image
from ..picture.formulas import op_formula
from ..picture.html_page import framed
from ..picture.number_format import HIDDEN, format_line, format_shape
from ..picture.plain_text import shorten
from ..picture.theme import Theme
from ..picture.views import check_choice
from .answer import Answer, Verdict
from .backward_questions import backward_question
from .forward_questions import forward_question
from .practice_marking import HINT, REVEALED, Marks, answer_file, exercise_code, marked, result_text
from .practice_page import STILL, page, question_list
from .practice_picture import Showing, hidden_picture, own_box, showings
from .practice_plan import Asked, Visibility, backward_asks, forward_asks
from .practice_scope import Only, scope
from .question import CLOSE, NOT_YET, RIGHT, TRIES, Numbers, Question
from .step import HEADER, LONGEST_FORMULA, NUMBER_COLUMNS, Step, table_rows
from .stepper import Stepper

Phase = Literal["backward", "forward", "both"]

PHASES: Final = get_args(Phase)
MOST_ELEMENTS: Final = 16  # of an array that one can practise on
COLUMNS: Final = ("data", "gradient", "local derivative", "contribution", "sum so far")
DATA, GRADIENT, LOCAL, CONTRIBUTION, SUM = map(HEADER.index, COLUMNS)


def practice(
    root: Node,
    labels: Mapping[str, object] | None = None,
    phase: Phase = "backward",
    only: Only = None,
    theme: Theme = "auto",
) -> Practice:
    """Return an exercise: backprop through the graph of `root`, as questions to the learner.

    In a notebook it shows itself as a page; `save` writes the page. Tensors are asked for element by element. Nothing
    is written on the graph.

    labels  names for nodes, as in a Stepper
    phase   "backward", "forward" (the data of each result), or "both", forward first
    only    ask only about these: a node, a list of nodes, or a path (a, b), which is all that lies between a and b.
            None: the whole graph; of one with more than 60 questions, the first of equal pieces
    theme   that of `draw`, of the page

    Raise ValueError where a Tensor has more than 16 elements, and RuntimeError where data was set after the graph was
    computed from it.

    >>> x = Value(3.0, label="x")
    >>> task = practice(x * x)
    >>> print(task.answer(2))
    not yet: multiply the upstream gradient 1 by the local derivative dv1/dx = x
    >>> print(task.answer("3"))
    right: 1 × 3 = 3
    """
    return Practice(root, labels, phase, only, theme)


@final
class Practice:
    """Questions about the steps of a graph, in the order of the steps; str() is the table so far.

    Backward, for each input of each step: what does the step contribute to it? For each node whose gradient is a sum,
    after the last contribution to it: what is its gradient? Forward, for each result: what is its data?

    left_out  a sentence about what is not asked; empty where everything is
    """

    def __init__(
        self,
        root: Node,
        labels: Mapping[str, object] | None = None,
        phase: Phase = "backward",
        only: Only = None,
        theme: Theme = "auto",
    ) -> None:
        check_choice("phase", phase, PHASES)
        self.stepper: Final = Stepper(root, labels, theme=theme)
        if len(self.stepper.roots) > 1:
            raise ValueError(f"practice takes one root, got {len(self.stepper.roots)}; practise on their sum, a + b")
        self.phase: Final = phase
        self._nodes: Final = graph_nodes(root)
        self._steps: Final = list(self.stepper)
        self._data: Final = {node: node._data for node in self._nodes}
        asks = list(forward_asks(self._nodes, self._data)) if phase != "backward" else []
        if phase != "forward":
            asks += backward_asks(self._steps)
        chosen = scope(asks, self._nodes, root, only)
        self.left_out: Final = chosen.left_out
        self._asks: Final = chosen.asks
        self._whole: Final = len(chosen.asks) == len(asks)
        self._refuse_large_arrays()
        self._seen: Final = Visibility(self._asks, self._nodes, self._steps, backward=phase != "forward")
        self._questions: Final = self._written()
        self._tries: Final[list[list[str]]] = [[]]  # for each question up to the present one, what was tried

    def _refuse_large_arrays(self) -> None:
        for node in self._drawn():
            if np.size(self._data[node]) > MOST_ELEMENTS:
                name, shape = self.stepper.names.get(node, "a constant"), np.shape(self._data[node])
                raise ValueError(
                    f"practice asks for one number at a time, and {name} has {format_shape(shape)} of them; practise "
                    f"on smaller arrays (at most {MOST_ELEMENTS} elements), or on one scalar: practice(zoom(t)), or "
                    "choose nodes by only="
                )

    def _drawn(self) -> list[Node]:
        """Return the nodes whose numbers the exercise shows or asks for, oldest first."""
        found = set(self._nodes if self._whole else ())
        for ask in self._asks:
            made = ask.about if ask.step is None else ask.step.node
            found |= {ask.about, made, *made.inputs}
        return [node for node in self._nodes if node in found]

    def _written(self) -> list[Question]:
        names, seen = self.stepper.names, self._seen
        shown = Numbers(names)
        data = seen.by_answers(seen.data, 0)
        blind = Numbers(names, data, seen.by_answers(seen.gradients, seen.forward), blind=True)
        kinds = [forward_question if ask.what is Asked.DATA else backward_question for ask in self._asks]
        return [kind(ask, shown, blind, self._data) for kind, ask in zip(kinds, self._asks, strict=True)]

    def __len__(self) -> int:
        return len(self._questions)

    @property
    def _place(self) -> int:
        """How many questions are answered."""
        return len(self._tries) - 1

    @property
    def question(self) -> str | None:
        """The present question; None when all are answered."""
        return self._questions[self._place].open.text if self._place < len(self) else None

    @property
    def score(self) -> tuple[int, int]:
        """How many questions were answered right at the first try, and how many were asked."""
        return marked(self._questions, self._tries[: self._place]).score, self._place

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
            self._tried(x)
            self._tries.append([])
            return Verdict(True, f"{RIGHT}: {question.solution}")
        mistake = question.mistake(answer)
        if mistake is None and answer.is_near(question.truth):
            return Verdict(False, CLOSE, counted=False)
        self._tried(x)
        return Verdict(False, f"{NOT_YET}: {mistake or question.open.hints[len(self._tries[-1]) >= TRIES]}")

    def hint(self) -> str:
        """Return how to compute the present answer; asked again, or after a wrong answer, it says more."""
        question = self._present()
        self._tries[-1].append(HINT)
        return question.open.hints[len(self._tries[-1]) >= TRIES]

    def reveal(self) -> str:
        """Return the answer to the present question and go to the next; it does not count as right."""
        solution = self._present().solution
        self._tries[-1].append(REVEALED)
        self._tries.append([])
        return solution

    def result(self) -> str:
        """Return the answers so far as text, which can be sent to a teacher; `mark` reads it."""
        return result_text(self._title(), exercise_code(self._questions), self._tries)

    def mark(self, text: str) -> Marks:
        """Mark a result: the text that a page of this exercise or `result()` gives.

        Raise ValueError where it is the result of another exercise, or is not one.
        """
        return Marks.read(text, exercise_code(self._questions), self._questions)

    def save(self, path: str | Path, solutions: bool = True) -> Path:
        """Write the exercise as a page, which loads nothing; ValueError for a suffix other than .html.

        solutions  whether the page knows the answers. It then says at once what is right and which mistake was made,
                   and a reader of its source can find them. Without them it collects answers, which `mark` marks, and
                   an answer file is written beside it: for exercise.html, exercise.answers.json. Keep that file;
                   `python -m autograd --mark exercise.answers.json result.txt` marks with it
        """
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"practice saves .html, got {target.name!r}; change the suffix")
        if not solutions:
            answers = answer_file(self._title(), self._questions)
            replace_file(target.with_suffix(".answers.json"), json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
        replace_file(target, self._page(solutions))
        return target

    def _page(self, solutions: bool = True) -> str:
        return page(
            title=self._title(),
            picture=self._picture,
            questions=self._questions,
            left_out=self.left_out,
            showings=self._showings,
            own=[own_box(ask, self.stepper.names) for ask in self._asks],
            solutions=solutions,
            theme=self.stepper.theme,
        )

    @cached_property
    def _showings(self) -> list[Showing]:
        names = self.stepper.names
        shown = {names[node] for node in self._drawn() if node in names}
        return showings(self._seen, names, [step for step in self._steps if step.name in shown], self._data, shown)

    @cached_property
    def _picture(self) -> str:
        ops = None if self._whole else {ask.about if ask.step is None else ask.step.node for ask in self._asks}
        gradients = {} if self.phase == "forward" else {step.node: step.gradient for step in self._steps}
        look = self.stepper
        return hidden_picture(self._nodes, look.names, self._showings, self._data, gradients, ops, look.theme)

    def _repr_html_(self) -> str:
        title, questions = self._title(), question_list(self._questions)
        return framed(title, self._page(), image(self._picture, title), STILL, questions)

    def _title(self) -> str:
        how = {"backward": "backprop through", "forward": "the forward pass of", "both": "forward and back through"}
        return f"Practice: {how[self.phase]} {shorten(self.stepper.names[self.stepper.root], LONGEST_FORMULA)}"

    def _present(self) -> Question:
        if self._place == len(self):
            raise IndexError(f"all {len(self)} questions are answered; practice(root) begins again")
        return self._questions[self._place]

    def _tried(self, x: float | str) -> None:
        self._tries[-1].append(x.strip() if isinstance(x, str) else str(x).removesuffix(".0"))

    def __str__(self) -> str:
        if self.phase == "forward":
            return self._forward_table()
        asked = {ask.step.number for ask in self._asks if ask.step is not None}
        steps = self._steps if self._whole else [step for step in self._steps if step.number in asked]
        return text_table([self.stepper.header, *(row for step in steps for row in self._rows(step))], NUMBER_COLUMNS)

    def _rows(self, step: Step) -> list[list[str]]:
        """Return the rows of a step in the table of the Stepper, with the numbers hidden that are to be found."""
        seen, place = self._seen, self._place
        rows = [list(row) for row in table_rows(step)]
        if seen.data[step.node] > place:
            rows[0][DATA] = HIDDEN
        if seen.gradients[step.node] > place:
            rows[0][GRADIENT] = HIDDEN
        for row, flow in zip(rows, step.flows, strict=False):
            if seen.flows[step.number, flow.position] > place:
                row[CONTRIBUTION] = HIDDEN
                row[LOCAL] = flow.formula if flow.is_product else row[LOCAL]
            if seen.gradients[flow.input] > place:
                row[SUM] = HIDDEN
        return rows

    def _forward_table(self) -> str:
        rows = [("node", "computed as", "data")]
        names = self.stepper.names
        for node in self._drawn():
            if node in names:
                made = shorten(op_formula(node, names, self._data), LONGEST_FORMULA) or "leaf"
                data = format_line(self._data[node]) if self._seen.data[node] <= self._place else HIDDEN
                rows.append((names[node], made, data))
        return text_table(rows, (2,))

    def questions(self) -> list[str]:
        """Return the questions that are left, one line each; `question` has the numbers that the present one takes."""
        steps = ["forward" if ask.step is None else f"step {ask.step.number}" for ask in self._asks]
        return [f"{step}: {q.open.asks}" for step, q in zip(steps, self._questions, strict=True)][self._place :]

    def __repr__(self) -> str:
        return f"<Practice on {self.stepper.names[self.stepper.root]}, {self._place} of {len(self)} answered>"
