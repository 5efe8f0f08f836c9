"""tools/bench/ runs and prints what it promises; how fast anything is, no test says."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import chains, jobs, programs, scalar, tensor
from tests.jobs import science, statistics

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
    assert len(losses) == len(scalar.ENGINES)
    assert [float(each) for each in losses] == pytest.approx([float(losses[0])] * len(losses), rel=1e-9)
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


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        (scalar, ["--points", "0"]),
        (tensor, ["--sizes", "1", "0"]),
        (tensor, ["--seconds", "-1"]),
        (jobs, ["--rounds", "0"]),
        (programs, ["--samples", "0"]),
    ],
)
def test_sizes_below_one_are_refused(script: Any, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        script.main(arguments)
    assert "at least 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("script", "name"), [(scalar, "scalar.py"), (tensor, "tensor.py"), (jobs, "jobs.py"), (programs, "programs.py")]
)
def test_the_script_stands_where_the_docs_say(script: Any, name: str) -> None:
    assert Path(script.__file__).parts[-3:] == ("tools", "bench", name)


def test_a_program_takes_the_loss_of_micrograd_and_of_every_sample(capsys: pytest.CaptureFixture[str]) -> None:
    losses = {}
    for engine in ("micrograd", "ours"):
        assert programs.main(["--engine", engine, "--work", "floats", "--runs", "1"]) == 0
        losses[engine] = json.loads(capsys.readouterr().out)["loss"]
    assert losses["ours"] == pytest.approx(losses["micrograd"], rel=1e-12)
    samples = programs.seconds("ours", "samples", 1, 100)
    weights = programs.parameters()
    each = [
        programs.hinge(weights, (a, b), y, lambda x: max(x, 0.0)) for a, b, y in zip(*programs.points(100), strict=True)
    ]
    assert samples["loss"] == pytest.approx(sum(each), rel=1e-12)
    shown = programs.table("samples", {"micrograd": [samples], "ours": [samples]}, 100)
    assert shown.splitlines()[0].split() == ["100", "samples", "micrograd", "ours"]


@pytest.mark.parametrize(
    ("engine", "module"),
    [(tensor.OURS, "autograd"), (tensor.MYGRAD, "mygrad"), (tensor.PYTORCH, "torch")],
)
def test_an_engine_takes_the_gradient_that_is_written_out_in_numpy(engine: str, module: str) -> None:
    pytest.importorskip(module, reason=f"{module} is not installed; `python3 tools/environment.py bench` installs it")
    found, bare = (chains.run(name, [1, 4], 3, 0.0) for name in (engine, tensor.BARE))
    assert list(found) == [f"{program} {size}" for program in chains.CHAINS for size in (1, 4)]
    for program, each in found.items():
        assert each["norm"] == pytest.approx(bare[program]["norm"], rel=1e-12), program
        assert min(each["forward"], each["backward"]) > 0


@pytest.mark.parametrize("name", chains.CHAINS)
def test_the_hand_written_derivative_of_a_link_is_the_slope_of_the_link(name: str) -> None:
    chain = chains.CHAINS[name]
    functions = chains.engine_of(tensor.BARE).functions
    x, c, g = chains.numbers(chain, 4)
    y = np.random.default_rng(1).uniform(0.5, 1.5, x.shape)
    dx, dy = np.random.default_rng(2).normal(size=(2, *x.shape))

    def link(step: float) -> Any:
        return chain.link(functions, x + step * dx, c, y + step * dy)

    along = np.sum(g * (link(1e-6) - link(-1e-6)) / 2e-6)
    to_y, to_x = chain.back(g, x, y, link(0.0))
    assert np.sum(to_y * dy) + np.sum((0.0 if to_x is None else to_x) * dx) == pytest.approx(along, rel=1e-7)


def test_the_tensor_table_has_a_row_per_program_and_way_and_the_overheads(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--sizes", "1", "40000", "--ops", "1", "--seconds", "0", "--rounds", "1"]
    assert tensor.main([*arguments, "--engines", tensor.OURS]) == 0
    head, small, large, overhead = capsys.readouterr().out.strip().split("\n\n")
    assert head.endswith("one thread: median (smallest to largest) of 1 processes")
    rows = [f"{name}, {way}" for name in chains.CHAINS for way in ("forward", "backward")]
    assert [line.split("  ")[0] for line in small.splitlines()] == ["1 element, µs per op", *rows]
    assert [line.split("  ")[0] for line in large.splitlines()] == [
        "40,000 elements, µs per op",
        *(row for row in rows if "matmul" not in row),
    ]
    assert len(overhead.splitlines()) == 1 + 4
    assert tensor.OURS in overhead
    assert tensor.BARE not in overhead


def test_engines_that_disagree_are_named_and_not_timed() -> None:
    def norm(value: float) -> list[dict[str, dict[str, float]]]:
        return [{"add 1": {"forward": 1.0, "backward": 1.0, "norm": value}}]

    assert tensor.disagreements({tensor.OURS: norm(2.0), tensor.BARE: norm(2.0 + 1e-12)}) == []
    (found,) = tensor.disagreements({tensor.OURS: norm(2.5), tensor.BARE: norm(2.0)})
    assert found == "add 1: the gradient of glassgrad has norm 2.5, bare NumPy's 2.0"


def test_the_table_of_jobs_has_a_row_per_job_and_a_column_per_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.main(["--rounds", "1"]) == 0
    head, table = capsys.readouterr().out.strip().split("\n\n")
    assert head.endswith("median (smallest to largest) of 1 runs")
    columns, *rows = [re.split(r"  +", line.strip()) for line in table.splitlines()]
    assert columns == ["job, seconds", "nodes", *jobs.COLUMNS]
    assert [row[0] for row in rows] == [*science.JOBS, *statistics.JOBS]
    assert {len(row) for row in rows} == {len(columns)}
    assert dict(row[:2] for row in rows)["error propagation"] == "3"


def test_a_look_that_keeps_someone_waiting_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {"policy gradient": statistics.JOBS["policy gradient"]}
    monkeypatch.setattr(jobs, "seconds", lambda look, rounds: [jobs.PATIENCE * 2])
    assert jobs.table(one, 1).count(" !") == len(jobs.COLUMNS)
    monkeypatch.setattr(jobs, "seconds", lambda look, rounds: [jobs.PATIENCE / 2, jobs.PATIENCE * 2])
    assert " !" not in jobs.table(one, 1)
