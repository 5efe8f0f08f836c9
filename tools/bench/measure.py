"""The parts that the benchmarks share: an engine in its own process, the collector's time, the printed figures."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def in_turn(
    engines: Sequence[str], rounds: int, run: Callable[[str], dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Run each engine `rounds` times, in turn, so that a slow minute hits all, and return the results by engine."""
    runs: dict[str, list[dict[str, Any]]] = {engine: [] for engine in engines}
    for turn in range(rounds):
        for engine in engines:
            print(f"\rround {turn + 1} of {rounds}: {engine:12}", end="", file=sys.stderr, flush=True)
            runs[engine].append(run(engine))
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
    return runs


def in_a_process(
    command: Sequence[str], paths: Sequence[str] = (), environ: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run a Python with these arguments and read the JSON it prints; `paths` come first among its imports."""
    found = dict(os.environ, **(environ or {}))
    found["PYTHONPATH"] = os.pathsep.join([*paths, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(command, env=found, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


class Collector:
    """The seconds that go to the cycle collector from when this is made to when it is stopped."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0
        gc.callbacks.append(self._called)

    def stop(self) -> None:
        gc.callbacks.remove(self._called)

    def _called(self, phase: str, info: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._began = now
        else:
            self.seconds += now - self._began


def spread(numbers: Sequence[float], digits: int) -> str:
    """`median (smallest to largest)`."""
    middle = statistics.median(numbers)
    return f"{middle:,.{digits}f} ({min(numbers):,.{digits}f} to {max(numbers):,.{digits}f})"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Format the rows in columns, the first flush left and the others flush right."""
    from autograd import text_table  # only here: an engine under test may have a package of that name

    return text_table(rows, right=range(1, len(rows[0])))
