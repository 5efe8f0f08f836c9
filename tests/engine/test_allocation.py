"""Memory that is freed is kept for the next arrays, so that a training step makes no new pages."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

STEPS = """
import resource
import sys

import numpy as np

if sys.argv[1] == "ours":
    import autograd


def step():
    arrays = [np.empty(2**20, np.uint8) for _ in range(8)]
    for array in arrays:
        array[:] = 1


for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def new_pages(engine: str) -> int:
    done = subprocess.run([sys.executable, "-c", STEPS, engine], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the C library glibc is told to keep memory")
def test_the_same_arrays_again_need_no_new_pages() -> None:
    assert new_pages("NumPy alone") > 1000  # of 40,000 that are written
    assert new_pages("ours") < 100
