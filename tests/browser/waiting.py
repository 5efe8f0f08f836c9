"""Wait for a condition in a page. Its policy lets no script evaluate text, as Playwright's `wait_for_function` does."""

from __future__ import annotations

from typing import Any

STEP, LONGEST = 50, 10_000  # milliseconds


def wait_until(frame: Any, condition: str) -> None:
    """Wait until an expression in JavaScript is true in the frame; AssertionError if that takes too long."""
    for _ in range(LONGEST // STEP):
        if frame.evaluate(condition):
            return
        frame.wait_for_timeout(STEP)
    raise AssertionError(f"after {LONGEST // 1000} s, this is not true: {condition}")
