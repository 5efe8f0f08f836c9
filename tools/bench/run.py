"""Measure the engine beside those that a user would pick instead: `python3 tools/bench/run.py`

It makes the environments that it needs, lets each engine do each work in a process of its own, all of them in turn,
and prints one table with the ratios and their targets. `out/speed.json` and `out/speed.png` hold the same. An engine
that cannot be installed is named as untried. It ends in under ten minutes on two cores.

    --smoke    takes about a minute with what is installed; fails when a ratio is worse than half its target, twice
    --write    measures nothing, and writes the table of `out/speed.json` into docs/speed.md and the README
    --only TEXT ...    the rows whose work or peer has one of these texts in it
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench import report
from bench.measure import Figures, in_a_process, say, threads
from bench.peers import HIPS, python_of
from bench.rows import Row, Runner, rows

ROOT = Path(environment.ROOT)
OUT = ROOT / "out"
HERE = os.path.dirname(os.path.abspath(__file__))
BLOCKS = {"docs/speed.md": report.markdown, "README.md": report.in_short}
BEGIN, END = "<!-- measured by tools/bench/run.py -->\n", "<!-- end of what was measured -->"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the engine beside others, and compare with the targets.")
    parser.add_argument("--smoke", action="store_true", help="a minute; fails when a ratio is below half its target")
    parser.add_argument("--write", action="store_true", help="write the last table into the docs; measure nothing")
    parser.add_argument("--rounds", type=int, default=5, help="processes of each (default 5)")
    parser.add_argument("--minutes", type=float, default=9.0, help="begin no round that would end later (default 9)")
    parser.add_argument("--only", nargs="+", default=[""], metavar="TEXT", help="rows with one of these in them")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.minutes <= 0:
        parser.error("every number is at least 1")
    if options.write:
        return write(json.loads((OUT / "speed.json").read_text(encoding="utf-8")), ROOT)
    chosen = [row for row in rows() if any(text in f"{row.work} {row.other_name}" for text in options.only)]
    if not chosen:
        parser.error(f"no row has any of {options.only} in it")
    found, minutes = measured(chosen, 1 if options.smoke else options.rounds, options.minutes, options.smoke)
    wrong = report.disagreements(found)
    if wrong:
        raise SystemExit("\n".join(wrong))
    results = report.results(chosen, found)
    conditions = report.conditions(max(map(len, found.values())), minutes)
    print(conditions + "\n\n" + report.table(results) + "\n")
    if options.smoke:
        slow = [each.row for each in results if each.is_bad]
        if slow:  # a busy moment or a slow engine: the next measurement tells
            again = report.results(slow, measured(slow, 2, options.minutes, smoke=True)[0])
            print(report.table(again) + "\n")
            results = [each for each in results if not each.is_bad] + again
        return verdict(results)
    save(results, found, conditions)
    return 0


def measured(
    chosen: Sequence[Row], rounds: int, minutes: float, smoke: bool
) -> tuple[dict[Runner, list[Figures]], float]:
    """Run all runners of these rows in turn; return their figures, and how many minutes it took."""
    began = time.monotonic()
    found: dict[Runner, list[Figures]] = {runner: [] for row in chosen for runner in row.runners}
    pythons = {engine: python_of(engine, install=not smoke) for engine in {runner.engine: None for runner in found}}
    longest = 0.0
    for turn in range(rounds):
        start = time.monotonic()
        if turn and start - began + longest > 60 * minutes:
            break
        for runner, figures in found.items():
            say(f"round {turn + 1} of {rounds}: {runner.work}, {runner.name}")
            python = pythons[runner.engine]
            if python and len(figures) == turn:  # not again what has failed
                figures += measured_once(runner, python, smoke)
        longest = max(longest, time.monotonic() - start)
    say("")
    return found, (time.monotonic() - began) / 60


def measured_once(runner: Runner, python: str, quick: bool) -> list[Figures]:
    """Run one measurement in a process of its own; none where that fails, which is said."""
    command = [
        python,
        os.path.join(HERE, "one.py"),
        runner.work,
        runner.engine,
        runner.how,
        "quick" if quick else "full",
    ]
    paths = [os.path.dirname(HERE), *([] if runner.engine == HIPS else [environment.ROOT])]
    environ = {**threads(runner.threads), "GLASSGRAD_PURE": "1" if runner.how == "pure" else "0"}
    try:
        return [in_a_process(command, paths, environ)]
    except (subprocess.CalledProcessError, json.JSONDecodeError) as error:
        print(f"\n{runner.work}, {runner.name} is left out: {error}", file=sys.stderr)
        return []


def verdict(results: Sequence[report.Result]) -> int:
    """Say which ratios are worse than half their targets; 1 if there is one."""
    bad = [each for each in results if each.is_bad]
    for each in bad:
        print(f"{each.row.work}, beside {each.row.other_name or 'the clock'}: worse than half its target")
    tried = sum(each.tried for each in results)
    print(f"smoke: {tried} rows measured, {len(results) - tried} untried, {len(bad)} worse than half their targets")
    return 1 if bad or not tried else 0


def save(results: Sequence[report.Result], found: dict[Runner, list[Figures]], conditions: str) -> None:
    """Write the JSON and the plot."""
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
