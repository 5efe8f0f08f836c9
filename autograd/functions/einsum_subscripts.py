"""Read the subscripts of an einsum: "ij,jk->ik" for the shapes of its inputs.

The result of reading has one letter for each dimension: `...` is replaced by letters, and an omitted result is filled
in by NumPy's rule. All messages about subscripts that do not fit the inputs are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..engine.text import shown

Shape = tuple[int, ...]

LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def read_subscripts(subscripts: str, shapes: Sequence[Shape]) -> tuple[list[str], str]:
    """Return the letters of each input and of the result; ValueError if they do not fit the shapes of the inputs.

    >>> read_subscripts("...i,i", [(5, 3), (3,)])
    (['ai', 'i'], 'a')
    """
    text = subscripts.replace(" ", "")
    left, arrow, result = text.partition("->")
    parts = left.split(",")
    if len(parts) != len(shapes):
        raise ValueError(f"einsum {subscripts!r} names {len(parts)} inputs, got {len(shapes)}; name each input once")
    ellipsis = _ellipsis(subscripts, parts, shapes)
    inputs = [_expanded(part, shape, ellipsis) for part, shape in zip(parts, shapes, strict=True)]
    if not arrow:
        result = _implicit_result("".join(inputs), ellipsis)
    elif ellipsis and "..." not in result:
        raise ValueError(
            f"einsum {subscripts!r}: the inputs have dimensions at ..., and the result does not name them; write ... "
            "in the result too"
        )
    result = result.replace("...", ellipsis)
    _check_letters(subscripts, inputs, result)
    _check_lengths(subscripts, inputs, shapes, ellipsis)
    return inputs, result


def _ellipsis(subscripts: str, parts: list[str], shapes: Sequence[Shape]) -> str:
    """Return unused letters for the dimensions at `...`, as many as the input with the most of them has."""
    longest = 0
    for part, shape in zip(parts, shapes, strict=True):
        unnamed = len(shape) - _named(part)
        if unnamed < 0 or (unnamed and "..." not in part):
            raise ValueError(
                f"einsum {subscripts!r}: {part!r} names {_named(part)} dimensions, the input has shape {shape}; name "
                "each dimension, or write ... for the others"
            )
        longest = max(longest, unnamed)
    return "".join(letter for letter in LETTERS if letter not in subscripts)[:longest]


def _named(part: str) -> int:
    """Return how many dimensions the subscripts of one input name, apart from those at `...`."""
    return len(part.replace("...", ""))


def _expanded(part: str, shape: Shape, ellipsis: str) -> str:
    """Replace `...` by letters: the last ones, since dimensions are matched from the right in broadcasting."""
    unnamed = len(shape) - _named(part)
    return part.replace("...", ellipsis[len(ellipsis) - unnamed :])


def _implicit_result(letters: str, ellipsis: str) -> str:
    """Return the result that NumPy takes where none is written: `...`, then the letters that occur once, sorted."""
    once = (letter for letter in set(letters) if letters.count(letter) == 1 and letter not in ellipsis)
    return ellipsis + "".join(sorted(once))


def _check_letters(subscripts: str, inputs: list[str], result: str) -> None:
    used = "".join(inputs)
    if any(letter not in LETTERS for letter in used + result):
        raise ValueError(f"einsum takes letters, commas, -> and ..., got {shown(subscripts)}")
    if len(set(result)) != len(result) or set(result) - set(used):
        raise ValueError(f"einsum {subscripts!r}: the result names each letter once, and letters of the inputs only")


def _check_lengths(subscripts: str, inputs: list[str], shapes: Sequence[Shape], ellipsis: str) -> None:
    """Raise ValueError if a letter has two lengths; only dimensions at `...` are broadcast."""
    known: dict[str, int] = {}
    for letters, shape in zip(inputs, shapes, strict=True):
        for letter, n in zip(letters, shape, strict=True):
            before = known.setdefault(letter, n)
            if before != n and not (letter in ellipsis and 1 in (before, n)):
                raise ValueError(f"einsum {subscripts!r}: {letter!r} is {before} long in one place and {n} in another")
            known[letter] = max(before, n)
