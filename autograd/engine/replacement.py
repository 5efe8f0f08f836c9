"""Write a file completely or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Final

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows, which locks files in another way
    fcntl = None

_DIGITS: Final = 16  # of a random number in the name of a temporary file


def replace_file(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file completely or not at all; text is written as UTF-8.

    The content goes to a temporary file in the same folder, is synced to the disk and then renamed: if writing fails
    or is interrupted, the old file at `path` is intact. If `path` is a link, its target is written. A temporary file
    that a killed process left is removed by the next call with the same path (not on Windows). Raise OSError where the
    file cannot be written, such as FileNotFoundError where the folder does not exist.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {target.parent}; create it first", os.fspath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "this is a folder; add the name of a file", os.fspath(path))
    _remove_abandoned(target)
    while not _replaced(target, content.encode("utf-8") if isinstance(content, str) else content):
        pass  # another process removed the new file in the moment before it was locked
    _sync_folder(target.parent)


def _replaced(target: Path, content: bytes) -> bool:
    """Write a temporary file and rename it. Return False if it was removed before it was locked."""
    temporary = target.with_name(f".{target.name}.{os.urandom(_DIGITS // 2).hex()}")
    try:
        # Not tempfile: only the owner can read its files, and a saved file should be as readable as any other.
        with open(temporary, "xb") as file:
            if fcntl is not None:
                with suppress(OSError):  # a file system without locks, where nobody removes anything either
                    fcntl.flock(file, fcntl.LOCK_EX)
                if not temporary.exists():
                    return False
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if target.exists():
                os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
            if fcntl is not None:  # renamed while it is locked, because another process could remove it after
                os.replace(temporary, target)
        if fcntl is None:
            os.replace(temporary, target)  # Windows does not rename an open file
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    return True


def _remove_abandoned(target: Path) -> None:
    """Remove the temporary files of the target whose process has ended: nobody holds the lock of such a file.

    A process that is alive, on this or another machine, keeps its file locked. Where files cannot be locked, nothing is
    removed.
    """
    if fcntl is None:
        return
    name = re.compile(re.escape(f".{target.name}.") + f"[0-9a-f]{{{_DIGITS}}}")
    with suppress(OSError):
        for each in filter(name.fullmatch, os.listdir(target.parent)):
            with suppress(OSError):  # locked, or another process has removed it
                handle = os.open(target.with_name(each), os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(target.with_name(each))
                finally:
                    os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Sync the renamed entry of a folder to the disk, on systems that can open folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
