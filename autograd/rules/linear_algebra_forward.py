"""Forward functions of linear algebra, by LAPACK through NumPy. No derivatives here: those stand in
`linear_algebra.py`.

Each takes a matrix or a batch of matrices, `(..., n, n)`. A matrix that has no answer raises LinAlgError in words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.linalg import LinAlgError

Array = np.ndarray

DIVERGED = "its entries are too large, or nan"


def lapack(reason: str, square: bool = True) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Decorate a function that calls LAPACK, which fails without a reason and lacks float16: computed in float32.

    `square` says that it takes square matrices only. ValueError for others: not the numbers are wrong, but the shape.
    """

    def decorate(function: Callable[..., Array]) -> Callable[..., Array]:
        def called(*arrays: Any, **params: Any) -> Array:
            given = [np.asarray(x) for x in arrays]
            half = any(x.dtype == np.float16 for x in given)
            try:
                y = function(*[x.astype(np.float32) if x.dtype == np.float16 else x for x in given], **params)
            except LinAlgError:
                name, shapes = function.__name__, " and ".join(str(x.shape) for x in given)
                if square and given[0].shape[-1:] != given[0].shape[-2:-1]:
                    raise ValueError(f"{name} got shape {given[0].shape}, expected square matrices") from None
                raise LinAlgError(f"{name} got a matrix that has no answer (shape {shapes}): {reason}") from None
            return y.astype(np.float16) if half else y

        return called

    return decorate


SINGULAR = (
    "it is singular, its rows are linearly dependent. Expected an invertible matrix; add a small multiple of the "
    "identity (a + 1e-6 * eye(n)) if it should be one"
)


@lapack(SINGULAR)
def inv(a: Array) -> Array:
    return np.linalg.inv(a)


@lapack(SINGULAR)
def solve(a: Array, b: Array) -> Array:
    return np.linalg.solve(a, b)


@lapack(DIVERGED)
def det(a: Array) -> Array:
    return np.asarray(np.linalg.det(a))


@lapack(DIVERGED)
def sign_of_det(a: Array) -> Array:
    return np.asarray(np.linalg.slogdet(a)[0])


@lapack(DIVERGED)
def log_abs_det(a: Array) -> Array:
    return np.asarray(np.linalg.slogdet(a)[1])


@lapack(DIVERGED)
def cofactor(a: Array) -> Array:
    """The cofactor matrix, det(a) times the transposed inverse, by singular values; right at singular matrices too."""
    u, s, vh = np.linalg.svd(a)
    own = np.eye(a.shape[-1], dtype=bool)
    of_the_others = np.where(own, s.dtype.type(1), s[..., None, :]).prod(-1)
    signs = np.sign(np.linalg.det(u)) * np.sign(np.linalg.det(vh))
    found: Array = (u * (of_the_others * signs[..., None])[..., None, :]) @ vh
    return found


@lapack(
    "it is not positive definite, an eigenvalue is 0 or below. Expected a symmetric positive definite matrix; add a "
    "small number to its diagonal (a + 1e-6 * eye(n)) if it should be one"
)
def cholesky(a: Array) -> Array:
    return np.linalg.cholesky(symmetric(a))


def symmetric(x: Any) -> Array:
    x = np.asarray(x)
    x = x.astype(float) if x.dtype.kind in "iub" else x  # integers wrap around, and the + of masks is a logical one
    half: Array = (x + x.swapaxes(-1, -2)) * 0.5
    return half


def lower_half(x: Any) -> Array:
    """The lower triangle of x with half of its diagonal, so that x is its sum with its transpose if x is symmetric."""
    x = np.asarray(x)
    n = x.shape[-1]
    part: Array = x * (np.tri(n) - 0.5 * np.eye(n)).astype(x.dtype)
    return part


@lapack(DIVERGED)
def eigenvectors(a: Array) -> Array:
    return np.linalg.eigh(symmetric(a))[1]


@lapack(DIVERGED)
def eigenvalues(a: Array) -> Array:
    return np.linalg.eigvalsh(symmetric(a))


def inverse_gaps(w: Any) -> Array:
    """1 / (w_j - w_i) in row i and column j, and 0 on the diagonal; inf where two elements are equal."""
    w = np.asarray(w)
    gaps = w[..., None, :] - w[..., :, None]
    own = np.eye(w.shape[-1], dtype=bool)
    found: Array = np.where(own, w.dtype.type(0), 1 / np.where(own, w.dtype.type(1), gaps))
    return found


@lapack(DIVERGED, square=False)
def singular_vectors(a: Array, rows: int, columns: int) -> Array:
    """The left singular vectors, of `rows` elements, above the right ones, of `columns` elements."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([u, vh.swapaxes(-1, -2)], -2)


@lapack(DIVERGED, square=False)
def singular_values(a: Array, rows: int, columns: int) -> Array:
    return np.linalg.svd(a, compute_uv=False)


def no_scalars(*args: Any, **params: Any) -> NoReturn:
    """Refuse to zoom: elimination and eigenvalues are algorithms with pivots and loops, no fixed graph of scalars."""
    raise ValueError(
        "zoom cannot look into an op of linear algebra, which is an algorithm and not one formula of scalars; zoom "
        "into what comes before it, or see the Tensors themselves with draw(t)"
    )
