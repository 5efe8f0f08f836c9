"""Read IDX files, the format of MNIST: a header with the shape, then unsigned bytes; plain or compressed by gzip."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

UNSIGNED_BYTE = 0x08
GZIP_MAGIC = b"\x1f\x8b"
BEST_RATIO = 1100  # gzip compresses to no less than about 1/1032 of the size
BLOCK = 1 << 20


def read_idx(path: str | os.PathLike[str], ndim: int) -> np.ndarray:
    """Return the array of bytes in an IDX file. Raises ValueError if it is damaged, or not IDX with `ndim` dimensions.

    A header that claims more than the file can hold is refused before memory is taken.
    """
    size = Path(path).stat().st_size
    with open(path, "rb") as raw:
        compressed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        try:
            with gzip.open(raw) if compressed else raw as file:
                shape, data = _content(file, ndim, size * (BEST_RATIO if compressed else 1))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _refusal(path, f"its gzip data is incomplete or damaged ({error})") from None
        except _Damaged as error:
            raise _refusal(path, str(error)) from None
    return np.frombuffer(data, np.uint8).reshape(shape)  # can be written to, as a bytearray can


class _Damaged(Exception):
    """A problem with the content of a file."""


def _content(file: Any, ndim: int, largest: int) -> tuple[tuple[int, ...], bytearray]:
    header = file.read(4)
    if len(header) < 4 or header[:2] != b"\0\0":
        raise _Damaged(f"it starts with the bytes {header.hex(' ') or 'of an empty file'}, expected 00 00 08 0{ndim}")
    if header[2] != UNSIGNED_BYTE or header[3] != ndim:
        raise _Damaged(
            f"it holds numbers of type {header[2]:#04x} in {header[3]} dimensions, expected unsigned bytes, type 0x08, "
            f"in {ndim}"
        )
    lengths = file.read(4 * ndim)
    if len(lengths) < 4 * ndim:
        raise _Damaged("it ends within its header")
    shape = tuple(int.from_bytes(lengths[4 * k : 4 * k + 4], "big") for k in range(ndim))
    expected = math.prod(shape)
    if expected > largest:
        raise _Damaged(f"its header claims shape {shape}, {expected:,} bytes, more than the file can hold")
    data = bytearray()
    while len(data) <= expected and (block := file.read(min(BLOCK, expected + 1 - len(data)))):
        data += block
    if len(data) != expected:
        found = "more follow" if len(data) > expected else f"it has only {len(data):,}"
        raise _Damaged(f"its header claims shape {shape}, {expected:,} bytes of data, but {found}")
    return shape, data


def _refusal(path: str | os.PathLike[str], problem: str) -> ValueError:
    return ValueError(
        f"{os.fspath(path)} is not a complete IDX file: {problem}; delete it and download it again, with download=True"
    )
