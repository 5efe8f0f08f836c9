"""The compiled engine where memory fails: each allocation in turn, and nothing is lost, kept or half done.

`tools/sanitize.py` runs this with all memory of the C sources taken from Python, so that the failures reach it too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import autograd

pytest.importorskip("_testcapi", reason="this Python has no _testcapi, which lets allocations fail")

from .failing import SCENARIOS

pytestmark = pytest.mark.skipif(not autograd.__compiled__, reason="this is the pure engine")


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_allocation_fails_in_turn_and_leaves_everything_as_it_was(name: str) -> None:
    command = [sys.executable, "-m", "tests.native.failing", name]
    run = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    failed, tried = map(int, run.stdout.split())
    assert failed > 0
    assert tried > failed  # the last ones succeeded
