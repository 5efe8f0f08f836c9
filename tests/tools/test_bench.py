"""tools/bench/ runs and prints what it promises; how fast anything is, no test says."""

import gc
import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import chains, gpt, jobs, mlp, programs, report, run, scalar, tensor
from bench.measure import in_a_process
from bench.peers import BARE, BY_HAND, MICROGRAD, MYGRAD, OURS, PEERS, PYTORCH, Peer, Untried, python_of
from bench.rows import Figure, Row, Runner, rows
from tests.jobs import science, statistics

needs_micrograd = pytest.mark.skipif(
    importlib.util.find_spec("micrograd") is None,
    reason="micrograd is not installed; `python3 tools/environment.py bench` installs it",
)


@needs_micrograd
def test_every_way_to_take_a_step_of_the_demo_gives_the_same_losses() -> None:
    ways = [(MICROGRAD, ""), (MICROGRAD, scalar.NO_COLLECTOR), (OURS, ""), (OURS, scalar.DOT)]
    if importlib.util.find_spec("torch"):
        ways.append((PYTORCH, ""))
    try:
        found = {way: scalar.measure(*way, quick=True, points=4, hidden=3) for way in ways}
    finally:
        gc.enable()
    first = found[MICROGRAD, ""]
    assert first["check"][1] < first["check"][0]
    for figures in found.values():
        assert figures["check"] == pytest.approx(first["check"], rel=1e-9)
        assert len(figures["step"]) == len(figures["forward"]) == len(figures["backward"])
        assert all(f + b <= s for f, b, s in zip(*(figures[n] for n in ("forward", "backward", "step")), strict=True))
        assert figures["nodes"][0] > 4 * 3
    assert found[OURS, ""]["nodes"] == first["nodes"]


def test_the_gpt_has_the_same_losses_on_its_own_values_and_on_ours() -> None:
    ours, own = (gpt.measure(engine, "", quick=True) for engine in (OURS, "its own Value class"))
    assert ours["check"] == pytest.approx(own["check"], rel=1e-9)
    assert ours["check"][1] < ours["check"][0]


def test_the_moons_are_the_same_every_time_and_half_of_them_on_either_side() -> None:
    xs, ys = scalar.moons(100)
    assert (xs, ys) == scalar.moons(100)
    assert sum(ys) == 0
    assert all(-2 < x < 3 and -1.5 < y < 2 for x, y in xs)


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        (run, ["--rounds", "0"]),
        (tensor, ["--sizes", "1", "0"]),
        (tensor, ["--seconds", "-1"]),
        (jobs, ["--rounds", "0"]),
    ],
)
def test_sizes_below_one_are_refused(script: Any, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        script.main(arguments)
    assert "at least 1" in capsys.readouterr().err


@pytest.mark.parametrize(("script", "name"), [(run, "run.py"), (tensor, "tensor.py"), (jobs, "jobs.py")])
def test_the_script_stands_where_the_docs_say(script: Any, name: str) -> None:
    assert Path(script.__file__).parts[-3:] == ("tools", "bench", name)


@needs_micrograd
def test_a_program_takes_the_loss_of_micrograd_and_of_every_sample() -> None:
    floats = programs.measure(OURS, programs.FLOATS, quick=True)
    assert floats["check"] == pytest.approx(scalar.measure(OURS, "", quick=True)["check"][:1], rel=1e-12)
    samples = programs.measure(OURS, programs.SAMPLES, quick=True, samples=100)
    weights = programs.parameters()
    each = [
        programs.hinge(weights, (a, b), y, lambda x: max(x, 0.0)) for a, b, y in zip(*programs.points(100), strict=True)
    ]
    assert samples["check"] == pytest.approx([sum(each)], rel=1e-12)
    assert samples["per sample"] == pytest.approx([s / 100 for s in samples["step"]])


@pytest.mark.parametrize("engine", [MYGRAD, PYTORCH, BY_HAND])
def test_every_engine_trains_the_network_of_tensors_to_the_same_loss(engine: str) -> None:
    module = {MYGRAD: "mygrad", PYTORCH: "torch", BY_HAND: "numpy"}[engine]
    pytest.importorskip(module, reason=f"{module} is not installed; `python3 tools/environment.py bench` installs it")
    found, ours = (mlp.measure(name, "1", quick=True) for name in (engine, OURS))
    assert found["check"] == pytest.approx(ours["check"], rel=1e-3)
    assert len(found["step"]) == len(ours["wall"])


@pytest.mark.parametrize(
    ("engine", "module"),
    [(OURS, "autograd"), (MYGRAD, "mygrad"), (PYTORCH, "torch")],
)
def test_an_engine_takes_the_gradient_that_is_written_out_in_numpy(engine: str, module: str) -> None:
    pytest.importorskip(module, reason=f"{module} is not installed; `python3 tools/environment.py bench` installs it")
    found, bare = (chains.run(name, [1, 4], 3, 0.0) for name in (engine, BARE))
    assert list(found) == [f"{program} {size}" for program in chains.CHAINS for size in (1, 4)]
    for program, each in found.items():
        assert each["norm"] == pytest.approx(bare[program]["norm"], rel=1e-12), program
        assert min(each["forward"], each["backward"]) > 0


@pytest.mark.parametrize("name", chains.CHAINS)
def test_the_hand_written_derivative_of_a_link_is_the_slope_of_the_link(name: str) -> None:
    chain = chains.CHAINS[name]
    functions = chains.engine_of(BARE).functions
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
    assert tensor.main([*arguments, "--engines", OURS]) == 0
    head, small, large, overhead = capsys.readouterr().out.strip().split("\n\n")
    assert head.endswith("one thread: median (smallest to largest) of 1 processes")
    rows = [f"{name}, {way}" for name in chains.CHAINS for way in ("forward", "backward")]
    assert [line.split("  ")[0] for line in small.splitlines()] == ["1 element, µs per op", *rows]
    assert [line.split("  ")[0] for line in large.splitlines()] == [
        "40,000 elements, µs per op",
        *(row for row in rows if "matmul" not in row),
    ]
    assert len(overhead.splitlines()) == 1 + 4
    assert OURS in overhead
    assert BARE not in overhead


def test_an_engine_that_fails_is_named_instead_of_the_tensor_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: Any) -> Any:
        raise Untried("MemoryError")

    monkeypatch.setattr(tensor, "in_a_process", fails)
    with pytest.raises(SystemExit, match="glassgrad cannot be measured: MemoryError; leave it out with --engines"):
        tensor.main(["--rounds", "1", "--engines", OURS])


