"""How long a fresh Python takes to import this engine, and NumPy alone."""

from __future__ import annotations

import subprocess
import sys

from bench.measure import Figures
from bench.peers import OURS

TIMED = "import time; began = time.process_time(); import {}; print(time.process_time() - began)"


def measure(engine: str, how: str, quick: bool) -> Figures:
    """Return processor seconds of some imports, each in a process of its own."""
    command = [sys.executable, "-c", TIMED.format("autograd" if engine == OURS else "numpy")]

    def once() -> float:
        return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)

    once()  # after which the files are in the system's memory, and compiled
    return {"step": [once() for _ in range(3 if quick else 7)]}
