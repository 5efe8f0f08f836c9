"""where on arrays chooses by bits: its result has the bits of np.where for every element and every form of operands."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from autograd.engine.quiet import quietly
from autograd.rules.where_forward import where_array

SPECIAL = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, -math.nan, 5e-324, 1e-320, 1.7e308, 1e300]
FORMS = ["array", "view", "zero", "minus zero", "number", "infinity", "nan", "NumPy number", "no dimension", "a row"]
DTYPES = ["float16", "float32", "float64", "longdouble", ">f8", "int64", "bool", "object"]


def operand(form: str, shape: tuple[int, ...], dtype: str, seed: int) -> Any:
    draw = np.random.default_rng(seed)
    array = (
        quietly(np.array(draw.choice(SPECIAL, shape)).astype, dtype)
        if dtype[0] not in "ib"
        else draw.integers(0, 2, shape)
    )
    array = array.astype(dtype, copy=False)
    forms = {
        "array": array,
        "view": array.T.copy().T,
        "zero": 0.0,
        "minus zero": -0.0,
        "number": 1.5,
        "infinity": math.inf,
        "nan": math.nan,
        "NumPy number": np.float64(2.5),
        "no dimension": array.ravel()[0],
        "a row": array[:1],
    }
    return forms[form]


def same_bits(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype == object:
        return a.shape == b.shape and all(
            x is y or x == y or (x != x and y != y) for x, y in zip(a.flat, b.flat, strict=True)
        )
    return (
        a.dtype == b.dtype
        and a.shape == b.shape
        and (a.tobytes() == b.tobytes() if a.dtype != np.longdouble else np.array_equal(a, b, equal_nan=True))
    )


@pytest.mark.parametrize("shape", [(3, 5), (65, 70)], ids=["few", "many"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_form_has_the_bits_of_numpy(dtype: str, shape: tuple[int, ...]) -> None:
    mask = np.random.default_rng(1).random(shape) < 0.5
    for first, second in itertools.product(FORMS, FORMS):
        a, b = operand(first, shape, dtype, 2), operand(second, shape, dtype, 3)
        for chosen in (mask, mask.T.copy().T, mask[:1]):
            expected = quietly(np.where, chosen, a, b)
            assert same_bits(quietly(where_array, chosen, a, b), expected), (first, second)


@pytest.mark.parametrize("byte", [2, 127, 128, 255])
def test_any_byte_but_0_is_true_in_a_mask(byte: int) -> None:
    mask = np.where(np.random.default_rng(1).random((65, 70)) < 0.5, byte, 0).astype(np.uint8).view(bool)
    a, b = operand("array", mask.shape, "float64", 2), operand("array", mask.shape, "float64", 3)
    for first, second in ((a, b), (a, 0.0), (0.0, b), (a, 1.5)):
        assert same_bits(where_array(mask, first, second), np.where(mask, first, second))


def test_two_widths_of_floats_give_the_wider_one() -> None:
    mask, narrow, wide = np.ones((65, 70), bool), np.ones((65, 70), np.float32), np.ones((65, 70))
    assert where_array(mask, narrow, wide).dtype == where_array(mask, wide, narrow).dtype == np.float64


def test_the_operands_are_not_changed_and_not_shared() -> None:
    mask, a, b = np.ones((65, 70), bool), np.ones((65, 70)), np.zeros((65, 70))
    for y in (where_array(mask, a, b), where_array(mask, a, 0.0), where_array(~mask, 0.0, a)):
        y += 1.0
    assert (a == 1.0).all()
    assert (b == 0.0).all()
