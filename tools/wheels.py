"""Build the source distribution and the wheels, and try them in fresh environments: `python3 tools/wheels.py`

From the source distribution it builds a wheel with a C compiler, one without, and one with a compiler that fails, and
checks the tags. Then, for each Python from 3.11 that is found on the PATH or under pyenv, it installs in a new
environment each wheel, with no compiler on the PATH, and the source, with a compiler and without. There it runs a few
lines that say which engine is installed, and then tests, from a copy that has no source of the packages beside it. A
free-threaded Python gets the pure engine. Packages come from the network. Other arguments go to pytest.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import environment

ROOT = Path(environment.ROOT)
PACKAGES = ("autograd", "nn", "glassgrad")
FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE")
COMPILED, PURE = "cp311-abi3", "py3-none-any"  # tags of the wheel with the compiled engine, and of that without
TESTS = ("tests/native", "tests/engine", "tests/test_given_numbers.py")
TEST_PACKAGES = ("pytest", "hypothesis", "mpmath")
FEW_TESTS = ("tests/native/test_core.py", "tests/native/test_rules.py")
SCRIPT = """
import autograd, nn
assert autograd.__compiled__ is {compiled}, autograd.__compiled__
x = autograd.Value(3.0)
(x * x).backward()
assert x.grad == 6.0, x.grad
assert autograd.Program(x * x, [x])(4.0) == 16.0
print(autograd.__file__)
"""


class Way(NamedTuple):
    """A way to install the packages: what from, in which environment of the process, and what is to come of it."""

    name: str
    what: Path
    environ: dict[str, str]
    compiled: bool
    tests: Sequence[str]


def main(arguments: Sequence[str]) -> int:
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        ways = list(ways_to_install(folder))
        for name in ("tests", "tools"):
            shutil.copytree(ROOT / name, folder / "copy" / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder / "copy")
        for version, python in pythons().items():
            for way in ways:
                if version.endswith("t"):
                    if COMPILED in way.what.name:
                        continue
                    way = way._replace(compiled=False)
                passed = works(folder, python, way, arguments)
                line = f"wheels: Python {version}, {way.name}: {'passed' if passed else 'FAILED'}"
                print(line, flush=True)
                failed += [] if passed else [line]
                shutil.rmtree(folder / "venv", ignore_errors=True)
    return 1 if failed else 0


def ways_to_install(folder: Path) -> Iterator[Way]:
    """Build the source distribution and the wheels, and yield each way to install one of them."""
    with_one, without = environ_of(folder), environ_of(folder, PATH=str(folder / "no programs"))
    failing = environ_of(folder, CC=shutil.which("false") or "false")
    source = build_source(folder)
    compiled = build(folder / "with a compiler", source, with_one, COMPILED)
    pure = build(folder / "without a compiler", source, without, PURE)
    build(folder / "with a compiler that fails", source, failing, PURE)
    yield Way(compiled.name, compiled, without, True, TESTS)
    yield Way(pure.name, pure, without, False, TESTS)
    yield Way(f"{source.name} with a compiler", source, with_one, True, FEW_TESTS)
    yield Way(f"{source.name} with a compiler that fails", source, failing, False, FEW_TESTS)


def build_source(folder: Path) -> Path:
    """Build the source distribution from a copy of the source."""
    copy, found = folder / "source", folder / "built"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    script = f"from setuptools import build_meta; build_meta.build_sdist({str(found)!r})"
    subprocess.run(
        [environment.beside("wheels", "setuptools>=77"), "-c", script], cwd=copy, check=True, stdout=subprocess.DEVNULL
    )
    (source,) = found.iterdir()
    return source


def build(found: Path, source: Path, environ: dict[str, str], tag: str) -> Path:
    """Build a wheel from the source distribution, and check its tag."""
    command = [sys.executable, *environment.PIP, "wheel", "-q", "--no-deps", "--wheel-dir", str(found), str(source)]
    subprocess.run(command, env=environ, check=True)
    (wheel,) = found.iterdir()
    if tag not in wheel.name:
        raise SystemExit(
            f"wheels: {wheel.name}, built {found.name}, has another tag than {tag}, which tells what is in it"
        )
    print(f"wheels: built {wheel.name} {found.name}", flush=True)
    return wheel


def environ_of(folder: Path, **changed: str) -> dict[str, str]:
    """Return the environment of a process that finds no Python modules but the installed ones."""
    (folder / "no programs").mkdir(exist_ok=True)
    kept = {name: text for name, text in os.environ.items() if name not in ("CC", "PYTHONPATH", "GLASSGRAD_PURE")}
    return {**kept, **changed}


def pythons() -> dict[str, str]:
    """Return for each version that is found the first Python that can make an environment."""
    found: dict[str, str] = {}
    folders = [*os.get_exec_path(), *map(str, sorted(Path.home().glob(".pyenv/versions/*/bin")))]
    minors = range(environment.OLDEST[1], environment.NEWEST[1] + 1)
    for version in (f"3.{minor}{free}" for minor in minors for free in ("", "t") if minor > 12 or not free):
        for folder in folders:
            python = os.path.join(folder, f"python{version}" + (".exe" if os.name == "nt" else ""))
            if version in found or not os.access(python, os.X_OK):
                continue
            # Finding the name is not enough: pyenv's is a script that asks for the right one, or says there is none.
            code, lines = environment.call([python, "-c", "import sys, venv, ensurepip; print(sys.executable)"])
            if code == 0:
                found[version] = lines[-1]
        if version not in found:
            print(f"wheels: Python {version} is not found, so it is untried", flush=True)
    return found


def works(folder: Path, python: str, way: Way, arguments: Sequence[str]) -> bool:
    """Install the packages in a new environment and try them there."""
    venv = folder / "venv"
    inside = venv / os.path.relpath(environment.PYTHON, environment.VENV)
    commands: list[list[str]] = [
        [python, "-m", "venv", str(venv)],
        [str(inside), *environment.PIP, "install", "-q", str(way.what), *TEST_PACKAGES],
        [str(inside), "-c", SCRIPT.format(compiled=way.compiled)],
        [str(inside), "-m", "pytest", "-q", "-p", "no:cacheprovider", *way.tests, *arguments],
    ]
    return all(subprocess.call(command, env=way.environ, cwd=folder / "copy") == 0 for command in commands)


if __name__ == "__main__":
    try:
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        for_pytest = parser.parse_known_args()[1]
        environment.enter()
        sys.exit(main(for_pytest))
    except KeyboardInterrupt:
        sys.exit("interrupted")
