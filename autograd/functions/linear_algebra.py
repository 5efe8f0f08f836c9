"""Linear algebra under PyTorch's and NumPy's names: equations, determinants, decompositions, traces, cross products.

No derivative is written here: each function is composed of ops, and the derivatives are those of the ops. A function
takes a matrix or a batch of matrices, `(..., n, n)`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..engine.text import shown
from ..rules import elementwise as e, linear_algebra as la, structural as s
from .arguments import array_of, axis_of, dim_or_axis, implements, integer, require_array, require_one_float_dtype
from .products import outer
from .reductions import amin
from .reshaping import squeeze, transpose, unsqueeze


class Slogdet(NamedTuple):
    """The sign of a determinant, and the logarithm of its magnitude."""

    sign: Any
    logabsdet: Any


class Eigh(NamedTuple):
    """The eigenvalues of a symmetric matrix, in ascending order, and its eigenvectors, one in each column."""

    eigenvalues: Any
    eigenvectors: Any


class SVD(NamedTuple):
    """A singular value decomposition: `(U * S) @ Vh`, the singular values in descending order."""

    U: Any
    S: Any
    Vh: Any


# Arguments


def _matrix(name: str, a: Any) -> Any:
    a = require_array(name, a)
    if len(a.shape) < 2:
        raise ValueError(f"{name} takes a matrix or a batch of matrices, expected shape (..., m, n), got {a.shape}")
    return a


def _square(name: str, a: Any) -> Any:
    a = _matrix(name, a)
    rows, columns = a.shape[-2:]
    if rows != columns:
        raise ValueError(f"{name} takes a square matrix or a batch of them, expected shape (..., n, n), got {a.shape}")
    return a


def _symmetric(name: str, a: Any) -> Any:
    """Return a matrix that is symmetric up to rounding and steps of a numeric derivative; ValueError for another."""
    a = _square(name, a)
    data = np.asarray(array_of(a), float)
    gap = np.abs(data - data.swapaxes(-1, -2)).max(initial=0.0)
    if gap > 0.1 * np.abs(data).max(initial=0.0):
        raise ValueError(
            f"{name} takes a symmetric matrix; got one of shape {a.shape} in which an element differs from its mirror "
            f"image by {gap:g}. For the symmetric part write (a + a.mT) / 2"
        )
    return a


# Equations and determinants


@implements(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse matrix; LinAlgError if it is singular. `solve(a, b)` is faster and more exact than `inv(a) @ b`."""
    return la.inv(_square("inv", a))


