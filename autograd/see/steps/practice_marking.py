"""The result of an exercise as text that a learner can send, and its marks.

The text has a line for each question with what was tried, `3. 0.4; hint; 0.5`, and the code of the exercise. The code
is made of the questions alone, so that it gives no answer away. The page writes the same text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...engine.text import shown
from .answer import Answer
from .question import RIGHT, Mistake, Question, Wording

HINT: Final = "hint"
REVEALED: Final = "revealed"
WRONG: Final = "wrong"
BETWEEN: Final = "; "
FORMAT: Final = "glassgrad-answers-1"


def exercise_code(questions: Sequence[Question]) -> str:
    """Return eight characters that tell exercises apart."""
    return hashlib.sha256("\n".join(question.blind.text for question in questions).encode()).hexdigest()[:8]


def result_text(title: str, code: str, tries: Sequence[Sequence[str]]) -> str:
    """Return the result as text."""
    lines = [f"{k}. {BETWEEN.join(tried)}" for k, tried in enumerate(tries, 1) if tried]
    return "\n".join([title, f"exercise {code}", *lines]) + "\n"


@dataclass(frozen=True, slots=True)
class Mark:
    """The tries of a learner at one question, and whether the first answer was right."""

    asks: str
    tries: tuple[str, ...]
    right: bool
    says: str

    def __str__(self) -> str:
        verdict = RIGHT if self.right else WRONG if self.tries else "no answer"
        return f"{verdict}: {' '.join(filter(None, (self.asks, BETWEEN.join(self.tries))))}{self.says}"


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a result: one for each question. str() is a line for each, and the score."""

    marks: tuple[Mark, ...]

    @property
    def score(self) -> int:
        """How many questions were answered right at the first try."""
        return sum(mark.right for mark in self.marks)

    def __str__(self) -> str:
        lines = [f"{k}. {mark}" for k, mark in enumerate(self.marks, 1)]
        return "\n".join([*lines, f"right at the first try: {self.score} of {len(self.marks)}"])

    @classmethod
    def read(cls, text: str, code: str, questions: Sequence[Question]) -> Marks:
        """Mark a result as text. Raise ValueError where it is not one, or the code is that of another exercise."""
        lines = [line.strip().lstrip(">").strip() for line in text.splitlines()]  # > is how e-mail quotes
        codes = [found[1] for line in lines if (found := re.fullmatch(r"exercise ([0-9a-f]{8})", line))]
        if not codes:
            raise ValueError(
                f"this text is not the result of an exercise: it has no line such as 'exercise {code}'; copy the whole "
                "text that the page gives at its end"
            )
        if codes != [code]:
            raise ValueError(f"this is the result of exercise {', '.join(codes)}, expected {code}: another exercise")
        tries: list[list[str]] = [[] for _ in questions]
        for line in lines:
            if found := re.fullmatch(r"(\d{1,6})\. ?(.*)", line):
                number = int(found[1])
                if not 1 <= number <= len(tries):
                    raise ValueError(f"the result has a question {number}, expected 1 to {len(tries)}")
                tries[number - 1] = [part.strip() for part in found[2].split(";") if part.strip()]
        return marked(questions, tries)


def marked(questions: Sequence[Question], tries: Sequence[Sequence[str]]) -> Marks:
    """Return the marks of the first questions, one for each list of tries."""
    return Marks(tuple(_mark(question, tuple(tried)) for question, tried in zip(questions, tries, strict=False)))


def _mark(question: Question, tries: tuple[str, ...]) -> Mark:
    asks = question.blind.asks
    first = next((tried for tried in tries if tried not in (HINT, REVEALED)), None)
    if first is None:
        return Mark(asks, tries, False, f"; the answer is {question.solution}")
    try:
        answer = Answer.read(first)
    except ValueError as error:
        return Mark(asks, tries, False, f"; {error}; the answer is {question.solution}")
    if answer.matches(question.truth):
        # Whoever asked to see the answer first has not answered.
        return Mark(asks, tries, REVEALED not in tries[: tries.index(first)], "")
    mistake = question.mistake(answer)
    return Mark(asks, tries, False, f"; {mistake + '; ' if mistake else ''}the answer is {question.solution}")


# --- the answer file ---


def answer_file(title: str, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the answers as plain data, which `mark_file` reads."""
    return {
        "format": FORMAT,
        "title": title,
        "exercise": exercise_code(questions),
        "questions": [{"asks": question.blind.asks, **solved(question)} for question in questions],
    }


def solved(question: Question) -> dict[str, Any]:
    """Return the right answer and the mistakes as plain data."""
    return {
        "truth": _plain(question.truth),
        "solution": question.solution,
        "mistakes": [[_plain(mistake.value), mistake.says] for mistake in question.mistakes],
    }


def _plain(number: float) -> float | str:
    """Return a number, and inf and nan as text, which JSON has no numbers for."""
    return number if abs(number) < float("inf") else repr(number)


def mark_file(path: str | Path, text: str) -> Marks:
    """Mark a result with the answer file that `practice(...).save(path, solutions=False)` has written.

    Raise ValueError where the file is not an answer file, or the text is not a result of its exercise.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise ValueError(f"the format is {shown(found['format'], 40)}")
        code = str(found["exercise"])
        questions = [_read(each) for each in found["questions"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{Path(path).name!r} is not an answer file ({type(error).__name__}: {error}); expected the .answers.json "
            "that practice(...).save(..., solutions=False) writes"
        ) from None
    return Marks.read(text, code, questions)


def _read(found: dict[str, Any]) -> Question:
    words = Wording(str(found["asks"]), ("", ""))
    mistakes = tuple(Mistake(float(value), str(says)) for value, says in found["mistakes"])
    return Question("", float(found["truth"]), str(found["solution"]), words, words, mistakes)
