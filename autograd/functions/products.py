"""Products: of the elements along a dimension, of vectors and matrices, and einsum.

No derivative is written here: each function is composed of ops, and the derivatives are those of the ops.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from ..engine.op import NO_PARAMS
from ..native import apply, codes
from ..rules import structural as s
from ..rules.structural_forward import axis_tuple
from .arguments import (
    Dim,
    Grid,
    Keep,
    axis_of,
    implements,
    is_list,
    reduction,
    require_array,
    require_one_float_dtype,
    required_dim,
)
from .casting import cast
from .einsum_subscripts import read_subscripts
from .reshaping import cat, narrow, reshape, squeeze, unsqueeze

_DOT: Final = codes.get("dot", 0)

# Along dimensions


def prod(
    x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None, dtype: Any = None
) -> Any:
    """The product of all elements or of those along `dim`.

    One half of the elements is multiplied by the other until one is left. Unlike `g * y / x`, this has the right
    gradient where an element is zero, without a rule of its own.
    """
    x, axes, keep = reduction("prod", x, dim, axis, keepdim, keepdims)
    x, ndim = _widened("prod", x, dtype), len(x.shape)
    if axes is None:
        product = _multiply_along(reshape(x, -1), 0)
        return reshape(product, (1,) * ndim if keep else ())
    over = axis_tuple(axes, ndim)
    for k in over:
        x = _multiply_along(x, k)
    return x if keep else reshape(x, tuple(n for k, n in enumerate(x.shape) if k not in over))


def _multiply_along(x: Any, k: int) -> Any:
    """The product along dimension k, which stays with length 1."""
    while x.shape[k] > 1:
        n = x.shape[k]
        half = n // 2
        product = narrow(x, k, 0, half) * narrow(x, k, half, half)
        x = product if n % 2 == 0 else cat([product, narrow(x, k, n - 1, 1)], k)
    if x.shape[k] == 0:
        x = s.total(x, axis=(k,), keepdims=True) + 1  # a product of no numbers is 1; in the dtype and graph of x
    return x


def _widened(name: str, x: Any, dtype: Any) -> Any:
    """Cast x to the dtype, if there is one, and narrow integers and bools to 64 bits, as NumPy does for products."""
    if dtype is None and isinstance(x.dtype, np.dtype) and x.dtype.kind in "iub" and x.dtype.itemsize < 8:
        dtype = np.uint64 if x.dtype.kind == "u" else np.int64
    return x if dtype is None else cast(name, x, dtype)


def cumprod(x: Any, dim: int | None = None, *, axis: int | None = None, dtype: Any = None) -> Any:
    """The running product along one dimension, in log2(n) multiplications; its gradient is right at zeros too."""
    x = _widened("cumprod", require_array("cumprod", x), dtype)
    if not x.shape:
        return x
    k = axis_of("cumprod", x, required_dim("cumprod", dim, axis))
    n, step = x.shape[k], 1
    while step < n:
        x = cat([narrow(x, k, 0, step), narrow(x, k, step, n - step) * narrow(x, k, 0, n - step)], k)
        step *= 2
    return x


# Of vectors and matrices


@implements(np.matmul)
def matmul(a: Any, b: Any) -> Any:
    """The matrix product, with vectors and batches as in NumPy."""
    a, b = require_array("matmul", a), require_array("matmul", b)
    m, n = a.shape, b.shape
    require_one_float_dtype("matmul", a, b)
    if len(m) == len(n) == 2 and m[1] == n[0]:  # the usual case, in fewer steps
        return a._apply(s.matmul, (a, b), NO_PARAMS) if isinstance(a, Grid) else s.matmul(a, b)
    _check_matmul(m, n)
    y = s.matmul(unsqueeze(a, 0) if len(m) == 1 else a, unsqueeze(b, 1) if len(n) == 1 else b)
    if len(m) == len(n) == 1:
        return reshape(y, ())
    if len(m) == 1:
        return squeeze(y, -2)
    return squeeze(y, -1) if len(n) == 1 else y


def _check_matmul(m: tuple[int, ...], n: tuple[int, ...]) -> None:
    """Raise ValueError if arrays of the shapes m and n cannot be multiplied as matrices."""
    if () in (m, n):
        raise ValueError("matmul takes vectors and matrices, got a number; use * for it")
    columns, rows = m[-1], n[0 if len(n) == 1 else -2]
    if columns != rows:
        raise ValueError(f"matmul of shapes {m} and {n}: {columns} and {rows} differ, expected the same length")
    for left, right in zip(m[-3::-1], n[-3::-1], strict=False):
        if left != right and 1 not in (left, right):
            raise ValueError(f"matmul of shapes {m} and {n}: batches of {left} and of {right} do not broadcast")


def dot(a: Any, b: Any) -> Any:
    """The sum of the products of two vectors, or of two lists of Values as one op; ValueError if the lengths differ."""
    if (found := apply(_DOT, NO_PARAMS, a, b)) is not None:
        return found
    if is_list(a) and is_list(b):
        if type(a) is not list or type(b) is not list:
            return dot(list(a), list(b))  # because the compiled engine takes lists alone
        if len(a) != len(b):
            raise ValueError(f"dot got lists of {len(a)} and {len(b)} values, expected equal lengths")
        return s.list_dot(*a, *b) if a else 0.0
    a, b = require_array("dot", a), require_array("dot", b)
    for x in (a, b):
        if len(x.shape) != 1:
            raise ValueError(f"dot takes two vectors, got shapes {a.shape} and {b.shape}; use matmul")
    return matmul(a, b)


@implements(np.outer)
def outer(a: Any, b: Any) -> Any:
    """The matrix of the products of each element of one vector with each element of another."""
    a, b = require_array("outer", a), require_array("outer", b)
    for x in (a, b):
        if len(x.shape) != 1:
            raise ValueError(f"outer takes two vectors, got shapes {a.shape} and {b.shape}; flatten them first")
    return unsqueeze(a, 1) * unsqueeze(b, 0)


@implements(np.einsum)
def einsum(subscripts: str, *xs: Any) -> Any:
    """Einstein's summation: einsum("ij,jk->ik", a, b) is the matrix product.

    A letter twice in one input takes the diagonal of these dimensions; `...` stands for all other dimensions.

    >>> einsum("ii->", Tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    5.0
    """
    if not isinstance(subscripts, str):
        raise TypeError(f'einsum takes its subscripts first, as in einsum("ij->i", x), got {type(subscripts).__name__}')
    arrays = [require_array("einsum", x) for x in xs]
    for x in arrays:
        require_one_float_dtype("einsum", arrays[0], x)
    inputs, result = read_subscripts(subscripts, [x.shape for x in arrays])
    diagonals = [_diagonal(letters, x) for letters, x in zip(inputs, arrays, strict=True)]
    names = ",".join(letters for letters, _ in diagonals)
    return s.einsum(*[x for _, x in diagonals], subscripts=f"{names}->{result}")


def _diagonal(letters: str, x: Any) -> tuple[str, Any]:
    """Take the diagonal of x for each letter that occurs twice; return the remaining letters and the diagonal."""
    for letter in dict.fromkeys(letters):
        places = [k for k, other in enumerate(letters) if other == letter]
        if len(places) > 1:
            along = np.arange(x.shape[places[0]])
            x = s.take(x, index=tuple(along if k in places else slice(None) for k in range(len(letters))))
            # NumPy leaves the dimension where it was if the index arrays are adjacent, and puts it first otherwise.
            start = places[0] if places[-1] - places[0] == len(places) - 1 else 0
            others = letters.replace(letter, "")
            letters = others[:start] + letter + others[start:]
    return letters, x


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x Wᵀ + b, with W of shape (out, in) and b of shape (out,), as in PyTorch.

    >>> linear(Tensor([1.0, 2.0]), Tensor([[3.0, 4.0]]), Tensor([0.5]))
    Tensor([11.5])
    """
    x, weight = require_array("linear (x)", x), require_array("linear (weight)", weight)
    rows, shape = x.shape, weight.shape
    if len(shape) != 2 or not rows or rows[-1] != shape[1]:
        raise ValueError(
            f"linear got x of shape {rows} and a weight of shape {shape}; expected (..., in) and (out, in)"
        )
    if bias is None:
        return matmul(x, s.mT(weight))
    bias = require_array("linear (bias)", bias)
    if bias.shape != shape[:1]:
        raise ValueError(f"linear got a bias of shape {bias.shape}, expected {shape[:1]}, one for each output")
    require_one_float_dtype("linear", x, weight)
    require_one_float_dtype("linear", weight, bias)
    if len(rows) == 2:
        return s.linear(x, weight, bias)
    y = s.linear(reshape(x, (math.prod(rows[:-1]), rows[-1])), weight, bias)
    return reshape(y, (*rows[:-1], shape[0]))
