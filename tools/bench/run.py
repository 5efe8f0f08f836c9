"""Measure the engine beside those that a user would pick instead: `python3 tools/bench/run.py`

It makes the environments that it needs, lets each engine do each work in a process of its own, all of them in turn,
and prints one table with the ratios and their targets. `out/speed.json` and `out/speed.png` hold the same. An engine
that cannot be installed is named as untried. It ends in under ten minutes on two cores.

    --smoke    takes about a minute with what is installed; fails when a ratio is worse than half its target three times
    --write    writes the table into docs/speed.md and the README too
    --only TEXT ...    the rows whose work or peer has one of these texts in it
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench import report
from bench.measure import Figures, in_a_process, say, threads
from bench.peers import HIPS, PEERS, Untried, python_of, version_of
from bench.rows import Row, Runner, rows

ROOT = Path(environment.ROOT)
OUT = ROOT / "out"
HERE = os.path.dirname(os.path.abspath(__file__))
TRIES = 3  # of the smoke run, before a row is called slow
PATIENCE = 180.0  # seconds for one process
BLOCKS = {"docs/speed.md": report.markdown, "README.md": report.in_short}
BEGIN, END = "<!-- measured by tools/bench/run.py -->\n", "<!-- end of what was measured -->"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the engine beside others, and compare with the targets.")
    parser.add_argument("--smoke", action="store_true", help="a minute; fails when a ratio is below half its target")
    parser.add_argument("--write", action="store_true", help="write the table into docs/speed.md and the README too")
    parser.add_argument("--rounds", type=int, default=5, help="processes of each (default 5)")
    parser.add_argument("--minutes", type=float, default=9.0, help="begin no round that would end later (default 9)")
    parser.add_argument("--only", nargs="+", default=[""], metavar="TEXT", help="rows with one of these in them")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.minutes <= 0:
        parser.error("--rounds is at least 1, and --minutes above 0")
    if options.write and (options.smoke or options.only != [""]):
        parser.error("--write writes the whole table: leave out --smoke and --only")
    chosen = [row for row in rows() if any(text in f"{row.work} {row.other_name}" for text in options.only)]
    if not chosen:
        parser.error(f"no row has any of {options.only} in it")
    if options.smoke:
        return smoke([row for row in chosen if row.smoke])
    began = time.monotonic()
    pythons, untried = environments(chosen, install=True)
    found = measured(pythons, untried, options.rounds, began + 60 * options.minutes)
    results = compared(chosen, found, untried)
    peers = {runner.engine: python for runner, python in pythons.items() if runner.engine in PEERS}
    versions = [version_of(engine, python) for engine, python in peers.items()]
    conditions = report.conditions(max(map(len, found.values())), (time.monotonic() - began) / 60, versions)
    print(conditions + "\n\n" + report.table(results) + "\n")
    whole = save(results, found, conditions)
    return write(whole, ROOT) if options.write else 0


def smoke(chosen: Sequence[Row]) -> int:
    """Measure once in short; the rows that are bad again, up to `TRIES` times, since another program may run.

    For the same reason what counts is the shortest time in each process.
    """
    good: list[report.Result] = []
    bad: list[report.Result] = []
    for _ in range(TRIES):
        pythons, untried = environments(chosen, install=False)
        results = compared(chosen, measured(pythons, untried, 1, math.inf, quick=True), untried, min)
        print(report.table(results) + "\n", flush=True)
        bad = [each for each in results if each.is_bad]
        good += [each for each in results if not each.is_bad]
        chosen = [each.row for each in bad]
        if not bad:
            break
    return verdict([*good, *bad])


def environments(chosen: Sequence[Row], install: bool) -> tuple[dict[Runner, str], dict[Runner, str]]:
    """Return the Python of each runner of these rows; and for those that have none, why."""
    import autograd  # only here: main() may have to find another Python first

    pythons: dict[Runner, str] = {}
    untried: dict[Runner, str] = {}
    engines: dict[str, str | Untried] = {}
    for runner in dict.fromkeys(runner for row in chosen for runner in row.runners):
        if runner.engine not in engines:
            try:
                engines[runner.engine] = python_of(runner.engine, install)
            except Untried as error:
                engines[runner.engine] = error
        python = engines[runner.engine]
        if isinstance(python, Untried):
            untried[runner] = str(python)
        elif runner.needs_compiled and not autograd.__compiled__:
            untried[runner] = "the compiled engine is not built here"
        else:
            pythons[runner] = python
    return pythons, untried


def measured(
    pythons: dict[Runner, str], untried: dict[Runner, str], rounds: int, ends: float, quick: bool = False
) -> dict[Runner, list[Figures]]:
    """Run all runners in turn, and return their figures. One that fails is not run again; `untried` gets the reason.

    No round but the first begins that would take longer than until `ends`, by the monotonic clock.
    """
    found: dict[Runner, list[Figures]] = {runner: [] for runner in pythons}
    longest = 0.0
    for turn in range(rounds):
        start = time.monotonic()
        if turn and start + longest > ends:
            break
        for place, (runner, figures) in enumerate(found.items(), 1):
            if runner in untried:
                continue
            say(f"round {turn + 1} of {rounds}, {place} of {len(found)}: {runner.work}, {runner.name}")
            try:
                figures.append(measured_once(runner, pythons[runner], quick))
            except Untried as error:
                untried[runner] = str(error)
                print(f"{runner.work}, {runner.name} is left out: {error}", file=sys.stderr)
        longest = max(longest, time.monotonic() - start)
    say("")
    return found


def measured_once(runner: Runner, python: str, quick: bool) -> Figures:
    """Run one measurement in a process of its own."""
    one = os.path.join(HERE, "one.py")
    command = [python, one, runner.work, runner.engine, runner.how, "quick" if quick else "full"]
    paths = [os.path.dirname(HERE), *([] if runner.engine == HIPS else [environment.ROOT])]
    environ = {**threads(runner.threads), "GLASSGRAD_PURE": "1" if runner.how == "pure" else "0"}
    return in_a_process(command, paths, environ, PATIENCE)


def compared(
    chosen: Sequence[Row],
    found: dict[Runner, list[Figures]],
    untried: dict[Runner, str],
    summary: Callable[[Sequence[float]], float] = statistics.median,
) -> list[report.Result]:
    """Return the results of these rows, if all engines did the same work."""
    wrong = report.disagreements(found)
    if wrong:
        raise SystemExit("\n".join(wrong))
    return report.results(chosen, found, untried, summary)


def verdict(results: Sequence[report.Result]) -> int:
    """Say which ratios are worse than half their targets; 1 if there is one."""
    bad = [each for each in results if each.is_bad]
    for each in bad:
        print(f"{each.row.work}, beside {each.row.other_name or 'the clock'}: worse than half its target")
    tried = sum(each.tried for each in results)
    print(f"smoke: {tried} rows measured, {len(results) - tried} untried, {len(bad)} worse than half their targets")
    return 1 if bad or not tried else 0


def save(results: Sequence[report.Result], found: dict[Runner, list[Figures]], conditions: str) -> dict[str, Any]:
    """Write the JSON and the plot, and return what is in the JSON."""
    OUT.mkdir(exist_ok=True)
    whole: dict[str, Any] = {
        "conditions": conditions,
        "table": [each.cells() for each in results],
        "figures": [
            {"work": r.work, "engine": r.engine, "how": r.how, "rounds": figures} for r, figures in found.items()
        ],
    }
    (OUT / "speed.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False), encoding="utf-8")
    report.plot(results, OUT / "speed.png")
    print("out/speed.json and out/speed.png are written")
    return whole


def write(whole: dict[str, Any], root: Path) -> int:
    """Replace the blocks between the markers in the docs."""
    for name, block in BLOCKS.items():
        text = (root / name).read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not end:
            raise SystemExit(f"{name} has no lines `{BEGIN.strip()}` and `{END.strip()}` to write between")
        (root / name).write_text(before + BEGIN + block(whole) + "\n" + END + after, encoding="utf-8", newline="\n")
        print(f"{name} is written")
    return 0


if __name__ == "__main__":
    try:
        environment.enter("test")
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
