"""load_mnist: IDX files plain and compressed, every truncation, foreign files, downloads."""

import functools
import gzip
import hashlib
import http.server
import re
import struct
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.data import load_mnist, mnist
from nn.data.idx_file import read_idx

IMAGES = np.arange(2 * 3 * 2, dtype=np.uint8).reshape(2, 3, 2)
LABELS = np.array([7, 3], np.uint8)
NAMES = list(mnist.SHA256)


def idx(array: np.ndarray, code: int = 8) -> bytes:
    return bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def contents() -> dict[str, bytes]:
    return {name: idx(IMAGES if "images" in name else LABELS) for name in NAMES}


def compress(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("rename", "packed"),
    [
        (lambda name: name, bytes),
        (lambda name: f"{name}.gz", compress),
        (lambda name: name.replace("-idx", ".idx"), bytes),
        (lambda name: name, compress),  # by its content, not by its name
    ],
)
def test_files_are_read_plain_and_compressed(
    rename: Callable[[str], str], packed: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    for name, content in contents().items():
        (tmp_path / rename(name)).write_bytes(packed(content))
    (X, y), test = load_mnist(tmp_path)
    assert (X.dtype.name, y.dtype.name) == ("uint8", "int64")
    assert (X == IMAGES).all()
    assert y.tolist() == test[1].tolist() == LABELS.tolist()
    X[:] = 0  # the arrays may be written to


@pytest.mark.parametrize("packed", [bytes, compress])
@pytest.mark.parametrize("array", [IMAGES, LABELS])
def test_a_file_that_is_truncated_at_any_byte_is_refused(
    packed: Callable[[bytes], bytes], array: np.ndarray, tmp_path: Path
) -> None:
    content, path = packed(idx(array)), tmp_path / "some-ubyte"
    path.write_bytes(content)
    assert (read_idx(path, array.ndim) == array).all()
    for end in range(len(content)):
        path.write_bytes(content[:end])
        with pytest.raises(ValueError, match=f"{re.escape(str(path))} is not a complete IDX file: .*; delete it and"):
            read_idx(path, array.ndim)


def test_every_flipped_bit_of_a_compressed_file_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    content, path = compress(idx(LABELS)), tmp_path / "x"
    refused = 0
    for k in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[k // 8] ^= 1 << k % 8
        path.write_bytes(damaged)
        try:
            found = read_idx(path, 1)
        except ValueError:
            refused += 1
        else:  # a flag or the time in the header of gzip
            assert (found == LABELS).all()
    assert refused > 6 * len(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "starts with the bytes of an empty file, expected 00 00 08 03"),
        (b"PK\3\4 and more", "starts with the bytes 50 4b 03 04"),
        (b"<html>404</html>", "starts with the bytes 3c 68 74 6d"),
        (compress(b"<html>"), "starts with the bytes 3c 68 74 6d"),
        (idx(LABELS), "type 0x08 in 1 dimensions, expected unsigned bytes, type 0x08, in 3"),
        (idx(IMAGES.astype(">f4"), code=13), "numbers of type 0x0d in 3 dimensions"),
        (idx(IMAGES) + b"\0", r"shape \(2, 3, 2\), 12 bytes of data, but more follow"),
        (compress(idx(IMAGES) + b"\0"), "but more follow"),
        (compress(idx(IMAGES)) + b"junk", "its gzip data is incomplete or damaged"),
    ],
)
def test_foreign_files_are_refused_with_one_clear_error(content: bytes, says: str, tmp_path: Path) -> None:
    for name, good in contents().items():
        (tmp_path / name).write_bytes(good)
    (tmp_path / NAMES[0]).write_bytes(content)
    with pytest.raises(ValueError, match=says):
        load_mnist(tmp_path)


@pytest.mark.parametrize("packed", [bytes, compress])
def test_a_header_that_claims_terabytes_costs_no_memory(packed: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "huge"
    path.write_bytes(packed(bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**32 - 1, 2**16, 2**16) + b"\0" * 1000))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="more than the file can hold"):
            read_idx(path, 3)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_images_and_classes_of_different_number_are_refused(tmp_path: Path) -> None:
    for name, content in contents().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / NAMES[3]).write_bytes(idx(LABELS[:1]))
    with pytest.raises(ValueError, match=r"holds 2 images, but .* holds 1 classes; use two files that belong together"):
        load_mnist(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for name, content in contents().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / NAMES[2]).unlink()
    with pytest.raises(FileNotFoundError, match=f"MNIST needs {NAMES[2]}, plain or with .gz; .* set download=True"):
        load_mnist(tmp_path)
    with pytest.raises(FileNotFoundError, match="MNIST needs train-images"):
        load_mnist(tmp_path / "nowhere")
    with pytest.raises(NotADirectoryError, match="the folder with the four files"):
        load_mnist(tmp_path / NAMES[0])


# --- downloads ---


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with small files that a server on this machine offers in place of MNIST."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    packed = {name: compress(content) for name, content in contents().items()}
    for name, content in packed.items():
        (folder / f"{name}.gz").write_bytes(content)
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(mnist, "MIRRORS", (f"{address}nowhere/", address))
        monkeypatch.setattr(mnist, "SHA256", {n: hashlib.sha256(c).hexdigest() for n, c in packed.items()})
        yield folder
        server.shutdown()


def test_a_download_takes_the_first_mirror_that_has_the_file_and_only_missing_files(
    mirror: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "folder"
    (X, _), _ = load_mnist(target, download=True)
    assert (X == IMAGES).all()
    assert sorted(path.name for path in target.iterdir()) == sorted(f"{name}.gz" for name in NAMES)
    for path in mirror.iterdir():
        path.unlink()
    load_mnist(target, download=True)
    load_mnist(target)


def test_a_download_with_another_hash_is_refused_and_not_written(mirror: Path, tmp_path: Path) -> None:
    (mirror / f"{NAMES[1]}.gz").write_bytes(compress(idx(LABELS[::-1])))
    with pytest.raises(OSError, match=r"could not be downloaded.*\n.*404.*\n.*the sha256 hash is \w+, expected \w+"):
        load_mnist(tmp_path / "new", download=True)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [f"{NAMES[0]}.gz"]


def test_the_real_hashes_are_of_four_files() -> None:
    assert len({digest for digest in mnist.SHA256.values() if re.fullmatch(r"[0-9a-f]{64}", digest)}) == 4
    assert all(address.startswith("https://") for address in mnist.MIRRORS)
