"""The sources of the compiled engine, and their hash: a binary with another hash was built from other sources.

There are two binaries, one for each module in C, and one hash of all sources.

`setup.py` runs this file by itself, so it imports nothing of this package.
"""

from __future__ import annotations

import functools
import os
import zlib
from typing import Final

FOLDER: Final = os.path.dirname(os.path.abspath(__file__))
MODULES: Final = ("core", "interpreter")  # each is of the file in C of its name, which includes rules.h
SOURCES: Final = (*(f"{name}.c" for name in MODULES), "rules.h")


@functools.cache  # both modules ask
def source_hash() -> str:
    """Return the hash of the sources; empty where they are not there, as in an installed wheel.

    A checksum is enough to notice a change, and to load a cryptographic hash takes a tenth of the time of the import.
    """
    contents = []
    try:
        for name in SOURCES:
            with open(os.path.join(FOLDER, name), "rb") as file:
                contents.append(file.read())
    except FileNotFoundError:
        return ""
    joined = b"".join(contents)
    return f"{len(joined):x}-{zlib.crc32(joined):08x}"
