"""Output of the experiments: a table on the terminal and a plot in out/."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import environment


def panels(count: int) -> tuple[Any, Any]:
    """Return a figure with `count` panels side by side, and the array of the panels."""
    from matplotlib.figure import Figure  # only here: a script may have to find another Python first

    figure = Figure(figsize=(5.5 * count, 4.5), layout="constrained")
    return figure, figure.subplots(1, count, squeeze=False)[0]


def save(figure: Any, name: str) -> None:
    """Write the figure to out/ and print where it is."""
    folder = os.path.join(environment.ROOT, "out")
    os.makedirs(folder, exist_ok=True)
    figure.savefig(os.path.join(folder, name), dpi=150)
    print(f"\nplot: out/{name}")


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table below its title; all columns but the first are numbers."""
    from autograd import text_table

    print(f"\n{title}\n\n{text_table([header, *rows], right=range(1, len(header)))}", flush=True)
