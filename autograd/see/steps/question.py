"""Question: what a learner is asked, the right answer, the hints, and which mistake a wrong number comes from.

A question is text and numbers only, so that Python, the terminal and the page of `practice` read the same one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...engine.node import Node
from ..picture.number_format import NO_GRADIENT, as_number, format_nested
from .answer import Answer

TRIES: Final = 2  # wrong answers and hints before a hint says more
RIGHT: Final = "right"
NOT_YET: Final = "not yet"
CLOSE: Final = "close: give it with more digits"
WRONG_SIGN: Final = "the size is right, the sign is not"
YOUR_ANSWERS: Final = "(see your answers)"  # in place of a number that earlier answers give


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong number, and the mistake that it comes from as a sentence."""

    value: float
    says: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a question. There are two for each: with all numbers, and without those that answers give.

    text   the question in full
    hints  how to compute the answer; the second has a number or a position more
    """

    text: str
    hints: tuple[str, str]

    @property
    def asks(self) -> str:
        """The last line of the text, which is the question itself."""
        return self.text.splitlines()[-1]


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one number.

    now       the name of the node that it is about, of a contribution the node that makes it
    truth     the right answer
    solution  the right answer with its computation
    open      the words where earlier answers are known
    blind     the words of a page without solutions
    mistakes  wrong numbers that are recognised; the first that matches counts
    arrow     the name of the arrow of a contribution, `v1 0`
    """

    now: str
    truth: float
    solution: str
    open: Wording
    blind: Wording
    mistakes: tuple[Mistake, ...]
    arrow: str = ""

    def mistake(self, answer: Answer) -> str | None:
        """Return which mistake a wrong answer comes from; None where it is not recognised."""
        return next((mistake.says for mistake in self.mistakes if answer.matches(mistake.value)), None)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Writes the numbers in the words of a question, except those that answers give.

    data, gradients  the nodes whose data and whose gradient is left out
    blind            whether hints leave out numbers too
    """

    names: Mapping[Node, str]
    data: Collection[Node] = frozenset()
    gradients: Collection[Node] = frozenset()
    blind: bool = False

    def data_of(self, node: Node, data: Any) -> str:
        return YOUR_ANSWERS if node in self.data else six_digits(data)

    def gradient_of(self, node: Node, gradient: Any) -> str:
        return YOUR_ANSWERS if node in self.gradients else six_digits(gradient)

    def inputs(self, node: Node, data: Mapping[Node, Any]) -> str:
        """Return the inputs of a node with their data, `, with x = 3, w = -2`; nothing where none has a name."""
        found = {self.names[i]: self.data_of(i, data[i]) for i in node.inputs if i in self.names}
        listed = ", ".join(f"{name} = {shown}" for name, shown in found.items())
        return f", with {listed}" if listed else ""


def mistakes_of(found: Iterable[tuple[float, str]]) -> tuple[Mistake, ...]:
    """Return the mistakes that are given as pairs (wrong number, sentence)."""
    return tuple(Mistake(value, says) for value, says in found)


def element(x: Any, place: tuple[int, ...]) -> float:
    """Return one element of an array, or the number itself."""
    return float(x[place]) if isinstance(x, np.ndarray) else float(x)


def element_name(name: str, place: tuple[int, ...]) -> str:
    return f"{name}[{','.join(map(str, place))}]" if place else name


def in_brackets(number: float) -> str:
    return f"({six_digits(number)})" if number < 0 else six_digits(number)


def six_digits(x: Any) -> str:
    """Format with six digits, so that an answer computed from shown numbers is right within a thousandth."""
    if isinstance(x, np.ndarray) and x.ndim:
        return format_nested(x, six_digits)
    number = as_number(x)
    return NO_GRADIENT if number is None else f"{number:.6g}" if number else "0"
