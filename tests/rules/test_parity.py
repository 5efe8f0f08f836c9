"""A differential test against PyTorch: values and gradients of every op and function that both have.

A table of cases: what it is called, how we say it, how they say it, and the arrays it is said of. A case that reads
the same in both (a method, an index) is given once. Every case is run in float64, where value and gradient agree to
1e-10, and in float32, where they agree to 1e-5 and stay float32; the smooth ones are differentiated twice as well.
Where we differ on purpose it stands in a table of its own, with the reason and both answers.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd as ours
from autograd import Tensor

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")
nnf: Any = torch.nn.functional

Array = np.ndarray
INF, NAN = math.inf, math.nan

# What a formula may trip over: both zeros, numbers whose square underflows or whose exp overflows, inf, nan.
HOSTILE = (
    0.0,
    -0.0,
    1e-300,
    -1e-300,
    1e-8,
    -1e-8,
    0.5,
    -0.5,
    1.0,
    -1.0,
    3.0,
    -3.0,
    30.0,
    -30.0,
    1e3,
    -1e3,
    INF,
    -INF,
    NAN,
)


@dataclass(frozen=True)
class Case:
    name: str
    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    inputs: tuple[Array, ...]
    smooth: bool = False  # differentiated twice, too
    single: bool = True  # in float32, too

    def __str__(self) -> str:
        return self.name


CASES: list[Case] = []
dims: Any
shape: Any
where: Any
index: Any


def case(name: str, mine: Any, theirs: Any, *inputs: Array, smooth: bool = False, single: bool = True) -> None:
    CASES.append(Case(name, mine, theirs, inputs, smooth, single))


def same(name: str, f: Any, *inputs: Array, smooth: bool = False, single: bool = True) -> None:
    """A call that both libraries spell alike."""
    case(name, f, f, *inputs, smooth=smooth, single=single)


def normal(*shape: int, seed: int = 0) -> Array:
    """Random numbers, the same in every run."""
    return np.asarray(np.random.default_rng([seed, *shape]).normal(size=shape))


def positive(*shape: int, seed: int = 0) -> Array:
    return np.asarray(np.abs(normal(*shape, seed=seed)) + 0.5)


def inside(*shape: int, seed: int = 0) -> Array:
    """Random numbers between -1 and 1."""
    return np.asarray(np.tanh(normal(*shape, seed=seed)))


def hostile(*without: float) -> Array:
    return np.array([x for x in HOSTILE if x not in without and not (x != x and any(w != w for w in without))])


def pairs(*values: float) -> tuple[Array, Array]:
    a, b = np.meshgrid(values, values)
    return a.ravel(), b.ravel()


def picked(index: Any) -> Any:
    """An index as PyTorch takes it: its integer arrays are tensors, and it knows no negative step."""
    if isinstance(index, tuple):
        return tuple(picked(part) for part in index)
    return torch.from_numpy(index) if isinstance(index, np.ndarray) else index


def as_torch(array: Any) -> Any:
    return torch.from_numpy(np.ascontiguousarray(array))


# Elementwise, one input: the random numbers it is smooth on, and the hostile ones on which PyTorch's own derivative is
# right. Where it is not, or where we mean something else, see DIFFERENCES.
UNARY: tuple[tuple[str, Any, Any, Any, tuple[float, ...]], ...] = (
    ("exp", ours.exp, torch.exp, normal, ()),
    ("log", ours.log, torch.log, positive, ()),
    ("log1p", ours.log1p, torch.log1p, positive, ()),
    ("log2", ours.log2, torch.log2, positive, ()),
    ("log10", ours.log10, torch.log10, positive, ()),
    ("exp2", ours.exp2, torch.exp2, normal, ()),
    ("asinh", ours.asinh, torch.asinh, normal, ()),
    ("erfc", ours.erfc, torch.erfc, normal, ()),
    ("lgamma", ours.lgamma, torch.lgamma, positive, ()),
    ("expm1", ours.expm1, torch.expm1, normal, (-30.0, -1e3)),
    ("sqrt", ours.sqrt, torch.sqrt, positive, ()),
    ("square", ours.square, torch.square, normal, ()),
    ("reciprocal", ours.reciprocal, torch.reciprocal, positive, ()),
    ("neg", lambda x: -x, torch.neg, normal, ()),
    ("sin", ours.sin, torch.sin, normal, ()),
    ("cos", ours.cos, torch.cos, normal, ()),
    ("tan", ours.tan, torch.tan, normal, ()),
    ("asin", ours.asin, torch.asin, inside, ()),
    ("acos", ours.acos, torch.acos, inside, ()),
    ("atan", ours.atan, torch.atan, normal, ()),
    ("sinh", ours.sinh, torch.sinh, normal, ()),
    ("cosh", ours.cosh, torch.cosh, normal, ()),
    ("tanh", ours.tanh, torch.tanh, normal, ()),
    ("sigmoid", ours.sigmoid, torch.sigmoid, normal, ()),
    ("log_sigmoid", ours.log_sigmoid, nnf.logsigmoid, normal, ()),
    ("softplus", ours.softplus, nnf.softplus, normal, ()),
    ("relu", ours.relu, torch.relu, normal, ()),
    ("leaky_relu", ours.leaky_relu, nnf.leaky_relu, normal, ()),
    ("elu", ours.elu, nnf.elu, normal, ()),
    ("selu", ours.selu, nnf.selu, normal, ()),
    ("gelu", ours.gelu, nnf.gelu, normal, (-30.0,)),
    ("silu", ours.silu, nnf.silu, normal, ()),
    ("mish", ours.mish, nnf.mish, normal, ()),
    ("erf", ours.erf, torch.erf, normal, ()),
    ("abs", ours.abs, torch.abs, normal, (NAN,)),
    ("sign", ours.sign, torch.sign, normal, (NAN,)),
    ("normal_cdf", ours.normal_cdf, torch.special.ndtr, normal, ()),
)
for name, mine, theirs, draw, without in UNARY:
    case(f"{name}-random", mine, theirs, draw(3, 4), smooth=name not in ("abs", "sign", "relu", "leaky_relu"))
    case(f"{name}-hostile", mine, theirs, hostile(*without), single=False)

for parameter in (0.0, 0.01, 0.3, 2.0):
    case(
        f"leaky_relu-{parameter}",
        lambda x, p=parameter: ours.leaky_relu(x, p),
        lambda x, p=parameter: nnf.leaky_relu(x, p),
        np.concatenate([normal(6), [0.0, -0.0, 1e3, -1e3]]),
    )
for parameter in (0.5, 1.0, 2.0):
    case(
        f"elu-{parameter}",
        lambda x, p=parameter: ours.elu(x, alpha=p),
        lambda x, p=parameter: nnf.elu(x, alpha=p),
        np.concatenate([normal(6), [1e3, -1e3]]),
        smooth=True,
    )
for low, high in ((-1.0, 1.0), (0.0, None), (None, 0.5), (-1.0, -1.0), (2.0, 1.0)):
    case(
        f"clip-{low}-{high}",
        lambda x, a=low, b=high: ours.clip(x, min=a, max=b),
        lambda x, a=low, b=high: torch.clip(x, min=a, max=b),
        np.concatenate([normal(5), hostile()]),
    )

BINARY: tuple[tuple[str, Any, Any], ...] = (
    ("add", lambda a, b: a + b, lambda a, b: a + b),
    ("sub", lambda a, b: a - b, lambda a, b: a - b),
    ("mul", lambda a, b: a * b, lambda a, b: a * b),
    ("div", lambda a, b: a / b, lambda a, b: a / b),
    ("pow", ours.pow, torch.pow),
    ("maximum", ours.maximum, torch.maximum),
    ("minimum", ours.minimum, torch.minimum),
    ("atan2", ours.atan2, torch.atan2),
    ("hypot", ours.hypot, torch.hypot),
    ("remainder", lambda a, b: a % b, lambda a, b: a % b),
    ("logaddexp", ours.logaddexp, torch.logaddexp),
)
SHAPES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((3, 1), (4,)),
    ((), (2, 3)),
    ((2, 1, 3), (4, 1)),
    ((1, 1), (2, 2)),
    ((0, 3), (1, 3)),
)
for name, mine, theirs in BINARY:
    for left, right in SHAPES:
        inputs = positive(*left, seed=1), positive(*right, seed=2)
        case(f"{name}-{left}-{right}", mine, theirs, *inputs, smooth=left == (3, 1))
    every: Any = pairs(*(x for x in HOSTILE if not (name == "pow" and (x != x or abs(x) == INF))))
    if name == "atan2":  # whose square underflows in PyTorch's derivative of it
        every = tuple(x[np.maximum(*map(np.abs, every)) > 1e-100] for x in every)
    if name not in ("remainder", "logaddexp"):  # whose derivatives PyTorch computes with fewer digits
        case(f"{name}-hostile", mine, theirs, *every, single=False)

case("atan2-origin", ours.atan2, torch.atan2, np.array([0.0]), np.array([0.0]))
for exponent in (0, 0.0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.5):
    without = () if exponent == int(exponent) else (-0.0, -INF)
    bases = np.array(
        [
            x
            for x in hostile(*without, *((NAN,) if not exponent else ()))
            if exponent == int(exponent) or not np.signbit(x)
        ]
    )
    same(f"pow-{exponent!r}", lambda x, n=exponent: x**n, bases, single=False)
    same(f"pow-{exponent!r}-smooth", lambda x, n=exponent: x**n, positive(4), smooth=True)
for base in (0.0, 2.0, 0.5, 1.0):
    same(f"{base}**x", lambda x, b=base: b**x, np.array([0.0, 1.0, 2.0, 0.5, 7.0]))
same("radd-rsub-rmul-rdiv", lambda x: (2.0 + x) * (3.0 - x) / (2.0 * (1.0 / x)), positive(5), smooth=True)
same("x*x", lambda x: x * x, normal(3, 2), smooth=True)
same(
    "chain", lambda x, w, b: ((x @ w + b).tanh() ** 2).mean(0).exp(), normal(5, 3), normal(3, 2), normal(2), smooth=True
)

MASK = np.array([[True, False, True], [False, False, True]])
case(
    "where",
    lambda a, b: ours.where(MASK, a, b),
    lambda a, b: torch.where(as_torch(MASK), a, b),
    normal(2, 3),
    normal(3, seed=1),
)
case(
    "where-broadcast",
    lambda a, b: ours.where(MASK, a, b),
    lambda a, b: torch.where(as_torch(MASK), a, b),
    normal(),
    normal(4, 2, 3),
)
case(
    "where-condition",
    lambda a, b: ours.where(a > b, a * a, b),
    lambda a, b: torch.where(a > b, a * a, b),
    normal(4, 3),
    normal(3, seed=1),
)
# The branch not taken is inf or nan, and so is its derivative.
case(
    "where-inf-branch",
    lambda a: ours.where(a > 0, a, 2.0),
    lambda a: torch.where(a > 0, a, 2.0),
    hostile(),
)
for value in (0.0, -INF, 7):
    case(
        f"masked_fill-{value}",
        lambda x, v=value: x.masked_fill(MASK, v),
        lambda x, v=value: x.masked_fill(as_torch(MASK), v),
        normal(2, 3),
    )
case(
    "masked_fill-softmax",
    lambda x: x.masked_fill(MASK, -INF).softmax(-1),
    lambda x: x.masked_fill(as_torch(MASK), -INF).softmax(-1),
    normal(2, 3),
    smooth=True,
)

# Reductions.
for dims in (None, 0, 1, -1, (0, 2), (0, 1, 2), (-1, 1)):
    for keep in (False, True):
        kept = {} if dims is None else {"dim": dims, "keepdim": keep}
        if dims is None and keep:
            continue
        for name in ("sum", "mean", "amax", "amin", "var", "std"):
            same(
                f"{name}-{dims}-{keep}",
                lambda x, n=name, k=kept: getattr(x, n)(**k),
                normal(3, 4, 2, seed=5),
                smooth=dims == 1 and name not in ("amax", "amin"),
            )
        where = (0, 1, 2) if dims is None else dims
        case(
            f"norm-{dims}-{keep}",
            lambda x, d=dims, k=keep: x.norm(2, d, k),
            lambda x, d=dims, k=keep: torch.linalg.vector_norm(x, 2, d, k),
            normal(3, 4, 2, seed=5),
            smooth=dims == 1,
        )
        case(
            f"logsumexp-{dims}-{keep}",
            lambda x, d=dims, k=keep: x.logsumexp(d, k),
            lambda x, d=where, k=keep: x.logsumexp(d, k),
            normal(3, 4, 2, seed=5),
            smooth=dims == 1,
        )
for order in (1, 2, 3, 2.5, 0.5, INF):
    for dims in (None, 0, (0, 2)):
        case(
            f"norm-{order}-{dims}",
            lambda x, p=order, d=dims: x.norm(p, d),
            lambda x, p=order, d=dims: torch.linalg.vector_norm(x, p, d),
            normal(3, 4, 2, seed=5),
            smooth=order in (2, 3, 2.5) and dims == 0,
        )
for order in (1, 2, 3):
    same(f"norm-{order}-zero", lambda x, p=order: x.norm(p), np.zeros(3))
for name in ("sum", "mean", "amax", "amin", "prod", "max", "min", "norm"):
    same(f"{name}-scalar", lambda x, n=name: getattr(x, n)(), normal())
for name in ("sum", "mean", "prod"):
    same(f"{name}-hostile", lambda x, n=name: getattr(x, n)(0), np.stack([hostile(), hostile()]))
    same(f"{name}-empty", lambda x, n=name: getattr(x, n)(0), np.zeros((0, 3)))
same("sum-empty-1", lambda x: x.sum(1), np.zeros((0, 3)))
for correction in (0, 1, 2):
    for name in ("var", "std"):
        same(
            f"{name}-correction-{correction}",
            lambda x, n=name, c=correction: getattr(x, n)(1, correction=c),
            normal(2, 5),
            smooth=True,
        )
same("var-of-large", lambda x: x.var(0), normal(6) + 1e3, single=False)
same("var-of-constants", lambda x: x.var(0), np.full((3, 2), 2.0))
same("std-of-constants", lambda x: x.std(0), np.full((3, 2), 2.0))
same("norm-zero", lambda x: x.norm(), np.zeros(3))
same("norm-rows", lambda x: x.norm(dim=1), np.array([[0.0, 0.0], [3.0, 4.0], [1e3, -1e3]]))

ZEROS = np.array(
    [[2.0, 0.0, 3.0, 4.0], [0.0, 5.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0, -4.0], [7.0, 1.0, -1.0, 0.0]]
)
for dims in (0, 1, -1):
    same(f"prod-zeros-{dims}", lambda x, d=dims: x.prod(d), ZEROS)
    same(f"prod-{dims}-keep", lambda x, d=dims: x.prod(d, keepdim=True), normal(3, 5, 2), smooth=True)
    same(f"cumprod-zeros-{dims}", lambda x, d=dims: x.cumprod(d), ZEROS)
    same(f"cumprod-{dims}", lambda x, d=dims: x.cumprod(d), normal(3, 5, 2), smooth=dims == 1)
    same(f"cumsum-{dims}", lambda x, d=dims: x.cumsum(d), normal(3, 5, 2), smooth=dims == 1)
    same(f"prod-three-zeros-{dims}", lambda x, d=dims: x.prod(d), np.zeros((3, 3)))
for k in range(4):
    same(f"prod-all-{k}-zeros", lambda x: x.prod(), np.concatenate([np.zeros(k), [2.0, -3.0, 0.5]]))
for n in (1, 2, 3, 7, 8):
    same(f"prod-of-{n}", lambda x: x.prod(0), normal(n, 2))
    same(f"cumprod-of-{n}", lambda x: x.cumprod(0), normal(n, 2))
same("cumsum-scalar-row", lambda x: x.cumsum(0), normal(1))
same("cumsum-hostile", lambda x: x.cumsum(0), np.array([1.0, 1e-300, -1.0, INF, 2.0, NAN]))

# Ties: amax shares, max(dim) and sort take one.
TIES = np.array([[1.0, 3.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0], [-1.0, -2.0, -1.0, -1.0], [0.0, -0.0, -5.0, 0.0]])
for name in ("amax", "amin"):
    for dims in (0, 1, (0, 1)):
        same(f"{name}-ties-{dims}", lambda x, n=name, d=dims: getattr(x, n)(d), TIES)
    same(
        f"{name}-inf",
        lambda x, n=name: getattr(x, n)(1),
        np.array([[1.0, INF, INF], [-INF, -INF, 2.0], [-INF, -INF, -INF]]),
    )
for name in ("max", "min"):
    same(f"{name}-all-ties", lambda x, n=name: getattr(x, n)(), TIES)
    for dims in (0, 1, -1):
        same(f"{name}-{dims}", lambda x, n=name, d=dims: tuple(getattr(x, n)(d)), normal(3, 4, 2))
        same(f"{name}-{dims}-keep", lambda x, n=name, d=dims: tuple(getattr(x, n)(d, keepdim=True)), normal(3, 4, 2))
    same(f"{name}-ties", lambda x, n=name: tuple(getattr(x, n)(1)), TIES)
    same(f"{name}-nan", lambda x, n=name: tuple(getattr(x, n)(1)), np.array([[1.0, NAN, 3.0], [INF, -INF, 0.0]]))
for name in ("argmax", "argmin"):
    for dims in (None, 0, 1):
        same(f"{name}-{dims}", lambda x, n=name, d=dims: getattr(x, n)(d), normal(3, 4))
    same(f"{name}-ties", lambda x, n=name: getattr(x, n)(1), TIES)
for dims in (0, 1, -1):
    for descending in (False, True):
        same(f"sort-{dims}-{descending}", lambda x, d=dims, r=descending: tuple(x.sort(d, r)), normal(3, 4, 2))
for descending in (False, True):
    case(
        f"sort-ties-{descending}",
        lambda x, r=descending: ours.sort(x, 1, r),
        lambda x, r=descending: tuple(torch.sort(x, dim=1, descending=r, stable=True)),
        TIES,
    )
    case(
        f"sort-hostile-{descending}",
        lambda x, r=descending: ours.sort(x, 0, r),
        lambda x, r=descending: tuple(torch.sort(x, dim=0, descending=r, stable=True)),
        np.random.default_rng(4).permutation(hostile()),
    )

# Huge inputs, and -inf as a mask.
LOGITS = np.array(
    [[1e3, 1e3, -1e3], [-1e3, -1e3, -1e3], [1e6, 0.0, -1e6], [-INF, 0.0, 1.0], [-INF, -INF, 2.0], [0.0, -0.0, 1e-300]]
)
for name in ("logsumexp", "softmax", "log_softmax"):
    same(f"{name}-huge", lambda x, n=name: getattr(x, n)(-1), LOGITS, single=name == "log_softmax")
    same(
        f"{name}-inf-nan",
        lambda x, n=name: getattr(x, n)(-1),
        np.array([[1.0, NAN, 2.0], [0.0, 1.0, 2.0], [NAN, -INF, 1.0]]),
    )
    for dims in (0, 1, 2, -2):
        same(f"{name}-{dims}", lambda x, n=name, d=dims: getattr(x, n)(d), normal(2, 3, 4), smooth=dims == 1)
same("softmax-all-inf", lambda x: x.softmax(-1), np.array([[-INF, -INF], [0.0, -INF]]))
same("logsumexp-plus-inf", lambda x: x.logsumexp(-1), np.array([[INF, 0.0], [1.0, 2.0]]))
same("logsumexp-all-minus-inf-value", lambda x: x.logsumexp(-1).detach(), np.array([[-INF, -INF], [1.0, 2.0]]))

# Losses, one for each sample. The softmax of [40, 0] is 1 - 4e-18, of which PyTorch keeps no digit: see DIFFERENCES.
for name, logits, classes, dims in (
    ("row", normal(4), np.array(2), -1),
    ("batch", normal(5, 4), np.array([0, 3, 1, 1, 2]), -1),
    ("huge", np.array([[1e3, -1e3, 0.0], [-1e3, 1e3, 1e3], [0.0, 0.0, 0.0]]), np.array([1, 1, 2]), -1),
    ("one-class", normal(3, 1), np.array([0, 0, 0]), -1),
    ("planes", normal(2, 3, 4), np.array([[0, 2, 1, 0], [1, 1, 2, 0]]), 1),
    ("no-sample", np.zeros((0, 3)), np.zeros(0, int), -1),
):
    case(
        f"cross_entropy-{name}",
        lambda x, t=classes, d=dims: ours.cross_entropy(x, t, d),
        lambda x, t=classes: nnf.cross_entropy(x, as_torch(t).reshape(t.shape), reduction="none"),
        logits,
        smooth=name not in ("huge", "no-sample"),
    )
case(
    "cross_entropy-probabilities",
    lambda x, t: ours.cross_entropy(x, t),
    lambda x, t: nnf.cross_entropy(x, t, reduction="none"),
    normal(5, 4),
    positive(5, 4) / 4,
    smooth=True,
)
case(
    "cross_entropy-probabilities-planes",
    lambda x, t: ours.cross_entropy(x, t, dim=1),
    lambda x, t: nnf.cross_entropy(x, t, reduction="none"),
    normal(2, 3, 4),
    inside(2, 3, 4, seed=1),
)
for name, logits, chances in (
    ("random", normal(3, 4), inside(3, 4, seed=1)),
    ("broadcast", normal(3, 4), inside(4, seed=1)),
    ("huge", np.array([1e3, -1e3, 3.0, -3.0, 1e3]), np.array([1.0, 1.0, 0.0, 0.0, 0.25])),
):
    case(
        f"binary_cross_entropy_with_logits-{name}",
        ours.binary_cross_entropy_with_logits,
        lambda x, t: nnf.binary_cross_entropy_with_logits(x, t.broadcast_to(x.shape), reduction="none"),
        logits,
        chances,
        smooth=name == "random",
    )

# Products.
MATMUL: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((3,), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 2)),
    ((1, 1), (1, 1)),
    ((2, 2, 2, 3), (3,)),
    ((3,), (2, 2, 3, 1)),
)
for left, right in MATMUL:
    same(f"matmul-{left}-{right}", lambda a, b: a @ b, normal(*left), normal(*right, seed=1), smooth=True)
same("matmul-x-x", lambda a: a @ a, normal(3, 3), smooth=True)
same("matmul-x-xT", lambda a: a @ a.T, normal(2, 3), smooth=True)
same("matmul-mT", lambda a, b: a.mT @ b, normal(4, 3, 2), normal(4, 3, 5), smooth=True)
same("matmul-inf", lambda a, b: a @ b, np.array([[1.0, INF], [0.0, 2.0]]), np.array([[0.0, 1.0], [3.0, NAN]]))
EINSUM = (
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->i", (2, 3)),
    ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)),
    ("i,j->ij", (3,), (4,)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("ij,k->j", (2, 3), (4,)),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ba", (2, 3)),
    ("i,i,i->i", (3,), (3,), (3,)),
    ("abc->b", (2, 3, 4)),
    ("ii->", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->ij", (2, 2, 3)),
    ("iji->j", (2, 3, 2)),
    ("ii,ij->j", (2, 2), (2, 3)),
    ("...ij,...jk->...ik", (5, 2, 3), (5, 3, 4)),
    ("...ij,jk->...ik", (4, 5, 2, 3), (3, 4)),
    ("i...,i...->...", (3, 2), (3, 2)),
    ("...i,...i", (4, 1, 3), (5, 3)),
    ("b...->b", (2,)),
    ("i,j,k,l->lkji", (2,), (3,), (2,), (4,)),
    ("ij,jk,kl,lm->im", (2, 3), (3, 2), (2, 3), (3, 2)),
)
for text, *shapes in EINSUM:
    arrays = [normal(*shape, seed=k) for k, shape in enumerate(shapes)]
    case(
        f"einsum-{text}",
        lambda *xs, t=text: ours.einsum(t, *xs),
        lambda *xs, t=text: torch.einsum(t, *xs),
        *arrays,
        smooth=True,
    )
case("outer", ours.outer, torch.outer, normal(3), normal(4), smooth=True)
case("dot", ours.dot, torch.dot, normal(5), normal(5, seed=1), smooth=True)
for shape in ((3,), (2, 3), (4, 2, 3)):
    case(f"linear-{shape}", ours.linear, nnf.linear, normal(*shape), normal(5, 3), normal(5), smooth=True)
    case(f"linear-{shape}-no-bias", ours.linear, nnf.linear, normal(*shape), normal(5, 3), smooth=True)

# Joining and parting.
for dims in (0, 1, -1):
    other = tuple(5 if k == dims else n for k, n in enumerate((2, 3, 4)))
    if dims == -1:
        other = (2, 3, 0)
    case(
        f"cat-{dims}",
        lambda *xs, d=dims: ours.cat(xs, d),
        lambda *xs, d=dims: torch.cat(xs, d),
        normal(2, 3, 4),
        normal(*other),
        normal(2, 3, 4, seed=1),
    )
    case(
        f"stack-{dims}",
        lambda *xs, d=dims: ours.stack(xs, d),
        lambda *xs, d=dims: torch.stack(xs, d),
        normal(2, 3),
        normal(2, 3, seed=1),
    )
    same(f"split-{dims}", lambda x, d=dims: tuple(x.split(2, d)), normal(5, 5, 5))
    same(f"split-sizes-{dims}", lambda x, d=dims: tuple(x.split([1, 3, 1], d)), normal(5, 5, 5))
    for count in (1, 2, 3, 4, 5, 7):
        same(f"chunk-{count}-{dims}", lambda x, d=dims, n=count: tuple(x.chunk(n, d)), normal(5, 5, 5))
case("cat-itself", lambda x: ours.cat([x, x, x * 2]), lambda x: torch.cat([x, x, x * 2]), normal(2, 3))
case("stack-scalars", lambda *xs: ours.stack(xs), lambda *xs: torch.stack(xs), normal(), normal(seed=1))
same("split-one-used", lambda x: x.split(2, 0)[1], normal(5, 2))
same("chunk-empty", lambda x: tuple(x.chunk(2, 0)), np.zeros((0, 2)))
for widths in ((1, 2), (0, 0), (1, 0, 2, 3), (1, 1, 1, 1, 1, 1)):
    case(f"pad-{widths}", lambda x, w=widths: ours.pad(x, w), lambda x, w=widths: nnf.pad(x, w), normal(2, 3, 4))
for flipped in ((0,), (1,), (0, 2), (-1,), (0, 1, 2)):
    same(f"flip-{flipped}", lambda x, d=flipped: x.flip(*d), normal(2, 3, 4))
    same(f"flip-list-{flipped}", lambda x, d=flipped: x.flip(d), normal(2, 3, 4))
for shift, dims in ((1, 0), (-1, 1), (2, -1), (7, 0), (0, 0), (3, None), (-2, None)):
    same(f"roll-{shift}-{dims}", lambda x, n=shift, d=dims: x.roll(n, d), normal(2, 3, 4))
case(
    "roll-tuple",
    lambda x: ours.roll(x, (1, 2), (0, 1)),
    lambda x: torch.roll(x, (1, 2), (0, 1)),
    normal(3, 4),
)
for diagonal in (0, 1, -1, 3, -5):
    for shape in ((3, 4), (2, 3, 3)):
        same(f"tril-{diagonal}-{shape}", lambda x, k=diagonal: x.tril(k), normal(*shape))
        same(f"triu-{diagonal}-{shape}", lambda x, k=diagonal: x.triu(k), normal(*shape))
    same(f"diag-vector-{diagonal}", lambda x, k=diagonal: x.diag(k), normal(3))
    if -3 <= diagonal <= 4:
        same(f"diag-matrix-{diagonal}", lambda x, k=diagonal: x.diag(k), normal(3, 4))
same("tril-inf", lambda x: x.tril(), np.array([[1.0, INF], [NAN, 2.0]]))

# Shapes.
SHAPED: tuple[tuple[str, Any, tuple[int, ...]], ...] = (
    ("transpose-0-1", lambda x: x.transpose(0, 1), (2, 3, 4)),
    ("transpose-0--1", lambda x: x.transpose(0, -1), (2, 3, 4)),
    ("T", lambda x: x.T, (2, 3)),
    ("mT", lambda x: x.mT, (2, 3, 4)),
    ("permute", lambda x: x.permute(2, 0, 1), (2, 3, 4)),
    ("permute-tuple", lambda x: x.permute((1, -1, 0)), (2, 3, 4)),
    ("reshape", lambda x: x.reshape(4, 6), (2, 3, 4)),
    ("reshape--1", lambda x: x.reshape(-1, 4), (2, 3, 4)),
    ("reshape-tuple", lambda x: x.reshape((3, -1)), (2, 3, 4)),
    ("reshape-scalar", lambda x: x.reshape(()), (1, 1)),
    ("reshape-empty", lambda x: x.reshape(3, 0), (0, 2)),
    ("reshape-of-T", lambda x: x.T.reshape(-1), (2, 3)),
    ("view", lambda x: x.view(6, 4), (2, 3, 4)),
    ("flatten", lambda x: x.flatten(), (2, 3, 4)),
    ("flatten-1", lambda x: x.flatten(1), (2, 3, 4)),
    ("flatten-0-1", lambda x: x.flatten(0, 1), (2, 3, 4)),
    ("flatten-scalar", lambda x: x.flatten(), ()),
    ("flatten-empty", lambda x: x.flatten(1), (0, 2, 3)),
    ("squeeze", lambda x: x.squeeze(), (1, 3, 1)),
    ("squeeze-0", lambda x: x.squeeze(0), (1, 3, 1)),
    ("squeeze-1", lambda x: x.squeeze(1), (1, 3, 1)),
    ("squeeze-tuple", lambda x: x.squeeze((0, -1)), (1, 3, 1)),
    ("unsqueeze-0", lambda x: x.unsqueeze(0), (2, 3)),
    ("unsqueeze--1", lambda x: x.unsqueeze(-1), (2, 3)),
    ("unsqueeze-2", lambda x: x.unsqueeze(2), (2, 3)),
    ("unsqueeze-scalar", lambda x: x.unsqueeze(0), ()),
    ("expand", lambda x: x.expand(4, 3), (1, 3)),
    ("expand-new", lambda x: x.expand(2, 4, 3), (4, 1)),
    ("expand--1", lambda x: x.expand(5, -1, 4), (3, 1)),
    ("expand-scalar", lambda x: x.expand(2, 2), ()),
    ("expand-tuple", lambda x: x.expand((4, 3)), (3,)),
    ("broadcast_to", lambda x: x.broadcast_to((2, 3)), (1, 3)),
)
for name, f, shape in SHAPED:
    same(name, f, normal(*shape))
    same(f"{name}-used", lambda x, f=f: f(x * x) * 2.0, normal(*shape), smooth=True)

# Indexing. PyTorch has no negative steps; they are compared with a flip below.
ROWS, GRID = np.array([0, 2, 2, -1]), np.array([[1, 1], [0, -2]])
INDICES: tuple[tuple[str, Any], ...] = (
    ("int", 1),
    ("negative-int", -1),
    ("ints", (1, -2)),
    ("element", (1, 2, 3)),
    ("slice", slice(1, 3)),
    ("slice-step", slice(None, None, 2)),
    ("slice-negative-ends", slice(-2, -1)),
    ("slices", (slice(1), slice(None, -1), slice(1, None, 2))),
    ("empty-slice", slice(2, 2)),
    ("ellipsis", ...),
    ("ellipsis-int", (..., 1)),
    ("int-ellipsis-int", (0, ..., 2)),
    ("none", None),
    ("none-inside", (slice(None), None, 1)),
    ("none-ellipsis", (None, ..., None)),
    ("int-array", ROWS),
    ("int-array-repeats", np.array([1, 1, 1])),
    ("int-matrix", GRID),
    ("int-array-second", (slice(None), ROWS)),
    ("two-arrays", (ROWS, np.array([0, 1, 1, 3]))),
    ("arrays-broadcast", (GRID, np.array([0, 1]))),
    ("arrays-apart", (ROWS, slice(None), np.array([0, 1, 1, 3]))),
    ("array-and-int", (ROWS, 1)),
    ("array-none", (ROWS, None)),
    ("empty-array", np.array([], dtype=np.int64)),
    ("mask-all", normal(3, 4, 5) > 0),
    ("mask-first", np.array([True, False, True])),
    ("mask-two", normal(3, 4) > 0),
    ("mask-last", (..., np.array([True, False, True, True, False]))),
    ("mask-none-true", np.zeros(3, dtype=bool)),
    ("mask-and-slice", (np.array([True, False, True]), slice(1, 3))),
    ("mask-and-int", (np.array([True, False, True]), 2)),
    ("mask-and-array", (np.array([True, False, True]), np.array([3, 3]))),
    ("list-like", (np.array([0]), np.array([[1], [2]]))),
    ("all", (slice(None), None, ROWS, ..., slice(0, 1))),
    ("nothing", ()),
)
for name, index in INDICES:
    case(f"index-{name}", lambda x, i=index: x[i], lambda x, i=index: x[picked(i)], normal(3, 4, 5))
case("index-backwards", lambda x: x[::-1], lambda x: x.flip(0), normal(3, 4, 5))
case("index-backwards-step", lambda x: x[:, ::-2], lambda x: x.flip(1)[:, ::2], normal(3, 4, 5))
case("index-backwards-from", lambda x: x[2:0:-1, ..., ::-1], lambda x: x.flip(0, 2)[0:2], normal(3, 4, 5))
case("index-list", lambda x: x[[0, 0, 2]], lambda x: x[[0, 0, 2]], normal(3, 4))
case("index-tensor", lambda x: x[Tensor(ROWS)], lambda x: x[as_torch(ROWS)], normal(3, 4))
case("index-own-mask", lambda x: x[x > 0], lambda x: x[x > 0], normal(3, 4))
same("index-iterate", lambda x: tuple(row * k for k, row in enumerate(x)), normal(3, 2))
same("index-twice", lambda x: x[1:][0] * x[1], normal(3, 2), smooth=True)
case(
    "index-repeats-squared",
    lambda x: x[ROWS] * x[ROWS],
    lambda x: x[as_torch(ROWS)] * x[as_torch(ROWS)],
    normal(3),
    smooth=True,
)
case("index-hostile", lambda x: x[[0, 1, 1]], lambda x: x[[0, 1, 1]], np.array([INF, NAN, 1.0]))
for dims, shape in ((0, (2, 4)), (1, (3, 6)), (-1, (2, 2)), (0, (7, 1))):
    size = (3, 4)[dims]
    places = np.random.default_rng(3).integers(0, size, shape)
    case(
        f"gather-{dims}-{shape}",
        lambda x, d=dims, p=places: x.gather(d, p),
        lambda x, d=dims, p=places: x.gather(d, as_torch(p)),
        normal(3, 4),
    )
case("take", lambda x: x.take([[5, 0], [5, -1]]), lambda x: x.take(torch.tensor([[5, 0], [5, -1]])), normal(3, 4))
same("prod-scalar-0", lambda x: x.prod(0), normal())
for name in ("cumsum", "cumprod"):
    same(f"{name}-scalar", lambda x, n=name: getattr(x, n)(0), normal())
same("sort-scalar", lambda x: tuple(x.sort()), normal())
for value in (0.0, 2.5, -INF):
    case(f"pad-value-{value}", lambda x, v=value: ours.pad(x, (1, 0, 0, 2), value=v),
         lambda x, v=value: nnf.pad(x, (1, 0, 0, 2), value=v), normal(2, 3))  # fmt: skip
case("to", lambda x: x.to("float32") * 2, lambda x: x.to(torch.float32) * 2, np.array([1.0, 0.5, -3.25]))
same("double", lambda x: x.double().exp().float(), np.array([1.0, 0.5, -3.25]), single=False)
LABELS = np.array([[0, 2], [3, 1]])
case("one_hot", lambda x: x * ours.one_hot(LABELS), lambda x: x * nnf.one_hot(as_torch(LABELS)), normal(2, 2, 4))
case("one_hot-6", lambda x: x * ours.one_hot(LABELS, 6), lambda x: x * nnf.one_hot(as_torch(LABELS), 6), normal(6))

# Where we differ, on purpose: what it is, how both say it, the inputs, and what comes out (values, then gradients) of
# ours and of theirs.
Answer = tuple[list[float], ...]
DIFFERENCES: tuple[tuple[str, Any, Any, tuple[list[float], ...], Answer, Answer], ...] = (
    # A nan is an answer: it goes on in the value of sign and in the derivative of abs, where PyTorch says 0.
    ("sign(nan)", ours.sign, torch.sign, ([NAN],), ([NAN], [0.0]), ([0.0], [0.0])),
    ("abs(nan)", ours.abs, torch.abs, ([NAN],), ([NAN], [NAN]), ([NAN], [0.0])),
    ("nan ** 0", lambda x: x**0, lambda x: x**0, ([NAN],), ([1.0], [NAN]), ([1.0], [0.0])),
    # (a / r) / r, where PyTorch divides by a square that is 0.
    (
        "atan2(1e-300, 1e-300)",
        ours.atan2,
        torch.atan2,
        ([1e-300], [1e-300]),
        ([0.7853981634], [5e299], [-5e299]),
        ([0.7853981634], [0.0], [0.0]),
    ),
    # The probability of the target is 1 - 4e-18, and the loss and its gradient are what is missing.
    (
        "cross_entropy([40, 0], 0)",
        lambda x: ours.cross_entropy(x, 0),
        lambda x: nnf.cross_entropy(x, torch.tensor(0)),
        ([40.0, 0.0],),
        ([4.248354e-18], [-4.248354e-18, 4.248354e-18]),
        ([0.0], [0.0, 4.248354e-18]),
    ),
    (
        "binary_cross_entropy_with_logits(40, 1)",
        lambda x: ours.binary_cross_entropy_with_logits(x, 1.0),
        lambda x: nnf.binary_cross_entropy_with_logits(x, torch.ones(1, dtype=torch.float64)),
        ([40.0],),
        ([4.248354e-18], [-4.248354e-18]),
        ([4.248354e-18], [0.0]),
    ),
    # PyTorch takes a power of 1/2 for a square root, whose sign at -0.0 is another than that of IEEE's pow.
    ("(-0.0) ** -0.5", lambda x: x**-0.5, lambda x: x**-0.5, ([-0.0],), ([INF], [-INF]), ([-INF], [INF])),
    # The tail of the normal distribution, which 1 + erf has no digits for.
    (
        "gelu(-30)",
        ours.gelu,
        nnf.gelu,
        ([-30.0],),
        ([-1.4720141781446293e-196], [-4.416031690708494e-195]),
        ([0.0], [0.0]),
    ),
)


def cotangents(name: str, outs: list[Array]) -> list[Array]:
    """The seed of both sweeps: not all ones, which would hide a wrong transpose."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return [rng.uniform(0.5, 1.5, np.shape(out)) for out in outs]


