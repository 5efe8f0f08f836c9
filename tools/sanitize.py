"""Run the tests of the compiled engine under AddressSanitizer and UBSan: `python3 tools/sanitize.py`.

It copies the packages and tests into a scratch folder, builds the C sources there with the sanitizers, and runs
`tests/native` with them and with Python's development mode, which checks the memory that Python hands out. In this
build the sources get all their memory from Python, so the tests that let each allocation fail in turn reach every one.
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
SLABS = "1"  # of nodes, in an allocation; with more of them most scenarios would find enough
LARGE = ["-m", "slow", "tests/native/test_soak.py"]
# Memory of the C library becomes Python's, which `_testcapi.set_nomemory` can let fail.
TAKEN_OVER = [f"-D{name}=PyMem_Raw{name.capitalize()}" for name in ("malloc", "calloc", "realloc", "free")]
# AddressSanitizer learns which nodes are free: core.c never gives their memory back.
FREE = "POISON_MEMORY_REGION(node, offsetof(Node, slot))"
FREED = ["-D_GNU_SOURCE", "-include", "sanitizer/asan_interface.h"]
FREED += [f"-DCLOSE(node)=ASAN_{FREE}", f"-DOPEN(node)=ASAN_UN{FREE}"]


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

    named = [f"-DPy_LIMITED_API={LIMITED_API}", f'-DSOURCE_HASH="{source_hash()}"', f"-DSLABS={SLABS}"]
    macros = [*named, *TAKEN_OVER, *FREED]
    for source in sorted(native.glob("*.c")):
        files = [str(source), "-o", str(source.with_suffix(".abi3.so"))]
        subprocess.run(["gcc", *FLAGS, *CHECKS, f"-I{include}", *macros, *files, "-lm"], check=True)
        print(f"sanitize: built {source.name}", flush=True)


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
