"""Format numbers and arrays: a number in four digits, a small array in full, a large array as its shape and norm.

An array with no dimension is formatted like the number in it, so that such a Tensor reads like a Value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

NO_GRADIENT: Final = "–"  # not 0: no gradient has arrived
HIDDEN: Final = "?"  # a number that is not shown yet
MOST_IN_BOX: Final = 9  # elements of an array that a box shows in full
MOST_IN_LINE: Final = 4  # elements of an array that is shown in full where several arrays stand in one line
PER_LINE: Final = 5  # elements in one line of a box
MOST_LINES: Final = 5  # of an array in a box; of a longer one, such as 9×1, the first and the last are shown


def format_number(number: float | None) -> str:
    """Format a number in four significant digits; None, a gradient that has not arrived, is a dash."""
    if number is None:
        return NO_GRADIENT
    number = float(number)  # 1e6 does not fit into a float16, and NumPy would compare in that
    return f"{number:.0f}" if 9999.5 <= abs(number) < 1e6 else f"{number:.4g}"


def as_number(x: Any) -> float | None:
    """Return the number in a float or in an array with no dimension; None for any other array, and for None."""
    if isinstance(x, np.ndarray):
        return x.item() if x.ndim == 0 else None
    return x  # type: ignore[no-any-return]


def format_shape(shape: tuple[int, ...]) -> str:
    """Format a shape as in `3×2`."""
    return "×".join(map(str, shape))


def norm(x: Any) -> float:
    """Return the Euclidean norm, correct also where the squares of the elements would overflow."""
    numbers = np.abs(np.asarray(x, dtype=np.float64))
    top = float(numbers.max(initial=0.0))
    return top * float(np.sqrt(np.sum(np.square(numbers / top)))) if 0.0 < top < np.inf else top


def format_line(x: Any, most: int = MOST_IN_LINE) -> str:
    """Format a number or an array in one line.

    An array of more than `most` elements is given by its shape and norm: `[[1, 2], [3, 4]]`, but `64×32, norm 5.3`.
    """
    number = as_number(x)
    if number is not None or x is None:
        return _cell(number)
    return format_nested(x, _cell) if x.size <= most else f"{format_shape(x.shape)}, {summary(x)}"


def format_block(x: Any, stats: bool = False) -> str:
    """Format a number or an array for a box, in one line or several; a small array is a matrix with aligned columns.

    A large array is given by its norm, or with `stats` by all of its statistics.
    """
    number = as_number(x)
    if number is not None or x is None:
        return _cell(number)
    if x.size == 0:
        return "empty"
    if x.size <= MOST_IN_BOX:
        return "\n".join(_matrix(x))
    return statistics(x) if stats else summary(x)


def summary(x: Any) -> str:
    """Return the norm and, where there are any, the number of elements that are not finite."""
    not_finite = int(np.count_nonzero(~np.isfinite(x)))
    return f"norm {format_number(norm(x))}" + (f", {not_finite:,} not finite" if not_finite else "")


def statistics(x: Any) -> str:
    """Return minimum, maximum, mean, norm, and the numbers of zeros and of elements that are not finite, in 3 lines."""
    numbers = np.asarray(x, dtype=np.float64)
    with np.errstate(all="ignore"):
        lowest, highest, mean = (format_number(float(f(numbers))) for f in (np.min, np.max, np.mean))
    zeros, not_finite = (int(np.count_nonzero(each)) for each in (numbers == 0, ~np.isfinite(numbers)))
    return (
        f"min {lowest}, max {highest}\nmean {mean}, norm {format_number(norm(x))}\n"
        f"{zeros:,} zeros, {not_finite:,} not finite"
    )


def format_nested(x: Any, cell: Callable[[Any], str]) -> str:
    """Format an array in brackets, `[[1, 2], [3, 4]]`, with each element formatted by `cell`."""
    if isinstance(x, np.ndarray) and x.ndim:
        return f"[{', '.join(format_nested(each, cell) for each in x)}]"
    return cell(x)


def _cell(number: Any) -> str:
    return str(number) if isinstance(number, (bool, np.bool_)) else format_number(number)


def _matrix(x: Any) -> list[str]:
    """Return the rows in brackets, all lines equally long; an empty line separates the matrices of a stack.

    Of more than MOST_LINES lines, all but the first and the last are left out, as NumPy does in the middle.
    """
    cells = np.array([_cell(each) for each in x.ravel()], dtype=object).reshape(-1, x.shape[-1])
    width = max(map(len, cells.ravel()))
    lines = []
    for k, row in enumerate(cells):
        if k and x.ndim > 2 and k % x.shape[-2] == 0:
            lines.append("")
        for start in range(0, len(row), PER_LINE):
            text = "  ".join(cell.rjust(width) for cell in row[start : start + PER_LINE])
            last = start + PER_LINE >= len(row)
            lines.append(("[" if start == 0 else " ") + text + ("]" if last else " "))
    if len(lines) > MOST_LINES:
        lines = [lines[0], "…".center(len(lines[0])), lines[-1]]
    longest = max(map(len, lines))
    return [line.ljust(longest) for line in lines]
