"""The sources of the compiled engine, and their hash: a binary that has another one is of another source.

There are two binaries, one of each module in C, and one hash of all sources.

`setup.py` runs this file by itself, so it imports nothing of this package.
"""

from __future__ import annotations

import os
from typing import Final

FOLDER: Final = os.path.dirname(os.path.abspath(__file__))
MODULES: Final = ("core", "tape")  # each is of the file in C of its name, which includes the headers
SOURCES: Final = (*(f"{name}.c" for name in MODULES), "lists.h", "rules.h", "python_arithmetic.h")


def source_hash() -> str:
    """Return the hash of the sources; empty where they are not there, as in an installed wheel."""
    contents = []
    try:
        for name in SOURCES:
            with open(os.path.join(FOLDER, name), "rb") as file:
                contents.append(file.read())
    except FileNotFoundError:
        return ""
    import hashlib  # here: it takes long, and an installed wheel does not come to it

    return hashlib.sha256(b"".join(contents)).hexdigest()[:16]
