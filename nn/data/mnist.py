"""MNIST, 70,000 handwritten digits of 28 × 28 pixels, read from files that the user has or downloads."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import numpy as np

from autograd import replace_file

from .idx_file import read_idx

Data = tuple[np.ndarray, np.ndarray]

MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
SHA256 = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}  # of the files compressed by gzip
LARGEST = 16 << 20  # bytes of a download; the largest file has 10 million
PATIENCE = 30  # seconds without an answer


def load_mnist(path: str | os.PathLike[str], download: bool = False) -> tuple[Data, Data]:
    """Return `(X_train, y_train), (X_test, y_test)` from the four IDX files of MNIST in the folder `path`.

    Images have the shape (60000, 28, 28), or (10000, 28, 28) for the test, with bytes from 0 (paper) to 255 (ink).
    Divide them by 255 for training. Classes are integers from 0 to 9. The files may be plain or compressed by gzip, and
    may be those of another set with the same names, such as Fashion-MNIST.

    With `download`, files that are missing are downloaded to the folder, and refused if their sha256 hash is wrong.
    Raises FileNotFoundError if a file is missing, and ValueError if one is damaged or is no IDX file.
    """
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "load_mnist takes the folder with the four files", os.fspath(path))
    if download:
        folder.mkdir(parents=True, exist_ok=True)
    files = {name: _found(folder, name) for name in SHA256}
    for name in [name for name, file in files.items() if file is None and download]:
        files[name] = _downloaded(folder, name)
    train_images, train_labels, test_images, test_labels = files.values()
    if train_images is None or train_labels is None or test_images is None or test_labels is None:
        missing = ", ".join(name for name, file in files.items() if file is None)
        raise FileNotFoundError(
            errno.ENOENT,
            f"MNIST needs {missing}, plain or with .gz; put them into the folder, or set download=True",
            os.fspath(path),
        )
    return _pair(train_images, train_labels), _pair(test_images, test_labels)


def _found(folder: Path, name: str) -> Path | None:
    """Return the file of this name, which some programs write with a dot before idx."""
    names = (name, name.replace("-idx", ".idx"))
    return next((file for each in names for end in ("", ".gz") if (file := folder / (each + end)).is_file()), None)


def _pair(images: Path, labels: Path) -> Data:
    X, y = read_idx(images, ndim=3), read_idx(labels, ndim=1)
    if len(X) != len(y):
        raise ValueError(
            f"{images} holds {len(X):,} images, but {labels} holds {len(y):,} classes; use two files that belong "
            "together"
        )
    return X, y.astype(np.int64)


def _downloaded(folder: Path, name: str) -> Path:
    """Download a file from the first mirror that has it, and return its path."""
    import http.client
    import urllib.request

    failures = []
    for mirror in MIRRORS:
        address = f"{mirror}{name}.gz"
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                content = answer.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{address}: {error}")
            continue
        digest = hashlib.sha256(content).hexdigest()
        if digest == SHA256[name]:
            target = folder / f"{name}.gz"
            replace_file(target, content)
            return target
        failures.append(f"{address}: the sha256 hash is {digest}, expected {SHA256[name]}")
    raise OSError(
        f"MNIST could not be downloaded; get the four files by another way and put them into {folder}:\n  "
        + "\n  ".join(failures)
    )
