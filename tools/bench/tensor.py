"""The cost of recording on arrays, beside MyGrad, HIPS autograd and PyTorch: `python3 tools/bench/tensor.py`

A program is a chain: one link of an op or a few, repeated, each on the result of the one before. Its time divided by
the number of ops is the time per op, with everything an engine does for it:

    forward     computing and recording. HIPS autograd records inside `make_vjp`, which is what is timed there
    backward    from a gradient at the end to the gradient of the leaf `x`, which every link uses or the first one does.
                HIPS autograd: calling what `make_vjp` gave
    overhead    the time per op less bare NumPy's: the same chain with no engine, and for backward its derivatives
                written out by hand. What is left is what the engine costs; at 1 and 100 elements that is nearly all

Each engine runs in a process of its own with one thread, turn and turn about; HIPS autograd in an environment of its
own too, because it is imported by the same name as this project. Time is processor time, to which other processes add
little. All take the gradient of the same numbers, and it is compared before anything is printed. What is printed is a
measurement on this machine, today; nothing asserts a time.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import statistics
import sys
from collections.abc import Sequence
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench.measure import aligned, in_a_process, in_turn, spread, threads
from bench.peers import BARE, HIPS, MYGRAD, OURS, PYTORCH, Untried, python_of

ENGINES = OURS, MYGRAD, HIPS, PYTORCH, BARE
HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = (1, 100, 10_000, 1_000_000)


# --- the tables ---

Runs = dict[str, list[dict[str, dict[str, float]]]]


def programs(runs: Runs, size: int) -> list[str]:
    """Those that were run at this size."""
    return [name.removesuffix(f" {size}") for name in runs[BARE][0] if name.endswith(f" {size}")]


def table(runs: Runs, size: int) -> str:
    """One column per engine: microseconds per op of every program, nothing taken off."""
    rows = [[f"{size:,} element{'s' * (size != 1)}, µs per op", *runs]]
    for program in programs(runs, size):
        for way in ("forward", "backward"):
            row = [[found[f"{program} {size}"][way] / 1e3 for found in engine] for engine in runs.values()]
            rows.append([f"{program}, {way}", *(spread(each, 2) for each in row)])
    return aligned(rows)


def overheads(runs: Runs, sizes: Sequence[int]) -> str:
    """Format the mean time per op that each engine adds to bare NumPy, and its ratio to ours."""
    rows = [["overhead per op, ns (times ours)", *(engine for engine in runs if engine != BARE)]]
    for size in sizes:
        for way in ("forward", "backward"):
            added = {name: overhead(runs, name, size, way) for name in runs if name != BARE}
            ours = added[OURS]
            # Below nothing: faster than NumPy, or NumPy so slow that an engine is lost in its spread.
            row = [f"{a:,.0f} ({a / ours:.2f})" if min(a, ours) > 0 else f"{a:,.0f} (-)" for a in added.values()]
            rows.append([f"{size:,} element{'s' * (size != 1)}, {way}", *row])
    return aligned(rows)


def overhead(runs: Runs, name: str, size: int, way: str) -> float:
    """The mean over the programs of the medians over the processes, less bare NumPy's."""

    def mean(engine: str) -> float:
        names = [f"{program} {size}" for program in programs(runs, size)]
        return statistics.fmean(statistics.median(found[name][way] for found in runs[engine]) for name in names)

    return mean(name) - mean(BARE)


def disagreements(runs: Runs) -> list[str]:
    """Where two engines found different gradients, so that they have not run the same program."""
    wrong = []
    for program, want in runs[BARE][0].items():
        for name, found in runs.items():
            norm = found[0][program]["norm"]
            if not math.isclose(norm, want["norm"], rel_tol=1e-9):
                wrong.append(f"{program}: the gradient of {name} has norm {norm!r}, bare NumPy's {want['norm']!r}")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Nanoseconds per op on arrays, beside other engines in the same run.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="elements (default: 1 to 1,000,000)")
    parser.add_argument("--ops", type=int, default=100, help="per chain, a tenth above 100,000 elements (default 100)")
    parser.add_argument("--seconds", type=float, default=0.15, help="per program, size and process (default 0.15)")
    parser.add_argument("--rounds", type=int, default=5, help="processes per engine (default 5)")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES), help="besides ours and NumPy")
    options = parser.parse_args(arguments)
    if min(*options.sizes, options.ops, options.rounds) < 1 or options.seconds < 0:
        parser.error("every number is at least 1, and the seconds are not negative")
    what = [str(options.ops), str(options.seconds), *map(str, options.sizes)]
    wanted = [name for name in ENGINES if name in (OURS, *options.engines, BARE)]
    pythons: dict[str, str] = {}
    for name in wanted:
        with contextlib.suppress(Untried):  # which has said why
            pythons[name] = python_of(name)

    def in_its_process(engine: str) -> dict[str, Any]:
        command = [pythons[engine], os.path.join(HERE, "chains.py"), engine, *what]
        paths = [os.path.dirname(HERE), *([environment.ROOT] if engine != HIPS else [])]
        try:
            return in_a_process(command, paths, threads(1))
        except Untried as error:
            raise SystemExit(f"{engine} cannot be measured: {error}; leave it out with --engines") from None

    runs: Runs = in_turn(list(pythons), options.rounds, in_its_process)
    wrong = disagreements(runs)
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(f"Python {environment.VERSION}, one thread: median (smallest to largest) of {options.rounds} processes")
    for size in options.sizes:
        print("\n" + table(runs, size))
    print("\n" + overheads(runs, options.sizes))
    return 0


if __name__ == "__main__":
    try:
        environment.enter("bench")
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
