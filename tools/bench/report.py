"""The results of `run.py`: as a table, as text for the docs, and as a plot."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import Figures, aligned
from bench.rows import Figure, Row, Runner

HEADER = ("work", "ours", "beside", "its", "ratio (min to max)", "target", "")
IN_SHORT = ("micrograd's demo step", "Program over", "MLP 784-120-84-10, batch 100, one step")  # how their names begin


@dataclass(frozen=True)
class Result:
    """A row with its medians; `ratios` has one per round. A side that could not be measured is None; `why` says why."""

    row: Row
    ours: list[float] | None
    other: list[float] | None
    why: str = ""

    @property
    def tried(self) -> bool:
        return self.ours is not None and (self.other is not None or self.row.other is None)

    @property
    def ratio(self) -> float:
        """The ratio of the medians."""
        return self.row.ratio(statistics.median(self.ours or [0.0]), statistics.median(self.other or [1.0]))

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round, in which both ran shortly after one another."""
        ours = self.ours or []
        return [self.row.ratio(a, b) for a, b in zip(ours, self.other or [1.0] * len(ours), strict=False)]

    @property
    def margin(self) -> float:
        return self.row.margin(self.ratio)

    @property
    def is_bad(self) -> bool:
        """Whether it is worse than half the target."""
        return self.tried and self.margin < 0.5

    @property
    def verdict(self) -> str:
        if not self.tried:
            return f"untried: {self.why}" if self.why else "untried"
        return "met" if self.margin >= 1 else "missed"

    def cells(self) -> list[str]:
        row = self.row
        if not self.tried:
            return [row.work, "–", row.other_name, "–", "–", row.target, self.verdict]
        ours, other = (None if each is None else _quantity(each, row) for each in (self.ours, self.other))
        ratios = self.ratios
        ratio = f"{_short(self.ratio)} ({_short(min(ratios))} to {_short(max(ratios))})" if row.other else ""
        return [row.work, ours or "–", row.other_name, other or "", ratio, row.target, self.verdict]


def _short(number: float) -> str:
    """Three digits, and no more of those before the point than there are."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _quantity(numbers: Sequence[float], row: Row) -> str:
    """The median with its unit, and the smallest and largest."""
    middle = statistics.median(numbers)
    scale, unit = 1.0, "bytes"
    if row.ours.name != "bytes":
        scale, unit = next((s, u) for s, u in ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (0, "ns")) if abs(middle) >= s)
        scale = scale or 1e-9
    low, high = min(numbers) / scale, max(numbers) / scale
    return f"{_short(middle / scale)} {unit} ({_short(low)} to {_short(high)})"


def results(
    rows: Sequence[Row],
    found: dict[Runner, list[Figures]],
    untried: Mapping[Runner, str] | None = None,
    summary: Callable[[Sequence[float]], float] = statistics.median,
) -> list[Result]:
    """Read the figures of all rounds: for each row and round, the median of what one process measured."""

    def read(figure: Figure | None) -> list[float] | None:
        if figure is None or not found.get(figure.runner) or (figure.less and not found.get(figure.less)):
            return None
        middles = [summary(each[figure.name]) for each in found[figure.runner]]
        if figure.less is None:
            return middles
        taken = [summary(each[figure.name]) for each in found[figure.less]]
        return [a - b for a, b in zip(middles, taken, strict=False)]

    def why(row: Row) -> str:
        reasons = {f"{runner.engine}: {untried[runner]}" for runner in row.runners if untried and runner in untried}
        return "; ".join(sorted(reasons)).replace("|", "/")

    return [Result(row, read(row.ours), read(row.other), why(row)) for row in rows]


def disagreements(found: dict[Runner, list[Figures]]) -> list[str]:
    """Return where two engines computed different numbers, so that they have not done the same work."""
    first: dict[tuple[str, str], tuple[Runner, list[float]]] = {}
    wrong = []
    for runner, rounds in found.items():
        if not rounds or "check" not in rounds[0]:
            continue
        key = (runner.work, runner.how if runner.work in ("chains", "programs") else "")
        _, wanted = first.setdefault(key, (runner, rounds[0]["check"]))
        tolerance = 1e-3 if runner.work == "mlp" else 1e-7  # float32 there
        for a, b in zip(rounds[0]["check"], wanted, strict=False):
            if abs(a - b) > tolerance * max(abs(a), abs(b)):
                wrong.append(f"{runner.work}: {runner.name} computed {a!r}, {first[key][0].name} {b!r}")
                break
    return wrong


def table(found: Sequence[Result]) -> str:
    return aligned([list(HEADER), *(each.cells() for each in found)])


def markdown(report: dict[str, Any]) -> str:
    """The table for `docs/speed.md`, from what `run.py` has written."""
    lines = [" | ".join(cells) for cells in (HEADER, ["---"] * len(HEADER), *report["table"])]
    return "\n".join([report["conditions"], "", *(f"| {line} |" for line in lines)])


def in_short(report: dict[str, Any]) -> str:
    """The table for the README: the measured rows of the works in `IN_SHORT`."""
    lines = ["| work | beside | ratio of times | target |", "|---|---|---|---|"]
    for work, _, beside, _, ratio, target, verdict in report["table"]:
        if not verdict.startswith("untried") and any(work.startswith(start) for start in IN_SHORT):
            lines.append(f"| {work} | {beside} | {ratio.split(' (')[0]} | {target} |")
    return "\n".join(lines)


def conditions(rounds: int, minutes: float, versions: Sequence[str]) -> str:
    """Say on what machine and with which versions it was measured."""
    named = ", ".join([f"numpy {importlib.metadata.version('numpy')}", *versions])
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {named}. "
        f"Processor time (2 threads: wall time), median (smallest to largest) of {rounds} processes each, in turn; "
        f"{minutes:.1f} minutes in all."
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    named = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return named[1] if named else platform.machine()


def plot(found: Sequence[Result], path: Path) -> None:
    """Draw how many times as long as we the other takes, with the target as a mark."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [each for each in found if each.tried and each.row.other]
    figure, axes = pyplot.subplots(figsize=(9, 1.2 + 0.3 * len(shown)), layout="constrained")
    for place, each in enumerate(reversed(shown)):
        times = each.ratio if each.row.at_least else 1 / each.ratio
        target = each.row.at_least or 1 / (each.row.at_most or 1.0)
        met = each.margin >= 1
        axes.barh(place, times - 1, left=1, color="#4c78a8" if met else "#e0a458")
        axes.plot([target, target], [place - 0.42, place + 0.42], color="black", linewidth=2)
        axes.annotate(
            f" {times:,.3g}×" + ("" if met else " (missed)"), (max(times, target, 1), place), va="center", fontsize=8
        )
    axes.set_yticks(
        range(len(shown)), [f"{each.row.work}, beside {each.row.other_name}" for each in reversed(shown)], fontsize=8
    )
    axes.set_xscale("log")
    axes.set_xlabel("time or memory of the other / ours; black line: target")
    axes.margins(x=0.15)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
