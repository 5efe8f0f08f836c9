"""The parts that the benchmarks share: an engine in its own process, clocks, memory, the printed figures."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.peers import Untried

Figures = dict[str, list[float]]  # the numbers that one process measured, by name


def in_turn(
    engines: Sequence[str], rounds: int, run: Callable[[str], dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Run each engine `rounds` times, in turn, so that a slow minute hits all, and return the results by engine."""
    runs: dict[str, list[dict[str, Any]]] = {engine: [] for engine in engines}
    for turn in range(rounds):
        for engine in engines:
            say(f"round {turn + 1} of {rounds}: {engine}")
            runs[engine].append(run(engine))
    say("")
    return runs


def say(text: str) -> None:
    """Show what runs now: in a terminal in one line that the next one replaces."""
    if not sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)  # in a log: a line for each
    else:
        print(f"\r{text:60}" if text else "\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)


def in_a_process(
    command: Sequence[str],
    paths: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> dict[str, Any]:
    """Run a Python with these arguments and read the JSON it prints; `paths` come first among its imports.

    The PYTHONPATH of this process is not passed on: this checkout in it would hide another package named `autograd`.
    A process that fails, or takes longer than `seconds`, raises Untried with the reason; it is ended where this one is
    interrupted.
    """
    found = {**os.environ, **(environ or {}), "PYTHONPATH": os.pathsep.join(paths)}
    pipe = subprocess.PIPE
    try:
        done = subprocess.run(command, env=found, stdout=pipe, stderr=pipe, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Untried(f"it took longer than {seconds:.0f} s") from None
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        last = [f"it ended with exit code {done.returncode}", *done.stderr.strip().splitlines()][-1]
        raise Untried(last[:80])
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def threads(count: int) -> dict[str, str]:
    """Return the environment in which the libraries for arrays use so many threads."""
    return {f"{library}_NUM_THREADS": str(count) for library in ("OMP", "OPENBLAS", "MKL")}


def timed(step: Callable[[], object], steps: int, warm: int = 1) -> Figures:
    """Run the step; return the seconds of each run after `warm` ones: `step` in processor time, and `wall`."""
    for _ in range(warm):
        step()
    found: Figures = {"step": [], "wall": []}
    for _ in range(steps):
        began, processor = time.perf_counter(), time.process_time()
        step()
        found["step"].append(time.process_time() - processor)
        found["wall"].append(time.perf_counter() - began)
    return found


def memory() -> int:
    """Return the bytes that this process holds, or the most that it has held; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def spread(numbers: Sequence[float], digits: int) -> str:
    """`median (smallest to largest)`."""
    middle = statistics.median(numbers)
    return f"{middle:,.{digits}f} ({min(numbers):,.{digits}f} to {max(numbers):,.{digits}f})"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Format the rows in columns, the first flush left and the others flush right."""
    from autograd import text_table  # only here: an engine under test may have a package of that name

    return text_table(rows, right=range(1, len(rows[0])))