def flat(y: Any) -> list[Any]:
    return list(y) if isinstance(y, (tuple, list)) else [y]


def our_answers(each: Case, dtype: Any) -> tuple[list[Any], list[Any]]:
    xs = [Tensor(x.astype(dtype), requires_grad=True) for x in each.inputs]
    outs = flat(each.ours(*xs))
    values = [y.numpy() if isinstance(y, Tensor) else np.asarray(y) for y in outs]
    for y, u in zip(outs, cotangents(each.name, values), strict=True):
        if isinstance(y, Tensor) and y.requires_grad:
            y.backward(u.astype(dtype))
    return values, [x.grad for x in xs]


def their_answers(each: Case, dtype: Any) -> tuple[list[Any], list[Any]]:
    xs = [as_torch(x.astype(dtype)).reshape(x.shape).requires_grad_() for x in each.inputs]
    outs = flat(each.theirs(*xs))
    values = [y.detach().numpy() for y in outs]
    for y, u in zip(outs, cotangents(each.name, values), strict=True):
        if y.requires_grad:
            y.backward(as_torch(u.astype(dtype)).reshape(u.shape), retain_graph=True)
    return values, [None if x.grad is None else x.grad.numpy() for x in xs]


def compare(mine: Any, theirs: Any, rtol: float, what: str) -> None:
    """Equal to `rtol` of each element, or of a ten thousandth of it in the largest one, where terms cancelled."""
    assert np.shape(mine) == theirs.shape, what
    finite = np.abs(theirs[np.isfinite(theirs)]) if theirs.dtype.kind == "f" else np.zeros(0)
    # In a hostile input the scales of neighbours have nothing to do with each other.
    atol = rtol * 1e-2 * float(finite.max(initial=0.0)) if finite.max(initial=0.0) < 1e2 else 0.0
    np.testing.assert_allclose(mine, theirs, rtol=rtol, atol=atol, equal_nan=True, err_msg=what)


