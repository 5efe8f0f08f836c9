"""Each cell of the table of borders is right, or one of a short list of refusals that name the remedy."""

from __future__ import annotations

import inspect
import re
import warnings

import pytest

import autograd as ag
from tests.operands.test_stand_in import ANSWERS, GRAPH_ONLY, REFUSED
from tests.sampling import one_in

from .cells import Cell, cells, compute, fault
from .page import NO_OPERAND
from .refusals import REFUSALS, refusal
from .rows import FUNCTIONS, METHOD_ROWS, TABLE_ROWS, function_of


def judged(cell: Cell) -> str:
    """Say what is wrong with a cell; empty where it is right or refused as the list says."""
    expected = refusal(cell)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = compute(cell)
    except Exception as error:
        if expected is None or type(error) is not expected.error or not re.search(expected.words, str(error)):
            return f"{type(error).__name__}: {error}"
        return ""
    if expected is not None and not expected.may:
        return f"is not refused, and gives {found}"
    return fault(cell, found)


@pytest.mark.parametrize("name", one_in(4, TABLE_ROWS))  # all of them take a minute
def test_each_operand_in_each_mode_is_right_or_refused_with_a_remedy(name: str) -> None:
    wrong = {f"{cell.kind}, {cell.mode}": words for cell in cells(name) if (words := judged(cell))}
    assert wrong == {}


def test_every_public_function_has_a_row_or_takes_no_operand() -> None:
    public = {name for name in dir(ag) if not name.startswith("_") and not inspect.ismodule(getattr(ag, name))}
    rows = {function_of(name) for name in FUNCTIONS}
    assert rows | NO_OPERAND.keys() == public
    assert rows & NO_OPERAND.keys() == set()


def test_every_public_method_has_a_row_or_gives_no_derivative() -> None:
    names = {name for kind in (ag.Tensor, ag.Value) for name in dir(kind) if not name.startswith("_")}
    rows = {function_of(name).removeprefix(".") for name in METHOD_ROWS}
    assert rows | (names & {*ANSWERS, *REFUSED, *GRAPH_ONLY}) == names


def test_every_refusal_of_the_list_occurs() -> None:
    found = {refusal(cell) for name in TABLE_ROWS for cell in cells(name)}
    assert found >= set(REFUSALS)
