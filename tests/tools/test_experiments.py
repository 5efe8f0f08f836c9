"""tools/experiments/ runs, prints its tables and draws its plots, the same for the same seeds."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

import environment
from experiments import depth_and_width, optimizers

ROOT = Path(__file__).resolve().parents[2]
SMALL: list[tuple[ModuleType, list[str], list[str]]] = [
    (depth_and_width, ["--steps", "3", "--seeds", "1"], ["sin(10x)", "tent(tent(tent(x)))"]),
    (
        optimizers,
        ["--epochs", "1", "--rates", "0.01"],
        ["optimizer: each with its best learning rate", "schedule: of SGD with momentum 0.9"],
    ),
]


@pytest.mark.parametrize(("experiment", "arguments", "titles"), SMALL)
def test_an_experiment_prints_its_tables_and_saves_its_plot(
    experiment: ModuleType,
    arguments: list[str],
    titles: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(environment, "ROOT", str(tmp_path))
    texts = []
    for _ in range(2):
        assert experiment.main(arguments) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    blocks = texts[0].strip().split("\n\n")
    assert blocks[:-1:2] == titles
    for table in blocks[1::2]:
        assert len(table.splitlines()) >= 5
    name = re.fullmatch(r"plot: out/(\w+\.png)", blocks[-1])
    assert name
    assert (tmp_path / "out" / name[1]).stat().st_size > 10_000


def test_the_widths_give_about_equal_numbers_of_parameters() -> None:
    counts = [
        sum(parameter.numel() for parameter in depth_and_width.network(depth).parameters())
        for depth in range(1, len(depth_and_width.WIDTHS) + 1)
    ]
    assert counts == [481, 481, 463, 505]


def test_contributing_names_each_experiment() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in (ROOT / "tools" / "experiments").glob("*.py"):
        if path.stem != "output":
            assert f"`python3 tools/experiments/{path.name}`" in text