def check(each: Case, dtype: Any, rtol: float) -> None:
    values, gradients = our_answers(each, dtype)
    wanted, wanted_gradients = their_answers(each, dtype)
    assert len(values) == len(wanted)
    for k, (mine, theirs) in enumerate(zip(values, wanted, strict=True)):
        assert mine.dtype == theirs.dtype, f"dtype of value {k}"
        compare(mine, theirs, rtol, f"value {k}")
    for k, (g, want) in enumerate(zip(gradients, wanted_gradients, strict=True)):
        if g is None or want is None:  # not reached: some say None and some say 0
            assert not np.any(g if want is None else want), f"gradient {k}"
            continue
        assert g.dtype == dtype, f"dtype of gradient {k}"
        compare(g, want, rtol, f"gradient {k}")


@pytest.mark.parametrize(
    ("mine", "theirs", "inputs", "our", "their"), [d[1:] for d in DIFFERENCES], ids=[d[0] for d in DIFFERENCES]
)
def test_where_we_differ(mine: Any, theirs: Any, inputs: tuple[list[float], ...], our: Answer, their: Answer) -> None:
    xs = [Tensor(x, requires_grad=True) for x in inputs]
    y = mine(*xs)
    y.sum().backward()
    for got, want in zip([y.numpy(), *(x.grad for x in xs)], our, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-3, atol=0, equal_nan=True)
    # A later PyTorch may come round; then the row can go, and nothing here is wrong.
    them = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    z = theirs(*them)
    z.sum().backward()
    answers = [z.detach().numpy(), *(x.grad.numpy() for x in them)]
    for got, old, new in zip(answers, their, our, strict=True):
        assert np.allclose(got, old, equal_nan=True) or np.allclose(got, new, rtol=1e-3, atol=0, equal_nan=True)


