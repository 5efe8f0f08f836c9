"""Read a CSV file: find its delimiter and its header, and turn its columns into arrays for training."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from autograd import printable, shown

from .csv_columns import Column, number_in

DELIMITERS = "\t;|,"  # the comma last: in a file with ; it may be a decimal comma
SAMPLE = 50  # rows that decide about the delimiter
SHOWN = 5  # missing values that a message names
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

Row = tuple[int, list[str]]  # the number of its first line, and its cells


class Table(NamedTuple):
    """The content of a CSV file.

    X           the features, floats of shape (rows, columns); a category is its index
    y           the target: integers if it holds integers or categories, floats otherwise; None without a target
    names       the names of the features
    categories  the texts of each column of categories, by its name; index k is the k-th one
    """

    X: np.ndarray
    y: np.ndarray | None
    names: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]


def load_csv(
    path: str | os.PathLike[str],
    target: str | int | None = None,
    *,
    categories: Iterable[str] = (),
    missing: str = "raise",
    header: bool | None = None,
    delimiter: str | None = None,
    decimal: str = ".",
) -> Table:
    """Read a CSV file into arrays: X, y and the names behind their numbers.

    target      the name or the number of the column that is to be predicted; it becomes y
    categories  names of columns whose numbers are names, such as postal codes
    missing     for empty cells, NA, NaN, null, None and ?: "raise" an error that names them, "drop" their rows, or
                make them "nan"
    header      whether the first line holds names; by default, if none of its cells is a number
    delimiter   one character; by default the one of tab ; | , that splits the most lines into equally many cells
    decimal     the decimal point of numbers, "." or ","

    A column is numbers or texts; texts become indices into their alphabetical order. Raises ValueError, with line and
    column, for a cell that does not fit the others in its column and for a row of another length.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "trees.csv")
    ...     _ = path.write_text("height;leaf;kind\\n12.5;1;oak\\n20;0;fir\\n15;1;oak\\n")
    ...     X, y, names, texts = load_csv(path, target="kind")
    >>> X.tolist(), y.tolist(), names, texts
    ([[12.5, 1.0], [20.0, 0.0], [15.0, 1.0]], [1, 0, 1], ('height', 'leaf'), {'kind': ('fir', 'oak')})
    """
    if missing not in ("raise", "drop", "nan"):
        raise ValueError(f"missing must be 'raise', 'drop' or 'nan', got {shown(missing)}")
    if decimal not in (".", ","):
        raise ValueError(f"decimal must be '.' or ',', got {shown(decimal)}")
    encoding = _encoding(path)
    try:
        if delimiter is None:
            delimiter = _sniffed(path, encoding)
        rows = _rows(path, encoding, delimiter)
        columns, rest = _columns(rows, header, set(categories), decimal)
        wanted = None if target is None else _target_index(target, [column.name for column in columns])
        gaps, lines = _fill(columns, rest)
        if lines == 0:
            raise ValueError("the file has no rows of data")
        return _table(columns, wanted, _kept(gaps, lines, missing))
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{os.fspath(path)} is not text in UTF-8: it has the byte {error.object[error.start]:#04x}; save it as CSV "
            "in UTF-8"
        ) from None
    except (csv.Error, ValueError) as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from None


# --- lines and delimiter ---


def _encoding(path: str | os.PathLike[str]) -> str:
    with open(path, "rb") as file:
        return BOMS.get(file.read(2), "utf-8-sig")


def _rows(path: str | os.PathLike[str], encoding: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty; strict, since a quote without its partner would swallow the rest."""
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise ValueError(f"delimiter must be one character, such as ';', got {shown(delimiter)}")
    with open(path, encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
        line = 1
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise ValueError(
                    f'line {line}: {error}; check the quotes " around texts, and double those inside a text'
                ) from None
            if row is None:
                return
            if any("\0" in cell for cell in row):
                raise ValueError(f"line {line} has a zero byte, so this is no text; save it as CSV in UTF-8")
            cells = [cell.strip() for cell in row]
            if any(cells) or len(cells) > 1:
                yield line, cells
            line = reader.line_num + 1


def _sniffed(path: str | os.PathLike[str], encoding: str) -> str:
    """Return the delimiter that splits the most of the first rows into the same number of cells, more than one."""
    best, most = ",", 0
    for delimiter in DELIMITERS:
        try:
            counts = Counter(len(cells) for _, cells in islice(_rows(path, encoding, delimiter), SAMPLE))
        except UnicodeDecodeError:
            raise
        except ValueError:
            continue  # the quotes do not fit this delimiter
        length, rows = counts.most_common(1)[0] if counts else (0, 0)
        if length > 1 and rows > most:
            best, most = delimiter, rows
    return best


# --- columns ---


def _columns(
    rows: Iterator[Row], header: bool | None, categorical: set[str], decimal: str
) -> tuple[list[Column], Iterator[Row]]:
    """Return the empty columns with their names, and the rows of data."""
    first = next(rows, None)
    if first is None:
        raise ValueError("the file is empty")
    line, cells = first
    if header is None:
        header = all(cells) and all(number_in(cell, point) is None for cell in cells for point in ".,")
    names = cells if header else [str(k) for k in range(len(cells))]
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"line {line}: two columns have the name {repeated[0]!r}; rename one, or set header=False")
    if unknown := sorted(categorical - set(names)):
        there = printable(", ".join(names))
        raise ValueError(f"there is no column {unknown[0]!r} for categories; the columns are {there:.200}")
    columns = [Column(name, name in categorical, decimal) for name in names]
    return columns, rows if header else chain([first], rows)


