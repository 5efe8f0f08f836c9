"""Functions and methods have PyTorch's names and argument names, and NumPy's results."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.operands.dual import Dual

# Functions, and the names of their arguments after the first.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "sum": ("dim", "keepdim", "axis", "keepdims"),
    "mean": ("dim", "keepdim", "axis", "keepdims"),
    "var": ("dim", "correction", "keepdim", "unbiased", "axis", "keepdims", "ddof"),
    "prod": ("dim", "keepdim", "axis", "keepdims"),
    "max": ("dim", "keepdim", "axis", "keepdims"),
    "min": ("dim", "keepdim", "axis", "keepdims"),
    "amax": ("dim", "keepdim", "axis", "keepdims"),
    "amin": ("dim", "keepdim", "axis", "keepdims"),
    "argmax": ("dim", "keepdim", "axis", "keepdims"),
    "argmin": ("dim", "keepdim", "axis", "keepdims"),
    "all": ("dim", "keepdim", "axis", "keepdims"),
    "any": ("dim", "keepdim", "axis", "keepdims"),
    "norm": ("p", "dim", "keepdim", "axis", "keepdims"),
    "cumsum": ("dim", "axis"),
    "cumprod": ("dim", "axis"),
    "sort": ("dim", "descending", "axis"),
    "logsumexp": ("dim", "keepdim", "axis", "keepdims"),
    "softmax": ("dim", "axis"),
    "log_softmax": ("dim", "axis"),
    "cross_entropy": ("target", "dim", "axis"),
    "matmul": ("b",),
    "outer": ("b",),
    "dot": ("b",),
    "linear": ("weight", "bias"),
    "cat": ("dim", "axis"),
    "concatenate": ("dim", "axis"),
    "stack": ("dim", "axis"),
    "split": ("split_size_or_sections", "dim", "axis"),
    "chunk": ("chunks", "dim", "axis"),
    "pad": ("pad", "mode", "value"),
    "flip": ("dims", "axis"),
    "roll": ("shifts", "dims", "axis"),
    "tril": ("diagonal",),
    "triu": ("diagonal",),
    "diag": ("diagonal",),
    "transpose": ("dim0", "dim1"),
    "flatten": ("start_dim", "end_dim"),
    "squeeze": ("dim", "axis"),
    "unsqueeze": ("dim", "axis"),
    "take": ("index", "dim", "axis"),
    "gather": ("dim", "index"),
    "one_hot": ("num_classes",),
    "masked_fill": ("mask", "value"),
    "full": ("fill_value", "dtype", "requires_grad"),
    "arange": ("end", "step", "dtype", "requires_grad"),
    "linspace": ("end", "steps", "dtype", "requires_grad"),
    "eye": ("m", "dtype", "requires_grad"),
    "randint": ("high", "size", "generator", "dtype", "requires_grad"),
    "randperm": ("generator", "dtype", "requires_grad"),
    "zeros_like": ("dtype", "requires_grad"),
    "ones_like": ("dtype", "requires_grad"),
}
OTHER_FUNCTIONS = """
    std reshape permute expand broadcast_to einsum where zeros ones rand randn manual_seed default_generator
    set_default_dtype no_grad enable_grad detect_anomaly tensor exp log log1p expm1 sqrt sin cos tan asin acos atan
    atan2 sinh cosh tanh sigmoid log_sigmoid softplus relu leaky_relu elu selu gelu silu mish erf abs sign maximum
    minimum clip square reciprocal pow binary_cross_entropy_with_logits
