"""Run the tests of the compiled engine under AddressSanitizer and UBSan: `python3 tools/sanitize.py`.

It copies the packages and tests into a scratch folder, builds the C sources there with the sanitizers, and runs
`tests/native` with them and with Python's development mode, which checks the memory that Python hands out. The memory
of nodes is not given back, so in this build core.c tells AddressSanitizer where it frees a node or takes one again.
`--slow` runs the large graphs of `tests/native/test_soak.py` at a tenth of their size instead.

The sanitizers are libraries of gcc. Where they or gcc are missing, or on another system than Linux, it says so and
checks nothing; that is no failure.
`--python` takes another Python that can import NumPy and pytest. With a debug build (Debian: python3-dbg), the tests
that let allocations fail also check that the number of all references does not grow.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import environment

ROOT = Path(environment.ROOT)
FOLDERS = ("autograd", "glassgrad", "nn", "tests", "tools")
FLAGS = ["-std=c11", "-ffp-contract=off", "-O1", "-g", "-fPIC", "-shared", "-fno-omit-frame-pointer"]
CHECKS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
ALL = ["-n", "auto", "tests/native"]
LIMITED_API = "0x030B0000"  # of Python 3.11
INCLUDE = "import sysconfig; print(sysconfig.get_paths()['include'])"
LARGE = ["-m", "slow", "tests/native/test_soak.py"]
# What is added behind a statement of core.c, and how often it is there. A free node is not to be touched but for what
# comes from its `slot` on, by which the next free one is found.
REGION = "POISON_MEMORY_REGION(node, offsetof(Node, slot));"
GUARDS = (("node->code = FREE;", f"ASAN_{REGION}", 2), ("Node *node = candidate - 1;", f"ASAN_UN{REGION}", 1))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Run tests/native under AddressSanitizer and UBSan. Other arguments go to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument("--python", default=sys.executable, help="the Python that runs the tests")
    parser.add_argument("--slow", action="store_true", help="the large graphs instead, at a tenth of their size")
    options, pytest_arguments = parser.parse_known_args(arguments)
    include = subprocess.check_output([options.python, "-c", INCLUDE], text=True).strip()
    missing = what_is_missing(include)
    if missing:
        print(f"sanitize: untried, because it needs {missing}")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        copy(Path(scratch))
        build(Path(scratch) / "autograd" / "native", include)
        chosen = [*(LARGE if options.slow else ALL), *pytest_arguments]
        # The large graphs are watched for growing memory, and what is held back would look like that.
        return run(Path(scratch), options.python, chosen, quarantine=1 if options.slow else 16)


def what_is_missing(include: str) -> str:
    """Return what this needs and is not here, or nothing; `include` is the folder of Python's header files."""
    if not sys.platform.startswith("linux"):
        return "Linux"
    if not shutil.which("gcc"):
        return "gcc"
    if not os.path.exists(os.path.join(include, "Python.h")):
        return "the header files of Python (Debian: python3-dev)"
    libraries = [os.path.basename(path) for path in sanitizers() if not os.path.isabs(path)]
    return f"{' and '.join(libraries)} of gcc (Debian: libgcc-*-dev)" if libraries else ""


def sanitizers() -> list[str]:
    """Return the paths of the two libraries; of one that gcc does not have, only the name."""
    names = (f"-print-file-name=lib{name}.so" for name in ("asan", "ubsan"))
    return [subprocess.check_output(["gcc", name], text=True).strip() for name in names]


def copy(scratch: Path) -> None:
    """Copy what the tests need, without what is built."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, scratch / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", scratch)


def build(native: Path, include: str) -> None:
    """Build each file in C with the sanitizers, into the module of its name."""
    from autograd.native.sources import source_hash

    macros = [f"-DPy_LIMITED_API={LIMITED_API}", f'-DSOURCE_HASH="{source_hash()}"', "-D_GNU_SOURCE"]
    headers = [f"-I{include}", f"-I{native}", "-include", "sanitizer/asan_interface.h"]
    for source in sorted(native.glob("*.c")):
        guarded = native.parent / source.name  # in another folder: the sources there are those that the hash is of
        guarded.write_text(with_guards(source.read_text(encoding="utf-8"), source.name), encoding="utf-8")
        files = [str(guarded), "-o", str(source.with_suffix(".abi3.so"))]
        subprocess.run(["gcc", *FLAGS, *CHECKS, *headers, *macros, *files, "-lm"], check=True)
        print(f"sanitize: built {source.name}", flush=True)


def with_guards(text: str, name: str) -> str:
    """Return the text of a source with the guards; ValueError if core.c has not the statements that they follow."""
    for statement, guard, times in GUARDS if name == "core.c" else ():
        if text.count(statement) != times:
            raise ValueError(f"{name} has `{statement}` {text.count(statement)} times, expected {times}; see GUARDS")
        text = text.replace(statement, f"{statement} {guard}")
    return text


def run(scratch: Path, python: str, arguments: Sequence[str], quarantine: int) -> int:
    """Run pytest in the scratch folder; an error of a sanitizer is reported with the place in C, and fails.

    So many megabytes of what is freed are held back, in which a later use is noticed.
    """
    environ = {
        **os.environ,
        "LD_PRELOAD": " ".join(sanitizers()),  # Python itself is built without them
        # Python keeps memory to its end.
        "ASAN_OPTIONS": f"detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb={quarantine}",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc_debug",  # each object on its own, with marks around it
        "PYTHONPATH": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GLASSGRAD_PURE": "0",
        "GLASSGRAD_SOAK": "0.1",
    }
    # The default of pytest would hide a report of the sanitizers, which goes to the stderr of the system.
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--capture=sys"]
    command = [python, "-X", "dev", *pytest, *arguments]
    return subprocess.call(command, cwd=scratch, env=environ)


if __name__ == "__main__":
    try:
        environment.enter("test")
        sys.path.insert(0, str(ROOT))
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
