"""Limits that keep the source readable: the length of a file and the complexity of a function."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 300  # lines
C_BY_HAND = 500  # lines with code, so that a reader gets through the compiled engine


def test_no_source_file_is_too_long() -> None:
    sources = [p for folder in ("autograd", "nn", "glassgrad", "tools") for p in (ROOT / folder).rglob("*.*")]
    sources = [path for path in sources if path.suffix in {".py", ".js", ".css"}]
    assert len(sources) > 100
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_ruff_checks_the_complexity_of_every_function() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "C901" in lint["select"]
    assert lint["mccabe"]["max-complexity"] <= 12


def test_the_c_by_hand_stays_short() -> None:
    native = ROOT / "autograd" / "native"
    sources = [path for path in (*native.glob("*.c"), *native.glob("*.h")) if path.name != "rules.h"]
    assert len(sources) == 3
    code = [re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) for path in sources]
    assert sum(bool(line.strip()) for text in code for line in text.splitlines()) <= C_BY_HAND
