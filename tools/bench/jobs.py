"""How long the jobs of `tests/jobs/` take to be looked at: `python3 tools/bench/jobs.py`

For each job, the size of its graph and the seconds that it takes

    draw      to draw the graph with the built-in layout, as SVG text
    step      to make a Stepper, take all of its steps and write them as a table
    player    to make the page that plays the steps, with its picture
    program   to write the graph down as a Program and to run it once, with the gradients

Each is the median of some runs in this process, with its smallest and largest. Looking at a job should not keep anyone
waiting: where every run took more than a second, the time is marked with `!`. What is printed is a measurement on this
machine; nothing asserts a time.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench.measure import aligned, spread

PATIENCE = 1.0  # seconds
COLUMNS = ("draw", "step", "player", "program")


def looks(job: Any) -> dict[str, Callable[[], Any]]:
    """Return what is timed for this job, by column."""
    from autograd import Program, Stepper, draw  # only here: main() may have to find another Python first

    root, inputs = job.graph()

    def step() -> str:
        stepper = Stepper(root, inputs)
        stepper.finish()
        return str(stepper)

    def program() -> Any:
        return Program(root, list(inputs.values())).value_and_grad(*job.numbers.values())

    return {
        "draw": lambda: draw(root, inputs).svg,
        "step": step,
        "player": lambda: Stepper(root, inputs)._repr_html_(),
        "program": program,
    }


def seconds(look: Callable[[], Any], rounds: int) -> list[float]:
    """Return how long it takes, each time anew."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        look()
        found.append(time.perf_counter() - began)
    return found


def table(jobs: dict[str, Any], rounds: int) -> str:
    """One row per job."""
    rows = [["job, seconds", "nodes", *COLUMNS]]
    for name, job in jobs.items():
        cells = []
        for look in looks(job).values():
            found = seconds(look, rounds)
            cells.append(spread(found, 3) + " !" * (min(found) > PATIENCE))
        rows.append([name, f"{size(job):,}", *cells])
    return aligned(rows)


def size(job: Any) -> int:
    """Return the number of nodes in the graph of a job, constants included."""
    found = [job.graph()[0]]
    seen = set(found)
    for node in found:  # the list grows while it is walked
        new = [i for i in dict.fromkeys(node.inputs) if i not in seen]
        found += new
        seen.update(new)
    return len(found)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Seconds to draw, step through and write down the jobs of tests/jobs/."
    )
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default 5)")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("every number is at least 1")
    from tests.jobs import science, statistics

    print(f"Python {environment.VERSION}: median (smallest to largest) of {options.rounds} runs\n")
    print(table({**science.JOBS, **statistics.JOBS}, options.rounds))
    return 0


if __name__ == "__main__":
    try:
        environment.enter("bench")
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
