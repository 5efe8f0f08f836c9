"""What says for which Pythons and platforms the wheels are: each place says the same."""

import re
import tomllib
from pathlib import Path

import environment
import sanitize
import wheels

ROOT = Path(environment.ROOT)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD = PROJECT["tool"]["cibuildwheel"]


def test_every_place_names_the_same_oldest_python() -> None:
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    major, minor = environment.OLDEST
    tag, api = f"cp{major}{minor}", f"0x{major:02X}{minor:02X}0000"
    assert PROJECT["project"]["requires-python"] == f">={major}.{minor}"
    assert BUILD["build"] == f"{tag}-*"
    assert re.findall(r'"Py_LIMITED_API", "(\w+)"', setup) == [api]
    assert re.findall(r'"py_limited_api": "(\w+)"', setup) == [tag]
    assert (f"{tag}-abi3", api) == (wheels.COMPILED, sanitize.LIMITED_API)


def test_the_wheels_are_tested_alike_here_and_on_the_runners() -> None:
    assert BUILD["test-requires"] == list(wheels.TEST_PACKAGES)
    assert BUILD["test-command"][-1] == f"python -m pytest -q {' '.join(wheels.TESTS)}"
    for name in (*BUILD["test-sources"], *wheels.TESTS, *wheels.FEW_TESTS, *wheels.FILES, *wheels.PACKAGES):
        assert (ROOT / name).exists(), name


def test_the_runners_build_for_each_system() -> None:
    text = (ROOT / ".github/workflows/wheels.yml").read_text(encoding="utf-8")
    (systems,) = re.findall(r"os: \[(.*)\]", text)
    assert {name.split("-")[0] for name in systems.split(", ")} == {"ubuntu", "macos", "windows"}
    assert re.search(
        r"pypa/cibuildwheel@v\d+\.\d+\.\d+$", text, re.MULTILINE
    )  # a version of which the options are known
