"""How numbers and arrays are written: a number in four digits, a small array in full, a large one as shape and norm.

An array with no dimension is written as the number it is, so that such a Tensor reads like a Value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

NO_GRADIENT: Final = "–"  # not 0: nothing has arrived yet
IN_FULL: Final = 9  # elements of an array that is written out
IN_PASSING: Final = 4  # the same where several arrays stand in one line
ABREAST: Final = 5  # elements of one line in a box


def figure(number: float | None) -> str:
    """Four digits are enough to follow by; None is a gradient that has not come yet."""
    if number is None:
        return NO_GRADIENT
    return f"{number:.0f}" if 9999.5 <= abs(number) < 1e6 else f"{number:.4g}"


def single(x: Any) -> float | None:
    """The number in a float or in an array with no dimension; None for any other array, and for None."""
    if isinstance(x, np.ndarray):
        return x.item() if x.ndim == 0 else None
    return x  # type: ignore[no-any-return]


def dimensions(shape: tuple[int, ...]) -> str:
    """`3×2`."""
    return "×".join(map(str, shape))


def norm(x: Any) -> float:
    """The Euclidean norm, where squares would overflow too."""
    numbers = np.abs(np.asarray(x, dtype=np.float64))
    top = float(numbers.max(initial=0.0))
    return top * float(np.sqrt(np.sum(np.square(numbers / top)))) if 0.0 < top < np.inf else top


def in_line(x: Any, most: int = IN_PASSING) -> str:
    """`[[1, 2], [3, 4]]`, or where there are more elements than that `64×32, norm 5.3`; a number as it is."""
    number = single(x)
    if number is not None or x is None:
        return _cell(number)
    return nested(x, _cell) if x.size <= most else f"{dimensions(x.shape)}, {summary(x)}"


def in_box(x: Any, stats: bool = False) -> str:
    """The same in lines, a small array as a matrix with its columns aligned. Where an array is too large for that,
    `stats` gives all there is to say about it."""
    number = single(x)
    if number is not None or x is None:
        return _cell(number)
    if x.size == 0:
        return "empty"
    if x.size <= IN_FULL:
        return "\n".join(_matrix(x))
    return statistics(x) if stats else summary(x)


def summary(x: Any) -> str:
    """The norm, and how many elements are not finite if there are any."""
    wrong = int(np.count_nonzero(~np.isfinite(x)))
    return f"norm {figure(norm(x))}" + (f", {wrong:,} not finite" if wrong else "")


def statistics(x: Any) -> str:
    """Smallest, largest, mean, norm, and how many are 0 or not finite, in three lines."""
    numbers = np.asarray(x, dtype=np.float64)
    with np.errstate(all="ignore"):
        lowest, highest, mean = (figure(float(f(numbers))) for f in (np.min, np.max, np.mean))
    zeros, wrong = (int(np.count_nonzero(each)) for each in (numbers == 0, ~np.isfinite(numbers)))
    return f"min {lowest}, max {highest}\nmean {mean}, norm {figure(norm(x))}\n{zeros:,} zeros, {wrong:,} not finite"


def _cell(number: Any) -> str:
    return str(number) if isinstance(number, (bool, np.bool_)) else figure(number)


def nested(x: Any, cell: Callable[[Any], str]) -> str:
    """`[[1, 2], [3, 4]]`, each element written by `cell`."""
    return f"[{', '.join(nested(each, cell) for each in x)}]" if isinstance(x, np.ndarray) and x.ndim else cell(x)


def _matrix(x: Any) -> list[str]:
    """Rows in brackets, all lines equally long; an empty line before each further matrix of a stack of them."""
    cells = np.array([_cell(each) for each in x.ravel()], dtype=object).reshape(-1, x.shape[-1])
    width = max(map(len, cells.ravel()))
    lines = []
    for k, row in enumerate(cells):
        if k and x.ndim > 2 and k % x.shape[-2] == 0:
            lines.append("")
        for start in range(0, len(row), ABREAST):
            text = "  ".join(cell.rjust(width) for cell in row[start : start + ABREAST])
            last = start + ABREAST >= len(row)
            lines.append(("[" if start == 0 else " ") + text + ("]" if last else " "))
    longest = max(map(len, lines))
    return [line.ljust(longest) for line in lines]
