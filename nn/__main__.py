"""`python -m nn summary file.safetensors` lists the tensors in a file of weights, from its header alone."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import Final

from autograd import Table, text_table

from .files import entries

_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def main(argv: Sequence[str]) -> int:
    """Run the command line and return the exit code: 0 for success, 2 for a file or words that cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m nn", description="Look at files of weights.")
    commands = parser.add_subparsers(required=True, metavar="command")
    summary = commands.add_parser("summary", help="list the tensors in a safetensors file without loading them")
    summary.add_argument("file", help="a safetensors file, such as nn.save or PyTorch writes")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name may have letters that the terminal lacks
    try:
        asked = parser.parse_args(argv)
        print(table(asked.file))
        sys.stdout.flush()
    except (OSError, ValueError, ImportError) as error:
        if isinstance(error, BrokenPipeError):  # `| head` has closed the output
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return 0
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def table(path: str) -> Table:
    """Return the names, shapes, dtypes and sizes of the tensors in a safetensors file as a text table."""
    found = entries(path)
    rows = [("tensor", "shape", "dtype", "size")]
    rows += [(_printable(name), str(shape), dtype, size_text(size)) for name, shape, dtype, size in found]
    total = f"{len(found)} tensors, {size_text(sum(entry.size for entry in found))}"
    return text_table(rows, right=[3], caption=f"Tensors in {os.fspath(path)}", notes=[total])


def size_text(size: int) -> str:
    """Return a number of bytes for people.

    >>> size_text(512), size_text(2_500_000)
    ('512 B', '2.5 MB')
    """
    amount, power = float(size), 0
    while amount >= 999.95 and power < len(_UNITS) - 1:
        amount, power = amount / 1000, power + 1
    return f"{amount:.3g} {_UNITS[power]}" if amount < 100 else f"{amount:.0f} {_UNITS[power]}"


def _printable(name: str) -> str:
    """Return a name without characters that act on a terminal; a file from elsewhere may have them."""
    return name if name.isprintable() else ascii(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
