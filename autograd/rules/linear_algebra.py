"""The table of ops of linear algebra, each with its derivative.

An op takes a matrix or a batch of matrices, `(..., n, n)`. `g` is the gradient that arrives at the result `y`; a `push`
is the same derivative read forward, from the tangent `t` of an input to that of the result. The values and the vectors
of a decomposition are an op each: where values are repeated, theirs has a derivative and that of the vectors has none.
Formulas: M. Giles, "Collected matrix
derivative results for forward and reverse mode algorithmic differentiation" (2008); J. Townsend, "Differentiating the
singular value decomposition" (2016); I. Murray, "Differentiation of the Cholesky decomposition" (2016).
"""

from __future__ import annotations

from typing import Any, Final

from ..engine.definition import op
from ..engine.forms import Kind
from ..engine.op import BUILT_IN, OPS, Op, Rule
from . import linear_algebra_forward as la, structural_forward as sh
from .structural import concatenate, spread, total

LINEAR, OTHER = Kind.LINEAR, Kind.OTHER
MATRIX: Final = (-2, -1)  # the axes of a matrix in a batch


def of_matrix(name: str, array: Rule, slope: Rule) -> Op:
    """Define an op that gives one number for each matrix; `slope(y, a)` is its derivative by each element."""

    def pull(g: Any, y: Any, a: Any) -> Any:
        return spread(g, axis=MATRIX, keepdims=False, shape=a.shape) * slope(y, a)

    def push(t: Any, y: Any, a: Any, position: int) -> Any:
        return total(t * slope(y, a), axis=MATRIX, keepdims=False)

    return op(name, sh.of_array, array, pull, inputs=("a",), kind=OTHER, push=push, scalars=la.no_scalars)


def cofactor_moved(t: Any, y: Any, a: Any) -> Any:
    """Return the tangent of the cofactor matrix. Second derivatives of det are symmetric, so it is the gradient too."""
    return total(t * inv(a).mT, axis=MATRIX, keepdims=True) * y - y @ t.mT @ inv(a).mT


def values_pulled(g: Any, u: Any, v: Any) -> Any:
    """Return the gradient of a matrix for that of its values, each with a vector u on its left and v on its right."""
    return (u * g[..., None, :]) @ v.mT


def values_pushed(t: Any, u: Any, v: Any) -> Any:
    return total(u * (t @ v), axis=-2, keepdims=False)


def vectors(a: Any, rows: int, columns: int) -> tuple[Any, Any]:
    """Return the left and the right singular vectors."""
    both = singular_vectors(a, rows=rows, columns=columns)
    return both[..., :rows, :], both[..., rows:, :]


def vectors_pulled(g: Any, y: Any, a: Any, rows: int, columns: int) -> Any:
    u, v, s, gaps = _decomposed(a, y, rows, columns)
    to_u, to_v = g[..., :rows, :], g[..., rows:, :]
    core = symmetric(gaps * (u.mT @ to_u)) * s[..., None, :] + s[..., :, None] * symmetric(gaps * (v.mT @ to_v))
    pulled = u @ (core * 2.0) @ v.mT
    if rows > columns:  # u spans a part of the space only, and turns out of it too
        pulled = pulled + ((to_u - u @ (u.mT @ to_u)) / s[..., None, :]) @ v.mT
    if columns > rows:
        pulled = pulled + (u / s[..., None, :]) @ (to_v - v @ (v.mT @ to_v)).mT
    return pulled


def vectors_pushed(t: Any, y: Any, a: Any, rows: int, columns: int, position: int) -> Any:
    u, v, s, gaps = _decomposed(a, y, rows, columns)
    core = u.mT @ t @ v
    of_u = u @ (gaps * (core * s[..., None, :] + s[..., :, None] * core.mT))
    of_v = v @ (gaps * (s[..., :, None] * core + core.mT * s[..., None, :]))
    if rows > columns:
        of_u = of_u + (t @ v - u @ core) / s[..., None, :]
    if columns > rows:
        of_v = of_v + (t.mT @ u - v @ core.mT) / s[..., None, :]
    return concatenate(of_u, of_v, axis=-2)


def _decomposed(a: Any, y: Any, rows: int, columns: int) -> tuple[Any, Any, Any, Any]:
    """Return the left and right singular vectors in y, the singular values, and 1 / (s_j² - s_i²)."""
    s = singular_values(a, rows=rows, columns=columns)
    return y[..., :rows, :], y[..., rows:, :], s, inverse_gaps(s * s)