def test_engines_that_disagree_are_named_and_not_timed() -> None:
    def norm(value: float) -> list[dict[str, dict[str, float]]]:
        return [{"add 1": {"forward": 1.0, "backward": 1.0, "norm": value}}]

    assert tensor.disagreements({OURS: norm(2.0), BARE: norm(2.0 + 1e-12)}) == []
    (found,) = tensor.disagreements({OURS: norm(2.5), BARE: norm(2.0)})
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


# --- run.py ---

HERE, THERE = Runner("a work", OURS), Runner("a work", MICROGRAD)
FASTER = Row("a work", Figure(HERE), Figure(THERE), at_least=10)
SLOWER = Row("another", Figure(HERE), Figure(THERE), at_most=2)
ALONE = Row("a third", Figure(HERE), None, at_most=0.5)


def figures(*seconds: float) -> list[dict[str, list[float]]]:
    """One process per number, with two others around it."""
    return [{"step": [each, each / 2, each * 2]} for each in seconds]


@pytest.mark.parametrize(
    ("row", "ours", "other", "ratio", "margin"),
    [
        (FASTER, 1.0, 20.0, 20.0, 2.0),
        (FASTER, 1.0, 5.0, 5.0, 0.5),
        (SLOWER, 1.0, 1.0, 1.0, 2.0),
        (SLOWER, 8.0, 2.0, 4.0, 0.5),
        (ALONE, 0.25, 9.0, 0.25, 2.0),
    ],
)
def test_a_ratio_is_compared_with_its_target(row: Row, ours: float, other: float, ratio: float, margin: float) -> None:
    (result,) = report.results([row], {HERE: figures(ours, 2 * ours, ours / 2), THERE: figures(other)})
    assert (result.ratio, result.margin) == (ratio, margin)
    assert result.verdict == ("met" if margin >= 1 else "missed")
    assert result.cells()[-2] == row.target


def test_what_takes_time_without_an_engine_is_taken_off() -> None:
    bare = Runner("a work", "bare numpy")
    row = Row("a work", Figure(HERE, less=bare), Figure(THERE, less=bare), at_most=1)
    (result,) = report.results([row], {HERE: figures(3.0), THERE: figures(5.0), bare: figures(1.0)})
    assert (result.ours, result.other, result.ratio) == ([2.0], [4.0], 0.5)


def test_a_peer_that_is_not_there_is_untried_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    results = report.results([FASTER, ALONE], {HERE: figures(0.1), THERE: []})
    assert [each.verdict for each in results] == ["untried", "met"]
    assert run.verdict(results) == 0
    assert capsys.readouterr().out == "smoke: 1 rows measured, 1 untried, 0 worse than half their targets\n"


