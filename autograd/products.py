"""Products: over a dimension, running ones, of matrices, and Einstein's: what users call, said with the ops.

No derivative stands here: each function is a few ops, and the rules of those are its rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import structural as s
from .arguments import array_like, axes_of, is_list, items, known_to_numpy, one_of
from .shaping import cat, narrow, reshape, squeeze, unsqueeze

# over dimensions


@known_to_numpy(np.prod)
def prod(
    x: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool = False
) -> Any:
    """The product over all elements or one dim; halves are multiplied with halves, so zeros need no special rule."""
    array_like("prod", x)
    dim = axis if dim is None else dim
    keep = keepdim or keepdims
    shape = x.shape
    if dim is None:
        result = reshape(prod(reshape(x, -1), 0), (1,) * len(shape) if keep else ())
        return result
    (k,) = axes_of("prod", x, dim, None)  # type: ignore[misc]
    while x.shape[k] > 1:
        n = x.shape[k]
        half = n // 2
        product = narrow(x, k, 0, half) * narrow(x, k, half, half)
        x = product if n % 2 == 0 else cat([product, narrow(x, k, n - 1, 1)], k)
    if x.shape[k] == 0:
        x = s.total(x, axis=(k,), keepdims=True) + 1.0  # of no numbers: 1, in the dtype and the graph of x
    return x if keep else squeeze(x, k)


@known_to_numpy(np.cumprod)
def cumprod(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The running product along one dim, in log2(n) multiplications; exact with zeros."""
    (k,) = axes_of("cumprod", array_like("cumprod", x), one_of("cumprod", dim, axis), None)  # type: ignore[misc]
    n, step = x.shape[k], 1
    while step < n:
        x = cat([narrow(x, k, 0, step), narrow(x, k, step, n - step) * narrow(x, k, 0, n - step)], k)
        step *= 2
    return x


# of several


@known_to_numpy(np.matmul)
def matmul(a: Any, b: Any) -> Any:
    """The matrix product, with vectors and batches as in NumPy."""
    for x in (a, b):
        if not array_like("matmul", x).shape:
            raise ValueError("matmul takes vectors and matrices, got a number; use * for it")
    left, right = len(a.shape) == 1, len(b.shape) == 1
    if a.shape[-1] != b.shape[0 if right else -2]:
        raise ValueError(
            f"matmul of shapes {a.shape} and {b.shape}: {a.shape[-1]} and {b.shape[0 if right else -2]} differ"
        )
    y = s.matmul(unsqueeze(a, 0) if left else a, unsqueeze(b, 1) if right else b)
    if left and right:
        return reshape(y, ())
    return squeeze(y, -2) if left else squeeze(y, -1) if right else y


@known_to_numpy(np.dot)
def dot(a: Any, b: Any) -> Any:
    """The sum of the products of two vectors, or of two lists of Values as one op; ValueError when lengths differ."""
    if is_list(a) and is_list(b):
        left, right = items("dot", a, empty=True), items("dot", b, empty=True)
        if len(left) != len(right):
            raise ValueError(f"dot got lists of {len(left)} and {len(right)} values, expected equal lengths")
        return s.list_dot(*left, *right) if left else 0.0
    for x in (a, b):
        if len(array_like("dot", x).shape) != 1:
            raise ValueError(f"dot takes two vectors, got shapes {a.shape} and {b.shape}; use matmul")
    return matmul(a, b)


@known_to_numpy(np.outer)
def outer(a: Any, b: Any) -> Any:
    """Every product of an element of one vector with one of another."""
    for x in (a, b):
        if len(array_like("outer", x).shape) != 1:
            raise ValueError(f"outer takes two vectors, got shapes {a.shape} and {b.shape}")
    return unsqueeze(a, 1) * unsqueeze(b, 0)


@known_to_numpy(np.einsum)
def einsum(subscripts: str, *xs: Any) -> Any:
    """Einstein's sum: einsum("ij,jk->ik", a, b). Ellipsis and repeated letters in one input are not known."""
    text = subscripts.replace(" ", "")
    inputs, arrow, result = text.partition("->")
    if "." in text:
        raise ValueError("einsum with ... is not known; name every dimension")
    if not arrow:
        letters = inputs.replace(",", "")
        result = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    parts = inputs.split(",")
    if len(parts) != len(xs):
        raise ValueError(f"einsum {subscripts!r} names {len(parts)} inputs, got {len(xs)}")
    for part, x in zip(parts, xs, strict=True):
        if len(part) != len(x.shape):
            raise ValueError(
                f"einsum {subscripts!r}: {part!r} names {len(part)} dimensions, the input has shape {x.shape}"
            )
        if len(set(part)) != len(part):
            raise ValueError(f"einsum {subscripts!r}: {part!r} repeats a letter (a diagonal); use diag first")
    return s.einsum(*xs, subscripts=f"{inputs}->{result}")


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x Wᵀ + b, with W of shape (out, in) and b of shape (out,), as PyTorch keeps them.

    >>> linear(Tensor([1.0, 2.0]), Tensor([[3.0, 4.0]]), Tensor([0.5]))
    Tensor([11.5])
    """
    for name, each in (("x", x), ("weight", weight)):
        array_like(f"linear ({name})", each)
    if len(weight.shape) != 2 or not x.shape or x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"linear got x of shape {x.shape} and a weight of shape {weight.shape}; expected (..., in) and (out, in)"
        )
    if bias is None:
        return matmul(x, s.mT(weight))
    if array_like("linear (bias)", bias).shape != weight.shape[:1]:
        raise ValueError(f"linear got a bias of shape {bias.shape}, expected {weight.shape[:1]}, one for each output")
    if len(x.shape) == 2:
        return s.linear(x, weight, bias)
    rows = s.linear(reshape(x, (int(np.prod(x.shape[:-1], dtype=int)), x.shape[-1])), weight, bias)
    return reshape(rows, (*x.shape[:-1], weight.shape[0]))
