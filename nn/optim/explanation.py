"""What an optimizer's update finds out about a parameter, and the table of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograd import text_table

from .parameters import Node

State = dict[str, Any]


class Update(NamedTuple):
    """What an update gives for one parameter."""

    data: Any  # the new number, or array
    state: State  # what to remember until the next step
    terms: Mapping[str, Any] = MappingProxyType({})  # what came in between, for the table


class Row(NamedTuple):
    """One parameter and what a step does to it. `gradient` is None where the step skips it."""

    name: str
    node: Node
    data: Any
    gradient: Any
    update: Update

    @property
    def change(self) -> Any:
        """What the step adds to the data; None where it skips the parameter."""
        return None if self.gradient is None else self.update.data - self.data

    def cells(self) -> dict[str, Any]:
        """The numbers of this row by column, in the order in which they come about."""
        inner = {**self.update.state, **self.update.terms}
        return {"data": self.data, "gradient": self.gradient, **inner, "change": self.change}


class Explanation:
    """The table of a step: `print` it, or read `.rows`."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def __str__(self) -> str:
        cells = [row.cells() for row in self.rows]
        names = list(dict.fromkeys(name for row in cells for name in row if name != "change"))
        columns = [*names, "change"]
        lines = [["parameter", *columns]]
        for row, cell in zip(self.rows, cells, strict=True):
            lines.append([row.name, *(_figure(cell.get(column)) for column in columns)])
        return text_table(lines, right=range(1, len(columns) + 1))

    __repr__ = __str__


@np.errstate(all="ignore")
def _figure(number: Any) -> str:
    """Four digits; an array of several numbers is shown by its root mean square."""
    if number is None:
        return "–"
    if np.size(number) == 1:
        return f"{np.asarray(number).item():.4g}"
    return f"rms {np.sqrt(np.mean(np.square(number, dtype=np.float64))):.4g}"
