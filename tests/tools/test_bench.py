"""tools/bench/ runs and prints what it promises; how fast anything is, no test says."""

import importlib.util
import json
from pathlib import Path

import pytest

from bench import scalar

needs_micrograd = pytest.mark.skipif(
    importlib.util.find_spec("micrograd") is None,
    reason="micrograd is not installed; `python3 tools/environment.py bench` installs it",
)
TINY = ["--points", "4", "--hidden", "3", "--steps", "2"]


@needs_micrograd
def test_it_prints_one_column_per_engine_with_the_same_loss(capsys: pytest.CaptureFixture[str]) -> None:
    assert scalar.main([*TINY, "--rounds", "2"]) == 0
    head, _, *lines = capsys.readouterr().out.strip().splitlines()
    assert head.startswith("MLP 2-3-3-1, 4 moon points, Python 3.")
    for engine in scalar.ENGINES:
        assert engine in lines[0]
    rows = [line.split("  ", 1) for line in lines[1:]]
    assert [name for name, _ in rows] == [
        "nodes per step",
        "ns per node, forward",
        "ns per node, backward",
        "seconds per step",
        "of it in the collector, %",
        "peak memory of a run, MB",
        "micrograd's step / this one",
        "loss after the last step",
    ]
    losses = rows[-1][1].split()
    assert len(losses) == 3
    assert [float(each) for each in losses] == pytest.approx([float(losses[0])] * 3, rel=1e-9)
    assert rows[-2][1].split()[0] == "1.0"


@needs_micrograd
@pytest.mark.parametrize("engine", scalar.ENGINES)
def test_one_engine_reports_every_timed_step(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert scalar.main([*TINY, "--engine", engine]) == 0
    found = json.loads(capsys.readouterr().out)
    for what in ("forward", "backward", "step", "collected"):
        assert len(found[what]) == 2
        assert min(found[what]) >= 0
    assert all(f + b <= s for f, b, s in zip(found["forward"], found["backward"], found["step"], strict=True))
    assert found["nodes"] > 4 * 3
    assert len(found["losses"]) == 3
    assert found["losses"][2] < found["losses"][0]


def test_the_moons_are_the_same_every_time_and_half_of_them_on_either_side() -> None:
    xs, ys = scalar.moons(100)
    assert (xs, ys) == scalar.moons(100)
    assert sum(ys) == 0
    assert all(-2 < x < 3 and -1.5 < y < 2 for x, y in xs)


def test_sizes_below_one_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        scalar.main(["--points", "0"])
    assert "at least 1" in capsys.readouterr().err


def test_the_script_stands_where_the_docs_say() -> None:
    assert Path(scalar.__file__).parts[-3:] == ("tools", "bench", "scalar.py")
