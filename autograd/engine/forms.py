"""The forms that an op can have: how its result depends on its inputs, how many it takes, how it is written."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """How the result of an op depends on its inputs; forward mode follows from it where the op has no `push`."""

    ELEMENTWISE = "elementwise"  # each element on the elements in the same place: the Jacobian is diagonal
    LINEAR = "linear"  # linear in all inputs together, as a sum
    MULTILINEAR = "multilinear"  # linear in each input by itself, as a product
    OTHER = "other"


class Takes(Enum):
    """How many inputs an op takes."""

    FIXED = 1  # one for each name in `inputs`
    LISTS = 2  # equal lists, one list for each rule: dot takes n weights, then n inputs; a rule sees one of each list
    SEQUENCE = 3  # any number; its one rule gets all inputs and `position=`


FIXED, LISTS, SEQUENCE = Takes


class Infix(NamedTuple):
    """The sign of an op that is written between or before its inputs, and how tightly Python binds it."""

    sign: str
    binding: int


COMPARISON, OR, XOR, AND, SUM, PRODUCT, UNARY, POWER, ATOM = range(1, 10)
MASKS: Final = ("<", "<=", ">", ">=", "==", "!=", "&", "|", "^", "~")  # signs of ops that have no derivative
CALL: Final = Infix("", ATOM)  # written as a function call
