"""The short list of refusals in the table of borders. A cell that none of them names has to be right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from autograd.operands.complex_number import NotAnalyticError

from .cells import DERIVATIVES, KINDS, Cell, Mode
from .rows import TABLE_ROWS, Row


class Refusal(NamedTuple):
    """A refusal: what is refused, by which exception, with which words, and in which cells."""

    what: str
    remedy: str
    error: type[Exception]
    words: str  # a regular expression for the sentence
    holds: Callable[[Row, str, Mode], bool]
    may: bool = False  # a stand-in inside the engine: the cell may be right, too


NUMBERS: Final = ("float", "int", "Value")
LISTS: Final = ("list", "list of Values")
MAKERS: Final = (TABLE_ROWS["tensor"], TABLE_ROWS["Tensor"])
WITH_MINUS: Final = (TABLE_ROWS["stack"], TABLE_ROWS["where"], TABLE_ROWS["cross"])
NODES: Final = ("Value", "Dual", "ComplexNumber", "Symbol")


def _is_node(kind: str) -> bool:
    return kind in NODES or kind.startswith("Tensor")


def _holds_nodes(kind: str, mode: Mode) -> bool:
    """Whether the function gets nodes, or lists of them."""
    return _is_node(kind) or kind == "list of Values" or mode in DERIVATIVES


def _is_of_floats(kind: str, mode: Mode) -> bool:
    return KINDS[kind].numbers == "at" or mode in DERIVATIVES


REFUSALS: Final[tuple[Refusal, ...]] = (
    Refusal(
        "complex numbers", "give the real and the imaginary part", TypeError, r"give its \.real and its \.imag",
        lambda row, kind, mode: kind == "complex",
    ),
    Refusal(
        "a dict of parameters where a function of numbers is called", "give one of its entries", TypeError,
        r"give one of its entries, as in p\['w'\]",
        lambda row, kind, mode: kind == "dict" and mode is Mode.PLAIN,
    ),
    Refusal(
        "Tensor(...) around nodes, which would cut the graph", "stack(values), or .detach()", TypeError,
        r"use stack\(values\)",
        lambda row, kind, mode: row in MAKERS and _holds_nodes(kind, mode),
    ),
    Refusal(
        "one number where an array is needed", "Tensor(...) around it, or stack(...) of several", TypeError,
        r"write Tensor\(\.\.\.\)|see stack\(values\)|write stack\(\[a, b\]\)",
        lambda row, kind, mode: kind in NUMBERS and not row.of_number and not row.method and row not in MAKERS,
    ),
    Refusal(
        "a method of a Tensor on a Value", "stack(values)", AttributeError, r"stack\(values\) makes one of Values",
        lambda row, kind, mode: kind == "Value" and row.method and not row.of_number,
    ),
    Refusal(
        "lists of nodes where an array is needed: lists of Values, and lists inside of grad, jvp and hvp",
        "stack(values)", TypeError, r"stack\((\.\.\.|values)\)",
        lambda row, kind, mode: kind in LISTS and _holds_nodes(kind, mode) and not row.of_list,
    ),
    Refusal(
        "bit operators on floats, which all variables of a derivative are", "compare first", TypeError,
        r"compare first, as in",
        lambda row, kind, mode: row.of_bits and kind != "Symbol" and _is_of_floats(kind, mode),
    ),
    Refusal(
        "- of masks", "~ or ^, or .long() to make numbers of them", TypeError, r"\.long\(\)",
        lambda row, kind, mode: kind == "Tensor bool" and row in WITH_MINUS,
    ),
    Refusal(
        "zoom of a Value", "draw(v)", TypeError, r"shows its scalars already, with draw\(v\)",
        lambda row, kind, mode: kind == "Value" and mode is Mode.ZOOM,
    ),
    Refusal(
        "zoom into an algorithm of linear algebra", "draw(t)", ValueError, r"see the Tensors themselves with draw\(t\)",
        lambda row, kind, mode: mode is Mode.ZOOM and row.algorithm and KINDS[kind].numbers == "at",
    ),
    Refusal(
        "a Program with an input that no gradient flows to, an integer or a mask: it is a constant of the graph",
        "leave it out", ValueError, "leave it out",
        lambda row, kind, mode: mode is Mode.PROGRAM and KINDS[kind].numbers != "at",
    ),
    Refusal(
        "a complex step through an op that has no analytic continuation", "check_gradients takes differences instead",
        NotAnalyticError, "", lambda row, kind, mode: kind == "ComplexNumber", may=True,
    ),
    Refusal(
        "a Symbol, which is text, where numbers or shapes are looked at", "where(mask, a, b), or names", TypeError,
        r"a rule may not (look|ask)|give it a name|serves text too", lambda row, kind, mode: kind == "Symbol", may=True,
    ),
)  # fmt: skip


def refusal(cell: Cell) -> Refusal | None:
    """The first refusal that names this cell, or None where it has to be right."""
    row = TABLE_ROWS[cell.row]
    return next((each for each in REFUSALS if each.holds(row, cell.kind, cell.mode)), None)
