"""Build the wheel with and without a C compiler, and try both in fresh environments: `python3 tools/wheels.py`

For each Python from 3.11 that is found on the PATH or under pyenv, and for each of the two wheels, it makes an
environment, installs the wheel there with no compiler on the PATH, runs a few lines that say which engine is there, and
then `tests/native` or, with the pure wheel, `tests/engine`, from a copy that has no source of the packages beside it.
Packages come from the network. Other arguments go to pytest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import environment

ROOT = Path(environment.ROOT)
PACKAGES = ("autograd", "nn", "glassgrad")
FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE")
TAGS = {True: "cp311-abi3", False: "py3-none-any"}  # of the wheel with the compiled engine, and of that without
# The test of rules.h needs the source beside it.
TESTS = {True: ("tests/native", "--ignore=tests/native/test_rules.py"), False: ("tests/engine",)}
SCRIPT = """
import autograd, nn
assert autograd.__compiled__ is {compiled}, autograd.__compiled__
x = autograd.Value(3.0)
(x * x).backward()
assert x.grad == 6.0, x.grad
assert autograd.Program(x * x, [x])(4.0) == 16.0
print(autograd.__file__)
"""


def main(arguments: Sequence[str]) -> int:
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        wheels = {compiled: build(folder, compiled) for compiled in TAGS}
        for name in ("tests", "tools"):
            shutil.copytree(ROOT / name, folder / "copy" / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder / "copy")
        for version, python in pythons().items():
            for compiled, wheel in wheels.items():
                passed = works(folder, python, wheel, compiled, arguments)
                line = f"wheels: Python {version}, {wheel.name}: {'passed' if passed else 'FAILED'}"
                print(line, flush=True)
                failed += [] if passed else [line]
                shutil.rmtree(folder / "venv", ignore_errors=True)
    return 1 if failed else 0


def build(folder: Path, compiled: bool) -> Path:
    """Build a wheel from a copy of the source, and check its tag."""
    source, found = folder / f"source {compiled}", folder / f"wheels {compiled}"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, source)
    command = [sys.executable, *environment.PIP, "wheel", "-q", "--no-deps", "--wheel-dir", str(found), str(source)]
    subprocess.run(command, env=None if compiled else without_compiler(folder), check=True)
    (wheel,) = found.glob("*.whl")
    if TAGS[compiled] not in wheel.name:
        raise SystemExit(f"wheels: {wheel.name} has another tag than {TAGS[compiled]}, which tells what is in it")
    print(f"wheels: built {wheel.name}", flush=True)
    return wheel


def without_compiler(folder: Path) -> dict[str, str]:
    """Return the environment of a process that finds no programs, and no Python modules but the installed ones."""
    empty = folder / "no programs"
    empty.mkdir(exist_ok=True)
    kept = {name: text for name, text in os.environ.items() if name not in ("CC", "PYTHONPATH", "GLASSGRAD_PURE")}
    return {**kept, "PATH": str(empty)}


def pythons() -> dict[str, str]:
    """Return for each version that is found the first Python that can make an environment."""
    found: dict[str, str] = {}
    folders = [*os.get_exec_path(), *map(str, sorted(Path.home().glob(".pyenv/versions/*/bin")))]
    for minor in range(environment.OLDEST[1], environment.NEWEST[1] + 1):
        version = f"3.{minor}"
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


def works(folder: Path, python: str, wheel: Path, compiled: bool, arguments: Sequence[str]) -> bool:
    """Install the wheel in a new environment and try it there."""
    venv, environ = folder / "venv", without_compiler(folder)
    inside = venv / os.path.relpath(environment.PYTHON, environment.VENV)
    commands: list[list[str]] = [
        [python, "-m", "venv", str(venv)],
        [str(inside), *environment.PIP, "install", "-q", str(wheel), "pytest", "hypothesis", "mpmath"],
        [str(inside), "-c", SCRIPT.format(compiled=compiled)],
        [str(inside), "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS[compiled], *arguments],
    ]
    return all(subprocess.call(command, env=environ, cwd=folder / "copy") == 0 for command in commands)


if __name__ == "__main__":
    try:
        environment.enter()
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("interrupted")
