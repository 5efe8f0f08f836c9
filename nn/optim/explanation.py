"""Update, the result of the formula of an optimizer, and Explanation, the table of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograd import Table, text_table

from .parameters import Node

State = dict[str, Any]


class Update(NamedTuple):
    """The result of an update of one parameter."""

    data: Any  # the new float or array
    state: State  # kept until the next step
    # Intermediate results, shown in the table; or a function that returns them, where a step does not compute them.
    terms: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = MappingProxyType({})


class Row(NamedTuple):
    """One parameter and its update. `gradient` is None if the step skips the parameter."""

    name: str
    node: Node
    data: Any
    gradient: Any
    update: Update

    @property
    def change(self) -> Any:
        """The difference that the step adds to the data; None if it skips the parameter."""
        return None if self.gradient is None else self.update.data - self.data

    def cells(self) -> dict[str, Any]:
        """Return the numbers of this row by column, in the order of the computation."""
        terms = self.update.terms
        inner = {**self.update.state, **(terms() if callable(terms) else terms)}
        return {"data": self.data, "gradient": self.gradient, **inner, "change": self.change}


class Explanation:
    """The table of a step: print it, show it in a notebook, or read `.rows`."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def __str__(self) -> str:
        return str(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()

    __repr__ = __str__

    def _table(self) -> Table:
        cells = [row.cells() for row in self.rows]
        names = list(dict.fromkeys(name for row in cells for name in row if name != "change"))
        columns = [*names, "change"]
        lines = [["parameter", *columns]]
        for row, cell in zip(self.rows, cells, strict=True):
            lines.append([row.name, *(_figure(cell.get(column)) for column in columns)])
        return text_table(lines, range(1, len(columns) + 1), caption="The next step of each parameter")


@np.errstate(all="ignore")
def _figure(number: Any) -> str:
    """Format a number with four digits; show an array of several numbers as its root mean square."""
    if number is None:
        return "–"
    if np.size(number) == 1:
        return f"{np.asarray(number).item():.4g}"
    return f"rms {np.sqrt(np.mean(np.square(number, dtype=np.float64))):.4g}"
