"""Report: the result of a check of derivatives, one row for each, printed as a table."""

from __future__ import annotations

from typing import Final, final

from ..engine.text import Table, text_table
from .numeric import relative_error


class GradientError(AssertionError):
    """A derivative that `check_gradients` found to be wrong; `.report` has the table."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{len(report.failed)} of {len(report.rows)} derivatives are wrong\n{report}")
        self.report: Final = report


@final
class Row:
    """One derivative: by the rules (`analytic`), without them (`numeric`), and whether the two agree (`ok`)."""

    __slots__ = ("analytic", "element", "error", "method", "note", "numeric", "ok")

    def __init__(
        self, element: str, analytic: float, numeric: float, method: str, note: str, ok: bool, floor: float = 0.0
    ) -> None:
        self.element: Final = element
        self.analytic: Final = analytic
        self.numeric: Final = numeric
        self.method: Final = method
        self.note: Final = note
        self.ok: Final = ok
        self.error: Final = relative_error(analytic, numeric, floor)


@final
class Report:
    """The result of `check_gradients`; prints as a table, and is one in a notebook."""

    __slots__ = ("notes", "rows")

    def __init__(self, rows: list[Row], notes: list[str]) -> None:
        self.rows: Final = rows
        self.notes: Final = notes

    @property
    def ok(self) -> bool:
        """Whether every derivative is right."""
        return not self.failed

    @property
    def failed(self) -> list[Row]:
        """The rows of the derivatives that are wrong."""
        return [row for row in self.rows if not row.ok]

    def _table(self) -> Table:
        header = ("element", "analytic", "numeric", "rel. error", "by", "")
        lines = [header]
        for r in self.rows:
            verdict = ", ".join(word for word in ("" if r.ok else "WRONG", r.note) if word)
            lines.append((r.element, f"{r.analytic:.10g}", f"{r.numeric:.10g}", f"{r.error:.1e}", r.method, verdict))
        return text_table(lines, right=(1, 2, 3), caption="Derivatives by the rules and without them", notes=self.notes)

    def __str__(self) -> str:
        return str(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()

    __repr__ = __str__