# fmt: off
# ruff: noqa: E501

# equations and inverses
inv: Op   = op("inv",   sh.of_array, la.inv,   lambda g, y, a: -(y.mT @ g @ y.mT), inputs=("a",), kind=OTHER, push=lambda t, y, a, position: -(y @ t @ y), scalars=la.no_scalars)
solve: Op = op("solve", sh.of_array, la.solve, lambda g, y, a, b: -(solve(a.mT, g) @ y.mT), lambda g, y, a, b: solve(a.mT, g),
               kind=OTHER, push=lambda t, y, a, b, position: -solve(a, t @ y) if position == 0 else solve(a, t), scalars=la.no_scalars)

# determinants. The cofactor matrix, and so the gradient of det, is right at singular matrices too.
cofactor: Op = op("cofactor",    sh.of_array, la.cofactor, cofactor_moved, inputs=("a",), kind=OTHER, push=lambda t, y, a, position: cofactor_moved(t, y, a), scalars=la.no_scalars)
det          = of_matrix("det",         la.det,         lambda y, a: cofactor(a))
log_abs_det  = of_matrix("log_abs_det", la.log_abs_det, lambda y, a: inv(a).mT)
sign_of_det  = op("sign_of_det", sh.of_array, la.sign_of_det, None, inputs=("a",), kind=OTHER, scalars=la.no_scalars)

# linear maps that equal their transpose
symmetric: Op  = op("symmetric",  sh.of_array, la.symmetric,  lambda g, y, x: symmetric(g),  kind=LINEAR)
lower_half: Op = op("lower_half", sh.of_array, la.lower_half, lambda g, y, x: lower_half(g), kind=LINEAR)

# decompositions of the symmetric part of a matrix
cholesky = op("cholesky", sh.of_array, la.cholesky, lambda g, y, a: symmetric(solve(y.mT, solve(y.mT, lower_half(y.mT @ g)).mT)),
              inputs=("a",), kind=OTHER, push=lambda t, y, a, position: y @ lower_half(solve(y, solve(y, symmetric(t)).mT)), scalars=la.no_scalars)
# 1 / (w_j - w_i): inf where two are equal
inverse_gaps: Op = op("inverse_gaps", sh.of_array, la.inverse_gaps, lambda g, y, w: total(g * y * y, axis=-1, keepdims=False) - total(g * y * y, axis=-2, keepdims=False),
                  inputs=("w",), kind=OTHER, push=lambda t, y, w, position: (t[..., :, None] - t[..., None, :]) * y * y, scalars=la.no_scalars)
eigenvectors: Op = op("eigenvectors", sh.of_array, la.eigenvectors, lambda g, y, a: symmetric(y @ (inverse_gaps(eigenvalues(a)) * (y.mT @ g)) @ y.mT),
                  inputs=("a",), kind=OTHER, push=lambda t, y, a, position: y @ (inverse_gaps(eigenvalues(a)) * (y.mT @ symmetric(t) @ y)), scalars=la.no_scalars)
eigenvalues: Op  = op("eigenvalues",  sh.of_array, la.eigenvalues, lambda g, y, a: values_pulled(g, eigenvectors(a), eigenvectors(a)), inputs=("a",), kind=OTHER, push=lambda t, y, a, position: values_pushed(t, eigenvectors(a), eigenvectors(a)), scalars=la.no_scalars)

# the singular value decomposition, u above v in one array
SIZES: Final = {"rows": 0, "columns": 0}
SHOWN: Final = {"rows": 2, "columns": 2}
singular_vectors: Op = op("singular_vectors", sh.of_array, la.singular_vectors, vectors_pulled, inputs=("a",), params=SIZES, kind=OTHER, push=vectors_pushed, scalars=la.no_scalars, example=SHOWN)
singular_values: Op  = op("singular_values",  sh.of_array, la.singular_values, lambda g, y, a, rows, columns: values_pulled(g, *vectors(a, rows, columns)), inputs=("a",), params=SIZES, kind=OTHER, push=lambda t, y, a, rows, columns, position: values_pushed(t, *vectors(a, rows, columns)), scalars=la.no_scalars, example=SHOWN)
# fmt: on

BUILT_IN.update(OPS)  # the last of the tables
