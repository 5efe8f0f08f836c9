"""`python -m nn summary`: the header of a file is listed, the tensors are not loaded, and hostile files are refused."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.__main__ import main
from nn.files import entries

pytest.importorskip("safetensors", reason="safetensors is not installed; pip install glassgrad[files]")
ROOT = Path(__file__).resolve().parents[2]


def header(content: dict[str, Any], length: int | None = None) -> bytes:
    text = json.dumps(content).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text


def test_names_shapes_dtypes_and_sizes_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    nn.save({"0.weight": np.ones((40, 30)), "0.bias": np.ones(40, np.float32), "n": 3, "on": [True, False]}, path)
    found = subprocess.run(
        [sys.executable, "-m", "nn", "summary", str(path)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.splitlines() == [
        "tensor    shape     dtype    size",
        "0.bias    (40,)     F32     160 B",
        "0.weight  (40, 30)  F64    9.6 kB",
        "n         ()        I64       8 B",
        "on        (2,)      BOOL      2 B",
        "4 tensors, 9.77 kB",
    ]


def test_dtypes_that_numpy_lacks_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    parts = {
        "b": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]},
        "f": {"dtype": "F8_E4M3", "shape": [2, 2], "data_offsets": [6, 10]},
    }
    path.write_bytes(header(parts) + bytes(10))
    assert [(entry.dtype, entry.size) for entry in entries(path)] == [("BF16", 6), ("F8_E4M3", 4)]


def test_a_large_file_is_listed_without_memory_for_its_tensors(tmp_path: Path) -> None:
    path = tmp_path / "large"
    size = 4_000_000_000
    with path.open("wb") as file:
        file.write(header({"w": {"dtype": "F64", "shape": [size // 8], "data_offsets": [0, size]}}))
        file.truncate(file.tell() + size)  # a file with a hole: it takes no space on the disk
    tracemalloc.start()
    try:
        found = entries(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert found[0].size == size


TERA = 10**12
HOSTILE = {
    "empty": b"",
    "a pickle": b"\x80\x04\x95 a pickle, say",
    "tensors of terabytes": header({"w": {"dtype": "F64", "shape": [TERA], "data_offsets": [0, 8 * TERA]}}),
    "a header of terabytes": header({}, TERA),
    "a header longer than the file": header({}, 90_000_000),
    "deep nesting": struct.pack("<Q", 100_000) + b"[" * 100_000,
    "negative sizes": header({"w": {"dtype": "F64", "shape": [-1], "data_offsets": [0, -8]}}),
    "a size that overflows": header({"w": {"dtype": "F64", "shape": [2**62, 4], "data_offsets": [0, 0]}}),
    "overlapping tensors": header({n: {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]} for n in "ab"}) + bytes(8),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_the_error_of_load_and_costs_no_memory(
    tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(HOSTILE[case])
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="is not a complete safetensors file"):
            entries(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert main(["summary", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error: {path} is not a complete safetensors file")


def test_names_that_act_on_a_terminal_are_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a"
    path.write_bytes(header({"\x1b[2J": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}) + b"\0")
    assert main(["summary", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["absent", "."])
def test_a_path_that_is_no_file_is_named(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(tmp_path / name)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
