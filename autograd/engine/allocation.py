"""Keep freed memory for the next arrays, instead of giving it back to the system each time.

A step of training allocates the same arrays as the step before. The C library of Linux, glibc, gives a large array back
to the system when it is freed, and then each page of the next one has to be made by the system again: a step of an MLP
took up to 1.6 times as long, in some processes and not in others, depending on where the arrays happened to lie.
glibc learns to keep memory from the largest array that was freed (`man mallopt`, "dynamic mmap threshold"), up to
32 MiB. After that it keeps up to 64 MiB that are free. An environment variable MALLOC_MMAP_THRESHOLD_ has precedence.
"""

from __future__ import annotations

from typing import Final

import numpy as np

LARGEST: Final = 2**25 - 2**16  # bytes; a little less than 32 MiB, because glibc adds a header


def keep_freed_memory() -> None:
    """Allocate one large array and free it. Its pages are not touched, so it takes no memory and a few microseconds."""
    np.empty(LARGEST, np.uint8)
