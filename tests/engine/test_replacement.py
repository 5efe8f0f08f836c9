"""Files are written completely or not at all, whoever writes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

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
