"""History: the numbers of a training, one for each epoch."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping
from typing import Any, Final, final

import numpy as np

from autograd import Table, replace_file, text_table

from .. import plot

_SHOWN: Final = 20  # rows of a table


@final
class History(dict[str, list[Any]]):
    """A dict from the name of a loss or metric to the list of its values, one for each epoch.

    The names of the validation begin with "val_". `epoch` and `history` exist as in Keras: the numbers of the epochs,
    counted from 0, and the dict itself.

    >>> history = History()
    >>> history.append({"loss": 0.5, "val_loss": 0.7})
    >>> history.append({"loss": 0.25, "val_loss": 0.5})
    >>> history
    epoch  loss  val_loss
        1   0.5       0.7
        2  0.25       0.5
    """

    @property
    def epoch(self) -> list[int]:
        """The numbers of the epochs, counted from 0."""
        return list(range(max(map(len, self.values()), default=0)))

    @property
    def history(self) -> History:
        """The same object; Keras keeps its lists under this name."""
        return self

    def append(self, logs: Mapping[str, Any]) -> None:
        """Add the numbers of one epoch. A name that is new, or missing this time, gets None where it has no number."""
        empty = [None] * len(self.epoch)
        self.update({name: [*self.get(name, empty), logs.get(name)] for name in dict.fromkeys([*self, *logs])})

    def plot(self, ax: Any = None) -> Any:
        """Draw the curves with `nn.plot.history`, which says what it returns."""
        return plot.history({name: series for name, series in self.items() if all(map(_is_number, series))}, ax)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a table with one line for each epoch; numbers keep all their digits."""
        replace_file(path, csv_text(self.rows()))

    def rows(self) -> list[list[Any]]:
        """Return the header and one row for each epoch, whose number counts from 1."""
        return [["epoch", *self], *([k + 1, *(series[k] for series in self.values())] for k in self.epoch)]

    def table(self) -> Table:
        """Return the numbers as a text table, which a notebook shows as an HTML table."""
        rows = [[_cell(x) for x in row] for row in self.rows()]
        if len(rows) > _SHOWN + 1:
            rows = [*rows[: _SHOWN // 2 + 1], ["…"] * len(rows[0]), *rows[-_SHOWN // 2 :]]
        return text_table(rows, right=range(len(rows[0])), caption=f"History of {len(self.epoch)} epochs")

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def csv_text(rows: list[list[Any]], separator: str = ",") -> str:
    """Return rows as the text of a CSV file. None is an empty field and a matrix a nested list."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([x.tolist() if isinstance(x, np.ndarray) else x for x in row] for row in rows)
    return text.getvalue()


def spread_table(first: str, numbers: Mapping[str, list[Any]], caption: str) -> Table:
    """Return a table with a row for each of several trainings, their mean and their standard deviation.

    `first` is the name of the column with the number of the training. A confusion matrix has no mean here.
    """
    rows = [(first, *numbers)]
    rows += [(str(k + 1), *map(_cell, row)) for k, row in enumerate(zip(*numbers.values(), strict=True))]
    rows.append(("mean", *(_over(np.mean, series) for series in numbers.values())))
    rows.append(("std", *(_over(lambda x: np.std(x, ddof=1), series) for series in numbers.values())))
    return text_table(rows, right=range(len(rows[0])), caption=caption)


def number_text(x: Any) -> str:
    """Return a number with about four digits, for tables and progress lines."""
    return f"{x:.4g}" if isinstance(x, float) else str(x)


def _cell(x: Any) -> str:
    if isinstance(x, np.ndarray):
        return "×".join(map(str, x.shape)) + " matrix"
    return "" if x is None else number_text(x)


def _over(statistic: Callable[[list[Any]], Any], series: list[Any]) -> str:
    """Return a statistic of numbers as text; empty if they are not all numbers."""
    return number_text(float(statistic(series))) if all(x is not None and _is_number(x) for x in series) else ""


def _is_number(x: Any) -> bool:
    return x is None or np.ndim(x) == 0
