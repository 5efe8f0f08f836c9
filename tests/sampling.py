"""Choose the rows of a long table that the default run tests; a run with `--slow` tests all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(step: int, rows: Iterable[Any], always: Iterable[Any] = (), start: int = 0) -> list[Any]:
    """Return the rows as parameters, all but every `step`-th marked as slow; those of `always` are never slow.

    The rule looks at the place in the table only, so every run tests the same rows. `start` gives two tests of one
    table different rows.
    """
    kept = list(always)
    return [
        row if k % step == start % step or row in kept else pytest.param(row, marks=pytest.mark.slow)
        for k, row in enumerate(rows)
    ]
