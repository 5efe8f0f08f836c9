"""Products: over a dimension, running ones, of matrices, and Einstein's: what users call, said with the ops.

No derivative stands here: each function is a few ops, and the rules of those are its rules.
"""

from __future__ import annotations

import string
from typing import Any, Final

import numpy as np

from ..engine.op import NO_PARAMS
from ..rules import structural as s
from ..rules.structural_forward import axis_tuple
from .arguments import (
    Dim,
    Grid,
    Keep,
    array_like,
    axes_of,
    axis_of,
    is_list,
    items,
    keeps,
    known_to_numpy,
    of_one_dtype,
    one_of,
)
from .reshaping import cat, narrow, reshape, squeeze, unsqueeze

LETTERS: Final = string.ascii_letters

# over dimensions


def prod(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """The product over all elements or over `dim`; halves are multiplied with halves, so zeros need no special rule."""
    axes, keep, ndim = axes_of("prod", array_like("prod", x), dim, axis), keeps("prod", keepdim, keepdims), len(x.shape)
    if axes is None:
        return reshape(_halved(reshape(x, -1), 0), (1,) * ndim if keep else ())
    over = axis_tuple(axes, ndim)
    for k in over:
        x = _halved(x, k)
    return x if keep else reshape(x, tuple(n for k, n in enumerate(x.shape) if k not in over))


def _halved(x: Any, k: int) -> Any:
    """The product along dimension k, which stays with length 1."""
    while x.shape[k] > 1:
        n = x.shape[k]
        half = n // 2
        product = narrow(x, k, 0, half) * narrow(x, k, half, half)
        x = product if n % 2 == 0 else cat([product, narrow(x, k, n - 1, 1)], k)
    if x.shape[k] == 0:
        x = s.total(x, axis=(k,), keepdims=True) + 1.0  # of no numbers: 1, in the dtype and the graph of x
    return x


def cumprod(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """The running product along one dim, in log2(n) multiplications; exact with zeros."""
    if not array_like("cumprod", x).shape:
        return x
    k = axis_of("cumprod", x, one_of("cumprod", dim, axis))
    n, step = x.shape[k], 1
    while step < n:
        x = cat([narrow(x, k, 0, step), narrow(x, k, step, n - step) * narrow(x, k, 0, n - step)], k)
        step *= 2
    return x


# of several


@known_to_numpy(np.matmul)
def matmul(a: Any, b: Any) -> Any:
    """The matrix product, with vectors and batches as in NumPy."""
    m, n = array_like("matmul", a).shape, array_like("matmul", b).shape
    of_one_dtype("matmul", a, b)
    if len(m) == len(n) == 2 and m[1] == n[0]:
        return a._apply(s.matmul, (a, b), NO_PARAMS) if isinstance(a, Grid) else s.matmul(a, b)
    if () in (m, n):
        raise ValueError("matmul takes vectors and matrices, got a number; use * for it")
    left, right = len(a.shape) == 1, len(b.shape) == 1
    if a.shape[-1] != b.shape[0 if right else -2]:
        raise ValueError(
            f"matmul of shapes {a.shape} and {b.shape}: {a.shape[-1]} and {b.shape[0 if right else -2]} differ"
        )
    if not left and not right:
        for m, n in zip(a.shape[-3::-1], b.shape[-3::-1], strict=False):
            if m != n and 1 not in (m, n):
                raise ValueError(
                    f"matmul of shapes {a.shape} and {b.shape}: batches of {m} and of {n} do not broadcast"
                )
    y = s.matmul(unsqueeze(a, 0) if left else a, unsqueeze(b, 1) if right else b)
    if left and right:
        return reshape(y, ())
    return squeeze(y, -2) if left else squeeze(y, -1) if right else y


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
    """Einstein's sum: einsum("ij,jk->ik", a, b). A letter twice in one input is its diagonal; `...` is all the others.

    >>> einsum("ii->", Tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    5.0
    """
    if not isinstance(subscripts, str):
        raise TypeError(f'einsum takes its subscripts first, as in einsum("ij->i", x), got {type(subscripts).__name__}')
    text = subscripts.replace(" ", "")
    inputs, arrow, result = text.partition("->")
    parts = inputs.split(",")
    if len(parts) != len(xs):
        raise ValueError(f"einsum {subscripts!r} names {len(parts)} inputs, got {len(xs)}")
    for x in xs:
        of_one_dtype("einsum", xs[0], array_like("einsum", x))
    free = [c for c in LETTERS if c not in text]
    missing = [len(x.shape) - len(part.replace("...", "")) for part, x in zip(parts, xs, strict=True)]
    rest = "".join(free[: max([n for part, n in zip(parts, missing, strict=True) if "..." in part], default=0)])
    for k, (part, n) in enumerate(zip(parts, missing, strict=True)):
        if n < 0 or (n and "..." not in part):
            raise ValueError(
                f"einsum {subscripts!r}: {part!r} names {len(part.replace('...', ''))} dimensions, the input has "
                f"shape {xs[k].shape}"
            )
        parts[k] = part.replace("...", rest[len(rest) - n :])
    if not arrow:
        letters = "".join(parts)
        result = rest + "".join(sorted(c for c in set(letters) if letters.count(c) == 1 and c not in rest))
    elif rest and "..." not in result:
        raise ValueError(f"einsum {subscripts!r}: the inputs have dimensions at ..., and the result does not name them")
    result = result.replace("...", rest)
    if any(c not in LETTERS for c in "".join(parts) + result):
        raise ValueError(f"einsum takes letters, commas, -> and ..., got {subscripts!r}")
    if len(set(result)) != len(result) or set(result) - set("".join(parts)):
        raise ValueError(f"einsum {subscripts!r}: the result names each letter once, and letters of the inputs only")
    lengths: dict[str, int] = {}
    for part, x in zip(parts, xs, strict=True):
        for letter, n in zip(part, x.shape, strict=True):
            known = lengths.setdefault(letter, n)
            if known != n and not (letter in rest and 1 in (known, n)):
                raise ValueError(f"einsum {subscripts!r}: {letter!r} is {known} long in one place and {n} in another")
            lengths[letter] = max(known, n)
    picked = [_diagonal(part, x) for part, x in zip(parts, xs, strict=True)]
    names = ",".join(part for part, _ in picked)
    return s.einsum(*[x for _, x in picked], subscripts=f"{names}->{result}")


def _diagonal(part: str, x: Any) -> tuple[str, Any]:
    """The input with every letter once: where it names a letter twice, the diagonal of those dimensions."""
    for letter in dict.fromkeys(part):
        places = [k for k, c in enumerate(part) if c == letter]
        if len(places) > 1:
            along = np.arange(x.shape[places[0]])
            x = s.take(x, index=tuple(along if k in places else slice(None) for k in range(len(part))))
            # NumPy leaves the dimension in place where the arrays of the index stand together, else puts it first.
            start = places[0] if places[-1] - places[0] == len(places) - 1 else 0
            others = part.replace(letter, "")
            part = others[:start] + letter + others[start:]
    return part, x


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
    of_one_dtype("linear", x, weight)
    of_one_dtype("linear", weight, bias)
    if len(x.shape) == 2:
        return s.linear(x, weight, bias)
    rows = s.linear(reshape(x, (int(np.prod(x.shape[:-1], dtype=int)), x.shape[-1])), weight, bias)
    return reshape(rows, (*x.shape[:-1], weight.shape[0]))
