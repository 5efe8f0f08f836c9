"""Settings of every process that runs tests: one thread for linear algebra, Ctrl-C, and a short list for the collector.

pytest-xdist already starts a process per core. If NumPy and PyTorch start a thread per core in each of them, these
threads wait for one another, and a thread that waits keeps its core busy: a small matrix product then takes ten times
as long. The variables are set here because the libraries read them once, when they are imported.
"""

from __future__ import annotations

import gc
import os
import signal

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # also for the processes that tests start

# A shell that starts the tests in the background has Ctrl-C ignored in them, and so in the processes that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Let the collector pass over the tests themselves, which live to the end of the run.

    There are about twenty thousand, and without this every full collection in a test would go through all of them.
    """
    gc.collect()
    gc.freeze()
