"""Finding and Report: what the doctor found, as text and as a table in a notebook."""

from __future__ import annotations

import textwrap
from typing import Final, NamedTuple, final

from autograd import Table, text_table

_HEADER: Final = ("finding", "where", "what was seen", "what to try")
_WIDTHS: Final = (22, 20, 40, 34)  # columns of the text; a notebook breaks lines itself


class Finding(NamedTuple):
    """One thing that is wrong: its name, its place, the number that shows it, a sentence with it, and what to try."""

    name: str
    where: str
    number: float
    sentence: str
    remedy: str


@final
class Report:
    """The findings of the doctor: `findings` is a list, which is empty for a healthy training. Print it to read it."""

    def __init__(self, findings: list[Finding], checks: int) -> None:
        self.findings = findings
        self.checks = checks

    def table(self) -> Table:
        """Return the findings as a text table."""
        lines = [(each.name, each.where, each.sentence, each.remedy) for each in self.findings]
        return text_table([_HEADER, *lines], caption=self._title())

    def _title(self) -> str:
        count = len(self.findings)
        return f"Doctor: {count or 'no'} finding{'s' * (count != 1)} in {self.checks} checks"

    def __str__(self) -> str:
        if not self.findings:
            return self._title()
        rows = [_HEADER]
        for finding in self.findings:
            cells = (finding.name, finding.where, finding.sentence, finding.remedy)
            wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, _WIDTHS, strict=True)]
            for k in range(max(map(len, wrapped))):
                first, second, third, fourth = (cell[k] if k < len(cell) else "" for cell in wrapped)
                rows.append((first, second, third, fourth))
            rows.append(("", "", "", ""))
        return f"{self._title()}\n\n{text_table(rows[:-1])}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table()._repr_html_() if self.findings else f"<p>{self._title()}</p>"