"""

X = np.array([[1.0, 3.0], [2.0, 0.5]])
MASK = np.array([[True, False], [False, True]])

# Calls of methods, and NumPy's result for the same array.
METHODS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "sum(dim=, keepdim=)": (lambda x: x.sum(dim=1, keepdim=True), X.sum(1, keepdims=True)),
    "sum(axis=, keepdims=)": (lambda x: x.sum(axis=(0, 1), keepdims=True), X.sum((0, 1), keepdims=True)),
    "mean(dim)": (lambda x: x.mean(0), X.mean(0)),
    "var(dim, correction=)": (lambda x: x.var(0, correction=0), X.var(0)),
    "var(dim, unbiased=)": (lambda x: x.var(0, unbiased=False), X.var(0)),
    "var(dim, unbiased)": (lambda x: x.var(0, False), X.var(0)),
    "var(axis=, ddof=)": (lambda x: x.var(axis=0, ddof=0), X.var(0)),
    "std(dim, unbiased=)": (lambda x: x.std(dim=1, unbiased=True, keepdim=True), X.std(1, ddof=1, keepdims=True)),
    "prod(dim=)": (lambda x: x.prod(dim=-1), X.prod(-1)),
    "prod(dim=, keepdim=)": (lambda x: x.prod(dim=(-1, 0), keepdim=True), [[X.prod()]]),
    "prod of a stack": (lambda x: (x[None] * x).prod((0, 2)), (X[None] * X).prod((0, 2))),
    "max(dim=)": (lambda x: x.max(dim=1)[0], X.max(1)),
    "max()": (lambda x: x.max(), X.max()),
    "min(axis=)": (lambda x: x.min(axis=0)[1], X.argmin(0)),
    "amax(dim=)": (lambda x: x.amax(dim=(0, 1)), X.max()),
    "amin(dim)": (lambda x: x.amin(0), X.min(0)),
    "argmax(dim=, keepdim=)": (lambda x: x.argmax(dim=1, keepdim=True), X.argmax(1)[:, None]),
    "argmin(axis=, keepdims=)": (lambda x: x.argmin(axis=0, keepdims=True), X.argmin(0)[None]),
    "norm()": (lambda x: x.norm(), np.linalg.norm(X)),
    "norm(p)": (lambda x: x.norm(1), np.abs(X).sum()),
    "norm(p, dim)": (lambda x: x.norm(2, 1), np.linalg.norm(X, axis=1)),
    "norm(p=, dim=, keepdim=)": (lambda x: x.norm(p=3, dim=0, keepdim=True), (X**3).sum(0, keepdims=True) ** (1 / 3)),
    "norm(inf)": (lambda x: x.norm(float("inf"), dim=0), X.max(0)),
    "cumsum(dim=)": (lambda x: x.cumsum(dim=0), X.cumsum(0)),
    "cumprod(axis=)": (lambda x: x.cumprod(axis=1), X.cumprod(1)),
    "sort(descending=)": (lambda x: x.sort(dim=1, descending=True)[0], -np.sort(-X, 1)),
    "sort(axis=)": (lambda x: x.sort(axis=0)[1], np.argsort(X, 0)),
    "logsumexp(dim=)": (lambda x: x.logsumexp(dim=1), np.log(np.exp(X).sum(1))),
    "softmax(dim=)": (lambda x: x.softmax(dim=1), np.exp(X) / np.exp(X).sum(1, keepdims=True)),
    "log_softmax(axis=)": (lambda x: x.log_softmax(axis=0), np.log(np.exp(X) / np.exp(X).sum(0))),
    "all(dim)": (lambda x: (x > 0.7).all(0), (X > 0.7).all(0)),
    "any()": (lambda x: (x > 2.5).any(), True),
    "@": (lambda x: x @ x, X @ X),
    "matmul": (lambda x: x.matmul(x), X @ X),
    "dot": (lambda x: x[0].dot(x[1]), X[0] @ X[1]),
    "outer": (lambda x: x[0].outer(x[1]), np.outer(X[0], X[1])),
    "split(split_size=, dim=)": (lambda x: x.split(split_size=1, dim=1)[1], X[:, 1:]),
    "split(axis=)": (lambda x: x.split([1, 1], axis=1)[0], X[:, :1]),
    "chunk(chunks=, dim=)": (lambda x: x.chunk(chunks=2, dim=0)[0], X[:1]),
    "flip(dims)": (lambda x: x.flip(0, 1), X[::-1, ::-1]),
    "flip(dims=)": (lambda x: x.flip(dims=(0,)), X[::-1]),
    "roll(shifts=, dims=)": (lambda x: x.roll(shifts=1, dims=0), np.roll(X, 1, 0)),
    "roll(axis=)": (lambda x: x.roll(1, axis=1), np.roll(X, 1, 1)),
    "tril(diagonal=)": (lambda x: x.tril(diagonal=-1), np.tril(X, -1)),
    "triu(diagonal=)": (lambda x: x.triu(diagonal=1), np.triu(X, 1)),
    "diag(diagonal=)": (lambda x: x.diag(diagonal=1), np.diag(X, 1)),
    "transpose(dim0=, dim1=)": (lambda x: x.transpose(dim0=0, dim1=1), X.T),
    "permute": (lambda x: x.permute(1, 0), X.T),
    "reshape": (lambda x: x.reshape(4), X.ravel()),
    "view": (lambda x: x.view(-1, 1), X.reshape(-1, 1)),
    "flatten(start_dim=, end_dim=)": (lambda x: x[None].flatten(start_dim=0, end_dim=1), X),
    "squeeze(dim=)": (lambda x: x[None].squeeze(dim=0), X),
    "squeeze(axis=)": (lambda x: x[None].squeeze(axis=0), X),
    "unsqueeze(dim=)": (lambda x: x.unsqueeze(dim=1), X[:, None]),
    "unsqueeze(axis=)": (lambda x: x.unsqueeze(axis=0), X[None]),
    "expand": (lambda x: x.expand(3, -1, 2), np.broadcast_to(X, (3, 2, 2))),
    "broadcast_to": (lambda x: x.broadcast_to((3, 2, 2)), np.broadcast_to(X, (3, 2, 2))),
    "take(index)": (lambda x: x.take([[3, 0]]), X.take([[3, 0]])),
    "take(index, axis=)": (lambda x: x.take(np.array([1, 1]), axis=1), X.take([1, 1], 1)),
    "gather(dim=, index=)": (lambda x: x.gather(dim=1, index=[[1], [0]]), [[3.0], [2.0]]),
    "where(condition=, other=)": (lambda x: x.where(condition=MASK, other=9.0), np.where(MASK, X, 9.0)),
    "masked_fill(mask=, value=)": (lambda x: x.masked_fill(mask=MASK, value=9.0), np.where(MASK, 9.0, X)),
    "T": (lambda x: x.T, X.T),
    "mT": (lambda x: x.mT, X.T),
    "to(dtype)": (lambda x: x.to("float32"), X.astype(np.float32)),
    "to(dtype=)": (lambda x: x.to(dtype=np.float16), X.astype(np.float16)),
    "astype": (lambda x: x.astype(int), X.astype(int)),
    "float": (lambda x: x.float(), X.astype(np.float32)),
    "double": (lambda x: x.float().double(), X),
    "half": (lambda x: x.half(), X.astype(np.float16)),
    "long": (lambda x: x.long(), X.astype(np.int64)),
}
# Calls of functions with arguments that no method takes.
CALLS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "pad(pad=, value=)": (lambda x: autograd.pad(x[0], pad=(1, 0), value=7.0), [7.0, 1.0, 3.0]),
    "pad(mode=)": (lambda x: autograd.pad(x, (0, 1), mode="constant"), np.pad(X, ((0, 0), (0, 1)))),
    "cat(dim=)": (lambda x: autograd.cat((x, x), dim=1), np.concatenate([X, X], 1)),
    "stack(dim=)": (lambda x: autograd.stack([x, x], dim=-1), np.stack([X, X], -1)),
    "one_hot(num_classes=)": (lambda x: autograd.one_hot(np.array([1]), num_classes=3) * x[0, 0], [[0.0, 1.0, 0.0]]),
    "split(split_size_or_sections=)": (lambda x: autograd.split(x, split_size_or_sections=1)[0], X[:1]),
    "where(mask, a, b)": (lambda x: autograd.where(MASK, x, 0.0), np.where(MASK, X, 0)),
    "clip(min=, max=)": (lambda x: autograd.clip(x, min=1.0, max=2.0), np.clip(X, 1, 2)),
    "permute(dims)": (lambda x: autograd.permute(x, (1, 0)), X.T),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_pytorchs_argument_names(name: str) -> None:
    parameters = list(inspect.signature(getattr(autograd, name)).parameters)
    assert tuple(p for p in parameters[1:] if p != "dtype" or p in FUNCTIONS[name]) == FUNCTIONS[name]


@pytest.mark.parametrize("name", OTHER_FUNCTIONS.split())
def test_the_other_functions_exist(name: str) -> None:
    assert callable(getattr(autograd, name))


@pytest.mark.parametrize("name", [*METHODS, *CALLS])
def test_calls_give_numpys_results_on_tensors_and_on_duals(name: str) -> None:
    f, wanted = {**METHODS, **CALLS}[name]
    wanted = np.asarray(wanted)
    for operand in (Tensor(X, requires_grad=True), Dual(X, np.ones_like(X), level=1)):
        y = f(operand)
        while isinstance(y, Dual):
            y = y.payload
        found = y.numpy() if isinstance(y, Tensor) else np.asarray(y)
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
        assert found.shape == wanted.shape
        assert found.dtype == wanted.dtype
