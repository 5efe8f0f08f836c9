"""The text of numbers and arrays, in a box and in a line."""

from typing import Any

import numpy as np
import pytest

from autograd.see.picture.number_format import format_block, format_line, norm


def test_elements_that_are_not_finite_are_always_counted() -> None:
    data = np.ones(20)
    data[[3, 4]] = np.nan, np.inf
    assert format_block(data) == "norm nan, 2 not finite"


@pytest.mark.parametrize(
    ("data", "box", "line"),
    [
        (3.0, "3", "3"),
        ([1.0, -2.5], "[   1  -2.5]", "[1, -2.5]"),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "[1  2  3  4  5 \n 6]            ", "6, norm 9.539"),
        ([[[1.0], [2.0]], [[3.0], [4.0]]], "[1]\n[2]\n   \n[3]\n[4]", "[[[1], [2]], [[3], [4]]]"),
        ([[True, False]], "[ True  False]", "[[True, False]]"),
        (np.arange(1.0, 10.0).reshape(9, 1), "[1]\n … \n[9]", "9×1, norm 16.88"),
        (np.arange(1.0, 7.0).reshape(6, 1), "[1]\n … \n[6]", "6×1, norm 9.539"),
        (np.arange(1.0, 6.0).reshape(5, 1), "[1]\n[2]\n[3]\n[4]\n[5]", "5×1, norm 7.416"),
        (np.zeros((0, 3)), "empty", "[]"),
        ([np.nan, np.inf], "[nan  inf]", "[nan, inf]"),
        ([12345.0, 1e-9], "[12345  1e-09]", "[12345, 1e-09]"),
        (np.array([65504, 3], dtype=np.float16), "[65504      3]", "[65504, 3]"),
        (np.full(20, 1e200), "norm 4.472e+200", "20, norm 4.472e+200"),
    ],
)
def test_arrays_are_formatted_for_a_box_and_for_a_line(data: Any, box: str, line: str) -> None:
    assert format_block(np.asarray(data)) == box
    assert format_line(np.asarray(data)) == line


def test_the_norm_is_that_of_numpy() -> None:
    for data in (np.arange(12.0).reshape(3, 4), np.zeros(3), np.array([True, True]), np.array([-np.inf, 1.0])):
        assert norm(data) == pytest.approx(np.linalg.norm(data), rel=1e-15)
