"""Files are written completely or not at all, whoever writes them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograd import Stepper, Value, draw, replace_file

Write = Callable[[Path, float], object]
WRITERS: dict[str, Write] = {
    "text": lambda path, number: replace_file(path, f"{number}: µ\n"),
    "bytes": lambda path, number: replace_file(path, f"{number}: µ\n".encode()),
    "x.svg": lambda path, number: draw(Value(number) * 2.0).save(path),
    "x.dot": lambda path, number: draw(Value(number) * 2.0).save(path),
    "x.html": lambda path, number: Stepper(Value(number) * 2.0).save(path),
    "x.json": lambda path, number: Stepper(Value(number) * 2.0).save(path),
    "x.txt": lambda path, number: Stepper(Value(number) * 2.0).save(path),
}


@pytest.mark.parametrize("broken", ["fsync", "replace"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("name", WRITERS)
def test_a_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: type[BaseException], broken: str
) -> None:
    def fail(*args: object) -> None:
        raise error

    path, write = tmp_path / name, WRITERS[name]
    write(path, 1.0)
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, broken, fail)
        with pytest.raises(error):
            write(path, 2.0)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert path.read_bytes() == before
    write(path, 2.0)
    assert path.read_bytes() != before


def test_an_error_while_the_content_is_made_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.svg"
    draw(Value(1.0)).save(path)
    before, drawing = path.read_bytes(), draw(Value(2.0))

    def fail(*args: object) -> str:
        raise MemoryError

    monkeypatch.setattr("autograd.see.picture.drawing.svg", fail)
    with pytest.raises(MemoryError):
        drawing.save(path)
    assert path.read_bytes() == before


def test_text_is_utf_8_with_the_line_ends_it_has(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", "µ\n")
    assert (tmp_path / "a").read_bytes() == "µ\n".encode()


def test_a_folder_that_is_missing_or_is_the_target_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*none; create it first"):
        draw(Value(1.0)).save(tmp_path / "none" / "x.svg")
    (tmp_path / "x.svg").mkdir()
    with pytest.raises(IsADirectoryError, match=r"this is a folder; add the name of a file: .*x\.svg"):
        draw(Value(1.0)).save(tmp_path / "x.svg")
    assert [p.name for p in tmp_path.iterdir()] == ["x.svg"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permissions and links of POSIX to test")
def test_a_picture_keeps_the_mode_and_the_link_of_the_old_file(tmp_path: Path) -> None:
    path, link = tmp_path / "x.svg", tmp_path / "link.svg"
    draw(Value(1.0)).save(path)
    path.chmod(0o640)
    link.symlink_to(path)
    draw(Value(2.0)).save(link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_text(encoding="utf-8") == draw(Value(2.0)).svg


# --- what killed processes leave ---

NEEDS_LOCKS = pytest.mark.skipif(os.name == "nt", reason="on Windows abandoned files are not removed")

WRITER = """
import os, sys
from autograd import replace_file

def wait(*_):
    print("written", flush=True)
    sys.stdin.read()  # until this process is killed or told to go on

if sys.argv[2] == "wait":
    real, os.fsync = os.fsync, lambda handle: (wait(), setattr(os, "fsync", real))
for k in range(int(sys.argv[3])):
    replace_file(sys.argv[1], sys.argv[2] * 10_000)
"""


def writer(path: Path, text: str, count: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    arguments = [sys.executable, "-c", WRITER, str(path), text, str(count)]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def temporary_files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".a.")]


@NEEDS_LOCKS
def test_a_file_of_a_killed_process_is_removed_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a"
    process = writer(path, "wait", 1)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        replace_file(path, "one")
        assert len(temporary_files(tmp_path)) == 1
        process.kill()
        process.communicate()
        assert len(temporary_files(tmp_path)) == 1
        others = {".b.0123456789abcdef", ".a.txt", ".a.0123456789ABCDEF", "a.0123456789abcdef"}
        for name in others:
            (tmp_path / name).write_text("of the user")
        replace_file(path, "two")
        assert {each.name for each in tmp_path.iterdir()} == {"a", *others}
    finally:
        process.kill()
        process.communicate()


@NEEDS_LOCKS
def test_a_process_that_waited_while_others_wrote_still_writes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    process = writer(path, "wait", 1)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    for k in range(20):
        replace_file(path, str(k))
    process.communicate("")
    assert process.returncode == 0
    assert path.read_text() == "wait" * 10_000
    assert temporary_files(tmp_path) == []


def test_processes_that_write_one_file_again_and_again_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "a"
    processes = [writer(path, text, 200) for text in "xyz"]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert path.read_text() in [text * 10_000 for text in "xyz"]
    assert temporary_files(tmp_path) == []


@NEEDS_LOCKS
def test_a_new_file_that_is_removed_before_it_is_locked_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    path, real = tmp_path / "a", fcntl.flock
    removed: list[Path] = []

    def remove_first(file: Any, operation: int) -> None:
        if not removed:
            removed.append(Path(file.name))
            removed[0].unlink()
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", remove_first)
    replace_file(path, "one")
    assert removed
    assert path.read_text() == "one"
    assert temporary_files(tmp_path) == []


@NEEDS_LOCKS
def test_a_file_system_without_locks_keeps_abandoned_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def refuse(*_: Any) -> None:
        raise OSError(38, "Function not implemented")

    (tmp_path / ".a.0123456789abcdef").touch()
    monkeypatch.setattr(fcntl, "flock", refuse)
    replace_file(tmp_path / "a", "one")
    assert (tmp_path / "a").read_text() == "one"
    assert temporary_files(tmp_path) == [".a.0123456789abcdef"]
