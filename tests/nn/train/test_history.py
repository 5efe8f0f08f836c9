"""History: a dict of lists with a table, a plot and a file."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn import train


def history(epochs: int = 3) -> train.History:
    found = train.History()
    for k in range(epochs):
        found.append({"loss": 1.0 / (k + 3), "val_loss": math.nan if k == 1 else 0.5, "matrix": np.eye(2, dtype=int)})
    return found


def test_it_is_a_dict_of_lists_as_in_keras() -> None:
    found = history()
    assert found["loss"] == [1 / 3, 1 / 4, 1 / 5]
    assert found.history["loss"] == found["loss"]
    assert found.epoch == [0, 1, 2]
    assert list(found) == ["loss", "val_loss", "matrix"]


def test_a_name_that_is_new_or_missing_gets_none() -> None:
    found = train.History()
    found.append({"loss": 1.0})
    found.append({"loss": 2.0, "lr": 0.1})
    found.append({"lr": 0.2})
    assert found == {"loss": [1.0, 2.0, None], "lr": [None, 0.1, 0.2]}
    assert repr(found) == "epoch  loss   lr\n    1     1\n    2     2  0.1\n    3        0.2"


def test_a_file_keeps_all_digits(tmp_path: Path) -> None:
    history().to_csv(tmp_path / "h.csv")
    with (tmp_path / "h.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["epoch", "loss", "val_loss", "matrix"]
    assert [float(row[1]) for row in rows[1:]] == [1 / 3, 1 / 4, 1 / 5]
    assert rows[2][2] == "nan"
    assert rows[1][3] == "[[1, 0], [0, 1]]"


def test_a_notebook_shows_a_table() -> None:
    html = history()._repr_html_()
    assert html.count("<tr>") == 4
    assert "2×2 matrix" in html
    assert "0.3333" in html


def test_a_long_history_shows_its_first_and_last_epochs() -> None:
    lines = repr(history(100)).splitlines()
    assert len(lines) == 22
    assert lines[11].split()[0] == "…"
    assert lines[-1].split()[0] == "100"
    assert repr(train.History()) == "epoch"


def test_the_plot_leaves_out_what_is_not_a_number() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed; pip install glassgrad[plot]")
    import matplotlib.pyplot as plt

    axes: Any = history().plot()
    assert [line.get_label() for line in axes.lines] == ["loss", "val_loss"]
    plt.close(axes.figure)
