"""Save and load weights as safetensors files with PyTorch's key names.

A file is written completely or not at all. Reading one executes no code from it.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, Value, printable, replace_file, shown

DIGEST = "sha256"  # key in the metadata of a file: the hash of all names and arrays in it
RESERVED = "__metadata__"


class Entry(NamedTuple):
    """A tensor in a file: its name, its shape, its dtype in the words of the file format, and its size in bytes."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    size: int


def save(state_dict: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write a dict from name to array, Tensor or number as a safetensors file, which other programs can read too.

    The data goes to a temporary file in the same folder, is synced to the disk and then renamed: if saving fails or is
    interrupted, the old file at `path` is intact. If `path` is a link, its target is written.
    """
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            f"save(state_dict, path) takes a dict from name to array, got {type(state_dict).__name__} "
            f"{shown(state_dict)}; for a Module give model.state_dict()"
        )
    replace_file(path, packed(state_dict))


def packed(state_dict: Mapping[str, Any], metadata: Mapping[str, str] | None = None) -> bytes:
    """Return the content of a safetensors file with these arrays, and with this metadata beside their hash."""
    safetensors = _library()
    arrays = _arrays(state_dict)
    content: bytes = safetensors.numpy.save(arrays, metadata={DIGEST: _digest(arrays), **(metadata or {})})
    return content


def unpacked(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays in the content of a safetensors file. Raises ValueError if it is not complete or is damaged."""
    safetensors = _library()
    try:
        return {name: np.array(array) for name, array in safetensors.numpy.load(content).items()}
    except (safetensors.SafetensorError, TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(f"not a complete safetensors file of real numbers: {error}") from None


def load(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Return the arrays in a safetensors file as a dict from name to array, for `load_state_dict`.

    Raises ValueError if the file is incomplete or if its content differs from what `save` wrote. Files of other
    programs contain no hash and are not checked for changes.
    """
    with _opened(path) as file:
        metadata = file.metadata() or {}
        arrays = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 (not a dict)
    if DIGEST in metadata and metadata[DIGEST] != _digest(arrays):
        raise ValueError(
            f"{os.fspath(path)} is damaged: its content has another sha256 hash than when it was saved; use a copy"
        )
    return arrays


def entries(path: str | os.PathLike[str]) -> list[Entry]:
    """Return the tensors that the header of a safetensors file lists, in the order of their names.

    The arrays are not read, so a file that does not fit in memory can be listed too. Raises ValueError for a file whose
    header is damaged or does not fit the length of the file.
    """
    found = []
    with _opened(path) as file:
        for name in sorted(file.keys()):
            part = file.get_slice(name)
            shape, dtype = tuple(part.get_shape()), part.get_dtype()
            bits = int(re.sub(r"\D.*", "", dtype.lstrip("BFIUC")) or 8)  # F8_E4M3 has 8, and BOOL is stored as a byte
            found.append(Entry(name, shape, dtype, math.prod(shape) * bits // 8))
    return found


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Open a safetensors file, whose header is then checked. Errors in it become a ValueError."""
    safetensors = _library()
    with open(path, "rb"):
        pass  # raises the usual OSError if the file cannot be opened
    try:
        with safetensors.safe_open(os.fspath(path), framework="np") as file:
            yield file
    except (safetensors.SafetensorError, TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(
            f"{os.fspath(path)} is not a complete safetensors file of real numbers: {error}; save it again, or use a "
            "copy"
        ) from None


def _arrays(state_dict: Mapping[str, Any]) -> dict[str, np.ndarray]:
    arrays = {}
    for name, x in state_dict.items():
        if not isinstance(name, str):
            raise TypeError(f"the names in a state are strings, got {type(name).__name__} {shown(name)}")
        if name == RESERVED:
            raise ValueError(f"the name {RESERVED} is reserved by the file format; use another name")
        # order="C": safetensors writes the bytes in memory order
        array = np.array(x.data if isinstance(x, (Tensor, Value)) else x, order="C")
        if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
            raise TypeError(
                f"{printable(name)} holds {array.dtype}, expected real numbers of at most 64 bits; the state of an "
                "optimizer goes into a checkpoint, which nn.train.save_checkpoint writes"
            )
        arrays[name] = array.astype(array.dtype.newbyteorder("="), copy=False)
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
        raise ImportError('saving and loading weights needs safetensors: pip install "glassgrad[files]"') from None
    return safetensors
