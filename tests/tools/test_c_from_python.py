"""The translation of Python functions into C: what it writes, and what it refuses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd.engine.op import Op
from c_from_python import Forwards

HALF = 0.5


def written(python: Callable[..., Any], inputs: tuple[str, ...] = ("x",)) -> list[str]:
    """Return the lines in C of the forward function of an op, without what it calls."""
    op = Op("made", python, python, *[None] * len(inputs), inputs=inputs)
    return Forwards([op]).written[-1].splitlines()


def branches(x: float) -> float:
    """Return something."""
    if x < 0 or x != x:
        y = -x
        y -= HALF
        return y
    y = math.floor(x) if 1 <= x < 2 else round(x)
    return y


def exact_of_integers(a: float, b: float) -> float:
    if isinstance(a, int) and isinstance(b, int):
        return a // b  # in C, a is a double
    return math.fmod(a, b)


def counted_down(x: float) -> float:
    for k in range(3, 0, -1):
        x = k / x
    return x


def of_a_list(*values: float) -> float:
    top = 0
    half = len(values) // 2 + 1
    total = 1.0
    for k in range(half):
        if values[k] > values[top]:
            top = k
    for k in range(1, 2 * half):
        if k != top:
            total += values[k] * k
    return total - values[top]


TRANSLATED: list[tuple[Callable[..., Any], tuple[str, ...], str]] = [
    (
        branches,
        ("x",),
        """
static inline double forward_made(double x) {
    if (x < 0.0 || x != x) {
        double y = -x;
        y -= 0.5;
        return y;
    }
    double y = 1.0 <= x && x < 2.0 ? floor(x) + 0.0 : rint(x) + 0.0;
    return y;
}""",
    ),
    (
        exact_of_integers,
        ("a", "b"),
        """
static inline double forward_made(double a, double b) {
    return fmod(a, b);
}""",
    ),
    (
        counted_down,
        ("x",),
        """
static inline double forward_made(double x) {
    for (int k = 3; k > 0; k += -1) {
        x = (double)k / x;
    }
    return x;
}""",
    ),
    (
        of_a_list,
        ("x",),
        """
INLINE double forward_made(Find *find, const void *from, size_t count) {
    size_t top = 0;
    size_t half = count / 2 + 1;
    double total = 1.0;
    for (size_t k = 0; k < half; k++) {
        if (*find(from, k).x > *find(from, top).x) {
            top = k;
        }
    }
    for (size_t k = 1; k < 2 * half; k++) {
        if (k != top) {
            total += *find(from, k).x * (double)k;
        }
    }
    return total - *find(from, top).x;
}""",
    ),
]


@pytest.mark.parametrize(("python", "inputs", "c"), TRANSLATED, ids=[python.__name__ for python, _, _ in TRANSLATED])
def test_a_function_is_translated_line_by_line(python: Callable[..., Any], inputs: tuple[str, ...], c: str) -> None:
    assert written(python, inputs) == c.strip().splitlines()


def waits(x: float) -> float:
    while x > 1.0:
        x = x / 2.0
    return x


def takes_else(x: float) -> float:
    if x > 1.0:
        return x
    elif x < 0.0:
        return -x
    return 1.0


def takes_loop_with_else(*values: float) -> float:
    total = 0.0
    for k in range(3):
        total += values[k]
    else:
        total += 1.0
    return total


def takes_modulus(x: float) -> float:
    return x % 2.0


def takes_membership(x: float) -> float:
    return 1.0 if x in (0.0, 1.0) else x


def takes_slice(*values: float) -> float:
    return values[0:1]  # type: ignore[return-value]


def takes_negative_index(*values: float) -> float:
    return values[len(values) - 1]


def takes_index_of_another_kind(*values: float) -> float:
    top = 0
    top = values[0]  # type: ignore[assignment]
    return values[top]


def adds_to_an_index(*values: float) -> float:
    top = 0
    top += 1
    return values[top]


def takes_keyword(x: float) -> float:
    return round(x, ndigits=1)


def calls_what_has_no_source(x: float) -> float:
    return math.gamma(x)


def calls_method(x: float) -> float:
    return 1.0 if x.is_integer() else 0.0


def takes_text(x: float) -> float:
    name = "a"
    return x if name else -x


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (waits, r"cannot read `while x > 1.0:"),
    (
        takes_else,
        r"cannot read `if x > 1.0:(.|\n)* for C; write it with if without else, for over a range, = and return",
    ),
    (takes_loop_with_else, r"cannot read `for k in range\(3\):"),
    (takes_modulus, r"cannot read `x % 2.0` for C; write it with \+ - \* /, comparisons and calls"),
    (takes_membership, r"cannot read `x in \(0.0, 1.0\)`"),
    (takes_slice, r"cannot read `0:1` as an index; write it with integers, len, \+, \* and //"),
    (takes_negative_index, r"cannot read `len\(values\) - 1` as an index"),
    (takes_index_of_another_kind, r"cannot read `values\[0\]` as an index"),
    (adds_to_an_index, r"cannot read `top \+= 1`"),
    (takes_keyword, r"cannot read `round\(x, ndigits=1\)`"),
    (calls_what_has_no_source, r"cannot read a call of `math.gamma` for C; call functions written in Python"),
    (calls_method, r"cannot read a call of `x.is_integer`"),
    (takes_text, r"cannot read `'a'`"),
]


@pytest.mark.parametrize(("python", "words"), REFUSED, ids=[python.__name__ for python, _ in REFUSED])
def test_what_cannot_be_translated_is_refused_in_words(python: Callable[..., Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        written(python)
    assert "in the forward function of made" in caught.value.__notes__[0]
