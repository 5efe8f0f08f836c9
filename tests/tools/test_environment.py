"""The environment beside `.venv`: made once, made again when something else is wanted, never trusted half-made."""

import os
from pathlib import Path

import pytest

import environment


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run; making an environment makes its folder."""
    run: list[list[str]] = []

    def call(command: list[str], **how: object) -> tuple[int, list[str]]:
        run.append(command[1:])
        if "venv" in command:
            os.mkdir(command[-1])
        return ("no-such-package" in command), ["pip's last line"]

    monkeypatch.setattr(environment, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(environment, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.setattr(environment, "call", call)
    return run


def test_it_is_made_once_and_again_when_other_packages_are_wanted(commands: list[list[str]], tmp_path: Path) -> None:
    venv = tmp_path / ".venv-other"
    assert environment.beside("other", "numpy>=2.0") == str(venv / "bin" / "python")
    made = [["-m", "venv", str(venv)], [*environment.PIP, "install", "numpy>=2.0"]]
    assert commands == made
    environment.beside("other", "numpy>=2.0")
    assert commands == made
    (venv / "left over").touch()
    environment.beside("other", "numpy>=2.1")
    assert commands[2:] == [made[0], [*environment.PIP, "install", "numpy>=2.1"]]
    assert not (venv / "left over").exists()


def test_one_that_pip_could_not_fill_is_said_and_not_trusted_the_next_time(commands: list[list[str]]) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit, match=r"(?s)pip's last line.*\.venv-other could not be made"):
            environment.beside("other", "no-such-package")
    assert len(commands) == 4