def test_an_integer_apart_from_an_array_is_numpys() -> None:
    """NumPy counts the integer among the arrays, so that their dimension comes first; PyTorch leaves it in place."""
    x = normal(3, 4, 5)
    mine = Tensor(x, requires_grad=True)
    mine[1, :, ROWS].sum().backward()
    np.testing.assert_array_equal(mine[1, :, ROWS].numpy(), x[1, :, ROWS])
    them = as_torch(x).requires_grad_()
    them[1, :, as_torch(ROWS)].sum().backward()
    np.testing.assert_array_equal(mine.grad, them.grad.numpy())


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 150
    assert len({each.name for each in CASES}) == len(CASES)


@pytest.mark.parametrize("each", CASES, ids=str)
def test_values_and_gradients_are_pytorchs(each: Case) -> None:
    check(each, np.float64, 1e-10)


@pytest.mark.parametrize("each", [each for each in CASES if each.single], ids=str)
def test_float32_stays_float32(each: Case) -> None:
    check(each, np.float32, 1e-5)


@pytest.mark.parametrize("each", [each for each in CASES if each.smooth], ids=str)
def test_second_derivatives_are_pytorchs(each: Case) -> None:
    xs = [as_torch(x).reshape(x.shape).requires_grad_() for x in each.inputs]
    u = cotangents(each.name, [each.theirs(*xs).detach().numpy()])[0]
    vs = cotangents(each.name + "'", list(each.inputs))
    which = tuple(range(len(xs)))

    first = torch.autograd.grad((each.theirs(*xs) * as_torch(u).reshape(u.shape)).sum(), xs, create_graph=True)
    moved = sum((g * as_torch(v).reshape(v.shape)).sum() for g, v in zip(first, vs, strict=True))
    wanted: tuple[Any, ...] = (None,) * len(xs)
    if moved.requires_grad:
        wanted = torch.autograd.grad(moved, xs, allow_unused=True)

    slope = ours.grad(lambda *args: (each.ours(*args) * u).sum(), which)

    def along(*args: Any) -> Any:
        total: Any = 0.0
        for g, v in zip(slope(*args), vs, strict=True):
            total = total + (g * v).sum()
        return total

    gradients = ours.grad(along, which)(*each.inputs)
    for k, (g, want) in enumerate(zip(gradients, wanted, strict=True)):
        compare(np.asarray(g), np.zeros_like(each.inputs[k]) if want is None else want.numpy(), 1e-9, f"second {k}")
