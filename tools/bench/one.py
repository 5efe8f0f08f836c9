"""One measurement of one engine, in this process: `one.py WORK ENGINE HOW QUICK` prints its figures as JSON.

The modules named in `WORKS` are imported only here, in the environment of the engine. A figure is a list of seconds (or
of bytes or nodes); "check" holds numbers on which all engines that do the same work agree.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

from bench.measure import Figures
from bench.peers import MICROGRAD, OURS


def mlp(engine: str, how: str, quick: bool) -> Figures:
    """`how` is the number of threads."""
    module: Any = import_module("bench.mlp")
    found = module.run(engine, int(how), 60 if quick else 250)
    return {"step": [found["cpu"]], "wall": [found["wall"]], "check": [found["loss"]]}


def programs(engine: str, how: str, quick: bool) -> Figures:
    """`how` is the work; the demo of micrograd stands for its samples, so its loss is another one."""
    module: Any = import_module("bench.programs")
    runs = {MICROGRAD: 1}.get(engine, 3 if quick else 10)
    found = module.seconds("ours" if engine == OURS else engine, how, runs, 10_000)
    check = [] if engine == MICROGRAD else [found["loss"]]
    return {"step": found["run"], "build": [found["build"]], "check": check}


# The other works have the name of a module with a function `measure`.
WORKS: dict[str, Any] = {"mlp": mlp, "programs": programs}


def measure(work: str, engine: str, how: str, quick: bool) -> Figures:
    function = WORKS[work] if work in WORKS else import_module(f"bench.{work}").measure
    found: Figures = function(engine, how, quick)
    return found


if __name__ == "__main__":
    work, engine, how, quick = sys.argv[1:]
    print(json.dumps(measure(work, engine, how, quick == "quick")))
