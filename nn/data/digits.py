"""The handwritten digits of UCI, 8 × 8 pixels, which are installed with the package."""

from __future__ import annotations

import gzip
from importlib.resources import files

import numpy as np

from ..checks import integer

FILE = "digits.csv.gz"


def load_digits(n_class: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return 1,797 handwritten digits: images of shape (1797, 64), and classes 0 to 9 of shape (1797,).

    A pixel is a float from 0.0 (paper) to 16.0 (ink), and an image has 8 rows of 8 pixels: `X.reshape(-1, 8, 8)` for
    images. `n_class` keeps the digits below it, as in scikit-learn.

    The data are by E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository, https://doi.org/10.24432/C50P49,
    licensed under CC BY 4.0.

    >>> X, y = load_digits(n_class=2)
    >>> X.shape, y[:6]
    ((360, 64), array([0, 1, 0, 1, 0, 1]))
    """
    if integer("n_class", n_class, 1) > 10:
        raise ValueError(f"n_class must be an integer from 1 to 10, got {n_class}")
    text = gzip.decompress((files(__package__) / FILE).read_bytes()).decode("utf-8")
    table = np.loadtxt(text.splitlines(), dtype=np.int64, delimiter=",")
    kept = table[table[:, -1] < n_class]
    return kept[:, :-1].astype(np.float64), kept[:, -1].copy()
