"""The guards that tell AddressSanitizer which nodes are free are put where core.c frees a node or takes one."""

from __future__ import annotations

from pathlib import Path

import pytest

import sanitize

NATIVE = Path(__file__).resolve().parents[2] / "autograd" / "native"


def test_the_guards_follow_the_statements_of_the_core() -> None:
    guarded = sanitize.with_guards((NATIVE / "core.c").read_text(encoding="utf-8"), "core.c")
    assert guarded.count("ASAN_POISON_MEMORY_REGION(node") == 2
    assert guarded.count("ASAN_UNPOISON_MEMORY_REGION(node") == 1


def test_a_core_without_those_statements_is_refused() -> None:
    with pytest.raises(ValueError, match=r"core.c has `node->code = FREE;` 0 times, expected 2; see GUARDS"):
        sanitize.with_guards("int nothing;", "core.c")


def test_another_source_stays_as_it_is() -> None:
    assert sanitize.with_guards("node->code = FREE;", "interpreter.c") == "node->code = FREE;"
