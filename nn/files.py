"""Weights in files: safetensors with PyTorch's key names, written whole or not at all, and never run when read."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Tensor, Value

from .module import Module

DIGEST = "sha256"  # in the metadata of the file: of all that is in it
RESERVED = "__metadata__"


def save(state_dict: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write arrays, Tensors or numbers by name to a safetensors file, which other programs can read as well.

    It is written beside, synced to the disk and renamed: whatever happens, at `path` is the old file or the new one.
    """
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            f"save(state_dict, path) takes arrays by name, got {type(state_dict).__name__} {state_dict!r:.60}; of a "
            "Module give model.state_dict()"
        )
    safetensors = _library()
    if not isinstance(state_dict, Mapping):
        hint = "; give it model.state_dict()" if isinstance(state_dict, Module) else ""
        raise TypeError(f"save takes arrays by name, got {type(state_dict).__name__}{hint}")
    arrays = {}
    for name, x in state_dict.items():
        if not isinstance(name, str):
            raise TypeError(f"the names in a state are text, got {type(name).__name__} {name!r:.60}")
        if name == RESERVED:
            raise ValueError(f"the name {RESERVED} is the file format's own, and the file could not be read again")
        # order="C": safetensors writes the memory as it lies
        array = np.array(x.data if isinstance(x, (Tensor, Value)) else x, order="C")
        if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
            raise TypeError(f"{name} holds {array.dtype}, expected real numbers of at most 64 bits")
        arrays[name] = array.astype(array.dtype.newbyteorder("="), copy=False)
    content = safetensors.numpy.save(arrays, metadata={DIGEST: _digest(arrays)})
    target = Path(os.path.realpath(path))  # what a link points at is written, and the link stays
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {target.parent} to save {target.name} in; make it first")
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    # Not tempfile: its files are their owner's alone, and a saved network is as readable as any other file.
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(beside, stat.S_IMODE(target.stat().st_mode))
        os.replace(beside, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    _sync_folder(target.parent)


def load(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """The arrays in a safetensors file by name, for `load_state_dict`.

    ValueError for what is not a whole safetensors file, or not what was saved; a file of another program, which says
    nothing about its content, is taken as it is.
    """
    safetensors = _library()
    with open(path, "rb"):
        pass  # a file that is not there is the operating system's to name
    try:
        with safetensors.safe_open(os.fspath(path), framework="np") as file:
            metadata = file.metadata() or {}
            arrays = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (safetensors.SafetensorError, TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(f"{os.fspath(path)} is not a whole safetensors file of real numbers: {error}") from None
    if DIGEST in metadata and metadata[DIGEST] != _digest(arrays):
        raise ValueError(f"{os.fspath(path)} is damaged: its content is not what was saved (sha256 differs)")
    return arrays


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    found = hashlib.sha256()
    for name in sorted(arrays):
        found.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}\n".encode())
        found.update(arrays[name].tobytes())
    return found.hexdigest()


def _library() -> Any:
    try:
        import safetensors
        import safetensors.numpy
    except ImportError:
        raise ImportError("files of weights need safetensors: pip install glassgrad[files]") from None
    return safetensors


def _sync_folder(folder: Path) -> None:
    """The new name reaches the disk too, where the system can say so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