@implements(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x for which a @ x is b; LinAlgError if a is singular.

    b is a vector `(n,)`, or a matrix `(..., n, k)` with one right side in each column, as in NumPy.

    >>> solve(Tensor([[2.0, 0.0], [0.0, 4.0]]), Tensor([1.0, 1.0]))
    Tensor([0.5 , 0.25])
    """
    a, b = _square("solve", a), require_array("solve", b)
    m, n = a.shape, b.shape
    if not n or n[0 if len(n) == 1 else -2] != m[-1]:
        raise ValueError(f"solve got a of shape {m} and b of shape {n}; expected ({m[-1]},) or (..., {m[-1]}, k) for b")
    for left, right in zip(m[-3::-1], n[-3::-1], strict=False):
        if left != right and 1 not in (left, right):
            raise ValueError(f"solve of shapes {m} and {n}: batches of {left} and of {right} do not broadcast")
    require_one_float_dtype("solve", a, b)
    return squeeze(la.solve(a, unsqueeze(b, 1)), -1) if len(n) == 1 else la.solve(a, b)


@implements(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant. Its gradient is right at singular matrices too; second derivatives need an invertible matrix."""
    return la.det(_square("det", a))


@implements(np.linalg.slogdet)
def slogdet(a: Any) -> Slogdet:
    """The pair (sign, log of the magnitude) of the determinant, which neither overflows nor underflows.

    No gradient flows through the sign. A singular matrix has (0, -inf), and its gradient raises LinAlgError.
    """
    return Slogdet(la.sign_of_det(_square("slogdet", a)), la.log_abs_det(a))


# Decompositions


@implements(np.linalg.cholesky)
def cholesky(a: Any) -> Any:
    """The lower triangular matrix L for which L @ L.mT is a; LinAlgError if a is not positive definite.

    a is symmetric: what is factored is its symmetric part, so its gradient is symmetric, as in PyTorch.
    """
    return la.cholesky(_symmetric("cholesky", a))


def eigh(a: Any) -> Eigh:
    """The eigenvalues, in ascending order, and the eigenvectors of a symmetric matrix, as PyTorch's linalg.eigh.

    What is decomposed is the symmetric part, so the gradient is symmetric. Where eigenvalues are repeated, the
    eigenvectors are not unique and have no derivative: a gradient through them is inf or nan, as in PyTorch. A gradient
    through the eigenvalues alone is finite, one of the possible ones. The sign of each eigenvector is arbitrary too, so
    a loss should not depend on it.

    >>> eigh(Tensor([[2.0, 1.0], [1.0, 2.0]])).eigenvalues
    Tensor([1., 3.])
    """
    return Eigh(la.eigenvalues(_symmetric("eigh", a)), la.eigenvectors(a))


def eigvalsh(a: Any) -> Any:
    """The eigenvalues of a symmetric matrix, in ascending order; see `eigh`."""
    return la.eigenvalues(_symmetric("eigvalsh", a))


def svd(a: Any, full_matrices: bool = True) -> SVD:
    """The singular value decomposition U, S, Vh of a matrix `(..., m, n)`, so that `(U * S) @ Vh` is a.

    With `full_matrices=False` U and Vh have the min(m, n) vectors that belong to singular values. The others, which
    full_matrices=True would add if m and n differ, are not unique and have no derivative: ValueError. Where singular
    values are repeated, a gradient through U or Vh is inf or nan, as in PyTorch, and so it is where one is 0 and m and
    n differ. A gradient through S alone is finite.
    """
    rows, columns = _matrix("svd", a).shape[-2:]
    if full_matrices and rows != columns:
        raise ValueError(
            f"svd with full_matrices=True of shape {a.shape} has vectors that are not unique and have no derivative; "
            "write full_matrices=False"
        )
    vectors = la.singular_vectors(a, rows=rows, columns=columns)
    values = la.singular_values(a, rows=rows, columns=columns)
    return SVD(vectors[..., :rows, :], values, transpose(vectors[..., rows:, :], -1, -2))


def svdvals(a: Any) -> Any:
    """The singular values of a matrix `(..., m, n)`, in descending order; see `svd`."""
    rows, columns = _matrix("svdvals", a).shape[-2:]
    return la.singular_values(a, rows=rows, columns=columns)


def matrix_norm(a: Any, ord: Any = "fro", keepdim: bool = False) -> Any:
    """The norm of a matrix or of each in a batch, as PyTorch's linalg.matrix_norm.

    ord: "fro" (Euclidean), "nuc" (sum of singular values), 2 and -2 (largest and smallest singular value), 1 and -1 (of
    the sums of magnitudes of columns), inf and -inf (of rows).
    """
    a = _matrix("matrix_norm", a)
    if ord == "fro":
        squares = s.total(e.square(a), axis=la.MATRIX, keepdims=keepdim)
        zero = e.eq(squares, 0.0)
        return e.where(zero, 0.0, e.sqrt(e.where(zero, 1.0, squares)))  # the gradient of the zero matrix is 0
    if ord in ("nuc", 2, -2):
        numbers = svdvals(a)
    elif ord in (1, -1, math.inf, -math.inf):
        numbers = s.total(e.abs(a), axis=-2 if abs(ord) == 1 else -1, keepdims=False)
    else:
        raise ValueError(f"matrix_norm takes the order 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {shown(ord)}")
    if ord == "nuc":
        found = s.total(numbers, axis=-1, keepdims=False)
    elif ord > 0:
        found = s.amax(numbers, axis=-1, keepdims=False)
    else:
        found = amin(numbers, -1)
    return unsqueeze(unsqueeze(found, -1), -1) if keepdim else found


# Traces and cross products


@implements(np.linalg.trace)
def trace(a: Any, *, offset: int = 0) -> Any:
    """The sum of the diagonal of a matrix `(..., m, n)`, or of the diagonal `offset` places above it."""
    rows, columns = _matrix("trace", a).shape[-2:]
    above = integer("trace", "an integer as its offset", offset)
    k = np.arange(max(min(rows + min(above, 0), columns - max(above, 0)), 0))
    return s.total(s.take(a, index=(Ellipsis, k - min(above, 0), k + max(above, 0))), axis=-1, keepdims=False)


@implements(np.linalg.cross)
def cross(a: Any, b: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The vector product of vectors of 3 elements along `dim`, by default the last dimension; batches broadcast.

    >>> cross(Tensor([1.0, 0.0, 0.0]), Tensor([0.0, 1.0, 0.0]))
    Tensor([0., 0., 1.])
    """
    along = dim_or_axis("cross", dim, axis, -1)
    a, b = require_array("cross", a), require_array("cross", b)
    for x in (a, b):
        if not x.shape or x.shape[axis_of("cross", x, along)] != 3:
            raise ValueError(f"cross takes vectors of 3 elements along dim={along}, got shapes {a.shape} and {b.shape}")
        if x.dtype == bool:
            raise TypeError("cross takes vectors of numbers, got masks; make numbers of them, as with t.long()")
    (a1, a2), (b1, b2) = _turned(a, along), _turned(b, along)
    return a1 * b2 - a2 * b1


def _turned(x: Any, along: int) -> tuple[Any, Any]:
    """Return the vectors x with their elements (y, z, x), and with (z, x, y)."""
    before = (slice(None),) * axis_of("cross", x, along)
    first, second = [s.take(x, index=(*before, np.array(order))) for order in ([1, 2, 0], [2, 0, 1])]
    return first, second


# NumPy's own signatures


@implements(np.trace)
def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return trace(_moved_last(a, axis1, axis2), offset=offset)


@implements(np.cross)
def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    if (axisa, axisb, axisc) == (-1, -1, -1):
        return cross(a, b)
    return np.moveaxis(cross(np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)), -1, axisc)


@implements(np.linalg.eigh)
def _eigh(a: Any, UPLO: str = "L") -> Any:
    return eigh(a)  # of a symmetric matrix, so either triangle says the same


@implements(np.linalg.eigvalsh)
def _eigvalsh(a: Any, UPLO: str = "L") -> Any:
    return eigvalsh(a)


@implements(np.linalg.svd)
def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    return svd(a, full_matrices) if compute_uv else svdvals(a)


@implements(np.linalg.svdvals)
def _svdvals(x: Any) -> Any:
    return svdvals(x)


@implements(np.linalg.outer)
def _outer(x1: Any, x2: Any) -> Any:
    return outer(x1, x2)


@implements(np.linalg.matrix_norm)
def _matrix_norm(x: Any, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return matrix_norm(x, ord, keepdims)


def _moved_last(a: Any, axis1: int, axis2: int) -> Any:
    ndim = len(_matrix("trace", a).shape)
    if (axis1 % ndim, axis2 % ndim) == (ndim - 2, ndim - 1):
        return a
    return np.moveaxis(np.moveaxis(a, axis1, -1), axis2 % ndim - (axis2 % ndim > axis1 % ndim), -1)