def test_the_smoke_run_fails_below_half_a_target_and_names_the_row(capsys: pytest.CaptureFixture[str]) -> None:
    found = {HERE: figures(1.0), THERE: figures(4.9)}
    assert run.verdict(report.results([FASTER], found)) == 1
    assert "a work, beside micrograd: worse than half its target" in capsys.readouterr().out
    assert run.verdict(report.results([FASTER], {HERE: figures(1.0), THERE: figures(5.1)})) == 0


@pytest.mark.parametrize(("slow_tries", "code"), [(0, 0), (2, 0), (3, 1)])
def test_a_row_of_the_smoke_run_is_slow_only_if_it_is_so_three_times(
    slow_tries: int, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries = []

    def once(runner: Runner, python: str, quick: bool) -> dict[str, list[float]]:
        tries.append(runner)
        slow = runner == HERE and tries.count(HERE) <= slow_tries
        return {"step": [1.0 if slow else 0.1] if runner == HERE else [4.0]}

    monkeypatch.setattr(run, "environments", lambda chosen, install: ({HERE: "", THERE: ""}, {}))
    monkeypatch.setattr(run, "measured_once", once)
    assert run.smoke([FASTER]) == code
    assert tries == [HERE, THERE] * min(slow_tries + 1, run.TRIES)
    assert f"{code} worse than half their targets" in capsys.readouterr().out


def test_an_engine_that_fails_says_why_in_its_row_and_is_not_run_again() -> None:
    untried: dict[Runner, str] = {}
    nowhere = Runner("mlp", "no such engine", "1")
    found = run.measured({nowhere: sys.executable}, untried, rounds=2, ends=float("inf"))
    assert found == {nowhere: []}
    row = Row("a work", Figure(HERE), Figure(nowhere), at_least=10)
    (result,) = report.results([row], {HERE: figures(1.0), nowhere: []}, untried)
    assert result.cells()[-1].startswith("untried: no such engine: KeyError")


def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Untried, match="longer than 1 s"):
        in_a_process([sys.executable, "-c", "import time; time.sleep(60)"], seconds=1.0)


def test_a_folder_of_the_name_of_an_engine_is_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEERS, "a peer", Peer("a_peer_of_none", ("a-peer",)))
    (tmp_path / "a_peer_of_none").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.util.find_spec("a_peer_of_none")
    with pytest.raises(Untried, match="not installed"):
        python_of("a peer", install=False)


def test_engines_that_computed_something_else_are_named() -> None:
    found = {HERE: [{"check": [2.5]}], THERE: [{"check": [2.0]}]}
    assert report.disagreements(found) == ["a work: micrograd computed 2.0, glassgrad 2.5"]
    assert report.disagreements({HERE: [{"check": [2.0]}], THERE: [{"check": [2.0 + 1e-10]}]}) == []


def test_the_blocks_of_the_docs_are_replaced_and_nothing_around_them(tmp_path: Path) -> None:
    (result,) = report.results(
        [rows()[0]], {row.runner: figures(1.0) for row in (rows()[0].ours, rows()[0].other) if row}
    )
    whole = {"conditions": "A machine.", "table": [result.cells()]}
    (tmp_path / "docs").mkdir()
    for name in run.BLOCKS:
        (tmp_path / name).write_text(f"before\n{run.BEGIN}old{run.END}\nafter\n", encoding="utf-8")
    assert run.write(whole, tmp_path) == 0
    for name in run.BLOCKS:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith(f"before\n{run.BEGIN}")
        assert text.endswith(f"{run.END}\nafter\n")
        assert "| micrograd's demo step, same source |" in text
        assert "old" not in text


def test_the_page_has_a_row_for_every_target() -> None:
    page = (run.ROOT / "docs/speed.md").read_text(encoding="utf-8")
    cells = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    shown = {(row[0].removeprefix("| "), row[2], row[5]) for row in cells if len(row) == 7}
    assert {(row.work, row.other_name, row.target) for row in rows()} - shown == set()


def test_a_run_writes_its_table_as_text_json_and_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed; pip install glassgrad[plot]")
    monkeypatch.setattr(run, "OUT", tmp_path)
    assert run.main(["--rounds", "1", "--only", "import autograd"]) == 0
    assert "import autograd" in capsys.readouterr().out
    assert (tmp_path / "speed.png").stat().st_size > 1000
    assert '"bare numpy"' in (tmp_path / "speed.json").read_text(encoding="utf-8")
