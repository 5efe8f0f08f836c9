"""Write a file completely or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path


def replace_file(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file completely or not at all; text is written as UTF-8.

    The content goes to a temporary file in the same folder, is synced to the disk and then renamed: if writing fails
    or is interrupted, the old file at `path` is intact. If `path` is a link, its target is written. Raise
    OSError where it cannot be written, such as FileNotFoundError where the folder does not exist.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {target.parent}; create it first", os.fspath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "this is a folder; add the name of a file", os.fspath(path))
    import secrets  # here: it takes long, and most programs write no file

    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        # Not tempfile: only the owner can read its files, and a saved file should be as readable as any other.
        with open(temporary, "xb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Sync the renamed entry of a folder to the disk, on systems that can open folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