def _target_index(target: str | int, names: list[str]) -> int:
    if isinstance(target, str) and target in names:
        return names.index(target)
    if isinstance(target, int) and not isinstance(target, bool) and -len(names) <= target < len(names):
        return target % len(names)
    there = printable(", ".join(names))
    raise ValueError(f"there is no column {shown(target)} for the target; the columns are {there:.200}")


def _fill(columns: Sequence[Column], rows: Iterable[Row]) -> tuple[list[tuple[int, int, str]], int]:
    """Add the rows to the columns. Returns (row, line, column) of each missing value, and the number of rows."""
    gaps, count = [], 0
    for line, cells in rows:
        if len(cells) != len(columns):
            raise ValueError(
                f"line {line} has {len(cells)} cells, expected {len(columns)}; check its delimiters, or quote a text "
                "that contains one"
            )
        for column, cell in zip(columns, cells, strict=True):
            if column.add(cell, line):
                gaps.append((count, line, column.name))
        count += 1
    return gaps, count


def _kept(gaps: list[tuple[int, int, str]], count: int, missing: str) -> np.ndarray:
    """Return a mask of the rows to keep."""
    if gaps and missing == "raise":
        named = "; ".join(f"line {line}, column {name!r}" for _, line, name in gaps[:SHOWN])
        more = f" and {len(gaps) - SHOWN} more" if len(gaps) > SHOWN else ""
        raise ValueError(
            f'missing values: {named}{more}; fill them in, or leave out their rows with missing="drop", or keep them '
            'with missing="nan"'
        )
    kept = np.ones(count, bool)
    if missing == "drop":
        kept[[row for row, _, _ in gaps]] = False
        if not kept.any():
            raise ValueError("every row has a missing value, so none would be left; fill them in")
    return kept


def _table(columns: Sequence[Column], target: int | None, kept: np.ndarray) -> Table:
    features = [column for k, column in enumerate(columns) if k != target]
    X = np.stack([column.array()[kept] for column in features], axis=1) if features else np.zeros((kept.sum(), 0))
    y = None
    if target is not None:
        column = columns[target]
        y = column.array()[kept]
        if column.categorical and np.isnan(y).any():
            raise ValueError(f'the target {column.name!r} has missing categories; use missing="drop"')
        if (column.categorical or column.integral) and not np.isnan(y).any():
            y = y.astype(np.int64)
    texts = {column.name: column.names() for column in columns if column.categorical}
    return Table(X, y, tuple(column.name for column in features), texts)
